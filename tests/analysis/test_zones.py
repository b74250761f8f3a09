import numpy as np
import pytest
import shapely

from gis_service.analysis.zones import (
    BEYOND,
    NO_UNIT,
    Zones,
    overlaps,
    sorted_zones,
    zone_by_code,
    zone_of,
)
from gis_service.errors import ErrorCode, RefusedInput


def squares(**boxes: tuple[float, float, float, float]) -> Zones:
    """Make units from boxes, codes without the leading letter."""
    ids = [name[1:] for name in boxes]
    return sorted_zones(ids, ids, np.array([shapely.box(*box) for box in boxes.values()], dtype=object))


def test_whole_number_codes_are_sorted_as_numbers_and_others_as_text() -> None:
    points = np.array([shapely.Point(i, i) for i in range(3)], dtype=object)
    numbers = sorted_zones(["10", "9", "100"], ["ten", "nine", "hundred"], points)
    assert numbers.ids == ("9", "10", "100")
    assert numbers.names == ("nine", "ten", "hundred")
    assert shapely.get_x(numbers.polygons).tolist() == [1, 0, 2]
    assert sorted_zones(["10", "9", "a"], ["", "", ""], points).ids == ("10", "9", "a")


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        (["1", None], ErrorCode.ZONE_CODE_MISSING),
        (["1", " "], ErrorCode.ZONE_CODE_MISSING),
        (["1", float("nan")], ErrorCode.ZONE_CODE_MISSING),
        (["1", "1"], ErrorCode.ZONE_CODE_REPEATED),
    ],
)
def test_units_need_a_code_of_their_own(ids: list[object], code: ErrorCode) -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1)] * 2, dtype=object)
    with pytest.raises(RefusedInput) as refused:
        sorted_zones(ids, ["a", "b"], shapes)
    assert refused.value.code == code
    assert str(refused.value)


def test_a_shared_border_and_an_overlap_belong_to_the_lower_code() -> None:
    zones = squares(z10=(10, 0, 20, 10), z9=(0, 0, 10, 10), z11=(15, 0, 30, 10))
    places = np.array([[5.0, 5], [10, 5], [17, 5], [25, 5], [0, 0], [30, 10]])
    assert [zones.ids[i] for i in zone_of(places, zones)] == ["9", "9", "10", "11", "9", "11"]


def test_without_an_outline_the_study_area_is_the_union_of_the_units() -> None:
    zones = squares(z1=(0, 0, 10, 10))
    assert zone_of(np.array([[5.0, 5], [11, 5]]), zones).tolist() == [0, BEYOND]


def test_the_outline_decides_who_is_beyond_the_study_area() -> None:
    zones = squares(z1=(0, 0, 10, 10))
    places = np.array([[5.0, 5], [9, 5], [5, 15], [5, 20], [5, 21]])
    outline = shapely.box(0, 0, 8, 20)
    assert zone_of(places, zones, outline).tolist() == [0, BEYOND, NO_UNIT, NO_UNIT, BEYOND]


def test_no_places_are_no_trouble() -> None:
    assert zone_of(np.empty((0, 2)), squares(z1=(0, 0, 1, 1))).tolist() == []


def test_units_are_found_by_stored_code() -> None:
    zones = squares(z1=(0, 0, 1, 1), z2=(1, 0, 2, 1))
    assert zone_by_code(["2", 1, None, "7"], zones).tolist() == [1, 0, NO_UNIT, NO_UNIT]


def test_overlaps_above_one_square_metre_are_reported() -> None:
    zones = squares(z1=(0, 0, 10, 10), z2=(9, 0, 20, 10), z3=(19.95, 0, 30, 10), z4=(30, 0, 40, 10))
    assert [(pair.first, pair.second, pair.area_m2) for pair in overlaps(zones)] == [("1", "2", 10.0)]


def test_a_polygon_that_crosses_itself_is_still_compared() -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    zones = sorted_zones(["1", "2"], ["", ""], np.array([bow_tie, shapely.box(0, 0, 3, 10)], dtype=object))
    assert overlaps(zones)[0].area_m2 == pytest.approx(21.0)


def test_units_known_by_a_point_have_no_area() -> None:
    assert squares(z1=(0, 0, 1, 1)).have_areas
    assert not sorted_zones(["1"], ["a"], np.array([shapely.Point(0, 0)], dtype=object)).have_areas
