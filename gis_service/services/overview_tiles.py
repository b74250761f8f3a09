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
from gis_service.db.tile_seen import Seen
from gis_service.db.tile_shapes import renewed_rows, simplified_rows
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


@dataclass(frozen=True, slots=True)
class Way:
    """How the overview of a layer stands to a tile.

    Parameters
    ----------
    state
        Of the overview; None where there is none.
    plan
        How it is made; None where the tile is not made of it, since it is behind or made in another way.
    shaped
        Then its level whose shapes are those of now all the same, each of one row; None for none.
    """

    state: OverviewState | None
    plan: Plan | None = None
    shaped: int | None = None


@dataclass(frozen=True, slots=True)
class TilePlace:
    """A tile as far as a layer matters to it.

    Parameters
    ----------
    zoom, box
        Of the tile, with its rim in longitude and latitude.
    seen
        What it shows of the layer.
    """

    zoom: int
    box: BBox
    seen: Seen


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
        """What it shows of the layer."""
        return {self.layer: seen_of_layer(self.recipe, self._shown(), self.importance)}

    def made_in(
        self, connection: Connection, budget: int | None = None
    ) -> tuple[TileContent, dict[LayerId, int]]:
        """Make the tile of the state that a connection sees."""
        zoom = self.zxy[0]
        state = states.state_of(connection, self.layer, is_read=True) if is_for(zoom) else None
        made_of = versions_of(connection, [self.layer])
        place = TilePlace(zoom, self.box, self.seen[self.layer])
        way = way_in(connection, self.recipe, place, state, made_of[self.layer])
        tile = self._draw(connection, way, budget)
        note_overview(made_of, self.recipe, way, zoom, is_whole=tile.shown == tile.of)
        return tile, made_of

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        """Tell whether neither a row of the tile nor the overview looks otherwise since it was made."""
        with snapshot(self.engine, is_small=True) as connection:
            return unchanged_in(connection, self.seen, self.zxy, made_of)

    def _draw(self, connection: Connection, way: Way, budget: int | None) -> TileContent:
        plan, zoom = way.plan, self.zxy[0]
        level = None if plan is None else plan.level_of(zoom)
        if plan is None or level is None:
            now = rows_as_shown(self.recipe, self._shown(), way, zoom)
            whole = rows.ranked_rows(now, self.importance)
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
    """Tell by the change of which fields a tile looks otherwise: shown ones, and those it is made by."""
    return seen_of((*fields, *recipe.table.joined_by), importance)


def rows_as_shown(recipe: Recipe, fields: Sequence[str], way: Way, zoom: int) -> Rows:
    """Take a tile from the rows of a layer, as near as can be to what its overview is going to give.

    Parameters
    ----------
    recipe, way
        Of its overview, which has no level for the tile or is behind.
    fields
        Columns that become attributes.
    zoom
        Of the tile.
    """
    layer = recipe.table.layer
    if way.shaped is not None:
        return renewed_rows(layer, way.shaped, fields)
    found, alone = rows.layer_rows(layer, fields), alone_level(recipe, way.state, zoom)
    return found if alone is None else simplified_rows(found, tolerance_m(alone))


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
    made_of: dict[LayerId, int], recipe: Recipe, way: Way, zoom: int, *, is_whole: bool
) -> None:
    """Note among what a tile is made of how its overview stood.

    Parameters
    ----------
    made_of
        Versions and updates; written to.
    recipe, way
        Of the overview.
    zoom
        Of the tile.
    is_whole
        Whether nothing was left out of the tile: what stays may be another choice then.
    """
    layer, state = recipe.table.layer, way.state
    number = 0 if state is None else state.number
    if is_for(zoom):
        made_of[LayerId(OF_OVERVIEW + layer)] = number
    if state is None or way.plan is not None or plan_of(state).level_of(zoom) is None:
        return
    if not is_whole or (way.shaped is None and alone_level(recipe, state, zoom) is None):
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
        All that it is made of, and what it shows of each.
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
    for layer, seen in layers.items() if is_for(zxy[0]) else ():
        state, of_rows = states.state_of(connection, layer), LayerId(OF_ROWS + layer)
        name, number = LayerId(OF_OVERVIEW + layer), 0 if state is None else state.number
        now[name] = number
        if number != (since := made_of.get(name, 0)):
            # Where each shape stands for itself only its own row moves it, or an overview that is made anew.
            alone = state is not None and _is_alone(plan_of(state), zxy[0])
            cells = _NO_CELLS if alone else cells_of(*zxy)
            if of_rows in made_of or states.is_moved(connection, layer, since, cells, seen.moved):
                return None
        elif of_rows in made_of:
            now[of_rows] = made_of[of_rows]
    box = tile_box(*zxy, rows.BUFFER / rows.EXTENT)
    for layer, seen in layers.items():
        since = made_of.get(layer, 0)
        if now[layer] != since and is_box_touched(connection, layer, since, box, seen):
            return None
    return now


def way_in(
    connection: Connection, recipe: Recipe, tile: TilePlace, state: OverviewState | None, version: int
) -> Way:
    """Tell how the overview of a layer stands to one of its tiles.

    Parameters
    ----------
    connection
        Inside the snapshot that state and version were read in.
    recipe
        How it is meant to be made; one that is made in another way is not read.
    tile
        Where, and what of the layer is shown.
    state, version
        Of the overview, and of the layer.
    """
    if state is None or state.level is None or state.recipe != recipe.mark:
        return Way(state)
    plan, layer = plan_of(state), recipe.table.layer
    if state.level == version or not is_box_touched(connection, layer, state.level, tile.box, tile.seen):
        return Way(state, plan)
    level = plan.level_of(tile.zoom)
    if level is None or plan.is_joined(level) or _is_of_cells(plan, level):
        return Way(state)
    shapes = replace(tile.seen, fields=())
    return Way(
        state, shaped=None if is_box_touched(connection, layer, state.level, tile.box, shapes) else level
    )


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
