"""A road ends at a place that may not be passed, on both sides of it."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.field import UNREACHED, network_field
from gis_service.analysis.graph import build_graph
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.snap import snap
from gis_service.types import Geometries

LANE = [(0.0, 0.0), (40.0, 0.0), (100.0, 0.0)]
ROUND = [(0.0, 0.0), (0.0, 80.0), (100.0, 80.0), (100.0, 0.0)]


def lines(*paths: list[tuple[float, float]]) -> Geometries:
    return np.array([*(shapely.LineString(path) for path in paths), None], dtype=object)[:-1]


def metres(network: Network, home: tuple[float, float], goal: tuple[float, float]) -> float | None:
    costs = segment_costs(network, mode("car"), "network_distance")
    places = [snap(np.array([at]), network, costs) for at in (home, goal)]
    field = network_field(
        network, costs, places[0], places[1], np.zeros(1, np.int32), graph=build_graph(network, costs)
    )
    return None if field.cost[0] == UNREACHED else int(field.cost[0]) / 1000


@pytest.mark.parametrize(
    ("name", "stops", "expected"),
    [
        ("open", [], 60.0),
        ("a bollard between", [(40.0, 0.0)], 300.0),
        ("one that lies behind both", [(0.0, 80.0)], 60.0),
        ("no way round", [(40.0, 0.0), (100.0, 80.0)], None),
        ("4 mm beside the vertex", [(40.0, 0.004)], 300.0),
        ("4 cm beside it: not on the road", [(40.0, 0.04)], 60.0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_may_not_pass_goes_round(
    name: str, stops: list[tuple[float, float]], expected: float | None
) -> None:
    network = build_network(Roads.plain(lines(LANE, ROUND)), None, np.array(stops).reshape(-1, 2))
    assert metres(network, (20.0, 0.0), (80.0, 0.0)) == expected, name


def test_both_sides_of_a_stop_are_reached() -> None:
    network = build_network(Roads.plain(lines(LANE, ROUND)), None, np.array([(40.0, 0.0)]))
    assert metres(network, (10.0, 0.0), (39.0, 0.0)) == 29.0
    assert metres(network, (70.0, 0.0), (41.0, 0.0)) == 29.0


def test_a_stop_at_a_junction_parts_all_roads_there() -> None:
    crossing = Roads.plain(lines([(-50.0, 0.0), (0.0, 0.0), (50.0, 0.0)], [(0.0, -50.0), (0.0, 50.0)]))
    network = build_network(crossing, None, np.array([(0.0, 0.0)]))
    assert (network.n_segments, network.n_nodes) == (4, 8)
    assert network.line.tolist() == [0, 0, 1, 1]


def test_stops_cost_nothing_to_who_may_pass() -> None:
    roads = Roads.plain(lines(LANE, ROUND))
    without, empty = build_network(roads), build_network(roads, None, np.empty((0, 2)))
    np.testing.assert_array_equal(without.start, empty.start)
    np.testing.assert_array_equal(without.length_m, empty.length_m)
