"""Overviews: what tiles of the zooms below 14 are made of, kept level with the log of each layer.

The log itself says what is to be done: a layer whose newest version is above the one its overview is level
with. Doing it twice, or in two processes, changes nothing more; what a dead process left is taken up by the
next one that looks. Until it is done, tiles of what has changed are made of the rows themselves.
"""

from collections.abc import Mapping

import numpy as np
import shapely

from gis_service.analysis import generalise
from gis_service.analysis.generalise import NOTHING, Figures, Plan, kind_of
from gis_service.db import overview_gathered as gathered
from gis_service.db import overview_rows as shapes
from gis_service.db import overview_tables as tables
from gis_service.db import overviews as states
from gis_service.db.engine import Connection, Engine
from gis_service.db.overviews import OverviewState
from gis_service.db.tile_changes import versions_of
from gis_service.services.overview_recipes import Recipe
from gis_service.types import Geometries

_ANEW_FROM, _ANEW_SHARE = 500, 0.2
"""So many changed rows since it was made, and such a share of them, have an overview made anew."""
_TURN = 360.0


def plan_of(state: OverviewState) -> Plan:
    """Give how an overview is made."""
    return Plan(kind_of(state.kind), state.gathered_to)


def digest(engine: Engine, recipe: Recipe) -> bool:
    """Bring the overview of a layer up to the newest version of the layer.

    Parameters
    ----------
    engine
        Pool of connections.
    recipe
        How it is made.

    Returns
    -------
    Whether it was brought up to it here; not when there was nothing to do, or when another process is at it.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    with states.making(engine, recipe.table.layer) as connection:
        if connection is None:
            return False
        layer = recipe.table.layer
        version = versions_of(connection, [layer])[layer]
        state = states.state_of(connection, layer)
        if state is not None and state.level == version and state.recipe == recipe.mark:
            return False
        if state is not None and _is_followed(connection, recipe, state, version):
            return True
        # Whoever reads goes to the rows meanwhile: the table is made anew under the hands of nobody.
        states.withdraw(connection, layer)
    with states.making(engine, recipe.table.layer) as connection:
        if connection is None:
            return False
        state = states.state_of(connection, layer)
        if state is None or state.level is None or state.recipe != recipe.mark:
            _make(connection, recipe)
        return True


def _is_followed(connection: Connection, recipe: Recipe, state: OverviewState, version: int) -> bool:
    """Bring an overview up to a version by what has changed; tell whether that was possible."""
    if state.level is None or state.recipe != recipe.mark:
        return False
    layer, since = recipe.table.layer, state.level
    changed, is_beyond = shapes.note_changes(connection, layer, since)
    changed += state.changed_since
    if is_beyond or changed > max(_ANEW_FROM, _ANEW_SHARE * state.rows_then):
        return False
    plan = plan_of(state)
    if plan == NOTHING:
        states.follow(connection, layer, version, changed)
        return True
    _fill(connection, recipe, plan, only_changed=True)
    number = states.settle(connection, layer, _settled(recipe, plan, version, state.rows_then, changed))
    states.note_cells(connection, layer, number, since)
    return True


def _make(connection: Connection, recipe: Recipe) -> None:
    """Make an overview as a whole."""
    table = recipe.table
    version = versions_of(connection, [table.layer])[table.layer]
    found = tables.figures_of(connection, table.layer)
    figures = _figures(found)
    plan = NOTHING if found.is_beyond else _plan(connection, recipe, figures)
    states.drop_table(connection, table.layer)
    if plan != NOTHING:
        tables.make_table(connection, table)
        _fill(connection, recipe, plan, only_changed=False)
        cells = range(plan.gathered_to + 1) if plan.has_cells else ()
        tables.make_indexes(connection, table, (*cells, *plan.levels))
    settled = _settled(recipe, plan, version, figures.count, 0)
    states.note_anywhere(connection, table.layer, states.settle(connection, table.layer, settled))


def _figures(found: tables.RowFigures) -> Figures:
    cells = np.array(found.cells, np.int64).reshape(-1, 3)
    return Figures(cells[:, 0], cells[:, 1], cells[:, 2], found.points, found.size / _TURN)


def _plan(connection: Connection, recipe: Recipe, figures: Figures) -> Plan:
    is_coverage = recipe.is_coverage
    if recipe.dimension == 2 and not is_coverage and figures.count <= generalise.FEW_AREAS:  # noqa: PLR2004  areas
        _, areas = _areas(connection, recipe)
        is_coverage = generalise.share_borders(areas)
    return generalise.plan(figures, recipe.dimension, may_gather=recipe.may_gather, is_coverage=is_coverage)


def _settled(recipe: Recipe, plan: Plan, version: int, rows: int, changed: int) -> OverviewState:
    return OverviewState(recipe.mark, 0, version, plan.kind, plan.gathered_to, rows, changed)


def _fill(connection: Connection, recipe: Recipe, plan: Plan, *, only_changed: bool) -> None:
    table = recipe.table
    if plan.has_cells:
        fill = gathered.renew_cells if only_changed else gathered.fill_cells
        fill(connection, table, plan.gathered_to, generalise.CELL_STEPS)
    if plan.kind == "coverage":
        if not (only_changed and _renew_areas(connection, recipe, plan)):
            fids, areas = _areas(connection, recipe)
            _keep(
                connection,
                recipe,
                fids,
                generalise.simplify_coverage(areas, plan.levels),
                only_changed=only_changed,
            )
        return
    joined = {
        level: (max(level, generalise.GROUPS_FROM), generalise.tolerance_m(level))
        for level in plan.levels
        if plan.is_joined(level)
    }
    gathered.add_joined(connection, table, joined, only_changed=only_changed)
    alone = {level: generalise.tolerance_m(level) for level in plan.levels if level not in joined}
    shapes.add_each(connection, table, alone, only_changed=only_changed)


def _renew_areas(connection: Connection, recipe: Recipe, plan: Plan) -> bool:
    """Simplify anew only areas near changed ones; tell whether they still fit those around them."""
    found = shapes.areas_around(connection, recipe.table)
    areas, near = _read(found.shapes), np.array(found.near, bool)
    fids = np.array(found.fids, np.int64)
    # Those around them are there so that all borders of the near ones meet what they always meet.
    simplified = generalise.simplify_coverage(areas, plan.levels)
    # Where the layer itself does not fit together, nothing can.
    if generalise.share_borders(areas):
        for level, of_level in simplified.items():
            others = shapes.kept_areas(connection, recipe.table, fids[~near].tolist(), level)
            if not generalise.share_borders(np.concatenate([of_level[near], _read(others)])):
                return False
    _keep(
        connection,
        recipe,
        fids[near].tolist(),
        {level: of[near] for level, of in simplified.items()},
        only_changed=True,
    )
    return True


def _keep(
    connection: Connection,
    recipe: Recipe,
    fids: list[int],
    simplified: Mapping[int, Geometries],
    *,
    only_changed: bool,
) -> None:
    written = {level: list(shapely.to_wkb(areas)) for level, areas in simplified.items()}
    shapes.keep_areas(connection, recipe.table, fids, written, only_changed=only_changed)


def _areas(connection: Connection, recipe: Recipe) -> tuple[list[int], Geometries]:
    fids, found = shapes.areas_of(connection, recipe.table)
    return fids, _read(found)


def _read(found: list[bytes]) -> Geometries:
    areas: Geometries = shapely.from_wkb(np.array(found, dtype=object))
    return areas
