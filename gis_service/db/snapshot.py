"""Reading for one request: one transaction that sees one state of the data and can write nothing."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine

from gis_service.db.abandon import endable
from gis_service.db.engine import driver, transaction
from gis_service.db.failures import STATEMENT_TIMEOUT_S


class _NothingToCommitError(Exception):
    """Ends the transaction of a reader."""


@contextmanager
def snapshot(
    engine: Engine, statement_s: int = STATEMENT_TIMEOUT_S, *, is_small: bool = False
) -> Iterator[Connection]:
    """Lend a connection whose statements all see the same committed state; writing is refused.

    Parameters
    ----------
    engine
        Pool of connections.
    statement_s
        Seconds that one statement may take; 0 is as long as it takes.
    is_small
        Whether each statement is done sooner than other processes would be called to help with it.

    Raises
    ------
    Temporary
        ``database_unavailable`` when no connection can be had, or when it is lost on the way.
    """
    with suppress(_NothingToCommitError), transaction(engine) as connection:
        terms = [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = '{statement_s}s'",
            *(["SET LOCAL max_parallel_workers_per_gather = 0"] if is_small else []),
        ]
        # In one message, by the driver itself: before a tile this is a tenth of the work here.
        driver(connection).execute("; ".join(terms).encode())
        with endable(connection):
            yield connection
        # Rolling back works whatever has happened on the way; committing on a lost connection does not.
        raise _NothingToCommitError
