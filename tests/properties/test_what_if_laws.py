"""After any edits all equals a search on the roads and from the facilities of then; taken back, as before."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis import what_if
from gis_service.analysis.field import UNREACHED, Direction, network_field
from gis_service.analysis.graph import build_graph
from gis_service.analysis.kernels import CLOSED
from gis_service.analysis.links import linked, on_roads
from gis_service.analysis.modes import LARGEST_COST, Costs, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.resnap import joined_to, resnap
from gis_service.analysis.snap import Positions, snap
from gis_service.analysis.what_if import ROOM, Ground, Moves, People, WhatIf
from gis_service.errors import WrongUse
from gis_service.types import Bools, Floats, Int64s

SIDE, KEPT = 6, 0.75
LIMIT = 90_000
ZONES = 3
KINDS = ["add", "remove", "move", "undo", "close", "slow", "quick", "open", "link"]


@dataclass(frozen=True)
class Made:
    """Roads, and places for homes and facilities."""

    network: Network
    ground: Ground
    home_xy: Floats
    place_xy: Floats

    @property
    def costs(self) -> Costs:
        return self.ground.costs

    def join(self, xy: Floats, costs: Costs) -> Positions:
        return snap(xy, self.network, costs, None, 60.0)


@dataclass(frozen=True)
class Now:
    """Facilities by number, each with its place; and what every road costs, and where all join one."""

    open: dict[int, int]
    costs: Costs
    homes: Positions
    places: Positions

    def start(self, row: int) -> int:
        return int(self.costs.access(self.places.access_m)[row])


@dataclass
class Town:
    """A state that is edited, how things stand, and how they stood before, with the edits that there were."""

    made: Made
    state: WhatIf
    was: Bools
    now: Now
    past: list[tuple[Made, WhatIf, int, Now]] = field(default_factory=list)

    def fresh(self) -> tuple[Int64s, Int64s]:
        """Cost and facility of each home by a search of its own."""
        numbers = sorted(self.now.open)
        rows = np.array([self.now.open[number] for number in numbers], np.int64)
        site = np.arange(len(rows), dtype=np.int32)
        direction = self.made.ground.direction
        network, facilities = self.made.network, self.now.places.take(rows)
        found = network_field(network, self.now.costs, self.now.homes, facilities, site, direction=direction)
        named = np.append(np.array(numbers, np.int64), -1)
        return found.cost, named[found.facility]

    def check(self, was: Bools) -> None:
        cost, facility = self.fresh()
        assert (self.state.cost == cost).all()
        assert (self.state.facility == facility).all()
        people, sums = self.made.ground.people, self.state.sums
        covered = cost <= LIMIT
        assert (self.state.covered == covered).all()
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

    def edit(self, kind: str, row: int, which: int) -> None:
        """Put one edit to the state, if it can be."""
        numbers, now, edits = sorted(self.now.open), self.now, self.state.edits
        before = (self.made, self.state, edits, now)
        if kind == "undo":
            self.undo()
        elif kind == "link":
            self.link(row, which)
        elif kind in EDITS_OF_ROADS:
            self.reprice(EDITS_OF_ROADS[kind], np.random.default_rng(100 * row + which))
        elif kind == "add" and self.state.n_facilities < self.state._starts.room:
            number = self.state.add(now.places.take(np.array([row])), now.start(row))
            self.now = replace(now, open=now.open | {number: row})
        elif kind in {"remove", "move"} and numbers:
            number = numbers[which % len(numbers)]
            left = {other: at for other, at in now.open.items() if other != number}
            if kind == "remove":
                self.state.remove(number)
            else:
                self.state.move(number, now.places.take(np.array([row])), now.start(row))
                left |= {number: row}
            self.now = replace(now, open=left)
        if kind != "undo" and (self.state is not before[1] or self.state.edits > edits):
            self.past.append(before)

    def reprice(self, edit: Callable[[Int64s], Int64s], draw: np.random.Generator) -> None:
        """Let some roads cost something else; facilities whose road that closes or opens follow."""
        base, cost = self.made.costs, np.maximum(self.now.costs.forward, self.now.costs.backward)
        usable = np.flatnonzero(base.snappable)
        segments = draw.choice(usable, draw.integers(1, 6), replace=False)
        full = np.maximum(base.forward, base.backward)
        cost = np.where(cost < 0, CLOSED, cost)
        there = cost[segments]
        cost[segments] = edit(np.where(there < CLOSED, there, full[segments]))
        closed = cost >= CLOSED
        forward, backward = (np.where((one < 0) | closed, -1, cost) for one in (base.forward, base.backward))
        costs = Costs(forward, backward, base.snappable & ~closed, base.access_kmh)
        homes = self.made.join(self.made.home_xy, costs)
        places = self.made.join(self.made.place_xy, costs)
        moved = np.flatnonzero(homes.segment != self.now.homes.segment)
        self.state.reprice(segments, cost[segments], Moves(moved, homes.take(moved)))
        before, self.now = self.now, replace(self.now, costs=costs, homes=homes, places=places)
        for number, row in self.now.open.items():
            if places.segment[row] != before.places.segment[row]:
                self.state.move(number, places.take(np.array([row])), self.now.start(row))

    def link(self, row: int, which: int) -> None:
        """Add a road between two places, in a state that is laid out anew; roads that it cuts are open."""
        made, xy = self.made, self.made.place_xy[[row, which % 20]]
        ends = on_roads(made.network, shapely.LineString(xy), 60.0)
        if any(end.is_empty for end in ends):
            return
        line = shapely.LineString([end.coords[0] for end in ends])
        if line.length < 1:
            return
        road = Roads.plain(np.array([line], object), oneway=np.array([which % 3 - 1], np.int8))
        network = linked(made.network, replace(road, level=np.array([which % 2], np.int8)))
        costs, ground = self.costs_on(network), made.ground
        joined = joined_to(made.network, self.now.costs.snappable, self.now.homes)
        homes = resnap(made.home_xy, network, costs, joined, None, 60.0)
        laid = Ground(build_graph(network, costs), costs, homes, ground.people, ground.direction, LIMIT)
        self.made = replace(made, network=network, ground=laid)
        places = self.made.join(made.place_xy, costs)
        self.now = replace(self.now, costs=costs, homes=homes, places=places)
        rows = np.array(
            [self.now.open.get(number, -1) for number in range(self.state.n_facilities)], np.int64
        )
        positions = places.take(rows)
        positions.segment[rows < 0] = -1
        start = costs.access(positions.access_m)
        self.state = WhatIf(laid, positions, start, was_covered=self.was)

    def costs_on(self, network: Network) -> Costs:
        """Give what roads cost on a network with one road more: what they cost now, where they are there."""
        place = {id(shape): at for at, shape in enumerate(self.made.network.shape)}
        was = np.array([place.get(id(shape), -1) for shape in network.shape])
        first, now = segment_costs(network, mode("motorbike"), "network_time"), self.now.costs
        return Costs(
            np.where(was >= 0, now.forward[was], first.forward),
            np.where(was >= 0, now.backward[was], first.backward),
            np.where(was >= 0, now.snappable[was], first.snappable),
            first.access_kmh,
        )

    def undo(self) -> None:
        if not self.past:
            return
        self.made, self.state, edits, self.now = self.past.pop()
        while self.state.edits > edits:
            self.state.undo()


EDITS_OF_ROADS: dict[str, Callable[[Int64s], Int64s]] = {
    "close": lambda cost: np.full_like(cost, CLOSED),
    "slow": lambda cost: np.minimum(cost * 3, 10**7),
    "quick": lambda cost: cost // 2 + 1,
    "open": lambda cost: cost,
}


@lru_cache
def made(seed: int, direction: Direction) -> Made:
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
    home_xy, place_xy = (
        np.round(draw.uniform(-20, 100 * SIDE, (n, 2)) / 25) * 25 + [0.3, 0.7] for n in (60, 20)
    )
    people = People(draw.integers(0, 5000, (60, 2)), draw.integers(0, ZONES, 60).astype(np.int32), ZONES)
    homes = snap(home_xy, network, costs, None, 60.0)
    ground = Ground(build_graph(network, costs), costs, homes, people, direction, LIMIT)
    return Made(network, ground, home_xy, place_xy)


def town(seed: int, direction: Direction, n_facilities: int) -> Town:
    given = made(seed, direction)
    homes, places = (given.join(xy, given.costs) for xy in (given.home_xy, given.place_xy))
    start = given.costs.access(places.access_m)
    state = WhatIf(given.ground, places.take(np.arange(n_facilities)), start[:n_facilities])
    return Town(
        given,
        state,
        state.covered,
        Now({row: row for row in range(n_facilities)}, given.costs, homes, places),
    )


edits = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 19), st.integers(0, 40)),
    max_size=12,
)


Step = tuple[str, int, int]


def play(place: Town, steps: Iterable[Step]) -> None:
    """Put edits to a town one by one, each looked at; then take all back."""
    state, was = place.state, place.was
    place.check(was)
    before = [array.copy() for array in (*state.sums, state.cost, state.facility, state._ways)]
    for kind, row, which in steps:
        place.edit(kind, row, which)
        place.check(was)
    while place.past:
        place.undo()
    assert place.state is state
    assert not state.edits
    after = (*state.sums, state.cost, state.facility, state._ways)
    assert all((one == other).all() for one, other in zip(before, after, strict=True))
    place.check(was)


@given(
    st.integers(0, 7),
    st.sampled_from(["to_facility", "from_facility"]),
    st.integers(0, 6),
    edits,
    st.sampled_from([0, what_if._FEW]),
)
def test_edits_equal_a_fresh_run_and_undo_restores(
    seed: int, direction: Direction, n_facilities: int, steps: list[Step], few: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(what_if, "_FEW", few)  # as with many facilities, and as with few
        play(town(seed, direction, n_facilities), steps)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_thousand_edits_equal_fresh_runs(seed: int) -> None:
    draw = np.random.default_rng(seed)
    kinds = draw.choice(KINDS, 125, p=[0.15, 0.1, 0.15, 0.15, 0.12, 0.08, 0.08, 0.07, 0.1]).tolist()
    steps = zip(kinds, draw.integers(0, 20, 125).tolist(), draw.integers(0, 40, 125).tolist(), strict=True)
    play(town(seed, "to_facility" if seed % 2 else "from_facility", seed), steps)


def test_a_fork_is_edited_by_itself() -> None:
    place = town(3, "to_facility", 5)
    was = place.state.covered
    place.edit("close", 1, 2)
    edits = place.state.edits
    fork = place.state.fork()
    fork.remove(0)
    fork.reprice(np.flatnonzero(place.made.costs.snappable)[:3], np.full(3, CLOSED))
    place.check(was)
    assert fork.edits == 2
    assert place.state.edits == edits


def test_roads_that_cost_more_than_a_search_holds_are_refused() -> None:
    place = town(3, "to_facility", 5)
    segment = np.flatnonzero(place.made.costs.snappable)[:1]
    with pytest.raises(WrongUse) as caught:
        place.state.reprice(segment, np.array([LARGEST_COST + 1]))
    assert caught.value.code == "road_cost_too_large"


def test_more_facilities_than_there_is_room_for_are_refused() -> None:
    place = town(3, "to_facility", 0)
    at = place.now.places.take(np.array([0]))
    for _ in range(ROOM):
        place.state.add(at, 0)
    with pytest.raises(WrongUse) as caught:
        place.state.add(at, 0)
    assert caught.value.code == "wrong_argument"
    assert place.state.edits == ROOM
