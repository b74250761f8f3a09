"""Repairs areas whose outline crosses itself or runs back on itself."""

import numpy as np
import shapely

from gis_service.types import Bools, Geometries

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def sound_areas(geometry: Geometries) -> tuple[Geometries, Bools]:
    """Repair polygons, keeping what they enclose and nothing thinner.

    Parameters
    ----------
    geometry
        ``(n,)`` geometries of any kind, None among them; only polygons are touched.

    Returns
    -------
    areas
        ``(n,)`` valid Polygons and MultiPolygons; empty where a polygon encloses nothing.
    repaired
        ``(n,)`` whether it had to be.

    Notes
    -----
    GEOS, ``make_valid`` by structure: rings are rebuilt, spikes and collapsed parts are dropped.
    """
    result = np.asarray(geometry, dtype=object).copy()
    is_area = np.isin(shapely.get_type_id(result), _POLYGONAL)
    faulty: Bools = is_area & ~shapely.is_valid(result)
    result[faulty] = shapely.make_valid(result[faulty], method="structure", keep_collapsed=False)
    return result, faulty
