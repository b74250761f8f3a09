"""The tables of overviews, and the figures by which it is decided how one is made."""

from dataclasses import dataclass

from sqlalchemy import text

from gis_service.crs import TILE_SRID
from gis_service.db.engine import Connection
from gis_service.db.layers import SQL_TYPES, Column
from gis_service.db.query import identifier
from gis_service.types import LayerId

TO_LATITUDE = 85.0
"""Rows beyond are not on the map of the tiles."""
COUNTED_ZOOM = 13


@dataclass(frozen=True, slots=True)
class OverviewTable:
    """What a row of an overview holds.

    Parameters
    ----------
    layer
        The layer.
    columns
        Fields that shapes keep.
    summed
        Names of numeric fields, which are summed up where rows are gathered.
    by_class
        Field that lines are joined by; None where there is none.
    is_point
        Whether gathered rows are points, in the middle of their cell; else they are its square.
    named
        Further fields that joined lines keep, so that only those that agree in them are joined.
    """

    layer: LayerId
    columns: tuple[Column, ...]
    summed: tuple[str, ...]
    by_class: str | None
    is_point: bool
    named: tuple[str, ...] = ()

    @property
    def joined_by(self) -> tuple[str, ...]:
        """Names of the fields that lines are joined by, their class first."""
        return (*((self.by_class,) if self.by_class else ()), *self.named)

    @property
    def name(self) -> str:
        """Its quoted name."""
        return f"overview.{identifier(self.layer)}"

    @property
    def rows(self) -> str:
        """The quoted name of the layer's table."""
        return f"layer.{identifier(self.layer)}"

    @property
    def kept(self) -> list[str]:
        """Names of the columns of fields that shapes keep."""
        return [kept(column.name) for column in self.columns]

    def class_of(self, table: str) -> str:
        """Compose the class of a shape as updates are noted by it: empty for one that is of none.

        Parameters
        ----------
        table
            Name of the overview in the query.
        """
        held = self.by_class is not None
        return f"coalesce({table}.{kept(self.by_class or '')}, '')" if held else "CAST('' AS text)"

    @property
    def sums(self) -> list[str]:
        """Names of the columns of sums."""
        return [summed(name) for name in self.summed]


def kept(field: str) -> str:
    """Name the column that holds a field: apart from those that every overview has."""
    return identifier(f"f_{field}")


def summed(field: str) -> str:
    """Name the column that holds the sum of a field."""
    return identifier(f"s_{field}")


def simplified_alone(shape: str, tolerance: str) -> str:
    """Compose how a shape is simplified by itself.

    Parameters
    ----------
    shape
        SQL of the shape, in Web Mercator.
    tolerance
        SQL of how far a line may move, in metres of Web Mercator.
    """
    return (
        f"coalesce(CASE ST_Dimension({shape}) WHEN 0 THEN {shape}"
        f" WHEN 1 THEN ST_Simplify({shape}, {tolerance}, true)"
        f" ELSE ST_SimplifyPreserveTopology({shape}, {tolerance}) END, {shape})"
    )


@dataclass(frozen=True, slots=True)
class RowFigures:
    """What is found of the rows of a layer.

    Parameters
    ----------
    cells
        Column and row at zoom 13, and rows whose middle lies there.
    points
        Corners of all geometries.
    size
        Mean of the longer side of the rows' boxes, in degrees.
    is_beyond
        Whether any lies beyond the map of the tiles.
    """

    cells: list[tuple[int, int, int]]
    points: int
    size: float
    is_beyond: bool


def figures_of(connection: Connection, layer: LayerId) -> RowFigures:
    """Look at all rows of a layer once."""
    found = connection.execute(
        text(
            f"SELECT {middle_column(COUNTED_ZOOM)} AS x, {middle_row(COUNTED_ZOOM)} AS y, count(*) AS n,"  # noqa: S608
            " sum(ST_NPoints(t.geom)) AS points,"
            " sum(greatest(ST_XMax(t.geom) - ST_XMin(t.geom), ST_YMax(t.geom) - ST_YMin(t.geom))) AS size,"
            f" bool_or({is_beyond('t.geom')}) AS beyond"
            f" FROM layer.{identifier(layer)} AS t WHERE {has_place('t.geom')} GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ).all()
    count = sum(row.n for row in found)
    return RowFigures(
        [(row.x, row.y, row.n) for row in found],
        sum(int(row.points) for row in found),
        sum(row.size for row in found) / count if count else 0.0,
        any(row.beyond for row in found),
    )


def has_place(geom: str) -> str:
    """Compose the condition that a geometry lies anywhere."""
    return f"{geom} IS NOT NULL AND NOT ST_IsEmpty({geom})"


def is_beyond(geom: str) -> str:
    """Compose the condition that a geometry reaches beyond the map of the tiles."""
    return f"(ST_YMax({geom}) > {TO_LATITUDE} OR ST_YMin({geom}) < -{TO_LATITUDE})"


def middle_column(zoom: int, geom: str = "t.geom") -> str:
    """Compose the column, at a zoom, of the tile that holds the middle of a geometry's box."""
    side = 1 << zoom
    middle = f"(ST_XMin({geom}) + ST_XMax({geom})) / 2"
    return f"CAST(least(greatest(floor(({middle} + 180) / 360 * {side}), 0), {side - 1}) AS integer)"


def middle_row(zoom: int, geom: str = "t.geom") -> str:
    """Compose the row, at a zoom, of the tile that holds the middle of a geometry's box."""
    side = 1 << zoom
    bounded = f"least(greatest((ST_YMin({geom}) + ST_YMax({geom})) / 2, -85.05), 85.05)"
    share = f"(1 - asinh(tan(radians({bounded}))) / pi()) / 2"
    return f"CAST(least(greatest(floor({share} * {side}), 0), {side - 1}) AS integer)"


def make_table(connection: Connection, table: OverviewTable) -> None:
    """Make the empty table of an overview; its indexes come after its rows."""
    columns = "".join(f", {kept(column.name)} {SQL_TYPES[column.type]}" for column in table.columns)
    # Exact, whatever the order in which they are added up.
    sums = "".join(f", {name} numeric" for name in table.sums)
    connection.execute(
        text(
            f"CREATE TABLE {table.name} (level smallint NOT NULL, fid bigint, x integer, y integer, n bigint"
            f"{columns}{sums}, geom geometry(Geometry, {TILE_SRID}) NOT NULL)"
        )
    )


def make_indexes(connection: Connection, table: OverviewTable, levels: tuple[int, ...]) -> None:
    """Make the indexes of a filled table: the shapes of each level by place, its rows by what they are of."""
    for level in levels:
        connection.execute(text(f"CREATE INDEX ON {table.name} USING gist (geom) WHERE level = {level}"))
    connection.execute(text(f"CREATE INDEX ON {table.name} (fid) WHERE fid IS NOT NULL"))
    connection.execute(text(f"CREATE INDEX ON {table.name} (level, x, y) WHERE x IS NOT NULL"))
    connection.execute(text(f"ANALYZE {table.name}"))
