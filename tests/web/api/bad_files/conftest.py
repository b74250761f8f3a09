"""One service, with small limits, to which everything bad is sent."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gis_service.app import create_app
from gis_service.db.engine import open_engine, transaction
from gis_service.services.accounts import Role, make_token
from gis_service.settings import Settings
from tests.bad_files.counter import Counter
from tests.web.conftest import TILES
from tests.web.uploaded import Service, desk_of


@pytest.fixture(scope="module")
def hostile_service(
    make_database: Callable[[], str], city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Give a city without rows whose limits a small file can pass."""
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        tokens = {"gis_staff": make_token(connection, Role.GIS_STAFF, "lan")}
    engine.dispose()
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("var"),
        database_url=url,
        layers_dir=city,
        tiles_dir=TILES,
        upload_most_open=1000,
        upload_max_mb=24,
        upload_free_mb=1,
        archive_max_mb=4,
        archive_max_entries=50,
    )
    app = create_app(settings)
    yield Service(app, tokens)
    app.extensions["gis"].close()


@pytest.fixture
def counter(
    hostile_service: Service, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Counter]:
    """Give somebody who sends files, and looks afterwards whether the service is as it was."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    made = Counter(desk_of(hostile_service, "gis_staff"), folder)
    yield made
    made.require_unharmed()
