"""The scopes in which services are called: reading one state of the data, or writing a new one."""

from contextlib import AbstractContextManager

from gis_service.db.engine import Connection, transaction
from gis_service.db.snapshot import snapshot
from gis_service.services.context import Context

__all__ = ["Connection", "reading", "writing"]


def reading(context: Context) -> AbstractContextManager[Connection]:
    """Open a scope that sees one committed state and writes nothing.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    return snapshot(context.engine)


def writing(context: Context) -> AbstractContextManager[Connection]:
    """Open a scope that commits at its end, and takes everything back on an error.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    return transaction(context.engine)
