"""Tiles of several parts, each as it is by itself: one state of the database, one budget."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gis_service.db import tiles as rows
from gis_service.db.engine import Connection, Engine
from gis_service.db.snapshot import snapshot
from gis_service.db.tiles import TileContent
from gis_service.services.near_parts import NearTile
from gis_service.services.overview_tiles import OverviewTile, unchanged_in
from gis_service.services.tile_cache import Made
from gis_service.services.tile_memory import Zxy
from gis_service.services.tile_sources import told
from gis_service.services.tileset_tiles import TilesetTile, features_in, first_shares
from gis_service.types import LayerId


@dataclass(frozen=True, slots=True)
class PartTile:
    """The tile of one part.

    Parameters
    ----------
    tile
        Makes it.
    may_be_thinned
        Whether any of them may be.
    """

    tile: TilesetTile | OverviewTile | NearTile
    may_be_thinned: bool


@dataclass(frozen=True, slots=True)
class CompositeTile:
    """A tile of several parts.

    Parameters
    ----------
    engine
        Pool of connections.
    parts
        Whose layers have different names.
    zxy
        Zoom, column, row.
    """

    engine: Engine
    parts: tuple[PartTile, ...]
    zxy: Zxy

    def make(self) -> Made:
        """Ask for the tiles of all parts, and what they are made of, all of one state.

        Beyond the budget the heaviest parts are thinned, or told in wider cells, all down to the same weight.
        """
        made_of: dict[LayerId, int] = {}
        whole: list[TileContent] = []
        with snapshot(self.engine, is_small=True) as connection:
            for part in self.parts:
                tile, of_part = part.tile.made_in(connection)
                whole.append(tile)
                made_of |= of_part
            found = self._within(connection, whole, rows.BUDGET)
        return Made(b"".join(one.content for one in found), made_of, told(_joined(found)))

    def _within(self, connection: Connection, whole: Sequence[TileContent], budget: int) -> list[TileContent]:
        sizes = {str(at): len(one.content) for at, one in enumerate(whole)}
        may = {str(at) for at, part in enumerate(self.parts) if part.may_be_thinned}
        found = list(whole)
        for at, share in first_shares(sizes, may, budget).items():
            found[int(at)], _ = self.parts[int(at)].tile.made_in(connection, int(share * sizes[at]))
        return found

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        """Tell whether nothing that the tile is made of has changed since."""
        layers = {layer: seen for part in self.parts for layer, seen in part.tile.seen.items()}
        with snapshot(self.engine, is_small=True) as connection:
            return unchanged_in(connection, layers, self.zxy, made_of)


def _joined(parts: Sequence[TileContent]) -> TileContent:
    """Put parts together; features are counted where any of them leaves some out."""
    content, wider = b"".join(one.content for one in parts), max(one.wider for one in parts)
    if all(one.shown == one.of for one in parts):
        return TileContent(content, 0, 0, wider)
    of = sum(features_in(one.content) if one.shown == one.of else one.of for one in parts)
    return TileContent(content, features_in(content), of, wider)
