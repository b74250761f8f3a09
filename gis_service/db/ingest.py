"""The way of rows into a layer begins in a staging table; ``db/publish.py`` writes the difference.

Rows are streamed as ``COPY … BINARY`` (80,000 rows a second where ``to_postgis`` does 19,000). Binary COPY
casts nothing: each value has exactly the type of its column when it gets here.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql as pg
from sqlalchemy import text

from gis_service.db.engine import Connection, driver
from gis_service.db.layers import (
    SQL_TYPES,
    Column,
    LayerTable,
)
from gis_service.db.query import identifier

_COPY_TYPES = {
    "text": "text",
    "integer": "int8",
    "number": "float8",
    "boolean": "bool",
    "date": "date",
    "timestamp": "timestamptz",
}
ROW = '"_row"'
"""Number of the row in the file; no field can be called so, since ids begin with a letter."""


class Staging:
    """Rows of a file before they are published: seen by this transaction alone, gone with it.

    Parameters
    ----------
    table
        Layer they are meant for.
    columns
        The columns that the file has; others of the layer are left as they are.
    """

    def __init__(self, connection: Connection, table: LayerTable, columns: Sequence[Column]) -> None:
        self._connection = connection
        self._table = table
        self._columns = tuple(columns)
        self.names = [column.name for column in columns]
        self.name = f"pg_temp.{identifier(f'staging_{table.id}')}"

    def create(self) -> None:
        """Make the empty staging table."""
        fields = "".join(f", {identifier(column.name)} {SQL_TYPES[column.type]}" for column in self._columns)
        self._connection.execute(
            text(
                f"CREATE TEMPORARY TABLE {identifier(f'staging_{self._table.id}')}"
                f" ({ROW} bigint, geom {self._table.geometry_type}{fields}) ON COMMIT DROP"
            )
        )

    @contextmanager
    def writer(self) -> Iterator["StagingWriter"]:
        """Open the stream that rows are written to; no other statement runs meanwhile."""
        names = ["_row", "geom", *self.names]
        statement = pg.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
            pg.Identifier("pg_temp", f"staging_{self._table.id}"),
            pg.SQL(", ").join(map(pg.Identifier, names)),
        )
        with driver(self._connection).cursor() as cursor, cursor.copy(statement) as copy:
            yield staging_writer(copy, [column.type for column in self._columns])

    def drop(self) -> None:
        """Drop the staging table before its transaction ends."""
        self._connection.execute(text(f"DROP TABLE {self.name}"))


def staging_writer(copy: psycopg.Copy, types: Sequence[str]) -> "StagingWriter":
    """Make the writer of a stream that is open: into row number, geometry and columns of these types."""
    # The receiver of a geometry takes the bytes of its EWKB as they are.
    copy.set_types(["int8", "bytea", *(_COPY_TYPES[kind] for kind in types)])
    return StagingWriter(copy)


class StagingWriter:
    """The open stream into a staging table."""

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy

    def write(self, first: int, geometries: Iterable[bytes | None], values: Sequence[Iterable[Any]]) -> None:
        """Write one batch.

        Parameters
        ----------
        first
            Number of its first row in the file.
        geometries
            EWKB with the storage SRID, or none.
        values
            One sequence per column, of the Python type of the column.
        """
        write_row = self._copy.write_row
        for number, row in enumerate(zip(geometries, *values, strict=True), first):
            write_row((number, *row))
