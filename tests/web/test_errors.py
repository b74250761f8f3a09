"""Every way of going wrong ends in the same shape, in both languages, without a word of the database's."""

import base64
import json
import logging
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.exceptions import (
    BadGateway,
    BadRequest,
    HTTPException,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from gis_service.app import create_app
from gis_service.errors import CODES, ErrorCode, Fault, NotFound, RefusedInput, Temporary
from gis_service.messages.catalogue import message_of
from gis_service.settings import Settings
from gis_service.types import Text
from gis_service.web import current
from gis_service.web.auth import Permission, demands
from gis_service.web.errors import RETRY_AFTER_S, headers_of
from tests.web.problem import assert_problem

ITEMS = "/api/collections/commune/items"
TILES = "/api/collections/commune/tiles/WebMercatorQuad"
STUDY_KEY = base64.urlsafe_b64encode(json.dumps(["2020-01-01T00:00:00", "\0"]).encode()).decode()

WRONG = [
    ("GET", "/nowhere", 404, "route_not_found"),
    ("GET", "/api/nowhere", 404, "route_not_found"),
    ("GET", "/static/nothing.js", 404, "route_not_found"),
    ("POST", "/api/conformance", 405, "method_not_allowed"),
    ("DELETE", "/healthz", 405, "method_not_allowed"),
    ("GET", "/healthz?x=1", 400, "parameters_invalid"),
    ("GET", "/api/?f=xml", 400, "parameters_invalid"),
    ("GET", "/api/collections/nothing", 404, "collection_not_found"),
    ("GET", "/api/collections/hospital", 404, "collection_not_found"),
    ("GET", "/api/collections/pg_class/items", 404, "collection_not_found"),
    ("GET", "/api/collections/residents", 401, "token_missing"),
    ("GET", "/api/collections/residents/items", 401, "token_missing"),
    ("GET", f"{ITEMS}/999", 404, "item_not_found"),
    ("GET", f"{ITEMS}/one", 404, "item_not_found"),
    ("GET", f"{ITEMS}/-1", 404, "item_not_found"),
    ("GET", f"{ITEMS}/99999999999999999999", 404, "item_not_found"),
    ("GET", f"{ITEMS}?unknown=1", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?limit=0", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?limit=unlimited", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?limit=5&limit=6", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?after=-1", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?bbox=1,2,3", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?bbox=a,b,c,d", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?datetime=2025-07-01T00:00:00", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?bbox=106,21,107,20", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?bbox=nan,20,107,21", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?bbox=106,20,107,inf", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?bbox=606,20,107,21", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?datetime=yesterday", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?datetime=../..", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?datetime=2025-07-01T00:00:00Z/2024-07-01T00:00:00Z", 400, "parameters_invalid"),
    ("GET", f"{ITEMS}?f=gml", 400, "parameters_invalid"),
    ("GET", f"{TILES}/0/0/1", 404, "tile_outside_matrix"),
    ("GET", f"{TILES}/3/8/0", 404, "tile_outside_matrix"),
    ("GET", f"{TILES}/25/0/0", 404, "tile_outside_matrix"),
    ("GET", f"{TILES}/99999999999999999999/0/0", 404, "tile_outside_matrix"),
    ("GET", f"{TILES}/0/0/-1", 404, "route_not_found"),
    ("GET", f"{TILES}/0/0/0?f=png", 400, "parameters_invalid"),
    ("GET", "/api/collections/commune/tiles/WorldCRS84Quad", 404, "tile_matrix_set_not_found"),
    ("GET", "/api/collections/commune/tiles/WorldCRS84Quad/0/0/0", 404, "tile_matrix_set_not_found"),
    ("GET", "/api/collections/commune_2019/tiles", 404, "layer_without_geometry"),
    ("GET", "/api/collections/commune_2019/tiles/WebMercatorQuad/0/0/0", 404, "layer_without_geometry"),
    ("GET", "/api/tiles/nothing/WebMercatorQuad", 404, "tileset_not_found"),
    ("GET", "/api/tiles/nothing/WebMercatorQuad/9/0/0", 404, "tileset_not_found"),
    ("GET", "/api/tiles/units/WorldCRS84Quad", 404, "tile_matrix_set_not_found"),
    ("GET", "/api/tiles/units/WebMercatorQuad/5/0/0", 404, "tile_outside_zooms"),
    ("GET", "/api/tiles/units/WebMercatorQuad/17/0/0", 404, "tile_outside_zooms"),
    ("GET", "/api/tiles/units/WebMercatorQuad/9/512/0", 404, "tile_outside_matrix"),
    ("GET", "/api/tiles/units/WebMercatorQuad/25/0/0", 404, "tile_outside_matrix"),
    ("GET", "/api/tiles/units/WebMercatorQuad/9/0/0?f=png", 400, "parameters_invalid"),
    ("GET", "/api/tileMatrixSets/WorldCRS84Quad", 404, "tile_matrix_set_not_found"),
    ("GET", "/api/studies/%00", 404, "route_not_found"),
    ("GET", "/api/collections/%00", 404, "route_not_found"),
    ("GET", "/static/%00", 404, "route_not_found"),
    ("GET", "/api/studies?process=%00", 400, "parameters_invalid"),
    ("GET", "/api/studies?%00=1", 400, "parameters_invalid"),
    ("GET", f"/api/studies?after={STUDY_KEY}", 400, "parameters_invalid"),
    ("GET", "/api/studies?after=%ff", 400, "wrong_argument"),
]


@pytest.mark.parametrize(("method", "path", "status", "code"), WRONG)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_wrong_is_said_in_one_shape(
    client: FlaskClient, method: str, path: str, status: int, code: str, language: str
) -> None:
    response = client.open(path, method=method, headers={"Accept-Language": language})
    problem = assert_problem(response, status, code)
    assert response.headers["Content-Language"] == language
    assert problem["title"] == message_of(code).title.in_language("en" if language == "en" else "vi")


@pytest.mark.parametrize(
    ("asked", "given"),
    [(None, "vi"), ("en", "en"), ("vi", "vi"), ("fr", "vi"), ("fr, en;q=0.5", "en"), ("en;q=0.1, vi", "vi")],
)
def test_vietnamese_is_the_language_unless_english_is_asked_for(
    client: FlaskClient, asked: str | None, given: str
) -> None:
    response = client.get("/nowhere", headers={"Accept-Language": asked} if asked else {})
    assert response.headers["Content-Language"] == given


def test_every_fault_of_a_request_is_named_at_once(client: FlaskClient) -> None:
    response = client.get(
        f"{ITEMS}?limit=0&bbox=1&colour=red&after=1&after=2", headers={"Accept-Language": "en"}
    )
    faults = assert_problem(response, 400, "parameters_invalid")["errors"]
    assert {fault["where"]: fault["text"] for fault in faults} == {
        "query/bbox": "1: expected -180..180,-90..90,-180..180,-90..90",
        "query/limit": "0: expected ≥ 1",
        "query/colour": "is not known here",
        "query/after": "may stand once, it stands 2 times",
    }


def test_a_method_that_is_not_taken_comes_with_those_that_are(client: FlaskClient) -> None:
    response = client.post("/api/conformance")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_fault_of_ours_tells_a_reference_and_nothing_else(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("password=secret at 10.0.0.1")

    monkeypatch.setitem(app.view_functions, "health.alive", demands(Permission.READ)(broken))
    with caplog.at_level(logging.ERROR):
        response = client.get("/healthz", headers={"X-Request-ID": "abcdef-12345"})
    problem = assert_problem(response, 500, "internal")
    assert "abcdef-12345" in problem["detail"]
    assert "secret" not in response.get_data(as_text=True)
    assert "abcdef-12345" in caplog.text
    assert "secret" in caplog.text


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (BadRequest, 400, "request_refused"),
        (UnsupportedMediaType, 415, "media_type_not_supported"),
        (RequestEntityTooLarge, 413, "request_too_large"),
        (BadGateway, 500, "internal"),
    ],
)
def test_an_error_of_the_framework_is_said_in_our_words(
    app: Flask,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    raised: type[HTTPException],
    status: int,
    code: str,
) -> None:
    def broken() -> None:
        raise raised

    monkeypatch.setitem(app.view_functions, "health.alive", demands(Permission.READ)(broken))
    assert_problem(client.get("/healthz"), status, code)


