"""Assumption ranges: what is drawn, from which seed, and what never changes."""

from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.coverage import coverage
from gis_service.analysis.demand import Demand
from gis_service.analysis.field import UNREACHED, network_field, straight_field
from gis_service.analysis.graph import build_graph
from gis_service.analysis.modes import NetworkMeasure, mode, segment_costs
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.range_ways import RoadGround, RoadWays, StraightWays
from gis_service.analysis.ranges import (
    COVERED,
    MEDIAN,
    TOTAL,
    Assumptions,
    Draw,
    People,
    draw_of,
    ends,
    figures_of,
    ranges,
)
from gis_service.analysis.snap import snap
from gis_service.analysis.zones import NO_UNIT
from gis_service.types import Int32s, Int64s

N_ZONES, LIMIT, SEED = 3, 200_000, 2**95 + 7
EXACT = Assumptions(draws=4, speed_sigma=0.0, home_m=0.0, total_sigma=0.0)
FEW = Assumptions(draws=12)
homes = st.lists(
    st.tuples(
        st.integers(0, 900),
        st.integers(0, 80),
        st.integers(0, 90_000),
        st.sampled_from([NO_UNIT, 0, 1, 2]),
        st.sampled_from([0, 100_000, 200_000, 300_000, int(UNREACHED)]),
    ),
    max_size=12,
)
Homes = list[tuple[int, int, int, int, int]]


