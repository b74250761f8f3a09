"""Fills overviews with rows that stand for many: cells with counts and sums, lines joined by class.

A row belongs to the cell, or to the group, that the middle of its box lies in. So what a change touches is
known from the row alone, and a cell holds exactly the rows whose middle lies in it.
"""

from collections.abc import Mapping

from sqlalchemy import text

from gis_service.crs import STORAGE_SRID, TILE_SRID
from gis_service.db.engine import Connection
from gis_service.db.overview_rows import CHANGED, exchange
from gis_service.db.overview_tables import OverviewTable, has_place, kept, middle_column, middle_row
from gis_service.db.query import identifier

_KEYS = "pg_temp.overview_keys"
_ROUNDING = 1e-9
"""Degrees by which the box of a cell is widened, so that no row on its edge is missed by rounding."""


def fill_cells(connection: Connection, table: OverviewTable, finest: int, steps: int) -> None:
    """Gather all rows of a layer in cells: the finest from the rows, the others from the cells below them.

    Parameters
    ----------
    table
        Of the overview, without cells.
    finest
        Last zoom with cells; 0 is the first.
    steps
        Zooms between a tile and its cells.
    """
    zoom = finest + steps
    connection.execute(
        text(
            f"INSERT INTO {table.name} (level, x, y, n{_names(table)}, geom)"  # noqa: S608  names are quoted
            f" SELECT {finest}, x, y, count(*){_sums(table)}, {_cell(table, zoom)}"
            f" FROM (SELECT {middle_column(zoom)} AS x, {middle_row(zoom)} AS y{_addends(table)}"
            f" FROM {table.rows} AS t WHERE {has_place('t.geom')}) AS t GROUP BY x, y"
        )
    )
    for level in range(finest - 1, -1, -1):
        connection.execute(
            text(
                f"INSERT INTO {table.name} (level, x, y, n{_names(table)}, geom)"  # noqa: S608
                f" SELECT {level}, x, y, n{_names(table)}, {_cell(table, level + steps)} FROM ("
                f"SELECT x >> 1 AS x, y >> 1 AS y, sum(n) AS n{_coarser(table)}"
                f" FROM {table.name} WHERE level = {level + 1} GROUP BY 1, 2) AS t"
            )
        )


def renew_cells(connection: Connection, table: OverviewTable, finest: int, steps: int) -> None:
    """Gather anew the cells that changed rows lay in or lie in now, and those above them.

    Parameters
    ----------
    table
        Of the overview; `note_changes` has found the changed rows.
    finest, steps
        As in `fill_cells`.
    """
    zoom = finest + steps
    _note_keys(connection, zoom)
    _drop_cells(connection, table, finest)
    connection.execute(
        text(
            f"INSERT INTO {table.name} (level, x, y, n{_names(table)}, geom)"  # noqa: S608
            f" SELECT {finest}, x, y, count(*){_sums(table)}, {_cell(table, zoom)} FROM ("
            f"SELECT k.x, k.y{_addends(table)} FROM {_KEYS} AS k JOIN {table.rows} AS t ON t.geom && k.box"
            f" AND {_in_keys(zoom)} WHERE {has_place('t.geom')}"
            ") AS t GROUP BY x, y"
        )
    )
    for level in range(finest - 1, -1, -1):
        connection.execute(text(f"UPDATE {_KEYS} SET x = x >> 1, y = y >> 1"))  # noqa: S608
        _drop_cells(connection, table, level)
        below = f"o.level = {level + 1} AND o.x IN (2 * k.x, 2 * k.x + 1) AND o.y IN (2 * k.y, 2 * k.y + 1)"
        connection.execute(
            text(
                f"INSERT INTO {table.name} (level, x, y, n{_names(table)}, geom)"  # noqa: S608
                f" SELECT {level}, x, y, n{_names(table)}, {_cell(table, level + steps)} FROM ("
                f"SELECT k.x, k.y, sum(n) AS n{_coarser(table)}"
                f" FROM (SELECT DISTINCT x, y FROM {_KEYS}) AS k JOIN {table.name} AS o ON {below}"
                " GROUP BY k.x, k.y) AS t"
            )
        )


