"""What tests of services stand on: the city, towns whose changes are taken back, wells that commit.

A module says which town it is by its own fixture ``town_url``.
"""

from collections.abc import Callable, Iterator

import pytest

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection, Engine, open_engine
from gis_service.services.prepared import Prepared
from tests import demo_city
from tests.filled_database import opened, taken_back
from tests.siting_asked import Ask, asking
from tests.well_town import WellTown


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


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Give what the questions of a module share; the marks of the tables tell them apart."""
    return Prepared()


@pytest.fixture
def sited(town: Connection, catalogue: Catalogue, prepared: Prepared) -> Ask:
    """Give what asks for sites in the town."""
    return asking(town, catalogue, prepared)


@pytest.fixture(scope="module")
def well_ground(make_database: Callable[[], str]) -> Iterator[WellTown]:
    """Give a database of this module without the layer of wells; its transactions commit."""
    engine = open_engine(make_database())
    yield WellTown(engine)
    engine.dispose()


@pytest.fixture
def wells(well_ground: WellTown) -> Iterator[WellTown]:
    """Give an empty layer of wells that has no version yet."""
    well_ground.make()
    yield well_ground
    well_ground.remove()
