"""Fills overviews with shapes, simplified one by one or together with their neighbours, and keeps them level.

What has changed is read off the history: every row that came, went or was changed since a version. Its names
are put into tables that only this transaction sees.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql as pg
from sqlalchemy import text

from gis_service.crs import TILE_SRID
from gis_service.db.engine import Connection, driver
from gis_service.db.overview_tables import OverviewTable, has_place, is_beyond, simplified_alone
from gis_service.db.query import identifier
from gis_service.types import LayerId

CHANGED = "pg_temp.overview_changed"
"""Rows that have changed, each in every state that it entered or left."""
_TOUCHED, _STAGED = "pg_temp.overview_touched", "pg_temp.overview_staged"
_OWN = "pg_temp.overview_own"
"""Rows that have come, gone, or got another geometry: that their shapes look otherwise the log tells."""


def note_changes(connection: Connection, layer: LayerId, since: int) -> tuple[int, bool]:
    """Find the rows that have come, gone or changed since a version.

    Parameters
    ----------
    connection
        Inside a transaction that sees one state of the data.
    since
        Version of the layer.

    Returns
    -------
    Their number, and whether any of them lies beyond the map of the tiles.
    """
    history = f"history.{identifier(layer)}"
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE overview_touched"
            f" (box geometry(Geometry, {TILE_SRID}), class text NOT NULL) ON COMMIT DROP"
        )
    )
    connection.execute(
        text(
            # Every state that was entered or left since, so also the places that a row has passed through.
            "CREATE TEMPORARY TABLE overview_changed ON COMMIT DROP AS"  # noqa: S608  the name is quoted
            f" SELECT fid, geom FROM {history} WHERE version_from > :since"
            f" UNION ALL SELECT fid, geom FROM {history} WHERE version_to > :since"
        ),
        {"since": since},
    )
    connection.execute(text(f"ANALYZE {CHANGED}"))
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE overview_own ON COMMIT DROP AS SELECT fid FROM ("  # noqa: S608  quoted
            f"SELECT fid, geom FROM {history} WHERE version_to > :since AND version_from <= :since) AS before"
            f" FULL JOIN (SELECT fid, geom FROM {history} WHERE version_from > :since AND version_to IS NULL)"
            " AS now USING (fid) WHERE CAST(before.geom AS bytea) IS DISTINCT FROM CAST(now.geom AS bytea)"
        ),
        {"since": since},
    )
    found = connection.execute(
        text(
            f"SELECT count(DISTINCT fid), coalesce(bool_or({is_beyond('geom')}), false) FROM {CHANGED}"  # noqa: S608
        )
    ).one()
    return found[0], found[1]


def add_each(
    connection: Connection, table: OverviewTable, levels: Mapping[int, float], *, only_changed: bool
) -> None:
    """Add shapes, each simplified by itself.

    Parameters
    ----------
    table
        Of the overview.
    levels
        How far a line may move, in metres of Web Mercator, by level.
    only_changed
        Only the rows that `note_changes` has found, whose older shapes go.
    """
    if not levels:
        return
    if only_changed:
        _drop_changed(connection, table, levels)
    only = f" AND t.fid IN (SELECT fid FROM {CHANGED})" if only_changed else ""  # noqa: S608
    wanted = ", ".join(f"({level}, {tolerance!r}\\:\\:float8)" for level, tolerance in levels.items())
    names = "".join(f", {name}" for name in table.kept)
    simplified = simplified_alone("t.shape", "band.tolerance")
    connection.execute(
        text(
            f"INSERT INTO {table.name} (level, fid{names}, geom)"  # noqa: S608  names are quoted
            f" SELECT band.level, t.fid{names}, {simplified}"
            f" FROM (SELECT t.fid{_fields(table)}, {_mercator('t.geom')} AS shape FROM {table.rows} AS t"
            f" WHERE {has_place('t.geom')}{only} OFFSET 0) AS t"
            f" CROSS JOIN (VALUES {wanted}) AS band (level, tolerance)"
        )
    )


def areas_of(connection: Connection, table: OverviewTable) -> tuple[list[int], list[bytes]]:
    """Read all areas of a layer: their row numbers, and their shapes in Web Mercator as WKB."""
    found = connection.execute(
        text(
            f"SELECT t.fid, ST_AsBinary({_mercator('t.geom')}) FROM {table.rows} AS t"  # noqa: S608
            f" WHERE {_is_area()} ORDER BY t.fid"
        )
    ).all()
    return [row[0] for row in found], [bytes(row[1]) for row in found]


@dataclass(frozen=True, slots=True)
class AreasAround:
    """Areas that may look another way since some have changed, and those around them.

    Parameters
    ----------
    fids, shapes
        Row numbers, and shapes in Web Mercator as WKB.
    near
        Whether an area's box meets that of a changed one: others are only their neighbours.
    """

    fids: list[int]
    shapes: list[bytes]
    near: list[bool]


def areas_around(connection: Connection, table: OverviewTable) -> AreasAround:
    """Read the areas around the rows that `note_changes` has found, with the neighbours of these areas."""
    found = connection.execute(
        text(
            "WITH near AS MATERIALIZED ("  # noqa: S608
            f"SELECT DISTINCT t.fid FROM {CHANGED} AS c JOIN {table.rows} AS t ON t.geom && c.geom),"
            f" around AS MATERIALIZED (SELECT DISTINCT t.fid FROM near JOIN {table.rows} AS n USING (fid)"
            f" JOIN {table.rows} AS t ON t.geom && n.geom)"
            f" SELECT t.fid, ST_AsBinary({_mercator('t.geom')}), t.fid IN (SELECT fid FROM near)"
            f" FROM around JOIN {table.rows} AS t USING (fid) WHERE {_is_area()} ORDER BY t.fid"
        )
    ).all()
    return AreasAround(
        [row[0] for row in found], [bytes(row[1]) for row in found], [bool(row[2]) for row in found]
    )


def kept_areas(connection: Connection, table: OverviewTable, fids: Sequence[int], level: int) -> list[bytes]:
    """Read how areas are kept at a level, as WKB; fewer than asked for where some are not kept."""
    found = connection.execute(
        text(
            f"SELECT ST_AsBinary(o.geom) FROM {table.name} AS o"  # noqa: S608
            " WHERE o.level = :level AND o.fid = ANY (:fids) ORDER BY o.fid"
        ),
        {"level": level, "fids": list(fids)},
    )
    return [bytes(shape) for shape in found.scalars()]


def keep_areas(
    connection: Connection,
    table: OverviewTable,
    fids: Sequence[int],
    shapes: Mapping[int, Iterable[bytes]],
    *,
    only_changed: bool,
) -> None:
    """Keep areas that were simplified together; those that are as they were stay untouched.

    Parameters
    ----------
    fids
        Their row numbers.
    shapes
        WKB in Web Mercator by level, in the order of the row numbers.
    only_changed
        Whether there are older shapes; where those of other rows than the changed ones lay and lie is noted.
    """
    connection.execute(
        text("CREATE TEMPORARY TABLE overview_staged (level smallint, fid bigint, geom bytea) ON COMMIT DROP")
    )
    copy_in = pg.SQL("COPY pg_temp.overview_staged (level, fid, geom) FROM STDIN (FORMAT BINARY)")
    with driver(connection).cursor() as cursor, cursor.copy(copy_in) as copy:
        copy.set_types(["int2", "int8", "bytea"])
        for level, of_level in shapes.items():
            for fid, shape in zip(fids, of_level, strict=True):
                copy.write_row((level, fid, shape))
    connection.execute(text(f"ANALYZE {_STAGED}"))
    class_ = table.class_of("o")
    if only_changed:
        same = (
            f"SELECT FROM {_STAGED} AS s WHERE s.level = o.level AND s.fid = o.fid"
            f" AND s.geom = ST_AsBinary(o.geom)"
        )
        touch(
            connection,
            f"DELETE FROM {table.name} AS o WHERE o.fid IN (SELECT fid FROM {_STAGED})"  # noqa: S608
            f" AND NOT EXISTS ({same}) RETURNING o.fid, o.geom, {class_} AS class",
        )
        _renew_fields(connection, table)
    names = "".join(f", {name}" for name in table.kept)
    there = f"SELECT FROM {table.name} AS p WHERE p.level = s.level AND p.fid = s.fid"
    added = (
        f"INSERT INTO {table.name} AS o (level, fid{names}, geom)"  # noqa: S608
        f" SELECT s.level, s.fid{_fields(table)}, ST_GeomFromWKB(s.geom, {TILE_SRID})"
        f" FROM {_STAGED} AS s JOIN {table.rows} AS t USING (fid)"
    )
    if only_changed:
        touch(connection, f"{added} WHERE NOT EXISTS ({there}) RETURNING o.fid, o.geom, {class_} AS class")
    else:
        connection.execute(text(added))


def _renew_fields(connection: Connection, table: OverviewTable) -> None:
    """Give changed rows whose shapes have stayed their new fields, and drop those of rows that are gone."""
    of_changed = f"o.fid IN (SELECT fid FROM {CHANGED})"  # noqa: S608  our own name
    connection.execute(
        text(
            f"DELETE FROM {table.name} AS o WHERE {of_changed}"  # noqa: S608  names are quoted
            f" AND o.fid NOT IN (SELECT fid FROM {_STAGED})"
        )
    )
    if table.kept:
        set_ = ", ".join(
            f"{name} = t.{identifier(column.name)}"
            for column, name in zip(table.columns, table.kept, strict=True)
        )
        renewed = f"UPDATE {table.name} AS o SET {set_} FROM {table.rows} AS t"  # noqa: S608  names are quoted
        connection.execute(text(f"{renewed} WHERE t.fid = o.fid AND {of_changed}"))


def _drop_changed(connection: Connection, table: OverviewTable, levels: Iterable[int]) -> None:
    connection.execute(
        text(
            f"DELETE FROM {table.name} WHERE level = ANY (:levels) AND fid IN (SELECT fid FROM {CHANGED})"  # noqa: S608
        ),
        {"levels": list(levels)},
    )


def touch(connection: Connection, statement: str) -> None:
    """Run a statement on shapes, and note where those lie that are not of changed rows.

    Parameters
    ----------
    statement
        Gives back ``fid``, ``geom`` and ``class``.
    """
    connection.execute(
        text(
            f"WITH moved AS ({statement}) INSERT INTO {_TOUCHED} SELECT ST_Envelope(geom), class FROM moved"  # noqa: S608
            f" WHERE fid NOT IN (SELECT fid FROM {_OWN})"
        )
    )


def exchange(connection: Connection, gone: str, added: str, told_by: str, class_: str) -> None:
    """Run a statement that removes shapes and one that adds others; note where one lies that the others lack.

    Parameters
    ----------
    gone, added
        Of the overview, as ``o`` where they go; neither reads what the other writes, nor gives anything back.
    told_by
        Columns that tell shapes apart, beside the shape itself.
    class_
        SQL of the class of a shape, of those columns.
    """
    connection.execute(
        text(
            f"WITH gone AS ({gone} RETURNING o.*), added AS ({added} RETURNING *)"  # noqa: S608
            f" INSERT INTO {_TOUCHED} SELECT ST_Envelope((array_agg(shape))[1]), {class_} FROM ("
            f"SELECT 1 AS more, {told_by}, geom AS shape FROM added"
            f" UNION ALL SELECT -1, {told_by}, geom FROM gone) AS one"
            f" GROUP BY {told_by}, ST_AsBinary(shape) HAVING sum(more) <> 0"
        )
    )


def _fields(table: OverviewTable) -> str:
    return "".join(
        f", t.{identifier(column.name)} AS {name}"
        for column, name in zip(table.columns, table.kept, strict=True)
    )


def _is_area() -> str:
    return f"{has_place('t.geom')} AND ST_Dimension(t.geom) = 2"


def _mercator(geom: str) -> str:
    return f"ST_Transform(ST_Force2D({geom}), {TILE_SRID})"
