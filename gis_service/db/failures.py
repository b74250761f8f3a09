"""Failures of the database that users can do something about, as our own errors.

Everything else stays what it is: a fault of ours, for the log.
"""

import re

import psycopg
from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import ExceptionContext

from gis_service.db.models import metadata
from gis_service.errors import ErrorCode, Temporary

STATEMENT_TIMEOUT_S = 20
"""Longest that one statement of a reader may take; beyond it the reader hears ``database_slow``."""

_NAMES = [*map(re.escape, [*metadata.tables, "gis.search_form"]), r"procrastinate_\w+"]
_OURS = re.compile(rf"\b({'|'.join(_NAMES)})\b")
_OF_LAYER = re.compile(r"\b(?:layer|history)\.\S")
_LOST = (
    psycopg.errors.AdminShutdown,
    psycopg.errors.CrashShutdown,
    psycopg.errors.CannotConnectNow,
    psycopg.errors.IdleInTransactionSessionTimeout,
)


def failure_of(
    cause: BaseException, url: URL, *, lost: bool = False, statement: str | None = None
) -> Temporary | None:
    """Give our own error for one of the driver; None when it is a fault of ours.

    Parameters
    ----------
    cause
        What the driver raised.
    url
        Address of the database.
    lost
        Whether the connection is known to be lost.
    statement
        What was asked of the server; None when that is not known.

    Returns
    -------
    Temporary or None
        ``database_slow``, ``database_not_migrated``, ``layer_table_behind`` or ``database_unavailable``.
    """
    if isinstance(cause, psycopg.errors.QueryCanceled):
        return Temporary(ErrorCode.DATABASE_SLOW, seconds=STATEMENT_TIMEOUT_S)
    if _lacks_our_schema(cause):
        return Temporary(ErrorCode.DATABASE_NOT_MIGRATED, url=shown(url))
    # The definitions are newer than the tables: a new release, or a field that somebody has added since.
    if isinstance(cause, psycopg.errors.UndefinedColumn) and _OF_LAYER.search(statement or ""):
        return Temporary(ErrorCode.LAYER_TABLE_BEHIND, column=_column_in(cause))
    # An error without a code of the server comes from the driver itself: the line is cut.
    silent = isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None
    if lost or silent or isinstance(cause, _LOST):
        return Temporary(ErrorCode.DATABASE_UNAVAILABLE, url=shown(url))
    return None


def _lacks_our_schema(cause: BaseException) -> bool:
    if isinstance(cause, psycopg.errors.InvalidSchemaName):
        return True
    absent = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction)
    return isinstance(cause, absent) and _OURS.search(cause.diag.message_primary or "") is not None


def _column_in(cause: psycopg.Error) -> str:
    """Name the column that is not there; nothing else of what the server says."""
    found = re.search(r"column \"?(?:\w+\.)?(\w+)", cause.diag.message_primary or "")
    return found[1] if found else "–"


def shown(url: URL) -> str:
    """Give an address that may be shown to people and written to logs, as psql takes it."""
    secrets = {name: "hidden" for name in url.query if "password" in name.lower()}
    plain = url.set(drivername="postgresql") if url.drivername.startswith("postgres") else url
    return plain.update_query_dict(secrets).render_as_string(hide_password=True)


def translate_failures(engine: Engine) -> None:
    """Let the statements of all connections of a pool fail with our own errors."""
    event.listen(engine, "handle_error", _translate)


def _translate(failure: ExceptionContext) -> None:
    if failure.engine is None:
        return
    cause = failure.original_exception
    if error := failure_of(
        cause, failure.engine.url, lost=failure.is_disconnect, statement=failure.statement
    ):
        raise error from cause
