"""Roadmaps over HTTP: run, kept, read as their reader may, taken home as files."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.db.engine import open_engine, transaction
from tests.demo_city import catalogue
from tests.filled_database import load_frame
from tests.programme import ASKED, frame_of
from tests.web.live_answers import bearer, made, tokens_of

RUN = "/api/processes/roadmap/execution"
PHASES = [
    {"id": "one", "from": "2020-01-01", "to": "2024-01-01", "budget_million_vnd": 5000},
    {"id": "two", "from": "2024-01-01", "to": "2031-01-01"},
]


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    url = make_town_database("live_town")
    engine = open_engine(url)
    with transaction(engine) as connection:
        load_frame(connection, catalogue(), "projects", frame_of())
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def town_app(town_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from made(town_url, tmp_path_factory.mktemp("var"))


@pytest.fixture(scope="module")
def planner(town_url: str) -> dict[str, str]:
    return bearer(tokens_of(town_url), "planner")


@pytest.fixture(scope="module")
def town(town_app: Flask) -> FlaskClient:
    return town_app.test_client()


@pytest.fixture(scope="module")
def kept(town: FlaskClient, planner: dict[str, str]) -> dict[str, Any]:
    answer = town.post(RUN, json={"inputs": ASKED}, headers=planner)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_the_public_is_told_no_project_apart(
    town: FlaskClient, planner: dict[str, str], kept: dict[str, Any]
) -> None:
    own = town.get(f"/api/studies/{kept['id']}", headers=planner).get_json()
    assert own["projects"] == kept["projects"]
    public = town.get(f"/api/studies/{kept['id']}").get_json()
    assert {row["people_in_order"] for row in public["projects"]} == {None}
    assert {row["people_total"] for row in public["cumulative"]} == {None}
    assert public["best"] is None
    assert [phase["cost_million_vnd"] for phase in public["phases"]] == [1050.5, 500, 2100]
    assert "small_counts_hidden" in {notice["code"] for notice in public["notices"]}


def test_phases_may_be_asked_for_by_who_runs_it(town: FlaskClient, planner: dict[str, str]) -> None:
    answer = town.post(RUN, json={"inputs": {**ASKED, "phases": PHASES}}, headers=planner)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found = answer.get_json()
    assert [phase["id"] for phase in found["phases"]] == ["one", "two"]
    assert found["phases"][0]["over_million_vnd"] == 0


@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({"phases": [PHASES[1], PHASES[0]]}, "roadmap_phases_apart", "one"),
        ({"budgets": {"phase_9": 1}}, "study_refused", "phase_9"),
        ({"sector_budgets": {"phase_1": {"magic": 1}}}, "study_refused", "magic"),
        ({"standards": {"market": "x"}}, "study_refused", "market"),
        ({"standards": {"one_stop_office": "x"}}, "study_refused", "one_stop_office_walk_15min"),
        ({"projects": {"layer": "one_stop_office"}}, "roadmap_columns_missing", "sector"),
        ({"projects": {"layer": "nothing"}}, "study_refused", "nothing"),
        ({"projects": {"layer": "projects", "version": 9999}}, "study_version_gone", "9999"),
        ({"budgets": {"phase_3": 1}}, "plan_budget_below_cheapest", "400"),
    ],
)
def test_what_cannot_be_is_told_with_what_to_do(
    town: FlaskClient, planner: dict[str, str], inputs: dict[str, Any], code: str, said: str
) -> None:
    answer = town.post(RUN, json={"inputs": {**ASKED, **inputs}}, headers=planner)
    assert answer.get_json(force=True)["code"] == code
    assert said in answer.get_data(as_text=True)


def test_a_roadmap_is_taken_home_as_a_file(
    town: FlaskClient, planner: dict[str, str], kept: dict[str, Any]
) -> None:
    address = f"/api/studies/{kept['id']}/roadmap"
    paper = town.get(address)
    assert paper.data.startswith(b"%PDF")
    assert 'filename="roadmap_generated.pdf"' in paper.headers["Content-Disposition"]
    assert paper.data == town.get(address).data
    book = openpyxl.load_workbook(io.BytesIO(town.get(f"{address}?f=xlsx", headers=planner).data))
    heads = [cell.value for cell in next(book.worksheets[0].iter_rows())]
    assert {"Mã", "Lĩnh vực", "Người được thêm theo thứ tự"} <= set(heads)
    rows = town.get(f"{address}?f=csv&table=phases", headers=planner).data.decode("utf-8-sig").splitlines()
    assert rows[0].replace('"', "").startswith("phase,from,to,kind,id,projects")


def test_other_studies_are_no_roadmaps(town: FlaskClient, planner: dict[str, str]) -> None:
    asked = {"inputs": {"standard": "one_stop_office_straight_3km"}}
    other = town.post("/api/processes/coverage/execution", json=asked, headers=planner).get_json()
    answer = town.get(f"/api/studies/{other['id']}/roadmap", headers=planner)
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (404, "roadmap_not_one")


def test_a_roadmap_has_no_tiles_no_product_and_no_other_vintage(
    town: FlaskClient, planner: dict[str, str], kept: dict[str, Any]
) -> None:
    own = f"/api/studies/{kept['id']}"
    assert town.get(f"{own}?vintage=communes_2024", headers=planner).status_code == 422
    assert town.get(f"{own}/product", headers=planner).status_code == 404
    assert town.get(f"{own}/tiles", headers=planner).status_code == 200
    body = {"layer": "any_layer", "visibility": "internal"}
    token = bearer(tokens_of(str(town.application.extensions["gis"].settings.database_url)), "gis_staff")
    assert town.post(f"{own}/publish", json=body, headers=token).status_code == 422
