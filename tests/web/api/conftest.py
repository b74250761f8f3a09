"""Fixtures of tests that make versions of a layer."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gis_service.app import create_app
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.services.accounts import Role, make_token
from gis_service.services.layers import table_of
from gis_service.settings import Settings
from tests.web.conftest import TILES
from tests.web.uploaded import Desk, Service, desk_of, uploads_served
from tests.web.version_town import LATER, TWO, Town


@pytest.fixture(scope="module")
def version_service(
    make_database: Callable[[], str],
    city: Path,
    catalogue: Catalogue,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Town]:
    url = make_database()
    engine = open_engine(url)
    with transaction(engine) as connection:
        for layer in ("camera", "pipe_draft", "pipe_internal", "residents"):
            ensure_table(connection, table_of(catalogue.layers[layer]))
        tokens = {role.value: make_token(connection, role, f"a {role}") for role in Role}
    folder = tmp_path_factory.mktemp("var")
    app = create_app(Settings(data_dir=folder, database_url=url, layers_dir=city, tiles_dir=TILES))
    yield Town(engine, app.test_client(), tokens)
    app.extensions["gis"].close()
    engine.dispose()


@pytest.fixture
def town(version_service: Town, catalogue: Catalogue) -> Iterator[Town]:
    with transaction(version_service.engine) as connection:
        ensure_table(connection, table_of(catalogue.layers["wifi"]))
    yield version_service
    with transaction(version_service.engine) as connection:
        connection.execute(text("DROP TABLE layer.wifi, history.wifi"))
        connection.execute(text("DELETE FROM gis.version WHERE layer = 'wifi'"))


@pytest.fixture
def two(town: Town) -> tuple[int, int]:
    """Give the numbers of two versions of the Wi-Fi points."""
    return town.write("wifi", TWO.format("wifi"), message="lần đầu"), town.write(
        "wifi", *LATER, author="minh"
    )


@pytest.fixture(scope="session")
def upload_service(
    make_database: Callable[[], str], city: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Give a city without rows, to which files are uploaded."""
    limits = {"upload_max_mb": 1, "upload_free_mb": 1, "upload_most_open": 50}
    with uploads_served(make_database(), city, tmp_path_factory.mktemp("var"), **limits) as service:
        yield service


@pytest.fixture
def desk(upload_service: Service) -> Desk:
    """Give somebody of GIS staff who uploads files."""
    return desk_of(upload_service, "gis_staff")
