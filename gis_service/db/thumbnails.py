"""Reads the shapes of a layer as coarse as a small picture shows them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gis_service.db.query import identifier, sql
from gis_service.types import Geometries, LayerId


@dataclass(frozen=True)
class CoarseShapes:
    """Shapes in longitude and latitude; equal ones stand once.

    Parameters
    ----------
    geometry
        ``(n,)`` geometries; a line or an area too small to be seen is a point.
    dimension
        ``(n,)`` 0 for what is a point, 1 a line, 2 an area in the layer.
    count
        ``(n,)`` rows that look so.
    """

    geometry: Geometries
    dimension: NDArray[Any]
    count: NDArray[Any]


def coarse_shapes(connection: Connection, layer: LayerId, step: float) -> CoarseShapes:
    """Read all rows of a layer that has a table.

    Parameters
    ----------
    step
        Degrees that the picture cannot tell apart.
    """
    statement = sql("thumbnails_shapes").text.format(table=f"layer.{identifier(layer)}")
    rows = connection.execute(text(statement), {"step": step}).all()
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [bytes(row.shape) for row in rows]
    return CoarseShapes(
        np.asarray(shapely.from_wkb(shapes), dtype=object),
        np.array([row.dimension for row in rows], dtype=np.int64),
        np.array([row.count for row in rows], dtype=np.int64),
    )
