"""Roads closed by class, by area, or by both: who stays open is told by a table."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.closures import Closure, closed_by, reclassed
from gis_service.analysis.ferries import Ferries
from gis_service.analysis.modes import MODES, mode, segment_costs
from gis_service.analysis.network import ROAD_CLASSES, Network, Roads, build_network
from gis_service.analysis.snap import snap
from gis_service.types import Geometries

NATIONAL, LANE = ROAD_CLASSES.index("national"), ROAD_CLASSES.index("village_lane")


def shapes(*items: shapely.Geometry | None) -> Geometries:
    return np.array([*items, None], dtype=object)[:-1]


@pytest.fixture(scope="module")
def network() -> Network:
    """Give three parallel roads of 100 m: national, lane, a lane on a bridge; and a ferry beyond."""
    lines = shapes(*(shapely.LineString([(0, y), (100, y)]) for y in (0, 10, 20)))
    plain = Roads.plain(lines, road_class=np.array([NATIONAL, LANE, LANE], dtype=np.int8))
    plain.level[2] = 1
    boat = Ferries(shapes(shapely.LineString([(0, 30), (100, 30)])), np.array([60_000]))
    return build_network(plain, boat)


WATER = shapely.box(40, -5, 60, 40)
FAR = shapely.box(400, -5, 460, 40)


@pytest.mark.parametrize(
    ("name", "closures", "closed"),
    [
        ("nothing", [], []),
        ("a class", [Closure(["national"])], [0]),
        ("two classes", [Closure(["village_lane", "national"])], [0, 1, 2]),
        ("a class that no road has", [Closure(["expressway"])], []),
        ("an area; a bridge is not flooded", [Closure(areas=shapes(WATER))], [0, 1]),
        ("a class in an area", [Closure(["village_lane"], shapes(WATER))], [1]),
        ("a class in an area far away", [Closure(["village_lane"], shapes(FAR))], []),
        ("two areas, one that touches", [Closure(areas=shapes(FAR, WATER))], [0, 1]),
        ("an area that touches in one point", [Closure(areas=shapes(shapely.box(100, 0, 120, 5)))], [0]),
        ("no areas at all", [Closure(areas=shapes())], []),
        ("an area without extent", [Closure(areas=shapes(None, shapely.Polygon()))], []),
        ("a road by its line", [Closure(lines=np.array([1, 2]))], [1, 2]),
        ("a road by its line, in an area", [Closure(areas=shapes(WATER), lines=np.array([1, 2]))], [1]),
        ("a ferry by a place on it", [Closure(ferries=shapes(shapely.Point(50, 30)))], [3]),
        ("a place on no ferry", [Closure(ferries=shapes(shapely.Point(50, 20)))], []),
        ("two closures", [Closure(["national"]), Closure(["village_lane"], shapes(WATER))], [0, 1]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_closed(network: Network, name: str, closures: list[Closure], closed: list[int]) -> None:
    assert np.flatnonzero(closed_by(network, closures)).tolist() == closed, name


def test_a_road_counts_as_another_class(network: Network) -> None:
    changed = reclassed(network, Closure(["village_lane"], shapes(WATER)), "national")
    assert changed.road_class.tolist()[:3] == [NATIONAL, NATIONAL, LANE]
    assert not changed.closed.any()
    before, after = (segment_costs(one, mode("motorbike"), "network_time") for one in (network, changed))
    assert (after.forward < before.forward).tolist() == [False, True, False, False]


@pytest.mark.parametrize("name", MODES)
def test_nobody_travels_on_a_closed_road_or_is_joined_to_it(network: Network, name: str) -> None:
    shut = build_network(Roads.plain(network.shape[:2], road_class=network.road_class[:2]))
    shut.closed[0] = True
    costs = segment_costs(shut, mode(name), "network_time")
    assert costs.forward.tolist()[0] == costs.backward.tolist()[0] == -1
    assert costs.snappable.tolist() == [False, True]
    assert snap(np.array([(50.0, -1.0)]), shut, costs).segment.tolist() == [1]
