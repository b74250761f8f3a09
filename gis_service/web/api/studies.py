"""Studies that were run: their list, and each document."""

from urllib.parse import urlencode

from flask import Blueprint, Response

from gis_service.services import studies as service
from gis_service.services.documents import canonical_json
from gis_service.services.step_tables_closed import public_study
from gis_service.services.study_retold import retold
from gis_service.services.study_rights import require_document
from gis_service.web import current, live
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import itself, json_response, page, url, wants_page
from gis_service.web.schemas.common import HTML, JSON
from gis_service.web.schemas.studies import Studies, StudiesQuery, StudyDocument, StudyEntry, StudyQuery

blueprint = Blueprint("studies", __name__, url_prefix="/api/studies")


def _next(query: StudiesQuery, key: str | None) -> str | None:
    if key is None:
        return None
    asked = query.model_dump(exclude_none=True) | {"after": key}
    return f"{url('/studies')}?{urlencode(asked)}"


@blueprint.get("")
@operation("Studies", Permission.READ, {200: {JSON: Studies, HTML: None}}, query=StudiesQuery)
def studies(query: StudiesQuery) -> Response:
    """List studies, the newest first."""
    found = service.list_(
        current.connection(),
        process=query.process,
        after=query.after,
        limit=query.limit,
        rights=current.rights(),
    )
    known = current.caller().role is not None
    entries = [
        StudyEntry(
            id=entry.id,
            process=entry.process,
            created_at=entry.created_at,
            seconds=entry.seconds,
            author=entry.author if known else None,
            links=itself(f"/studies/{entry.id}")[:1],
        )
        for entry in found.items
    ]
    document = Studies(items=entries, next=_next(query, found.next))
    if wants_page(query.f):
        return page(document.model_dump(mode="json"), "Studies")
    return json_response(document.model_dump_json())


@blueprint.get("/<study_id>")
@operation("Studies", Permission.READ, {200: {JSON: StudyDocument, HTML: None}}, query=StudyQuery)
def study(study_id: str, query: StudyQuery) -> Response:
    """Give the document of a study; small counts of people are open to those who may see personal detail."""
    document = service.get(current.connection(), study_id).document
    require_document(current.connection(), current.rights(), document)
    if query.vintage is not None:
        live.count()
        context = current.context()
        document = retold(
            current.connection(),
            context.catalogue,
            document,
            query.vintage,
            context.prepared,
            current.rights(),
        )
    if not current.sees_personal():
        document = public_study(document)
    if wants_page(query.f):
        return page(document, study_id)
    return json_response(canonical_json(document).decode())
