"""The field against closed forms, and against scipy on networks of thousands of nodes."""

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from gis_service.analysis.ferries import Ferries
from gis_service.analysis.field import UNREACHED, Direction, k_nearest_field, network_field, straight_field
from gis_service.analysis.graph import build_graph
from gis_service.analysis.modes import Costs, NetworkMeasure, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.snap import Positions, snap
from gis_service.errors import WrongUse
from gis_service.types import Floats, Int8s, Int64s

Path = list[tuple[float, float]]


def network(paths: list[Path], oneway: list[int] | None = None, ferries: list[Path] | None = None) -> Network:
    def lines(drawn: list[Path]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        return np.array([shapely.LineString(path) for path in drawn] + [None], object)[:-1]

    ways: Int8s = np.array(oneway or [0] * len(paths), np.int8)
    boats = lines(ferries or [])
    return build_network(Roads.plain(lines(paths), oneway=ways), Ferries(boats, np.full(len(boats), 600_000)))


def answers(
    net: Network,
    homes: list[tuple[float, float]],
    facilities: list[tuple[float, float]],
    *,
    how: str = "walk",
    measure: NetworkMeasure = "network_distance",
    direction: Direction = "to_facility",
) -> list[int]:
    costs = segment_costs(net, mode(how), measure)
    at_home, at_facility = (snap(np.array(p, float), net, costs) for p in (homes, facilities))
    site = np.arange(len(facilities), dtype=np.int32)
    field = network_field(net, costs, at_home, at_facility, site, direction=direction)
    return [int(cost) for cost in field.cost]


def test_on_a_lattice_the_way_is_the_sum_of_both_sides() -> None:
    hundreds = [float(metres) for metres in range(0, 1001, 100)]
    streets: list[Path] = [[(0.0, y), (1000.0, y)] for y in hundreds]
    streets += [[(x, 0.0), (x, 1000.0)] for x in hundreds]
    homes = [(float(x), float(y)) for x in range(0, 1001, 50) for y in range(0, 1001, 100)]
    expected = [int(abs(x - 300) + abs(y - 400)) * 1000 for x, y in homes]
    assert answers(network(streets), homes, [(300, 400)]) == expected


def test_on_one_street_the_piece_between_is_the_way() -> None:
    street = network([[(0, 0), (1000, 0)]])
    assert answers(street, [(100, 0), (900, 20)], [(400, 30)]) == [330_000, 550_000]


def test_a_one_way_loop_is_long_in_one_direction_only() -> None:
    block: Path = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    loop = network([block], [1])
    to = answers(loop, [(20, 0)], [(60, 0)], how="motorbike")
    back = answers(loop, [(60, 0)], [(20, 0)], how="motorbike")
    assert (to, back) == ([40_000], [360_000])
    assert answers(loop, [(60, 0)], [(20, 0)], how="motorbike", direction="from_facility") == [40_000]
    assert answers(loop, [(60, 0)], [(20, 0)]) == [40_000]  # on foot nobody minds


def test_a_ferry_is_taken_with_its_wait_and_its_crossing() -> None:
    banks = network([[(0, 0), (100, 0)], [(0, 400), (100, 400)]], ferries=[[(100, 0), (100, 400)]])
    cost = answers(banks, [(0, 0)], [(0, 400)], measure="network_time")
    assert cost == [75_000 + 600_000 + 180_000 + 75_000]


def test_access_on_both_ends_is_told_apart_from_the_way() -> None:
    net = network([[(0, 0), (1000, 0)], [(0, 5000), (1000, 5000)]])
    costs = segment_costs(net, mode("motorbike"), "network_time")  # access at 10 km/h: 360 ms a metre
    at_home, at_facility = (
        snap(np.array(p, float), net, costs) for p in ([(0, 20), (0, 5010), (0, 9000)], [(500, 30)])
    )
    site = np.zeros(1, dtype=np.int32)
    field = network_field(net, costs, at_home, at_facility, site, direction="from_facility", turnout=7000)
    # The turn-out is no access, and who does not arrive has none; 500 m at 18 km/h are the way.
    assert field.access.tolist() == [50 * 360, 0, 0]
    assert field.cost[0] == 50 * 360 + 100_000 + 7000


def test_there_is_no_access_as_the_crow_flies() -> None:
    field = straight_field(np.zeros((2, 2)), np.array([[3.0, 4.0]]), np.zeros(1, dtype=np.int32))
    assert field.access.tolist() == [0, 0]


def test_islands_are_unreached_and_not_dropped() -> None:
    islands = network([[(0, 0), (100, 0)], [(0, 400), (100, 400)]])
    assert answers(islands, [(0, 0), (50, 400)], [(0, 400)]) == [UNREACHED, 50_000]


def test_without_any_facility_nobody_is_reached() -> None:
    net = network([[(0, 0), (100, 0)]])
    costs = segment_costs(net, mode("walk"), "network_time")
    home, none = snap(np.zeros((1, 2)), net, costs), snap(np.empty((0, 2)), net, costs)
    field = network_field(net, costs, home, none, np.empty(0, np.int32))
    assert field.cost.tolist() == [UNREACHED]
    assert field.facility.tolist() == [-1]


def city(seed: int) -> tuple[Network, Floats, Floats]:
    """A perturbed grid of 2,500 crossings with gaps and one-ways, 3,000 homes and 40 facilities."""
    rng = np.random.default_rng(seed)
    side = 50
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1) * 90.0
    xy += rng.uniform(-25, 25, xy.shape)
    across = [(xy[i, j], xy[i + 1, j]) for i in range(side - 1) for j in range(side)]
    along = [(xy[i, j], xy[i, j + 1]) for i in range(side) for j in range(side - 1)]
    kept = [pair for pair in across + along if rng.random() > 0.24]
    lines = np.array([shapely.LineString(pair) for pair in kept], object)
    ways = rng.choice([0, 1, -1], len(kept), p=[0.8, 0.1, 0.1]).astype(np.int8)
    roads = Roads.plain(lines, rng.integers(1, 7, len(kept)).astype(np.int8), ways)
    return build_network(roads), rng.uniform(0, side * 90, (3000, 2)), rng.uniform(0, side * 90, (40, 2))


