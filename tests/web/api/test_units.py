"""Boundary vintages over HTTP: their list, a unit through time, a kept study told by other units."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.settings import ROOT, Settings
from tests.merged_town import AFTER, state
from tests.web.problem import assert_problem


@pytest.fixture(scope="module")
def url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("merged_town")


@pytest.fixture(scope="module")
def town(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("var")
    app = create_app(
        Settings(data_dir=folder, database_url=url, layers_dir=ROOT / "layers", tiles_dir=ROOT / "tiles")
    )
    yield app.test_client()
    app.extensions["gis"].close()


@pytest.fixture(scope="module")
def planner(url: str) -> dict[str, str]:
    engine = open_engine(url)
    with transaction(engine) as connection:
        token = make_token(connection, Role.PLANNER, "a planner")
    engine.dispose()
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def kept(town: FlaskClient, planner: dict[str, str]) -> dict[str, Any]:
    response = town.post("/api/processes/coverage/execution", json={"inputs": state(AFTER)}, headers=planner)
    assert response.status_code == 200, response.get_data(as_text=True)
    found: dict[str, Any] = response.get_json()
    return found


def test_vintages_are_listed_with_the_days_on_which_they_hold(town: FlaskClient) -> None:
    found = {entry["id"]: entry for entry in town.get("/api/vintages").get_json()["items"]}
    assert list(found) == ["communes_2019", "communes_2024", "communes_2025", "districts_2024"]
    today, districts = found["communes_2025"], found["districts_2024"]
    assert (today["valid_from"], today["valid_to"], today["level"]) == ("2025-07-01", None, "commune")
    assert (districts["valid_to"], districts["level"]) == ("2025-07-01", "district")
    assert found["communes_2019"]["located"] is False
    assert today["links"][1]["href"].endswith("/api/collections/commune/items")
    # Units that lie somewhere are drawn; the others have no tiles to lead to.
    assert today["links"][2]["href"].endswith("/api/collections/commune/tiles")
    assert len(found["communes_2019"]["links"]) == 2


def test_a_unit_links_to_what_it_was_and_what_became_of_it(town: FlaskClient) -> None:
    [old] = town.get("/api/units/b").get_json()["units"]
    [later] = old["successors"]
    assert (later["code"], later["vintage"], later["kind"]) == ("ab", "communes_2025", "whole")
    assert (later["changed_on"], later["source"]) == ("2025-07-01", "Nghị quyết thử")
    address = later["links"][0]["href"].removeprefix("http://localhost")
    [new] = town.get(address).get_json()["units"]
    assert [one["code"] for one in new["predecessors"]] == ["a", "b"]
    assert new["valid_to"] is None


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/units/nowhere", 404, "unit_not_found"),
        ("/api/units/b?vintage=communes_1900", 422, "study_refused"),
        ("/api/units/b?colour=red", 400, "parameters_invalid"),
    ],
)
def test_what_is_not_there_is_told(town: FlaskClient, path: str, status: int, code: str) -> None:
    assert_problem(town.get(path), status, code)


@pytest.mark.parametrize("path", ["/api/vintages?f=html", "/api/units/ab?f=html"])
def test_they_are_shown_as_pages_too(town: FlaskClient, path: str) -> None:
    response = town.get(path)
    assert response.status_code == 200
    assert response.content_type.startswith("text/html")


def test_a_kept_study_is_told_by_another_vintage_with_the_same_totals(
    town: FlaskClient, planner: dict[str, str], kept: dict[str, Any]
) -> None:
    address = f"/api/studies/{kept['id']}"
    found = town.get(f"{address}?vintage=districts_2024", headers=planner).get_json()
    assert found["totals"] == kept["totals"]
    assert [row["id"] for row in found["zones"]] == ["d1", "d2"]
    live = town.get("/api/coverage", headers=planner, query_string=state(AFTER, vintage="districts_2024"))
    assert live.get_json()["zones"] == found["zones"]
    assert town.get(f"{address}?vintage=communes_2025", headers=planner).get_json() == kept


@pytest.mark.parametrize(
    ("vintage", "code"), [("communes_2019", "study_refused"), ("communes_1900", "study_refused")]
)
def test_units_that_no_result_can_be_told_by_are_refused(
    town: FlaskClient, kept: dict[str, Any], vintage: str, code: str
) -> None:
    assert_problem(town.get(f"/api/studies/{kept['id']}?vintage={vintage}"), 422, code)


def test_everybody_sees_the_units_of_any_vintage_without_small_counts(
    town: FlaskClient, kept: dict[str, Any]
) -> None:
    for vintage in ("communes_2024", "communes_2025", "districts_2024"):
        shown = town.get(f"/api/studies/{kept['id']}?vintage={vintage}").get_json()
        live = town.get("/api/coverage", query_string=state(AFTER, vintage=vintage)).get_json()
        assert "closed" not in shown
        assert shown["zones"] == live["zones"]
        for row in shown["zones"]:
            assert not [n for n in ("covered", "uncovered") if row[n] is not None and 0 < row[n] < 10]
