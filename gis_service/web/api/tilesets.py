"""Tile sets of the whole service: tilesets and layers, one or several of them in one vector tile."""

import json
from functools import partial

from flask import Blueprint, Response, request

from gis_service.errors import ErrorCode, NotFound
from gis_service.services import composites as service
from gis_service.services import tile_grid as grid
from gis_service.services import tilesets as sets
from gis_service.services.composites import Composite, Part
from gis_service.services.tile_fields import fields_of_style
from gis_service.services.tile_flights import asked_by
from gis_service.services.tiles import thinning_of
from gis_service.services.tilesets import LoadedTileset
from gis_service.types import LayerId
from gis_service.web import current, live
from gis_service.web.api.collections import collection_of
from gis_service.web.api.tiles import limits_of, plain_template, tile_response, tileset_layer, vector_layer
from gis_service.web.asker import asker_of
from gis_service.web.auth import Permission
from gis_service.web.headers import THINNED
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, json_response, link, show, url
from gis_service.web.schemas.common import HTML, JSON, MVT, Link
from gis_service.web.schemas.tiles import (
    SCHEME_REL,
    LayerThinning,
    SharedThinning,
    StyledTilesetQuery,
    TileJson,
    TileQuery,
    Tileset,
    TilesetEntry,
    Tilesets,
    TileStyle,
    VectorLayer,
)

blueprint = Blueprint("tilesets", __name__, url_prefix="/api/tiles")


def _composite_of(names: str) -> Composite:
    return service.composite_of([_part_of(name) for name in service.names_in(names)])


def _part_of(name: str) -> Part:
    catalogue = current.catalogue()
    if name in catalogue.tilesets:
        return sets.one_tileset(current.connection(), current.rights(), name)
    if LayerId(name) not in catalogue.layers:
        raise NotFound(ErrorCode.TILESET_NOT_FOUND, tileset=name)
    return collection_of(name)


def _path(names: str) -> str:
    return f"/tiles/{names}/{grid.MATRIX_SET}"


def _template(names: str) -> str:
    return url(_path(names)) + "/{tileMatrix}/{tileRow}/{tileCol}"


def _links(names: str) -> list[Link]:
    address = url(_path(names))
    return [
        link(_path(names), "self"),
        Link(href=f"{address}?f=tilejson", rel="describedby", type=JSON, title="TileJSON"),
        Link(href=f"{address}?f=style", rel="stylesheet", type=JSON, title="MapLibre"),
        link(f"/tileMatrixSets/{grid.MATRIX_SET}", SCHEME_REL),
        Link(href=_template(names), rel="item", type=MVT, templated=True),
    ]


def _title(composite: Composite) -> str:
    return ", ".join(part.definition.title.in_language(current.language()) for part in composite.parts)


@blueprint.get("")
@operation("Tiles", Permission.READ, {200: {JSON: Tilesets, HTML: None}}, query=FormatQuery)
def tilesets(query: FormatQuery) -> Response:
    """List the tile sets that hold several layers, all of them open to the caller."""
    found = sets.list_tilesets(current.connection(), current.rights())
    entries = [
        TilesetEntry(title=_title(Composite((one,))), links=_links(one.definition.id)) for one in found
    ]
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
    """Describe a tile set as OGC does, as TileJSON (f=tilejson), or as a MapLibre style (f=style).

    It is a tileset or a layer, or up to eight of them with commas between, whose layers then lie in one tile.
    """
    grid.require_matrix_set(tile_matrix_set_id)
    found = _composite_of(tileset_id)
    if query.f == "tilejson":
        return show(_tilejson(found, tileset_id), "json", tileset_id)
    if query.f == "style":
        return json_response(json.dumps(_style(found, tileset_id), ensure_ascii=False))
    title = _title(found)
    document = Tileset(
        title=title,
        links=_links(tileset_id),
        tileMatrixSetLimits=limits_of(found.bbox, *found.zooms) if found.bbox else None,
        layers=[tileset_layer(layer.definition) for layer in found.collections],
    )
    return show(document, query.f, title)


def _tilejson(composite: Composite, names: str) -> TileJson:
    language = current.language()
    sources = [one.definition.source.in_language(language) for one in composite.collections]
    minzoom, maxzoom = composite.zooms
    return TileJson(
        name=_title(composite),
        attribution="; ".join(dict.fromkeys(sources)),
        tiles=[plain_template(_template(names))],
        vector_layers=[layer for part in composite.parts for layer in _vector_layers(part)],
        minzoom=minzoom,
        maxzoom=maxzoom,
        bounds=composite.bbox,
        thinning=_thinning(composite),
    )


def _vector_layers(part: Part) -> list[VectorLayer]:
    if isinstance(part, LoadedTileset):
        fields = part.definition.fields
        return [vector_layer(one.definition, fields[one.definition.id]) for one in part.layers]
    catalogue, definition = current.catalogue(), part.definition
    shown = fields_of_style(catalogue, definition)
    rules = thinning_of(current.connection(), catalogue, definition, shown)
    return [vector_layer(definition, shown, rules.gathered)]


def _thinning(composite: Composite) -> SharedThinning:
    rules = service.thinning_of(current.connection(), current.catalogue(), composite)
    layers: dict[str, LayerThinning] = {
        layer: LayerThinning(
            may_be_thinned=one.may_be_thinned,
            kept_first=list(one.kept_first),
            gathered_to_zoom=one.gathered_to,
            gathered_fields=list(one.gathered),
        )
        for layer, one in rules.layers.items()
    }
    return SharedThinning(budget_bytes=rules.budget_bytes, header=THINNED, layers=layers)


def _style(composite: Composite, names: str) -> dict[str, object]:
    """Give the styles of the tilesets, one above the other; layers have none of their own."""
    several = len(composite.parts) > 1
    layers = [
        # Two tilesets may call a layer of their styles alike.
        {**layer, "id": f"{part.definition.id}:{layer['id']}", "source": names} if several else layer
        for part in composite.parts
        if isinstance(part, LoadedTileset)
        for layer in part.definition.style["layers"]
    ]
    sources = {names: {"type": "vector", "url": f"{url(_path(names))}?f=tilejson"}}
    return {"version": 8, "name": _title(composite), "sources": sources, "layers": layers}


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
    """Give one tile of tilesets and layers as Mapbox Vector Tile; 204 when nothing lies in it."""
    del query  # there is only one format; asking for another has been refused
    grid.require_matrix_set(tile_matrix_set_id)
    composite, zxy = _composite_of(tileset_id), (tile_matrix, tile_col, tile_row)
    if service.is_made_anew(current.context(), composite, zxy):
        live.count(live.FILTERED, live.TILES_PER_QUESTION)
    give = partial(service.tile, current.context(), composite)
    # The tile is asked for by a connection of its own; nobody waits for one while holding another.
    current.release()
    with asked_by(asker_of(request.environ)):
        found = give(zxy)
    return tile_response(found, give)
