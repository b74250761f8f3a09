"""What becomes of the past of a layer that a user has made, and of the rights on it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from gis_service.app import create_app
from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.services.context import Context
from gis_service.services.transactions import writing
from gis_service.settings import Settings
from tests.web.conftest import TILES
from tests.web.made_layers import PATH, well, wells
from tests.web.problem import assert_problem


@pytest.fixture(scope="module")
def ground(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_database())
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def app(ground: Engine, city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    url = ground.url.set(drivername="postgresql").render_as_string(hide_password=False)
    folder = tmp_path_factory.mktemp("var")
    made = create_app(Settings(data_dir=folder, database_url=url, layers_dir=city, tiles_dir=TILES))
    yield made
    made.extensions["gis"].close()


@pytest.fixture(scope="module")
def tokens(ground: Engine) -> dict[str, str]:
    with transaction(ground) as connection:
        return {role.value: make_token(connection, role, f"a {role}") for role in Role}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def staff(app: Flask, tokens: dict[str, str], ground: Engine) -> Iterator[FlaskClient]:
    """Give a client of GIS staff; what it has made is gone when the test ends."""
    made = app.test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {tokens['gis_staff']}"
    yield made
    with transaction(ground) as connection:
        connection.execute(text("DROP TABLE IF EXISTS layer.wells, history.wells"))
        for table in ("layer_definition", "layer_visibility", "team", "version"):
            connection.execute(text(f"DELETE FROM gis.{table}"))  # noqa: S608 ours


def keep(ground: Engine, layer: str = "wells") -> None:
    """Let a group of nobody keep a layer."""
    with transaction(ground) as connection:
        connection.execute(text("INSERT INTO gis.team (id) VALUES ('water')"))
        given = text("INSERT INTO gis.layer_right (layer, team, \"right\") VALUES (:layer, 'water', 'edit')")
        connection.execute(given, {"layer": layer})


def test_what_was_a_draft_stays_closed_when_its_definition_opens_it(
    staff: FlaskClient, client: FlaskClient
) -> None:
    staff.post(PATH, json=wells(visibility="draft"))
    secret = staff.post(f"{PATH}/wells/items", json=well("secret")).get_json(force=True)
    assert staff.delete(f"{PATH}/wells/items/{secret['id']}", headers={"If-Match": "*"}).status_code == 204
    opened = staff.patch(f"{PATH}/wells", json={"visibility": "public"}, headers={"If-Match": "*"})
    assert opened.status_code == 200
    assert client.get(f"{PATH}/wells/items").get_json()["features"] == []
    for past in (f"items?version={secret['version']}", f"diff?from={secret['version']}"):
        assert_problem(client.get(f"{PATH}/wells/{past}"), 403, "version_closed")
        assert staff.get(f"{PATH}/wells/{past}").status_code == 200
    assert len(client.get(f"{PATH}/wells/versions").get_json()["items"]) == 1


def test_a_draft_that_was_dropped_is_not_opened_by_making_it_again(
    staff: FlaskClient, client: FlaskClient
) -> None:
    staff.post(PATH, json=wells(visibility="draft"))
    secret = staff.post(f"{PATH}/wells/items", json=well("secret")).get_json(force=True)
    staff.delete(f"{PATH}/wells", headers={"If-Match": "*"})
    assert staff.post(PATH, json=wells()).status_code == 201
    past = client.get(f"{PATH}/wells/items?version={secret['version']}")
    assert_problem(past, 403, "version_closed")
    assert len(client.get(f"{PATH}/wells/versions").get_json()["items"]) == 1


def test_a_group_keeps_the_id_of_its_layer_when_that_is_dropped(
    staff: FlaskClient, client: FlaskClient, ground: Engine, tokens: dict[str, str]
) -> None:
    staff.post(PATH, json=wells())
    keep(ground)
    admin = {"Authorization": f"Bearer {tokens['admin']}"}
    assert client.delete(f"{PATH}/wells", headers=admin | {"If-Match": "*"}).status_code == 204
    assert_problem(staff.post(PATH, json=wells()), 403, "layer_kept_by_team")
    assert client.post(PATH, json=wells(), headers=admin).status_code == 201
    problem = staff.patch(f"{PATH}/wells", json={"licence": "MIT"}, headers={"If-Match": "*"})
    assert_problem(problem, 403, "layer_kept_by_team")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", "wells", {"json": {"licence": "MIT"}}),
        ("delete", "wells", {}),
        ("post", "wells/items", {"json": well("g1")}),
    ],
)
def test_a_right_that_is_taken_back_while_a_writer_waits_is_gone(
    staff: FlaskClient,
    ground: Engine,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    body: dict[str, Any],
) -> None:
    staff.post(PATH, json=wells())

    def late(context: Context) -> AbstractContextManager[Connection]:
        keep(ground)
        return writing(context)

    for module in ("user_layers", "edits"):
        monkeypatch.setattr(f"gis_service.web.api.{module}.writing", late)
    refused = getattr(staff, method)(f"{PATH}/{path}", headers={"If-Match": "*"}, **body)
    assert_problem(refused, 403, "layer_kept_by_team")
    assert staff.get(f"{PATH}/wells").get_json()["licence"] == "CC-BY-4.0"
    assert staff.get(f"{PATH}/wells/items").get_json()["features"] == []
