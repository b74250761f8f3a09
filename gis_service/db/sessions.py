"""Sessions in the database: only the SHA-256 of what the cookie holds is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Float,
    Select,
    Text,
    and_,
    cast,
    delete,
    func,
    insert,
    null,
    select,
    update,
)

from gis_service.db.accounts import among, is_number, seconds
from gis_service.db.models import account, session


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session that is valid, and the account that it belongs to.

    Parameters
    ----------
    idle_s
        Seconds since its last sign of life.
    """

    id: int
    account: int
    login: str
    name: str
    role: str
    idle_s: float


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A session as a list shows it."""

    id: int
    address: str | None
    browser: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be kept.

    Parameters
    ----------
    hashed
        SHA-256 of what the cookie holds, 32 bytes.
    account
        Who has signed in.
    address
        From where, shortened.
    browser
        What the browser calls itself.
    lifetime_s
        Seconds until it ends however much it is used.
    """

    hashed: bytes
    account: int
    address: str | None
    browser: str
    lifetime_s: int


def insert_session(connection: Connection, new: NewSession) -> int:
    """Keep a new session, drop those that have ended, and give the number of the new one."""
    connection.execute(delete(session).where(session.c.expires_at < func.now()))
    made = insert(session).values(
        hash=new.hashed,
        account=new.account,
        address=new.address,
        browser=new.browser,
        seen_at=func.clock_timestamp(),
        expires_at=func.clock_timestamp() + seconds(new.lifetime_s),
    )
    number: int = connection.execute(made.returning(session.c.id)).scalar_one()
    return number


_IDLE_S = func.extract("epoch", func.clock_timestamp() - session.c.seen_at).cast(Float)


def _is_open(idle_s: int) -> ColumnElement[bool]:
    now = func.clock_timestamp()
    return and_(session.c.expires_at > now, session.c.seen_at > now - seconds(idle_s))


def find_session(connection: Connection, hashed: bytes, idle_s: int) -> SessionRow | None:
    """Give the session with this hash; None when it has ended, or was idle, or its account is closed."""
    asked = (
        select(session.c.id, session.c.account, account.c.login, account.c.name, account.c.role, _IDLE_S)
        .join(account, account.c.id == session.c.account)
        .where(session.c.hash == hashed, _is_open(idle_s), account.c.disabled_at.is_(None))
    )
    row = connection.execute(asked).one_or_none()
    return None if row is None else SessionRow(*row)


def sessions_held(hashes: Sequence[bytes], idle_s: int) -> Select[Any]:
    """Ask which of some sessions are valid: hash, role, no scopes, account, seconds since a sign of life."""
    unlimited = cast(null(), ARRAY(Text)).label("scopes")
    return (
        select(session.c.hash, account.c.role, unlimited, session.c.account, _IDLE_S.label("idle_s"))
        .join(account, account.c.id == session.c.account)
        .where(session.c.hash == among(hashes), _is_open(idle_s), account.c.disabled_at.is_(None))
    )


def lasts(connection: Connection, number: int) -> bool:
    """Tell whether a session is still there; it cannot be ended before the transaction is."""
    asked = select(session.c.id).where(session.c.id == number, session.c.expires_at > func.clock_timestamp())
    return connection.execute(asked.with_for_update(read=True)).scalar_one_or_none() is not None


def touch_session(connection: Connection, number: int) -> None:
    """Note a sign of life."""
    seen = update(session).where(session.c.id == number)
    connection.execute(seen.values(seen_at=func.clock_timestamp()))


def list_sessions(connection: Connection, owner: int, idle_s: int) -> list[SessionEntry]:
    """Give the sessions of an account that are valid, the last used first."""
    asked = (
        select(session.c.id, session.c.address, session.c.browser, session.c.created_at, session.c.seen_at)
        .where(session.c.account == owner, _is_open(idle_s))
        .order_by(session.c.seen_at.desc())
    )
    return [SessionEntry(*row) for row in connection.execute(asked)]


def end_sessions(
    connection: Connection, owner: int, *, only: int | None = None, but: int | None = None
) -> list[int]:
    """End sessions of an account: one of them, all but one, or all; give the numbers of those that ended."""
    if only is not None and not is_number(only):
        return []
    chosen = [session.c.account == owner]
    if only is not None:
        chosen.append(session.c.id == only)
    if but is not None:
        chosen.append(session.c.id != but)
    ended = delete(session).where(*chosen).returning(session.c.id)
    return list(connection.execute(ended).scalars())
