"""Two hundred edits on the roads of the demo city: each state equals a search anew."""

from collections.abc import Callable

import numpy as np
import pytest

from gis_service.analysis.field import nearest_facility
from gis_service.analysis.snap import Positions
from gis_service.analysis.what_if import WhatIf
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Caller, Role
from gis_service.services.coverage_live import ask
from gis_service.services.prepared import Prepared
from gis_service.services.what_if import base_of
from gis_service.services.what_if_base import Base, roads_of

EDITS = 200
Open = dict[int, tuple[Positions, int]]


def require_fresh(base: Base, state: WhatIf, there: Open) -> None:
    """Search anew from the facilities that are there, and compare ways and sums."""
    roads, ground = roads_of(base.study), state.ground
    numbers = sorted(there)
    parts = [there[number][0] for number in numbers]
    names = ("segment", "fraction", "access_m", "snapped_xy")
    facilities = Positions(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    start = np.array([there[number][1] for number in numbers], np.int64)
    penalty = start - roads.costs.access(facilities.access_m)
    found = nearest_facility(ground.graph, roads.costs, roads.homes, facilities, penalty=penalty)
    cost, facility = found
    assert (state.cost == cost).all()
    assert (state.facility == np.append(numbers, -1)[facility]).all()
    covered = cost <= ground.limit
    people = ground.people
    expected = np.zeros_like(state.sums.covered)
    np.add.at(expected, people.zone[covered], people.people[covered])
    assert (state.sums.covered == expected).all()


@pytest.mark.slow
def test_edits_of_the_demo_city_equal_searches_anew(
    make_demo_database: Callable[[], str], catalogue: Catalogue
) -> None:
    engine, prepared, draw = open_engine(make_demo_database()), Prepared(), np.random.default_rng(7)
    with transaction(engine) as connection:
        asked = {"standard": "one_stop_office_motorbike_10min"}
        base = base_of(ask(connection, catalogue, asked, Caller(Role.PLANNER, "lan")), prepared)
    engine.dispose()
    study, first = base.study, base.first
    there: Open = {}
    for number, row in enumerate(study.result.counted_facilities.tolist()):
        position = roads_of(study).facilities.take(np.array([row]))
        there[number] = (position, base.start_of(position, None, None))
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
                position = base._joins.snap(xy)
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
