"""Work in the database that nobody may want any more, and that another thread can then end at once."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Lock
from typing import Any

import psycopg
from sqlalchemy import Connection

from gis_service.db.engine import driver

_CANCEL_S = 2.0
"""How long the server is waited for when it is told; the next look tells it again."""
_under_way: ContextVar["Abandonable | None"] = ContextVar("under_way", default=None)


class AbandonedError(Exception):
    """The work was given up before it began to read."""


class Abandonable:
    """Reading that can be given up from another thread.

    Attributes
    ----------
    is_given_up
        Whether it was. What it ends with then is of no account.
    """

    def __init__(self) -> None:
        self.is_given_up = False
        self._lock = Lock()
        self._lent: psycopg.Connection[Any] | None = None

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let the snapshots that this thread reads inside be ended when the work is given up."""
        before = _under_way.set(self)
        try:
            yield
        finally:
            _under_way.reset(before)

    def give_up(self) -> None:
        """Cancel the statement under way; called again while work goes on that was between two statements."""
        # Under the lock, so that the connection is not lent to others before the server has been told.
        with self._lock:
            self.is_given_up = True
            if self._lent is not None:
                # A server that does not answer is told again at the next look.
                with suppress(psycopg.Error):
                    self._lent.cancel_safe(timeout=_CANCEL_S)

    @contextmanager
    def lent(self, connection: Connection) -> Iterator[None]:
        """Have a connection as long as the work reads by it.

        Raises
        ------
        AbandonedError
            When the work was given up before.
        """
        with self._lock:
            if self.is_given_up:
                raise AbandonedError
            self._lent = driver(connection)
        try:
            yield
        finally:
            with self._lock:
                self._lent = None


@contextmanager
def endable(connection: Connection) -> Iterator[None]:
    """Let the work of this thread, if it can be given up at all, be ended while it reads by a connection.

    Raises
    ------
    AbandonedError
        When it was given up before.
    """
    work = _under_way.get()
    if work is None:
        yield
        return
    with work.lent(connection):
        yield
