"""Kept roadmaps as files: a PDF of all, or one of their tables."""

from flask import Blueprint, Response

from gis_service.services import studies
from gis_service.services.roadmap_names import names_of
from gis_service.services.roadmap_out import file_bytes, file_name, require_roadmap
from gis_service.services.step_tables_closed import public_study
from gis_service.services.study_rights import require_document
from gis_service.web import current, live
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.schemas.roadmap import CSV, PDF, XLSX, RoadmapFileQuery

blueprint = Blueprint("roadmap", __name__, url_prefix="/api/studies")

_MEDIA = {"pdf": PDF, "csv": f"{CSV}; charset=utf-8", "xlsx": XLSX}


@blueprint.get("/<study_id>/roadmap")
@operation("Studies", Permission.READ, {200: {PDF: None, CSV: None, XLSX: None}}, query=RoadmapFileQuery)
def roadmap_file(study_id: str, query: RoadmapFileQuery) -> Response:
    """Give a kept roadmap as a file; what a project brings is open to those who may see personal detail."""
    live.count()
    document = studies.get(current.connection(), study_id).document
    require_document(current.connection(), current.rights(), document)
    require_roadmap(document)
    if not current.sees_personal():
        document = public_study(document)
    kind = query.f or "pdf"
    names, language = names_of(current.catalogue()), current.language()
    response = Response(file_bytes(document, names, kind, query.table, language), content_type=_MEDIA[kind])
    name = file_name(document, kind, query.table)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Accept-Language")
    return response
