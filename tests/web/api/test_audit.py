"""The audit as administrators read it, and what is noted by itself."""

import csv
import io
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.errors import ErrorCode, Temporary
from gis_service.services import audit as service
from gis_service.services.accounts import Caller, Role, Trail, record
from gis_service.services.transactions import writing
from gis_service.web import current
from tests.web.problem import assert_problem

Bearer = Callable[[str | None], dict[str, str]]


@pytest.fixture
def done(app: Flask) -> str:
    """Let somebody do three things, and give the name."""
    caller = Caller(Role.ADMIN, "đặng.lân", trail=Trail("session", "192.0.2.7", "request-1"))
    with app.app_context(), writing(current.context()) as connection:
        before = len(service.list_(connection, service.AuditFilter(actor=caller.name)).items)
        if not before:
            for number in range(3):
                record(connection, caller, "test.try", f"x{number}", {"n": number}, {"n": number + 1})
    return caller.name


def test_an_administrator_reads_what_was_done(client: FlaskClient, bearer: Bearer, done: str) -> None:
    answer = client.get("/api/audit", query_string={"who": done, "limit": 2}, headers=bearer("admin"))
    assert answer.headers["Cache-Control"] == "private, no-store"
    page = answer.get_json()
    assert [one["object"] for one in page["items"]] == ["x2", "x1"]
    entry = {name: value for name, value in page["items"][0].items() if name not in {"id", "at"}}
    assert entry == {
        "actor": done,
        "role": "admin",
        "by": "session",
        "address": "192.0.2.7",
        "action": "test.try",
        "object": "x2",
        "before": {"n": 2},
        "after": {"n": 3},
        "request_id": "request-1",
    }
    parts = urlsplit(page["next"])
    last = client.get(f"{parts.path}?{parts.query}", headers=bearer("admin")).get_json()
    assert ([one["object"] for one in last["items"]], last["next"]) == (["x0"], None)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"object": "x1"}, 1),
        ({"action": "test."}, 3),
        ({"action": "test"}, 0),
        ({"from": "2000-01-01T00:00:00Z"}, 3),
        ({"to": "2000-01-01T00:00:00+07:00"}, 0),
    ],
)
def test_entries_are_filtered(
    client: FlaskClient, bearer: Bearer, done: str, asked: dict[str, str], count: int
) -> None:
    found = client.get("/api/audit", query_string={"who": done, **asked}, headers=bearer("admin"))
    assert len(found.get_json()["items"]) == count


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "yesterday"},
        {"from": "2026-01-01T00:00:00"},
        {"limit": "0"},
        {"after": "x"},
        {"who": ""},
        {"x": "1"},
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(
    client: FlaskClient, bearer: Bearer, asked: dict[str, str]
) -> None:
    answer = client.get("/api/audit", query_string=asked, headers=bearer("admin"))
    assert_problem(answer, 400, "parameters_invalid")


def test_the_table_is_a_file(client: FlaskClient, bearer: Bearer, done: str) -> None:
    answer = client.get("/api/audit", query_string={"who": done, "f": "csv"}, headers=bearer("admin"))
    assert answer.mimetype == "text/csv"
    assert 'filename="audit.csv"' in answer.headers["Content-Disposition"]
    first = next(csv.DictReader(io.StringIO(answer.text)))
    assert (first["object"], first["before"]) == ("x2", '{"n": 2}')
    assert client.get("/api/audit?f=html", headers=bearer("admin")).mimetype == "text/html"


@pytest.mark.parametrize(
    ("path", "noted"),
    [
        ("/api/collections/residents/items?limit=3", 1),
        ("/api/collections/residents/items/1", 1),
        ("/api/collections/residents/tiles/WebMercatorQuad/9/225/407", 1),
        ("/api/collections/residents/items/999999", 0),
        ("/api/collections/residents", 0),
        ("/api/collections/pipe_internal/items", 0),
        ("/api/collections", 0),
    ],
)
def test_reading_personal_detail_is_noted_by_its_question(
    app: Flask, client: FlaskClient, bearer: Bearer, path: str, noted: int
) -> None:
    def entries() -> list[service.Entry]:
        with app.app_context(), writing(current.context()) as connection:
            return list(service.list_(connection, service.AuditFilter(action="personal.read")).items)

    before = len(entries())
    client.get(path, headers=bearer("analyst"))
    client.get(path)
    found = entries()
    assert len(found) - before == noted
    if noted:
        place, _, query = path.partition("?")
        assert (found[0].actor, found[0].object, found[0].after) == ("a analyst", place, {"query": query})
        assert (found[0].by, found[0].address) == ("token", "127.0.0.1")


def test_what_cannot_be_noted_is_not_given_out(
    client: FlaskClient, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Temporary(ErrorCode.DATABASE_UNAVAILABLE, url="PostGIS")

    monkeypatch.setattr(service, "note_reading", fail)
    answer = client.get("/api/collections/residents/items", headers=bearer("planner"))
    assert_problem(answer, 503, "database_unavailable")
