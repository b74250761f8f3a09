"""The tables of layers, made from their definitions, and the versions of what they hold.

``layer.<id>(fid, geom, <fields>)`` holds the current rows and is a plain table that QGIS can edit. The
primary key is generated *by default*: clients that name it (QGIS, a restored row) are let through, and the
sequence never gives a number twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gis_service.crs import STORAGE_SRID
from gis_service.db.engine import Connection
from gis_service.db.query import identifier, sql
from gis_service.errors import Conflict, ErrorCode, RefusedInput
from gis_service.types import LayerId, VersionId

SQL_TYPES = {
    "text": "text",
    "integer": "bigint",
    "number": "double precision",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp with time zone",
}
"""Type of a field in a definition → type of its column, as PostgreSQL prints it."""


_BUSY = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
"""What happens to a writer who meets another: waited too long, or the server chose who gives way."""

_TOO_WIDE = (psycopg.errors.ProgramLimitExceeded, psycopg.errors.TooManyColumns)
"""A row does not fit on a page of the server, or a table has no more room for columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column beside ``fid`` and ``geom``; its type is a key of :data:`SQL_TYPES`."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class LayerTable:
    """The table that a definition asks for.

    Parameters
    ----------
    geometry
        ``Point``, ``MultiPolygon`` …; ``Geometry`` takes every kind, ``None`` leaves the column empty.
    key
        Column that names a feature for good, or none.
    """

    id: LayerId
    geometry: str
    key: str | None
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        """The table's quoted name."""
        return f"layer.{identifier(self.id)}"

    @property
    def geometry_kind(self) -> str:
        """``Point`` … as the column is bound to it; ``Geometry`` for any kind."""
        return "Geometry" if self.geometry == "None" else self.geometry

    @property
    def geometry_type(self) -> str:
        """The type of the geometry column, as PostGIS prints it."""
        return f"geometry({self.geometry_kind},{STORAGE_SRID})"

    def fitting(self, geom: str) -> str:
        """Compose a geometry as the table takes it; one that does not become the kind stays as it is.

        Parameters
        ----------
        geom
            SQL that gives a geometry.
        """
        kind = self.geometry_kind
        if kind.startswith("Multi"):
            return f"ST_Multi({geom})"
        if kind == "Geometry":
            return geom
        return f"CASE WHEN ST_NumGeometries({geom}) = 1 THEN ST_GeometryN({geom}, 1) ELSE {geom} END"

    def misfit(self, geom: str) -> str:
        """Compose the condition that a geometry does not become one that the table takes."""
        if self.geometry_kind == "Geometry":
            return "false"
        return f"upper(GeometryType({self.fitting(geom)})) <> '{self.geometry_kind.upper()}'"


@dataclass(frozen=True, slots=True)
class LayerState:
    """What a layer holds now.

    Parameters
    ----------
    version, committed_at, author, message
        Its newest version; none when nothing has been loaded.
    features
        Number of rows.
    """

    version: VersionId | None = None
    committed_at: datetime | None = None
    author: str | None = None
    message: str | None = None
    features: int = 0


def finite(geom: str) -> str:
    """Compose the condition that every coordinate of a geometry is a number: JSON has no NaN, no Infinity."""
    return f"ST_AsText({geom}, 0) !~ 'NaN|Inf'"


@contextmanager
def waiting_at_most(connection: Connection, layer: LayerId, seconds: float) -> Iterator[None]:
    """Wait for the locks of others no longer than this, until the transaction ends.

    Parameters
    ----------
    connection
        Inside a transaction.
    layer
        Layer that is to be written.
    seconds
        Longest wait for any one lock.

    Raises
    ------
    Conflict
        ``layer_busy`` when somebody still holds a lock by then, or when two wait for each other and this one
        gives way.
    RefusedInput
        ``layer_too_wide`` when a row, or the table itself, is more than the server can keep.
    """
    connection.execute(sql("layers_lock_timeout"), {"limit": f"{round(seconds * 1000)}ms"})
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        # The driver's own error comes out of a COPY.
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, _BUSY):
            raise Conflict(ErrorCode.LAYER_BUSY, layer=layer, seconds=f"{seconds:g}") from error
        if isinstance(cause, _TOO_WIDE):
            raise RefusedInput(ErrorCode.LAYER_TOO_WIDE, layer=layer) from error
        raise


