import numpy as np
import pytest
import shapely

from gis_service.analysis.buildings import is_residential, weigh_buildings

NAN = float("nan")
HOUSE = shapely.box(0, 0, 10, 8)


def weight_of(
    storeys: float = NAN, height_m: float = NAN, name: str = "", shape: shapely.Geometry = HOUSE
) -> int:
    shapes = np.array([shape], dtype=object)
    return int(weigh_buildings(shapes, np.array([storeys]), np.array([height_m]), [name]).weight[0])


@pytest.mark.parametrize(
    ("storeys", "height_m", "floors"),
    [
        (NAN, NAN, 1),
        (3, NAN, 3),
        (3, 30, 3),
        (NAN, 12, 4),
        (NAN, 2, 1),
        (0, 6, 2),
        (-4, NAN, 1),
        (9999, 6, 2),
        (NAN, -5, 1),
        (2.5, NAN, 2.5),
    ],
)
def test_storeys_come_before_the_height_and_a_slip_of_the_table_is_not_known(
    storeys: float, height_m: float, floors: float
) -> None:
    assert weight_of(storeys, height_m) == 80_000 * floors


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("", 1),
        ("yes", 1),
        ("Nhà ở", 1),
        ("APARTMENTS", 1),
        ("semidetached_house", 1),
        ("mixed_use", 0.5),
        ("industrial", 0),
        ("Trường học", 0),
        ("Chợ", 0),
        ("strange", 1),
    ],
)
def test_classes_say_who_may_live_there(name: str, share: float) -> None:
    assert weight_of(name=name) == 80_000 * share


def test_unknown_classes_are_counted() -> None:
    many = np.array([HOUSE] * 4, dtype=object)
    found = weigh_buildings(many, np.full(4, NAN), np.full(4, NAN), ["Odd", "yes", "odd", "zany"])
    assert found.unknown == {"odd": 2, "zany": 1}


def test_classes_may_be_other_ones() -> None:
    shapes = np.array([HOUSE, HOUSE], dtype=object)
    found = weigh_buildings(shapes, np.full(2, NAN), np.full(2, NAN), ["a", "yes"], {"a": 0.25})
    assert found.weight.tolist() == [20_000, 80_000]
    assert found.unknown == {"yes": 1}


def test_the_place_lies_inside_a_building_with_a_yard_and_nothing_has_no_place() -> None:
    yard = HOUSE - shapely.box(2, 2, 8, 6)
    shapes = np.array([yard, None, shapely.Polygon(), shapely.Point(1, 1)], dtype=object)
    found = weigh_buildings(shapes, np.full(4, NAN), np.full(4, NAN), [""] * 4)
    assert yard.contains(shapely.Point(found.xy[0]))
    assert found.weight.tolist() == [56_000, 0, 0, 0]
    assert np.isnan(found.xy[1]).all()


def test_land_to_live_on_is_known_by_its_words() -> None:
    words = ["residential", "Đất ở nông thôn", "ONT", "odt", "khu dân cư", "farmland", "", "Đất ven sông"]
    assert is_residential(words).tolist() == [True] * 5 + [False] * 3
