"""A graph with other costs equals the graph that would be built of them."""

from dataclasses import fields, replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.modes import LARGEST_COST, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.recost import Repricer
from gis_service.errors import ErrorCode, WrongUse

spots = st.tuples(st.integers(0, 4), st.integers(0, 4))
# Short lines on a small lattice: they cross, touch, and often run twice between the same two places.
streets = st.lists(
    st.tuples(spots, spots, spots, st.integers(0, 6), st.sampled_from([0, 0, 1, -1])), min_size=1, max_size=8
)


def network_of(drawn: list[tuple[tuple[int, int], tuple[int, int], tuple[int, int], int, int]]) -> Network:
    usable = [line for line in drawn if len({line[0], line[1], line[2]}) == 3]
    lines = np.array([shapely.LineString(np.array(line[:3]) * 100.0) for line in usable], dtype=object)
    kind = np.array([line[3] for line in usable], np.int8)
    return build_network(Roads.plain(lines, kind, np.array([line[4] for line in usable], np.int8)))


def assert_equal(one: Graph, other: Graph) -> None:
    for column in fields(Graph):
        found, expected = getattr(one, column.name), getattr(other, column.name)
        pairs = (
            [(found, expected)]
            if isinstance(found, np.ndarray)
            else [(getattr(found, name), getattr(expected, name)) for name in ("start", "head", "cost")]
        )
        for array, wanted in pairs:
            assert array.dtype == wanted.dtype
            np.testing.assert_array_equal(array, wanted, column.name)


@given(streets, st.lists(st.sampled_from([0.5, 0.9, 1.0, 1.7]), min_size=7, max_size=7))
def test_a_repriced_graph_equals_one_that_is_built_anew(
    drawn: list[tuple[tuple[int, int], tuple[int, int], tuple[int, int], int, int]], factors: list[float]
) -> None:
    network, plain = network_of(drawn), mode("motorbike")
    graph = build_graph(network, segment_costs(network, plain, "network_time"))
    speeds = [
        None if kmh is None else kmh * factor for kmh, factor in zip(plain.speeds_kmh, factors, strict=True)
    ]
    costs = segment_costs(network, replace(plain, speeds_kmh=tuple(speeds)), "network_time")
    assert_equal(Repricer(graph).graph(costs), build_graph(network, costs))


def test_two_roads_between_the_same_junctions_may_change_places() -> None:
    """The direct one is the shorter; at a tenth of its speed the way round is the quicker."""
    direct, round_ = [(0, 0), (200, 0)], [(0, 0), (100, 120), (200, 0)]
    stubs = [[(-50, 0), (0, 0)], [(-50, 50), (0, 0)], [(200, 0), (250, 0)], [(200, 0), (250, 50)]]
    lines = np.array([shapely.LineString(line) for line in (direct, round_, *stubs)], dtype=object)
    network = build_network(Roads.plain(lines, np.array([1, 2, 3, 3, 3, 3], np.int8)))
    plain = mode("motorbike")
    slow = replace(plain, speeds_kmh=(None, 4.5, *plain.speeds_kmh[2:]))
    before, after = (segment_costs(network, one, "network_time") for one in (plain, slow))
    assert_equal(Repricer(build_graph(network, before)).graph(after), build_graph(network, after))


def test_a_chain_that_costs_too_much_is_refused() -> None:
    line = np.array([shapely.LineString([(0, 0), (1000, 0)])], dtype=object)
    network = build_network(Roads.plain(line))
    costs = segment_costs(network, mode("walk"), "network_time")
    dear = np.full(1, LARGEST_COST + 1, np.int64)
    with pytest.raises(WrongUse) as refused:
        Repricer(build_graph(network, costs)).graph(replace(costs, forward=dear, backward=dear))
    assert refused.value.code is ErrorCode.ROAD_COST_TOO_LARGE
