"""After any edits of facilities all equals a search from those that are there; taken back, as before."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.field import UNREACHED, Direction, network_field
from gis_service.analysis.graph import build_graph
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.snap import Positions, snap
from gis_service.analysis.what_if import ROOM, Ground, People, WhatIf
from gis_service.errors import WrongUse
from gis_service.types import Bools, Floats, Int64s

SIDE, KEPT = 6, 0.75
LIMIT = 90_000
ZONES = 3


@dataclass
class Town:
    """A ground, and the facilities of now by number: where each stands, and what its ways begin with."""

    network: Network
    ground: Ground
    homes: Positions
    positions: Positions
    open: dict[int, tuple[int, int]]
    state: WhatIf
    most: int

    def fresh(self) -> tuple[Int64s, Int64s]:
        """Cost and facility of each home by a search of its own."""
        numbers = sorted(self.open)
        rows = np.array([self.open[number][0] for number in numbers], np.int64)
        start = np.array([self.open[number][1] for number in numbers], np.int64)
        costs, site = self.ground.costs, np.arange(len(rows), dtype=np.int32)
        facilities = self.positions.take(rows)
        field = network_field(
            self.network,
            costs,
            self.homes,
            facilities,
            site,
            direction=self.ground.direction,
            penalty=start - costs.access(facilities.access_m),
        )
        named = np.append(np.array(numbers, np.int64), -1)
        return field.cost, named[field.facility]

    def check(self, covered_before: Bools) -> None:
        cost, facility = self.fresh()
        assert (self.state.cost == cost).all()
        assert (self.state.facility == facility).all()
        people, sums = self.ground.people, self.state.sums
        covered, was = cost <= LIMIT, covered_before
        parts = {
            "covered": covered,
            "won": covered & ~was,
            "lost": was & ~covered,
            "unreached": cost == UNREACHED,
        }
        for name, part in parts.items():
            expected = np.zeros_like(sums.covered)
            np.add.at(expected, people.zone[part], people.people[part])
            assert (getattr(sums, name) == expected).all(), name
        load = np.zeros_like(sums.load)
        np.add.at(load, facility[covered], people.people[covered])
        assert (sums.load == load).all()


@lru_cache
def made(seed: int, direction: Direction) -> tuple[Network, Ground, Positions, Positions]:
    """Roads with gaps and one-ways; homes, and places for facilities, of which some stand on one spot."""
    draw = np.random.default_rng(seed)
    corners = [np.array([column, row]) * 100.0 for row in range(SIDE) for column in range(SIDE)]
    steps = ([100.0, 0.0], [0.0, 100.0])
    lines = [
        shapely.LineString([here, here + step]) for here in corners for step in steps if draw.random() < KEPT
    ]
    oneway = draw.choice([0, 0, 0, 1, -1], len(lines)).astype(np.int8)
    network = build_network(Roads.plain(np.array(lines, object), oneway=oneway))
    costs = segment_costs(network, mode("motorbike"), "network_time")

    def places(n: int) -> Positions:
        xy: Floats = np.round(draw.uniform(-20, 100 * SIDE, (n, 2)) / 25) * 25 + [0.3, 0.7]
        return snap(xy, network, costs, None, 60.0)

    homes, positions = places(60), places(20)
    people = People(draw.integers(0, 5000, (60, 2)), draw.integers(0, ZONES, 60).astype(np.int32), ZONES)
    ground = Ground(build_graph(network, costs), costs, homes, people, direction, LIMIT)
    return network, ground, homes, positions


def town(seed: int, direction: Direction, n_facilities: int) -> Town:
    network, ground, homes, positions = made(seed, direction)
    start = ground.costs.access(positions.access_m)
    state = WhatIf(ground, positions.take(np.arange(n_facilities)), start[:n_facilities])
    open_ = {row: (row, int(start[row])) for row in range(n_facilities)}
    return Town(network, ground, homes, positions, open_, state, n_facilities + ROOM)


edits = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "move", "undo"]), st.integers(0, 19), st.integers(0, 40)),
    max_size=12,
)


Step = tuple[str, int, int]


def play(place: Town, steps: Iterable[Step]) -> None:
    """Put edits to a town one by one, each looked at; then take all back."""
    state = place.state
    was = state.cost <= LIMIT
    place.check(was)
    before = [array.copy() for array in (*state.sums, state.cost, state.facility, state._ways)]
    kept = [dict(place.open)]
    access = place.ground.costs.access(place.positions.access_m)
    for kind, row, which in steps:
        numbers = sorted(place.open)
        if kind == "undo" and len(kept) > 1:
            state.undo()
            kept.pop()
            place.open = dict(kept[-1])
        elif kind == "add" and state.n_facilities < place.most:
            at = place.positions.take(np.array([row]))
            place.open[state.add(at, int(access[row]))] = (row, int(access[row]))
            kept.append(dict(place.open))
        elif kind in {"remove", "move"} and numbers:
            edit(place, kind, numbers[which % len(numbers)], row, int(access[row]))
            kept.append(dict(place.open))
        place.check(was)
    for _ in kept[1:]:
        state.undo()
    after = (*state.sums, state.cost, state.facility, state._ways)
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def edit(place: Town, kind: str, number: int, row: int, start: int) -> None:
    if kind == "remove":
        place.state.remove(number)
        del place.open[number]
    else:
        place.state.move(number, place.positions.take(np.array([row])), start)
        place.open[number] = (row, start)


@given(st.integers(0, 7), st.sampled_from(["to_facility", "from_facility"]), st.integers(0, 6), edits)
def test_edits_equal_a_fresh_run_and_undo_restores(
    seed: int, direction: Direction, n_facilities: int, steps: list[Step]
) -> None:
    play(town(seed, direction, n_facilities), steps)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_thousand_edits_equal_fresh_runs(seed: int) -> None:
    draw = np.random.default_rng(seed)
    kinds = draw.choice(["add", "remove", "move", "undo"], 125, p=[0.3, 0.2, 0.3, 0.2]).tolist()
    steps = zip(kinds, draw.integers(0, 20, 125).tolist(), draw.integers(0, 40, 125).tolist(), strict=True)
    play(town(seed, "to_facility" if seed % 2 else "from_facility", seed), steps)


def test_a_fork_is_edited_by_itself() -> None:
    place = town(3, "to_facility", 5)
    fork = place.state.fork()
    fork.remove(0)
    place.check(place.state.covered)
    assert fork.edits == 1
    assert place.state.edits == 0


def test_more_facilities_than_there_is_room_for_are_refused() -> None:
    place = town(3, "to_facility", 0)
    at = place.positions.take(np.array([0]))
    for _ in range(ROOM):
        place.state.add(at, 0)
    with pytest.raises(WrongUse) as caught:
        place.state.add(at, 0)
    assert caught.value.code == "wrong_argument"
    assert place.state.edits == ROOM
