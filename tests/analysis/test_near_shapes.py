"""Distances to lines and areas: against one measurement for each pair, on borders, in holes, on ties."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.field import UNREACHED
from gis_service.analysis.near_shapes import near_shapes
from gis_service.types import Geometries

HOLLOW = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(40, 40), (60, 40), (60, 60), (40, 60)]])


def shapes(*given: shapely.Geometry) -> Geometries:
    result = np.empty(len(given), dtype=object)
    result[:] = given
    return result


def at(*places: tuple[float, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(places, dtype=np.float64).reshape(-1, 2)


def sites(count: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.arange(count, dtype=np.int32)


def by_hand(
    xy: Sequence[float], places: Geometries, site: Sequence[int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Measure every pair: the least cost and its row, then the least of another site."""
    home = shapely.Point(xy)
    costs = []
    for row, place in enumerate(places):
        inside = shapely.get_dimensions(place) == 2 and shapely.intersects(place, home)
        apart = int(np.floor(shapely.distance(place, home) * 1000 + 0.5))
        costs.append((0 if inside else max(apart, int(shapely.get_dimensions(place) == 2)), row))
    nearest = min(costs)
    others = [found for found in costs if site[found[1]] != site[nearest[1]]]
    return nearest, min(others, default=(UNREACHED, -1))


def slanted(told: tuple[int, int, int, bool]) -> shapely.Polygon:
    """An area with a slanted side, perhaps with a hole."""
    x, y, side, is_hollow = told
    hole = shapely.box(x + 0.2, y + 0.2, x + 0.6, y + 0.6).exterior.coords
    corners = [(x, y), (x + side, y - 1), (x + side, y + side), (x, y + side)]
    return shapely.Polygon(corners, [hole] if is_hollow else [])


POLYGONS = st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 6), st.booleans()).map(slanted)
COORDINATES = st.tuples(st.integers(-40, 40), st.integers(-40, 40)).map(lambda xy: (xy[0] / 4, xy[1] / 4))
LINES = st.lists(COORDINATES, min_size=2, max_size=5, unique=True).map(shapely.LineString)
POINTS = COORDINATES.map(shapely.Point)
THINGS = st.lists(st.tuples(st.one_of(POLYGONS, LINES, POINTS), st.integers(0, 3)), min_size=1, max_size=8)


@given(things=THINGS, homes=st.lists(COORDINATES, min_size=1, max_size=10))
def test_answers_are_those_of_measuring_every_pair(
    things: list[tuple[shapely.Geometry, int]], homes: list[tuple[float, float]]
) -> None:
    places, site = shapes(*(one for one, _ in things)), [number for _, number in things]
    found = near_shapes(at(*homes), places, np.array(site, dtype=np.int32))
    told = zip(found.cost, found.facility, found.cost2, found.facility2, strict=True)
    expected = [by_hand(home, places, site) for home in homes]
    assert [((int(a), int(b)), (int(c), int(d))) for a, b, c, d in told] == expected


@pytest.mark.parametrize(
    ("home", "cost"),
    [
        ((50, 20), 0),
        ((0, 50), 0),
        ((100, 100), 0),
        ((40, 50), 0),
        ((50, 50), 10_000),
        ((100.0002, 50), 1),
        ((103, 104), 5000),
    ],
)
def test_inside_and_on_the_border_is_no_distance_and_a_hole_is_outside(
    home: tuple[float, float], cost: int
) -> None:
    assert near_shapes(at(home), shapes(HOLLOW), sites(1)).cost.tolist() == [cost]


def test_a_corner_that_two_areas_share_belongs_to_the_first() -> None:
    boxes = shapes(shapely.box(10, 0, 20, 10), shapely.box(0, 0, 10, 10))
    found = near_shapes(at((10, 10)), boxes, sites(2))
    assert (found.facility.tolist(), found.cost.tolist()) == ([0], [0])
    assert (found.facility2.tolist(), found.cost2.tolist()) == ([1], [0])


def test_lengths_that_are_equal_in_whole_millimetres_go_to_the_lower_row() -> None:
    lines = shapes(
        shapely.LineString([(10.0004, -5), (10.0004, 5)]), shapely.LineString([(-10, -5), (-10, 5)])
    )
    found = near_shapes(at((0, 0)), lines, sites(2))
    assert (found.cost.tolist(), found.facility.tolist()) == ([10_000], [0])


def test_the_second_nearest_is_found_however_far_it_is() -> None:
    lines = [shapely.LineString([(x, 0), (x, 1)]) for x in (0.0, 1.0, 90_000.0)]
    found = near_shapes(at((0, 0)), shapes(*lines), np.array([7, 7, 8], dtype=np.int32))
    assert (found.cost2.tolist(), found.facility2.tolist()) == ([90_000_000], [2])


FAR = st.tuples(st.integers(-9, 9), st.integers(-9, 9)).map(lambda at: (at[0] * 2_000.0, at[1] * 2_000.0))
SPREAD = st.lists(st.tuples(FAR, st.integers(0, 8)), min_size=2, max_size=12)


