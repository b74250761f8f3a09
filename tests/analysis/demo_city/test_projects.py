from datetime import date

import pytest
import shapely

from gis_service.analysis.demo_city.facilities import make_facilities
from gis_service.analysis.demo_city.features import Features
from gis_service.analysis.demo_city.ground import Ground
from gis_service.analysis.demo_city.projects import PHASES, READ_ON, make_projects
from tests.analysis.demo_city import paper_city

Row = dict[str, object]


@pytest.fixture(scope="module")
def projects() -> Features:
    ground = Ground(paper_city.land(), paper_city.villages(), paper_city.roads())
    facilities = make_facilities(ground, {f"{20_001 + at}": f"Xã Mới {at + 1}" for at in range(3)})
    return make_projects(ground, facilities)


@pytest.fixture(scope="module")
def rows(projects: Features) -> list[Row]:
    return [{name: values[at] for name, values in projects.columns.items()} for at in range(len(projects))]


def days(row: Row, *names: str) -> list[date]:
    return [value for name in names if isinstance(value := row[name], date)]


def test_there_are_40_to_60_and_they_are_called_samples(rows: list[Row]) -> None:
    assert 40 <= len(rows) <= 60
    for number, row in enumerate(rows, 1):
        assert str(row["name"]).startswith(f"Dự án mẫu {number:02d}: ")


def test_they_come_as_points_lines_and_areas(projects: Features) -> None:
    assert set(shapely.get_type_id(projects.geometry).tolist()) == {0, 1, 6}
    assert shapely.is_valid(projects.geometry).all()


def test_planned_days_lie_in_their_phase_and_in_order(rows: list[Row]) -> None:
    spans = {name: (first, last) for name, first, last in PHASES}
    for row in rows:
        start, end = days(row, "planned_from", "planned_to")
        first, last = spans[str(row["phase"])]
        assert first <= start < end < last


def test_status_agrees_with_what_has_happened_by_the_day_of_reading(rows: list[Row]) -> None:
    wanted = {"commissioned": 2, "under_way": 1, "stopped": 1, "approved": 0, "proposed": 0}
    assert {row["status"] for row in rows} == set(wanted)
    for row in rows:
        happened = days(row, "actual_from", "actual_to")
        assert len(happened) == wanted[str(row["status"])]
        assert happened == sorted(happened)
        assert all(day <= READ_ON for day in happened)


def test_every_phase_and_priority_occurs(rows: list[Row]) -> None:
    assert {row["phase"] for row in rows} == {name for name, _, _ in PHASES}
    assert {row["priority"] for row in rows} == {1, 2, 3, 4, 5}


def test_a_project_that_adds_a_facility_names_its_layer(rows: list[Row]) -> None:
    services = {row["service"] for row in rows if row["service"] is not None}
    assert {"health_station", "kindergarten", "one_stop_office", "park"} <= services
    assert any(row["service"] is None for row in rows)
    assert all(float(str(row["cost_million_vnd"])) > 0 for row in rows)
