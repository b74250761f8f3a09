"""Brings the tables of layers in line with their definitions; nothing is lost on the way.

The history follows: it keeps the columns that are dropped, and a type changes only when every value, of today
and of the past, comes through it unchanged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gis_service.db.engine import Connection
from gis_service.db.history_back import complete_columns
from gis_service.db.layers import SQL_TYPES, LayerTable, columns_of, indexed_column, make_indexes
from gis_service.db.query import identifier, sql


def add_missing_columns(connection: Connection, table: LayerTable) -> tuple[str, ...]:
    """Add the columns that a definition has gained since the table was made; they are empty.

    Parameters
    ----------
    connection
        Inside a transaction.
    table
        What the definition asks for; nothing happens while there is no such table.

    Returns
    -------
    tuple of str
        Names of the columns added. Columns of another type are left as they are: a load tells of them.
    """
    there = columns_of(connection, table.id)
    if not there:
        return ()
    missing = [column for column in table.columns if column.name not in there]
    for column in missing:
        added = f"{identifier(column.name)} {SQL_TYPES[column.type]}"
        connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN {added}"))
    if missing:
        # The past is read with the columns of today; in its rows they are empty.
        complete_columns(connection, table.id)
    return tuple(column.name for column in missing)


@dataclass(frozen=True, slots=True)
class LayerChange:
    """One thing in which a table differs from its definition.

    Parameters
    ----------
    kind
        What happens to ``name``: a column is added or dropped, its type changes, the type of the geometry, or
        the index that keeps keys apart.
    before, after
        Type, or column of the index; empty where there is none.
    in_the_way
        Values that would not come through, or that stand in the way; -1 when nobody can tell how many.
    """

    kind: Literal["add", "drop", "type", "geometry", "key"]
    name: str
    before: str
    after: str
    in_the_way: int = 0


def changes(connection: Connection, table: LayerTable) -> list[LayerChange]:
    """Find in what a table differs from its definition; nothing while there is no table.

    Parameters
    ----------
    connection
        Inside a transaction that may write; nothing is changed.
    table
        What the definition asks for.
    """
    there = columns_of(connection, table.id)
    return list(_changes(connection, table, there)) if there else []


def apply_change(connection: Connection, table: LayerTable, change: LayerChange) -> None:
    """Make one change that `changes` found, with nothing in its way; the caller calls `follow` at the end."""
    name = identifier(change.name)
    if change.kind == "add":
        _alter(connection, table.name, f"ADD COLUMN {name} {change.after}")
    elif change.kind == "drop":
        _alter(connection, table.name, f"DROP COLUMN {name}")
    elif change.kind == "type":
        _replace_column(connection, table, change, f"CAST({name} AS {change.after})")
    elif change.kind == "geometry":
        _replace_column(connection, table, change, table.fitting("geom"))
    elif indexed_column(connection, table, change.name, unique=False) is not None:
        connection.execute(text(f"DROP INDEX layer.{name}"))


def follow(connection: Connection, table: LayerTable) -> None:
    """Let history and indexes follow the changes that were made."""
    connection.execute(sql("history_begin"), {"layer": table.id})
    make_indexes(connection, table)


def _changes(connection: Connection, table: LayerTable, there: dict[str, str]) -> Iterator[LayerChange]:
    for column in table.columns:
        wanted, found = SQL_TYPES[column.type], there.get(column.name)
        if found is None:
            yield LayerChange("add", column.name, "", wanted)
        elif found != wanted:
            lost = _lost(connection, table, column.name, wanted)
            yield LayerChange("type", column.name, found, wanted, lost)
    if there["geom"] != table.geometry_type:
        yield LayerChange("geometry", "geom", there["geom"], table.geometry_type, _misfits(connection, table))
    defined = {"fid", "geom", *(column.name for column in table.columns)}
    yield from (LayerChange("drop", name, kind, "") for name, kind in there.items() if name not in defined)
    index = f"{table.id}_key_idx"
    found_key = indexed_column(connection, table, index, unique=True) or ""
    if found_key != (table.key or ""):
        there_already = table.key if table.key in there else None
        twice = _repeated(connection, table, there_already) if there_already else 0
        yield LayerChange("key", index, found_key, table.key or "", twice)


def _history(table: LayerTable) -> str:
    return f"history.{identifier(table.id)}"


def _alter(connection: Connection, name: str, change: str) -> None:
    connection.execute(text(f"ALTER TABLE {name} {change}".replace(":", "\\:")))


def _number(connection: Connection, statement: str) -> int:
    return int(connection.execute(text(statement)).scalar_one())


def _lost(connection: Connection, table: LayerTable, name: str, wanted: str) -> int:
    """Count the values, of today and of the past, that are others once they went to the new type and back."""
    column = identifier(name)
    typed = text(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = to_regclass(:name) AND attname = :column AND NOT attisdropped"
    )
    # Of a column that was made by hand the past knows nothing until the next write.
    source, kind = (
        _history(table),
        connection.execute(typed, {"name": _history(table), "column": name}).scalar(),
    )
    if kind is None:
        source, kind = (
            table.name,
            connection.execute(typed, {"name": table.name, "column": name}).scalar_one(),
        )
    changed = f"CAST(CAST({column} AS {wanted}) AS {kind}) IS DISTINCT FROM {column}"
    try:
        with connection.begin_nested():
            return _number(connection, f"SELECT count(*) FROM {source} WHERE {changed}")  # noqa: S608  quoted
    except DBAPIError:
        # There is no way from one type to the other, or not for some value.
        return -1


def _misfits(connection: Connection, table: LayerTable) -> int:
    return _number(connection, f"SELECT count(*) FROM {table.name} WHERE {table.misfit('geom')}")  # noqa: S608  quoted


def _replace_column(connection: Connection, table: LayerTable, change: LayerChange, value: str) -> None:
    """Put a column of another type in the place of one, with its indexes and constraints.

    Not by ``ALTER COLUMN … TYPE``: that writes the whole table anew in a way that older snapshots do not see,
    so that a study that is being computed would find the layer empty.

    Parameters
    ----------
    value
        SQL that gives the new value of a row.
    """
    values = {"layer": table.id, "column": change.name}
    kept = connection.execute(sql("layers_column_parts"), values).scalars().all()
    # No field can begin with this sign.
    name, new = identifier(change.name), "_gis_new"
    _alter(connection, table.name, f"ADD COLUMN {new} {change.after}")
    # The history compares for itself in `follow`; what it would hear from here are columns on their way.
    hearing = connection.execute(sql("layers_update_triggers"), {"layer": table.id}).scalars().all()
    for trigger in hearing:
        _alter(connection, table.name, f"DISABLE TRIGGER {trigger}")
    connection.execute(text(f"UPDATE {table.name} SET {new} = {value}".replace(":", "\\:")))  # noqa: S608  quoted
    for trigger in hearing:
        _alter(connection, table.name, f"ENABLE ALWAYS TRIGGER {trigger}")
    _alter(connection, table.name, f"DROP COLUMN {name}")
    _alter(connection, table.name, f"RENAME COLUMN {new} TO {name}")
    for statement in kept:
        connection.execute(text(statement.replace(":", "\\:")))


def _repeated(connection: Connection, table: LayerTable, key: str) -> int:
    name = identifier(key)
    return _number(
        connection,
        f"SELECT count(*) FROM (SELECT FROM {table.name} WHERE {name} IS NOT NULL"  # noqa: S608  quoted
        f" GROUP BY {name} HAVING count(*) > 1) AS twice",
    )
