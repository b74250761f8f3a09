"""Where bridges and ferries are put."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.demo_city.bridges import Bridge, cross, place_bridges
from gis_service.analysis.demo_city.ferries import FERRIES, named, place_ferries
from gis_service.analysis.demo_city.land import Land
from tests.analysis.demo_city import river_city


@pytest.fixture(scope="module")
def land() -> Land:
    return river_city.land()


def test_a_crossing_is_square_to_the_current_and_stands_dry(land: Land) -> None:
    crossing = cross(land, "Sông Hồng", (575_200.0, 2_260_000.0), 100.0)
    assert crossing is not None
    assert crossing.water.name == "Sông Hồng"
    assert np.hypot(*(crossing.xy[1] - crossing.xy[0])) == pytest.approx(800, abs=3)
    assert shapely.distance(land.water, shapely.points(crossing.xy)) == pytest.approx([100, 100], abs=2)


def test_a_crossing_seeks_the_narrows_nearby() -> None:
    land = river_city.land()
    centre = next(water.centre for water in land.waters if water.name == "Sông Trà Lý")
    crossing = cross(land, "Sông Trà Lý", (588_000.0, 2_264_300.0), 0.5)
    assert centre is not None
    assert crossing is not None
    assert np.hypot(*(crossing.xy[1] - crossing.xy[0])) <= 192
    assert shapely.LineString(crossing.xy).crosses(centre)


@pytest.mark.parametrize(
    ("river", "near"),
    [
        ("Sông Nhỏ", (580_000.0, 2_264_000.0)),
        ("Hồ Nhỏ", (586_900.0, 2_260_300.0)),
        ("Sông Trà Lý", (580_000.0, 2_258_000.0)),
    ],
    ids=["no such river", "a lake has no course", "too far away"],
)
def test_there_is_no_crossing_without_a_river_nearby(
    land: Land, river: str, near: tuple[float, float]
) -> None:
    assert cross(land, river, near, 50.0) is None
    assert place_bridges(land, [Bridge("Cầu Không", river, near)]) == {}


def test_the_ends_of_high_bridges_stand_back_from_the_dike(land: Land) -> None:
    place = ("Sông Trà Lý", (585_000.0, 2_264_300.0))
    placed = place_bridges(land, [Bridge("Cầu Cao", *place, high=True), Bridge("Cầu Thấp", *place)])
    length = {name: np.hypot(*(crossing.xy[1] - crossing.xy[0])) for name, (_, crossing) in placed.items()}
    assert length["Cầu Cao"] > length["Cầu Thấp"] + 50


def test_a_ferry_without_a_name_is_called_after_the_commune_beside_it(land: Land) -> None:
    placed = place_ferries(land)
    assert [ferry.name for ferry, _ in placed] == ["Đò Sông 9"]
    assert named(FERRIES[0], "Vũ Thư") == FERRIES[0]


def test_ferries_run_from_dawn_to_night_every_quarter_to_half_hour() -> None:
    assert 3 <= len(FERRIES) <= 6
    for ferry in FERRIES:
        assert (ferry.runs_from, ferry.runs_to) == ("05:00", "21:00")
        assert 15 <= ferry.headway_min <= 30
    assert {ferry.takes_cars for ferry in FERRIES} == {True, False}
