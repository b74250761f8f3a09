"""Staged rows into a layer, as the difference: what says nothing new is not written.

A feature keeps its ``fid`` as long as the layer knows its key, also when it was away for some versions; in a
layer without a key, as long as all of it stays the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gis_service.db.engine import Connection
from gis_service.db.ingest import ROW, Staging
from gis_service.db.layers import LayerTable, drop_spatial_index, make_indexes
from gis_service.db.query import identifier
from gis_service.errors import Conflict, ErrorCode


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done to the rows of a layer."""

    added: int
    changed: int
    removed: int
    unchanged: int


def replace_all(
    connection: Connection, table: LayerTable, staging: Staging, *, alone: bool = False
) -> Changes:
    """Make the layer hold just the staged rows, and drop the staging table.

    Parameters
    ----------
    connection
        Inside a transaction that holds the layer's lock and has named the author of its version.
    table
        The layer. A column that was not staged keeps its values in the rows that stay.
    staging
        Rows to be; no two of them have one key.
    alone
        Whether this transaction keeps everybody else from the table, so that its index can be made anew.
    """
    total = _count(connection, table.name)
    removed = changed = 0
    if total:
        # Only what is compared needs to be known well.
        connection.execute(text(f"ANALYZE {staging.name}"))
    if total and table.key in staging.names:
        removed, changed = _remove_and_change(connection, table, staging)
    elif total:
        removed = _remove_unequal(connection, table, staging)
    if alone and not total:
        drop_spatial_index(connection, table)
    added = _add(connection, table, staging)
    make_indexes(connection, table)
    staging.drop()
    if added or changed or removed:
        connection.execute(text(f"ANALYZE {table.name}"))
    return Changes(added, changed, removed, total - removed - changed)


def apply_edits(
    connection: Connection,
    table: LayerTable,
    staging: Staging | None,
    fids: Sequence[int | None],
    gone: Sequence[int],
) -> list[int]:
    """Change single features of a layer, and drop the staging table.

    Parameters
    ----------
    connection
        As for `replace_all`.
    table
        The layer.
    staging
        Rows as they are to be, with all columns; None when features are only removed.
    fids
        For each staged row the feature that it replaces; None for a new one.
    gone
        Features to be removed.

    Returns
    -------
    list of int
        The ``fid`` of each staged row.

    Raises
    ------
    Conflict
        ``key_taken`` when another feature has the key of an edited one.
    """
    _run(connection, f"DELETE FROM {table.name} WHERE fid = ANY (:gone)", {"gone": list(gone)})  # noqa: S608
    if staging is None:
        return []
    numbers = "pg_get_serial_sequence(:table, 'fid')"
    taken = connection.execute(
        text(f"SELECT coalesce(fid, nextval({numbers})) FROM unnest(CAST(:fids AS bigint[])) AS fid"),  # noqa: S608
        {"table": f"layer.{table.id}", "fids": list(fids)},
    )
    known = [int(fid) for fid in taken.scalars()]
    numbered = "unnest(CAST(:known AS bigint[])) WITH ORDINALITY AS k (fid, at)"
    pairs = f"{numbered} JOIN {staging.name} AS s ON s.{ROW} = k.at"
    names = _names(staging)
    settings = ", ".join(f"{name} = s.{name}" for name in names)
    try:
        _run(
            connection,
            f"UPDATE {table.name} AS t SET {settings} FROM {pairs} WHERE t.fid = k.fid"  # noqa: S608  quoted
            f" AND ({_list('s', names)}) IS DISTINCT FROM ({_list('t', names)})",
            {"known": known},
        )
        _run(
            connection,
            f"INSERT INTO {table.name} (fid, {', '.join(names)})"  # noqa: S608  quoted
            f" SELECT k.fid, {_list('s', names)} FROM {pairs}"
            f" WHERE NOT EXISTS (SELECT FROM {table.name} AS t WHERE t.fid = k.fid)",
            {"known": known},
        )
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation):
            raise Conflict(ErrorCode.KEY_TAKEN, layer=table.id, key=table.key or "fid") from error
        raise
    staging.drop()
    return known


