"""The box of what tiles show of a layer, rather than of the whole layer."""

from sqlalchemy import Connection, text

from gis_service.db.engine import driver
from gis_service.db.filters import Condition
from gis_service.db.history import rows_at
from gis_service.types import BBox, LayerId, VersionId


def extent(
    connection: Connection, layer: LayerId, condition: Condition | None, version: VersionId | None
) -> BBox | None:
    """Give the longitude and latitude box of the rows of a layer that a filter leaves, now or in a version.

    Parameters
    ----------
    connection, layer
        As of `gis_service.db.tiles.vector_tile`.
    condition, version
        As of `gis_service.db.tiles.vector_tile`; every row that they leave is read.

    Returns
    -------
    None when no such row lies anywhere.
    """
    where = "TRUE" if condition is None else condition.sql().as_string(driver(connection)).replace(":", "\\:")
    sides = "ST_XMin(box), ST_YMin(box), ST_XMax(box), ST_YMax(box)"
    rows = f"SELECT ST_Extent(t.geom) AS box FROM {rows_at(layer, version)} AS t WHERE {where}"  # noqa: S608
    found = connection.execute(text(f"SELECT {sides} FROM ({rows}) AS whole")).one()  # noqa: S608
    if found[0] is None:
        return None
    west, south, east, north = (float(side) for side in found)
    return west, south, east, north
