"""The way of rows out of a layer, a batch at a time."""

from collections.abc import Iterator
from typing import Any

from psycopg import sql as pg

from gis_service.db.engine import Connection, driver
from gis_service.db.history import rows_at
from gis_service.db.layers import LayerTable
from gis_service.types import VersionId

BATCH_ROWS = 65_536


def read_rows(
    connection: Connection, table: LayerTable, version: VersionId | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """Give all rows by rising ``fid``: ``(fid, WKB of the geometry, *columns)``, in batches.

    The server keeps the place in a cursor, so that a layer of any size passes through the memory of one
    batch. The rows are those of now, or of a version that is kept.
    """
    columns = pg.SQL("").join(pg.SQL(", {}").format(pg.Identifier(column.name)) for column in table.columns)
    statement = pg.SQL("SELECT fid, ST_AsBinary(geom){} FROM {} AS t ORDER BY fid").format(
        columns,
        pg.SQL(rows_at(table.id, version)),  # quoted there
    )
    with driver(connection).cursor(name="layer_export", binary=True) as cursor:
        cursor.execute(statement)
        while rows := cursor.fetchmany(BATCH_ROWS):
            yield rows