def add_joined(
    connection: Connection,
    table: OverviewTable,
    levels: Mapping[int, tuple[int, float]],
    *,
    only_changed: bool,
) -> None:
    """Add lines that are joined by class, and by what else tells them apart, and simplified when they are.

    Parameters
    ----------
    table
        Of the overview.
    levels
        By level: zoom of the tiles that lines are joined within, and how far they may be moved, in metres of
        Web Mercator.
    only_changed
        Only in the tiles that changed rows lay in or lie in now; the older lines there go.
    """
    by = "".join(f", t.{identifier(name)} AS {kept(name)}" for name in table.joined_by)
    into = "".join(f", {kept(name)}" for name in table.joined_by)
    # Without any such field all lines are of one class.
    groups = ", ".join(str(number) for number in range(1, 3 + len(table.joined_by)))
    for level, (zoom, tolerance) in levels.items():
        if only_changed:
            _note_keys(connection, zoom)
        among = f"{_KEYS} AS k JOIN " if only_changed else ""
        on = f" ON t.geom && k.box AND {_in_keys(zoom)}" if only_changed else ""
        added = (
            f"INSERT INTO {table.name} (level, x, y{into}, n, geom)"  # noqa: S608  names are quoted
            f" SELECT {level}, x, y{into}, n,"
            f" coalesce(ST_Simplify(ST_LineMerge(shape), {tolerance!r}, true), shape)"
            " FROM ("
            f"SELECT {middle_column(zoom)} AS x, {middle_row(zoom)} AS y{by},"
            " count(DISTINCT t.fid) AS n,"
            f" ST_Collect(ST_Transform(ST_Force2D(part.geom), {TILE_SRID}) ORDER BY t.fid, part.path)"
            " AS shape"
            f" FROM {among}{table.rows} AS t{on} CROSS JOIN LATERAL ST_Dump(t.geom) AS part"
            f" WHERE {has_place('t.geom')} GROUP BY {groups}) AS joined"
        )
        if only_changed:
            gone = f"DELETE FROM {table.name} AS o USING {_KEYS} AS k WHERE {_of_keys(level)}"  # noqa: S608
            exchange(connection, gone, added, f"x, y{into}, n", table.class_of("one"))
        else:
            connection.execute(text(added))


def _note_keys(connection: Connection, zoom: int) -> None:
    """Find the tiles of a zoom that changed rows lay in or lie in now."""
    connection.execute(text(f"DROP TABLE IF EXISTS {_KEYS}"))
    box = f"ST_Expand(ST_Transform(ST_TileEnvelope({zoom}, x, y), {STORAGE_SRID}), {_ROUNDING})"
    connection.execute(
        text(
            f"CREATE TEMPORARY TABLE overview_keys ON COMMIT DROP AS SELECT x, y, {box} AS box FROM ("  # noqa: S608
            f"SELECT DISTINCT {middle_column(zoom)} AS x, {middle_row(zoom)} AS y FROM {CHANGED} AS t"
            f" WHERE {has_place('t.geom')}) AS met"
        )
    )
    connection.execute(text(f"ANALYZE {_KEYS}"))


def _of_keys(level: int) -> str:
    return f"o.level = {level} AND o.x = k.x AND o.y = k.y"


def _in_keys(zoom: int) -> str:
    return f"{middle_column(zoom)} = k.x AND {middle_row(zoom)} = k.y"


def _drop_cells(connection: Connection, table: OverviewTable, level: int) -> None:
    connection.execute(
        text(
            f"DELETE FROM {table.name} AS o USING {_KEYS} AS k WHERE {_of_keys(level)}"  # noqa: S608
        )
    )


def _cell(table: OverviewTable, zoom: int) -> str:
    square = f"ST_TileEnvelope({zoom}, x, y)"
    return f"ST_Centroid({square})" if table.is_point else square


def _names(table: OverviewTable) -> str:
    return "".join(f", {name}" for name in table.sums)


def _addends(table: OverviewTable) -> str:
    return "".join(
        f", t.{identifier(name)} AS {column}" for name, column in zip(table.summed, table.sums, strict=True)
    )


def _sums(table: OverviewTable) -> str:
    # As a number of any length, added up exactly: the sum does not depend on the order of the rows.
    return "".join(f", sum(CAST(t.{name} AS numeric)) AS {name}" for name in table.sums)


def _coarser(table: OverviewTable) -> str:
    return "".join(f", sum({name}) AS {name}" for name in table.sums)
