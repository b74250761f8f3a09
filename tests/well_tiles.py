"""Wells in four cells of the map, and their tiles, made with nothing kept."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine, text

from gis_service.db.engine import Connection, transaction
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.db.snapshot import snapshot
from gis_service.db.tile_changes import is_box_touched, versions_of
from gis_service.db.tile_rows import RowQuery
from gis_service.db.tiles import vector_tile
from gis_service.services import near_tiles
from gis_service.services.tile_cache import Made
from gis_service.services.tile_grid import tile_box, tile_of
from gis_service.types import LayerId

WELL = LayerId("well")
TABLE = LayerTable(WELL, "Point", None, (Column("depth", "number"),))
WEST, NORTH = 106.34, 20.46
SPREAD = 0.08
"""Degrees: about four cells across."""
ZOOMS = (11, 13, 14, 15, 16)
RIM = 1 / 64
Zxy = tuple[int, int, int]


def dig(engine: Engine, count: int = 60) -> None:
    """Make the layer with so many wells."""
    with transaction(engine) as connection:
        ensure_table(connection, TABLE)
        connection.execute(
            text(
                # Spread evenly, the first one in the north-western corner.
                "INSERT INTO layer.well (geom, depth)"
                " SELECT ST_Point(:west + :spread * mod(0.618034 * i, 1),"
                " :north - :spread * mod(0.754878 * i, 1), 4326), i FROM generate_series(0, :count - 1) AS i"
            ),
            {"west": WEST, "north": NORTH, "spread": SPREAD, "count": count},
        )


def write(engine: Engine, statement: str) -> None:
    """Commit a statement."""
    with transaction(engine) as connection:
        connection.execute(text(statement))


def corner_tile(z: int) -> Zxy:
    """Give the tile that holds the north-western corner."""
    return z, *tile_of(WEST + 1e-6, NORTH - 1e-6, z)


def some_tile(dice: random.Random) -> Zxy:
    """Draw a tile with wells in it, or beside them."""
    z = dice.choice(ZOOMS)
    return z, *tile_of(WEST + SPREAD * dice.random(), NORTH - SPREAD * dice.random(), z)


def draw(connection: Connection, zxy: Zxy) -> bytes:
    """Make a tile of the wells as the service does."""
    box = tile_box(*zxy, RIM)
    if near_tiles.is_near(zxy[0]):
        return near_tiles.draw(connection, RowQuery(WELL, TABLE.columns, box), zxy, None).content
    return vector_tile(connection, WELL, ["depth"], zxy, box).content


@dataclass
class WellTile:
    """One tile of the wells, and how often it was asked for."""

    engine: Engine
    zxy: Zxy
    made: int = 0
    asked: list[Mapping[LayerId, int]] = field(default_factory=list)

    def make(self) -> Made:
        self.made += 1
        with snapshot(self.engine) as connection:
            return Made(draw(connection, self.zxy), {WELL: versions_of(connection, [WELL])[WELL]})

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        self.asked.append(made_of)
        with snapshot(self.engine) as connection:
            if is_box_touched(connection, WELL, made_of[WELL], tile_box(*self.zxy, RIM)):
                return None
            return {WELL: versions_of(connection, [WELL])[WELL]}
