"""Where next over HTTP: how far a search is, what everybody sees of a plan, how it becomes a scenario."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from gis_service.db import job_rows as rows
from gis_service.db.engine import transaction
from gis_service.services.siting_progress import Found, FoundSite, step_of
from tests.web.problem import assert_problem

Bearer = Callable[[str | None], dict[str, str]]
EXECUTION = "/api/processes/siting/execution"
INPUTS = {
    "service": "one_stop_office",
    "measure": "straight_radius",
    "limit": 900,
    "model": "mclp",
    "sites": 1,
    "candidates": {"places": [{"id": "x", "lon": 106.351, "lat": 20.43}, {"lon": 106.35, "lat": 20.42}]},
}


def test_a_plan_is_kept_as_a_scenario_and_shown_to_everybody(client: FlaskClient, bearer: Bearer) -> None:
    made = client.post(EXECUTION, json={"inputs": INPUTS}, headers=bearer("planner"))
    assert made.status_code == 200, made.get_data(as_text=True)
    document = made.get_json()
    assert document["plan"]["status"] == "optimal"
    (site,) = document["plan"]["sites"]
    assert site["gain"] == document["totals"]["all"]["won"] > 0
    kept = client.post(
        "/api/scenarios", json={"title": "x", **document["scenario"]}, headers=bearer("planner")
    )
    assert kept.status_code == 201, kept.get_data(as_text=True)
    assert kept.get_json()["edits_hash"]
    shown = client.get(f"/api/studies/{document['id']}").get_json()
    assert shown["plan"]["sites"][0]["gain"] is None
    assert shown["plan"]["sites"][0]["id"] == site["id"]
    page = client.get(f"/api/studies/{document['id']}?f=html")
    assert site["id"] in page.get_data(as_text=True)


def test_a_job_tells_the_best_plan_so_far_and_its_bound(
    app: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    asked = client.post(
        EXECUTION, json={"inputs": INPUTS}, headers=bearer("planner") | {"Prefer": "respond-async"}
    )
    id_ = asked.get_json()["jobID"]
    with transaction(app.extensions["gis"].engine) as connection:
        rows.begin_job(connection, id_, "here:1")
        rows.note_progress(
            connection, id_, 60, step_of(Found(80.0, 100.0, (FoundSite("x", 106.351, 20.43),)))
        )
    told = client.get(f"/api/jobs/{id_}", headers=bearer("planner")).get_json()
    assert (told["best"], told["bound"], told["gap"], told["progress"]) == (80, 100, 0.25, 60)
    assert told["sites"] == [{"id": "x", "lon": 106.351, "lat": 20.43}]
    with transaction(app.extensions["gis"].engine) as connection:
        rows.note_progress(connection, id_, 60, step_of(Found(None, 100.0)))
    told = client.get(f"/api/jobs/{id_}", headers=bearer("planner")).get_json()
    assert ("best" in told, told["bound"], "gap" in told, told["sites"]) == (False, 100, False, [])
    dismissed = client.delete(f"/api/jobs/{id_}", headers=bearer("planner"))
    assert dismissed.get_json()["status"] == "dismissed"


def test_what_cannot_be_answered_is_refused_before_it_is_queued(client: FlaskClient, bearer: Bearer) -> None:
    wrong = INPUTS | {"fixed": ["x"], "excluded": ["x"]}
    refused = client.post(
        EXECUTION, json={"inputs": wrong}, headers=bearer("planner") | {"Prefer": "respond-async"}
    )
    assert_problem(refused, 422, "siting_fixed_and_excluded")
    assert client.post(EXECUTION, json={"inputs": INPUTS}).status_code == 401
    for name, value in (("time_limit_s", 61), ("draws", 11)):
        late = client.post(EXECUTION, json={"inputs": INPUTS | {name: value}}, headers=bearer("planner"))
        problem = assert_problem(late, 422, "study_refused")
        assert "respond-async" in str(problem)
    for name in ("time_limit_s", "draws"):
        unread = client.post(EXECUTION, json={"inputs": INPUTS | {name: "x"}}, headers=bearer("planner"))
        assert_problem(unread, 422, "body_invalid")
