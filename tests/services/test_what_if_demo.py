"""Edits of facilities and roads in the demo city: each state equals a search anew."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gis_service.analysis.field import nearest_facility
from gis_service.analysis.graph import build_graph
from gis_service.analysis.kernels import CLOSED
from gis_service.analysis.modes import Costs
from gis_service.analysis.snap import Joins, Positions
from gis_service.analysis.what_if import Moves, WhatIf
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Caller, Role
from gis_service.services.coverage_live import ask
from gis_service.services.prepared import Prepared
from gis_service.services.what_if import base_of
from gis_service.services.what_if_base import Base, roads_of

EDITS, EDITS_OF_ROADS, CLOSED_AT_ONCE = 200, 12, 30
Open = dict[int, tuple[Positions, int]]


def require_fresh(
    base: Base, state: WhatIf, there: Open, costs: Costs | None = None, homes: Positions | None = None
) -> None:
    """Search anew from the facilities that are there, and compare ways and sums."""
    roads, ground = roads_of(base.study), state.ground
    graph = ground.graph if costs is None else build_graph(roads.network, costs)
    homes = roads.homes if homes is None else homes
    numbers = sorted(there)
    parts = [there[number][0] for number in numbers]
    names = ("segment", "fraction", "access_m", "snapped_xy")
    facilities = Positions(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    start = np.array([there[number][1] for number in numbers], np.int64)
    penalty = start - roads.costs.access(facilities.access_m)
    found = nearest_facility(graph, roads.costs, homes, facilities, penalty=penalty)
    cost, facility = found
    assert (state.cost == cost).all()
    assert (state.facility == np.append(numbers, -1)[facility]).all()
    covered = cost <= ground.limit
    people = ground.people
    expected = np.zeros_like(state.sums.covered)
    np.add.at(expected, people.zone[covered], people.people[covered])
    assert (state.sums.covered == expected).all()


@pytest.fixture(scope="module")
def base(make_demo_database: Callable[[], str], catalogue: Catalogue) -> Base:
    engine, prepared = open_engine(make_demo_database()), Prepared()
    with transaction(engine) as connection:
        asked = {"standard": "one_stop_office_motorbike_10min"}
        found = base_of(ask(connection, catalogue, asked, Caller(Role.PLANNER, "lan")), prepared)
    engine.dispose()
    assert isinstance(found, Base)
    return found


def standing(base: Base) -> Open:
    """Give the facilities by number."""
    numbers = range(len(base.standing.segment))
    return {at: (base.standing.take(np.array([at])), int(base.start[at])) for at in numbers}


@pytest.mark.slow
def test_edits_of_the_demo_city_equal_searches_anew(base: Base) -> None:
    draw, study, first = np.random.default_rng(7), base.study, base.first
    there = standing(base)
    homes = study.result.demand.xy
    with base.state() as state:
        while state.edits < EDITS:
            kind = draw.choice(["add", "remove", "move"], p=[0.3, 0.3, 0.4])
            number = int(draw.choice(sorted(there)))
            if kind == "remove" and len(there) > 1:
                state.remove(number)
                del there[number]
            else:
                xy = homes[draw.integers(len(homes))][None] + draw.uniform(-300, 300, (1, 2))
                position = base.joiner.snap(xy)
                if position.segment[0] < 0:
                    continue
                start = base.start_of(position, None, None)
                if kind == "add" and state.n_facilities < len(base.facility_of):
                    number = state.add(position, start)
                else:
                    state.move(number, position, start)
                there[number] = (position, start)
            require_fresh(base, state, there)
        assert (state.cost != first.cost).any()
    with base.state() as again:
        assert (again.cost == first.cost).all()
        assert all((one == other).all() for one, other in zip(again.sums, first.sums, strict=True))


@pytest.mark.slow
def test_roads_of_the_demo_city_that_change_equal_searches_anew(base: Base) -> None:
    draw, study, first, roads = np.random.default_rng(8), base.study, base.first, roads_of(base.study)
    costs, there = roads.costs, standing(base)
    homes = roads.homes.take(np.arange(len(roads.homes.segment)))
    usable = np.flatnonzero(costs.snappable)
    with base.state() as state:
        for at in range(EDITS_OF_ROADS):
            segments = draw.choice(usable, CLOSED_AT_ONCE, replace=False)
            usable = np.setdiff1d(usable, segments)
            now = np.maximum(costs.forward, costs.backward)
            if at % 2:
                now[segments] = now[segments] * 3 // 2
            else:
                now[segments] = -1
            forward, backward = (np.where(one < 0, -1, now) for one in (costs.forward, costs.backward))
            costs = replace(costs, forward=forward, backward=backward, snappable=costs.snappable & (now >= 0))
            joins = Joins(roads.network, costs, study.inputs.barriers, study.parameters.snap_max_m)
            moved = np.flatnonzero((homes.segment >= 0) & ~costs.snappable[homes.segment])
            again = joins.snap(study.result.demand.xy[moved])
            state.reprice(segments, np.where(now[segments] < 0, CLOSED, now[segments]), Moves(moved, again))
            for name in ("segment", "fraction", "access_m", "snapped_xy"):
                getattr(homes, name)[moved] = getattr(again, name)
            xy = study.inputs.facilities.xy[study.result.counted_facilities]
            for number, (position, _) in list(there.items()):
                if not costs.snappable[position.segment[0]]:
                    joined = joins.snap(xy[number : number + 1])
                    there[number] = (joined, base.start_of(joined, None, None))
                    state.move(number, *there[number])
            require_fresh(base, state, there, costs, homes)
        assert (state.cost != first.cost).any()
    with base.state() as back:
        assert (back.cost == first.cost).all()
        assert all((one == other).all() for one, other in zip(back.sums, first.sums, strict=True))
