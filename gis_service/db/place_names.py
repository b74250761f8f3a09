"""Reads the names of a layer's features with a point of each, for search."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from gis_service.db.engine import Connection
from gis_service.db.query import identifier
from gis_service.types import LayerId

MOST_NAMES = 100_000
"""Features of one layer that are read."""


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A feature with a name.

    Parameters
    ----------
    at
        Longitude and latitude (WGS 84) of a point on it.
    values
        The further columns that were asked for, as text; None where a row has none.
    """

    fid: int
    name: str
    at: tuple[float, float]
    values: tuple[str | None, ...]


def named_rows(
    connection: Connection, layer: LayerId, names: Sequence[str], columns: Sequence[str] = ()
) -> list[NamedRow]:
    """Read the features of a layer that have a name and a place, by rising ``fid``.

    Parameters
    ----------
    layer
        Layer that has a table.
    names
        Columns of the name; the first that is not empty counts.
    columns
        Read beside it.
    """
    name = ", ".join(f"NULLIF(t.{identifier(one)}::text, '')" for one in names)
    more = "".join(f", t.{identifier(one)}::text" for one in columns)
    # A point on a surface costs a hundred times a point, and most layers are of points.
    point = "CASE WHEN GeometryType(t.geom) = 'POINT' THEN t.geom ELSE ST_PointOnSurface(t.geom) END"
    statement = (
        f"SELECT fid, name, ST_X(p), ST_Y(p), {', '.join(f'v{at}' for at in range(len(columns))) or 'NULL'}"  # noqa: S608 names go through identifier()
        f" FROM (SELECT t.fid, COALESCE({name}), {point}{more} FROM layer.{identifier(layer)} AS t"
        " WHERE t.geom IS NOT NULL AND NOT ST_IsEmpty(t.geom) ORDER BY t.fid LIMIT :most)"
        f" AS r(fid, name, p{''.join(f', v{at}' for at in range(len(columns)))}) WHERE name IS NOT NULL"
        " ORDER BY fid"
    )
    return [
        NamedRow(int(fid), str(shown), (float(x), float(y)), tuple(rest[: len(columns)]))
        for fid, shown, x, y, *rest in connection.execute(text(statement), {"most": MOST_NAMES})
    ]
