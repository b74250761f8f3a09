"""The gate before Flask: it answers as Flask does, only faster, and only what everybody may have."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.db.rights import put_visibility
from gis_service.services import tile_freshness
from gis_service.services.accounts import Role, make_token
from gis_service.services.layers import table_of
from gis_service.services.tile_grid import tile_of
from gis_service.settings import Settings
from gis_service.types import LayerId
from tests.web.conftest import TILES
from tests.well_tiles import write

LAYER = "wifi"
X, Y = tile_of(106.3, 20.4, 12)
TILE = f"/api/collections/{LAYER}/tiles/WebMercatorQuad/12/{Y}/{X}"
NOWHERE = f"/api/collections/{LAYER}/tiles/WebMercatorQuad/12/0/0"
SOME = "INSERT INTO layer.wifi (geom, code) VALUES (ST_Point(106.3, 20.4, 4326), '{}')"
CHANGING = {"X-Request-ID", "Date"}


class Town:
    """A service, and how often Flask was asked."""

    def __init__(self, app: Flask, url: str) -> None:
        self.app, self.url, self.flask_asked = app, url, 0
        app.before_request_funcs[None].insert(0, self._count)

    def _count(self) -> None:
        self.flask_asked += 1

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def write(self, statement: str) -> None:
        engine = open_engine(self.url)
        write(engine, statement)
        engine.dispose()


@pytest.fixture
def town(
    make_database: Callable[[], str], catalogue: Catalogue, city: Path, tmp_path: Path
) -> Iterator[Town]:
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        ensure_table(connection, table_of(catalogue.layers[LayerId(LAYER)]))
    engine.dispose()
    app = create_app(Settings(data_dir=tmp_path, database_url=url, layers_dir=city, tiles_dir=TILES))
    found = Town(app, url)
    found.write(SOME.format("w1"))
    # As the watch does that runs beside a served application.
    look(found)
    yield found
    app.extensions["gis"].close()


def until_it_is_old() -> None:
    time.sleep(tile_freshness.BELIEVED_S + 0.05)


def look(town: Town) -> None:
    context = town.app.extensions["gis"]
    with transaction(context.engine) as connection:
        context.tiles.freshness.look(connection)


@pytest.mark.parametrize("path", [TILE, NOWHERE])
@pytest.mark.parametrize("encoding", ["identity", "gzip, br"])
def test_the_gate_answers_as_flask_does(town: Town, path: str, encoding: str) -> None:
    for number in range(30):
        town.write(SOME.format(f"many {number} Thái Bình"))
    look(town)
    asked = {"Accept-Encoding": encoding}
    by_flask = town.client.get(path, headers=asked)
    look(town)
    by_gate = town.client.get(path, headers=asked)
    assert town.flask_asked == 1
    assert (by_gate.status_code, by_gate.data) == (by_flask.status_code, by_flask.data)
    told = [
        {name: _set(value) for name, value in one.headers.items() if name not in CHANGING}
        for one in (by_flask, by_gate)
    ]
    assert told[1] == told[0]


def _set(value: str) -> frozenset[str]:
    return frozenset(value.split(", "))


def test_who_has_the_tile_is_not_given_it_again(town: Town) -> None:
    tag = town.client.get(TILE).headers["ETag"]
    look(town)
    again = town.client.get(TILE, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, town.flask_asked) == (304, b"", 1)
    assert again.headers["ETag"] == tag
    other = town.client.get(TILE, headers={"If-None-Match": '"other"'})
    assert (other.status_code, town.flask_asked) == (200, 1)


def test_a_change_goes_through_the_gate_within_a_second(town: Town) -> None:
    before = town.client.get(TILE).headers["ETag"]
    town.write(SOME.format("w2"))
    until_it_is_old()
    after = town.client.get(TILE).headers["ETag"]
    assert after != before
    look(town)
    assert town.client.get(TILE).headers["ETag"] == after
    assert town.flask_asked == 2


def test_a_layer_that_is_closed_is_closed_at_the_gate(town: Town) -> None:
    town.client.get(TILE)
    look(town)
    assert town.client.get(TILE).status_code == 200
    assert town.flask_asked == 1
    engine = open_engine(town.url)
    with transaction(engine) as connection:
        put_visibility(connection, LAYER, "internal")
        token = make_token(connection, Role.VIEWER, "a viewer")
    engine.dispose()
    until_it_is_old()
    assert town.client.get(TILE).status_code == 401
    known = town.client.get(TILE, headers={"Authorization": f"Bearer {token}"})
    assert (known.status_code, known.headers["Cache-Control"]) == (200, "private, no-cache")
    look(town)
    assert town.client.get(TILE).status_code == 401, "what one who is known was given is nobody else's"


@pytest.mark.parametrize(
    "asked",
    [
        {"headers": {"Authorization": "Bearer nobodys"}},
        {"query_string": {"f": "mvt"}},
        {"method": "HEAD"},
    ],
)
def test_whatever_is_not_plain_is_flasks_to_answer(town: Town, asked: dict[str, Any]) -> None:
    town.client.get(TILE)
    look(town)
    town.client.open(TILE, **asked)
    assert town.flask_asked == 2


def test_whoever_has_a_session_is_flasks_to_answer(town: Town) -> None:
    town.client.get(TILE)
    look(town)
    client = town.client
    client.set_cookie("gis_session", "nobodys")
    assert client.get(TILE).status_code == 200
    assert town.flask_asked == 2
