"""The thread that listens for changes: heard soon, cut and coming again, never in the way."""

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text

from gis_service.db.engine import open_engine, transaction
from gis_service.db.tile_changes import listening
from gis_service.services.tile_freshness import Freshness
from gis_service.services.tile_watch import TileWatch
from tests.well_tiles import WELL, corner_tile, dig, write

SOON_S = 5.0
LISTENERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def wells(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_database())
    dig(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def watched(wells: Engine) -> Iterator[Freshness]:
    freshness = Freshness()
    watch = TileWatch(wells, freshness.look)
    watch.start()
    until(freshness.is_level)
    yield freshness
    watch.end()


def until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_a_change_is_known_without_anybody_asking(wells: Engine, watched: Freshness) -> None:
    turn = watched.turn
    write(wells, "UPDATE layer.well SET depth = 0")
    until(lambda: watched.turn > turn)
    assert not watched.is_good({WELL: 1}, corner_tile(11))


def test_whoever_listens_is_told_at_the_commit_and_of_nothing_that_is_taken_back(wells: Engine) -> None:
    with listening(wells) as ears:
        with wells.connect() as connection:
            connection.execute(text("DELETE FROM layer.well"))
            connection.rollback()
        assert not ears.wait(0.2)
        write(wells, "UPDATE layer.well SET depth = 0")
        assert ears.wait(SOON_S)


def test_a_watch_that_is_cut_comes_again(
    wells: Engine, watched: Freshness, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction(wells) as connection:
        connection.execute(text(CUT))
    until(lambda: any("not heard" in one.getMessage() for one in caplog.records))
    until(lambda: not watched.is_level())
    until(watched.is_level)
    assert any("heard again" in one.getMessage() for one in caplog.records)


def test_a_watch_that_ends_gives_its_connection_back(wells: Engine) -> None:
    watch = TileWatch(wells, Freshness().look)
    watch.start()
    watch.end()
    with transaction(wells) as connection:
        assert connection.execute(text(LISTENERS)).scalar_one() == 0
