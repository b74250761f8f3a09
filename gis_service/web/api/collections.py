"""Collections: the layers that the caller may read."""

from flask import Blueprint, Response, request

from gis_service.services import collections as service
from gis_service.services.features import has_geometry
from gis_service.services.openings import oldest_open
from gis_service.services.rights import is_personal
from gis_service.types import VersionId
from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, link, show
from gis_service.web.schemas.common import GEOJSON, HTML, JSON
from gis_service.web.schemas.features import Collection, Collections, Extent, SpatialExtent
from gis_service.web.schemas.tiles import TILESETS_REL
from gis_service.web.schemas.versions import HISTORY_REL

blueprint = Blueprint("collections", __name__, url_prefix="/api/collections")


def collection_of(collection_id: str) -> service.Collection:
    """Give a collection that the caller may read; what is read of a personal one is noted in the audit."""
    found = service.one_collection(current.connection(), current.rights(), collection_id)
    if is_personal(found.definition) and request.blueprint != blueprint.name:
        current.sees_personal()
    return found


def oldest_of(collection: service.Collection) -> VersionId | None:
    """Give the oldest version of a collection that the caller may read; None when all of them."""
    return oldest_open(current.connection(), current.rights(), collection.definition.id)


def _shape(collection: service.Collection) -> Collection:
    definition, language = collection.definition, current.language()
    path = f"/collections/{definition.id}"
    links = [
        *itself(path),
        link(f"{path}/items", "items", GEOJSON),
        link(f"{path}/versions", HISTORY_REL),
    ]
    if has_geometry(definition):
        links.append(link(f"{path}/tiles", TILESETS_REL))
    return Collection(
        id=definition.id,
        title=definition.title.in_language(language),
        description=definition.description.in_language(language),
        extent=Extent(spatial=SpatialExtent(bbox=[collection.bbox])) if collection.bbox else None,
        category=definition.category,
        geometry=definition.geometry,
        visibility=collection.visibility,
        generated_data=definition.generated,
        licence=definition.licence,
        attribution=definition.source.in_language(language),
        version=collection.version,
        links=links,
    )


@blueprint.get("")
@operation("Collections", Permission.READ, {200: {JSON: Collections, HTML: None}}, query=FormatQuery)
def collections(query: FormatQuery) -> Response:
    """List the layers that the caller may read."""
    found = service.list_collections(current.connection(), current.rights())
    document = Collections(links=itself("/collections"), collections=[_shape(entry) for entry in found])
    return show(document, query.f, {"vi": "Các lớp dữ liệu", "en": "Layers"}[current.language()])


@blueprint.get("/<collection_id>")
@operation("Collections", Permission.READ_LAYER, {200: {JSON: Collection, HTML: None}}, query=FormatQuery)
def collection(collection_id: str, query: FormatQuery) -> Response:
    """Describe one layer."""
    document = _shape(collection_of(collection_id))
    return show(document, query.f, document.title)