def unpacked(drawn: Homes) -> tuple[Demand, Int32s, Int64s]:
    x, y, people, zone, cost = (
        np.array(one, np.int64) for one in (zip(*drawn, strict=True) if drawn else [[]] * 5)
    )
    groups = {"all": people, "old": people // 3}
    demand = Demand(np.column_stack([x, y]).astype(float), groups, np.arange(len(x), dtype=np.int32))
    return demand, zone.astype(np.int32), cost


def town() -> tuple[Demand, Int32s, dict[str, RoadWays | StraightWays], dict[str, Int64s]]:
    """Three streets of three classes with homes beside them, and their plain costs by measure."""
    lines = [[(0, 0), (900, 0)], [(300, 0), (300, 400)], [(600, 0), (600, 400)]]
    roads = Roads.plain(
        np.array([shapely.LineString(line) for line in lines], dtype=object), np.array([1, 5, 6], np.int8)
    )
    network, plain = build_network(roads), mode("motorbike")
    rng = np.random.default_rng(5)
    xy = np.concatenate([rng.uniform((0, -40), (900, 400), (40, 2)), [[9000.0, 0.0]]])
    people = rng.integers(1_000, 40_000, 41)
    demand = Demand(xy, {"all": people, "old": people // 5}, np.arange(41, dtype=np.int32))
    zone = np.minimum(xy[:, 0] // 300, 2).astype(np.int32)
    places, site = np.array([[10.0, 5.0], [610.0, 390.0]]), np.arange(2, dtype=np.int32)
    everybody = [(np.arange(41), np.arange(2))]
    ways: dict[str, RoadWays | StraightWays] = {"straight_radius": StraightWays(xy, places, everybody)}
    costs = {"straight_radius": straight_field(xy, places, site).cost}
    measures: tuple[NetworkMeasure, ...] = ("network_time", "network_distance")
    for measure in measures:
        priced = segment_costs(network, plain, measure)
        joined, facilities = snap(xy, network, priced), snap(places, network, priced)
        graph = build_graph(network, priced)
        drawn = plain if measure == "network_time" else None
        ways[measure] = RoadWays(RoadGround(network, graph, priced, drawn, joined, facilities), everybody)
        costs[measure] = network_field(network, priced, joined, facilities, site).cost
    return demand, zone, ways, costs


@pytest.fixture(scope="module")
def people() -> People:
    demand, zone, _, _ = town()
    return People(demand, zone, N_ZONES)


MEASURES = ("network_time", "network_distance", "straight_radius")


@pytest.mark.parametrize("measure", MEASURES)
def test_without_any_spread_every_draw_is_the_plain_figure(measure: str) -> None:
    demand, zone, ways, costs = town()
    people, limit = People(demand, zone, N_ZONES), 200_000
    plain = figures_of(people, costs[measure], limit)
    drawn = ranges(people, ways[measure].cost, limit, SEED, EXACT)
    assert drawn.shape == (EXACT.draws, *plain.shape)
    for one in drawn:
        np.testing.assert_array_equal(one, plain)


@given(homes)
def test_the_figures_are_those_of_coverage(drawn: Homes) -> None:
    demand, zone, cost = unpacked(drawn)
    found = figures_of(People(demand, zone, N_ZONES), cost, LIMIT)
    expected = coverage(demand, zone, N_ZONES, cost, LIMIT)
    for number, group in enumerate(demand.people):
        told = [*expected.zones[group], expected.totals[group]]
        figures = found[:, number, [*range(N_ZONES), N_ZONES + 1]]
        assert figures[TOTAL].tolist() == [one.total for one in told]
        assert figures[COVERED].tolist() == [one.covered for one in told]
        medians = [None if value == UNREACHED else value for value in figures[MEDIAN].tolist()]
        assert medians == [one.quantiles[0] for one in told]


@given(homes, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_draw(drawn: Homes, random: Random) -> None:
    mixed = random.sample(drawn, len(drawn))

    def found(rows: Homes) -> Int64s:
        demand, zone, given_cost = unpacked(rows)
        # Whoever lives at one place has one way from there.
        _, place = np.unique(np.column_stack([zone, demand.xy]), axis=0, return_inverse=True)
        least = np.full(len(rows), UNREACHED)
        np.minimum.at(least, place.ravel(), given_cost)
        cost = least[place.ravel()]
        far = np.hypot(*demand.xy.T)

        def cost_of(draw: Draw) -> Int64s:
            moved = np.hypot(*(demand.xy + draw.moved).T) - far
            return np.where(cost == UNREACHED, cost, cost + np.round(moved * 1000).astype(np.int64))

        return ranges(People(demand, zone, N_ZONES), cost_of, LIMIT, SEED, Assumptions(draws=3))

    np.testing.assert_array_equal(found(drawn), found(mixed))


def test_the_number_of_workers_changes_no_draw() -> None:
    demand, zone, ways, _ = town()
    people = People(demand, zone, N_ZONES)
    one, two = (
        ranges(people, ways["network_time"].cost, 30_000, SEED, FEW, workers=workers) for workers in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("measure", MEASURES)
def test_a_range_holds_its_draws_in_order_and_moves_somewhere(measure: str) -> None:
    demand, zone, ways, _ = town()
    drawn = ranges(People(demand, zone, N_ZONES), ways[measure].cost, 30_000, SEED, FEW)
    low, high = ends(drawn)
    assert (low <= high).all()
    assert (low[:2] < high[:2]).any()


def test_another_seed_is_another_range_and_the_same_seed_the_same(people: People) -> None:
    first, again, other = (draw_of(seed, 3, people) for seed in (SEED, SEED, SEED + 1))
    for name in ("speed", "total", "moved"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
        assert (getattr(first, name) != getattr(other, name)).all()


def test_each_draw_has_its_own_numbers(people: People) -> None:
    one, other = draw_of(SEED, 0, people), draw_of(SEED, 1, people)
    assert (one.speed != other.speed).all()
    assert (one.moved != other.moved).all()


def test_what_is_drawn_has_the_stated_spread(people: People) -> None:
    drawn = [draw_of(SEED, number, people) for number in range(400)]
    logs = np.log(np.concatenate([one.speed for one in drawn]))
    assert np.std(logs) == pytest.approx(0.15, rel=0.05)
    assert np.std(np.log(np.concatenate([one.total for one in drawn]))) == pytest.approx(0.05, rel=0.05)
    moved = np.concatenate([one.moved for one in drawn])
    np.testing.assert_allclose(np.hypot(*moved.T), 15.0)
    assert np.abs(moved.mean(axis=0)).max() < 0.5


@given(homes, st.lists(st.sampled_from([0.0, 0.5, 0.93, 1.0, 1.08, 2.0]), min_size=4, max_size=4))
def test_a_unit_gets_its_new_total_and_shares_it_out_by_largest_remainder(
    drawn: Homes, factors: list[float]
) -> None:
    demand, zone, _ = unpacked(drawn)
    people = People(demand, zone, N_ZONES)
    for group in demand.people:
        old, new = people.people[group], people.drawn(group, np.array(factors))
        assert (new >= 0).all()
        for unit, factor in enumerate(factors):
            own = people.bucket == unit
            total = int(np.floor(int(old[own].sum()) * factor + 0.5))
            assert new[own].sum() == total
            exact = old[own].astype(object) * total
            whole = max(int(old[own].sum()), 1)
            # Everybody gets the whole part of the exact share or one more; larger remainders come first.
            assert all(
                part // whole <= one <= part // whole + 1 for part, one in zip(exact, new[own], strict=True)
            )
            given_ = [(part % whole, one - part // whole) for part, one in zip(exact, new[own], strict=True)]
            for (rest, more), (rest_after, more_after) in pairwise(
                sorted(given_, key=lambda one: (-one[0], -one[1]))
            ):
                assert more >= more_after or rest == rest_after


def test_the_ends_are_values_of_draws_by_nearest_rank() -> None:
    low, high = ends(np.arange(200)[::-1])
    assert [low.item(), high.item()] == [9, 189]
    assert [one.item() for one in ends(np.array([4]))] == [4, 4]


def test_progress_is_told_and_whoever_is_told_may_end_the_work(people: People) -> None:
    told: list[float] = []

    def tell(share: float) -> None:
        told.append(share)
        if share >= 0.5:
            raise InterruptedError

    def nobody_comes(_draw: Draw) -> Int64s:
        return np.full(41, UNREACHED)

    with pytest.raises(InterruptedError):
        ranges(people, nobody_comes, LIMIT, SEED, EXACT, told=tell)
    assert told == [0.25, 0.5]


def test_a_home_moves_along_its_road_and_across_it() -> None:
    """Counted by hand: 100 m on foot at 4.8 km/h is 75 s; 12 m along the road and 9 m nearer to it."""
    line = np.array([shapely.LineString([(0, 0), (1000, 0)])], dtype=object)
    network, walk = build_network(Roads.plain(line)), mode("walk")
    costs = segment_costs(network, walk, "network_time")
    joined, door = (
        snap(np.array([[100.0, 20.0]]), network, costs),
        snap(np.array([[0.0, 0.0]]), network, costs),
    )
    ground = RoadGround(network, build_graph(network, costs), costs, walk, joined, door)
    ways = RoadWays(ground, [(np.arange(1), np.arange(1))])

    def cost(factor: float, along: float, across: float) -> int:
        return int(ways.cost(Draw(np.full(7, factor), np.ones(1), np.array([[along, across]])))[0])

    assert cost(1.0, 0.0, 0.0) == 75_000 + 15_000
    assert cost(1.0, 12.0, -9.0) == 84_000 + 8_250
    assert cost(0.5, 12.0, -9.0) == 2 * 84_000 + 8_250, "no class of road, no factor on the way to it"
    assert cost(1.0, -300.0, 0.0) == 15_000, "no farther than the end of its road"
    assert cost(1.0, 0.0, -30.0) == 75_000 + 7_500, "on the other side of it"


def test_a_told_speed_is_drawn_as_that_of_its_class() -> None:
    line = np.array([shapely.LineString([(0, 0), (1000, 0)])], dtype=object)
    network, ride = replace(build_network(Roads.plain(line)), told_kmh=np.array([36.0])), mode("motorbike")
    costs = segment_costs(network, ride, "network_time")
    ends = snap(np.array([[100.0, 0.0], [0.0, 0.0]]), network, costs)
    home, door = ends.take(np.array([0])), ends.take(np.array([1]))
    ground = RoadGround(network, build_graph(network, costs), costs, ride, home, door)
    ways = RoadWays(ground, [(np.arange(1), np.arange(1))])
    found = [ways.cost(Draw(np.full(7, one), np.ones(1), np.zeros((1, 2)))).tolist() for one in (1.0, 0.5)]
    assert found == [[10_000], [20_000]]


def test_what_a_facility_adds_at_its_start_is_in_every_draw() -> None:
    """A street of 1 km, a facility at each end; the one that is nearer to the home begins a minute later."""
    network = build_network(Roads.plain(np.array([shapely.LineString([(0, 0), (1000, 0)])], dtype=object)))
    walk = mode("walk")
    costs = segment_costs(network, walk, "network_time")
    home, doors = (snap(np.array(xy), network, costs) for xy in ([[490.0, 0.0]], [[0.0, 0.0], [1000.0, 0.0]]))
    ground = RoadGround(network, build_graph(network, costs), costs, walk, home, doors)
    both, only = (np.arange(1), np.arange(2)), (np.arange(1), np.array([0]))
    draw = Draw(np.full(7, 0.5), np.ones(1), np.zeros((1, 2)))
    late = np.array([60_000, 0])
    found = [RoadWays(ground, [chosen], penalty=late).cost(draw).tolist() for chosen in (both, only)]
    # 490 m take 367.5 s at 4.8 km/h and twice that in the draw; 510 m take 382.5 s.
    assert found == [[2 * 382_500], [2 * 367_500 + 60_000]]


def test_who_may_use_no_facility_is_not_reached_in_any_draw() -> None:
    nothing = np.empty(0, np.int64)
    ways = StraightWays(
        np.zeros((2, 2)), np.zeros((1, 2)), [(np.array([0]), np.array([0])), (np.array([1]), nothing)]
    )
    draw = Draw(np.ones(7), np.ones(1), np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert ways.cost(draw).tolist() == [5_000, UNREACHED]


def test_nobody_anywhere_has_ranges_of_nobody() -> None:
    demand, zone, cost = unpacked([])
    drawn = ranges(People(demand, zone, N_ZONES), lambda _draw: cost, LIMIT, SEED, FEW)
    assert not drawn[:, [TOTAL, COVERED]].any()
    assert (drawn[:, MEDIAN] == UNREACHED).all()


def test_groups_that_are_counted_beside_change_no_draw_of_neighbours_at_one_place() -> None:
    """Two households of one house, of as many people each, one of them with children."""
    xy = np.array([[500.0, 20.0]] * 2 + [[100.0, 0.0]])
    zone, cost = np.zeros(3, np.int32), np.array([LIMIT - 3_000] * 2 + [0])
    everybody = {"all": np.array([4_000, 4_000, 9_000]), "old": np.array([0, 2_000, 3_000])}
    more = everybody | {"young": np.array([3_000, 0, 1_000])}

    def found(groups: dict[str, Int64s], group: str) -> Int64s:
        demand = Demand(xy, groups, np.arange(3, dtype=np.int32))

        def cost_of(draw: Draw) -> Int64s:
            return cost + np.round(1000 * draw.moved[:, 0]).astype(np.int64)

        drawn = ranges(People(demand, zone, 1), cost_of, LIMIT, SEED, FEW)
        return drawn[:, :, sorted(groups).index(group)]

    for group in everybody:
        np.testing.assert_array_equal(found(everybody, group), found(more, group))
