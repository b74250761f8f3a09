"""What if over HTTP: for everybody without small counts, for planners to the metre, and nothing is stored."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.live_town import MOTORBIKE, degrees
from tests.web.live_answers import bearer, made
from tests.web.problem import assert_problem

ASKED = MOTORBIKE | {"at": "2025-06-30T10:00", "limit": 300}
CLOSE = {"op": "close", "id": "one_stop_office1"}


def asked(
    town: FlaskClient, *edits: dict[str, Any], headers: dict[str, str] | None = None, **inputs: object
) -> dict[str, Any]:
    response = town.post("/api/what-if", json=ASKED | inputs | {"edits": edits}, headers=headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    document: dict[str, Any] = response.get_json()
    return document


def test_everybody_may_ask_what_if(town: FlaskClient, tokens: dict[str, str]) -> None:
    shown = asked(town, CLOSE)
    exact = asked(town, CLOSE, headers=bearer(tokens, "planner"))
    assert exact["totals"]["all"]["lost"] == 31  # at 5,500 and 5,700, on an alley
    assert shown["totals"]["all"]["lost"] in (31, None)
    assert [row["id"] for row in exact["facilities"]] == ["one_stop_office1"]
    assert "31" in exact["answer"]["en"]
    assert exact["generated_data"] is True
    assert not {"process", "parameters"} & exact.keys()
    kept = town.get("/api/studies").get_json()["items"]
    assert kept == []


def test_a_new_place_is_told_where_it_joins_its_road(town: FlaskClient, tokens: dict[str, str]) -> None:
    lon, lat = degrees(2500, 30)
    edit = {"op": "add", "tmp_id": "x", "geometry": {"type": "Point", "coordinates": [lon, lat]}}
    told = asked(town, edit, headers=bearer(tokens, "analyst"))["edits"][0]
    assert told["geometry"]["coordinates"] == [round(lon, 6), round(lat, 6)]
    assert told["access_m"] == pytest.approx(30, abs=0.01)


def test_the_process_keeps_what_was_asked(town: FlaskClient, tokens: dict[str, str]) -> None:
    planner = bearer(tokens, "planner")
    path = "/api/processes/what_if/execution"
    made = town.post(path, json={"inputs": ASKED | {"edits": [CLOSE]}}, headers=planner)
    assert made.status_code == 200, made.get_data(as_text=True)
    document = made.get_json()
    at_once = asked(town, CLOSE, headers=planner)
    assert (document["base"], document["edits_hash"]) == (at_once["base"], at_once["edits_hash"])
    assert document["parameters"]["edits"] == [{"op": "remove", "id": "one_stop_office1"}]
    assert document["facilities"] == at_once["facilities"]
    shown = town.get(f"/api/studies/{document['id']}").get_json()
    assert shown["totals"]["all"]["lost"] in (31, None)
    assert town.post(path, json={"inputs": ASKED | {"edits": [CLOSE]}}).status_code == 401


def test_roads_and_a_ferry_change_at_once_and_are_told(town: FlaskClient, tokens: dict[str, str]) -> None:
    planner = bearer(tokens, "planner")
    slower = {"op": "speed", "layer": "roads", "fid": 1, "value": {"as_class": "alley"}}
    stopped = {"op": "close", "layer": "ferries", "fid": 1}
    told = asked(town, slower, stopped, CLOSE, headers=planner)
    assert told["totals"]["all"]["lost"] > asked(town, CLOSE, headers=planner)["totals"]["all"]["lost"]
    assert [edit["op"] for edit in told["edits"]] == ["remove", "speed", "close"]
    assert asked(town, stopped)["totals"]["all"]["won"] in (0, None)
    body = ASKED | {"edits": [slower]}
    assert_problem(town.post("/api/what-if", json=body), 401, "token_missing")  # single roads tell few people
    assert town.post("/api/what-if", json=body, headers=bearer(tokens, "viewer")).status_code == 403
    path = "/api/processes/what_if/execution"
    inputs = ASKED | {"edits": [slower, stopped]}
    kept = town.post(path, json={"inputs": inputs}, headers=planner).get_json()
    assert kept["parameters"]["edits"][1]["value"] == {"ferries": [1]}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "body_invalid"),
        ({"edits": []}, 422, "study_refused"),
        ({"edits": [CLOSE] * 65}, 422, "body_invalid"),
        ({"edits": [{"op": "paint"}]}, 422, "body_invalid"),
        (
            {"edits": [{"op": "add", "geometry": {"type": "Point", "coordinates": [200, 0]}}]},
            422,
            "body_invalid",
        ),
        ({"edits": [{"op": "close", "id": "nobody"}]}, 422, "what_if_facility_unknown"),
        ({"edits": [CLOSE, CLOSE]}, 422, "what_if_edits_contradict"),
        ({"edits": [CLOSE], "limit": 7}, 422, "limit_off_step"),
        ({"edits": [{"op": "close", "layer": "ferries", "fid": 99}]}, 422, "road_unknown"),
        ({"edits": [{"op": "close", "layer": "roads", "fid": 0}]}, 422, "body_invalid"),
        ({"edits": [{"op": "speed", "layer": "roads", "fid": 1, "value": -5}]}, 422, "body_invalid"),
        ({"edits": [CLOSE], "standard": "nothing"}, 422, "study_refused"),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    town: FlaskClient, body: dict[str, Any], status: int, code: str
) -> None:
    given = body if "standard" in body or not body else ASKED | body
    assert_problem(town.post("/api/what-if", json=given), status, code)


def test_each_address_may_ask_so_often(town_url: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    for app in made(town_url, tmp_path_factory.mktemp("few"), 1):
        client = app.test_client()
        asked(client, CLOSE)
        response = client.post("/api/what-if", json=ASKED | {"edits": [CLOSE]})
        assert_problem(response, 429, "too_many_requests")
