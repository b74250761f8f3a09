"""What staged rows would change in a layer, counted by the rules of `publish.replace_all`."""

from collections.abc import Sequence

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.ingest import Staging
from gis_service.db.layers import LayerTable, table_exists
from gis_service.db.publish import Changes
from gis_service.db.query import identifier

_BY_KEY = """
SELECT
    count(*) FILTER (WHERE t.fid IS NULL),
    count(*) FILTER (WHERE t.fid IS NOT NULL AND ROW({staged}) IS DISTINCT FROM ROW({there})),
    (SELECT count(*) FROM {table} AS l WHERE NOT EXISTS (SELECT FROM {staging} AS g WHERE g.{key} = l.{key})),
    count(*) FILTER (WHERE t.fid IS NOT NULL AND ROW({staged}) IS NOT DISTINCT FROM ROW({there}))
FROM {staging} AS s LEFT JOIN {table} AS t ON t.{key} = s.{key}
"""
_BY_CONTENT = """
WITH a AS (
    SELECT md5(ROW({there})::text) AS mark, count(*) AS n FROM {table} AS t GROUP BY 1
), b AS (
    SELECT md5(ROW({staged})::text) AS mark, count(*) AS n FROM {staging} AS s GROUP BY 1
)
SELECT
    coalesce(sum(greatest(coalesce(b.n, 0) - coalesce(a.n, 0), 0)), 0), 0,
    coalesce(sum(greatest(coalesce(a.n, 0) - coalesce(b.n, 0), 0)), 0),
    coalesce(sum(least(coalesce(a.n, 0), coalesce(b.n, 0))), 0)
FROM a FULL JOIN b USING (mark)
"""
"""Of rows without a key, as many as there are of equal ones on both sides stay."""


def count_changes(connection: Connection, table: LayerTable, staging: Staging) -> Changes:
    """Count what replacing the rows of a layer by the staged ones would add, change, remove and leave alone.

    Parameters
    ----------
    connection
        Of the transaction that has staged the rows.
    table
        The layer; without a table all rows are added.
    staging
        Rows as they would be; a column that was not staged keeps its values.
    """
    if not table_exists(connection, table.id):
        return Changes(_rows(connection, f"SELECT count(*) FROM {staging.name}")[0], 0, 0, 0)  # noqa: S608  quoted
    names = [identifier(name) for name in ("geom", *staging.names)]
    asked = _BY_KEY if table.key in staging.names else _BY_CONTENT
    added, changed, removed, unchanged = _rows(
        connection,
        asked.format(
            staged=_listed("s", names),
            there=_listed("t", names),
            table=table.name,
            staging=staging.name,
            key=identifier(table.key or "fid"),
        ),
    )
    return Changes(added, changed, removed, unchanged)


def _listed(alias: str, names: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def _rows(connection: Connection, statement: str) -> tuple[int, ...]:
    return tuple(int(value) for value in connection.execute(text(statement)).one())
