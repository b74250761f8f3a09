"""The engine equals a second, plain reading of METHODS, whole number by whole number, on random networks."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, product

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gis_service.analysis.ferries import Ferries
from gis_service.analysis.field import (
    UNREACHED,
    Direction,
    NetworkField,
    k_nearest_field,
    nearest_facility,
    network_field,
)
from gis_service.analysis.graph import build_graph
from gis_service.analysis.modes import Costs, NetworkMeasure, mode, segment_costs
from gis_service.analysis.network import ROAD_CLASSES, Network, Roads, build_network
from gis_service.analysis.snap import Positions, snap
from gis_service.types import Int64s

from . import plain_network as plain

Box = tuple[float, float, float, float]
SNAP_M = 150.0
ACCESS_KMH = {"walk": 4.8, "motorbike": 10.0, "car": 10.0}
SPEEDS = {
    "walk": dict(zip(ROAD_CLASSES, (None, *[4.8] * 6), strict=True)),
    "motorbike": dict(zip(ROAD_CLASSES, (None, 45.0, 40.0, 35.0, 28.0, 18.0, 10.0), strict=True)),
    "car": dict(zip(ROAD_CLASSES, (80.0, 50.0, 45.0, 38.0, 28.0, 15.0, None), strict=True)),
}
# One number for each thing that is drawn, where several would do: drawing costs more than computing.
lattice = st.integers(0, 35).map(lambda at: divmod(at, 6))
# Off the lattice by irrational amounts, so that no exact cost of a position ends in one half.
spot = st.tuples(st.integers(-20, 360), st.integers(-20, 360)).map(
    lambda p: (p[0] + math.sqrt(2) / 10, p[1] + math.e / 10)
)
box = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 3), st.integers(1, 2)).map(
    lambda b: (b[0] * 64 + 5.5, b[1] * 64 + 9.5, b[0] * 64 + 5.5 + b[2] * 40, b[1] * 64 + 9.5 + b[3] * 20)
)


def turns_back(vertices: list[tuple[int, int]]) -> bool:
    """A line that doubles back on itself at a vertex, or stands still, is not a road."""
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(vertices)]
    return (0, 0) in steps or any(
        a[0] * b[1] == a[1] * b[0] and a[0] * b[0] + a[1] * b[1] < 0 for a, b in pairwise(steps)
    )


paths = st.lists(lattice, min_size=2, max_size=4).filter(lambda p: not turns_back(p)).map(tuple)
dress = st.sampled_from(list(product(range(7), (0, 0, 0, 1, -1), (0, 0, 0, 1))))
road = st.tuples(paths, dress).map(lambda drawn: (drawn[0], *drawn[1]))
ferry = st.tuples(
    st.lists(lattice, min_size=2, max_size=2, unique=True).map(tuple), st.sampled_from([0, 300_000])
)


@dataclass(frozen=True)
class World:
    roads: list[tuple[tuple[tuple[int, int], ...], int, int, int]]
    ferries: list[tuple[tuple[tuple[int, int], ...], int]]
    boxes: list[Box]
    homes: list[tuple[float, float]]
    facilities: list[tuple[float, float]]
    sites: tuple[int, ...]
    mode: str
    measure: NetworkMeasure
    penalties: tuple[int, ...] = (0, 0, 0, 0)

    def penalty(self) -> Int64s:
        return np.array(self.penalties[: len(self.facilities)], np.int64)


worlds = st.builds(
    World,
    roads=st.lists(road, min_size=1, max_size=9),
    ferries=st.lists(ferry, max_size=2),
    boxes=st.lists(box, max_size=2),
    homes=st.lists(spot, min_size=1, max_size=6),
    facilities=st.lists(spot, min_size=1, max_size=4),
    sites=st.sampled_from(list(product(range(3), repeat=4))),
    mode=st.sampled_from(["walk", "motorbike", "car"]),
    measure=st.sampled_from(["network_time", "network_distance"]),
    penalties=st.sampled_from([(0, 0, 0, 0), *product((0, 20_000), repeat=4)]),
)
DIRECTIONS: tuple[Direction, ...] = ("to_facility", "from_facility")
TURNOUT = {"to_facility": 0, "from_facility": 7}
many = settings(max_examples=max(150, settings().max_examples), suppress_health_check=[HealthCheck.too_slow])
# Six in ten of what a profile asks for: 60, and 600 of each with --hypothesis-profile=thorough.
some = settings(max_examples=settings().max_examples * 6 // 10, suppress_health_check=[HealthCheck.too_slow])


def engine_network(world: World) -> Network:
    def lines(paths: list[tuple[tuple[int, int], ...]]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        drawn = np.empty(len(paths), object)
        for i, path in enumerate(paths):
            drawn[i] = shapely.LineString(np.array(path) * plain.UNIT_M)
        return drawn

    n = len(world.roads)
    roads = Roads.plain(
        lines([r[0] for r in world.roads]),
        np.array([r[1] for r in world.roads], np.int8),
        np.array([r[2] for r in world.roads], np.int8),
    )
    level = np.array([r[3] for r in world.roads], np.int8)
    assert len(roads.level) == n
    roads.level[:] = level
    waits = np.array([f[1] for f in world.ferries], np.int64)
    return build_network(roads, Ferries(lines([f[0] for f in world.ferries]), waits))


Laid = tuple[Network, Costs, Positions, Positions]


def laid_out(world: World) -> Laid:
    network, how = engine_network(world), mode(world.mode)
    costs = segment_costs(network, how, world.measure)
    walls = np.array([shapely.box(*b) for b in world.boxes], object)
    homes = snap(np.array(world.homes), network, costs, walls, SNAP_M)
    return network, costs, homes, snap(np.array(world.facilities), network, costs, walls, SNAP_M)


def field_of(
    world: World,
    laid: Laid,
    *,
    direction: Direction = "to_facility",
    contract: bool = True,
    limit: int | None = None,
) -> NetworkField:
    network, costs, homes, facilities = laid
    return network_field(
        network,
        costs,
        homes,
        facilities,
        np.array(world.sites[: len(world.facilities)], np.int32),
        direction=direction,
        turnout=TURNOUT[direction],
        penalty=world.penalty(),
        limit=limit,
        graph=build_graph(network, costs, contract=contract),
    )


def plain_segments(world: World) -> list[plain.Segment]:
    speeds = SPEEDS[world.mode]
    lines = [
        plain.Line(path, speeds[ROAD_CLASSES[c]], way, level, kind=c) for path, c, way, level in world.roads
    ]
    lines += plain.through([plain.Line(path, 8.0, ferry_wait_ms=wait) for path, wait in world.ferries], lines)
    distance = world.measure == "network_distance"
    return plain.build(lines, distance=distance, ignores_oneway=world.mode == "walk")


Way = tuple[int, int]


def plain_answers(world: World) -> dict[Direction, list[list[Way]]]:
    """For each direction and home: (cost, facility) of every facility that can be reached, best first."""
    segments = plain_segments(world)
    homes = [plain.snap(p, segments, world.boxes, SNAP_M) for p in world.homes]
    facilities = [plain.snap(p, segments, world.boxes, SNAP_M) for p in world.facilities]

    def access(metres: float) -> int:
        if world.measure == "network_distance":
            return plain.half_up(metres * 1000)
        return plain.half_up(metres * 3600 / ACCESS_KMH[world.mode])

    def ways(home: plain.Snapped | None, direction: Direction) -> Iterator[Way]:
        for number, facility in enumerate(facilities):
            if home is None or facility is None:
                continue
            pair = (home[:2], facility[:2]) if direction == "to_facility" else (facility[:2], home[:2])
            between = plain.travel(segments, *pair)
            if between is not None:
                start = TURNOUT[direction] + world.penalties[number]
                yield access(home[2]) + between + access(facility[2]) + start, number

    return {direction: [sorted(ways(home, direction)) for home in homes] for direction in DIRECTIONS}


ONE_FERRY_IN_TWO_LINES = World(
    roads=[(((0, 0), (0, 2)), 1, 0, 0)],
    ferries=[(((0, 0), (1, 1)), 0), (((0, 2), (1, 1)), 0)],
    boxes=[],
    homes=[(0.1, 0.3)],
    facilities=[(0.1, 119.3)],
    sites=(0, 0, 0, 0),
    mode="walk",
    measure="network_time",
)


@many
@given(world=worlds)
@example(world=ONE_FERRY_IN_TWO_LINES)
def test_the_field_equals_the_plain_reading(world: World) -> None:
    laid = laid_out(world)
    for direction, answers in plain_answers(world).items():
        field = field_of(world, laid, direction=direction)
        for home, ways in enumerate(answers):
            first = ways[0] if ways else (UNREACHED, -1)
            others = [way for way in ways if world.sites[way[1]] != world.sites[first[1]]]
            second = others[0] if others else (UNREACHED, -1)
            assert (field.cost[home], field.facility[home]) == first, direction
            assert (field.cost2[home], field.facility2[home]) == second, direction


@some
@given(world=worlds)
def test_the_k_nearest_equal_the_plain_reading(world: World) -> None:
    laid = laid_out(world)
    network, costs, homes, facilities = laid
    site = np.array(world.sites[: len(world.facilities)], np.int32)
    for direction, answers in plain_answers(world).items():
        found = k_nearest_field(
            build_graph(network, costs),
            *(costs, homes, facilities, site, 3),
            direction=direction,
            turnout=TURNOUT[direction],
            penalty=world.penalty(),
        )
        for home, ways in enumerate(answers):
            chosen: list[Way] = []
            for way in ways:
                if world.sites[way[1]] not in {world.sites[other] for _, other in chosen}:
                    chosen.append(way)
            expected = (chosen + [(UNREACHED, -1)] * 3)[:3]
            assert list(zip(found.cost[home], found.facility[home], strict=True)) == expected, direction
            assert found.no_road[home] == (homes.segment[home] < 0)


@some
@given(world=worlds, limit=st.sampled_from([0, 30_000, 100_000, 200_000, 10**9]))
def test_within_a_limit_the_field_is_that_without_one(world: World, limit: int) -> None:
    laid = laid_out(world)
    for direction in DIRECTIONS:
        whole, bounded = (
            field_of(world, laid, direction=direction, limit=longest) for longest in (None, limit)
        )
        for cost, facility in (("cost", "facility"), ("cost2", "facility2")):
            within = getattr(whole, cost) <= limit
            expected = np.where(within, getattr(whole, cost), UNREACHED)
            np.testing.assert_array_equal(getattr(bounded, cost), expected)
            expected = np.where(within, getattr(whole, facility), -1)
            np.testing.assert_array_equal(getattr(bounded, facility), expected)
        near = whole.node_cost <= limit
        np.testing.assert_array_equal(bounded.node_cost, np.where(near, whole.node_cost, UNREACHED))


@some
@given(world=worlds)
def test_the_nearest_alone_is_the_nearest_of_the_field(world: World) -> None:
    laid = laid_out(world)
    network, costs, homes, facilities = laid
    for direction in DIRECTIONS:
        cost, facility = nearest_facility(
            build_graph(network, costs),
            costs,
            homes,
            facilities,
            direction=direction,
            turnout=TURNOUT[direction],
            penalty=world.penalty(),
        )
        field = field_of(world, laid, direction=direction)
        np.testing.assert_array_equal(cost, field.cost)
        np.testing.assert_array_equal(facility, field.facility)


@some
@given(world=worlds, later=st.sampled_from(list(product((0, 1, 30_000), repeat=4))))
def test_a_longer_penalty_makes_no_way_shorter(world: World, later: tuple[int, ...]) -> None:
    laid = laid_out(world)
    longer = replace(world, penalties=tuple(map(sum, zip(world.penalties, later, strict=True))))
    before, after = (field_of(one, laid) for one in (world, longer))
    for name in ("cost", "cost2", "node_cost"):
        assert (getattr(after, name) >= getattr(before, name)).all()
    np.testing.assert_array_equal(before.cost < UNREACHED, after.cost < UNREACHED)


@some
@given(world=worlds, penalty=st.sampled_from([1, 20_000]), limit=st.sampled_from([20_000, 100_000, 10**9]))
def test_one_penalty_for_all_is_a_limit_that_is_shorter_by_it(world: World, penalty: int, limit: int) -> None:
    laid = laid_out(world)
    none, same = (replace(world, penalties=(one,) * 4) for one in (0, penalty))
    for direction in DIRECTIONS:
        plain = field_of(none, laid, direction=direction, limit=limit - penalty)
        late = field_of(same, laid, direction=direction, limit=limit)
        for cost, facility in (("cost", "facility"), ("cost2", "facility2")):
            earlier = getattr(plain, cost)
            expected = np.where(earlier < UNREACHED, earlier + penalty, UNREACHED)
            np.testing.assert_array_equal(getattr(late, cost), expected)
            np.testing.assert_array_equal(getattr(late, facility), getattr(plain, facility))


@some
@given(world=worlds)
def test_contraction_changes_no_answer(world: World) -> None:
    laid = laid_out(world)
    contracted, whole = field_of(world, laid), field_of(world, laid, contract=False)
    for name in ("cost", "facility", "cost2", "facility2", "no_road", "node_cost"):
        np.testing.assert_array_equal(getattr(contracted, name), getattr(whole, name))


@many
@given(world=worlds)
def test_noding_and_snapping_equal_the_plain_reading(world: World) -> None:
    _, _, homes, _ = laid_out(world)
    segments = plain_segments(world)
    for number, point in enumerate(world.homes):
        expected = plain.snap(point, segments, world.boxes, SNAP_M)
        if expected is None:
            assert homes.segment[number] == -1
        else:
            assert homes.segment[number] == expected[0]
            assert homes.access_m[number] == pytest.approx(expected[2], abs=1e-6)


@some
@given(world=worlds, dx=st.integers(-3, 3), dy=st.integers(-3, 3))
def test_moving_everything_by_one_vector_changes_nothing(world: World, dx: int, dy: int) -> None:
    def moved(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(x + dx * plain.UNIT_M, y + dy * plain.UNIT_M) for x, y in points]

    def shifted(path: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        return tuple((x + dx, y + dy) for x, y in path)

    other = World(
        roads=[(shifted(r[0]), *r[1:]) for r in world.roads],
        ferries=[(shifted(f[0]), f[1]) for f in world.ferries],
        boxes=[(*moved([b[:2]])[0], *moved([b[2:]])[0]) for b in world.boxes],
        homes=moved(world.homes),
        facilities=moved(world.facilities),
        sites=world.sites,
        mode=world.mode,
        measure=world.measure,
        penalties=world.penalties,
    )
    here, there = field_of(world, laid_out(world)), field_of(other, laid_out(other))
    np.testing.assert_array_equal(here.cost, there.cost)
    np.testing.assert_array_equal(here.facility, there.facility)