def lock_layer(connection: Connection, layer: LayerId) -> None:
    """Let no other transaction write to the layer until this one ends.

    Every write takes this lock, so that the order of versions is the order of commits; who takes it before
    reading what is to be changed sees what it will be compared with.
    """
    connection.execute(sql("layers_lock"), {"layer": layer})


def keep_writers_out(connection: Connection, layer: LayerId) -> None:
    """Let no other program write to the table of a layer, which is there, until the transaction ends."""
    connection.execute(text(f"LOCK TABLE layer.{identifier(layer)} IN SHARE ROW EXCLUSIVE MODE"))


def keep_all_out(connection: Connection, layer: LayerId) -> None:
    """Let nobody else read or write the table of a layer, which is there, until the transaction ends."""
    connection.execute(text(f"LOCK TABLE layer.{identifier(layer)} IN ACCESS EXCLUSIVE MODE"))


def ensure_table(connection: Connection, table: LayerTable) -> None:
    """Make the table of a layer and put it under history, or find that the one there is as defined.

    Where a table of this name was dropped, its history goes on: the rows that it had last are no more from
    the version on that this transaction makes.

    Raises
    ------
    Conflict
        ``layer_table_differs`` when columns are missing, or of another type.
    """
    wanted = {
        "fid": "bigint",
        "geom": table.geometry_type,
        **{column.name: SQL_TYPES[column.type] for column in table.columns},
    }
    there = columns_of(connection, table.id)
    if there:
        differing = [name for name, kind in wanted.items() if there.get(name) != kind]
        if differing:
            shown = ", ".join(f"{name} {there.get(name, '-')} ≠ {wanted[name]}" for name in differing)
            raise Conflict(ErrorCode.LAYER_TABLE_DIFFERS, layer=table.id, columns=shown)
        return
    columns = "".join(f", {identifier(column.name)} {SQL_TYPES[column.type]}" for column in table.columns)
    connection.execute(
        text(
            f"CREATE TABLE {table.name} (fid bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"
            f" CHECK (fid > 0), geom {table.geometry_type}"
            f" CONSTRAINT {identifier(f'{table.id}_geom_finite')} CHECK ({finite('geom')}){columns})"
        )
    )
    make_indexes(connection, table)
    connection.execute(sql("history_begin"), {"layer": table.id})


def make_indexes(connection: Connection, table: LayerTable) -> None:
    """Make the spatial index, and the unique index of the key, where they are not there.

    To make one takes a lock that waits for every writer who has come to the table, and such a writer may wait
    for the lock of the layer: who holds that one has called `keep_writers_out` before.

    Raises
    ------
    Conflict
        ``layer_table_differs`` when something else has the name of an index.
    """
    for name, unique in _lacking(connection, table):
        if connection.execute(sql("layers_name_taken"), {"name": name}).scalar_one():
            # Of another table, or made by hand and not unique: without it two features could have one key.
            raise Conflict(ErrorCode.LAYER_TABLE_DIFFERS, layer=table.id, columns=name)
        kind, on = ("UNIQUE INDEX", identifier(table.key or "")) if unique else ("INDEX", "geom")
        method = "btree" if unique else "gist"
        connection.execute(text(f"CREATE {kind} {identifier(name)} ON {table.name} USING {method} ({on})"))


def lacks_index(connection: Connection, table: LayerTable) -> bool:
    """Tell whether `make_indexes` has anything to make."""
    return bool(_lacking(connection, table))


