"""Where tiles come from: a query over layers, and what tells whether its answer is still the same."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gis_service.db.engine import Connection, Engine
from gis_service.db.snapshot import snapshot
from gis_service.db.tile_changes import is_box_touched, versions_of
from gis_service.db.tiles import BUFFER, EXTENT, TileContent
from gis_service.services.tile_cache import Made
from gis_service.services.tile_grid import tile_box
from gis_service.types import LayerId


@dataclass(frozen=True, slots=True)
class QueriedTile:
    """A tile of the rows of layers whose boxes meet it, with the rim that tiles have.

    Parameters
    ----------
    engine
        Pool of connections.
    layers
        All that the query reads.
    zxy
        Zoom, column, row.
    ask
        Runs the query and gives the tile.
    """

    engine: Engine
    layers: tuple[LayerId, ...]
    zxy: tuple[int, int, int]
    ask: Callable[[Connection], TileContent]

    def make(self) -> Made:
        """Ask for the tile and the versions of its layers, all of one state."""
        with snapshot(self.engine, is_small=True) as connection:
            tile = self.ask(connection)
            return Made(tile.content, versions_of(connection, self.layers), told(tile))

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        """Tell whether no row of the tile has come, gone or changed since the versions it is made of."""
        box = tile_box(*self.zxy, BUFFER / EXTENT)
        with snapshot(self.engine, is_small=True) as connection:
            now = versions_of(connection, self.layers)
            for layer, version in now.items():
                since = made_of.get(layer, 0)
                if version != since and is_box_touched(connection, layer, since, box):
                    return None
        return now


def told(tile: TileContent) -> str:
    """Say how much of what lies in a tile is in it, as a header does; nothing when it is all of it."""
    return "" if tile.shown == tile.of else f"shown={tile.shown}, of={tile.of}"


def mark_of(*parts: object) -> str:
    """Make a mark of everything that tells one kind of tile from another."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
