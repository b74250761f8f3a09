"""A small loaded city behind a real application: real PostGIS, committed rows, tokens of every role."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.db.engine import Connection, open_engine, transaction
from gis_service.db.layers import Column, LayerTable, add_version, ensure_table, lock_layer
from gis_service.services.accounts import Role, make_token
from gis_service.settings import ROOT, Settings

EXTRA = """
id: {id}
title: {{vi: Lớp {visibility}, en: Layer {visibility}}}
description: {{vi: Lớp để thử, en: A layer for tests}}
category: infrastructure
geometry: Point
key: null
fields:
  - {{name: name, type: text, required: true, label: {{vi: Tên, en: Name}}}}
source: {{vi: bài thử, en: the tests}}
licence: CC0-1.0
visibility: {visibility}
generated: true
"""

TILES = ROOT / "tests" / "tiles"
"""Tilesets of the layers that the test city has."""

LAYERS = (
    "bus_stop",
    "commune",
    "commune_2019",
    "market",
    "one_stop_office",
    "pipe_draft",
    "pipe_internal",
    "residents",
)
"""Layers of the test city. The market is loaded and empty; the bus stops are for tests that write."""


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the definitions of Thai Binh with two more layers that not everybody may read."""
    folder = tmp_path_factory.mktemp("layers")
    shutil.copytree(ROOT / "layers" / "thai_binh", folder / "thai_binh")
    for visibility in ("internal", "draft"):
        file = folder / "thai_binh" / "infrastructure" / f"pipe_{visibility}.yaml"
        file.write_text(EXTRA.format(id=f"pipe_{visibility}", visibility=visibility), "utf-8")
    return folder


@pytest.fixture(scope="session")
def catalogue(city: Path) -> Catalogue:
    return load_catalogue(city, TILES, "thai_binh")


def _make(connection: Connection, catalogue: Catalogue, layer: str) -> None:
    definition = catalogue.layers[layer]
    columns = tuple(Column(field.name, field.type) for field in definition.fields)
    ensure_table(connection, LayerTable(definition.id, definition.geometry, definition.key, columns))
    lock_layer(connection, definition.id)
    add_version(connection, definition.id, author="tests", message="")


@pytest.fixture(scope="session")
def loaded(make_database: Callable[[], str], catalogue: Catalogue) -> str:
    """Give the URL of a database that holds the test city."""
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        for layer in LAYERS:
            _make(connection, catalogue, layer)
        connection.exec_driver_sql(Path(__file__).with_name("city.sql").read_text("utf-8"))
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def app(loaded: str, city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("var")
    made = create_app(Settings(data_dir=folder, database_url=loaded, layers_dir=city, tiles_dir=TILES))
    yield made
    made.extensions["gis"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def bearer(loaded: str) -> Callable[[str | None], dict[str, str]]:
    """Give a function that makes the headers of a caller with this role; None is nobody."""
    engine = open_engine(loaded)
    with transaction(engine) as connection:
        tokens = {role.value: make_token(connection, role, f"a {role}") for role in Role}
    engine.dispose()
    return lambda role: {"Authorization": f"Bearer {tokens[role]}"} if role else {}


@pytest.fixture
def unused_port() -> int:
    """Give a port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
