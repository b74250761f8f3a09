"""Polygons of catchments: how wide they are, what they never cross, and that they lie in one another."""

from itertools import pairwise
from math import pi, sin

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis_service.analysis import catchment_shapes
from gis_service.analysis.catchment_shapes import DRAWN_M, Canvas, catchment_polygons
from gis_service.analysis.modes import Costs, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.reached import Reached
from gis_service.analysis.snap import snap
from gis_service.types import Geometries

Path = list[tuple[float, float]]
OCTAGON = 4 * sin(pi / 4)
"""Area of the eight-cornered circle that is drawn, over the square of its radius."""


def town(paths: list[Path]) -> tuple[Network, Costs]:
    lines = np.array([shapely.LineString(path) for path in paths] + [None], object)[:-1]
    network = build_network(Roads.plain(lines))
    return network, segment_costs(network, mode("walk"), "network_distance")


def drawn(
    paths: list[Path],
    facility: tuple[float, float],
    limits: list[int],
    barriers: list[shapely.Geometry] | None = None,
    within: BaseGeometry | None = None,
) -> Geometries:
    network, costs = town(paths)
    walls = None if barriers is None else np.array([*barriers, None], object)[:-1]
    there = snap(np.array([facility], float), network, costs, walls)
    return catchment_polygons(network, costs, there, limits, canvas=Canvas(walls, within))


def test_a_street_is_drawn_with_the_cap_on_both_sides_and_runs_out_to_a_point() -> None:
    (shape,) = drawn([[(0, 0), (5000, 0)]], (2000, 0), [1_000_000])
    assert shape.bounds == pytest.approx((1000, -DRAWN_M, 3000, DRAWN_M), abs=0.01)
    # around each place as much room as the limit leaves there: all of it, then less and less
    beside = [
        shape.intersection(shapely.LineString([(x, -99), (x, 99)])).length / 2 for x in (2500, 2990, 2999)
    ]
    assert beside[0] == pytest.approx(DRAWN_M)
    assert 10.0 < beside[1] < 30.0
    assert 1.0 < beside[2] < 10.0


def test_where_the_street_ends_it_is_rounded_off() -> None:
    (shape,) = drawn([[(0, 0), (100, 0)]], (50, 0), [1_000_000])
    assert shape.area == pytest.approx(2 * DRAWN_M * 100 + OCTAGON * DRAWN_M**2, rel=1e-3)


def test_a_river_is_crossed_over_its_bridge_only() -> None:
    river = shapely.box(-500, 40, 3000, 60)
    banks: list[Path] = [[(0, 0), (2000, 0)], [(0, 100), (2000, 100)]]
    (without,) = drawn(banks, (200, 0), [1_500_000], [river])
    assert without.bounds[3] <= 40
    (bridged,) = drawn([*banks, [(1000, 0), (1000, 100)]], (200, 0), [1_500_000], [river])
    beyond = bridged.intersection(shapely.box(-500, 60, 3000, 400))
    # 800 m to the bridge, 100 m across: 600 m to either side are left
    assert beyond.bounds[::2] == pytest.approx((400, 1600), abs=0.01)
    assert bridged.intersection(river).area == pytest.approx(0.0, abs=1e-6)


def test_a_canal_known_as_a_line_is_a_wall_too() -> None:
    canal = shapely.LineString([(-500, 20), (3000, 20)])
    (shape,) = drawn([[(0, 0), (2000, 0)]], (200, 0), [600_000], [canal])
    assert shape.bounds[3] <= 20


def test_without_a_road_there_is_nothing_to_draw() -> None:
    (shape,) = drawn([[(0, 0), (100, 0)]], (5000, 5000), [600_000])
    assert (shape.is_empty, shape.geom_type) == (True, "MultiPolygon")


places = st.tuples(st.integers(0, 900), st.integers(0, 900))
roads = st.tuples(places, places).filter(lambda pair: pair[0] != pair[1])


@given(
    st.lists(roads, min_size=1, max_size=6),
    places,
    st.lists(st.integers(1, 1_000_000), min_size=1, max_size=3, unique=True),
    st.integers(100, 800),
)
def test_polygons_lie_in_one_another_hold_their_roads_and_stay_out_of_the_water(
    lines: list[tuple[tuple[int, int], tuple[int, int]]],
    facility: tuple[int, int],
    limits: list[int],
    water: int,
) -> None:
    paths: list[Path] = [[(float(x), float(y)) for x, y in line] for line in lines]
    river = shapely.box(-100, water, 1100, water + 30)
    limits.sort()
    shapes = drawn(paths, (float(facility[0]), float(facility[1])), limits, [river])
    assert shapely.is_valid(shapes).all()
    assert shapely.area(shapely.intersection(shapes, river)) == pytest.approx(0.0, abs=1e-3)
    for inner, outer in pairwise(shapes):
        assert shapely.difference(inner, outer).area == pytest.approx(0.0, abs=1e-3)


def test_a_part_is_drawn_as_it_is_in_the_whole() -> None:
    paths: list[Path] = [
        [(0, 0), (900, 1), (1800, 0)],
        [(900, 1), (900, 700)],
        [(0, 300), (700, 301), (1800, 300)],
    ]
    river = shapely.box(-100, 140, 1900, 150)
    for part in (
        shapely.box(870, -80, 1400, 340),
        shapely.box(-500, -500, 99, 60),
        shapely.box(0, 9e3, 9, 9e4),
    ):
        whole = drawn(paths, (200, 0), [400_000, 900_000, 2_000_000], [river])
        own = drawn(paths, (200, 0), [400_000, 900_000, 2_000_000], [river], part)
        for one, all_ in zip(own, whole, strict=True):
            assert one.symmetric_difference(all_.intersection(part)).area == pytest.approx(0.0, abs=1e-6)


def test_roads_away_from_the_part_are_not_drawn_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn_on: list[int] = []
    wide = catchment_shapes._wide

    def counting(asked: object, pieces: Reached) -> Geometries:
        drawn_on.extend(pieces.segment.tolist())
        return wide(asked, pieces)  # type: ignore[arg-type]

    monkeypatch.setattr(catchment_shapes, "_wide", counting)
    streets: list[Path] = [[(x, 0), (x + 100, 0)] for x in range(0, 2000, 100)]
    drawn(streets, (0, 0), [5_000_000], within=shapely.box(1010, -10, 1090, 10))
    assert sorted(set(drawn_on)) == [9, 10, 11]  # these end 10 m from the part
