"""Tilesets: several layers in one vector tile, made by a reviewed query."""

import re
from dataclasses import dataclass

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.tileset_definition import ALL_ZOOMS, Tileset
from gis_service.db.collections import collections
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.collections import Collection
from gis_service.services.context import Context
from gis_service.services.drawn_layers import LayerOfTileset
from gis_service.services.overview_recipes import importance_of, recipe_of
from gis_service.services.overview_tiles import seen_of_layer
from gis_service.services.rights import Rights
from gis_service.services.tile_grid import require_tile
from gis_service.services.tile_memory import Tile
from gis_service.services.tile_sources import mark_of
from gis_service.services.tileset_tiles import TilesetTile
from gis_service.types import LayerId


@dataclass(frozen=True, slots=True)
class LoadedTileset:
    """A tileset whose layers all have tables.

    Parameters
    ----------
    definition
        As in the tiles folder.
    layers
        Its layers, bottom first.
    """

    definition: Tileset
    layers: tuple[Collection, ...]


def list_tilesets(connection: Connection, rights: Rights) -> list[LoadedTileset]:
    """Give the tilesets that can be drawn and whose layers are all open to the caller, by id."""
    return [
        loaded
        for tileset in rights.catalogue.tilesets.values()
        if all(rights.may_read(layer) for layer in tileset.layers)
        if (loaded := _loaded(connection, rights, tileset))
    ]


def one_tileset(connection: Connection, rights: Rights, id_: str) -> LoadedTileset:
    """Give one tileset.

    Raises
    ------
    NotFound
        ``tileset_not_found`` when there is none, or when one of its layers has never been loaded.
    NotAllowed
        ``token_missing`` or ``role_insufficient`` when one of its layers is not open to the caller.
    """
    tileset = rights.catalogue.tilesets.get(id_)
    if tileset is None:
        raise NotFound(ErrorCode.TILESET_NOT_FOUND, tileset=id_)
    for layer in tileset.layers:
        rights.require_reading(layer)
    loaded = _loaded(connection, rights, tileset)
    if loaded is None:
        raise NotFound(ErrorCode.TILESET_NOT_FOUND, tileset=id_)
    return loaded


def _loaded(connection: Connection, rights: Rights, tileset: Tileset) -> LoadedTileset | None:
    found = {row.id: row for row in collections(connection, tileset.layers)}
    if len(found) < len(set(tileset.layers)):
        return None
    layers = (
        Collection(
            rights.catalogue.layers[layer], rights.visibility(layer), found[layer].version, found[layer].bbox
        )
        for layer in tileset.layers
    )
    return LoadedTileset(tileset, tuple(layers))


def tile(context: Context, tileset: Tileset, z: int, x: int, y: int) -> Tile:
    """Give one tile as Mapbox Vector Tile; without content where nothing lies in it.

    Parameters
    ----------
    context
        Of the service.
    tileset
        Its layers all have tables.
    z, x, y
        Zoom, column from the west, row from the north.

    Raises
    ------
    NotFound
        ``tile_outside_matrix`` when the grid has no such tile, ``tile_outside_zooms`` when the tileset has
        none at this zoom.
    Temporary
        ``tiles_busy``, ``database_unavailable``.
    """
    require_tile(z, x, y)
    if not tileset.minzoom <= z <= tileset.maxzoom:
        raise NotFound(
            ErrorCode.TILE_OUTSIDE_ZOOMS,
            tileset=tileset.id,
            z=z,
            minzoom=tileset.minzoom,
            maxzoom=tileset.maxzoom,
        )
    layers = layers_of(context.catalogue, tileset)
    source = TilesetTile(context.engine, tileset.query, layers, (z, x, y))
    return context.tiles.give(mark_of_tileset(context.catalogue, tileset), (z, x, y), source)


def mark_of_tileset(catalogue: Catalogue, tileset: Tileset) -> str:
    """Tell the tiles of a tileset from all others."""
    return mark_of("tileset", tileset.query, layers_of(catalogue, tileset))


def layers_of(catalogue: Catalogue, tileset: Tileset) -> tuple[LayerOfTileset, ...]:
    """Tell how each layer of a tileset is shown."""
    # Attributes are named in its definition; what else the query reads of a row is named in the query.
    words = set(re.findall(r"\w+", tileset.query.lower()))
    found = []
    for definition in (catalogue.layers[layer] for layer in dict.fromkeys(tileset.layers)):
        shown = {*tileset.fields.get(definition.id, ()), *words}
        recipe, importance = recipe_of(catalogue, definition), importance_of(catalogue, definition)
        fields = [field.name for field in definition.fields if field.name in shown]
        seen = seen_of_layer(recipe, fields, importance)
        zooms = tileset.zooms.get(LayerId(definition.id), ALL_ZOOMS)
        found.append(LayerOfTileset(recipe, importance, seen, zooms))
    return tuple(found)