@given(most_pieces=st.sampled_from([0, 60, 10**6]), told=SPREAD, homes=st.lists(FAR, min_size=1, max_size=6))
def test_the_second_is_that_of_every_pair_however_the_sites_are_told_apart(
    most_pieces: int, told: list[tuple[tuple[float, float], int]], homes: list[tuple[float, float]]
) -> None:
    """Squares of 4 km, many of them over each other: nothing of another site is within a short reach."""
    places = shapes(*(shapely.box(x, y, x + 4_000, y + 4_000).segmentize(1_000) for (x, y), _ in told))
    site = [number for _, number in told]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gis_service.analysis.near_shapes.MOST_PIECES", most_pieces)
        patch.setattr("gis_service.analysis.near_shapes._FAR_M", 0.0)
        found = near_shapes(at(*homes), places, np.array(site, dtype=np.int32))
    answers = zip(found.cost, found.facility, found.cost2, found.facility2, strict=True)
    expected = [by_hand(home, places, site) for home in homes]
    assert [((int(a), int(b)), (int(c), int(d))) for a, b, c, d in answers] == expected


def test_who_is_deep_inside_an_area_is_not_measured_against_all_of_its_outline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    large = shapely.Point(0, 0).buffer(5_000).segmentize(10)
    far = shapely.box(40_000, 0, 40_100, 100)
    held, look = [0], shapely.STRtree.query

    def query(tree: shapely.STRtree, *asked: Any, **more: Any) -> Any:  # noqa: ANN401 (as of shapely)
        found = look(tree, *asked, **more)
        held[0] += np.shape(found)[-1]
        return found

    monkeypatch.setattr(shapely.STRtree, "query", query)
    found = near_shapes(at((100, 200)), shapes(large, far), sites(2))
    assert (found.cost.tolist(), found.facility2.tolist()) == ([0], [1])
    assert held[0] < len(large.exterior.coords) / 100


@pytest.mark.parametrize("count", [0, 1])
def test_without_another_thing_there_is_no_second(count: int) -> None:
    found = near_shapes(at((0, 0)), shapes(*[shapely.Point(3, 4)] * count), sites(count))
    assert found.facility2.tolist() == [-1]
    assert found.cost.tolist() == [5000 if count else UNREACHED]


def test_an_area_that_crosses_itself_and_parts_of_several_kinds_are_read() -> None:
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    mixed = shapely.GeometryCollection(
        [shapely.MultiLineString([[(50, 0), (50, 10)], [(60, 0), (60, 10)]]), shapely.Point(70, 5)]
    )
    found = near_shapes(at((1, 2), (69, 5), (58, 5)), shapes(bow, mixed), sites(2))
    assert found.cost.tolist() == [0, 1000, 2000]
    assert found.facility.tolist() == [0, 1, 1]


SPIKED = shapely.Polygon([(0, 0), (10, 0), (10, 5), (30, 5), (10, 5), (10, 10), (0, 10)])
"""A square whose outline runs out and back on itself."""


def test_a_spike_of_an_outline_is_no_part_of_an_area() -> None:
    found = near_shapes(at((20, 5), (5, 5), (-3, 4)), shapes(SPIKED), sites(1))
    assert found.cost.tolist() == [10_000, 0, 3000]


def test_parts_of_an_area_that_overlap_are_all_inside() -> None:
    several = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(4, 0, 14, 10)])
    assert near_shapes(at((6, 5), (17, 5)), shapes(several), sites(1)).cost.tolist() == [0, 3000]


def test_an_area_among_parts_of_other_kinds_is_an_area() -> None:
    mixed = shapely.GeometryCollection([shapely.box(0, 0, 10, 10), shapely.LineString([(20, 0), (20, 10)])])
    found = near_shapes(at((5, 5), (10.0002, 5), (18, 5), (20, 5)), shapes(mixed), sites(1))
    assert found.cost.tolist() == [0, 1, 2000, 0]


def test_no_more_distances_are_held_at_once_than_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [shapely.LineString([(x, 0), (x, 1), (x, 2)]) for x in (0.0, 1.0, 90_000.0)]
    homes, places = at(*[(x, 0.5) for x in range(20)]), shapes(*lines)
    site = np.array([7, 7, 8], dtype=np.int32)
    whole = near_shapes(homes, places, site)
    monkeypatch.setattr("gis_service.analysis.near_shapes.MOST_PAIRS", 18)
    held, look = [], shapely.STRtree.query

    def query(tree: shapely.STRtree, *asked: Any, **more: Any) -> Any:  # noqa: ANN401 (as of shapely)
        found = look(tree, *asked, **more)
        held.append(np.shape(found)[-1])
        return found

    monkeypatch.setattr(shapely.STRtree, "query", query)
    again = near_shapes(homes, places, site)
    assert 0 < max(held) <= 18
    for one, other in ((whole.cost, again.cost), (whole.facility2, again.facility2)):
        assert one.tolist() == other.tolist()


def test_what_takes_up_no_ground_is_near_nobody() -> None:
    flat = shapely.Polygon([(0, 0), (10, 0), (5, 0)])
    found = near_shapes(at((0, 0)), shapes(flat, shapely.Point(), shapely.Point(3, 4)), sites(3))
    assert (found.cost.tolist(), found.facility.tolist(), found.facility2.tolist()) == ([5000], [2], [-1])
    assert near_shapes(at((0, 0)), shapes(flat), sites(1)).cost.tolist() == [UNREACHED]
