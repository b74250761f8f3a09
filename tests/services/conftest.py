"""Fixtures of tests that must commit, because each transaction makes a version of its own."""

from collections.abc import Callable, Iterator

import pytest

from gis_service.db.engine import open_engine
from tests.well_town import WellTown


@pytest.fixture(scope="module")
def ground(make_database: Callable[[], str]) -> Iterator[WellTown]:
    """Give a database of this module without the layer of wells."""
    engine = open_engine(make_database())
    yield WellTown(engine)
    engine.dispose()


@pytest.fixture
def town(ground: WellTown) -> Iterator[WellTown]:
    """Give an empty layer of wells that has no version yet."""
    ground.make()
    yield ground
    ground.remove()
