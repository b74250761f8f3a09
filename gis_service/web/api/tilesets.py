"""Tilesets of the whole service: several layers in one vector tile."""

import json

from flask import Blueprint, Response, request

from gis_service.services import tile_grid as grid
from gis_service.services import tilesets as service
from gis_service.services.tile_flights import asked_by
from gis_service.services.tile_memory import Tile, Zxy
from gis_service.services.tilesets import LoadedTileset
from gis_service.web import current
from gis_service.web.api.tiles import limits_of, plain_template, tile_response, tileset_layer, vector_layer
from gis_service.web.asker import asker_of
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, json_response, link, show, url
from gis_service.web.schemas.common import HTML, JSON, MVT, Link
from gis_service.web.schemas.tiles import (
    SCHEME_REL,
    StyledTilesetQuery,
    TileJson,
    TileQuery,
    Tileset,
    TilesetEntry,
    Tilesets,
    TileStyle,
)

blueprint = Blueprint("tilesets", __name__, url_prefix="/api/tiles")


def _tileset_of(tileset_id: str) -> LoadedTileset:
    return service.one_tileset(current.connection(), current.rights(), tileset_id)


def _path(tileset_id: str) -> str:
    return f"/tiles/{tileset_id}/{grid.MATRIX_SET}"


def _template(tileset_id: str) -> str:
    return url(_path(tileset_id)) + "/{tileMatrix}/{tileRow}/{tileCol}"


def _links(tileset_id: str) -> list[Link]:
    address = url(_path(tileset_id))
    return [
        link(_path(tileset_id), "self"),
        Link(href=f"{address}?f=tilejson", rel="describedby", type=JSON, title="TileJSON"),
        Link(href=f"{address}?f=style", rel="stylesheet", type=JSON, title="MapLibre"),
        link(f"/tileMatrixSets/{grid.MATRIX_SET}", SCHEME_REL),
        Link(href=_template(tileset_id), rel="item", type=MVT, templated=True),
    ]


def _title(tileset: LoadedTileset) -> str:
    return tileset.definition.title.in_language(current.language())


@blueprint.get("")
@operation("Tiles", Permission.READ, {200: {JSON: Tilesets, HTML: None}}, query=FormatQuery)
def tilesets(query: FormatQuery) -> Response:
    """List the tile sets that hold several layers, all of them open to the caller."""
    found = service.list_tilesets(current.connection(), current.rights())
    entries = [TilesetEntry(title=_title(entry), links=_links(entry.definition.id)) for entry in found]
    document = Tilesets(tilesets=entries, links=itself("/tiles"))
    return show(document, query.f, {"vi": "Các bộ ô bản đồ", "en": "Tile sets"}[current.language()])


@blueprint.get("/<tileset_id>/<tile_matrix_set_id>")
@operation(
    "Tiles",
    Permission.READ,
    {200: {JSON: (Tileset, TileJson, TileStyle), HTML: None}},
    query=StyledTilesetQuery,
)
def tileset(tileset_id: str, tile_matrix_set_id: str, query: StyledTilesetQuery) -> Response:
    """Describe a tile set as OGC does, as TileJSON (f=tilejson), or as a MapLibre style (f=style)."""
    grid.require_matrix_set(tile_matrix_set_id)
    found = _tileset_of(tileset_id)
    if query.f == "tilejson":
        return show(_tilejson(found), "json", tileset_id)
    if query.f == "style":
        return json_response(json.dumps(_style(found), ensure_ascii=False))
    definition, title = found.definition, _title(found)
    zooms = definition.minzoom, definition.maxzoom
    document = Tileset(
        title=title,
        links=_links(tileset_id),
        tileMatrixSetLimits=limits_of(found.bbox, *zooms) if found.bbox else None,
        layers=[tileset_layer(layer.definition) for layer in found.layers],
    )
    return show(document, query.f, title)


def _tilejson(tileset: LoadedTileset) -> TileJson:
    definition, language = tileset.definition, current.language()
    sources = [layer.definition.source.in_language(language) for layer in tileset.layers]
    return TileJson(
        name=definition.title.in_language(language),
        attribution="; ".join(dict.fromkeys(sources)),
        tiles=[plain_template(_template(definition.id))],
        vector_layers=[
            vector_layer(layer.definition, definition.fields[layer.definition.id]) for layer in tileset.layers
        ],
        minzoom=definition.minzoom,
        maxzoom=definition.maxzoom,
        bounds=tileset.bbox,
    )


def _style(tileset: LoadedTileset) -> dict[str, object]:
    definition = tileset.definition
    address = f"{url(_path(definition.id))}?f=tilejson"
    sources = {definition.id: {"type": "vector", "url": address}}
    name = definition.title.in_language(current.language())
    return {"version": 8, "name": name, "sources": sources, "layers": definition.style["layers"]}


@blueprint.get("/<tileset_id>/<tile_matrix_set_id>/<int:tile_matrix>/<int:tile_row>/<int:tile_col>")
@operation("Tiles", Permission.READ, {200: {MVT: None}, 204: {}}, query=TileQuery)
def tile(
    tileset_id: str,
    tile_matrix_set_id: str,
    tile_matrix: int,
    tile_row: int,
    tile_col: int,
    query: TileQuery,
) -> Response:
    """Give one tile of several layers as Mapbox Vector Tile; 204 when nothing lies in it."""
    del query  # there is only one format; asking for another has been refused
    grid.require_matrix_set(tile_matrix_set_id)
    context, definition = current.context(), _tileset_of(tileset_id).definition

    def give(zxy: Zxy) -> Tile:
        return service.tile(context, definition, *zxy)

    # The tile is asked for by a connection of its own; nobody waits for one while holding another.
    current.release()
    with asked_by(asker_of(request.environ)):
        found = give((tile_matrix, tile_col, tile_row))
    return tile_response(found, give)
