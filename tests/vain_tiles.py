"""Tiles of a small province as the service makes them, asked for after each change: how many made in vain."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import mapbox_vector_tile
from sqlalchemy import Engine, text

from gis_service.catalogue.loader import load_catalogue
from gis_service.db.engine import transaction
from gis_service.files.tile_store import TileStore
from gis_service.services import tiles, tilesets
from gis_service.services.overview_recipes import importance_of, recipe_of
from gis_service.services.overview_tiles import OverviewTile
from gis_service.services.overviews import digest
from gis_service.services.tile_cache import Made, Source, TileCache
from gis_service.services.tile_fields import fields_of_style
from gis_service.services.tile_grid import tile_of
from gis_service.services.tile_sources import QueriedTile, mark_of, seen_of
from gis_service.services.tileset_tiles import TilesetTile
from gis_service.settings import ROOT
from gis_service.types import LayerId

CITY = load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")
BASE = CITY.tilesets["base"]
LAYERS = tuple(map(LayerId, ("roads", "land_use", "one_stop_office")))
EDITS = (
    # Of what no tile shows.
    "UPDATE layer.roads SET width_m = coalesce(width_m, 0) + 1 WHERE fid % 6 = {n}",
    "UPDATE layer.land_use SET site_area_m2 = coalesce(site_area_m2, 0) + 1 WHERE fid % 6 = {n}",
    "UPDATE layer.one_stop_office SET counters = coalesce(counters, 0) + 1 WHERE fid % 6 = {n}",
    # Of what tiles show.
    "UPDATE layer.roads SET name = 'Đường {n}' WHERE fid % 6 = {n}",
    "UPDATE layer.roads SET geom = ST_Translate(geom, 0, 0.002) WHERE fid % 6 = {n}",
    "UPDATE layer.land_use SET use = 'farmland' WHERE fid % 6 = {n}",
    "UPDATE layer.land_use SET geom = ST_Translate(geom, 0.003, 0) WHERE fid % 6 = {n}",
    "UPDATE layer.one_stop_office SET name = name || '.' WHERE fid % 6 = {n}",
    "UPDATE layer.one_stop_office SET geom = ST_Translate(geom, 0.004, 0.001) WHERE fid % 6 = {n}",
    "DELETE FROM layer.land_use WHERE fid = 5 + {n}",
    # Of what the base map shows close up only, of a class that it does not show, and of one row.
    "UPDATE layer.roads SET geom = ST_Translate(geom, {n} * 0.001, 0) WHERE road_class = 'village_lane'",
    "UPDATE layer.land_use SET geom = ST_Translate(geom, 0, 0.001) WHERE use = 'farmland'",
    "UPDATE layer.settlement SET name = name || '.' WHERE kind = 'village' AND fid % 6 = {n}",
    "UPDATE layer.district_2024 SET name = name || '.'",
    "UPDATE layer.rivers SET name = name || '.' WHERE {n} < 3",
    "UPDATE layer.roads SET road_class = 'village_lane' WHERE fid = 7 * {n} + 3",
    "UPDATE layer.land_use SET geom = ST_Translate(geom, 0.001, 0.001) WHERE fid = 7 * {n} + 3",
    # Of what lies elsewhere.
    "UPDATE layer.rivers SET geom = ST_Translate(geom, 0.5, 0) WHERE fid = 2 AND {n} = 1",
)
_MIDDLE, _AROUND = (106.325, 20.484), 0.05
Zxy = tuple[int, int, int]


@dataclass
class Counted:
    """A source of tiles, and how often it made one."""

    source: Source
    made: int = 0

    def make(self) -> Made:
        self.made += 1
        return self.source.make()

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        return self.source.unchanged(made_of)


@dataclass
class Reader:
    """One process that is asked for the same tiles again and again.

    Attributes
    ----------
    again, in_vain
        Tiles of layers that were made again, and those of them that came out as they were.
    base_again, base_in_vain
        The same of the base map, whose query leaves out much of what lies in a tile.
    """

    engine: Engine
    folder: Path
    again: int = 0
    in_vain: int = 0
    base_again: int = 0
    base_in_vain: int = 0
    _known: dict[tuple[str, Zxy], bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._cache = TileCache(
            self.engine, TileStore(self.folder), most_bytes=1 << 24, most_stored=1 << 26, at_once=2
        )
        self._tiles = [(mark, zxy, Counted(source)) for mark, zxy, source in sources(self.engine)]

    def ask(self) -> None:
        """Ask for every tile after a look at the log; a tile that is given is what would be made now."""
        with transaction(self.engine) as connection:
            self._cache.freshness.look(connection)
        for mark, zxy, source in self._tiles:
            made, before = source.made, self._known.get((mark, zxy))
            content = self._cache.give(mark, zxy, source).content
            if before is not None and source.made > made:
                in_vain = shown(content) == shown(before)
                if isinstance(source.source, TilesetTile):
                    self.base_again, self.base_in_vain = self.base_again + 1, self.base_in_vain + in_vain
                else:
                    self.again, self.in_vain = self.again + 1, self.in_vain + in_vain
            self._known[mark, zxy] = content

    def told(self) -> tuple[int, int, int, int]:
        """Give all four counts."""
        return self.again, self.in_vain, self.base_again, self.base_in_vain

    def is_true(self) -> bool:
        """Tell whether all tiles that were given last are those of the tables."""
        return all(
            shown(source.source.make().content) == shown(self._known[mark, zxy])
            for mark, zxy, source in self._tiles
        )


def shown(content: bytes) -> list[str]:
    """Tell what a tile shows, in whatever order: that of the base map is the one in which rows are found."""
    layers = mapbox_vector_tile.decode(content) if content else {}
    return sorted(json.dumps([name, one]) for name, layer in layers.items() for one in layer["features"])


def sources(engine: Engine) -> list[tuple[str, Zxy, Source]]:
    """Give tiles of layers, from their overviews and of their rows, and of the base map."""
    dice = random.Random(3)  # noqa: S311  reproducible, no secret
    found: list[tuple[str, Zxy, Source]] = []
    for z in (9, 11, 13, 14, 15):
        places = [[middle + dice.uniform(-_AROUND, _AROUND) for middle in _MIDDLE] for _ in range(2)]
        for zxy in sorted({(z, *tile_of(place[0], place[1], z)) for place in places}):
            found += [(mark_of(layer), zxy, _of_layer(engine, layer, zxy)) for layer in LAYERS]
            base = TilesetTile(engine, BASE.query, tilesets.layers_of(CITY, BASE), zxy)
            found.append((mark_of("base"), zxy, base))
    return found


def _of_layer(engine: Engine, layer: LayerId, zxy: Zxy) -> Source:
    definition = CITY.layers[layer]
    recipe, importance = recipe_of(CITY, definition), importance_of(CITY, definition)
    fields = fields_of_style(CITY, definition)
    if zxy[0] < 14:
        return OverviewTile(engine, recipe, importance, zxy, fields)
    ask = partial(
        tiles._made_of_rows,
        recipe=recipe,
        fields=fields,
        zxy=zxy,
        condition=None,
        version=None,
        importance=importance,
    )
    return QueriedTile(engine, (layer,), zxy, ask, seen_of(fields, importance))


def follow(engine: Engine) -> None:
    """Bring the overviews of all layers up to them."""
    for layer in {*LAYERS, *BASE.layers}:
        digest(engine, recipe_of(CITY, CITY.layers[LayerId(layer)]))


def write(engine: Engine, dice: random.Random) -> None:
    """Commit a change."""
    with transaction(engine) as connection:
        connection.execute(text(dice.choice(EDITS).format(n=dice.randrange(6))))
