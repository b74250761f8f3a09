"""Several tilesets and layers in one tile: each as it is by itself, all of one state of the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from gis_service.catalogue.loader import Catalogue
from gis_service.db import tiles as rows
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, NotFound, WrongUse
from gis_service.services import near_tiles, tiles, tilesets
from gis_service.services.collections import Collection
from gis_service.services.composite_tiles import CompositeTile, PartTile
from gis_service.services.context import Context
from gis_service.services.near_parts import NearTile
from gis_service.services.overview_recipes import importance_of, recipe_of
from gis_service.services.overview_tiles import OverviewTile
from gis_service.services.tile_fields import fields_of_style
from gis_service.services.tile_grid import MAX_ZOOM, require_tile
from gis_service.services.tile_memory import Tile, Zxy
from gis_service.services.tile_sources import mark_of
from gis_service.services.tiles import ThinningRules
from gis_service.services.tileset_tiles import TilesetTile
from gis_service.services.tilesets import LoadedTileset
from gis_service.types import BBox, LayerId

MOST_PARTS = 8
"""Tilesets and layers in one tile."""
Part = LoadedTileset | Collection


@dataclass(frozen=True, slots=True)
class Composite:
    """Tilesets and layers that lie in one tile.

    Parameters
    ----------
    parts
        In the order in which they were asked for, the bottom one first; the caller may read all of them.
    """

    parts: tuple[Part, ...]

    @property
    def collections(self) -> list[Collection]:
        """All layers in it."""
        return list(chain.from_iterable(_layers_of(part) for part in self.parts))

    @property
    def zooms(self) -> tuple[int, int]:
        """First and last zoom at which any part has tiles."""
        firsts, lasts = zip(*(zooms_of(part) for part in self.parts), strict=True)
        return min(firsts), max(lasts)

    @property
    def bbox(self) -> BBox | None:
        """Longitude and latitude box that holds all rows of all layers; None when there are none."""
        boxes = [one.bbox for one in self.collections if one.bbox]
        if not boxes:
            return None
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)


@dataclass(frozen=True, slots=True)
class SharedRules:
    """What tiles of several layers may leave out.

    Parameters
    ----------
    budget_bytes
        What a tile may take before it is packed.
    layers
        What of each may be left out.
    """

    budget_bytes: int
    layers: dict[LayerId, ThinningRules]


def thinning_of(connection: Connection, catalogue: Catalogue, composite: Composite) -> SharedRules:
    """Tell what the tiles of a composite may leave out, and up to which zoom rows of its layers are gathered.

    Parameters
    ----------
    connection
        Any that may read.
    catalogue, composite
        Of the city, and what lies in one tile.
    """
    found: dict[LayerId, ThinningRules] = {}
    for part in composite.parts:
        for one in _layers_of(part):
            fields = fields_of_style(catalogue, one.definition)
            rules = tiles.thinning_of(connection, catalogue, one.definition, fields)
            found[one.definition.id] = _of_tileset(rules) if isinstance(part, LoadedTileset) else rules
    return SharedRules(rows.BUDGET, found)


def _of_tileset(rules: ThinningRules) -> ThinningRules:
    """Tell it of a layer inside a tileset, which shows joined lines, but rows in place of cells."""
    is_joined = rules.gathered_to is not None and not rules.has_cells
    return replace(rules, gathered_to=rules.gathered_to if is_joined else None, gathered=())


def names_in(address: str) -> list[str]:
    """Read the names of tilesets and layers in an address, with commas between them.

    Raises
    ------
    WrongUse
        ``tile_parts_too_many``.
    """
    names = address.split(",")
    if len(names) > MOST_PARTS:
        raise WrongUse(ErrorCode.TILE_PARTS_TOO_MANY, count=len(names), most=MOST_PARTS)
    return names


def composite_of(parts: Sequence[Part]) -> Composite:
    """Put parts together.

    Raises
    ------
    WrongUse
        ``tile_parts_overlap`` when two of them hold the same layer: in a tile each name stands once.
    NotFound
        ``layer_without_geometry``.
    """
    made = Composite(tuple(parts))
    seen: set[LayerId] = set()
    for one in made.collections:
        tiles.require_geometry(one.definition)
        if one.definition.id in seen:
            raise WrongUse(ErrorCode.TILE_PARTS_OVERLAP, layer=one.definition.id)
        seen.add(one.definition.id)
    return made


def tile(context: Context, composite: Composite, zxy: Zxy) -> Tile:
    """Give one tile of a composite; without content where nothing lies in it.

    A part is left out at zooms at which it has no tiles. What one part alone shows is its own tile.

    Raises
    ------
    NotFound
        ``tile_outside_matrix`` when the grid has no such tile, ``tile_outside_zooms`` when no part has any at
        this zoom.
    Temporary
        ``tiles_busy``, ``database_unavailable``.
    """
    require_tile(*zxy)
    shown = _shown_at(composite, zxy[0])
    if not shown:
        least, most = composite.zooms
        names = ",".join(_name_of(part) for part in composite.parts)
        raise NotFound(ErrorCode.TILE_OUTSIDE_ZOOMS, tileset=names, z=zxy[0], minzoom=least, maxzoom=most)
    if len(shown) == 1:
        (part,) = shown
        if isinstance(part, LoadedTileset):
            return tilesets.tile(context, part.definition, *zxy)
        return tiles.tile(context, part.definition, zxy)
    source = CompositeTile(context.engine, tuple(_source_of(context, part, zxy) for part in shown), zxy)
    # There are as many of them as people can think of.
    return context.tiles.give(_mark_of_all(context.catalogue, shown), zxy, source, is_variant=True)


def is_made_anew(context: Context, composite: Composite, zxy: Zxy) -> bool:
    """Tell whether a tile of several parts has to be made for its asker: this process has none of it."""
    shown = _shown_at(composite, zxy[0])
    return len(shown) > 1 and not context.tiles.has_variant(_mark_of_all(context.catalogue, shown), zxy)


def _shown_at(composite: Composite, zoom: int) -> list[Part]:
    """Give the parts that have tiles at a zoom: in one order, however they were asked for."""
    shown = (part for part in composite.parts if zooms_of(part)[0] <= zoom <= zooms_of(part)[1])
    return sorted(shown, key=_name_of)


def _mark_of_all(catalogue: Catalogue, shown: Sequence[Part]) -> str:
    return mark_of("composite", [_mark_of(catalogue, part) for part in shown])


def zooms_of(part: Part) -> tuple[int, int]:
    """Give the first and the last zoom at which a part has tiles."""
    if isinstance(part, LoadedTileset):
        return part.definition.minzoom, part.definition.maxzoom
    return 0, MAX_ZOOM


def _layers_of(part: Part) -> Iterator[Collection]:
    yield from part.layers if isinstance(part, LoadedTileset) else (part,)


def _name_of(part: Part) -> str:
    return part.definition.id


def _mark_of(catalogue: Catalogue, part: Part) -> str:
    if isinstance(part, LoadedTileset):
        return tilesets.mark_of_tileset(catalogue, part.definition)
    return tiles.mark_of_layer(catalogue, part.definition, fields_of_style(catalogue, part.definition))


def _source_of(context: Context, part: Part, zxy: Zxy) -> PartTile:
    catalogue = context.catalogue
    may = any(importance_of(catalogue, one.definition) is not None for one in _layers_of(part))
    if isinstance(part, LoadedTileset):
        layers = tilesets.layers_of(catalogue, part.definition)
        return PartTile(TilesetTile(context.engine, part.definition.query, layers, zxy), may)
    definition = part.definition
    recipe, importance = recipe_of(catalogue, definition), importance_of(catalogue, definition)
    fields = fields_of_style(catalogue, definition)
    if near_tiles.is_near(zxy[0]):
        return PartTile(NearTile(context.engine, recipe, importance, zxy, fields), may)
    return PartTile(OverviewTile(context.engine, recipe, importance, zxy, fields), may)
