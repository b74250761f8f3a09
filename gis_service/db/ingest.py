"""The way of rows into a layer begins in a staging table; ``db/publish.py`` writes the difference.

Whole columns are streamed as ``COPY … BINARY``, which casts nothing: each value has exactly the type of its
column when it gets here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pgpq
import psycopg
import pyarrow as pa
from psycopg import sql as pg
from sqlalchemy import text

from gis_service.db.engine import Connection, driver
from gis_service.db.layers import SQL_TYPES, Column, LayerTable
from gis_service.db.query import identifier

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
            writer = StagingWriter(copy)
            yield writer
            writer.finish()

    def drop(self) -> None:
        """Drop the staging table before its transaction ends."""
        self._connection.execute(text(f"DROP TABLE {self.name}"))


class StagingWriter:
    """The open stream of a binary COPY: into row number, geometry and columns.

    Parameters
    ----------
    copy
        The stream; nothing else writes to it.
    """

    def __init__(self, copy: psycopg.Copy) -> None:
        self._copy = copy
        self._encoder: pgpq.ArrowToPostgresBinaryEncoder | None = None

    def write(self, first: int, geometries: pa.Array, values: Sequence[pa.Array]) -> None:
        """Write one batch.

        Parameters
        ----------
        first
            Number of its first row in the file.
        geometries
            (n,) WKB in longitude and latitude, or none. PostGIS gives it the SRID of its column.
        values
            (n,) values per column, of the Arrow type of the column, in all batches.
        """
        numbers = pa.array(range(first, first + len(geometries)), pa.int64())
        columns = [numbers, geometries, *values]
        batch = pa.RecordBatch.from_arrays(columns, names=[str(place) for place in range(len(columns))])
        if self._encoder is None:
            self._encoder = pgpq.ArrowToPostgresBinaryEncoder(batch.schema)
            self._copy.write(self._encoder.write_header())
        self._copy.write(self._encoder.write_batch(batch))

    def finish(self) -> None:
        """End the stream; without a batch it stays empty."""
        if self._encoder is not None:
            self._copy.write(self._encoder.finish())
