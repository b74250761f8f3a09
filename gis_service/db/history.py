"""Versions of a layer and the states of its rows: read again, compared, put back.

``history.<id>`` holds every state of every row; the triggers of migration 0003 write it, whoever writes to
the layer. All of it here is set-based: a state is a filter, a difference is a join of two of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy import Row, text
from sqlalchemy.exc import IntegrityError

from gis_service.db.engine import Connection
from gis_service.db.layers import LayerTable
from gis_service.db.query import identifier, sql
from gis_service.errors import Conflict, ErrorCode
from gis_service.types import LayerId, VersionId


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a layer.

    Parameters
    ----------
    committed_at
        When its transaction ended.
    kept
        Whether its rows can be read again; those of before the history cannot.
    """

    id: VersionId
    author: str
    message: str
    committed_at: datetime
    kept: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows a version added, changed and removed."""

    added: int
    changed: int
    removed: int


def _table(layer: LayerId) -> str:
    return f"history.{identifier(layer)}"


def state(alias: str, version: str) -> str:
    """Compose the condition under which a row of a history was part of a version.

    Parameters
    ----------
    alias
        Of the history table.
    version
        Name of the bound value.
    """
    begun, ended = f"{alias}.version_from", f"{alias}.version_to"
    return f"{begun} <= :{version} AND ({ended} IS NULL OR {ended} > :{version})"


def rows_at(layer: LayerId, version: VersionId | None) -> str:
    """Compose what stands after ``FROM`` to read a layer: its table, or the rows of one of its versions.

    Parameters
    ----------
    layer
        Layer that has a table.
    version
        A version that is kept; None for the current rows.
    """
    if version is None:
        return f"layer.{identifier(layer)}"
    # Composed, not bound, so that whoever reads a layer can read its past; it is a number.
    number = int(version)
    return (
        f"(SELECT * FROM {_table(layer)} AS h WHERE h.version_from <= {number}"  # noqa: S608  a number
        f" AND (h.version_to IS NULL OR h.version_to > {number}))"
    )


def _version(row: Row[tuple[object, ...]] | None) -> Version | None:
    if row is None:
        return None
    return Version(VersionId(row.id), row.author, row.message, row.committed_at, row.kept)


def version(connection: Connection, layer: LayerId, number: int) -> Version | None:
    """Give one version of a layer."""
    return _version(
        connection.execute(sql("history_version"), {"layer": layer, "version": number}).one_or_none()
    )


def version_at(connection: Connection, layer: LayerId, at: datetime) -> Version | None:
    """Give the version that was the newest of a layer at a time; None before its first one."""
    return _version(connection.execute(sql("history_at"), {"layer": layer, "at": at}).one_or_none())


def versions(
    connection: Connection, layer: LayerId, *, before: int | None, count: int
) -> list[tuple[Version, Tally]]:
    """Give up to ``count`` versions of a layer, the newest first, with what each did to the rows.

    Parameters
    ----------
    before
        Only those before this version.
    """
    statement = text(sql("history_versions").text.replace("{history}", _table(layer)))
    found = connection.execute(statement, {"layer": layer, "before": before, "count": count})
    return [
        (
            Version(VersionId(row.id), row.author, row.message, row.committed_at, row.kept),
            Tally(row.added, row.changed, row.removed),
        )
        for row in found
    ]


def put_back(
    connection: Connection, table: LayerTable, version: VersionId, fids: Sequence[int] | None = None
) -> Tally:
    """Bring rows of a layer back to what they were in a version; every row keeps its ``fid``.

    Parameters
    ----------
    connection
        Inside a transaction that holds the layer's lock.
    table
        The layer; columns that the version did not have become empty, and those that were made by hand come
        back as well. A geometry becomes what the table takes, a single one of many for instance.
    version
        A version that is kept.
    fids
        Only these rows; None for all.

    Returns
    -------
    Tally
        Rows that were written; a row that is as it was is not.

    Raises
    ------
    Conflict
        ``version_unfit`` when a constraint of the table, made by hand perhaps, does not take a row.
    """
    try:
        with connection.begin_nested():
            return _put_back(connection, table, version, fids)
    except IntegrityError as error:
        told = error.orig.diag if isinstance(error.orig, psycopg.Error) else None
        what = (told and (told.constraint_name or told.column_name)) or "-"
        raise Conflict(ErrorCode.VERSION_UNFIT, layer=table.id, version=version, what=what) from error


def _put_back(
    connection: Connection, table: LayerTable, version: VersionId, fids: Sequence[int] | None
) -> Tally:
    values = {"version": version, "fids": None if fids is None else list(fids)}
    # A name made by hand may hold a colon, which would begin a value.
    shared = [
        (row.name.replace(":", "\\:"), "" if row.comparable else "\\:\\:text")
        for row in connection.execute(sql("history_shared"), {"layer": table.id})
    ]
    names = [name for name, _ in shared]
    past = {name: table.fitting("h.geom") if name == "geom" else f"h.{name}" for name in names}
    past_values = ", ".join(past.values())
    past_compared = ", ".join(past[name] + as_text for name, as_text in shared)
    compared = ", ".join(f"t.{name}{as_text}" for name, as_text in shared)
    # A row whose key changes goes and comes: two that swap their keys would stand in each other's way.
    moved = f"h.{identifier(table.key)} IS DISTINCT FROM t.{identifier(table.key)}" if table.key else "false"
    only = "(CAST(:fids AS bigint[]) IS NULL OR {}.fid = ANY (:fids))"
    source = f"{_table(table.id)} AS h"
    gone = f"SELECT FROM {source} WHERE h.fid = t.fid AND {state('h', 'version')}"
    there = f"SELECT FROM {table.name} AS t WHERE t.fid = h.fid"
    differs = f"({past_compared}) IS DISTINCT FROM ({compared})"
    removed = _run(
        connection,
        f"DELETE FROM {table.name} AS t WHERE {only.format('t')} AND NOT EXISTS ({gone} AND NOT ({moved}))",  # noqa: S608
        values,
    )
    changed = _run(
        connection,
        f"UPDATE {table.name} AS t SET ({', '.join(names)}) = ROW({past_values}) FROM {source}"  # noqa: S608
        f" WHERE h.fid = t.fid AND {state('h', 'version')} AND {only.format('h')} AND {differs}",
        values,
    )
    added = _run(
        connection,
        f"INSERT INTO {table.name} (fid, {', '.join(names)}) SELECT h.fid, {past_values} FROM {source}"  # noqa: S608
        f" WHERE {state('h', 'version')} AND {only.format('h')} AND NOT EXISTS ({there}) ORDER BY h.fid",
        values,
    )
    return Tally(added, changed, removed)


def _run(connection: Connection, statement: str, values: Mapping[str, object]) -> int:
    return int(connection.execute(text(statement), values).rowcount)
