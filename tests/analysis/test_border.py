"""The edge of the study area, stretch by stretch."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.analysis.border import STRETCHES, _in_outer_half, _stretches, unknown_edge, within
from gis_service.types import Geometries

SIDE, HALO = 100_000.0, 10_000.0
AREA = shapely.box(0, 0, SIDE, SIDE)


def lines(*paths: list[tuple[float, float]]) -> Geometries:
    return np.array([shapely.LineString(path) for path in paths] + [None], dtype=object)[:-1]


def test_where_nothing_is_known_the_whole_edge_is_unknown() -> None:
    assert unknown_edge(AREA, lines(), HALO).length == pytest.approx(4 * SIDE)


def test_a_road_makes_known_the_stretches_on_its_own_side() -> None:
    unknown = unknown_edge(AREA, lines([(50_000, 50_000), (50_000, SIDE + 8000)]), HALO)
    north = shapely.LineString([(0, SIDE), (SIDE, SIDE)])
    # The outer half begins 5 km outside, and from there the width reaches 8.7 km either way.
    known = SIDE - unknown.intersection(north.buffer(1)).length
    assert 15_000 <= known <= 19_000
    assert unknown.length + known == pytest.approx(4 * SIDE, abs=5)
    assert not shapely.intersects(unknown, shapely.Point(50_500, SIDE))


@pytest.mark.parametrize("end", [1000.0, 4999.0])
def test_a_road_that_ends_just_over_the_edge_tells_nothing(end: float) -> None:
    assert unknown_edge(AREA, lines([(50_000, 50_000), (50_000, SIDE + end)]), HALO).length == 4 * SIDE


def test_a_road_beyond_the_halo_tells_nothing() -> None:
    assert unknown_edge(AREA, lines([(0, SIDE + 10_001), (SIDE, SIDE + 10_001)]), HALO).length == 4 * SIDE


def test_roads_all_around_leave_no_unknown_edge() -> None:
    ring = shapely.box(-7000, -7000, SIDE + 7000, SIDE + 7000).exterior
    assert unknown_edge(AREA, np.array([ring], dtype=object), HALO).is_empty


def test_facilities_are_known_by_their_points() -> None:
    places: Geometries = np.asarray(shapely.points([[50_000.0, -6000.0]]), dtype=object)
    unknown = unknown_edge(AREA, places, HALO)
    assert unknown.length == pytest.approx(4 * SIDE - 16_000, abs=2000)


def test_the_banks_of_a_river_inside_are_no_edge() -> None:
    halves = [shapely.box(0, 0, 49_900, SIDE), shapely.box(50_100, 0, SIDE, SIDE)]
    unknown = unknown_edge(shapely.MultiPolygon(halves), lines(), HALO)
    assert not within(unknown, np.array([shapely.Point(50_000, 50_000)], dtype=object), 30_000)[0]
    assert within(unknown, np.array([shapely.Point(0, 50_000)], dtype=object), 1)[0]


def test_a_hole_as_wide_as_the_halo_has_an_edge_and_a_narrow_one_has_none() -> None:
    for width, edge in ((8000.0, 0.0), (30_000.0, 120_000.0)):
        hole = shapely.box(40_000, 40_000, 40_000 + width, 40_000 + width)
        unknown = unknown_edge(AREA.difference(hole), lines(), HALO)
        assert unknown.length == pytest.approx(4 * SIDE + edge)


def test_lines_left_of_a_broken_outline_have_no_other_side() -> None:
    spike = shapely.LineString([(SIDE, 0), (SIDE + 20_000, 0)])
    for mended in ([AREA, spike], [shapely.MultiPolygon([AREA]), spike]):
        assert unknown_edge(shapely.GeometryCollection(mended), lines(), HALO).length == 4 * SIDE


def rough_outline(seed: int, n_vertices: int) -> shapely.Polygon:
    """Draw an island with a ragged shore, some 60 km across."""
    draws = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, n_vertices, endpoint=False)
    radius = 30_000 + 4000 * np.sin(5 * turn) + draws.uniform(-150, 150, n_vertices)
    return shapely.Polygon(np.column_stack([radius * np.cos(turn), radius * np.sin(turn)]))


@given(st.integers(0, 2**32 - 1), st.sampled_from([12, 60, 400]))
@settings(max_examples=30, deadline=None)
def test_what_lies_in_the_outer_half_is_told_as_by_the_true_outline(seed: int, n_vertices: int) -> None:
    area = rough_outline(seed, n_vertices)
    xy = np.random.default_rng(seed + 1).uniform(-45_000, 45_000, (2000, 2))
    places: Geometries = np.asarray(shapely.points(xy), dtype=object)
    apart = shapely.distance(area, places)
    expected = places[(apart <= HALO) & (apart > HALO / 2)]
    assert shapely.equals(_in_outer_half(area, places, HALO), expected).all()
    assert len(_in_outer_half(area, places, HALO)) == len(expected)


@pytest.mark.parametrize("n_vertices", [12, 4000])
def test_stretches_are_all_of_the_edge_and_no_longer_than_a_tenth_of_the_halo(n_vertices: int) -> None:
    """And not many more where the edge has many vertices, which lie some 50 m apart here."""
    area = rough_outline(7, n_vertices)
    stretches = _stretches(area, HALO)
    lengths = shapely.length(stretches)
    assert lengths.sum() == pytest.approx(area.length)
    assert lengths.max() <= HALO / STRETCHES
    assert len(stretches) <= area.length / (HALO / STRETCHES / 2) + min(n_vertices, 20)


@given(st.lists(st.tuples(st.integers(-15, 115), st.integers(-15, 115)), max_size=5), st.integers(0, 4))
def test_knowing_more_never_makes_more_of_the_edge_unknown(places: list[tuple[int, int]], fewer: int) -> None:
    points: Geometries = np.asarray(
        shapely.points(np.array(places, float).reshape(-1, 2) * 1000), dtype=object
    )
    some, all_ = (unknown_edge(AREA, known, HALO) for known in (points[:fewer], points))
    assert all_.length <= some.length <= 4 * SIDE + 1
