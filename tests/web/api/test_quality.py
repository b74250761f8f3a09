"""The quality report of roads over HTTP: as the layer may be read, small counts only to some, not stored."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.services.documents import canonical_json
from gis_service.services.network_quality import network_quality
from gis_service.settings import Settings
from tests.web.problem import assert_problem

ROADS = "/api/collections/roads/quality"
FEW = 2


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


def test_everybody_reads_the_report_of_open_roads(
    town: FlaskClient, town_url: str, catalogue: Catalogue
) -> None:
    response = town.get(f"{ROADS}?mode=walk")
    assert response.status_code == 200, response.get_data(as_text=True)
    document = response.get_json()
    links = {link["rel"]: link["href"] for link in document.pop("links")}
    assert links["self"].endswith(f"{ROADS}?mode=walk")
    engine = open_engine(town_url)
    with transaction(engine) as connection:
        told = network_quality(connection, catalogue, "roads", "walk")
    engine.dispose()
    assert canonical_json(document) == canonical_json(told)
    assert not any("people" in row for row in document["components"]["rows"])
    again = town.get(f"{ROADS}?mode=walk", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert town.get(ROADS).get_json()["mode"] == "motorbike"
    assert town.get(f"{ROADS}?f=html").content_type.startswith("text/html")


def test_people_of_each_part_are_for_those_who_may_see_them_and_are_noted(
    town: FlaskClient, planner: dict[str, str], town_url: str
) -> None:
    open_tag = town.get(ROADS).headers["ETag"]
    response = town.get(ROADS, headers=planner)
    assert sum(row["people"] for row in response.get_json()["components"]["rows"]) == 229
    assert response.headers["ETag"] != open_tag
    with psycopg.connect(town_url) as connection:
        noted = connection.execute("SELECT count(*) FROM gis.audit WHERE object = %s", (ROADS,)).fetchone()
    assert noted == (1,)


def test_a_written_road_is_in_the_next_report(town: FlaskClient, town_url: str) -> None:
    before = town.get(ROADS)
    with psycopg.connect(town_url, autocommit=True) as connection:
        connection.execute("UPDATE layer.roads SET road_class = 'goat_track' WHERE road_class = 'alley'")
    after = town.get(ROADS, headers={"If-None-Match": before.headers["ETag"]})
    assert after.get_json()["unknown_class"]["classes"] == {"goat_track": 1}


@pytest.mark.parametrize("layer", ["roads", "ferries"])
def test_what_a_closed_layer_holds_is_told_to_nobody_else(
    town: FlaskClient, town_url: str, planner: dict[str, str], layer: str
) -> None:
    with psycopg.connect(town_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO gis.layer_setting (layer, visibility) VALUES (%s, 'internal')", (layer,)
        )
        try:
            assert_problem(town.get(ROADS), 401, "token_missing")
            assert town.get(ROADS, headers=planner).status_code == 200
        finally:
            connection.execute("DELETE FROM gis.layer_setting WHERE layer = %s", (layer,))


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/collections/settlement/quality", 422, "layer_not_network"),
        ("/api/collections/no_such/quality", 404, "collection_not_found"),
        (f"{ROADS}?mode=boat", 400, "parameters_invalid"),
        (f"{ROADS}?max_gap_m=5", 400, "parameters_invalid"),
    ],
)
def test_what_cannot_be_told_is_refused(town: FlaskClient, path: str, status: int, code: str) -> None:
    assert_problem(town.get(path), status, code)


def test_reports_are_counted(town_url: str, tmp_path: Path) -> None:
    for app in made(town_url, tmp_path, FEW):
        client = app.test_client()
        assert [client.get(ROADS).status_code for _ in range(FEW + 1)] == [200] * FEW + [429]
