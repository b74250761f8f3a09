"""Pairs within a limit on a made town, against the field of each facility alone."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.field import UNREACHED, network_field, straight_field
from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.kernels import pairs_within
from gis_service.analysis.modes import Costs, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.pairs import Pairs, network_pairs, straight_pairs
from gis_service.analysis.snap import Positions, snap
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Floats

SIDE, STEP_M = 24, 90.0
Town = tuple[Network, Costs, Graph, Positions, Positions]


@pytest.fixture(scope="module")
def town() -> Town:
    """A perturbed grid with gaps and one-ways, 700 homes, and facilities enough for every core."""
    rng = np.random.default_rng(4)
    xy = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij"), axis=-1) * STEP_M
    xy += rng.uniform(-25, 25, xy.shape)
    pairs = [np.stack([xy[:-1], xy[1:]], 2), np.stack([xy[:, :-1], xy[:, 1:]], 2)]
    streets = np.concatenate([pair.reshape(-1, 2, 2) for pair in pairs])
    streets = streets[rng.random(len(streets)) > 0.3]
    ways = rng.choice([0, 1, -1], len(streets), p=[0.7, 0.15, 0.15]).astype(np.int8)
    classes = rng.integers(1, 7, len(streets)).astype(np.int8)
    lines = np.asarray(shapely.linestrings(streets), dtype=object)
    network = build_network(Roads.plain(lines, classes, ways))
    costs = segment_costs(network, mode("motorbike"), "network_time")
    homes, facilities = rng.uniform(0, SIDE * STEP_M, (700, 2)), rng.uniform(0, SIDE * STEP_M, (50, 2))
    homes[::50] += 1e5  # some homes join no road, and one facility
    facilities[7] += 1e5
    at_home, at_facility = (snap(places, network, costs) for places in (homes, facilities))
    return network, costs, build_graph(network, costs), at_home, at_facility


def rows(pairs: Pairs, j: int) -> tuple[list[int], list[int]]:
    part = slice(pairs.start[j], pairs.start[j + 1])
    return pairs.home[part].tolist(), pairs.cost[part].tolist()


@pytest.mark.parametrize("limit", [0, 45_000, 120_000, 3_600_000])
def test_each_facility_has_the_homes_of_its_own_field(town: Town, limit: int) -> None:
    network, costs, graph, homes, facilities = town
    pairs = network_pairs(graph, costs, homes, facilities, limit=limit, turnout=900)
    for j in range(pairs.n_facilities):
        alone, site = facilities.take(np.array([j])), np.zeros(1, np.int32)
        cost = network_field(network, costs, homes, alone, site, turnout=900, graph=graph).cost
        near = np.flatnonzero(cost <= limit)
        assert rows(pairs, j) == (near.tolist(), cost[near].tolist())


def test_the_order_of_rows_changes_no_pair(town: Town) -> None:
    _, costs, graph, homes, facilities = town
    rng = np.random.default_rng(5)
    home_at, facility_at = rng.permutation(700), rng.permutation(50)
    here = network_pairs(graph, costs, homes, facilities, limit=90_000)
    there = network_pairs(graph, costs, homes.take(home_at), facilities.take(facility_at), limit=90_000)
    moved = zip(home_at[there.home], facility_at[there.facility], there.cost, strict=True)
    assert sorted(moved) == sorted(zip(here.home, here.facility, here.cost, strict=True))


def test_a_longer_limit_loses_no_pair(town: Town) -> None:
    _, costs, graph, homes, facilities = town
    short, long = (network_pairs(graph, costs, homes, facilities, limit=ms) for ms in (60_000, 61_000))
    within = long.cost <= 60_000
    assert np.array_equal(long.home[within], short.home)
    assert np.array_equal(long.facility[within], short.facility)


def test_too_many_pairs_are_refused_with_a_way_out(town: Town) -> None:
    _, costs, graph, homes, facilities = town
    whole = network_pairs(graph, costs, homes, facilities, limit=60_000)
    n = len(whole.home)
    kept = network_pairs(graph, costs, homes, facilities, limit=60_000, most=n)
    assert np.array_equal(kept.home, whole.home)
    with pytest.raises(WrongUse) as refused:
        network_pairs(graph, costs, homes, facilities, limit=60_000, most=n - 1)
    assert refused.value.code == ErrorCode.PAIRS_TOO_MANY
    assert "Lower the limit" in refused.value.remedy()


def test_no_question_compiles_the_search_anew(town: Town) -> None:
    _, costs, graph, homes, facilities = town
    for places in (homes, facilities):
        places.segment.flags.writeable = False  # as arrays that are read from disk
    network_pairs(graph, costs, homes, facilities, limit=1000)
    network_pairs(graph, costs, homes, facilities, limit=1000, direction="from_facility", turnout=7)
    assert len(pairs_within.signatures) == 1


@pytest.mark.parametrize("limit", [-1, 2**31 - 1])
def test_a_limit_that_no_cost_can_have_is_refused(town: Town, limit: int) -> None:
    _, costs, graph, homes, facilities = town
    with pytest.raises(WrongUse, match="limit"):
        network_pairs(graph, costs, homes, facilities, limit=limit)
    with pytest.raises(WrongUse, match="limit"):
        straight_pairs(np.zeros((1, 2)), np.zeros((1, 2)), limit=limit)


@pytest.mark.parametrize(("n_homes", "n_facilities"), [(0, 3), (3, 0), (0, 0)])
def test_nobody_and_nothing_make_no_pair(town: Town, n_homes: int, n_facilities: int) -> None:
    _, costs, graph, homes, facilities = town
    some, few = homes.take(np.arange(n_homes)), facilities.take(np.arange(n_facilities))
    pairs = network_pairs(graph, costs, some, few, limit=60_000)
    assert (pairs.start.tolist(), len(pairs.home)) == ([0] * (n_facilities + 1), 0)
    straight = straight_pairs(np.zeros((n_homes, 2)), np.zeros((n_facilities, 2)), limit=5)
    assert (straight.start.tolist(), len(straight.home)) == ([0] * (n_facilities + 1), 0)


def test_without_any_road_there_is_no_pair() -> None:
    network = build_network(
        Roads.plain(np.array([shapely.LineString([(0, 0), (9, 0)])], object), np.zeros(1, np.int8))
    )
    costs = segment_costs(network, mode("walk"), "network_time")  # an expressway
    at = snap(np.zeros((2, 2)), network, costs)
    pairs = network_pairs(build_graph(network, costs), costs, at, at, limit=1000)
    assert (pairs.start.tolist(), len(pairs.home)) == ([0, 0, 0], 0)


spots = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12).map(
    lambda drawn: np.array(drawn, float) / 8
)


@given(homes=spots, facilities=spots, limit=st.integers(0, 6000))
def test_straight_pairs_are_those_of_the_straight_field(
    homes: Floats, facilities: Floats, limit: int
) -> None:
    pairs = straight_pairs(homes, facilities, limit=limit)
    for j in range(len(facilities)):
        cost = straight_field(homes, facilities[j : j + 1], np.zeros(1, np.int32)).cost
        near = np.flatnonzero(cost <= limit)
        assert rows(pairs, j) == (near.tolist(), cost[near].tolist())
    least = np.full(len(homes), UNREACHED, np.int64)
    np.minimum.at(least, pairs.home, pairs.cost)
    field = straight_field(homes, facilities, np.arange(len(facilities), dtype=np.int32)).cost
    assert np.array_equal(least, np.where(field <= limit, field, UNREACHED))


def test_of_several_entrances_the_nearest_counts(town: Town) -> None:
    network, costs, graph, homes, facilities = town
    owner = np.arange(50) % 3  # entrances of a facility do not stand together
    pairs = network_pairs(graph, costs, homes, facilities, limit=60_000).of_owners(owner)
    assert pairs.n_facilities == 3
    for j in range(3):
        doors, site = facilities.take(np.flatnonzero(owner == j)), np.zeros(17, np.int32)
        cost = network_field(network, costs, homes, doors, site, graph=graph).cost
        near = np.flatnonzero(cost <= 60_000)
        assert rows(pairs, j) == (near.tolist(), cost[near].tolist())


def test_pairs_can_be_left_out(town: Town) -> None:
    _, costs, graph, homes, facilities = town
    long, short = (network_pairs(graph, costs, homes, facilities, limit=ms) for ms in (60_000, 40_000))
    kept = long.where(long.cost <= 40_000)
    for name in ("start", "home", "cost"):
        assert np.array_equal(getattr(kept, name), getattr(short, name))
    nothing = short.where(np.zeros(len(short.home), bool))
    assert nothing.of_owners(np.arange(50)).start.tolist() == [0] * 51
    assert nothing.of_owners(np.zeros(50, np.int64)).start.tolist() == [0, 0]


def test_too_many_straight_pairs_are_refused() -> None:
    with pytest.raises(WrongUse) as refused:
        straight_pairs(np.zeros((3, 2)), np.zeros((2, 2)), limit=0, most=5)
    assert refused.value.code == ErrorCode.PAIRS_TOO_MANY
