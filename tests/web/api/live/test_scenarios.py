"""Scenarios over HTTP: kept with ETags, shared, asked in the place of edits, rebased, and published."""

from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gis_service.services.tile_grid import tile_of
from tests.live_town import MOTORBIKE, degrees
from tests.web.live_answers import bearer
from tests.web.problem import assert_problem

INPUTS = MOTORBIKE | {"at": "2025-06-30T10:00", "limit": 300}
CLOSE = {"op": "close", "id": "one_stop_office1"}
ADD = {"op": "add", "tmp_id": "x", "geometry": {"type": "Point", "coordinates": list(degrees(2500))}}
BODY: dict[str, Any] = {"title": "Đóng một cửa Tây", "inputs": INPUTS, "edits": [CLOSE]}
PATH = "/api/scenarios"


@pytest.fixture
def planner(tokens: dict[str, str]) -> dict[str, str]:
    return bearer(tokens, "planner")


@pytest.fixture
def scenario(town: FlaskClient, planner: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Give a scenario that everybody sees, and drop it afterwards."""
    response = town.post(PATH, json=BODY | {"shared": "everybody"}, headers=planner)
    assert response.status_code == 201, response.get_data(as_text=True)
    document: dict[str, Any] = response.get_json()
    yield document
    town.delete(f"{PATH}/{document['id']}", headers=planner | {"If-Match": "*"})


def put(town: FlaskClient, path: str, headers: dict[str, str], tag: str, **more: object) -> TestResponse:
    return town.put(path, json=BODY | more, headers=headers | {"If-Match": tag})


def test_a_scenario_is_kept_changed_and_dropped(town: FlaskClient, planner: dict[str, str]) -> None:
    response = town.post(PATH, json=BODY, headers=planner)
    document, path = response.get_json(), f"{PATH}/{response.get_json()['id']}"
    assert (response.status_code, response.headers["Location"]) == (201, f"http://localhost{path}")
    assert document["title"] == {"vi": BODY["title"], "en": BODY["title"]}
    tag = response.headers["ETag"]
    assert town.get(path, headers=planner).headers["ETag"] == tag
    assert_problem(town.put(path, json=BODY, headers=planner), 428, "precondition_missing")
    changed = put(town, path, planner, tag, edits=[ADD], title={"vi": "Mở", "en": "Open"})
    assert changed.get_json()["version"] == 2
    told = assert_problem(put(town, path, planner, tag), 412, "scenario_changed")
    assert changed.headers["ETag"] in told["expected"]
    assert town.get(f"{path}?version=1", headers=planner).get_json()["edits"] == document["edits"]
    versions = town.get(f"{path}/versions?limit=1", headers=planner).get_json()
    assert [one["version"] for one in versions["items"]] == [2]
    versions = town.get(versions["next"], headers=planner).get_json()
    assert [one["edits_hash"] for one in versions["items"]] == [document["edits_hash"]]
    assert versions["next"] is None
    assert_problem(town.delete(path, headers=planner | {"If-Match": tag}), 412, "scenario_changed")
    assert town.delete(path, headers=planner | {"If-Match": changed.headers["ETag"]}).status_code == 204
    assert_problem(town.get(path, headers=planner), 404, "scenario_not_found")


def test_a_list_has_what_is_shared(
    town: FlaskClient, tokens: dict[str, str], scenario: dict[str, Any]
) -> None:
    listed = town.get(f"{PATH}?limit=1", headers=bearer(tokens, "viewer")).get_json()
    assert ([one["id"] for one in listed["items"]], listed["next"]) == ([scenario["id"]], None)
    assert (listed["items"][0]["own"], listed["items"][0]["count"]) == (False, 1)
    assert town.get(f"{PATH}?f=html", headers=bearer(tokens, "viewer")).status_code == 200
    analyst = bearer(tokens, "analyst") | {"If-Match": "*"}
    assert_problem(town.delete(f"{PATH}/{scenario['id']}", headers=analyst), 403, "scenario_not_owned")
    assert_problem(town.get(PATH), 401, "token_missing")


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"title": ""}, 422, "body_invalid"),
        ({"shared": "all"}, 422, "body_invalid"),
        ({"edits": [CLOSE] * 65}, 422, "body_invalid"),
        ({"edits": [{"op": "paint"}]}, 422, "body_invalid"),
        ({"inputs": {"limit": "long"}}, 422, "body_invalid"),
        ({"edits": []}, 422, "study_refused"),
        ({"inputs": INPUTS | {"scenario": {"id": "scenario_x"}}}, 422, "scenario_version_named"),
        ({"shared": "team", "team": "nobodys"}, 422, "scenario_team_unknown"),
        ({"edits": [{"op": "close", "id": "nobody"}]}, 422, "what_if_facility_unknown"),
    ],
)
def test_what_cannot_be_kept_is_a_problem(
    town: FlaskClient, planner: dict[str, str], more: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(town.post(PATH, json=BODY | more, headers=planner), status, code)


@pytest.mark.parametrize("role", ["viewer", "planner"])
def test_a_scenario_stands_for_its_edits(
    town: FlaskClient, tokens: dict[str, str], scenario: dict[str, Any], role: str
) -> None:
    named = {"scenario": {"id": scenario["id"], "version": 1}}
    headers = bearer(tokens, role)
    found = town.post("/api/what-if", json=named, headers=headers).get_json()
    stateless = town.post("/api/what-if", json=INPUTS | {"edits": [CLOSE]}, headers=headers).get_json()
    assert found == stateless
    assert found["edits_hash"] == scenario["edits_hash"]
    assert_problem(town.post("/api/what-if", json=named), 401, "token_missing")
    assert_problem(town.post("/api/what-if", json=INPUTS, headers=headers), 422, "body_invalid")


def cells_of(town: FlaskClient, told: dict[str, Any], headers: dict[str, str]) -> list[dict[str, Any]]:
    """Give what the cells say: all homes lie in one tile of zoom 8."""
    x, y = tile_of(*degrees(5500), 8)
    address = told["tiles"][0].replace("{z}/{y}/{x}", f"8/{y}/{x}")
    tile = mapbox_vector_tile.decode(town.get(address, headers=headers).get_data())
    (layer,) = tile.values()
    return [one["properties"] for one in layer["features"]]


def test_two_scenarios_are_a_study(
    town: FlaskClient, tokens: dict[str, str], planner: dict[str, str], scenario: dict[str, Any]
) -> None:
    inputs = {"before": INPUTS, "after": {"scenario": {"id": scenario["id"]}}}
    run = town.post("/api/processes/compare/execution", json={"inputs": inputs}, headers=planner)
    assert run.status_code == 200, run.get_data(as_text=True)
    assert run.get_json()["totals"]["all"]["lost"] == 31
    state = {"inputs": {"scenario": {"id": scenario["id"]}}}
    drawn = town.post("/api/processes/catchment/execution", json=state, headers=planner)
    assert drawn.status_code == 200, drawn.get_data(as_text=True)
    study = town.post("/api/processes/coverage/execution", json=state, headers=planner).get_json()
    assert study["totals"]["all"]["covered"] == run.get_json()["totals"]["all"]["after"]
    # Its results are tiles as those of any study: all homes beyond the limit lie in one tile of zoom 8.
    told = town.get(
        f"/api/studies/{study['id']}/tiles/uncovered/WebMercatorQuad?f=tilejson", headers=planner
    ).get_json()
    shown = cells_of(town, told, planner)
    assert sum(one["people"] for one in shown) == study["totals"]["all"]["uncovered"]
    # At once, by the address of the map, as it is kept.
    live = town.get(f"/api/coverage?scenario={scenario['id']}", headers=planner).get_json()
    assert live["totals"] == study["totals"]
    lon, lat = degrees(2500)
    for path in ("coverage/cells?", f"coverage/why?lon={lon}&lat={lat}&", "coverage/product?", "catchment?"):
        address = f"/api/{path}scenario={scenario['id']}"
        answer = town.get(address, headers=bearer(tokens, "viewer"), follow_redirects=True)
        assert answer.status_code == 200, answer.get_data(as_text=True)
    assert_problem(town.get(f"/api/coverage?scenario={scenario['id']}"), 401, "token_missing")
    assert_problem(town.get("/api/coverage?scenario_version=1"), 422, "study_refused")


@pytest.mark.parametrize("process", ["compare", "what_if"])
def test_gains_and_losses_are_tiles(
    town: FlaskClient, tokens: dict[str, str], scenario: dict[str, Any], process: str
) -> None:
    planner, named = bearer(tokens, "planner"), {"scenario": {"id": scenario["id"]}}
    inputs = named if process == "what_if" else {"before": INPUTS, "after": named}
    run = town.post(
        f"/api/processes/{process}/execution", json={"inputs": inputs}, headers=planner
    ).get_json()
    listed = town.get(f"/api/studies/{run['id']}/tiles", headers=planner).get_json()
    assert len(listed["tilesets"]) == 1
    address = f"/api/studies/{run['id']}/tiles/changes/WebMercatorQuad?f=tilejson"
    for role in ("planner", "viewer"):
        headers = bearer(tokens, role)
        told = town.get(address, headers=headers).get_json()
        assert told["legend"]["field"] == "net"
        cells = cells_of(town, told, headers)
        hidden = [one for one in cells if one["small"]]
        assert all("lost" not in one and "won" not in one for one in hidden)
        if role == "planner":
            assert not hidden
            for part in ("won", "lost"):
                assert sum(one[part] for one in cells) == run["totals"]["all"][part]
        else:
            shown = [one[part] for one in cells if not one["small"] for part in ("won", "lost")]
            assert all(people == 0 or people >= 10 for people in shown)


def test_a_scenario_is_published_as_it_was_shown_and_then_rebased(
    town: FlaskClient, tokens: dict[str, str], planner: dict[str, str], scenario: dict[str, Any]
) -> None:
    path, staff = f"{PATH}/{scenario['id']}", bearer(tokens, "gis_staff")
    assert town.get(f"{path}/rebase", headers=planner).get_json()["conflicts"] == []
    how = {"closed_on": "2025-06-01"}
    shown = town.post(f"{path}/diff", json=how, headers=planner).get_json()
    assert [(one["kind"], one["facility"]) for one in shown["changes"]] == [("closed", "one_stop_office1")]
    wanted = how | {"diff_hash": shown["diff_hash"], "message": "quyết định 12"}
    assert_problem(town.post(f"{path}/publish", json=wanted, headers=planner), 403, "role_insufficient")
    assert_problem(town.post(f"{path}/publish", json=how, headers=staff), 422, "body_invalid")
    other = wanted | {"diff_hash": "0" * 64}
    told = assert_problem(
        town.post(f"{path}/publish", json=other, headers=staff), 412, "scenario_diff_changed"
    )
    assert shown["diff_hash"] in told["expected"]
    done = town.post(f"{path}/publish", json=wanted, headers=staff)
    assert done.status_code == 201, done.get_data(as_text=True)
    assert done.get_json()["version"] > shown["version"]
    seen = town.get(f"{path}/rebase", headers=planner).get_json()
    assert (seen["newer"], [one["code"] for one in seen["conflicts"]]) == (
        ["facilities"],
        ["scenario_facility_dated"],
    )
    match = planner | {"If-Match": "*"}
    refused = town.post(f"{path}/rebase", json={}, headers=match)
    assert assert_problem(refused, 409, "scenario_conflicts")["errors"]
    moved = town.post(f"{path}/rebase", json={"keep": [1]}, headers=match).get_json()
    assert (moved["version"], moved["base"]) == (2, seen["base"])