def test_a_refusal_of_the_database_is_a_fault_of_ours_and_not_shown(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        current.connection().execute(text("SELECT nothing FROM gis.nowhere"))

    monkeypatch.setitem(app.view_functions, "health.alive", demands(Permission.READ)(broken))
    response = client.get("/healthz")
    assert_problem(response, 500, "internal")
    assert "nowhere" not in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(5)", "database_slow"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", "database_unavailable"),
    ],
)
def test_a_database_that_fails_on_the_way_is_temporary(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, statement: str, code: str
) -> None:
    def broken() -> None:
        for part in statement.split("; "):
            current.connection().execute(text(part))

    monkeypatch.setitem(app.view_functions, "health.alive", demands(Permission.READ)(broken))
    response = client.get("/healthz")
    assert_problem(response, 503, code)
    assert int(response.headers["Retry-After"]) > 0
    assert client.get("/api/collections").status_code == 200


def test_a_request_writes_nothing(app: Flask) -> None:
    with app.test_request_context("/"):
        state = current.connection().execute(text("SHOW transaction_read_only")).scalar_one()
        level = current.connection().execute(text("SHOW transaction_isolation")).scalar_one()
    assert (state, level) == ("on", "repeatable read")


def test_a_database_that_is_away_is_temporary_and_its_place_is_not_told(
    settings: Settings, unused_port: int
) -> None:
    away = f"postgresql://somebody@127.0.0.1:{unused_port}/gis"
    client = create_app(settings.model_copy(update={"database_url": away})).test_client()
    assert client.get("/healthz").status_code == 200
    response = client.get("/api/collections")
    problem = assert_problem(response, 503, "database_unavailable")
    assert int(response.headers["Retry-After"]) > 0
    assert str(unused_port) not in str(problem)
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.get_json()["checks"]["database"] is False