def by_scipy(net: Network, costs: Costs, at_home: Positions, at_facility: Positions) -> Floats:
    """Costs from all homes to all facilities: both are put on the graph as nodes of their own."""
    ahead, back = costs.forward >= 0, costs.backward >= 0
    arcs = [
        (net.start[ahead], net.end[ahead], costs.forward[ahead]),
        (net.end[back], net.start[back], costs.backward[back]),
    ]
    first_facility = net.n_nodes + len(at_home.segment)
    size = first_facility + len(at_facility.segment)
    for at, first, leaves in ((at_home, net.n_nodes, True), (at_facility, first_facility, False)):
        s = at.segment
        whole = np.maximum(costs.forward, costs.backward)[s]
        part, place = np.floor(whole * at.fraction + 0.5), np.arange(first, first + len(s))
        access = costs.access(at.access_m)
        for may, node, way in (
            (ahead[s], (net.end if leaves else net.start)[s], whole - part if leaves else part),
            (back[s], (net.start if leaves else net.end)[s], part if leaves else whole - part),
        ):
            ends = (place[may], node[may]) if leaves else (node[may], place[may])
            arcs.append((*ends, (access + way)[may]))
    source, target, value = (np.concatenate(column) for column in zip(*arcs, strict=True))
    # Turned round, so that one search from each facility finds all homes; scipy takes a zero for no arc.
    graph = coo_array((value + 1e-9, (target, source)), shape=(size, size)).tocsr()
    found = dijkstra(graph, indices=np.arange(first_facility, size))
    return np.asarray(found[:, net.n_nodes : first_facility].T)


def test_a_penalty_delays_one_facility_and_not_the_others() -> None:
    net = network([[(0, 0), (1000, 0)]])
    costs = segment_costs(net, mode("walk"), "network_time")  # 750 ms a metre
    at_home, at_facility = (
        snap(np.array(p, float), net, costs) for p in ([(100, 0), (900, 0)], [(0, 0), (1000, 0)])
    )
    site, penalty = np.arange(2, dtype=np.int32), np.array([700_000, 0])
    field = network_field(net, costs, at_home, at_facility, site, turnout=5000, penalty=penalty)
    assert field.cost.tolist() == [900 * 750 + 5000, 100 * 750 + 5000]
    assert field.facility.tolist() == [1, 1]
    assert field.cost2.tolist() == [100 * 750 + 705_000, 900 * 750 + 705_000]
    assert field.access.tolist() == [0, 0]  # waiting is no access


