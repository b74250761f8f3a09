"""Catchments over HTTP: drawn for everybody, homes for some, kept only with a token."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.services.catchment_live import catchment_answer
from gis_service.services.catchment_request import CatchmentAsk
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.prepared import Prepared
from gis_service.settings import Settings
from gis_service.web.api import catchment
from tests.live_town import MOTORBIKE, degrees
from tests.web.problem import assert_problem

ASKED = "standard=one_stop_office_motorbike_10min&at=2026-03-03T10:00"
DRAWN = f"/api/catchment?{ASKED}"
FEW = 3


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture(scope="module")
def planner(town_url: str) -> dict[str, str]:
    engine = open_engine(town_url)
    with transaction(engine) as connection:
        token = make_token(connection, Role.PLANNER, "a planner")
    engine.dispose()
    return {"Authorization": f"Bearer {token}"}


def made(url: str, folder: Path, per_minute: int) -> Iterator[Flask]:
    app = create_app(Settings(data_dir=folder, database_url=url, live_per_minute=per_minute))
    yield app
    app.extensions["gis"].close()


@pytest.fixture(scope="module")
def town_app(town_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from made(town_url, tmp_path_factory.mktemp("var"), 100_000)


@pytest.fixture
def town(town_app: Flask) -> FlaskClient:
    return town_app.test_client()


def found(client: FlaskClient, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    document: dict[str, Any] = response.get_json()
    return document


def test_everybody_may_see_what_is_reached_within_several_limits(town: FlaskClient) -> None:
    shown = found(town, f"{DRAWN}&shapes=edges,polygons,surface&limits=60,300")
    assert (shown["limits"], shown["unit"], shown["generated_data"]) == ([60, 300, 600], "s", True)
    polygons = shown["shapes"]["polygons"]["features"]
    assert [one["properties"]["for_drawing_only"] for one in polygons] == [True] * 3
    assert {one["properties"]["limit"] for one in shown["shapes"]["edges"]["features"]} == {60, 300, 600}
    assert [one["code"] for one in shown["notice_texts"]] == ["catchment_for_drawing"]
    coverage = next(link["href"] for link in shown["links"] if link["rel"] == "coverage")
    assert coverage.endswith("/api/coverage?standard=one_stop_office_motorbike_10min&at=2026-03-03T10%3A00")


def test_what_is_drawn_for_everybody_is_what_a_planner_keeps(
    town: FlaskClient, planner: dict[str, str]
) -> None:
    inputs = MOTORBIKE | {"shapes": ["edges", "polygons", "surface"], "limits": [60]}
    ask = "/api/processes/catchment/execution"
    assert town.post(ask, json={"inputs": inputs}).status_code == 401
    kept = town.post(ask, json={"inputs": inputs}, headers=planner)
    assert kept.status_code == 200, kept.get_data(as_text=True)
    live = found(town, f"{DRAWN}&shapes=edges,polygons,surface&limits=60")
    assert kept.get_json()["shapes"] == live["shapes"]
    again = found(town, kept.headers["Location"].partition("http://localhost")[2] or kept.headers["Location"])
    assert again["shapes"] == live["shapes"]


def test_lines_from_cells_tell_everybody_no_number_and_a_planner_all(
    town: FlaskClient, planner: dict[str, str]
) -> None:
    path = f"{DRAWN}&shapes=allocation"
    shown = found(town, path)["shapes"]["allocation"]["features"]
    exact = found(town, path, planner)["shapes"]["allocation"]["features"]
    assert {line["properties"]["people"] for line in shown} == {None}
    many = [line["properties"] for line in exact if line["properties"]["people"] >= 10]
    assert [line["properties"]["id"] for line in shown] == [line["id"] for line in many]
    assert len(many) < len(exact)


def test_lines_from_homes_are_for_those_who_may_see_homes(town: FlaskClient, planner: dict[str, str]) -> None:
    path = f"{DRAWN}&shapes=allocation&detail=points"
    assert_problem(town.get(path), 401, "token_missing")
    lines = found(town, path, planner)["shapes"]["allocation"]
    # twelve homes of which all but those beyond the ferry's hours arrive: each has its line
    assert (lines["detail"], len(lines["features"])) == ("points", 12)


def test_a_place_has_a_catchment_and_its_ways_to_the_facilities(town: FlaskClient) -> None:
    lon, lat = degrees(3000.0)
    own = found(town, f"{DRAWN}&shapes=edges&lon={lon:.6f}&lat={lat:.6f}")
    assert {one["properties"]["facility"] for one in own["shapes"]["edges"]["features"]} == {"1"}
    ways = found(town, f"{DRAWN}&shapes=od&lon={lon:.6f}&lat={lat:.6f}")["shapes"]["places"]
    assert [(row["place"], row["rank"], row["facility_name"]) for row in ways] == [("1", 1, "Một cửa Đông")]


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ("&shapes=hulls", 400, "parameters_invalid"),
        ("&shapes=polygons&limits=0", 400, "parameters_invalid"),
        ("&bbox=106,20,105,21", 400, "parameters_invalid"),
        ("&bbox=106,20,107", 400, "parameters_invalid"),
        ("&step_m=10", 400, "parameters_invalid"),
        ("&lon=106", 400, "parameters_invalid"),
        ("&shapes=od", 422, "study_refused"),
        ("&shapes=allocation&lon=106.3&lat=20.4", 422, "study_refused"),
        ("&lon=1&lat=1", 422, "place_outside"),
        ("&shapes=od&lon=-70&lat=-20", 422, "place_outside"),
        ("&catchment=own_unit", 422, "study_refused"),
        ("&measure=within_line&limit=500&shapes=edges", 422, "study_refused"),
        ("&limit=61", 422, "limit_off_step"),
    ],
)
def test_what_cannot_be_drawn_is_refused(town: FlaskClient, more: str, status: int, code: str) -> None:
    assert_problem(town.get(f"{DRAWN}{more}"), status, code)


def test_a_reader_who_has_it_already_need_not_fetch_it_again(town: FlaskClient) -> None:
    first = town.get(DRAWN)
    again = town.get(DRAWN, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def test_an_address_that_asks_too_often_is_told_when_to_come_again(town_url: str, tmp_path: Path) -> None:
    for app in made(town_url, tmp_path, FEW):
        client = app.test_client()
        answers = [client.get(DRAWN) for _ in range(FEW + 1)]
        assert [answer.status_code for answer in answers] == [200] * FEW + [429]


def test_what_is_drawn_in_a_box_is_drawn_once(town: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = list[object]()

    def counting(study: LiveStudy, asked: CatchmentAsk, prepared: Prepared, **named: bool) -> dict[str, Any]:
        drawn.append(asked)
        return catchment_answer(study, asked, prepared, **named)

    monkeypatch.setattr(catchment, "catchment_answer", counting)
    west, south = degrees(1000.0, -300.0)
    east, north = degrees(2000.0, 300.0)
    path = f"{DRAWN}&shapes=edges,polygons&bbox={west:.6f},{south:.6f},{east:.6f},{north:.6f}"
    answers = [found(town, path) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(answers[0]["shapes"]["edges"]["features"]) > 0
    assert len(drawn) == 1
