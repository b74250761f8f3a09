"""Vector tiles of a collection, and the documents that say where they lie."""

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.services import tile_grid as grid
from gis_service.services import tiles as service
from gis_service.services.accounts import ANONYMOUS
from gis_service.services.collections import Collection
from gis_service.services.tile_fields import fields_asked
from gis_service.services.tile_flights import asked_by
from gis_service.services.tile_memory import Tile
from gis_service.services.tiles import Shown
from gis_service.types import BBox
from gis_service.web import current, live, tile_gate
from gis_service.web.api.collections import collection_of
from gis_service.web.api.states import condition_of, state_of
from gis_service.web.asker import asker_of
from gis_service.web.auth import Permission
from gis_service.web.headers import THINNED
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, link, show, url
from gis_service.web.schemas.common import HTML, JSON, MVT, Link
from gis_service.web.schemas.tiles import (
    SCHEME_REL,
    LayerTileQuery,
    LayerTilesetQuery,
    Thinning,
    TileJson,
    TileMatrixLimits,
    Tileset,
    TilesetEntry,
    TilesetLayer,
    Tilesets,
    VectorLayer,
)

blueprint = Blueprint("tiles", __name__, url_prefix="/api/collections/<collection_id>/tiles")

DIMENSIONS = {
    "Point": 0,
    "MultiPoint": 0,
    "LineString": 1,
    "MultiLineString": 1,
    "Polygon": 2,
    "MultiPolygon": 2,
}
_KINDS = {"integer": "Number", "number": "Number", "boolean": "Boolean"}
_EMPTY = 204


def _drawable(collection_id: str) -> Collection:
    collection = collection_of(collection_id)
    service.require_geometry(collection.definition)
    return collection


def _template(collection_id: str, part: Mapping[str, object]) -> str:
    path = f"/collections/{collection_id}/tiles/{grid.MATRIX_SET}"
    return url(path) + "/{tileMatrix}/{tileRow}/{tileCol}" + (f"?{urlencode(part)}" if part else "")


def _links(collection_id: str, part: Mapping[str, object]) -> list[Link]:
    path = f"/collections/{collection_id}/tiles/{grid.MATRIX_SET}"
    tilejson = urlencode({**part, "f": "tilejson"})
    return [
        link(f"{path}?{urlencode(part)}" if part else path, "self"),
        Link(href=f"{url(path)}?{tilejson}", rel="describedby", type=JSON, title="TileJSON"),
        link(f"/tileMatrixSets/{grid.MATRIX_SET}", SCHEME_REL),
        Link(href=_template(collection_id, part), rel="item", type=MVT, templated=True),
    ]


def limits_of(bbox: BBox, minzoom: int = 0, maxzoom: int = grid.MAX_ZOOM) -> list[TileMatrixLimits]:
    """Give the rows and columns of each zoom that hold anything, with the rim that the buffer fills."""
    west, south, east, north = bbox
    limits = []
    for z in range(minzoom, maxzoom + 1):
        left, top = grid.tile_of(west, north, z)
        right, bottom = grid.tile_of(east, south, z)
        limits.append(
            TileMatrixLimits(
                tileMatrix=str(z), minTileRow=top, maxTileRow=bottom, minTileCol=left, maxTileCol=right
            )
        )
    return limits


@blueprint.get("")
@operation("Tiles", Permission.READ_LAYER, {200: {JSON: Tilesets, HTML: None}}, query=FormatQuery)
def tilesets(collection_id: str, query: FormatQuery) -> Response:
    """List the tile sets of a layer."""
    title = _drawable(collection_id).definition.title.in_language(current.language())
    entry = TilesetEntry(title=title, links=_links(collection_id, {}))
    document = Tilesets(tilesets=[entry], links=itself(f"/collections/{collection_id}/tiles"))
    return show(document, query.f, title)


@blueprint.get("/<tile_matrix_set_id>")
@operation(
    "Tiles", Permission.READ_LAYER, {200: {JSON: (Tileset, TileJson), HTML: None}}, query=LayerTilesetQuery
)
def tileset(collection_id: str, tile_matrix_set_id: str, query: LayerTilesetQuery) -> Response:
    """Describe a tile set, as OGC does or, with f=tilejson, as TileJSON; its tiles show what is asked for."""
    grid.require_matrix_set(tile_matrix_set_id)
    collection = _drawable(collection_id)
    # What no tile could show is refused here, before a map asks for hundreds of them.
    shown = _shown(collection, query)
    if shown.is_part:
        # Its box is that of all its rows.
        live.count()
    bounds = service.bounds_of(current.connection(), collection, shown)
    template = _template(collection_id, query.part())
    if query.f == "tilejson":
        return show(_tilejson(collection, template, shown, bounds), "json", collection.definition.id)
    title = collection.definition.title.in_language(current.language())
    document = Tileset(
        title=title,
        links=_links(collection_id, query.part()),
        tileMatrixSetLimits=limits_of(bounds) if bounds else None,
        layers=[tileset_layer(collection.definition)],
    )
    return show(document, query.f, title)


