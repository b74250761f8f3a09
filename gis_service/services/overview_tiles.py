"""Tiles of a layer from its overview, where that is level with the layer, or else from the rows themselves.

Such a tile is kept with two numbers: the version of the layer, and the last update of the overview. It is no
longer good when a later version touches it, and when a later update of the overview does.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gis_service.analysis.generalise import LAST_ZOOM, Plan
from gis_service.db import overviews as states
from gis_service.db import tiles as rows
from gis_service.db.engine import Connection, Engine
from gis_service.db.overviews import OverviewState
from gis_service.db.snapshot import snapshot
from gis_service.db.tile_changes import is_box_touched, versions_of
from gis_service.db.tiles import Importance, Rows, TileContent
from gis_service.services.overview_recipes import Recipe
from gis_service.services.overviews import plan_of
from gis_service.services.tile_cache import Made
from gis_service.services.tile_grid import tile_box
from gis_service.services.tile_sources import told
from gis_service.types import BBox, LayerId

OF_OVERVIEW = "overview."
"""Before the name of a layer: stands for its overview among what a tile is made of."""


@dataclass(frozen=True, slots=True)
class OverviewTile:
    """A tile of a zoom that overviews are for.

    Parameters
    ----------
    engine
        Pool of connections.
    recipe
        How the overview of the layer is made.
    importance
        What stays when the tile has to be thinned.
    zxy
        Zoom, column, row.
    """

    engine: Engine
    recipe: Recipe
    importance: Importance | None
    zxy: tuple[int, int, int]

    @property
    def layer(self) -> LayerId:
        """The layer."""
        return self.recipe.table.layer

    @property
    def box(self) -> BBox:
        """The tile with its rim, in longitude and latitude."""
        return tile_box(*self.zxy, rows.BUFFER / rows.EXTENT)

    def make(self) -> Made:
        """Ask for the tile, the version of its layer and the update of its overview, all of one state."""
        with snapshot(self.engine, is_small=True) as connection:
            state = states.state_of(connection, self.layer, is_read=True)
            versions = versions_of(connection, [self.layer])
            tile = self._draw(connection, state, versions[self.layer])
            number = 0 if state is None else state.number
            return Made(tile.content, {**versions, LayerId(OF_OVERVIEW + self.layer): number}, told(tile))

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        """Tell whether neither a row of the tile nor the overview has changed since it was made."""
        overview = LayerId(OF_OVERVIEW + self.layer)
        with snapshot(self.engine, is_small=True) as connection:
            now = versions_of(connection, [self.layer])
            state = states.state_of(connection, self.layer)
            number = 0 if state is None else state.number
            since = made_of.get(self.layer, 0)
            if number != made_of.get(overview, 0) or (
                now[self.layer] != since and is_box_touched(connection, self.layer, since, self.box)
            ):
                return None
        return {**now, overview: number}

    def _draw(self, connection: Connection, state: OverviewState | None, version: int) -> TileContent:
        table, zoom = self.recipe.table, self.zxy[0]
        plan = self._plan(connection, state, version)
        level = None if plan is None else plan.level_of(zoom)
        if plan is None or level is None:
            fields = [column.name for column in table.columns]
            whole = rows.layer_rows(self.layer, fields)
            return rows.draw(connection, whole, self.layer, self.zxy, self.box, self.importance)
        is_cells = plan.has_cells and level <= plan.gathered_to
        # Cells stand for all rows: none of them is left out, and a tile has no more than it can hold.
        importance = None if is_cells else self.importance
        found = self._rows(plan, level, is_cells=is_cells)
        return rows.draw(connection, found, self.layer, self.zxy, self.box, importance)

    def _rows(self, plan: Plan, level: int, *, is_cells: bool) -> Rows:
        table = self.recipe.table
        if is_cells:
            columns = rows.cell_columns(table.summed)
        elif plan.is_joined(level):
            columns = rows.joined_columns(table.by_class)
        else:
            columns = rows.kept_columns([column.name for column in table.columns])
        is_gathered = is_cells or plan.is_joined(level)
        return rows.overview_rows(self.layer, level, columns, is_gathered=is_gathered)

    def _plan(self, connection: Connection, state: OverviewState | None, version: int) -> Plan | None:
        """Give how the overview is made; None where it is behind, or made in another way than is meant."""
        if state is None or state.level is None or state.recipe != self.recipe.mark:
            return None
        if state.level != version and is_box_touched(connection, self.layer, state.level, self.box):
            return None
        return plan_of(state)


def plan_now(connection: Connection, recipe: Recipe) -> Plan | None:
    """Give how the overview of a layer is made now; None where there is none to read."""
    state = states.state_of(connection, recipe.table.layer)
    if state is None or state.level is None or state.recipe != recipe.mark:
        return None
    return plan_of(state)


def is_for(zoom: int) -> bool:
    """Tell whether tiles of a zoom are made of overviews."""
    return zoom <= LAST_ZOOM
