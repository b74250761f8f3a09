from collections.abc import Iterator

import numpy as np
import pytest
import shapely

from gis_service.analysis.zonal import (
    Affine,
    Outlines,
    Shares,
    Window,
    ZonalSums,
    cell_shares,
    outlines,
    windows,
    zonal_sums,
)
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Floats, Geometries

NORTH_UP: Affine = (1, 0, 0, 0, -1, 3)
SQUARE = shapely.box(0.5, 0.5, 2.5, 2.5)
NOTCHED = shapely.Polygon([(0.5, 0.5), (2.5, 0.5), (2.5, 2.0), (2.0, 2.0), (2.0, 2.5), (0.5, 2.5)])
VALUES = np.arange(1.0, 10.0).reshape(3, 3)


def shapes(*geometries: shapely.Geometry | None) -> Geometries:
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def shares_of(polygon: shapely.Geometry, affine: Affine = NORTH_UP, side: int = 3) -> Floats:
    found = outlines(shapes(polygon), affine, (side, side))
    result = np.zeros((side, side))
    for window in windows(found):
        part: Shares = cell_shares(found, window)
        result[part.row, part.column] += part.share
    return result


def sums_of(polygon: shapely.Geometry, values: Floats, least: float = 0.0) -> ZonalSums:
    found = outlines(shapes(polygon), NORTH_UP, values.shape)
    return zonal_sums(found, read(found, values), least)


def read(found: Outlines, values: Floats, max_cells: int = 10**6) -> Iterator[tuple[Window, Floats]]:
    for one in windows(found, max_cells):
        yield one, values[one.top : one.top + one.rows, one.left : one.left + one.columns]


def test_a_square_over_the_middle_of_nine_cells_takes_quarters_halves_and_one() -> None:
    assert shares_of(SQUARE).tolist() == [[0.25, 0.5, 0.25], [0.5, 1, 0.5], [0.25, 0.5, 0.25]]


def test_a_notch_takes_its_corner_away() -> None:
    # The notch of a quarter of a cell lies in the cell of the upper right corner.
    assert shares_of(NOTCHED).tolist() == [[0.25, 0.5, 0], [0.5, 1, 0.5], [0.25, 0.5, 0.25]]


@pytest.mark.parametrize(
    ("least", "total", "cells"), [(0.0, 20.0, 4.0), (0.5, 15.0, 3.0), (1.0, 5.0, 1.0), (1.1, 0.0, 0.0)]
)
def test_sums_pass_over_cells_with_too_small_a_share(least: float, total: float, cells: float) -> None:
    found = sums_of(SQUARE, VALUES, least)
    assert (found.total.tolist(), found.cells.tolist()) == ([total], [cells])


def test_cells_without_data_add_nothing_and_are_told() -> None:
    holed = VALUES.copy()
    holed[1, 1] = np.nan
    found = sums_of(SQUARE, holed)
    assert (found.total.tolist(), found.cells.tolist(), found.known.tolist()) == ([15], [4], [3])


def test_a_polygon_beyond_the_raster_counts_with_its_part_inside() -> None:
    assert sums_of(shapely.box(-50, -50, 50, 50), VALUES).total.tolist() == [45]
    assert sums_of(shapely.box(-50, 1.5, 1.5, 50), VALUES).total.tolist() == [1 + 1 + 2 + 1.25]
    assert sums_of(shapely.box(10, 10, 20, 20), VALUES).cells.tolist() == [0]


def test_a_hole_is_not_inside_and_parts_of_one_area_are_added() -> None:
    ring = shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)
    assert sums_of(ring, VALUES).total.tolist() == [40]
    assert sums_of(shapely.union_all([shapely.box(0, 2, 1, 3), shapely.box(2, 0, 3, 1)]), VALUES).total == 10


def test_a_missing_or_empty_polygon_holds_nothing() -> None:
    found = outlines(shapes(None, SQUARE, shapely.Polygon()), NORTH_UP, (3, 3))
    assert zonal_sums(found, read(found, VALUES)).total.tolist() == [0, 20, 0]
    nothing = outlines(shapes(None), NORTH_UP, (3, 3))
    assert zonal_sums(nothing, read(nothing, VALUES)).total.tolist() == [0]


def test_the_direction_of_the_ring_does_not_matter() -> None:
    assert np.array_equal(shares_of(SQUARE.reverse()), shares_of(SQUARE))


def test_cells_without_area_are_refused() -> None:
    with pytest.raises(RefusedInput) as refused:
        outlines(shapes(SQUARE), (1, 2, 0, 1, 2, 0), (3, 3))
    assert refused.value.code == ErrorCode.RASTER_GRID


@pytest.mark.parametrize("turn", [0.0, 0.3, 2.0, 4.5])
def test_shares_are_those_of_cutting_each_cell_whatever_the_turn_of_the_raster(turn: float) -> None:
    a, b, d, e = 1.5 * np.cos(turn), -1.1 * np.sin(turn), np.sin(turn), 1.3 * np.cos(turn)
    affine: Affine = (a, b, 7.0, d, e, -2.0)
    row, column = np.divmod(np.arange(144), 12)
    corner = np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    r, c = row[:, None] + corner[:, 0], column[:, None] + corner[:, 1]
    cells = shapely.polygons(np.stack([a * c + b * r + 7, d * c + e * r - 2], axis=-1))
    draw = np.random.default_rng(int(turn * 10))
    for _ in range(8):
        way = draw.uniform(-2, 14, (6, 2)) @ np.array([[a, d], [b, e]]) + [7, -2]
        polygon = shapely.LineString(way).buffer(draw.uniform(0.1, 2)) - shapely.Point(way[2]).buffer(0.5)
        wanted = shapely.area(shapely.intersection(cells, polygon)) / shapely.area(cells)
        assert np.abs(shares_of(polygon, affine, 12).ravel() - wanted).max() < 1e-12


@pytest.mark.parametrize("max_cells", [1, 7, 40, 10**6])
def test_a_partition_shares_out_the_whole_raster_whatever_the_window(max_cells: int) -> None:
    draw = np.random.default_rng(5)
    values = draw.integers(0, 1000, (20, 30)).astype(float)
    frame = shapely.box(0, 0, 30, 20)
    around = shapely.MultiPoint(draw.uniform(0, [30, 20], (25, 2)))
    parts = shapely.get_parts(shapely.voronoi_polygons(around, extend_to=frame))
    found = outlines(shapely.intersection(parts, frame), (1, 0, 0, 0, -1, 20), (20, 30))
    sums = zonal_sums(found, read(found, values, max_cells))
    assert sums.total.sum() == pytest.approx(values.sum(), abs=1e-8)
    assert sums.cells.sum() == pytest.approx(600, abs=1e-9)


def test_a_few_small_polygons_of_a_large_raster_need_little_of_it() -> None:
    far = shapes(shapely.box(10, 10, 20, 20), shapely.box(29_000, 29_000, 29_010, 29_010))
    found = outlines(far, (1, 0, 0, 0, 1, 0), (30_000, 30_000))
    assert sum(one.rows * one.columns for one in windows(found)) == 200


def test_no_window_of_a_large_polygon_is_larger_than_asked_for() -> None:
    found = outlines(shapes(shapely.box(0, 0, 30_000, 30_000)), (1, 0, 0, 0, 1, 0), (30_000, 30_000))
    sizes = [one.rows * one.columns for one in windows(found, 3_000_000)]
    assert max(sizes) <= 3_000_000
    assert sum(sizes) == 30_000**2
