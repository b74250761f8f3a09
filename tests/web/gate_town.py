"""A service with a gate before it, that counts how often it has to ask Flask."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from gis_service.app import create_app
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection, open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.services import tile_freshness
from gis_service.services.layers import table_of
from gis_service.services.tile_grid import tile_of
from gis_service.settings import Settings
from gis_service.types import LayerId
from tests.web.conftest import TILES

EAST, NORTH = 106.3, 20.4


def tile_path(layer: str, z: int = 12) -> str:
    """Give the address of the tile in which the one point of a layer lies."""
    x, y = tile_of(EAST, NORTH, z)
    return f"/api/collections/{layer}/tiles/WebMercatorQuad/{z}/{y}/{x}"


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

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection of its own, as another process has; it commits at the end."""
        engine = open_engine(self.url)
        try:
            with transaction(engine) as connection:
                yield connection
        finally:
            engine.dispose()

    def write(self, statement: str) -> None:
        with self.writing() as connection:
            connection.execute(text(statement))

    def look(self) -> None:
        """Look as the watch does that runs beside a served application."""
        context = self.app.extensions["gis"]
        for look in (context.tiles.freshness.look, self.app.extensions["gis.readers"].look):
            with transaction(context.engine) as connection:
                look(connection)

    def by_gate(self, ask: Callable[[], TestResponse]) -> TestResponse:
        """Give the answer of the gate alone; on a busy machine what is known may be too old by then."""
        for _ in range(5):
            self.look()
            before, answer = self.flask_asked, ask()
            if self.flask_asked == before:
                return answer
        raise AssertionError("the gate does not answer")


def until_it_is_old() -> None:
    time.sleep(tile_freshness.BELIEVED_S + 0.05)


@contextmanager
def serving(
    make_database: Callable[[], str], catalogue: Catalogue, city: Path, folder: Path, *layers: str
) -> Iterator[Town]:
    """Serve a database of its own that has these layers, each with one point."""
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        for layer in layers:
            ensure_table(connection, table_of(catalogue.layers[LayerId(layer)]))
    engine.dispose()
    app = create_app(Settings(data_dir=folder, database_url=url, layers_dir=city, tiles_dir=TILES))
    town = Town(app, url)
    for layer in layers:
        town.write(f"INSERT INTO layer.{layer} (geom) VALUES (ST_Point({EAST}, {NORTH}, 4326))")  # noqa: S608  ours
    town.look()
    yield town
    app.extensions["gis"].close()
