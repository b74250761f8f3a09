"""What every response tells the browser."""

import mimetypes
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

PATHS = ["/healthz", "/api/", "/nowhere", "/api/collections/commune/items", "/api/collections?f=html"]


@pytest.mark.parametrize("path", PATHS)
def test_no_response_lets_anything_foreign_in(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert not any("unsafe" in sources or "http" in sources or "*" in sources for sources in policy.values())
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("sent", "kept"), [("proxy-1234.5", True), ("short", False), ("a" * 65, False), ("with space", False)]
)
def test_a_request_keeps_the_id_a_proxy_gave_it_when_it_is_plain(
    client: FlaskClient, sent: str, *, kept: bool
) -> None:
    given = client.get("/healthz", headers={"X-Request-ID": sent}).headers["X-Request-ID"]
    assert (given == sent) is kept
    assert len(given) >= 8


@pytest.fixture
def static(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "forever"),
    [
        ("assets/main-Bx3kd9_a.js", True),
        ("main-Bx3kd9_a.css", True),
        ("manifest.json", False),
        ("logo.svg", False),
        ("assets/index-DiwrgTda.js", True),
        ("assets/site-settings.js", False),
        ("assets/be-vietnam-pro-vietnamese.woff2", False),
        ("assets/style.contours.css", False),
        ("assets/main-abcdefg1.js.map", True),
        ("assets/map-A1.js", False),
    ],
)
def test_files_named_by_their_content_are_kept_for_good(
    client: FlaskClient, static: Path, name: str, *, forever: bool
) -> None:
    (static / name).parent.mkdir(exist_ok=True)
    (static / name).write_text("x")
    response = client.get(f"/static/{name}")
    assert response.status_code == 200
    assert ("immutable" in response.headers["Cache-Control"]) is forever
    response.close()


def test_module_scripts_have_the_type_that_browsers_ask_for(client: FlaskClient, static: Path) -> None:
    (static / "worker.mjs").write_text("export {}")
    response = client.get("/static/worker.mjs")
    assert response.mimetype == "text/javascript"
    assert mimetypes.guess_type("a.mjs")[0] == "text/javascript"
    response.close()


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient) -> None:
    for path in ("/api/collections", "/api/collections/commune/items", "/api/openapi.json"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")


def test_another_language_is_another_answer(client: FlaskClient) -> None:
    vietnamese = client.get("/api/collections").headers["ETag"]
    english = client.get("/api/collections", headers={"Accept-Language": "en"}).headers["ETag"]
    assert vietnamese != english


def test_what_a_token_reads_is_written_to_no_disk(
    client: FlaskClient, bearer: Callable[[str | None], dict[str, str]]
) -> None:
    answer = client.get("/api/collections", headers=bearer("planner"))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.get("/api/collections").headers["Cache-Control"] == "no-cache"
