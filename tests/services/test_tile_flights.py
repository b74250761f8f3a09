"""Tiles that nobody waits for any more: the query is cancelled in the database, and its turn is free."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from gis_service.db.engine import open_engine, transaction
from gis_service.db.snapshot import snapshot
from gis_service.errors import ErrorCode, Temporary
from gis_service.files.tile_store import TileStore
from gis_service.services.tile_cache import Made, TileCache
from gis_service.services.tile_flights import asked_by
from gis_service.services.tile_memory import Tile
from gis_service.types import LayerId
from tests.well_tiles import WELL, WellTile, corner_tile, dig

MARK = "0123456789abcdef"
ZXY = corner_tile(9)
SLEEPERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND query LIKE 'SELECT pg_sleep%' AND state = 'active'"
)
SOON_S = 5.0


class SlowTile:
    """A tile whose query takes its time in the database."""

    def __init__(self, engine: Engine, seconds: float = 20) -> None:
        self._engine, self._seconds = engine, seconds
        self.made = 0

    def make(self) -> Made:
        self.made += 1
        with snapshot(self._engine) as connection:
            connection.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": self._seconds})
            return Made(b"tile", {WELL: 1})

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int] | None:
        raise AssertionError(made_of)


class Reader:
    """Somebody who may go away."""

    def __init__(self) -> None:
        self._gone = threading.Event()

    def is_gone(self) -> bool:
        return self._gone.is_set()

    def go(self) -> None:
        self._gone.set()


class Desk:
    """Readers at the tiles of one process."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.cache = TileCache(engine, TileStore(folder), most_bytes=1 << 20, most_stored=1 << 20, at_once=1)
        self.pool = ThreadPoolExecutor(4)

    def ask(self, reader: Reader | None, tile: SlowTile) -> "Future[Tile]":
        def give() -> Tile:
            with asked_by(reader):
                return self.cache.give(MARK, ZXY, tile)

        return self.pool.submit(give)

    def sleepers(self) -> int:
        with transaction(self.engine) as connection:
            return int(connection.execute(text(SLEEPERS)).scalar_one())

    def until(self, holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + SOON_S
        while not holds():
            assert time.monotonic() < ends
            time.sleep(0.02)


@pytest.fixture(scope="module")
def wells(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_database())
    dig(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def desk(wells: Engine, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(wells, tmp_path)
    yield made
    made.pool.shutdown()


def test_the_query_of_a_reader_who_has_gone_is_cancelled_and_its_turn_is_free(desk: Desk) -> None:
    reader, slow = Reader(), SlowTile(desk.engine)
    asked = desk.ask(reader, slow)
    desk.until(lambda: desk.sleepers() == 1)
    begun = time.monotonic()
    reader.go()
    with pytest.raises(Temporary) as given_up:
        asked.result(SOON_S)
    assert given_up.value.code is ErrorCode.TILE_GIVEN_UP
    assert desk.sleepers() == 0
    assert time.monotonic() - begun < SOON_S
    # The one turn there is: the next tile has it at once.
    assert desk.cache.give("fedcba9876543210", ZXY, WellTile(desk.engine, ZXY)).content


def test_a_query_goes_on_as_long_as_one_of_its_readers_is_there(desk: Desk) -> None:
    gone, there, slow = Reader(), Reader(), SlowTile(desk.engine, seconds=0.9)
    first = desk.ask(gone, slow)
    desk.until(lambda: slow.made == 1)
    second = desk.ask(there, slow)
    time.sleep(0.1)
    gone.go()
    assert second.result(SOON_S).content == b"tile"
    assert first.result(SOON_S).content == b"tile"
    assert slow.made == 1


def test_a_reader_who_waits_for_anothers_tile_and_goes_gives_the_thread_back(desk: Desk) -> None:
    there, gone, slow = Reader(), Reader(), SlowTile(desk.engine, seconds=1.1)
    first = desk.ask(there, slow)
    desk.until(lambda: slow.made == 1)
    second = desk.ask(gone, slow)
    gone.go()
    with pytest.raises(Temporary):
        second.result(0.9)
    assert not first.done()
    assert first.result(SOON_S).content == b"tile"


def test_who_comes_when_a_query_has_just_been_given_up_gets_the_tile_all_the_same(desk: Desk) -> None:
    gone, slow, quick = Reader(), SlowTile(desk.engine), SlowTile(desk.engine, seconds=0)
    first = desk.ask(gone, slow)
    desk.until(lambda: desk.sleepers() == 1)
    (flight,) = desk.cache._flights._now.values()
    second = desk.ask(Reader(), quick)
    desk.until(lambda: len(flight._askers) == 2)
    gone.go()
    flight.work.give_up()
    with pytest.raises(Temporary):
        first.result(SOON_S)
    assert second.result(SOON_S).content == b"tile"
    assert (slow.made, quick.made) == (1, 1)


def test_what_nobody_is_known_to_have_asked_is_never_given_up(desk: Desk) -> None:
    slow = SlowTile(desk.engine, seconds=0.6)
    assert desk.ask(None, slow).result(SOON_S).content == b"tile"
    assert slow.made == 1
