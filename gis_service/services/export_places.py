"""Places on their way out of storage, so that they come back to where they were."""

import numpy as np
import pyproj
import shapely

from gis_service.crs import STORAGE, crs_name, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Floats, Geometries

_NAMED = 5
"""Features that a refusal names."""
_ASTRAY = 1e-6
"""Degrees: whatever comes back farther off than this was out of reach of the system, and is left as it is."""


def brought_over(geometries: Geometries, target: pyproj.CRS) -> Geometries:
    """Bring places from storage to another system, so that a load of them finds them where they were.

    The shift of a datum goes by way of the centre of the earth. A place on one ellipsoid comes out some
    metres above or below the other, and a plane system keeps no height: there and back through VN-2000 PROJ
    moves places in Viet Nam by up to 1.4 mm. So the way back is tried, and each place set off by what it
    strayed. What is left is 4e-14 degrees, the last digits of a float.

    Parameters
    ----------
    geometries
        (n,) in longitude and latitude of WGS 84; None where a row has none.
    target
        Any system.

    Returns
    -------
    Geometries
        (n,) with x before y; infinite where the system cannot name a place.
    """
    if target == STORAGE:
        return geometries
    there = transform(geometries, STORAGE, target)
    back = shapely.get_coordinates(transform(there, target, STORAGE))

    def set_off(places: Floats) -> Floats:
        with np.errstate(invalid="ignore"):
            strayed = places - back
            return places + np.where(np.abs(strayed) < _ASTRAY, strayed, 0.0)

    return transform(np.asarray(shapely.transform(geometries, set_off), dtype=object), STORAGE, target)


def check_reach(fids: tuple[int, ...], moved: Geometries, target: pyproj.CRS) -> None:
    """Refuse places that a system cannot name, which PROJ writes as infinite.

    Parameters
    ----------
    fids, moved
        (n,) features, and their places in the system.
    target
        The system, for the message.

    Raises
    ------
    RefusedInput
        ``export_outside_system``.
    """
    coordinates, owner = shapely.get_coordinates(moved, return_index=True)
    lost = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    if len(lost):
        named = ", ".join(str(fids[at]) for at in lost[:_NAMED])
        raise RefusedInput(
            ErrorCode.EXPORT_OUTSIDE_SYSTEM, crs=crs_name(target), count=len(lost), features=named
        )
