"""A place joins the nearest road it can be walked to."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.snap import Positions, snap

SOUTH, NORTH = [(0, 0), (100, 0)], [(0, 60), (100, 60)]
RIVER = shapely.box(-500, 10, 500, 20)


def join(points: list[tuple[float, float]], walls: list[shapely.Geometry] | None = None) -> Positions:
    lines = np.array([shapely.LineString(SOUTH), shapely.LineString(NORTH)], object)
    network = build_network(Roads.plain(lines))
    costs = segment_costs(network, mode("walk"), "network_time")
    return snap(np.array(points), network, costs, None if walls is None else np.array(walls, object))


@pytest.mark.parametrize(
    ("point", "segment", "fraction", "metres"),
    [
        ((25, 5), 0, 0.25, 5),
        ((25, 40), 1, 0.25, 20),
        ((50, 30), 0, 0.5, 30),  # as near to both: the lower segment
        ((-30, 0), 0, 0.0, 30),
        ((50, -1000), 0, 0.5, 1000),
    ],
)
def test_the_nearest_road_wins(
    point: tuple[float, float], segment: int, fraction: float, metres: float
) -> None:
    joined = join([point])
    assert joined.segment[0] == segment
    assert (joined.fraction[0], joined.access_m[0]) == pytest.approx((fraction, metres))


def test_beyond_a_kilometre_there_is_no_road() -> None:
    joined = join([(50, -1000.001)])
    assert joined.segment.tolist() == [-1]
    assert np.isnan(joined.access_m).all()


def test_nobody_walks_across_the_river() -> None:
    joined = join([(50, 25), (50, 5), (50, 15)], [RIVER])
    # north of it, south of it, and in the middle of the water
    assert joined.segment.tolist() == [1, 0, -1]


def test_a_line_is_a_barrier_too_but_touching_is_not_crossing() -> None:
    canal = shapely.LineString([(-500, 20), (500, 20)])
    assert join([(50, 25), (50, 20)], [canal]).segment.tolist() == [1, 0]


def test_the_search_widens_behind_a_long_barrier() -> None:
    wall = shapely.box(-400, -30, 400, -20)
    joined = join([(50, -50)], [wall])
    assert joined.segment.tolist() == [-1]
    around = join([(50, -50)], [shapely.box(20, -30, 400, -20)])
    # the foot of the perpendicular is hidden; a segment is joined at its nearest point or not at all
    assert around.segment.tolist() == [-1]


def test_no_roads_and_no_points_are_answered() -> None:
    assert join([(0, 0)]).segment.tolist() == [0]
    empty = build_network(Roads.plain(np.empty(0, object)))
    costs = segment_costs(empty, mode("walk"), "network_time")
    assert snap(np.array([[0.0, 0.0]]), empty, costs).segment.tolist() == [-1]
    assert len(snap(np.empty((0, 2)), empty, costs).segment) == 0
