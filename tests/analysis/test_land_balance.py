"""Areas of uses in units: what they add up to, and what overlaps do."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.land_balance import land_balance, patch_of
from gis_service.types import Geometries

UNITS = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)], dtype=object)


def patches(*boxes: tuple[float, float, float, float]) -> Geometries:
    return np.array([shapely.box(*one) for one in boxes], dtype=object)


def uses(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(numbers, dtype=np.int32)


def test_a_patch_across_a_border_is_shared_by_its_units_and_the_rest_is_untold() -> None:
    found = land_balance(UNITS, patches((50, 0, 150, 100), (150, 0, 160, 50)), uses(1, 0), 2)
    assert found.area_m2.tolist() == [[0, 5000, 5000], [500, 5000, 4500]]
    assert (found.overlaps, found.overlap_m2) == (0, 0)


def test_ground_that_two_patches_claim_belongs_to_the_lower_row_and_is_told() -> None:
    found = land_balance(UNITS, patches((0, 0, 60, 100), (40, 0, 100, 100)), uses(0, 1), 2)
    assert found.area_m2[0].tolist() == [6000, 4000, 0]
    assert (found.overlaps, found.overlap_m2) == (1, 2000)


def test_ground_that_three_patches_claim_is_counted_once() -> None:
    found = land_balance(UNITS, patches(*[(0, 0, 100, 100)] * 3), uses(2, 1, 0), 3)
    assert found.area_m2[0].tolist() == [0, 0, 10_000, 0]


def test_ground_that_two_units_claim_belongs_to_the_lower_code() -> None:
    units = np.array([shapely.box(0, 0, 60, 100), shapely.box(40, 0, 100, 100)], dtype=object)
    found = land_balance(units, patches((0, 0, 100, 100)), uses(0), 1)
    assert found.area_m2.tolist() == [[6000, 0], [4000, 0]]


def test_land_without_any_patch_is_untold() -> None:
    found = land_balance(UNITS, patches(), uses(), 0)
    assert found.area_m2.tolist() == [[10_000], [10_000]]


def test_land_beyond_all_units_counts_nowhere() -> None:
    found = land_balance(UNITS[:1], patches((90, 0, 500, 100)), uses(0), 1)
    assert found.area_m2.tolist() == [[1000, 9000]]


def test_a_hole_in_a_unit_is_no_land_of_it() -> None:
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    found = land_balance(np.array([ring], dtype=object), patches((0, 0, 50, 100)), uses(0), 1)
    assert found.area_m2.tolist() == [[4800, 4800]]


corner = st.floats(-50, 250, allow_nan=False)
side = st.floats(0.5, 120)


@given(st.lists(st.tuples(corner, corner, side, side, st.integers(0, 2)), max_size=6))
def test_the_uses_of_a_unit_add_up_to_its_area(rows: list[tuple[float, float, float, float, int]]) -> None:
    boxes = [(x, y, x + width, y + height) for x, y, width, height, _ in rows]
    found = land_balance(UNITS, patches(*boxes), uses(*(row[-1] for row in rows)), 3)
    assert found.area_m2.sum(axis=1).tolist() == [10_000, 10_000]
    covered = shapely.union_all(patches(*boxes)) if boxes else shapely.Polygon()
    for unit, areas in zip(UNITS, found.area_m2, strict=True):
        assert areas[:3].sum() == pytest.approx(shapely.area(shapely.intersection(unit, covered)), abs=16)


@given(st.lists(st.tuples(corner, corner, side, side), max_size=5), st.lists(st.tuples(corner, corner)))
def test_a_place_is_on_the_first_patch_that_holds_it(
    rows: list[tuple[float, float, float, float]], places: list[tuple[float, float]]
) -> None:
    land = patches(*((x, y, x + width, y + height) for x, y, width, height in rows))
    found = patch_of(np.array(places).reshape(-1, 2), land)
    for place, row in zip(places, found.tolist(), strict=True):
        holding = [at for at, one in enumerate(land) if one.intersects(shapely.Point(place))]
        assert row == (holding[0] if holding else -1)


@pytest.mark.parametrize("of", ["units", "patches"])
def test_an_outline_that_crosses_itself_counts_for_what_it_encloses(of: str) -> None:
    """Two triangles of 2,500 m² that touch at a corner, drawn in one stroke, under a strip of 100 by 25 m."""
    crossed = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    strip = shapely.box(0, 0, 100, 25)
    both = np.array([crossed, strip], dtype=object)
    if of == "patches":
        found = land_balance(np.array([shapely.box(0, 0, 100, 100)], dtype=object), both, uses(0, 1), 2)
        assert found.area_m2.tolist() == [[5000, 2500 - 625, 10_000 - 5000 - 1875]]
        assert (found.overlaps, found.overlap_m2) == (1, 625)
    else:
        found = land_balance(both, np.array([shapely.box(0, 0, 100, 100)], dtype=object), uses(0), 1)
        assert found.area_m2.tolist() == [[5000, 0], [1875, 0]]