def _shown(collection: Collection, query: LayerTileQuery | LayerTilesetQuery) -> Shown:
    """Read what of a layer is asked for."""
    condition, past = condition_of(collection, query), state_of(collection, query).past
    since = service.time_of(current.connection(), collection.definition, past)
    return Shown(
        condition, past, since, fields_asked(current.catalogue(), collection.definition, query.properties)
    )


def _tilejson(collection: Collection, template: str, shown: Shown, bounds: BBox | None) -> TileJson:
    definition, language = collection.definition, current.language()
    fields = shown.fields or ()
    thinning = _thinning(definition, fields, is_part=shown.is_part)
    return TileJson(
        name=definition.title.in_language(language),
        attribution=definition.source.in_language(language),
        tiles=[plain_template(template)],
        vector_layers=[vector_layer(definition, fields, thinning.gathered_fields)],
        minzoom=0,
        maxzoom=grid.MAX_ZOOM,
        bounds=bounds,
        thinning=thinning,
    )


def _thinning(definition: LayerDefinition, fields: Sequence[str], *, is_part: bool) -> Thinning:
    connection, catalogue = current.connection(), current.catalogue()
    rules = service.thinning_of(connection, catalogue, definition, fields, is_part=is_part)
    return Thinning(
        budget_bytes=rules.budget_bytes,
        may_be_thinned=rules.may_be_thinned,
        kept_first=list(rules.kept_first),
        header=THINNED,
        gathered_to_zoom=rules.gathered_to,
        gathered_fields=list(rules.gathered),
    )


def tileset_layer(definition: LayerDefinition) -> TilesetLayer:
    """Describe a layer inside tiles as OGC does."""
    return TilesetLayer(
        id=definition.id,
        title=definition.title.in_language(current.language()),
        geometryDimension=DIMENSIONS.get(definition.geometry),
    )


def vector_layer(
    definition: LayerDefinition, fields: Sequence[str], gathered: Sequence[str] = ()
) -> VectorLayer:
    """Describe a layer inside tiles as TileJSON does.

    Parameters
    ----------
    definition
        The layer.
    fields
        Those that are in the tiles.
    gathered
        Attributes of features that stand for many rows; all that are no fields are numbers.
    """
    kinds = {field.name: _KINDS.get(field.type, "String") for field in definition.fields}
    return VectorLayer(
        id=definition.id,
        description=definition.description.in_language(current.language()),
        fields={name: kinds.get(name, "Number") for name in dict.fromkeys((*fields, *gathered))},
    )


def plain_template(template: str) -> str:
    """Turn the address of tiles as OGC writes it into the one that TileJSON has."""
    names = {"{tileMatrix}": "{z}", "{tileRow}": "{y}", "{tileCol}": "{x}"}
    for ogc, plain in names.items():
        template = template.replace(ogc, plain)
    return template


def tile_response(tile: Tile, give: tile_gate.Give | None = None, *, is_variant: bool = False) -> Response:
    """Give a tile in the form that the reader takes, or 204 for one in which nothing lies.

    Parameters
    ----------
    tile
        What is given.
    give
        Gives any other plain tile of the same address; None where the gate has none of them.
    is_variant
        Whether those that have to be made are counted.
    """
    if give is not None:
        tile_gate.learn(tile, give, is_variant=is_variant)
    if not tile.content:
        response = Response(status=_EMPTY)
        del response.headers["Content-Type"]
        response.vary.add("Accept-Encoding")
        return response
    told = {THINNED: tile.thinned} if tile.thinned else {}
    packed = tile.gzipped if request.accept_encodings["gzip"] else b""
    response = Response(packed or tile.content, content_type=MVT, headers=told)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(f"{tile.etag}-gz" if packed else tile.etag)
    # Kept by browsers and asked about each time; what is not for everybody is kept by nobody between.
    response.headers["Cache-Control"] = "no-cache" if current.caller() is ANONYMOUS else "private, no-cache"
    response.make_conditional(request)
    return response


@blueprint.get("/<tile_matrix_set_id>/<int:tile_matrix>/<int:tile_row>/<int:tile_col>")
@operation("Tiles", Permission.READ_LAYER, {200: {MVT: None}, 204: {}}, query=LayerTileQuery)
def tile(
    collection_id: str,
    tile_matrix_set_id: str,
    tile_matrix: int,
    tile_row: int,
    tile_col: int,
    query: LayerTileQuery,
) -> Response:
    """Give one tile as Mapbox Vector Tile; 204 when nothing lies in it."""
    grid.require_matrix_set(tile_matrix_set_id)
    collection = collection_of(collection_id)
    shown, zxy = _shown(collection, query), (tile_matrix, tile_col, tile_row)
    if service.is_made_anew(current.context(), collection.definition, zxy, shown):
        live.count(live.FILTERED, live.TILES_PER_QUESTION)
    give = partial(service.tile, current.context(), collection.definition, shown=shown)
    # The tile is asked for by a connection of its own; nobody waits for one while holding another.
    current.release()
    with asked_by(asker_of(request.environ)):
        found = give(zxy)
    is_variant = service.is_variant(current.context().catalogue, collection.definition, shown)
    return tile_response(found, give, is_variant=is_variant)
