"""The nearest facilities of one place: those of the field of the whole city, and of every pair by itself."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.field import UNREACHED, Direction, k_nearest_field, network_field, straight_field
from gis_service.analysis.graph import build_graph
from gis_service.analysis.modes import Costs, mode, segment_costs
from gis_service.analysis.near_shapes import near_shapes
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.place import nearest_of_place, straight_nearest_of_place
from gis_service.analysis.snap import Positions, snap
from gis_service.errors import WrongUse
from gis_service.types import Floats, Geometries, Int32s, Int64s

SIDE = 12


def town(seed: int, how: str) -> tuple[Network, Costs, Positions, Positions, Int32s]:
    """Streets with gaps, bends, one-ways and an island; 30 places, 25 facilities on 9 sites."""
    rng = np.random.default_rng(seed)
    xy = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij"), axis=-1) * 80.0
    xy += rng.uniform(-20, 20, xy.shape)
    pairs = [(xy[i, j], xy[i + 1, j]) for i in range(SIDE - 1) for j in range(SIDE)]
    pairs += [(xy[i, j], xy[i, j + 1]) for i in range(SIDE) for j in range(SIDE - 1)]
    kept = [pair for pair in pairs if rng.random() > 0.35] + [((2000.0, 0.0), (2200.0, 0.0))]
    lines = np.array([shapely.LineString(pair) for pair in kept], object)
    ways = rng.choice([0, 1, -1], len(kept), p=[0.7, 0.15, 0.15]).astype(np.int8)
    net = build_network(Roads.plain(lines, rng.integers(1, 7, len(kept)).astype(np.int8), ways))
    costs = segment_costs(net, mode(how), "network_time")
    places, facilities = (np.vstack([rng.uniform(0, 900, (n, 2)), [[2100.0, 5.0]]]) for n in (30, 24))
    # Two on one segment, and two at the very same place on other sites.
    facilities[1], facilities[2] = facilities[0], places[0]
    site = rng.integers(0, 9, len(facilities)).astype(np.int32)
    return net, costs, snap(places, net, costs), snap(facilities, net, costs), site


def by_pairs(cost: Int64s, site: Int32s, k: int) -> list[tuple[int, int]]:
    """Sort every facility by cost and row, and take the first of each site."""
    found: dict[int, tuple[int, int]] = {}
    for value, row in sorted((int(value), row) for row, value in enumerate(cost) if value < UNREACHED):
        found.setdefault(int(site[row]), (value, row))
    ranked = sorted(found.values())[:k]
    return ranked + [(UNREACHED, -1)] * (k - len(ranked))


@pytest.mark.parametrize("how", ["walk", "motorbike"])
@pytest.mark.parametrize("direction", ["to_facility", "from_facility"])
def test_a_place_has_the_ways_that_the_field_of_the_city_has(how: str, direction: Direction) -> None:
    net, costs, places, facilities, site = town(3, how)
    graph, n = build_graph(net, costs), len(site)
    penalty: Int64s = np.arange(n, dtype=np.int64)[::-1] * 7000
    asked = {"direction": direction, "turnout": 9000, "penalty": penalty}
    field = k_nearest_field(graph, costs, places, facilities, site, 5, **asked)  # type: ignore[arg-type]
    alone = np.stack(
        [
            network_field(
                net, costs, places, facilities.take(np.array([row])), site[[row]], direction=direction,
                turnout=9000, penalty=penalty[[row]], graph=graph,
            ).cost
            for row in range(n)
        ],
        axis=1,
    )  # fmt: skip
    for row in range(len(places.segment)):
        place = places.take(np.array([row]))
        found = nearest_of_place(graph, costs, place, facilities, site, 5, **asked)  # type: ignore[arg-type]
        assert found.cost.tolist() == [field.cost[row].tolist()]
        assert found.facility.tolist() == [field.facility[row].tolist()]
        assert [*zip(found.cost[0], found.facility[0], strict=True)] == by_pairs(alone[row], site, 5)
        assert found.no_road.tolist() == [field.no_road[row]]


def test_without_a_facility_or_a_road_there_is_no_way() -> None:
    net, costs, places, facilities, site = town(4, "walk")
    graph, none = build_graph(net, costs), np.empty(0, dtype=np.int64)
    first = places.take(np.array([0]))
    found = nearest_of_place(graph, costs, first, facilities.take(none), site[:0], 2)
    assert (found.cost.tolist(), found.facility.tolist()) == ([[UNREACHED] * 2], [[-1, -1]])
    far = snap(np.array([[9000.0, 9000.0]]), net, costs)
    lost = nearest_of_place(graph, costs, far, facilities, site, 1)
    assert (lost.cost.tolist(), lost.no_road.tolist()) == ([[UNREACHED]], [True])
    gone = nearest_of_place(graph, costs, first, snap(np.array([[9000.0, 9000.0]]), net, costs), site[:1], 1)
    assert gone.facility.tolist() == [[-1]]


@pytest.mark.parametrize(("name", "places", "k"), [("k", 1, 0), ("place", 2, 1), ("place", 0, 1)])
def test_what_makes_no_sense_is_refused(name: str, places: int, k: int) -> None:
    net, costs, all_places, facilities, site = town(4, "walk")
    some = all_places.take(np.arange(places))
    with pytest.raises(WrongUse) as refused:
        nearest_of_place(build_graph(net, costs), costs, some, facilities, site, k)
    assert refused.value.params["name"] == name


def things(rng: np.random.Generator, n: int) -> Geometries:
    """Areas that overlap, some that cross themselves or are empty, lines and points."""
    found = np.empty(n, dtype=object)
    for row in range(n):
        x, y = rng.integers(0, 60, 2).tolist()
        side = int(rng.integers(1, 20))
        corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
        kinds = (
            shapely.Polygon(corners),
            shapely.Polygon([corners[0], corners[2], corners[1], corners[3]]),
            shapely.Polygon([*corners[:2], (x - 30, y), *corners[2:]]),
            shapely.LineString(corners[:3]),
            shapely.Point(x, y),
            shapely.Polygon(),
        )
        found[row] = kinds[int(rng.integers(0, len(kinds)))]
    return found


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 5))
def test_as_the_crow_flies_a_place_has_every_thing_by_itself(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    site, xy = rng.integers(0, 6, n).astype(np.int32), rng.integers(-10, 80, (1, 2)).astype(np.float64)
    shapes, places = things(rng, n), rng.integers(0, 60, (n, 2)).astype(np.float64)
    one = np.zeros(1, dtype=np.int32)
    apart = np.array([near_shapes(xy, shapes[[row]], one).cost[0] for row in range(n)])
    found = straight_nearest_of_place(xy, places, shapes, site, k)
    assert [*zip(found.cost[0], found.facility[0], strict=True)] == by_pairs(apart, site, k)
    flown = np.array([straight_field(xy, places[[row]], one).cost[0] for row in range(n)])
    found = straight_nearest_of_place(xy, places, None, site, k)
    assert [*zip(found.cost[0], found.facility[0], strict=True)] == by_pairs(flown, site, k)


def test_as_the_crow_flies_nothing_is_near_where_nothing_is() -> None:
    nowhere: Floats = np.zeros((1, 2))
    found = straight_nearest_of_place(nowhere, np.empty((0, 2)), None, np.empty(0, np.int32), 2)
    assert (found.cost.tolist(), found.facility.tolist()) == ([[UNREACHED] * 2], [[-1, -1]])
    with pytest.raises(WrongUse):
        straight_nearest_of_place(nowhere, np.zeros((1, 2)), None, np.zeros(1, np.int32), 0)
