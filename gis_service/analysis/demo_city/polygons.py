"""Small duties around polygons that several parts of the demo city share."""

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

_POLYGON = 3


def polygonal(geometry: BaseGeometry, least_m2: float) -> BaseGeometry:
    """Keep the polygons of a geometry that are large enough; lines and points, which cuts leave behind, go.

    Parameters
    ----------
    geometry
        Anything, in a projected CRS in metres.
    least_m2
        Smaller parts are dropped.
    """
    parts = shapely.get_parts(shapely.get_parts(geometry))
    kept = parts[(shapely.get_type_id(parts) == _POLYGON) & (shapely.area(parts) >= least_m2)]
    return shapely.multipolygons(kept) if len(kept) else Polygon()


def as_multi(geometry: BaseGeometry) -> MultiPolygon:
    """Give a polygonal geometry as one that may have several parts."""
    parts = shapely.get_parts(np.asarray(geometry, dtype=object))
    return MultiPolygon(list(parts))
