"""The only EPSG numbers in the code, and the duty of every function that measures.

Storage is WGS 84 in longitude, latitude order. Lengths and areas are taken in a projected system in metres,
never in degrees and never in Web Mercator, which stretches Thai Binh by 14.6 %.
"""

from functools import lru_cache

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import BBox, Geometries

STORAGE_SRID = 4326
"""WGS 84: geometry columns and GeoJSON."""
TILE_SRID = 3857
"""Web Mercator: vector tiles only, never measured in."""
STORAGE = pyproj.CRS.from_epsg(STORAGE_SRID)
DEMO_METRIC = pyproj.CRS.from_epsg(9209)
"""VN-2000 / TM-3 105-30, the zone of Thai Binh: the demo city is drawn in it."""
_UTM_NORTH, _UTM_SOUTH = 32600, 32700


def parse_crs(text: str) -> pyproj.CRS:
    """Read a coordinate system from ``EPSG:9209``, WKT or PROJ text.

    Raises
    ------
    RefusedInput
        ``crs_unknown`` when PROJ does not recognise it.
    """
    try:
        return pyproj.CRS.from_user_input(text)
    except CRSError as error:
        raise RefusedInput(ErrorCode.CRS_UNKNOWN, crs=text) from error


def crs_name(crs: pyproj.CRS) -> str:
    """Name a system shortly: ``EPSG:9209`` when it has a code, else its title."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def is_metric(crs: pyproj.CRS) -> bool:
    """Tell whether planar lengths in this system are metres on the ground."""
    if not crs.is_projected or crs.to_epsg() == TILE_SRID:
        return False
    return all(abs(axis.unit_conversion_factor - 1.0) < 1e-12 for axis in crs.axis_info[:2])  # noqa: PLR2004


def require_metric(crs: pyproj.CRS | None, name: str) -> pyproj.CRS:
    """Refuse to measure in degrees, in feet or in Web Mercator.

    Parameters
    ----------
    crs
        System of the data.
    name
        What the user calls the data, for the message.

    Raises
    ------
    RefusedInput
        ``crs_missing`` or ``crs_not_metric``.
    """
    if crs is None:
        raise RefusedInput(ErrorCode.CRS_MISSING, name=name)
    if not is_metric(crs):
        unit = crs.axis_info[0].unit_name if crs.axis_info else "?"
        raise RefusedInput(ErrorCode.CRS_NOT_METRIC, name=name, crs=crs_name(crs), unit=unit)
    return crs


def utm_of(bbox: BBox) -> pyproj.CRS:
    """Give the WGS 84 UTM zone of the centre of a box in longitude, latitude degrees."""
    longitude, latitude = (bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2
    zone = min(int((longitude + 180) // 6) + 1, 60)
    return pyproj.CRS.from_epsg((_UTM_NORTH if latitude >= 0 else _UTM_SOUTH) + zone)


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def transform(geometries: Geometries, source: pyproj.CRS, target: pyproj.CRS) -> Geometries:
    """Bring geometries from one system to another, x before y on both sides.

    PROJ picks the operation with the best accuracy; for VN-2000 that is the seven-parameter shift of
    Decision 05/2007/QĐ-BTNMT (1 m).
    """
    if source == target:
        return geometries
    change = _transformer(source.to_wkt(), target.to_wkt())
    moved = shapely.transform(geometries, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1])))
    return np.asarray(moved, dtype=object)
