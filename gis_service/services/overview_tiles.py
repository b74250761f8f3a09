"""Tiles of a layer from its overview, where that is level with the layer, or else from the rows themselves.

Such a tile is kept with two numbers: the version of the layer, and the last update of the overview. It is no
longer good when a later version touches it, and when a later update of the overview does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gis_service.analysis.generalise import CELL_STEPS, LAST_ZOOM, Plan
from gis_service.db import overviews as states
from gis_service.db import tiles as rows
from gis_service.db.engine import Connection, Engine
from gis_service.db.overview_tables import kept
from gis_service.db.overviews import OverviewState
from gis_service.db.snapshot import snapshot
from gis_service.db.tile_changes import is_box_touched, versions_of
from gis_service.db.tiles import Importance, Rows, TileContent
from gis_service.services.overview_recipes import Recipe
from gis_service.services.overviews import plan_of
from gis_service.services.tile_grid import tile_box
from gis_service.services.tile_sources import StateTile
from gis_service.types import BBox, LayerId

OF_OVERVIEW = "overview."
"""Before the name of a layer: stands for its overview among what a tile is made of."""


@dataclass(frozen=True, slots=True)
class OverviewTile(StateTile):
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
    fields
        Fields that become attributes, and whose sums do where rows are gathered; None for all of them.
    """

    engine: Engine
    recipe: Recipe
    importance: Importance | None
    zxy: tuple[int, int, int]
    fields: tuple[str, ...] | None = None

    @property
    def layer(self) -> LayerId:
        """The layer."""
        return self.recipe.table.layer

    def made_in(
        self, connection: Connection, budget: int | None = None
    ) -> tuple[TileContent, dict[LayerId, int]]:
        """Make the tile of the state that a connection sees."""
        has_overview = is_for(self.zxy[0])
        state = states.state_of(connection, self.layer, is_read=True) if has_overview else None
        made_of = versions_of(connection, [self.layer])
        tile = self._draw(connection, state, made_of[self.layer], budget)
        if has_overview:
            made_of[LayerId(OF_OVERVIEW + self.layer)] = 0 if state is None else state.number
        return tile, made_of

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        """Tell whether neither a row of the tile nor the overview has changed since it was made."""
        with snapshot(self.engine, is_small=True) as connection:
            return unchanged_in(connection, [self.layer], self.zxy, made_of)

    def _draw(
        self, connection: Connection, state: OverviewState | None, version: int, budget: int | None
    ) -> TileContent:
        zoom = self.zxy[0]
        plan = plan_in(connection, self.recipe, state, version, self.box)
        level = None if plan is None else plan.level_of(zoom)
        if plan is None or level is None:
            whole = rows.ranked_rows(rows.layer_rows(self.layer, self._shown()), self.importance)
            return rows.draw(
                connection, whole, self.layer, self.zxy, self.box, self.importance, budget=budget
            )
        if plan.has_cells and level <= plan.gathered_to:
            return self._in_cells(connection, plan, level, rows.BUDGET if budget is None else budget)
        found = self._rows(plan, level, is_cells=False)
        return rows.draw(connection, found, self.layer, self.zxy, self.box, self.importance, budget=budget)

    def _in_cells(self, connection: Connection, plan: Plan, level: int, budget: int) -> TileContent:
        """Draw cells: they stand for all rows, so none is left out; beyond the budget four become one.

        Borders of tiles are borders of cells of any width: neighbours of two widths count nobody twice.
        """
        for wider in range(min(level, CELL_STEPS) + 1):
            found = self._rows(plan, level - wider, is_cells=True)
            tile = rows.draw(connection, found, self.layer, self.zxy, self.box)
            if len(tile.content) <= budget:
                break
        return replace(tile, wider=1 << wider)

    def _rows(self, plan: Plan, level: int, *, is_cells: bool) -> Rows:
        table = self.recipe.table
        if is_cells:
            columns = rows.cell_columns(self._shown(table.summed))
        elif plan.is_joined(level):
            columns = rows.joined_columns(self._shown(table.joined_by))
        else:
            columns = rows.kept_columns(self._shown())
        is_gathered = is_cells or plan.is_joined(level)
        found = rows.overview_rows(self.layer, level, columns, is_gathered=is_gathered)
        held = table.joined_by if plan.is_joined(level) else [column.name for column in table.columns]
        ranked = () if self.importance is None else self.importance.fields
        return replace(found, ranked_by={name: f"t.{kept(name)}" for name in ranked if name in held})

    def _shown(self, held: Sequence[str] | None = None) -> list[str]:
        """Name those of some fields, or of all, that are asked for."""
        held = [column.name for column in self.recipe.table.columns] if held is None else held
        return [name for name in held if self.fields is None or name in self.fields]


def unchanged_in(
    connection: Connection,
    layers: Sequence[LayerId],
    zxy: tuple[int, int, int],
    made_of: Mapping[LayerId, int],
) -> Mapping[LayerId, int] | None:
    """Tell whether neither a row of a tile nor an overview it is made of has changed since it was made.

    Parameters
    ----------
    connection
        Inside a snapshot.
    layers
        All that the tile shows.
    zxy
        Zoom, column, row.
    made_of
        Versions of the layers, and updates of their overviews.

    Returns
    -------
    The versions and updates of now; None when the tile has to be made.
    """
    now = versions_of(connection, layers)
    for layer in layers if is_for(zxy[0]) else ():
        state = states.state_of(connection, layer)
        now[LayerId(OF_OVERVIEW + layer)] = 0 if state is None else state.number
    box = tile_box(*zxy, rows.BUFFER / rows.EXTENT)
    # Overviews first: of them the number alone tells.
    for name, number in reversed(now.items()):
        since = made_of.get(name, 0)
        if number == since:
            continue
        if name.startswith(OF_OVERVIEW) or is_box_touched(connection, name, since, box):
            return None
    return now


def plan_in(
    connection: Connection, recipe: Recipe, state: OverviewState | None, version: int, box: BBox
) -> Plan | None:
    """Give how an overview is made; None where it is behind in a box, or made in another way than is meant.

    Parameters
    ----------
    connection
        Inside the snapshot that state and version were read in.
    recipe
        How it is meant to be made.
    state, version
        Of the overview, and of the layer.
    box
        In longitude and latitude.
    """
    if state is None or state.level is None or state.recipe != recipe.mark:
        return None
    if state.level != version and is_box_touched(connection, recipe.table.layer, state.level, box):
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
