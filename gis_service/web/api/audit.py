"""The audit: who did what and when, for administrators."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.services import audit as service
from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, page, url, wants_page
from gis_service.web.schemas.audit import Audit, AuditEntry, AuditQuery
from gis_service.web.schemas.common import CSV, HTML, JSON

blueprint = Blueprint("audit", __name__, url_prefix="/api/audit")


def _next(key: int | None) -> str | None:
    if key is None:
        return None
    asked = {**request.args.to_dict(), "after": str(key)}
    return f"{url('/audit')}?{urlencode(asked)}"


@blueprint.get("")
@operation("Audit", Permission.ADMINISTER, {200: {JSON: Audit, HTML: None, CSV: None}}, query=AuditQuery)
def audit(query: AuditQuery) -> Response:
    """List what was done, the newest first: by whom, by what way, to what, before and after."""
    asked = service.AuditFilter(query.who, query.action, query.object, query.since, query.until)
    found = service.list_(current.connection(), asked, before=query.after, limit=query.limit)
    following = _next(found.next)
    if query.f == "csv":
        response = Response(service.as_csv(found.items), content_type=f"{CSV}; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    else:
        entries = [AuditEntry.model_validate(one, from_attributes=True) for one in found.items]
        document = Audit(items=entries, next=following)
        if wants_page(query.f):
            return page(document.model_dump(mode="json"), "Audit")
        response = json_response(document.model_dump_json())
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response
