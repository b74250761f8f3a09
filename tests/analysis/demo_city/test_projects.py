from datetime import date

import numpy as np
import pytest
import shapely
import yaml

from gis_service.analysis.demo_city.facilities import make_facilities
from gis_service.analysis.demo_city.features import Features, generator
from gis_service.analysis.demo_city.ground import Ground
from gis_service.analysis.demo_city.project_sites import Sites
from gis_service.analysis.demo_city.projects import KINDS, PHASES, READ_ON, make_projects
from gis_service.settings import ROOT
from tests.analysis.demo_city import paper_city

Row = dict[str, object]


@pytest.fixture(scope="module")
def ground() -> Ground:
    return Ground(paper_city.land(), paper_city.villages(), paper_city.roads())


@pytest.fixture(scope="module")
def facilities(ground: Ground) -> dict[str, Features]:
    return make_facilities(ground, {f"{20_001 + at}": f"Xã Mới {at + 1}" for at in range(3)})


@pytest.fixture(scope="module")
def projects(ground: Ground, facilities: dict[str, Features]) -> Features:
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
    assert all(float(str(row["cost_million_vnd"])) > 0 for row in rows)
    services = {row["service"] for row in rows if row["service"] is not None}
    assert {"health_station", "kindergarten", "one_stop_office", "park"} <= services
    assert any(row["service"] is None for row in rows)


def test_phases_are_those_of_the_city() -> None:
    document = yaml.safe_load((ROOT / "layers" / "thai_binh" / "phases.yaml").read_text("utf-8"))
    assert [(each["id"], each["from"], each["to"]) for each in document["phases"]] == list(PHASES)


def test_what_is_commissioned_stands_where_its_service_does(
    projects: Features, rows: list[Row], facilities: dict[str, Features]
) -> None:
    done = [at for at, row in enumerate(rows) if row["service"] and row["status"] == "commissioned"]
    assert done
    for at in done:
        there = facilities[str(rows[at]["service"])]
        communes = [
            there.columns["commune_code"][row]
            for row in np.flatnonzero(shapely.dwithin(there.geometry, projects.geometry[at], 0.02)).tolist()
            if str(rows[at]["name"]).endswith(str(there.columns["name"][row]))
        ]
        assert communes == [rows[at]["commune_code"]], rows[at]


def test_no_two_commissioned_projects_built_the_same(rows: list[Row]) -> None:
    done = [row for row in rows if row["service"] and row["status"] == "commissioned"]
    names = [str(row["name"]).partition(": ")[2] for row in done]
    assert len(set(names)) == len(names)


def test_branches_of_offices_come_after_the_merger_at_the_first_former_offices(
    projects: Features, rows: list[Row], facilities: dict[str, Features]
) -> None:
    at = [at for at, row in enumerate(rows) if row["service"] == "one_stop_office"]
    assert {rows[one]["phase"] for one in at} == {"phase_3"}
    assert len(at) == 5
    offices = facilities["one_stop_office"]
    ranked = offices.geometry[[rank is not None for rank in offices.columns["branch_rank"]]]
    # Three former offices of the paper city may stay; the two branches beyond them stand where one is missed.
    here = {shape.wkb for shape in projects.geometry[at].tolist()}
    assert {shape.wkb for shape in ranked.tolist()} <= here


def test_the_longer_road_and_the_dearer_project_take_more(projects: Features, rows: list[Row]) -> None:
    for at, row in enumerate(rows):
        if "Nâng cấp đường" in str(row["name"]):
            per_km = float(str(row["cost_million_vnd"])) / (projects.geometry[at].length / 1_000.0)
            assert 7_000 < per_km < 21_000
    cost = [float(str(row["cost_million_vnd"])) for row in rows]
    took = [(days(row, "planned_to")[0] - days(row, "planned_from")[0]).days for row in rows]
    assert np.corrcoef(np.log(cost), took)[0, 1] > 0.9
    assert 60 < min(took) < max(took) < 1_000


@pytest.mark.parametrize(
    ("layer", "column", "value"), [("park", "kind", "garden"), ("kindergarten", "ownership", "private")]
)
def test_the_scheme_has_not_built_what_is_private_or_small(
    ground: Ground, facilities: dict[str, Features], layer: str, column: str, value: str
) -> None:
    kind = next(kind for kind in KINDS if kind.service == layer)
    there = facilities[layer]
    unfit = Features(there.geometry, there.columns | {column: [value] * len(there)})
    draws = generator("a test")
    assert Sites(ground, facilities, 49).standing(kind, draws) is not None
    assert Sites(ground, facilities | {layer: unfit}, 49).standing(kind, draws) is None


def test_what_is_made_digital_is_named_as_people_would() -> None:
    titles = {kind.title for kind in KINDS}
    assert {"Số hoá tuyến tham quan", "Số hoá vùng trồng lúa"} <= titles
