"""Jobs over HTTP: asked for, watched, read, dismissed; and to whom they are there."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gis_service.db import job_rows as rows
from gis_service.db.engine import transaction
from gis_service.services import audit
from gis_service.services.accounts import Role, Scope, make_token
from gis_service.services.audit import AuditFilter
from gis_service.services.job_runs import run_job
from tests.web.problem import assert_problem

Bearer = Callable[[str | None], dict[str, str]]
EXECUTION = "/api/processes/coverage/execution"
INPUTS = {"service": "one_stop_office", "measure": "straight_radius", "limit": 3000}
LATER = {"Prefer": "respond-async"}
RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"


@pytest.fixture(autouse=True)
def _nothing_before(app: Flask) -> Iterator[None]:
    yield
    with transaction(app.extensions["gis"].engine) as connection:
        for forget in (
            "DELETE FROM gis.job",
            "DELETE FROM gis.study",
            "DELETE FROM queue.procrastinate_jobs",
        ):
            connection.execute(text(forget))


@pytest.fixture
def ask(client: FlaskClient, bearer: Bearer) -> Callable[..., dict[str, Any]]:
    """Give a function that asks for a job and gives its status document."""

    def asked(role: str = "planner", body: dict[str, Any] | None = None, **inputs: object) -> dict[str, Any]:
        sent = {"inputs": INPUTS | inputs} | (body or {})
        response = client.post(EXECUTION, json=sent, headers=bearer(role) | LATER)
        assert response.status_code == 201, response.get_data(as_text=True)
        document: dict[str, Any] = response.get_json()
        assert response.headers["Location"] == f"http://localhost/api/jobs/{document['jobID']}"
        assert response.headers["Preference-Applied"] == "respond-async"
        return document

    return asked


def work_off(app: Flask, id_: str) -> None:
    """Do what a worker and its child process do with a job."""
    context = app.extensions["gis"]
    with transaction(context.engine) as connection:
        rows.begin_job(connection, id_, "here:1")
    run_job(context, id_)


def test_a_job_is_asked_for_watched_and_read(
    app: Flask, client: FlaskClient, bearer: Bearer, ask: Callable[..., dict[str, Any]]
) -> None:
    info = ask()
    assert (info["type"], info["processID"], info["status"], info["progress"]) == (
        "process",
        "coverage",
        "accepted",
        0,
    )
    assert info["message"] == "Đang chờ đến lượt."
    path = f"/api/jobs/{info['jobID']}"
    assert client.get(path, headers=bearer("planner")).get_json() == info
    assert_problem(client.get(f"{path}/results", headers=bearer("planner")), 404, "job_not_ready")
    work_off(app, info["jobID"])
    done = client.get(path, headers=bearer("planner")).get_json()
    assert (done["status"], done["progress"]) == ("successful", 100)
    assert done["created"] <= done["started"] <= done["finished"] <= done["updated"]
    results, study = [link["href"] for link in done["links"] if link["rel"] == RESULTS]
    found = client.get(results.removeprefix("http://localhost"), headers=bearer("planner"))
    assert found.get_json()["totals"]["all"]["total"] == 31.5
    assert found.data == client.get(study.removeprefix("http://localhost"), headers=bearer("planner")).data


def test_a_job_and_an_answer_at_once_are_the_same_study(
    app: Flask, client: FlaskClient, bearer: Bearer, ask: Callable[..., dict[str, Any]]
) -> None:
    at_once = client.post(EXECUTION, json={"inputs": INPUTS}, headers=bearer("planner")).data
    id_ = ask()["jobID"]
    work_off(app, id_)
    assert client.get(f"/api/jobs/{id_}/results", headers=bearer("planner")).data == at_once
    assert len(client.get("/api/studies").get_json()["items"]) == 1


@pytest.mark.parametrize(
    ("prefer", "status"),
    [
        ("respond-async", 201),
        ("Respond-Async; wait=10", 201),
        ("wait=10, respond-async", 201),
        ("respond-sync", 200),
        ("return=minimal", 200),
        ("", 200),
    ],
)
def test_the_header_prefer_decides(client: FlaskClient, bearer: Bearer, prefer: str, status: int) -> None:
    headers = bearer("planner") | {"Prefer": prefer}
    assert client.post(EXECUTION, json={"inputs": INPUTS}, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"inputs": INPUTS | {"limit": -1}}, 422, "body_invalid"),
        ({"inputs": INPUTS | {"standard": "nothing"}}, 422, "study_refused"),
        ({"inputs": INPUTS | {"service": "hospital"}}, 422, "study_layer_empty"),
        ({"inputs": INPUTS, "outputs": {"picture": {}}}, 422, "body_invalid"),
        ({"inputs": INPUTS, "outputs": {"study": {"transmissionMode": "reference"}}}, 422, "body_invalid"),
        ({"inputs": INPUTS, "response": "song"}, 422, "body_invalid"),
        ({"inputs": INPUTS | {"zones": {"href": "https://maps.example/zones"}}}, 422, "body_invalid"),
    ],
)
def test_inputs_are_refused_before_a_job_is_accepted(
    client: FlaskClient, bearer: Bearer, body: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(client.post(EXECUTION, json=body, headers=bearer("planner") | LATER), status, code)
    assert client.get("/api/jobs", headers=bearer("admin")).get_json()["jobs"] == []


def test_inputs_may_be_wrapped_and_the_answer_may_be_a_document(
    app: Flask, client: FlaskClient, bearer: Bearer, ask: Callable[..., dict[str, Any]]
) -> None:
    wrapped = {name: {"value": value, "mediaType": "application/json"} for name, value in INPUTS.items()}
    whole = {"inputs": wrapped, "response": "document", "outputs": {"study": {"transmissionMode": "value"}}}
    at_once = client.post(EXECUTION, json=whole, headers=bearer("planner")).get_json()
    assert list(at_once) == ["study"]
    plain = client.post(EXECUTION, json={"inputs": INPUTS}, headers=bearer("planner")).get_json()
    assert at_once["study"] == plain
    id_ = ask(body=whole)["jobID"]
    work_off(app, id_)
    assert client.get(f"/api/jobs/{id_}/results", headers=bearer("planner")).get_json() == at_once


@pytest.mark.parametrize(
    ("role", "seen"),
    [("planner", True), ("admin", True), ("analyst", False), ("viewer", False), (None, False)],
)
def test_a_job_is_there_for_its_owner_and_administrators(
    client: FlaskClient,
    bearer: Bearer,
    ask: Callable[..., dict[str, Any]],
    role: str | None,
    *,
    seen: bool,
) -> None:
    id_ = ask()["jobID"]
    listed = client.get("/api/jobs", headers=bearer(role)).get_json()["jobs"]
    assert [job["jobID"] for job in listed] == ([id_] if seen else [])
    for path in (f"/api/jobs/{id_}", f"/api/jobs/{id_}/results"):
        response = client.get(path, headers=bearer(role))
        if seen:
            assert response.get_json().get("code") != "job_not_found"
        else:
            assert_problem(response, 404, "job_not_found")


@pytest.mark.parametrize("scopes", [{Scope.STUDIES}, {Scope.READ, Scope.PERSONAL}])
def test_a_limited_token_of_an_administrator_sees_no_jobs_of_others(
    app: Flask, client: FlaskClient, ask: Callable[..., dict[str, Any]], scopes: set[Scope]
) -> None:
    path = f"/api/jobs/{ask()['jobID']}"
    with transaction(app.extensions["gis"].engine) as connection:
        token = make_token(connection, Role.ADMIN, "limited", scopes=frozenset(scopes))
    header = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/jobs", headers=header).get_json()["jobs"] == []
    assert_problem(client.get(path, headers=header), 404, "job_not_found")
    refused = client.delete(path, headers=header)
    assert refused.status_code == (404 if Scope.STUDIES in scopes else 403)


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [
        (None, 401, "token_missing"),
        ("viewer", 403, "role_insufficient"),
        ("analyst", 404, "job_not_found"),
    ],
)
def test_nobody_else_dismisses_a_job(
    client: FlaskClient,
    bearer: Bearer,
    ask: Callable[..., dict[str, Any]],
    role: str | None,
    status: int,
    code: str,
) -> None:
    path = f"/api/jobs/{ask()['jobID']}"
    assert_problem(client.delete(path, headers=bearer(role)), status, code)
    assert client.get(path, headers=bearer("planner")).get_json()["status"] == "accepted"


def test_a_dismissed_job_has_no_results_and_is_not_begun(
    app: Flask, client: FlaskClient, bearer: Bearer, ask: Callable[..., dict[str, Any]]
) -> None:
    path = f"/api/jobs/{ask()['jobID']}"
    for _ in range(2):
        response = client.delete(path, headers=bearer("planner"))
        assert (response.status_code, response.get_json()["status"]) == (200, "dismissed")
    assert_problem(client.get(f"{path}/results", headers=bearer("planner")), 404, "job_dismissed")
    with transaction(app.extensions["gis"].engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM queue.procrastinate_jobs")).scalar_one() == 0
    work_off(app, path.rpartition("/")[2])
    assert client.get("/api/studies").get_json()["items"] == []


def test_a_finished_job_may_be_dismissed_and_its_study_stays(
    app: Flask, client: FlaskClient, bearer: Bearer, ask: Callable[..., dict[str, Any]]
) -> None:
    id_ = ask()["jobID"]
    work_off(app, id_)
    info = client.delete(f"/api/jobs/{id_}", headers=bearer("admin")).get_json()
    assert info["status"] == "dismissed"
    assert RESULTS not in {link["rel"] for link in info["links"]}
    assert len(client.get("/api/studies").get_json()["items"]) == 1


def test_a_failed_job_gives_its_error_in_the_language_of_the_reader(
    app: Flask, client: FlaskClient, bearer: Bearer, ask: Callable[..., dict[str, Any]]
) -> None:
    id_ = ask("admin")["jobID"]
    with transaction(app.extensions["gis"].engine) as connection:
        connection.execute(text("UPDATE gis.job SET inputs = inputs || '{\"limit\": -1}'"))
    work_off(app, id_)
    for language in ("vi", "en"):
        headers = bearer("admin") | {"Accept-Language": language}
        info = client.get(f"/api/jobs/{id_}", headers=headers).get_json()
        told = assert_problem(client.get(f"/api/jobs/{id_}/results", headers=headers), 422, "study_refused")
        assert (info["status"], info["message"]) == ("failed", told["detail"])
        assert "-1" in told["detail"] + str(told["errors"])


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("?type=process", 3),
        ("?type=script,process", 3),
        ("?type=script", 0),
        ("?processID=coverage", 3),
        ("?processID=gaps,compare", 0),
        ("?status=accepted", 2),
        ("?status=successful,failed", 1),
        ("?minDuration=0", 1),
        ("?minDuration=3600", 0),
        ("?maxDuration=3600", 1),
        ("?datetime=2020-01-01T00:00:00Z/..", 3),
        ("?datetime=../2020-01-01T00:00:00Z", 0),
        ("?limit=2", 2),
    ],
)
def test_jobs_are_listed_by_what_is_asked(
    app: Flask,
    client: FlaskClient,
    bearer: Bearer,
    ask: Callable[..., dict[str, Any]],
    query: str,
    count: int,
) -> None:
    ids = [ask(limit=limit)["jobID"] for limit in (1000, 2000, 3000)]
    work_off(app, ids[0])
    response = client.get(f"/api/jobs{query}", headers=bearer("planner"))
    assert response.status_code == 200, response.get_data(as_text=True)
    assert len(response.get_json()["jobs"]) == count


def test_the_list_is_read_page_by_page(
    client: FlaskClient, bearer: Bearer, ask: Callable[..., dict[str, Any]]
) -> None:
    ids = [ask(limit=limit)["jobID"] for limit in (1000, 2000, 3000)]
    found, path = [], "/api/jobs?limit=2&status=accepted"
    while path:
        page = client.get(path, headers=bearer("planner")).get_json()
        found += [job["jobID"] for job in page["jobs"]]
        onward = [link["href"] for link in page["links"] if link["rel"] == "next"]
        path = onward[0].removeprefix("http://localhost") if onward else ""
    assert found == ids[::-1]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/jobs/job_nothing", 404, "job_not_found"),
        ("/api/jobs/job_nothing/results", 404, "job_not_found"),
        ("/api/jobs?status=lost", 400, "parameters_invalid"),
        ("/api/jobs?datetime=yesterday", 400, "parameters_invalid"),
        ("/api/jobs?datetime=2025-07-01T00:00:00Z/2024-07-01T00:00:00Z", 400, "parameters_invalid"),
        ("/api/jobs?minDuration=-1", 400, "parameters_invalid"),
        ("/api/jobs?limit=0", 400, "parameters_invalid"),
        ("/api/jobs?after=nonsense", 400, "wrong_argument"),
        ("/api/jobs?colour=red", 400, "parameters_invalid"),
    ],
)
def test_what_is_not_there_is_said(
    client: FlaskClient, bearer: Bearer, path: str, status: int, code: str
) -> None:
    assert_problem(client.get(path, headers=bearer("planner")), status, code)


def test_people_get_a_page(client: FlaskClient, bearer: Bearer, ask: Callable[..., dict[str, Any]]) -> None:
    id_ = ask()["jobID"]
    for path in ("/api/jobs", f"/api/jobs/{id_}"):
        response = client.get(f"{path}?f=html", headers=bearer("planner"))
        assert response.mimetype == "text/html"
        assert id_ in response.get_data(as_text=True)


def test_processes_are_listed_page_by_page(client: FlaskClient) -> None:
    whole = [entry["id"] for entry in client.get("/api/processes").get_json()["processes"]]
    found, path = [], "/api/processes?limit=1"
    while path:
        page = client.get(path).get_json()
        assert len(page["processes"]) == 1
        found += [entry["id"] for entry in page["processes"]]
        onward = [link["href"] for link in page["links"] if link["rel"] == "next"]
        path = onward[0].removeprefix("http://localhost") if onward else ""
    assert found == whole
    assert "async-execute" in client.get("/api/processes").get_json()["processes"][0]["jobControlOptions"]


@pytest.mark.parametrize(
    ("scopes", "status", "noted"),
    [({Scope.STUDIES}, 403, 0), ({Scope.PERSONAL}, 403, 0), ({Scope.STUDIES, Scope.PERSONAL}, 200, 1)],
)
def test_a_study_of_people_takes_both_scopes_and_is_noted(
    app: Flask, client: FlaskClient, scopes: set[Scope], status: int, noted: int
) -> None:
    with transaction(app.extensions["gis"].engine) as connection:
        token = make_token(connection, Role.PLANNER, f"script {status}", scopes=frozenset(scopes))
    header = {"Authorization": f"Bearer {token}"}
    answer = client.post(EXECUTION, json={"inputs": INPUTS}, headers=header)
    assert answer.status_code == status
    if status != 200:
        assert_problem(answer, 403, "scope_insufficient")
    with transaction(app.extensions["gis"].engine) as connection:
        found = audit.list_(connection, AuditFilter(actor=f"script {status}", object=EXECUTION))
    assert len(found.items) == noted
