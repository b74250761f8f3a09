"""Connections to the database: the engine, the scope of a transaction, the driver beneath."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gis_service.db.failures import failure_of, shown, translate_failures
from gis_service.errors import ErrorCode, Temporary, WrongUse

__all__ = ["Connection", "Engine", "driver", "open_engine", "transaction"]

_CONNECT_TIMEOUT_S = 10
_POOL_TIMEOUT_S = 10


def open_engine(url: str, *, pool_size: int = 8) -> Engine:
    """Open a pool of connections; nothing is connected before the first use.

    Parameters
    ----------
    url
        ``postgresql://…`` as psql takes it.
    pool_size
        Most connections this process holds at once.

    Raises
    ------
    WrongUse
        ``database_url_invalid`` when the URL cannot be read.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise WrongUse(ErrorCode.DATABASE_URL_INVALID, value=without_password(url)) from error
    if parsed.get_backend_name() not in {"postgresql", "postgres"}:
        raise WrongUse(ErrorCode.DATABASE_URL_INVALID, value=without_password(url))
    engine = create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_POOL_TIMEOUT_S,
        pool_pre_ping=True,
        connect_args={
            "application_name": "gis-service",
            "connect_timeout": _CONNECT_TIMEOUT_S,
            # Times are stored and shown in UTC whatever the server's own zone is.
            "options": "-c timezone=UTC",
        },
    )
    translate_failures(engine)
    return engine


def without_password(url: str) -> str:
    """Give a URL that may be shown to people and written to logs."""
    try:
        return shown(make_url(url))
    except ArgumentError:
        # Not a URL at all: nobody can tell which part of it is a secret.
        return url[:3] + "…"


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Lend a connection inside one transaction: committed at the end, rolled back on any error.

    Raises
    ------
    Temporary
        ``database_unavailable`` when no connection can be had or it is lost on the way,
        ``database_not_migrated`` when the tables of the service are not there.
    """
    try:
        connection = engine.connect()
    except (OperationalError, PoolTimeoutError) as error:
        raise Temporary(ErrorCode.DATABASE_UNAVAILABLE, url=shown(engine.url)) from error
    try:
        with connection, connection.begin():
            yield connection
    except psycopg.Error as error:
        # Of the driver itself, in a COPY: SQLAlchemy has not seen it.
        if failure := failure_of(error, engine.url):
            raise failure from error
        raise


def driver(connection: Connection) -> "psycopg.Connection[tuple[Any, ...]]":
    """Give the psycopg connection beneath, inside the same transaction, for COPY."""
    return cast("psycopg.Connection[tuple[Any, ...]]", connection.connection.driver_connection)
