"""What differs between two versions of a layer, row by row."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.features import DECIMALS
from gis_service.db.history import Tally, state
from gis_service.db.query import identifier, sql
from gis_service.types import LayerId, VersionId


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that differs.

    Parameters
    ----------
    op
        ``insert``, ``update`` or ``delete``.
    changed
        Names of the columns that differ, ``geom`` among them.
    geojson
        The row as a GeoJSON feature: its geometry after the change (before it for a row that is gone), and in
        its properties ``op``, ``changed``, ``before`` and ``after``.
    """

    fid: int
    op: str
    changed: tuple[str, ...]
    geojson: str


_TOUCHED = """
WITH touched AS (
    SELECT fid FROM {history} WHERE version_from > :low AND version_from <= :high
    UNION
    SELECT fid FROM {history} WHERE version_to > :low AND version_to <= :high
),
old AS (SELECT h.* FROM {history} AS h JOIN touched USING (fid) WHERE {old}),
new AS (SELECT h.* FROM {history} AS h JOIN touched USING (fid) WHERE {new}),
differing AS (
    SELECT coalesce(o.fid, n.fid) AS fid, o AS o, n AS n,
        CASE WHEN o.fid IS NULL THEN 'insert' WHEN n.fid IS NULL THEN 'delete' ELSE 'update' END AS op
    FROM old AS o FULL JOIN new AS n ON n.fid = o.fid
    WHERE o.fid IS NULL OR n.fid IS NULL OR ({old_columns}) IS DISTINCT FROM ({new_columns})
)
"""
_COUNT = "SELECT op, count(*) AS n FROM differing GROUP BY op"
_OTHERS = """
SELECT count(*) FROM old AS o JOIN new AS n ON n.fid = o.fid
WHERE ({old_columns}) IS NOT DISTINCT FROM ({new_columns})
    AND ({old_others}) IS DISTINCT FROM ({new_others})
"""
_PAGE = """
SELECT d.fid, d.op, d.changed, json_build_object(
    'type', 'Feature', 'id', d.fid,
    'geometry', ST_AsGeoJSON(CASE WHEN d.op = 'delete' THEN (d.o).geom ELSE (d.n).geom END, {decimals})::json,
    'properties', json_build_object('op', d.op, 'changed', d.changed,
        'before', CASE WHEN d.op <> 'insert' THEN {before} END,
        'after', CASE WHEN d.op <> 'delete' THEN {after} END),
    'geometry_before', CASE WHEN d.op = 'update' AND 'geom' = ANY (d.changed)
        THEN ST_AsGeoJSON((d.o).geom, {decimals})::json END
)::text AS geojson
FROM (
    SELECT *, array_remove(ARRAY[{changed}], NULL) AS changed
    FROM differing WHERE fid > :after ORDER BY fid LIMIT :count
) AS d
ORDER BY d.fid
"""


def _statement(layer: LayerId, columns: Sequence[str], ending: str, others: Sequence[str] = ()) -> str:
    names = [identifier(name) for name in ("geom", *columns)]
    fields = [identifier(name) for name in columns]

    def listed(alias: str, chosen: Sequence[str]) -> str:
        return ", ".join(f"{alias}.{name}" for name in chosen)

    def row(alias: str) -> str:
        if not fields:
            return "'{}'::json"
        return f"(SELECT row_to_json(p) FROM (SELECT {listed(alias, fields)}) AS p)"  # noqa: S608  quoted

    changed = ", ".join(
        f"CASE WHEN (o).{identifier(name)} IS DISTINCT FROM (n).{identifier(name)} THEN '{name}' END"
        for name in ("geom", *columns)
    )
    return (_TOUCHED + ending).format(
        history=f"history.{identifier(layer)}",
        old=state("h", "old"),
        new=state("h", "new"),
        old_columns=listed("o", names),
        new_columns=listed("n", names),
        old_others=listed("o", others),
        new_others=listed("n", others),
        decimals=DECIMALS,
        before=row("(d.o)"),
        after=row("(d.n)"),
        changed=changed,
    )


def _values(old: VersionId, new: VersionId) -> dict[str, int]:
    return {"old": old, "new": new, "low": min(old, new), "high": max(old, new)}


def tally(
    connection: Connection, layer: LayerId, columns: Sequence[str], old: VersionId, new: VersionId
) -> Tally:
    """Count what was added, changed and removed from one version to another, which may be the earlier one."""
    rows = connection.execute(text(_statement(layer, columns, _COUNT)), _values(old, new))
    found = {row.op: int(row.n) for row in rows}
    return Tally(found.get("insert", 0), found.get("update", 0), found.get("delete", 0))


def count_others(
    connection: Connection, layer: LayerId, columns: Sequence[str], old: VersionId, new: VersionId
) -> int:
    """Count the rows that differ only in other columns than ``columns`` and the geometry.

    Such columns were made by hand, or a field that had one has left the definition.
    """
    # A name made by hand may hold a colon, which would begin a value.
    others = [
        row.name.replace(":", "\\:") + ("" if row.comparable else "\\:\\:text")
        for row in connection.execute(sql("history_others"), {"layer": layer, "fields": list(columns)})
    ]
    if not others:
        return 0
    statement = text(_statement(layer, columns, _OTHERS, others))
    return int(connection.execute(statement, _values(old, new)).scalar_one())


def differences(
    connection: Connection,
    layer: LayerId,
    columns: Sequence[str],
    versions: tuple[VersionId, VersionId],
    *,
    after: int = 0,
    count: int,
) -> list[Difference]:
    """Give up to ``count`` rows that differ between two versions, by rising ``fid``.

    Parameters
    ----------
    layer
        Layer under history.
    columns
        Columns that are compared and shown, beside the geometry.
    versions
        Two versions that are kept, from and to; the first may be the later one.
    after
        Only rows above this ``fid``.
    """
    values = {**_values(*versions), "after": after, "count": count}
    rows = connection.execute(text(_statement(layer, columns, _PAGE)), values)
    return [Difference(row.fid, row.op, tuple(row.changed), row.geojson) for row in rows]
