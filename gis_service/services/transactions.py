"""The scopes in which services are called: reading one state of the data, or writing a new one.

A study is computed in a scope that reads, and kept in one that writes: so all of it is of one state, and no
table waits for it.
"""

from contextlib import AbstractContextManager

from gis_service.db.engine import Connection, transaction
from gis_service.db.snapshot import snapshot
from gis_service.services.context import Context

__all__ = ["Connection", "computing", "reading", "writing"]


def reading(context: Context) -> AbstractContextManager[Connection]:
    """Open a scope that sees one committed state and writes nothing.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    return snapshot(context.engine)


def computing(context: Context) -> AbstractContextManager[Connection]:
    """Open a scope as `reading` does, for work that nobody waits for: a statement takes as long as it takes.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    return snapshot(context.engine, statement_s=0)


def writing(context: Context) -> AbstractContextManager[Connection]:
    """Open a scope that commits at its end, and takes everything back on an error.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    return transaction(context.engine)
