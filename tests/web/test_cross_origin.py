"""Pages of other sites: shut out unless the settings name them, and never with a session of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import ValidationError

from gis_service.app import create_app
from gis_service.settings import Settings
from tests.web.conftest import TILES
from tests.web.problem import assert_problem

NAMED, OTHER = "https://maps.example.vn", "https://elsewhere.example"
PATHS = (
    "/api/uploads",
    "/api/uploads/none",
    "/api/collections/residents/items",
    "/api/collections",
    "/api/jobs/x",
)
ASKED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
TILE = "/api/collections/commune/tiles/WebMercatorQuad/10/448/814"


@pytest.fixture(scope="module")
def open_app(loaded: str, city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Give a service whose settings name one other site."""
    folder = tmp_path_factory.mktemp("var")
    made = create_app(
        Settings(
            data_dir=folder,
            database_url=loaded,
            layers_dir=city,
            tiles_dir=TILES,
            cors_origins=f"{NAMED} http://localhost:5173",
        )
    )
    yield made
    made.extensions["gis"].close()


def granted(headers: object) -> list[str]:
    return [line for line in str(headers).splitlines() if line.startswith("Access-Control-")]


@pytest.mark.parametrize("path", PATHS)
def test_who_asks_which_methods_there_are_need_not_say_who_they_are(client: FlaskClient, path: str) -> None:
    answer = client.options(path)
    assert (answer.status_code, answer.data) == (200, b"")
    assert "OPTIONS" in answer.headers["Allow"]
    assert_problem(client.options("/api/nowhere"), 404, "route_not_found")


@pytest.mark.parametrize("path", PATHS)
def test_other_sites_are_shut_out_where_nothing_is_said(client: FlaskClient, path: str) -> None:
    for answer in (
        client.options(path, headers={"Origin": NAMED, **ASKED}),
        client.get(path, headers={"Origin": NAMED}),
    ):
        assert granted(answer.headers) == []


@pytest.mark.parametrize("path", PATHS)
def test_a_site_that_is_named_may_call_with_its_own_token_alone(open_app: Flask, path: str) -> None:
    client = open_app.test_client()
    before = client.options(path, headers={"Origin": NAMED, **ASKED})
    assert before.status_code == 204
    assert before.headers["Access-Control-Allow-Origin"] == NAMED
    assert "PATCH" in before.headers["Access-Control-Allow-Methods"]
    for name in ("Authorization", "Upload-Offset", "Tus-Resumable", "If-Match"):
        assert name in before.headers["Access-Control-Allow-Headers"]
    answer = client.get(path, headers={"Origin": NAMED})
    assert answer.headers["Access-Control-Allow-Origin"] == NAMED
    assert "Location" in answer.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers.get_all("Vary")


def test_a_site_that_is_not_named_and_a_page_of_ours_are_not_opened(open_app: Flask) -> None:
    client = open_app.test_client()
    for path in PATHS:
        for origin in (OTHER, f"{NAMED}.evil.example", "null", NAMED.replace("https", "http")):
            headers = {"Origin": origin, **ASKED}
            assert granted(client.options(path, headers=headers).headers) == []
            assert granted(client.get(path, headers=headers).headers) == []
    assert granted(client.get("/layers", headers={"Origin": NAMED}).headers) == []


def test_tiles_that_are_at_hand_are_marked_as_well(open_app: Flask) -> None:
    client = open_app.test_client()
    for _ in range(3):
        answer = client.get(TILE, headers={"Origin": NAMED})
        assert answer.headers["Access-Control-Allow-Origin"] == NAMED
        assert "Origin" in answer.headers.get_all("Vary")


@pytest.mark.parametrize("given", ["*", "maps.example.vn", "https://a.vn/", "https://a.vn,https://b.vn"])
def test_what_is_no_origin_is_refused_at_the_start(given: str) -> None:
    with pytest.raises(ValidationError):
        Settings(cors_origins=given)
