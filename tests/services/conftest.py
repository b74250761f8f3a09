"""What tests of studies stand on: the definitions of the city, and a town whose changes are taken back.

A module says which town it is by its own fixture ``town_url``.
"""

from collections.abc import Iterator

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection, Engine
from tests import demo_city
from tests.filled_database import opened, taken_back


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return demo_city.catalogue()


@pytest.fixture(scope="module")
def town_engine(town_url: str) -> Iterator[Engine]:
    """Give the pool of connections to this module's own copy of its town."""
    yield from opened(town_url)


@pytest.fixture
def town(town_engine: Engine) -> Iterator[Connection]:
    yield from taken_back(town_engine)
