"""Rasters as pictures on the grid of the map (OGC API Maps and Tiles), and what their colours mean."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.services import raster_tiles as service
from gis_service.services import tile_grid as grid
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.collections import Collection
from gis_service.services.history import kept_version
from gis_service.services.raster_layers import RasterRow, cells_of
from gis_service.services.tile_flights import asked_by
from gis_service.web import current, live, tile_gate
from gis_service.web.api.collections import collection_of, oldest_of
from gis_service.web.api.tiles import limits_of, plain_template
from gis_service.web.asker import asker_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, link, show, url
from gis_service.web.schemas.common import HTML, JSON, PNG, WEBP, Link
from gis_service.web.schemas.items import PastQuery, last_moment
from gis_service.web.schemas.raster_tiles import (
    LegendStep,
    MapTileset,
    MapTilesetEntry,
    MapTilesets,
    RasterLegend,
    RasterLookQuery,
    RasterTileJson,
    RasterTileQuery,
    RasterTilesetQuery,
)
from gis_service.web.schemas.tiles import SCHEME_REL
from gis_service.web.schemas.versions import VERSION_HEADER

blueprint = Blueprint("raster_tiles", __name__, url_prefix="/api/collections/<collection_id>/map/tiles")

_MEDIA = {"png": PNG, "webp": WEBP}
_EMPTY = 204


def raster_asked(collection: Collection, query: PastQuery) -> RasterRow:
    """Give the version of a raster that is asked for: of now, of a number or of a time.

    Raises
    ------
    NotFound
        ``layer_without_cells``, ``layer_empty``, ``version_unknown``, ``version_not_kept``.
    NotAllowed
        ``version_closed``.
    """
    connection, past = current.connection(), None
    moment = last_moment(query.datetime)
    if collection.definition.is_raster and (query.version is not None or moment is not None):
        oldest = oldest_of(collection)
        past = kept_version(connection, collection.definition, query.version, moment, oldest=oldest).id
    return cells_of(connection, collection.definition, past)


def _path(collection: Collection) -> str:
    return f"/collections/{collection.definition.id}/map/tiles"


def _template(collection: Collection, part: Mapping[str, object]) -> str:
    address = url(f"{_path(collection)}/{grid.MATRIX_SET}") + "/{tileMatrix}/{tileRow}/{tileCol}"
    return address + (f"?{urlencode(part)}" if part else "")


def _links(collection: Collection, part: Mapping[str, object]) -> list[Link]:
    path = f"{_path(collection)}/{grid.MATRIX_SET}"
    tilejson = urlencode({**part, "f": "tilejson"})
    return [
        link(f"{path}?{urlencode(part)}" if part else path, "self"),
        Link(href=f"{url(path)}?{tilejson}", rel="describedby", type=JSON, title="TileJSON"),
        link(f"/tileMatrixSets/{grid.MATRIX_SET}", SCHEME_REL),
        Link(href=_template(collection, part), rel="item", type=PNG, templated=True),
    ]


@blueprint.get("")
@operation("Rasters", Permission.READ_LAYER, {200: {JSON: MapTilesets, HTML: None}}, query=FormatQuery)
def tilesets(collection_id: str, query: FormatQuery) -> Response:
    """List the tile sets of pictures of a raster layer."""
    collection = collection_of(collection_id)
    raster_asked(collection, PastQuery())
    title = collection.definition.title.in_language(current.language())
    entry = MapTilesetEntry(title=title, links=_links(collection, {}))
    return show(MapTilesets(tilesets=[entry], links=itself(_path(collection))), query.f, title)


@blueprint.get("/<tile_matrix_set_id>")
@operation(
    "Rasters",
    Permission.READ_LAYER,
    {200: {JSON: (MapTileset, RasterTileJson), HTML: None}},
    query=RasterTilesetQuery,
)
def tileset(collection_id: str, tile_matrix_set_id: str, query: RasterTilesetQuery) -> Response:
    """Describe the pictures of a raster, as OGC does or, with f=tilejson, as TileJSON with a legend."""
    grid.require_matrix_set(tile_matrix_set_id)
    collection = collection_of(collection_id)
    row = raster_asked(collection, query)
    definition, language = collection.definition, current.language()
    # What no tile could show is refused here, before a map asks for hundreds of them.
    service.drawing_of(definition, row, query.look())
    template, (minzoom, maxzoom) = _template(collection, query.part()), service.zooms_of(row)
    title = definition.title.in_language(language)
    if query.f == "tilejson":
        document = RasterTileJson(
            name=title,
            attribution=definition.source.in_language(language),
            tiles=[plain_template(template)],
            minzoom=minzoom,
            maxzoom=maxzoom,
            bounds=row.bbox,
            legend=_legend(collection, row, query),
        )
        return show(document, "json", definition.id)
    links, limits = _links(collection, query.part()), limits_of(row.bbox, minzoom, maxzoom)
    return show(MapTileset(title=title, links=links, tileMatrixSetLimits=limits), query.f, title)


def _legend(collection: Collection, row: RasterRow, query: RasterLookQuery) -> RasterLegend:
    found = service.legend_of(current.context(), collection.definition, row, query.look())
    steps = [LegendStep(value=value, colour=colour) for value, colour in found.steps]
    return RasterLegend(unit=found.unit, classes=found.classes, steps=steps)


@blueprint.get("/<tile_matrix_set_id>/<int:tile_matrix>/<int:tile_row>/<int:tile_col>")
@operation("Rasters", Permission.READ_LAYER, {200: {PNG: None, WEBP: None}, 204: {}}, query=RasterTileQuery)
def tile(
    collection_id: str,
    tile_matrix_set_id: str,
    tile_matrix: int,
    tile_row: int,
    tile_col: int,
    query: RasterTileQuery,
) -> Response:
    """Give one tile of a raster as a picture; 204 where it has no data."""
    grid.require_matrix_set(tile_matrix_set_id)
    collection = collection_of(collection_id)
    row = raster_asked(collection, query)
    picture: service.Picture = query.f or _preferred()
    zxy = tile_matrix, tile_col, tile_row
    context, definition, look = current.context(), collection.definition, query.look()
    grid.require_tile(*zxy)
    if service.is_drawn_anew(context, definition, row, zxy, look, picture):
        live.count(live.FILTERED, live.TILES_PER_QUESTION)
    # The picture may wait for its turn, or for another connection: none is held meanwhile.
    current.release()
    with asked_by(asker_of(request.environ)):
        found = service.tile(context, definition, row, zxy, look, picture)
    if found.content:
        # Of what lies outside nothing is kept. Whoever chooses a version or colours is not told of here.
        pictures = tile_gate.Pictures(row.layer, row.version, _MEDIA[picture])
        tile_gate.learn(
            found,
            lambda other: service.tile(context, definition, row, other, service.PLAIN, picture),
            pictures,
        )
    response = Response(found.content, content_type=_MEDIA[picture])
    if not found.content:
        response = Response(status=_EMPTY)
        del response.headers["Content-Type"]
    response.vary.add("Accept")
    response.headers[VERSION_HEADER] = str(row.version)
    if found.content:
        response.set_etag(found.etag)
        # As of vector tiles: asked about each time, and kept by nobody between when not everybody's.
        is_open = current.caller() is ANONYMOUS
        response.headers["Cache-Control"] = "no-cache" if is_open else "private, no-cache"
        response.make_conditional(request)
    return response


def _preferred() -> service.Picture:
    """Choose WebP for who takes that alone, or likes it better; a PNG is made in less time."""
    return "webp" if tile_gate.takes_webp(request.headers.get("Accept", "")) else "png"
