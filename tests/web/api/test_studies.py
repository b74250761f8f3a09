"""Processes, their execution, and the studies that come of it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from gis_service.db.engine import open_engine, transaction
from tests.web.problem import assert_problem

Bearer = Callable[[str | None], dict[str, str]]
EXECUTION = "/api/processes/coverage/execution"
INPUTS = {"service": "one_stop_office", "measure": "straight_radius", "limit": 3000}


@pytest.fixture(autouse=True)
def _no_studies_before(loaded: str) -> Iterator[None]:
    yield
    engine = open_engine(loaded)
    with transaction(engine) as connection:
        connection.execute(text("DELETE FROM gis.study"))
    engine.dispose()


def _run(client: FlaskClient, bearer: Bearer, role: str = "planner", **inputs: object) -> dict[str, Any]:
    response = client.post(EXECUTION, json={"inputs": INPUTS | inputs}, headers=bearer(role))
    assert response.status_code == 200, response.get_data(as_text=True)
    document: dict[str, Any] = response.get_json()
    assert response.headers["Location"] == f"http://localhost/api/studies/{document['id']}"
    return document


def test_every_process_is_listed_and_described(client: FlaskClient) -> None:
    listed = client.get("/api/processes").get_json()["processes"]
    coverage = {"service", "measure", "limit", "facilities"}
    needed = {
        "catchment": coverage | {"shapes", "limits", "places"},
        "compare": {"before", "after", "limits", "vintage"},
        "coverage": coverage,
        "gaps": coverage,
        "roadmap": {"projects", "phases", "budgets", "day"},
        "siting": coverage | {"model", "sites", "candidates"},
        "what_if": coverage | {"edits"},
    }
    assert [entry["id"] for entry in listed] == list(needed)
    for entry in listed:
        described = client.get(f"/api/processes/{entry['id']}").get_json()
        assert needed[entry["id"]] <= set(described["inputs"])
        assert described["outputs"]["study"]["schema"]["type"] == "object"
        execute = next(link for link in described["links"] if link["rel"].endswith("/execute"))
        assert execute["href"].endswith(EXECUTION.replace("coverage", entry["id"]))


@pytest.mark.parametrize("role", ["planner", "analyst", "admin"])
def test_those_who_may_run_a_study_and_find_it_again(client: FlaskClient, bearer: Bearer, role: str) -> None:
    document = _run(client, bearer, role)
    totals = document["totals"]["all"]
    assert totals["total"] == 31.5
    assert totals["covered"] + totals["uncovered"] == totals["total"]
    assert client.get(f"/api/studies/{document['id']}", headers=bearer(role)).get_json() == document
    listed = client.get("/api/studies", headers=bearer(role)).get_json()["items"]
    assert [(entry["id"], entry["author"]) for entry in listed] == [(document["id"], f"a {role}")]


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [
        (None, 401, "token_missing"),
        ("viewer", 403, "role_insufficient"),
        ("gis_staff", 403, "role_insufficient"),
    ],
)
@pytest.mark.parametrize("body", ['{"inputs": {}}', "{", "x" * 5_000_000])
def test_those_who_may_not_are_told_before_the_body_is_read(
    client: FlaskClient, bearer: Bearer, role: str | None, status: int, code: str, body: str
) -> None:
    response = client.post(EXECUTION, data=body, content_type="application/json", headers=bearer(role))
    assert_problem(response, status, code)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (EXECUTION, {"inputs": INPUTS | {"limit": -1}}, 422, "body_invalid"),
        (EXECUTION, {"inputs": INPUTS | {"measure": "by eye"}}, 422, "body_invalid"),
        (EXECUTION, {"inputs": INPUTS | {"colour": "red"}}, 422, "body_invalid"),
        (EXECUTION, {}, 422, "body_invalid"),
        (EXECUTION, {"inputs": INPUTS | {"standard": "nothing"}}, 422, "study_refused"),
        (EXECUTION, {"inputs": INPUTS | {"service": "hospital"}}, 422, "study_layer_empty"),
        ("/api/processes/guess/execution", {"inputs": INPUTS}, 404, "process_unknown"),
        (EXECUTION, {"inputs": {"padding": "x" * 2_000_000}}, 413, "request_too_large"),
    ],
)
def test_what_cannot_be_run_is_refused(
    client: FlaskClient, bearer: Bearer, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(client.post(path, json=body, headers=bearer("planner")), status, code)
    assert client.get("/api/studies").get_json()["items"] == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/processes/guess", 404, "process_unknown"),
        ("/api/studies/coverage_nothing", 404, "study_not_found"),
        ("/api/studies?limit=0", 400, "parameters_invalid"),
        ("/api/studies?after=nonsense", 400, "wrong_argument"),
    ],
)
def test_what_is_not_there_is_said(client: FlaskClient, path: str, status: int, code: str) -> None:
    assert_problem(client.get(path), status, code)


def test_the_list_is_read_page_by_page(client: FlaskClient, bearer: Bearer) -> None:
    ids = [_run(client, bearer, limit=limit)["id"] for limit in (1000, 2000, 3000, 4000, 5000)]
    found, path = [], "/api/studies?limit=2&process=coverage"
    while path:
        page = client.get(path).get_json()
        found += [entry["id"] for entry in page["items"]]
        path = (page["next"] or "").removeprefix("http://localhost")
    assert found == ids[::-1]


def test_equal_questions_have_one_answer(client: FlaskClient, bearer: Bearer) -> None:
    assert _run(client, bearer) == _run(client, bearer, "admin")
    assert len(client.get("/api/studies").get_json()["items"]) == 1


def test_people_get_a_page(client: FlaskClient, bearer: Bearer) -> None:
    document = _run(client, bearer)
    response = client.get(f"/api/studies/{document['id']}?f=html")
    assert response.mimetype == "text/html"
    assert document["id"] in response.get_data(as_text=True)


def test_small_counts_and_names_are_for_those_who_have_a_role(
    client: FlaskClient, bearer: Bearer, loaded: str
) -> None:
    document = _run(client, bearer)
    small = dict(document, totals={"all": document["totals"]["all"] | {"uncovered": 3, "covered": 28.5}})
    engine = open_engine(loaded)
    with transaction(engine) as connection:
        statement = text("UPDATE gis.study SET document = CAST(:document AS jsonb)")
        connection.execute(statement, {"document": json.dumps(small)})
    engine.dispose()
    path = f"/api/studies/{document['id']}"
    assert client.get(path, headers=bearer("analyst")).get_json()["totals"]["all"]["uncovered"] == 3
    for role in (None, "viewer", "gis_staff"):
        shown = client.get(path, headers=bearer(role)).get_json()
        assert shown["totals"]["all"]["uncovered"] is None
        assert shown["totals"]["all"]["covered"] is None
    assert client.get("/api/studies").get_json()["items"][0]["author"] is None


@pytest.fixture
def pipes(loaded: str) -> Iterator[Callable[[str], None]]:
    """Give a way to write to the draft pipes, whose visibility ends as it began."""
    engine = open_engine(loaded)

    def write(statement: str) -> None:
        with transaction(engine) as connection:
            connection.execute(text(statement))

    yield write
    write("DELETE FROM gis.layer_setting WHERE layer = 'pipe_draft'")
    engine.dispose()


def test_a_layer_that_opens_does_not_open_the_studies_of_before(
    client: FlaskClient, bearer: Bearer, pipes: Callable[[str], None]
) -> None:
    before = _run(client, bearer, "admin", service="pipe_draft")["id"]
    pipes("UPDATE layer.pipe_draft SET name = 'q'")
    pipes("INSERT INTO gis.layer_setting (layer, visibility) VALUES ('pipe_draft', 'public')")
    since = _run(client, bearer, "admin", service="pipe_draft")["id"]
    assert since != before
    assert client.get(f"/api/studies/{since}").status_code == 200
    for query in ("", "?vintage=communes_2025"):
        assert_problem(client.get(f"/api/studies/{before}{query}"), 403, "version_closed")
    listed = {
        role: [one["id"] for one in client.get("/api/studies", headers=bearer(role)).get_json()["items"]]
        for role in (None, "admin")
    }
    assert listed == {None: [since], "admin": [since, before]}
