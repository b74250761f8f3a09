"""Tiles of a layer from its overview, where that is level with the layer, or else from the rows themselves.

Such a tile is kept with two numbers: the version of the layer, and the last update of the overview. It is no
longer good when a later version touches it, and when a later update of the overview does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gis_service.analysis.generalise import CELL_STEPS, LAST_ZOOM, Plan, tolerance_m
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
from gis_service.services.tile_grid import cells_of, tile_box
from gis_service.services.tile_sources import StateTile, seen_of
from gis_service.types import BBox, LayerId

OF_OVERVIEW = "overview."
"""Before the name of a layer: stands for its overview among what a tile is made of."""
OF_ROWS = "rows."
"""Before the name of a layer: the tile is made of its rows only until its overview has come up."""
_NO_CELLS = (0, -1, 0, -1)
Seen = tuple[str, ...]
"""Fields of a layer by whose change its tiles look otherwise."""


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

    @property
    def seen(self) -> Mapping[LayerId, Seen]:
        """The fields by whose change it looks otherwise."""
        return {self.layer: seen_of_layer(self.recipe, self._shown(), self.importance)}

    def made_in(
        self, connection: Connection, budget: int | None = None
    ) -> tuple[TileContent, dict[LayerId, int]]:
        """Make the tile of the state that a connection sees."""
        zoom = self.zxy[0]
        state = states.state_of(connection, self.layer, is_read=True) if is_for(zoom) else None
        made_of = versions_of(connection, [self.layer])
        plan = plan_in(connection, self.recipe, state, made_of[self.layer], self.box, self.seen[self.layer])
        alone = alone_level(self.recipe, state, zoom) if plan is None else None
        tile = self._draw(connection, plan, alone, budget)
        note_overview(made_of, self.recipe, state, plan, zoom, is_whole=tile.shown == tile.of)
        return tile, made_of

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        """Tell whether neither a row of the tile nor the overview looks otherwise since it was made."""
        with snapshot(self.engine, is_small=True) as connection:
            return unchanged_in(connection, self.seen, self.zxy, made_of)

    def _draw(
        self, connection: Connection, plan: Plan | None, alone: int | None, budget: int | None
    ) -> TileContent:
        level = None if plan is None else plan.level_of(self.zxy[0])
        if plan is None or level is None:
            found = rows_as_shown(self.layer, self._shown(), alone)
            whole = rows.ranked_rows(found, self.importance)
            return rows.draw(
                connection, whole, self.layer, self.zxy, self.box, self.importance, budget=budget
            )
        if _is_of_cells(plan, level):
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


def seen_of_layer(recipe: Recipe, fields: Iterable[str], importance: Importance | None) -> Seen:
    """Name the fields by whose change a tile looks otherwise: those it shows, is thinned and is joined by."""
    return seen_of((*fields, *recipe.table.joined_by), importance)


def rows_as_shown(layer: LayerId, fields: Sequence[str], alone: int | None) -> Rows:
    """Take a tile from the rows of a layer.

    Parameters
    ----------
    layer, fields
        As in `layer_rows`.
    alone
        As `alone_level` gives it: the tile is then the one that the overview will give.
    """
    found = rows.layer_rows(layer, fields)
    return found if alone is None else rows.simplified_rows(found, tolerance_m(alone))


def alone_level(recipe: Recipe, state: OverviewState | None, zoom: int) -> int | None:
    """Give the level of an overview for a zoom when each of its shapes is simplified by itself; else None.

    Parameters
    ----------
    recipe
        How it is meant to be made; one that is made in another way has none.
    state
        Of the overview.
    zoom
        Of the tile.
    """
    if state is None or state.level is None or state.recipe != recipe.mark:
        return None
    plan = plan_of(state)
    return plan.level_of(zoom) if _is_alone(plan, zoom) else None


def note_overview(
    made_of: dict[LayerId, int],
    recipe: Recipe,
    state: OverviewState | None,
    plan: Plan | None,
    zoom: int,
    *,
    is_whole: bool,
) -> None:
    """Note among what a tile is made of how its overview stood.

    Parameters
    ----------
    made_of
        Versions and updates; written to.
    recipe
        Of the overview.
    state
        Of the overview; None where there is none.
    plan
        By which it was read; None when the tile was made of the rows instead.
    zoom
        Of the tile.
    is_whole
        Whether nothing was left out of the tile: what stays may be another choice then.
    """
    layer, number = recipe.table.layer, 0 if state is None else state.number
    if is_for(zoom):
        made_of[LayerId(OF_OVERVIEW + layer)] = number
    if state is None or plan is not None or plan_of(state).level_of(zoom) is None:
        return
    if not is_whole or alone_level(recipe, state, zoom) is None:
        made_of[LayerId(OF_ROWS + layer)] = number


def unchanged_in(
    connection: Connection,
    layers: Mapping[LayerId, Seen],
    zxy: tuple[int, int, int],
    made_of: Mapping[LayerId, int],
) -> Mapping[LayerId, int] | None:
    """Tell whether neither a row of a tile nor an overview it is made of looks otherwise since it was made.

    Parameters
    ----------
    connection
        Inside a snapshot.
    layers
        All that the tile shows, with the fields by whose change it looks otherwise.
    zxy
        Zoom, column, row.
    made_of
        Versions of the layers, and updates of their overviews.

    Returns
    -------
    The versions and updates of now; None when the tile has to be made.
    """
    now = versions_of(connection, list(layers))
    # Overviews first: of them two numbers tell.
    for layer in layers if is_for(zxy[0]) else ():
        state, of_rows = states.state_of(connection, layer), LayerId(OF_ROWS + layer)
        name, number = LayerId(OF_OVERVIEW + layer), 0 if state is None else state.number
        now[name] = number
        if number != (since := made_of.get(name, 0)):
            # Where each shape stands for itself only its own row moves it, or an overview that is made anew.
            alone = state is not None and _is_alone(plan_of(state), zxy[0])
            cells = _NO_CELLS if alone else cells_of(*zxy)
            if of_rows in made_of or states.is_moved(connection, layer, since, cells):
                return None
        elif of_rows in made_of:
            now[of_rows] = made_of[of_rows]
    box = tile_box(*zxy, rows.BUFFER / rows.EXTENT)
    for layer, seen in layers.items():
        since = made_of.get(layer, 0)
        if now[layer] != since and is_box_touched(connection, layer, since, box, seen):
            return None
    return now


def plan_in(
    connection: Connection,
    recipe: Recipe,
    state: OverviewState | None,
    version: int,
    box: BBox,
    seen: Seen,
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
    seen
        Fields in which it has to be level.
    """
    if state is None or state.level is None or state.recipe != recipe.mark:
        return None
    if state.level != version and is_box_touched(connection, recipe.table.layer, state.level, box, seen):
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


def _is_alone(plan: Plan, zoom: int) -> bool:
    """Tell whether an overview has shapes for a zoom, each simplified by itself."""
    level = plan.level_of(zoom)
    return not (
        level is None or plan.kind == "coverage" or plan.is_joined(level) or _is_of_cells(plan, level)
    )


def _is_of_cells(plan: Plan, level: int) -> bool:
    """Tell whether a level of an overview holds cells."""
    return plan.has_cells and level <= plan.gathered_to
