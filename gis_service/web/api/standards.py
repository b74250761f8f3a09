"""The standards that services are judged by: which there are, which are in force."""

from dataclasses import asdict
from datetime import UTC, date, datetime

from flask import Blueprint, Response

from gis_service.catalogue.service_standard import Standard
from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import json_response, link, page, wants_page
from gis_service.web.schemas.common import HTML, JSON
from gis_service.web.schemas.standards import StandardEntry, Standards, StandardsQuery

blueprint = Blueprint("standards", __name__, url_prefix="/api")


@blueprint.get("/standards")
@operation("Standards", Permission.READ, {200: {JSON: Standards, HTML: None}}, query=StandardsQuery)
def standards(query: StandardsQuery) -> Response:
    """List the standards of services that the caller may read; null says that a standard asks nothing."""
    rights, day = current.rights(), query.on or datetime.now(UTC).astimezone().date()
    entries = [
        _entry(one, day)
        for one in sorted(current.catalogue().standards.values(), key=lambda one: (one.service, one.id))
        if rights.may_read(one.service) and query.service in (None, one.service)
    ]
    document = Standards(items=entries)
    if wants_page(query.f):
        return page(document.model_dump(mode="json"), "Standards")
    return json_response(document.model_dump_json())


def _entry(one: Standard, day: date) -> StandardEntry:
    language = current.language()
    return StandardEntry(
        id=one.id,
        title=one.title.in_language(language),
        service=one.service,
        group=one.group,
        measure=one.measure,
        mode=one.mode,
        limit=one.limit,
        catchment=one.catchment,
        direction=one.direction,
        turnout_s=one.turnout_s,
        unit_type=list(one.unit_type),
        min_site_m2=one.min_site_m2,
        quota=None if one.quota is None else asdict(one.quota),
        note=None if one.note is None else one.note.in_language(language),
        source=one.source.in_language(language),
        in_force_from=one.in_force_from,
        in_force_to=one.in_force_to,
        in_force=one.is_in_force(day),
        verified=one.verified,
        links=[link(f"/collections/{one.service}", "collection")],
    )
