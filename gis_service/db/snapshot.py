"""Reading for one request: one transaction that sees one state of the data and can write nothing."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import ExceptionContext

from gis_service.db.engine import transaction
from gis_service.errors import ErrorCode, Temporary

STATEMENT_TIMEOUT_S = 20
"""Longest that one statement of a reader may take; beyond it the reader hears ``database_slow``."""


class _NothingToCommitError(Exception):
    """Ends the transaction of a reader."""


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Lend a connection whose statements all see the same committed state; writing is refused.

    Raises
    ------
    Temporary
        ``database_unavailable`` when no connection can be had, or when it is lost on the way.
    """
    with suppress(_NothingToCommitError), transaction(engine) as connection:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT_S}s'"))
        yield connection
        # Rolling back works whatever has happened on the way; committing on a lost connection does not.
        raise _NothingToCommitError


def translate_failures(engine: Engine) -> None:
    """Let a lost connection or a statement that took too long be heard as our own errors.

    Everything else stays what it is: a fault of ours, for the log.
    """
    if not event.contains(engine, "handle_error", _translate):
        event.listen(engine, "handle_error", _translate)


def _translate(failure: ExceptionContext) -> None:
    cause = failure.original_exception
    if isinstance(cause, psycopg.errors.QueryCanceled):
        error = Temporary(ErrorCode.DATABASE_SLOW, seconds=STATEMENT_TIMEOUT_S)
    elif failure.is_disconnect and failure.engine is not None:
        url = failure.engine.url.render_as_string(hide_password=True)
        error = Temporary(ErrorCode.DATABASE_UNAVAILABLE, url=url)
    else:
        return
    raise error from cause
