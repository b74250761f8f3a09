"""Tiles near by of one layer as parts of larger ones: what it has by itself, in a share of the budget."""

from collections.abc import Mapping
from dataclasses import dataclass

from gis_service.db.engine import Connection, Engine
from gis_service.db.tile_changes import versions_of
from gis_service.db.tile_seen import Seen
from gis_service.db.tiles import Importance, TileContent
from gis_service.services import near_tiles
from gis_service.services.overview_recipes import Recipe
from gis_service.services.tile_sources import StateTile, seen_of
from gis_service.types import LayerId


@dataclass(frozen=True, slots=True)
class NearTile(StateTile):
    """A tile of a zoom from which on no overview is read.

    Parameters
    ----------
    engine
        Pool of connections.
    recipe
        Tells the table of the layer.
    importance
        What stays when the tile has to be thinned.
    zxy
        Zoom, column, row.
    fields
        Fields that become attributes.
    """

    engine: Engine
    recipe: Recipe
    importance: Importance | None
    zxy: tuple[int, int, int]
    fields: tuple[str, ...]

    @property
    def seen(self) -> Mapping[LayerId, Seen]:
        """By what of the layer it looks otherwise."""
        return {self.recipe.table.layer: seen_of(self.fields, self.importance)}

    def made_in(
        self, connection: Connection, budget: int | None = None
    ) -> tuple[TileContent, dict[LayerId, int]]:
        """Make the tile of the state that a connection sees."""
        made_of = versions_of(connection, [self.recipe.table.layer])
        query = near_tiles.query_of(self.recipe, self.fields, self.zxy)
        tile = near_tiles.draw(connection, query, self.zxy, self.importance, budget=budget)
        return tile, made_of