def _lacking(connection: Connection, table: LayerTable) -> list[tuple[str, bool]]:
    """Give the indexes that a table lacks, each with whether it keeps keys apart."""
    wanted = [(f"{table.id}_geom_idx", False), *([(f"{table.id}_key_idx", True)] if table.key else [])]
    return [
        (name, unique)
        for name, unique in wanted
        if indexed_column(connection, table, name, unique=unique) is None
    ]


def indexed_column(connection: Connection, table: LayerTable, index: str, *, unique: bool) -> str | None:
    """Give the first column of an index of a table; None when the table has no such index of this name."""
    values = {"layer": table.id, "index": index, "unique": unique}
    name: str | None = connection.execute(sql("layers_index"), values).scalar_one_or_none()
    return name


def drop_spatial_index(connection: Connection, table: LayerTable) -> None:
    """Drop the spatial index, to be made again after many rows came in: three times as fast as row by row."""
    name = f"{table.id}_geom_idx"
    if indexed_column(connection, table, name, unique=False) is not None:
        connection.execute(text(f"DROP INDEX layer.{identifier(name)}"))


def is_empty(connection: Connection, table: LayerTable) -> bool:
    """Tell whether a layer, whose table exists, has no row."""
    asked = text(f"SELECT NOT EXISTS (SELECT FROM {table.name})")  # noqa: S608  quoted
    return bool(connection.execute(asked).scalar_one())


def columns_of(connection: Connection, layer: LayerId) -> dict[str, str]:
    """Give the type of each column of a layer's table, as PostgreSQL prints it; none without a table."""
    rows = connection.execute(sql("layers_columns"), {"layer": layer})
    return {row.name: row.type for row in rows}


def columns_after(connection: Connection, table: LayerTable) -> int:
    """Count the columns that the table of a layer, or its history, comes to have; dropped ones stay counted.

    Parameters
    ----------
    table
        What a definition asks for; a column that has another type counts as a new one.
    """
    wanted = {column.name: SQL_TYPES[column.type] for column in table.columns}
    there: dict[str, set[str]] = {"layer": set(), "history": set()}
    most = dict.fromkeys(there, 0)
    for row in connection.execute(sql("layers_columns_used"), {"layer": table.id}):
        most[row.space] = max(most[row.space], row.number)
        if row.type is not None and wanted.get(row.name) == row.type:
            there[row.space].add(row.name)
    return max(most[space] + len(wanted) - len(there[space]) for space in there)


def add_version(connection: Connection, layer: LayerId, *, author: str, message: str) -> VersionId:
    """Name the author of the version that this transaction makes of a layer, and lock the layer.

    A transaction makes one version of a layer, at its first write; who names the author first makes it, even
    when no row is written then. Without a name the author is the user of the database session.
    """
    values = {"layer": layer, "author": author, "message": message}
    return VersionId(connection.execute(sql("layers_add_version"), values).scalar_one())


def version_of(connection: Connection, layer: LayerId) -> VersionId | None:
    """Give the newest version of a layer; none when nothing has been loaded."""
    found = connection.execute(sql("layers_version"), {"layer": layer}).scalar_one_or_none()
    return None if found is None else VersionId(found)


def table_exists(connection: Connection, layer: LayerId) -> bool:
    """Tell whether the layer has a table."""
    return bool(columns_of(connection, layer))


def state_of(connection: Connection, table: LayerTable) -> LayerState:
    """Tell what a layer holds now."""
    newest = connection.execute(sql("layers_newest"), {"layer": table.id}).one_or_none()
    if newest is None or not table_exists(connection, table.id):
        return LayerState()
    features = count(connection, table)
    return LayerState(VersionId(newest.id), newest.committed_at, newest.author, newest.message, features)


def count(connection: Connection, table: LayerTable) -> int:
    """Count the rows of a layer whose table exists; reads all of it."""
    return int(connection.execute(text(f"SELECT count(*) FROM {table.name}")).scalar_one())  # noqa: S608  quoted
