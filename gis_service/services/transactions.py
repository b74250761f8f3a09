"""The scopes in which services are called: reading one state of the data, or writing a new one.

Each begins by looking whether users have made or changed layers, so that the catalogue of the context is not
older than the data.

A study is computed in a scope that reads, and kept in one that writes: so all of it is of one state, and no
table waits for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from gis_service.db.engine import Connection, transaction
from gis_service.db.snapshot import snapshot
from gis_service.services.context import Context

__all__ = ["Connection", "computing", "reading", "writing"]


@contextmanager
def reading(context: Context) -> Iterator[Connection]:
    """Open a scope that sees one committed state and writes nothing.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    with snapshot(context.engine) as connection:
        context.look_again(connection)
        yield connection


@contextmanager
def computing(context: Context) -> Iterator[Connection]:
    """Open a scope as `reading` does, for work that nobody waits for: a statement takes as long as it takes.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    with snapshot(context.engine, statement_s=0) as connection:
        context.look_again(connection)
        yield connection


@contextmanager
def writing(context: Context) -> Iterator[Connection]:
    """Open a scope that commits at its end, and takes everything back on an error.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    with transaction(context.engine) as connection:
        context.look_again(connection)
        yield connection
