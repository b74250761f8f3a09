import numpy as np
import pytest
import shapely

from gis_service.analysis.demo_city.courses import TRA_LY
from gis_service.analysis.demo_city.waters import Water, course, make_shores, ribbon
from tests.analysis.demo_city.delta import land


def water(name: str) -> Water:
    return next(water for water in land().waters if water.name == name)


def point_of(name: str, district: str) -> shapely.Point:
    return next(
        shapely.Point(unit.xy)
        for unit in land().units
        if unit.name == name and unit.district.endswith(district)
    )


@pytest.mark.parametrize(
    ("river", "commune", "district"),
    [
        ("Sông Trà Lý", "Hoàng Diệu", "Thái Bình"),
        ("Sông Trà Lý", "Lê Hồng Phong", "Thái Bình"),
        ("Sông Trà Lý", "Hồng Minh", "Hưng Hà"),
        ("Sông Hồng", "Hồng Lý", "Vũ Thư"),
        ("Sông Hồng", "Hồng Tiến", "Kiến Xương"),
        ("Sông Luộc", "An Khê", "Quỳnh Phụ"),
        ("Sông Luộc", "Tân Lễ", "Hưng Hà"),
        ("Sông Hóa", "An Ninh", "Quỳnh Phụ"),
        ("Sông Hóa", "Thụy Ninh", "Thái Thụy"),
    ],
)
def test_a_river_passes_its_communes(river: str, commune: str, district: str) -> None:
    assert water(river).shape.distance(point_of(commune, district)) < 2_500.0


def test_song_tra_ly_runs_from_song_hong_to_the_sea() -> None:
    branch = water("Sông Trà Lý").centre
    assert branch is not None
    assert water("Sông Hồng").shape.distance(shapely.Point(branch.coords[0])) == 0.0
    assert water("Biển Đông").shape.distance(shapely.Point(branch.coords[-1])) < 1.0


def test_no_commune_lies_on_both_banks_of_song_tra_ly() -> None:
    branch = water("Sông Trà Lý").centre
    assert branch is not None
    inner = shapely.buffer(land().outlines, -12.0)  # as far as borders are simplified
    assert not shapely.intersects(inner, branch).any()


@pytest.mark.parametrize(
    ("river", "least", "most"),
    [
        ("Sông Hồng", 500.0, 800.0),
        ("Sông Trà Lý", 150.0, 300.0),
        ("Sông Luộc", 200.0, 300.0),
        ("Sông Hóa", 100.0, 200.0),
    ],
)
def test_rivers_have_plausible_breadths(river: str, least: float, most: float) -> None:
    shape = water(river)
    assert shape.centre is not None
    assert least < shape.shape.area / shape.centre.length < most


def test_canals_lakes_rivers_and_the_sea_are_valid_and_have_codes_of_their_own() -> None:
    waters = land().waters
    assert {water.kind for water in waters} == {"river", "canal", "lake", "sea"}
    assert len({water.code for water in waters}) == len(waters)
    assert all(water.shape.is_valid and not water.shape.is_empty for water in waters)


def test_canals_bar_nobody_and_the_sea_is_no_land() -> None:
    canal = water("Sông Kiến Giang").centre
    assert canal is not None
    assert not land().water.contains(canal)
    assert water("Biển Đông").shape.intersection(land().province).area < 500.0  # a centimetre of coast


def test_a_course_begins_and_ends_where_it_was_told() -> None:
    line = course(TRA_LY, 35.0, 4)
    assert line.coords[0] == pytest.approx(np.array(TRA_LY[0]) * 1_000.0)
    assert line.coords[-1] == pytest.approx(np.array(TRA_LY[-1]) * 1_000.0)
    assert line.is_simple


@pytest.mark.parametrize("area_km2", [1_560.0, 1_600.0])
def test_the_coast_makes_room_for_the_area_asked_for(area_km2: float) -> None:
    province = make_shores(area_km2 * 1e6).province
    assert province.is_valid
    assert province.area == pytest.approx(area_km2 * 1e6, rel=1e-6)


def test_a_ribbon_is_as_broad_as_told_and_broader_at_its_mouth() -> None:
    line = shapely.LineString([(590_000, 2_260_000), (602_000, 2_260_000)])
    shape = ribbon(line, 200.0, 800.0)
    assert (
        150.0 < shape.intersection(shapely.box(590_500, 2_250_000, 599_000, 2_270_000)).area / 8_500.0 < 250.0
    )
    assert shape.intersection(shapely.box(601_900, 2_250_000, 602_000, 2_270_000)).area / 100.0 > 600.0
