"""Where a raster lies: its edge and its box in degrees, and whether that meets the city."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyproj
import shapely

from gis_service.analysis.shapes import MARGIN_DEGREES
from gis_service.crs import STORAGE, transform
from gis_service.types import BBox, Floats

_ALONG = 21
"""Points along each edge: in another system the edges of a raster are curves."""


def edge_of(corners: Sequence[tuple[float, float]]) -> Floats:
    """Give points along the edges of a raster, and its middle.

    Parameters
    ----------
    corners
        Four, one after the other around it, x before y.

    Returns
    -------
    Floats
        ``(85, 2)``.
    """
    ring = np.array([*corners, corners[0]], dtype=np.float64)
    steps = np.linspace(0, 1, _ALONG)[:, None]
    sides = [start + (end - start) * steps for start, end in pairwise(ring)]
    return np.concatenate([*sides, ring[:-1].mean(axis=0, keepdims=True)])


def outline(corners: Sequence[tuple[float, float]], crs: pyproj.CRS) -> Floats | None:
    """Give the edge of a raster in longitude, latitude degrees of WGS 84; None where PROJ cannot place it.

    Parameters
    ----------
    corners
        Four, one after the other around it, x before y in the system of the raster.
    crs
        Its system; any.

    Returns
    -------
    Floats or None
        ``(84, 2)``: 21 points along each side from corner to corner, so that each corner but the first stands
        twice; the last point is the first one.
    """
    placed = _in_degrees(edge_of(corners)[:-1], crs)
    low, high = np.array([-180.0, -90.0]), np.array([180.0, 90.0])
    on_earth = np.isfinite(placed).all() and (placed >= low).all() and (placed <= high).all()
    return placed if on_earth else None


def corners_of(ring: Floats) -> Floats:
    """Give the four corners, (4, 2), of an :func:`outline`, in the order of the raster's own."""
    return ring[::_ALONG]


def box_of(ring: Floats) -> BBox:
    """Give west, south, east, north of points (n, 2) in longitude, latitude degrees."""
    (west, south), (east, north) = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
    return west, south, east, north


def meets(box: BBox | None, city: BBox) -> bool:
    """Tell whether a box in degrees meets that of the city and its margin."""
    if box is None:
        return False
    return (
        box[0] <= city[2] + MARGIN_DEGREES
        and box[2] >= city[0] - MARGIN_DEGREES
        and box[1] <= city[3] + MARGIN_DEGREES
        and box[3] >= city[1] - MARGIN_DEGREES
    )


def _in_degrees(points: Floats, crs: pyproj.CRS) -> Floats:
    given = np.asarray(shapely.points(points), dtype=object)
    placed: Floats = shapely.get_coordinates(transform(given, crs, STORAGE))
    return placed
