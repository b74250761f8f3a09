"""Areas that overlap or leave a gap are told with place and size, and closed when asked."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from shapely.geometry import Point

from gis_service.analysis.checks.coverage import (
    check_coverage,
    clean_coverage,
    words_of_gap,
    words_of_overlap,
)
from gis_service.crs import DEMO_METRIC, STORAGE, transform
from gis_service.types import Geometries

CORNER = (587_000.0, 2_261_000.0)
NUMBERS = np.arange(1, 20)


def areas(*shapes: shapely.Geometry) -> Geometries:
    moved = [shapely.transform(shape, lambda xy: xy + CORNER) for shape in shapes]
    return np.array(moved, dtype=object)


WEST, EAST = box(0, 0, 100, 100), box(100, 0, 200, 100)


def test_a_coverage_without_fault_says_nothing() -> None:
    found = check_coverage(areas(WEST, EAST, box(0, 100, 200, 200)), 1)
    assert (found.overlaps, found.gaps) == ((), ())


def test_an_overlap_is_told_with_both_areas_its_size_and_a_place_in_it() -> None:
    found = check_coverage(areas(WEST, Point(0, 0), box(99.5, 0, 200, 100)), 1)
    (overlap,) = found.overlaps
    assert (overlap.first, overlap.second) == (0, 2)
    assert overlap.area_m2 == pytest.approx(50)
    assert 99.5 <= overlap.place[0] - CORNER[0] <= 100
    assert found.overlap_m2 == pytest.approx(50)
    assert words_of_overlap(overlap, NUMBERS) == "1 ∩ 3: 50.00 m²"


@pytest.mark.parametrize(
    ("around", "rows"),
    [
        ((box(100, 0, 200, 50), box(100, 50.5, 200, 100), box(200, 0, 300, 100)), (0, 1, 2, 3)),
        ((box(100.5, 0, 200, 100),), (0, 1)),
    ],
    ids=["closed", "open at its ends"],
)
def test_a_narrow_gap_is_told_with_the_areas_around_it(
    around: tuple[shapely.Geometry, ...], rows: tuple[int, ...]
) -> None:
    (gap,) = check_coverage(areas(WEST, *around), 1).gaps
    assert gap.rows == rows
    assert gap.area_m2 == pytest.approx(50)
    assert gap.width_m == pytest.approx(0.5, rel=0.01)
    assert words_of_gap(gap, NUMBERS).endswith(": 0.50 m, 50.00 m²")


def test_a_lake_between_areas_is_no_gap() -> None:
    assert check_coverage(areas(WEST, box(110, 0, 200, 100)), 1).gaps == ()


@pytest.mark.parametrize("parts", range(5))
def test_who_has_no_more_time_ends_the_look_between_two_parts(parts: int) -> None:
    left = iter(range(parts))

    def pause() -> None:
        next(left)

    with pytest.raises(StopIteration):
        check_coverage(areas(WEST, box(99.5, 0, 200, 100), box(0, 100.5, 200, 200)), 1, pause)


def test_rows_without_an_area_are_passed_over() -> None:
    shapes = np.array([None, Point(0, 0), shapely.Polygon()], dtype=object)
    found = check_coverage(shapes, 1)
    assert (found.overlaps, found.gaps) == ((), ())
    assert clean_coverage(shapes, DEMO_METRIC, 1) is shapes


def test_cleaning_closes_gaps_and_overlaps_and_leaves_the_others_their_bytes() -> None:
    plane = areas(
        WEST, box(100, 0, 200, 50), box(100, 50.5, 200, 100), box(199.8, 0, 300, 100), box(0, 500, 9, 509)
    )
    degrees = transform(plane, DEMO_METRIC, STORAGE)
    cleaned = clean_coverage(degrees, DEMO_METRIC, 1)
    after = check_coverage(transform(cleaned, STORAGE, DEMO_METRIC), 1)
    assert (after.overlaps, after.gaps) == ((), ())
    assert cleaned[4] is degrees[4]
    assert shapely.area(shapely.union_all(transform(cleaned[:4], STORAGE, DEMO_METRIC))) == pytest.approx(
        30_000
    )


@given(st.integers(2, 4), st.integers(2, 4), st.integers(0, 2**31))
def test_cleaning_twice_changes_nothing(wide: int, high: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    # Parcels of 20 m whose corners were each surveyed a few decimetres off.
    plane = areas(
        *(
            shapely.transform(
                box(20 * x, 20 * y, 20 * x + 20, 20 * y + 20),
                lambda xy: xy + np.append(shifts := draw.uniform(-0.2, 0.2, (4, 2)), shifts[:1], axis=0),
            )
            for x in range(wide)
            for y in range(high)
        )
    )
    once = clean_coverage(transform(plane, DEMO_METRIC, STORAGE), DEMO_METRIC, 1)
    twice = clean_coverage(once, DEMO_METRIC, 1)
    assert shapely.is_valid(once).all()
    assert check_coverage(transform(once, STORAGE, DEMO_METRIC), 1).overlaps == ()
    assert shapely.area(transform(twice, STORAGE, DEMO_METRIC)) == pytest.approx(
        shapely.area(transform(once, STORAGE, DEMO_METRIC)), abs=0.01
    )
