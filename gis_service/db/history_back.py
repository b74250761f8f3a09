"""What must be known before a layer is read or put back as it was: bounds, rows touched since, keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import TextClause, text

from gis_service.db.engine import Connection
from gis_service.db.history import Version, rows_at, state
from gis_service.db.layers import LayerTable
from gis_service.db.query import identifier, sql
from gis_service.types import LayerId, VersionId


@dataclass(frozen=True, slots=True)
class Bounds:
    """The oldest version of a layer whose rows are kept, and its newest one."""

    oldest: VersionId | None
    newest: VersionId | None


@dataclass(frozen=True, slots=True)
class Touched:
    """Rows that one version wrote or removed.

    Parameters
    ----------
    fids
        Their numbers, rising.
    overtaken
        How many of them later versions touched again.
    """

    fids: tuple[int, ...]
    overtaken: int


@dataclass(frozen=True, slots=True)
class TakenKey:
    """A key that a row would bring back and that another row bears now."""

    fid: int
    key: str
    bearer: int


_TAKEN_KEYS = """
SELECT h.fid, h.{key}::text AS key, t.fid AS bearer
FROM {history} AS h JOIN {table} AS t ON t.{key} = h.{key} AND t.fid <> h.fid
WHERE {state} AND h.fid = ANY (:fids) AND t.fid <> ALL (:fids)
ORDER BY h.fid
"""


def _on_history(name: str, layer: LayerId) -> TextClause:
    return text(sql(name).text.replace("{history}", f"history.{identifier(layer)}"))


def kept_bounds(connection: Connection, layer: LayerId) -> Bounds:
    """Tell between which versions a layer can be read."""
    row = connection.execute(sql("history_bounds"), {"layer": layer}).one()
    return Bounds(row.oldest, row.newest)


def version_before(connection: Connection, layer: LayerId, version: VersionId) -> Version | None:
    """Give the version of a layer that came before another one; None before its first."""
    row = connection.execute(sql("history_before"), {"layer": layer, "version": version}).one_or_none()
    if row is None:
        return None
    return Version(VersionId(row.id), row.author, row.message, row.committed_at, row.kept)


def count_at(connection: Connection, layer: LayerId, version: VersionId) -> int:
    """Count the rows that a layer had in a kept version; reads all of its history."""
    statement = f"SELECT count(*) FROM {rows_at(layer, version)} AS t"  # noqa: S608  quoted there
    return int(connection.execute(text(statement)).scalar_one())


def touched_by(connection: Connection, layer: LayerId, version: VersionId) -> Touched:
    """Tell which rows a version touched; a row that came and went within it counts for nothing."""
    rows = connection.execute(_on_history("history_touched", layer), {"version": version}).all()
    return Touched(tuple(row.fid for row in rows), sum(row.overtaken for row in rows))


def unheard_of(connection: Connection, layer: LayerId, fids: Sequence[int]) -> list[int]:
    """Give those of some numbers that no row of the layer has ever had."""
    return list(connection.execute(_on_history("history_unheard", layer), {"fids": list(fids)}).scalars())


def taken_keys(
    connection: Connection, table: LayerTable, version: VersionId, fids: Sequence[int]
) -> list[TakenKey]:
    """Find rows that cannot be put back as they were, because another row bears their key by now.

    Parameters
    ----------
    connection
        Inside a transaction that holds the layer's lock.
    table
        The layer; one without a key has no such rows.
    version
        State that is to be put back; also a number between two versions of the layer.
    fids
        Rows that are to be put back; those among them that bear a key now let it go.
    """
    if table.key is None:
        return []
    statement = _TAKEN_KEYS.format(
        key=identifier(table.key),
        history=f"history.{identifier(table.id)}",
        table=table.name,
        state=state("h", "version"),
    )
    rows = connection.execute(text(statement), {"version": version, "fids": list(fids)})
    return [TakenKey(row.fid, row.key, row.bearer) for row in rows]


def misfits(connection: Connection, table: LayerTable, version: VersionId, fids: Sequence[int] | None) -> int:
    """Count the rows of a version whose geometry does not become one that the table takes today.

    Parameters
    ----------
    connection
        Any connection that may read.
    table
        The layer.
    version
        State that is to be put back.
    fids
        Rows that are to be put back; None for all.
    """
    statement = (
        f"SELECT count(*) FROM history.{identifier(table.id)} AS h"  # noqa: S608  quoted
        f" WHERE {state('h', 'version')} AND (CAST(:fids AS bigint[]) IS NULL OR h.fid = ANY (:fids))"
        f" AND {table.misfit('h.geom')}"
    )
    values = {"version": version, "fids": None if fids is None else list(fids)}
    return int(connection.execute(text(statement), values).scalar_one())


def settle(connection: Connection) -> None:
    """Give the versions of this transaction the time that they keep; nothing is written after this."""
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def complete_columns(connection: Connection, layer: LayerId) -> None:
    """Let the history have every column that the layer's table has; rows of the past are empty there.

    Rows that were changed along with their columns, past the triggers, are written down as they are now.
    """
    connection.execute(sql("history_columns"), {"layer": layer})
