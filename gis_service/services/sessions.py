"""Sessions of people who have signed in with a browser."""

import hashlib
import secrets
from dataclasses import dataclass

from gis_service.db import sessions as rows
from gis_service.db.engine import Connection
from gis_service.db.sessions import NewSession, SessionEntry
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.accounts import HOUR_S, Caller, Role, Trail, record
from gis_service.services.context import Context
from gis_service.services.transactions import writing
from gis_service.settings import Settings

__all__ = ["Session", "SessionEntry", "begin", "end", "end_others", "find", "hash_of", "list_", "touch"]

_SECRET_BYTES = 32
_BROWSER_SIGNS = 200
_MINUTE_S = 60
TOUCH_S = 60
"""A sign of life is noted at most once in so many seconds: reading should not write."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is valid.

    Parameters
    ----------
    number
        By which lists name it.
    caller
        Who has signed in.
    idle_s
        Seconds since its last sign of life.
    """

    number: int
    caller: Caller
    idle_s: float


def hash_of(secret: str) -> bytes:
    """Give what is kept of the secret of a session."""
    # 256 random bits: a plain hash hides them as well as a slow one would.
    return hashlib.sha256(secret.encode(errors="backslashreplace")).digest()


def begin(connection: Connection, settings: Settings, caller: Caller, browser: str) -> str:
    """Begin a session and give its secret, which is in the cookie and nowhere else.

    Parameters
    ----------
    caller
        Who has signed in, and from where.
    browser
        What the browser calls itself.
    """
    if caller.account is None:
        raise ValueError("only accounts have sessions")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    record(connection, caller, "session.begin", caller.name)
    kept = NewSession(
        hash_of(secret),
        caller.account,
        caller.trail.address,
        browser[:_BROWSER_SIGNS],
        settings.session_hours * HOUR_S,
    )
    rows.insert_session(connection, kept)
    return secret


def find(connection: Connection, settings: Settings, secret: str) -> Session | None:
    """Give the session of a cookie; None when it has ended, was idle too long, or its account is closed."""
    found = rows.find_session(connection, hash_of(secret), settings.session_idle_minutes * _MINUTE_S)
    if found is None:
        return None
    caller = Caller(Role(found.role), found.login, found.account, trail=Trail("session"))
    return Session(found.id, caller, found.idle_s)


def touch(context: Context, session: Session) -> None:
    """Note that a session is in use."""
    if session.idle_s >= TOUCH_S:
        with writing(context) as connection:
            rows.touch_session(connection, session.number)


def list_(connection: Connection, settings: Settings, account: int) -> list[SessionEntry]:
    """Give the sessions of an account, the last used first."""
    return rows.list_sessions(connection, account, settings.session_idle_minutes * _MINUTE_S)


def end(connection: Connection, caller: Caller, number: int) -> None:
    """End one of the caller's own sessions.

    Raises
    ------
    NotFound
        ``session_not_found``.
    """
    record(connection, caller, "session.end", str(number))
    if caller.account is None or not rows.end_sessions(connection, caller.account, only=number):
        raise NotFound(ErrorCode.SESSION_NOT_FOUND, number=number)


def end_others(connection: Connection, caller: Caller, number: int) -> int:
    """End all of the caller's own sessions but one, and tell how many."""
    if caller.account is None:
        return 0
    record(connection, caller, "session.end_others", caller.name)
    return len(rows.end_sessions(connection, caller.account, but=number))
