"""Collections: the layers that the caller may read."""

from flask import Blueprint, Response, request
from pydantic import Field

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.services import collections as service
from gis_service.services.export_formats import formats_of
from gis_service.services.features import has_geometry
from gis_service.services.layer_metadata import licence_address
from gis_service.services.layers import refuse_raster
from gis_service.services.openings import oldest_open
from gis_service.services.rights import is_personal
from gis_service.services.user_layers import tag_of
from gis_service.types import VersionId
from gis_service.web import current, live
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, link, show
from gis_service.web.schemas.common import GEOJSON, HTML, JSON, JSON_SCHEMA, PNG, XML, Link
from gis_service.web.schemas.exports import ENCLOSURE_REL
from gis_service.web.schemas.features import Collection, Collections, Contact, Extent, SpatialExtent
from gis_service.web.schemas.items import Box
from gis_service.web.schemas.queryables import QUERYABLES_REL
from gis_service.web.schemas.raster_tiles import MAP_TILESETS_REL
from gis_service.web.schemas.tiles import TILESETS_REL
from gis_service.web.schemas.versions import HISTORY_REL

blueprint = Blueprint("collections", __name__, url_prefix="/api/collections")

_WITHOUT_DETAIL = frozenset({"collections", "user_layers", "metadata", "queryables"})
"""Blueprints that tell what a layer is and nothing of what it holds."""
_OF_RASTERS = (_WITHOUT_DETAIL - {"queryables"}) | {
    "exports",
    "downloads",
    "versions",
    "going_back",
    "layer_pages",
    "raster_tiles",
    "raster_values",
}
"""Blueprints that know rasters; all others are of rows."""


def collection_of(collection_id: str) -> service.Collection:
    """Give a collection that the caller may read; what is read of a personal one is noted in the audit.

    Raises
    ------
    NotFound
        ``collection_not_found``; ``layer_is_raster`` where rows are read or written.
    """
    found = service.one_collection(current.connection(), current.rights(), collection_id)
    if request.blueprint not in _OF_RASTERS:
        refuse_raster(found.definition)
    if is_personal(found.definition) and request.blueprint not in _WITHOUT_DETAIL:
        current.sees_personal()
    return found


def oldest_of(collection: service.Collection) -> VersionId | None:
    """Give the oldest version of a collection that the caller may read; None when all of them."""
    return oldest_open(current.connection(), current.rights(), collection.definition.id)


def collection_document(collection: service.Collection) -> Collection:
    """Describe a collection in the language of the reader."""
    definition, language = collection.definition, current.language()
    contact = definition.contact
    return Collection(
        id=definition.id,
        title=definition.title.in_language(language),
        description=definition.description.in_language(language),
        extent=Extent(spatial=SpatialExtent(bbox=[collection.bbox])) if collection.bbox else None,
        category=definition.category,
        geometry=definition.geometry,
        visibility=collection.visibility,
        may_edit=(not definition.is_raster and current.rights().may_edit(definition.id)) or None,
        generated_data=definition.generated,
        licence=definition.licence,
        attribution=definition.source.in_language(language),
        version=collection.version,
        made_by_user=definition.made,
        contact=contact
        and Contact(
            organisation=contact.organisation.in_language(language),
            email=contact.email,
            phone=contact.phone,
            url=contact.url,
        ),
        lineage=definition.lineage and definition.lineage.in_language(language),
        frequency=definition.frequency,
        quality=definition.quality and definition.quality.in_language(language),
        links=_links(definition),
    )


def _links(definition: LayerDefinition) -> list[Link]:
    path = f"/collections/{definition.id}"
    links = [
        *itself(path),
        *(_of_cells(path) if definition.is_raster else _of_rows(path)),
        link(f"{path}/versions", HISTORY_REL),
        *(
            link(
                f"{path}/export?f={one.id}",
                ENCLOSURE_REL,
                one.media,
                one.title.in_language(current.language()),
            )
            for one in formats_of(definition)
        ),
    ]
    if has_geometry(definition):
        links += [
            link(f"{path}/tiles", TILESETS_REL),
            link(f"{path}/thumbnail", "preview", PNG),
        ]
    links += [
        link(f"{path}/metadata", "describedby", JSON),
        link(f"{path}/metadata?f=iso", "describedby", XML, "ISO 19139"),
    ]
    if address := licence_address(definition.licence):
        links.append(Link(href=address, rel="license", title=definition.licence))
    return links


class CollectionsQuery(FormatQuery):
    """Which layers are asked for."""

    q: str | None = Field(
        None,
        max_length=200,
        description="Words of title, id, sector, description or source, Vietnamese or English, with or"
        " without diacritics (`tram y te` finds `Trạm y tế`); all of them, the best fit first.",
    )
    bbox: Box = Field(
        None, description="Only layers whose box meets this one: west, south, east, north in degrees (CRS84)."
    )
    category: str | None = Field(None, max_length=48, description="Only layers of this sector.")


@blueprint.get("")
@operation("Collections", Permission.READ, {200: {JSON: Collections, HTML: None}}, query=CollectionsQuery)
def collections(query: CollectionsQuery) -> Response:
    """List the layers that the caller may read, or find some of them."""
    if query.q:
        live.count(live.SEARCHED)
    found = service.find_collections(
        current.connection(), current.rights(), words=query.q, category=query.category, bbox=query.bbox
    )
    listed = [collection_document(entry) for entry in found]
    document = Collections(links=itself("/collections"), collections=listed)
    return show(document, query.f, {"vi": "Các lớp dữ liệu", "en": "Layers"}[current.language()])


@blueprint.get("/<collection_id>")
@operation("Collections", Permission.READ_LAYER, {200: {JSON: Collection, HTML: None}}, query=FormatQuery)
def collection(collection_id: str, query: FormatQuery) -> Response:
    """Describe one layer; the ETag of one that a user has made is that of its definition."""
    found = collection_of(collection_id)
    document = collection_document(found)
    response = show(document, query.f, document.title)
    if found.definition.made:
        # A change of the definition is made from the state that this tells.
        response.set_etag(tag_of(found.definition))
    return response


def _of_cells(path: str) -> list[Link]:
    return [link(f"{path}/map/tiles", MAP_TILESETS_REL)]


def _of_rows(path: str) -> list[Link]:
    return [link(f"{path}/items", "items", GEOJSON), link(f"{path}/queryables", QUERYABLES_REL, JSON_SCHEMA)]
