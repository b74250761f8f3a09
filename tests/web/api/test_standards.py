"""Standards, and several rules at once, over HTTP: what holds on which day, and who is told what."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.settings import Settings
from tests.live_town import degrees
from tests.web.problem import assert_problem

RADIUS = "/api/coverage?service=one_stop_office&measure=straight_radius&limit=1000&at=2026-03-03T10:00"


@pytest.fixture(scope="module")
def url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture(scope="module")
def town(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("var"), database_url=url))
    yield app.test_client()
    app.extensions["gis"].close()


@pytest.fixture(scope="module")
def planner(url: str) -> dict[str, str]:
    engine = open_engine(url)
    with transaction(engine) as connection:
        token = make_token(connection, Role.PLANNER, "a planner")
    engine.dispose()
    return {"Authorization": f"Bearer {token}"}


def listed(town: FlaskClient, query: str = "") -> dict[str, dict[str, Any]]:
    response = town.get(f"/api/standards{query}")
    assert response.status_code == 200, response.get_data(as_text=True)
    return {entry["id"]: entry for entry in response.get_json()["items"]}


def test_standards_are_listed_with_what_they_ask_and_whether_anybody_verified_them(town: FlaskClient) -> None:
    found = listed(town)
    urban = found["health_station_qcvn_2026_urban"]
    assert (urban["measure"], urban["limit"], urban["unit_type"]) == (
        "straight_radius",
        1000,
        ["ward", "township"],
    )
    assert (urban["verified"], urban["min_site_m2"]) == (False, 500)
    assert found["health_station_qcvn_2026_per_unit"]["quota"] == {
        "amount": 1,
        "of": "facilities",
        "per": "unit",
    }
    assert urban["links"][0]["href"].endswith("/api/collections/health_station")


@pytest.mark.parametrize(("day", "holds"), [("2026-12-31", False), ("2027-01-01", True)])
def test_a_standard_is_in_force_from_its_first_day_on(town: FlaskClient, day: str, *, holds: bool) -> None:
    found = listed(town, f"?service=health_station&on={day}")
    assert {entry["service"] for entry in found.values()} == {"health_station"}
    assert found["health_station_qcvn_2026_urban"]["in_force"] is holds
    assert found["health_station_walk_15min"]["in_force"] is True


def test_a_day_that_is_none_is_refused(town: FlaskClient) -> None:
    assert_problem(town.get("/api/standards?on=soon"), 400, "parameters_invalid")


def test_roads_stand_beside_a_live_radius_only_when_they_are_asked_for(town: FlaskClient) -> None:
    assert "beside" not in town.get(RADIUS).get_json()
    (entry,) = town.get(f"{RADIUS}&beside=roads").get_json()["beside"]
    alone = town.get(RADIUS.replace("straight_radius", "network_distance&mode=walk")).get_json()
    assert (entry["totals"], entry["zones"]) == (alone["totals"], alone["zones"])


def test_how_many_rules_reach_whom_is_for_those_who_see_personal_detail(
    town: FlaskClient, planner: dict[str, str]
) -> None:
    asked = f"{RADIUS}&beside=one_stop_office_walk_15min"
    everybody, exact = town.get(asked).get_json(), town.get(asked, headers=planner).get_json()
    assert "together" not in everybody
    assert "tables_closed" in {notice["code"] for notice in everybody["notices"]}
    assert sum(exact["together"][0]["exactly"]) == exact["totals"]["all"]["total"]
    assert [entry["name"] for entry in everybody["beside"]] == ["one_stop_office_walk_15min"]


def test_a_place_is_told_what_its_unit_has_and_lacks_of_a_quota(town: FlaskClient) -> None:
    lon, lat = degrees(1200)
    found = town.get(
        f"/api/coverage/why?standard=health_station_qcvn_2026_per_unit&lon={lon:.6f}&lat={lat:.6f}"
    )
    assert_problem(found, 422, "study_layer_empty")
