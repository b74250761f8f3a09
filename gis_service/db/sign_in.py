"""Tries to sign in, counted in the database so that all processes agree."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from gis_service.db.accounts import seconds
from gis_service.db.models import sign_in_failure as tries

_FORGOTTEN = text("interval '1 hour'")
_KNOWN = text("interval '90 days'")


@dataclass(frozen=True, slots=True)
class Tried:
    """What is known of one key.

    Parameters
    ----------
    failures
        Tries that went wrong, until an hour passes without one.
    wait_s
        Seconds until the next try; 0 when it may be made now.
    known
        Whether somebody has signed in by this key in the last 90 days.
    """

    failures: int
    wait_s: float
    known: bool


def lock_tries(connection: Connection, keys: Sequence[bytes]) -> list[Tried]:
    """Give what is known of some keys, and keep them from others until the transaction ends."""
    rows = insert(tries).values([{"key": key} for key in sorted(keys)])
    connection.execute(rows.on_conflict_do_nothing())
    now = func.clock_timestamp()
    asked = (
        select(
            tries.c.key,
            case((tries.c.last_at < now - _FORGOTTEN, 0), else_=tries.c.failures),
            func.greatest(0, func.extract("epoch", tries.c.next_at - now)),
            func.coalesce(tries.c.known_at > now - _KNOWN, False),
        )
        .where(tries.c.key.in_(keys))
        # In one order, so that two who want the same rows never wait for each other.
        .order_by(tries.c.key)
        .with_for_update()
    )
    found = {row[0]: Tried(row[1], float(row[2]), row[3]) for row in connection.execute(asked)}
    return [found[key] for key in keys]


def count_try(connection: Connection, key: bytes, failures: int, delay_s: int) -> None:
    """Note one more try by a key, and how long the next one has to wait."""
    now = func.clock_timestamp()
    noted = update(tries).where(tries.c.key == key)
    connection.execute(noted.values(failures=failures, last_at=now, next_at=now + seconds(delay_s)))


def forgive_try(connection: Connection, key: bytes, *, known: bool) -> None:
    """Take back the try that was counted last; with ``known`` all of them, since the right one has come."""
    now = func.clock_timestamp()
    kept = func.greatest(0, tries.c.failures - 1)
    values = {"failures": 0, "known_at": now} if known else {"failures": kept}
    connection.execute(update(tries).where(tries.c.key == key).values(**values, next_at=now))


def forget_tries(connection: Connection) -> None:
    """Drop what is a day old, and known places not seen for 90 days."""
    now = func.now()
    old = tries.c.last_at < now - text("interval '1 day'")
    lost = select(tries.c.key).where(old, func.coalesce(tries.c.known_at < now - _KNOWN, True))
    # What somebody else has in hand is left for the next time, so that nobody waits here.
    connection.execute(delete(tries).where(tries.c.key.in_(lost.with_for_update(skip_locked=True))))