def test_every_code_has_words() -> None:
    for code in CODES:
        message = message_of(code)
        assert 400 <= message.status < 600
        assert all(text.vi and text.en for text in (message.title, message.detail, message.remedy))


EXECUTION = "/api/processes/coverage/execution"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"inputs": {"standard": "\\ud800"}}', "body/inputs/standard"),
        (b'{"inputs": {"standard": "a\\u0000"}}', "body/inputs/standard"),
        (b'{"inputs": {"groups": ["all", "\\udfff"]}}', "body/inputs/groups/1"),
        (b'{"inputs": {"\\u0000": 1}}', "body/inputs/\0"),
        (b'"\\ud800"', "body"),
    ],
)
@pytest.mark.parametrize(("language", "words"), [("vi", "ký tự"), ("en", "character")])
def test_signs_that_cannot_be_kept_are_refused_where_they_stand(
    client: FlaskClient,
    bearer: Callable[[str | None], dict[str, str]],
    body: bytes,
    where: str,
    language: str,
    words: str,
) -> None:
    headers = bearer("planner") | {"Accept-Language": language}
    response = client.post(EXECUTION, data=body, headers=headers, content_type="application/json")
    (fault,) = assert_problem(response, 422, "body_invalid")["errors"]
    assert fault["where"] == where
    assert words in fault["text"]


def test_a_problem_can_be_written_whatever_it_speaks_of(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing() -> None:
        raise NotFound(
            ErrorCode.STUDY_NOT_FOUND, [Fault("\ud801", Text("số \ud802", "no \ud802"))], id="\ud800"
        )

    monkeypatch.setitem(app.view_functions, "health.alive", demands(Permission.READ)(refusing))
    assert "\\ud800" in client.get("/healthz").get_data(as_text=True)


def test_faults_are_told_in_the_language_of_the_reader(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing() -> None:
        fault = Fault(Text("đối tượng 3", "feature 3"), Text("thiếu tên", "has no name"))
        raise RefusedInput(ErrorCode.FEATURES_REFUSED, [fault, Fault("a.yaml:1", "plain")], summary="x")

    monkeypatch.setitem(app.view_functions, "health.alive", demands(Permission.READ)(refusing))
    told = {
        language: client.get("/healthz", headers={"Accept-Language": language}).get_json(force=True)["errors"]
        for language in ("vi", "en")
    }
    assert told["vi"][0] == {"where": "đối tượng 3", "text": "thiếu tên"}
    assert told["en"][0] == {"where": "feature 3", "text": "has no name"}
    assert told["vi"][1] == told["en"][1] == {"where": "a.yaml:1", "text": "plain"}


WRONG_KINDS = [
    (b"[]", "body"),
    (b'{"inputs": 1}', "body/inputs"),
    (b'{"inputs": {"groups": 7, "mode": 7, "limit": "x", "standard": []}}', "body/inputs/standard"),
    (b'{"inputs": {"at": "now", "scenario": 1, "seed": "x", "facilities": 1}}', "body/inputs/at"),
    (b'{"inputs": {"at": "2026-01-06T10:00:00Z", "seed": -1}}', "body/inputs/at"),
]


@pytest.mark.parametrize(("body", "where"), WRONG_KINDS)
def test_values_of_a_wrong_kind_are_told_without_english(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]], body: bytes, where: str
) -> None:
    headers = bearer("planner") | {"Accept-Language": "vi"}
    response = client.post(EXECUTION, data=body, headers=headers, content_type="application/json")
    faults = assert_problem(response, 422, "body_invalid")["errors"]
    assert where in {fault["where"] for fault in faults}
    english = ("should", "valid", " or ", "input")
    assert not [fault for fault in faults if any(word in fault["text"].lower() for word in english)]


def test_who_is_sent_away_from_busy_tiles_is_told_when_to_come_again() -> None:
    assert headers_of(Temporary(ErrorCode.TILES_BUSY, count=4, seconds=17)) == {"Retry-After": "17"}
    assert headers_of(Temporary(ErrorCode.TILE_GIVEN_UP)) == {"Retry-After": str(RETRY_AFTER_S)}
