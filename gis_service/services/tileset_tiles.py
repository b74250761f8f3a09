"""Tiles of several layers within their budget, and what tells whether they are still what the tables hold."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar

from gis_service.db import tiles as rows
from gis_service.db.engine import Connection, Engine
from gis_service.db.snapshot import snapshot
from gis_service.db.tile_changes import versions_of
from gis_service.db.tile_seen import Seen
from gis_service.db.tiles import TileContent
from gis_service.db.tileset_tiles import DrawnLayer, tileset_tile
from gis_service.files.vector_tiles import layer_sizes
from gis_service.services.drawn_layers import LayerOfTileset, drawn, not_drawn, state_of
from gis_service.services.overview_tiles import TilePlace, is_for, note_overview, unchanged_in, way_in
from gis_service.services.tile_sources import StateTile
from gis_service.types import LayerId

_TRIES = 6
_AIM = 0.95
"""Share of the budget that the first thinning aims at: what the query makes of a row is not known exactly."""
_LESS = 0.8
Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class TilesetTile(StateTile):
    """A tile that a reviewed query makes of several layers.

    Parameters
    ----------
    engine
        Pool of connections.
    query
        SQL that reads what is drawn of the layers.
    layers
        All that it may read.
    zxy
        Zoom, column, row.
    """

    engine: Engine
    query: str
    layers: tuple[LayerOfTileset, ...]
    zxy: tuple[int, int, int]

    @property
    def seen(self) -> Mapping[LayerId, Seen]:
        """What it shows of each of the layers that are shown at its zoom: of no other it is made."""
        zoom = self.zxy[0]
        return {one.id: one.seen_at(zoom) for one in self.layers if one.zooms.has(zoom)}

    def made_in(
        self, connection: Connection, budget: int | None = None
    ) -> tuple[TileContent, dict[LayerId, int]]:
        """Make the tile of the state that a connection sees."""
        zoom, seen = self.zxy[0], self.seen
        shown = [one for one in self.layers if one.id in seen]
        has_overview = is_for(zoom)
        states = [state_of(connection, one) if has_overview else None for one in shown]
        made_of = versions_of(connection, list(seen))
        ways = {
            one.id: way_in(
                connection, one.recipe, TilePlace(zoom, self.box, seen[one.id]), state, made_of[one.id]
            )
            for one, state in zip(shown, states, strict=True)
        }
        layers = [drawn(one, ways[one.id], zoom) if one.id in seen else not_drawn(one) for one in self.layers]
        tile = self._within(connection, layers, rows.BUDGET if budget is None else budget)
        for one in shown:
            note_overview(made_of, one.recipe, ways[one.id], zoom, is_whole=tile.shown == tile.of)
        return tile, made_of

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        """Tell whether neither a row of the tile nor an overview has changed since it was made."""
        with snapshot(self.engine, is_small=True) as connection:
            return unchanged_in(connection, self.seen, self.zxy, made_of)

    def _within(self, connection: Connection, layers: Sequence[DrawnLayer], budget: int) -> TileContent:
        """Make the tile; one beyond the budget keeps of its heaviest layers what is most important."""
        content = tileset_tile(connection, self.query, layers, self.zxy, self.box)
        if len(content) <= budget:
            return TileContent(content, 0, 0)
        sizes = {LayerId(name): size.bytes for name, size in layer_sizes(content).items()}
        of = features_in(content)
        may = {one.layer for one in layers if one.importance is not None}
        shares = first_shares(sizes, may, int(_AIM * budget))
        if not shares:
            return TileContent(content, of, of)
        for left in reversed(range(_TRIES)):
            content = tileset_tile(connection, self.query, layers, self.zxy, self.box, shares)
            if len(content) <= budget:
                break
            by = _LESS * budget / len(content)
            # Before it is more than it may be, none of them is shown at all.
            shares = {layer: share * by if left > 1 else 0.0 for layer, share in shares.items()}
        return TileContent(content, features_in(content), of)


def features_in(content: bytes) -> int:
    """Count the features of all layers of a tile."""
    return sum(size.features for size in layer_sizes(content).values())


def first_shares(
    sizes: Mapping[Name, int], may_be_thinned: AbstractSet[Name], budget: int
) -> dict[Name, float]:
    """Tell which parts of a tile are thinned, and how far: the heaviest ones, all down to the same weight.

    Parameters
    ----------
    sizes
        Bytes of each part, such as a layer.
    may_be_thinned
        The others count against the budget as they are.
    budget
        Bytes of the tile.

    Returns
    -------
    Share of its bytes that each of the thinned parts keeps; above 0, so that something of each stays.
    """
    thinned = sorted((size, name) for name, size in sizes.items() if name in may_be_thinned and size)
    room = budget - sum(size for name, size in sizes.items() if name not in may_be_thinned)
    for at, (size, _) in enumerate(thinned):
        cap = max(room, 1) / (len(thinned) - at)
        if size > cap:
            return {name: cap / of for of, name in thinned[at:]}
        room -= size
    return {}
