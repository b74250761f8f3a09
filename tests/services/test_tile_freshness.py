"""Tiles kept by what they were made of, while others write: none is given that the tables do not hold."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import psycopg
import pytest
from sqlalchemy import Engine, text

from gis_service.db.engine import open_engine, transaction
from gis_service.db.snapshot import snapshot
from gis_service.db.tile_changes import is_box_touched, listening
from gis_service.services.tile_freshness import Freshness
from gis_service.services.tile_grid import tile_of
from gis_service.types import LayerId
from tests.well_tiles import NORTH, WELL, WEST, dig, draw, some_tile, write

FRESH_S = 1.0
VERSION = "SELECT coalesce(max(id), 0) FROM gis.version WHERE layer = 'well'"
AT = (
    "SELECT ST_AsMVT(shown, 'well', 4096, 'geom', 'fid')"
    " FROM (SELECT fid, depth, ST_AsMVTGeom(ST_Transform(geom, 3857),"
    " ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom"
    " FROM history.well WHERE version_from <= :v AND (version_to IS NULL OR version_to > :v)"
    " ORDER BY fid) AS shown WHERE geom IS NOT NULL"
)
Kept = tuple[bytes, int]
Zxy = tuple[int, int, int]


@pytest.fixture
def wells(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_database())
    dig(engine)
    yield engine
    engine.dispose()


def build(engine: Engine, zxy: Zxy) -> Kept:
    """Make a tile, with the version that it is made of in the same state."""
    with snapshot(engine) as connection:
        version = connection.execute(text(VERSION)).scalar_one()
        return draw(connection, zxy), version


def look(engine: Engine, freshness: Freshness) -> None:
    with transaction(engine) as connection:
        freshness.look(connection)


class Watched(Freshness):
    """Notes at each turn whether what is known is believed meanwhile: others read without waiting."""

    believed: list[bool]

    @property
    def turn(self) -> int:
        return self._at

    @turn.setter
    def turn(self, turn: int) -> None:
        self._at = turn
        self.believed = [*getattr(self, "believed", []), self.is_level()]


def test_nothing_is_believed_before_its_turn_has_come(wells: Engine) -> None:
    freshness = Watched()
    look(wells, freshness)
    # The first one is that of the beginning.
    assert freshness.believed == [False, False]
    assert freshness.is_level()


def test_a_tile_stored_after_a_change_that_it_does_not_hold_is_never_given(wells: Engine) -> None:
    freshness, zxy = Freshness(), (11, *tile_of(WEST, NORTH, 11))
    made, version = build(wells, zxy)
    write(wells, "UPDATE layer.well SET depth = depth + 1")
    look(wells, freshness)
    # Whoever drops tiles when a change is told has dropped nothing: this one is stored only now.
    assert not freshness.is_good({WELL: version}, zxy)
    again, newer = build(wells, zxy)
    assert freshness.is_good({WELL: newer}, zxy)
    assert again != made


def test_a_change_far_away_and_one_of_another_layer_leave_a_tile_good(wells: Engine) -> None:
    freshness, zxy = Freshness(), (16, *tile_of(WEST, NORTH, 16))
    _, version = build(wells, zxy)
    write(wells, "INSERT INTO layer.well (geom) VALUES (ST_Point(106.8, 20.2, 4326))")
    look(wells, freshness)
    assert freshness.is_good({WELL: version}, zxy)
    assert freshness.is_good({LayerId("school"): 0}, zxy)
    turn = freshness.turn
    look(wells, freshness)
    assert freshness.turn == turn, "nothing has changed since"


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE layer.well",
        "DELETE FROM layer.well",
        "UPDATE layer.well SET geom = ST_Translate(geom, 1, 0)",
        "ALTER TABLE layer.well ADD COLUMN more text; UPDATE layer.well SET more = 'a' WHERE fid = 1",
    ],
)
def test_whatever_takes_rows_away_touches_their_tiles(wells: Engine, statement: str) -> None:
    freshness, zxy = Freshness(), (11, *tile_of(WEST, NORTH, 11))
    _, version = build(wells, zxy)
    with psycopg.connect(
        wells.url.set(drivername="postgresql").render_as_string(hide_password=False)
    ) as editor:
        editor.execute(statement)
    look(wells, freshness)
    assert not freshness.is_good({WELL: version}, zxy)


def test_what_was_taken_back_touches_nothing(wells: Engine) -> None:
    freshness, zxy = Freshness(), (11, *tile_of(WEST, NORTH, 11))
    made, version = build(wells, zxy)
    with wells.connect() as connection:
        connection.execute(text("DELETE FROM layer.well"))
        connection.rollback()
    look(wells, freshness)
    assert freshness.is_good({WELL: version}, zxy)
    assert build(wells, zxy) == (made, version)


def test_a_box_is_touched_by_what_came_and_by_what_went(wells: Engine) -> None:
    with transaction(wells) as connection:
        before = connection.execute(text(VERSION)).scalar_one()
    write(wells, "INSERT INTO layer.well (fid, geom) VALUES (500, ST_Point(106.9, 20.1, 4326))")
    write(wells, "UPDATE layer.well SET geom = ST_Point(107.5, 20.1, 4326) WHERE fid = 500")
    with transaction(wells) as connection:
        middle = before + 1
        assert is_box_touched(connection, WELL, before, (106.8, 20.0, 107.0, 20.2))
        assert is_box_touched(connection, WELL, middle, (106.8, 20.0, 107.0, 20.2)), "it went from here"
        assert is_box_touched(connection, WELL, middle, (107.4, 20.0, 107.6, 20.2)), "it came here"
        assert not is_box_touched(connection, WELL, before, (106.91, 20.11, 107.0, 20.2))


@dataclass
class Reader:
    """A process that keeps tiles: looks at the log when what it knows is old, and makes what is not good."""

    engine: Engine
    freshness: Freshness = field(default_factory=Freshness)
    kept: dict[Zxy, Kept] = field(default_factory=dict)
    given: int = 0

    def give(self, zxy: Zxy, pause: float) -> Kept:
        if not self.freshness.is_level():
            look(self.engine, self.freshness)
        kept = self.kept.get(zxy)
        if kept is not None and self.freshness.is_good({WELL: kept[1]}, zxy):
            self.given += 1
            return kept
        made = build(self.engine, zxy)
        time.sleep(pause)
        self.kept[zxy] = made
        return made


@dataclass
class Record:
    """When each version was committed, at the latest, and what was given."""

    committed: list[tuple[float, int]] = field(default_factory=list)
    answers: list[tuple[float, Zxy, bytes, int]] = field(default_factory=list)


def _write_for_a_while(engine: Engine, seed: int, record: Record, until: float) -> None:
    dice = random.Random(seed)  # noqa: S311  reproducible, no secret
    moved = "UPDATE layer.well SET geom = ST_Translate(geom, {}, {}), depth = {} WHERE fid % 20 = {}"
    while time.monotonic() < until:
        aside, down = (dice.uniform(-0.02, 0.02) for _ in range(2))
        with engine.connect() as connection:
            connection.execute(text(moved.format(aside, down, dice.random(), dice.randrange(20))))
            time.sleep(dice.uniform(0, 0.05))
            if dice.random() < 0.2:
                connection.rollback()
                continue
            version = connection.execute(text(VERSION)).scalar_one()
            connection.commit()
        record.committed.append((time.monotonic(), version))
        time.sleep(dice.uniform(0, 0.2))


def _read_for_a_while(reader: Reader, seed: int, record: Record, until: float) -> None:
    dice = random.Random(seed)  # noqa: S311  reproducible, no secret
    tiles = [some_tile(dice) for _ in range(6)]
    while time.monotonic() < until:
        zxy, begun = dice.choice(tiles), time.monotonic()
        content, version = reader.give(zxy, dice.choice([0.0, 0.0, 0.1, 0.3]))
        record.answers.append((begun, zxy, content, version))


def _watch_now_and_then(reader: Reader, until: float) -> None:
    """Listen, be cut, come back: what a reader knows is then half a second old, and it looks by itself."""
    while time.monotonic() < until:
        with listening(reader.engine) as ears:
            cut = time.monotonic() + 0.4
            while time.monotonic() < cut:
                ears.wait(0.1)
                reader.freshness.look(ears.connection)
        time.sleep(0.7)


def test_readers_of_two_caches_give_no_state_older_than_a_second(wells: Engine) -> None:
    record, until = Record(), time.monotonic() + 4
    readers = [Reader(wells), Reader(wells)]
    work: list[Callable[[], None]] = [
        partial(_write_for_a_while, wells, 1, record, until),
        partial(_write_for_a_while, wells, 2, record, until),
        *(partial(_read_for_a_while, readers[seed % 2], seed, record, until) for seed in (3, 4, 5)),
        partial(_watch_now_and_then, readers[0], until),
    ]
    with ThreadPoolExecutor(len(work)) as pool:
        for ended in [pool.submit(each) for each in work]:
            ended.result()
    assert len(record.committed) > 10
    assert sum(reader.given for reader in readers) > 100
    states = States(wells)
    for begun, zxy, content, version in record.answers:
        due = max((made for at, made in record.committed if at < begun - FRESH_S), default=0)
        assert states.hold(zxy, content, version, due), (begun, zxy, version, due)


@dataclass
class States:
    """Tiles of any version, made from the history, in Web Mercator from the beginning."""

    engine: Engine
    known: dict[tuple[Zxy, int], bytes] = field(default_factory=dict)

    def hold(self, zxy: Zxy, content: bytes, version: int, due: int) -> bool:
        """Tell whether a tile's bytes are those of the state that was due, or of one that came later."""
        return any(
            self.at(zxy, state) == content for state in (version, *range(due, due + 40)) if state >= due
        )

    def at(self, zxy: Zxy, version: int) -> bytes:
        if (zxy, version) not in self.known:
            z, x, y = zxy
            with transaction(self.engine) as connection:
                made = connection.execute(text(AT), {"z": z, "x": x, "y": y, "v": version}).scalar_one()
            self.known[zxy, version] = bytes(made or b"")
        return self.known[zxy, version]
