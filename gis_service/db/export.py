"""The way of rows out of a layer, a batch at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from psycopg import sql as pg

from gis_service.db.engine import Connection, driver
from gis_service.db.filters import Condition
from gis_service.db.history import rows_at
from gis_service.db.layers import LayerTable
from gis_service.types import VersionId

BATCH_ROWS = 8_192
"""Rows in memory at once; other threads of the process wait while a writer takes them in."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of a layer.

    Parameters
    ----------
    table
        The layer.
    version
        A version that is kept; None for the rows of now.
    conditions
        What a row must fulfil.
    """

    table: LayerTable
    version: VersionId | None = None
    conditions: tuple[Condition, ...] = ()

    def source(self) -> pg.Composable:
        """Compose what stands behind ``FROM``, and the conditions."""
        table = pg.SQL(rows_at(self.table.id, self.version))  # quoted there
        parts = [pg.SQL("true"), *(condition.sql() for condition in self.conditions)]
        return pg.SQL("{} AS t WHERE {}").format(table, pg.SQL(" AND ").join(parts))


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows there are, and how many of them have a geometry."""

    rows: int
    placed: int


def count_rows(connection: Connection, rows: Rows) -> RowCount:
    """Count rows; reads all of them, and finds out whether the table has every column that is asked for.

    Raises
    ------
    Temporary
        ``layer_table_behind``, ``database_slow``.
    """
    statement = pg.SQL("SELECT count(*), count(geom) FROM (SELECT t.fid, t.geom{} FROM {}) AS found").format(
        _columns(rows), rows.source()
    )
    # By way of the pool, which knows the failures of statements; no sign of it is a placeholder.
    text = statement.as_string(driver(connection))
    count, placed = connection.exec_driver_sql(text, execution_options={"no_parameters": True}).one()
    return RowCount(count, placed)


def read_rows(connection: Connection, rows: Rows) -> Iterator[list[tuple[Any, ...]]]:
    """Give rows by rising ``fid``: ``(fid, WKB of the geometry, *columns)``, in batches.

    The server keeps the place in a cursor, so that a layer of any size passes through the memory of one
    batch. The rows are those of one state of the layer.
    """
    statement = pg.SQL("SELECT t.fid, ST_AsBinary(t.geom){} FROM {} ORDER BY t.fid").format(
        _columns(rows), rows.source()
    )
    with driver(connection).cursor(name="layer_export", binary=True) as cursor:
        cursor.execute(statement)
        while found := cursor.fetchmany(BATCH_ROWS):
            yield found


def _columns(rows: Rows) -> pg.Composable:
    return pg.SQL("").join(
        pg.SQL(", t.{}").format(pg.Identifier(column.name)) for column in rows.table.columns
    )
