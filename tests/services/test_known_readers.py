"""Readers are known as the database had them half a second ago at most, whoever changes them meanwhile."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import Engine, text

from gis_service.db.engine import open_engine, transaction
from gis_service.services import known_readers, users
from gis_service.services.accounts import Caller, Role, make_token
from gis_service.services.known_readers import KnownReaders, Proof, Standing
from gis_service.services.tile_freshness import BELIEVED_S

SIGN = b"s" * 32
VIEWER, STAFF = (Standing(role, None, frozenset()) for role in (Role.VIEWER, Role.GIS_STAFF))


@pytest.fixture
def engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    made = open_engine(make_database())
    yield made
    made.dispose()


def reader_of(engine: Engine) -> Proof:
    """Make an account with a token."""
    with transaction(engine) as connection:
        caller = Caller(Role.VIEWER, "lan", users.add(connection, "lan", Role.VIEWER).id)
        return Proof.of_token(make_token(connection, Role.VIEWER, "lan", caller=caller))


def look(engine: Engine, readers: KnownReaders) -> None:
    with transaction(engine) as connection:
        readers.look(connection)


def change(engine: Engine, statement: str) -> None:
    with transaction(engine) as connection:
        connection.execute(text(statement))


def test_a_reader_is_believed_for_half_a_second_from_before_the_question(engine: Engine) -> None:
    readers, proof, now = KnownReaders(60), reader_of(engine), time.monotonic()
    assert readers.find(SIGN) is None
    readers.learn(SIGN, proof, VIEWER, now)
    assert readers.find(SIGN) == VIEWER
    readers.learn(SIGN, proof, VIEWER, now - BELIEVED_S)
    assert readers.find(SIGN) is None
    look(engine, readers)
    assert readers.find(SIGN) == VIEWER, "asked again"


def test_who_has_changed_is_forgotten_and_who_sleeps_too(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers, proof = KnownReaders(60), reader_of(engine)
    readers.learn(SIGN, proof, STAFF, time.monotonic())
    look(engine, readers)
    assert readers.find(SIGN) is None, "the database has a viewer"
    readers.learn(SIGN, proof, VIEWER, time.monotonic())
    monkeypatch.setattr(known_readers, "ASLEEP_S", 0.0)
    look(engine, readers)
    assert readers.find(SIGN) is None


def test_there_are_never_too_many(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_readers, "MOST", 2)
    readers, proof, now = KnownReaders(60), reader_of(engine), time.monotonic()
    signs = [bytes([number]) for number in range(4)]
    for sign in signs:
        readers.learn(sign, proof, VIEWER, now)
    assert [readers.find(sign) for sign in signs] == [VIEWER, VIEWER, None, None]
    readers.learn(signs[3], proof, VIEWER, now + BELIEVED_S)
    assert readers.find(signs[3]) == VIEWER, "the others are believed no more"


@dataclass
class Record:
    """What a reader was allowed, and until when each of these states may have been the newest one."""

    states: list[tuple[Standing | None, float]] = field(default_factory=list)
    found: list[tuple[float, Standing]] = field(default_factory=list)
    asked: int = 0

    def is_fresh(self, at: float, standing: Standing) -> bool:
        return any(state == standing and end >= at - BELIEVED_S for state, end in self.states)


CHANGES: list[tuple[str, Standing | None]] = [
    ("UPDATE gis.account SET role = 'viewer', disabled_at = NULL", VIEWER),
    ("UPDATE gis.account SET role = 'gis_staff', disabled_at = NULL", STAFF),
    ("UPDATE gis.account SET disabled_at = now()", None),
]


def _write_for_a_while(engine: Engine, record: Record, until: float) -> None:
    dice = random.Random(7)  # noqa: S311  reproducible, no secret
    newest: Standing | None = VIEWER
    while time.monotonic() < until:
        statement, standing = dice.choice(CHANGES)
        change(engine, statement)
        record.states.append((newest, time.monotonic()))
        newest = standing
        time.sleep(dice.uniform(0, 0.1))
    record.states.append((newest, float("inf")))


def _read_for_a_while(
    engine: Engine, readers: KnownReaders, proof: Proof, record: Record, until: float
) -> None:
    """Ask as a process does: by what is known, else by the database, with a pause before that is learned."""
    dice = random.Random(8)  # noqa: S311  reproducible, no secret
    role = text(
        "SELECT account.role FROM gis.token JOIN gis.account ON account.id = token.account"
        " WHERE token.hash = :hash AND account.disabled_at IS NULL"
    )
    while time.monotonic() < until:
        begun = time.monotonic()
        if (standing := readers.find(SIGN)) is not None:
            record.found.append((begun, standing))
            time.sleep(0.001)
            continue
        with transaction(engine) as connection:
            now = connection.execute(role, {"hash": proof.hashed}).scalar_one_or_none()
        time.sleep(dice.choice([0.0, 0.01, 0.2]))
        if now is not None:
            readers.learn(SIGN, proof, Standing(now, None, frozenset()), begun)
        record.asked += 1


def _look_now_and_then(engine: Engine, readers: KnownReaders, until: float) -> None:
    dice = random.Random(9)  # noqa: S311  reproducible, no secret
    while time.monotonic() < until:
        look(engine, readers)
        time.sleep(dice.choice([0.05, 0.2, 0.7]))


def test_no_standing_is_given_that_ended_more_than_half_a_second_ago(engine: Engine) -> None:
    record, readers, proof, until = Record(), KnownReaders(60), reader_of(engine), time.monotonic() + 2
    work: list[Callable[[], None]] = [
        partial(_write_for_a_while, engine, record, until),
        *[partial(_read_for_a_while, engine, readers, proof, record, until)] * 2,
        partial(_look_now_and_then, engine, readers, until),
    ]
    with ThreadPoolExecutor(len(work)) as pool:
        for ended in [pool.submit(each) for each in work]:
            ended.result()
    assert len(record.states) > 5
    assert len(record.found) > 100
    assert {standing for _, standing in record.found} == {VIEWER, STAFF}
    assert [one for one in set(record.found) if not record.is_fresh(*one)] == []