def _remove_and_change(connection: Connection, table: LayerTable, staging: Staging) -> tuple[int, int]:
    key = identifier(table.key or "")
    removed = _run(
        connection,
        f"DELETE FROM {table.name} AS t"  # noqa: S608  quoted
        f" WHERE NOT EXISTS (SELECT FROM {staging.name} AS s WHERE s.{key} = t.{key})",
    )
    names = _names(staging)
    settings = ", ".join(f"{name} = s.{name}" for name in names)
    changed = _run(
        connection,
        f"UPDATE {table.name} AS t SET {settings} FROM {staging.name} AS s"  # noqa: S608  quoted
        f" WHERE s.{key} = t.{key} AND ({_list('s', names)}) IS DISTINCT FROM ({_list('t', names)})",
    )
    return removed, changed


def _remove_unequal(connection: Connection, table: LayerTable, staging: Staging) -> int:
    """Remove the rows that are not staged, and unstage those that are there: as many of each."""
    names = _names(staging)

    def numbered(alias: str, source: str, number: str) -> str:
        # The text of a row tells it whole, and equal texts are found by hash.
        mark = f"md5(ROW({_list(alias, names)})::text)"
        return (
            f"SELECT {alias}.{number} AS number, {mark} AS mark, row_number() OVER"  # noqa: S608  quoted
            f" (PARTITION BY {mark} ORDER BY {alias}.{number}) AS nth FROM {source} AS {alias}"
        )

    connection.execute(
        text(
            "CREATE TEMPORARY TABLE staying ON COMMIT DROP AS"  # noqa: S608  quoted
            f" SELECT a.number AS fid, b.number AS at FROM ({numbered('t', table.name, 'fid')}) AS a"
            f" JOIN ({numbered('s', staging.name, ROW)}) AS b USING (mark, nth)"
        )
    )
    removed = _run(
        connection,
        f"DELETE FROM {table.name} AS t WHERE NOT EXISTS (SELECT FROM staying AS y WHERE y.fid = t.fid)",  # noqa: S608
    )
    _run(connection, f"DELETE FROM {staging.name} AS s USING staying AS y WHERE y.at = s.{ROW}")  # noqa: S608
    connection.execute(text("DROP TABLE staying"))
    return removed


def _add(connection: Connection, table: LayerTable, staging: Staging) -> int:
    names = _names(staging)
    columns = ", ".join(names)
    if table.key not in staging.names:
        return _run(
            connection,
            f"INSERT INTO {table.name} ({columns})"  # noqa: S608  quoted
            f" SELECT {columns} FROM {staging.name} AS s ORDER BY s.{ROW}",
        )
    key = identifier(table.key or "")
    # Who bore a key last gets its number back, unless the number is borne by a feature of today.
    past = (
        f"SELECT DISTINCT ON (h.{key}) h.{key}, h.fid FROM ("  # noqa: S608  quoted
        f"SELECT DISTINCT ON (fid) fid, {key}, version_from FROM history.{identifier(table.id)} AS all_"
        f" WHERE all_.fid IN (SELECT one.fid FROM history.{identifier(table.id)} AS one"
        f" JOIN {staging.name} AS s ON s.{key} = one.{key}"
        f" WHERE NOT EXISTS (SELECT FROM {table.name} AS t WHERE t.{key} = s.{key}))"
        f" AND NOT EXISTS (SELECT FROM {table.name} AS t WHERE t.fid = all_.fid)"
        f" ORDER BY fid, version_from DESC) AS h ORDER BY h.{key}, h.version_from DESC"
    )
    return _run(
        connection,
        f"INSERT INTO {table.name} (fid, {columns})"  # noqa: S608  quoted
        f" SELECT coalesce(p.fid, nextval(pg_get_serial_sequence(:table, 'fid'))), {_list('s', names)}"
        f" FROM {staging.name} AS s LEFT JOIN ({past}) AS p ON p.{key} = s.{key}"
        f" WHERE NOT EXISTS (SELECT FROM {table.name} AS t WHERE t.{key} = s.{key}) ORDER BY s.{ROW}",
        {"table": f"layer.{table.id}"},
    )


def _names(staging: Staging) -> list[str]:
    return [identifier(name) for name in ("geom", *staging.names)]


def _list(alias: str, names: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608  quoted


def _run(connection: Connection, statement: str, values: Mapping[str, object] | None = None) -> int:
    return int(connection.execute(text(statement), values or {}).rowcount)