@pytest.mark.parametrize(
    ("name", "penalty", "k"),
    [
        ("penalty", np.array([-1, 0]), 1),
        ("penalty", np.array([1]), 1),
        ("penalty", np.array([[1, 2]]), 1),
        ("k", None, 0),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(name: str, penalty: Int64s | None, k: int) -> None:
    net = network([[(0, 0), (1000, 0)]])
    costs = segment_costs(net, mode("walk"), "network_time")
    two = snap(np.array([[0.0, 0.0], [10.0, 0.0]]), net, costs)
    site = np.arange(2, dtype=np.int32)
    with pytest.raises(WrongUse) as refused:
        k_nearest_field(build_graph(net, costs), costs, two, two, site, k, penalty=penalty)
    assert refused.value.code == "wrong_argument"
    assert refused.value.params["name"] == name


@pytest.mark.parametrize("how", ["walk", "motorbike", "car"])
def test_a_city_equals_scipy(how: str) -> None:
    net, home, facility = city(11)
    costs = segment_costs(net, mode(how), "network_time")
    at_home, at_facility = snap(home, net, costs), snap(facility, net, costs)
    field = network_field(net, costs, at_home, at_facility, np.arange(40, dtype=np.int32))
    matrix = by_scipy(net, costs, at_home, at_facility)
    # On one segment the piece between may be shorter: that is compared in the small networks.
    apart = ~np.isin(at_home.segment, at_facility.segment)
    best = np.sort(matrix[apart], axis=1)
    for found, expected in ((field.cost[apart], best[:, 0]), (field.cost2[apart], best[:, 1])):
        reached = np.isfinite(expected)
        assert ((found < UNREACHED) == reached).all()
        np.testing.assert_array_equal(found[reached], np.round(expected[reached]))
    assert apart.sum() > 2500


def test_the_five_nearest_of_a_city_equal_scipy_and_lie_on_five_sites() -> None:
    net, home, facility = city(12)
    costs = segment_costs(net, mode("motorbike"), "network_time")
    at_home, at_facility = snap(home, net, costs), snap(facility, net, costs)
    site = (np.arange(40) % 15).astype(np.int32)
    graph = build_graph(net, costs)
    found = k_nearest_field(graph, costs, at_home, at_facility, site, 5)
    matrix = by_scipy(net, costs, at_home, at_facility)
    apart = ~np.isin(at_home.segment, at_facility.segment)
    of_site = np.stack([matrix[:, site == number].min(axis=1) for number in range(15)], axis=1)
    best = np.sort(of_site[apart], axis=1)[:, :5]
    cost = np.where(found.cost[apart] < UNREACHED, found.cost[apart], np.inf)
    np.testing.assert_array_equal(cost, np.round(best))
    own = np.take_along_axis(matrix[apart], found.facility[apart], axis=1)
    answered = np.isfinite(best)
    np.testing.assert_array_equal(np.round(own[answered]), cost[answered])
    two = network_field(net, costs, at_home, at_facility, site, graph=graph)
    np.testing.assert_array_equal(found.cost[:, :2], np.stack([two.cost, two.cost2], axis=1))
    np.testing.assert_array_equal(found.facility[:, :2], np.stack([two.facility, two.facility2], axis=1))


def test_as_the_crow_flies_equals_the_whole_matrix() -> None:
    rng = np.random.default_rng(5)
    home, facility = rng.uniform(0, 5000, (400, 2)), rng.uniform(0, 5000, (30, 2))
    site = rng.integers(0, 12, 30).astype(np.int32)
    field = straight_field(home, facility, site)
    for i in range(len(home)):
        whole = [int(np.floor(np.hypot(*(home[i] - f)) * 1000 + 0.5)) for f in facility]
        best = min(range(30), key=lambda j: (whole[j], j))
        others = [j for j in range(30) if site[j] != site[best]]
        second = min(others, key=lambda j: (whole[j], j))
        assert (field.cost[i], field.facility[i]) == (whole[best], best)
        assert (field.cost2[i], field.facility2[i]) == (whole[second], second)
