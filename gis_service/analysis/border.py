"""The edge of the study area, stretch by stretch: beyond which parts of it the world is not known.

Facilities just outside may serve people inside (METHODS, Border). Where the data ends at the edge they are
missing, on that side only: so each stretch of the edge is looked at by itself.
"""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.types import Bools, Floats, Geometries

STRETCHES = 10
"""The edge is cut into stretches of at most this part of the halo: 1 km of 10 km."""
_AREA = 2
_SAMPLES = 20
"""Known lines are looked at in points no farther apart than this part of the halo."""
_ROUGHNESS = 20
"""The halo is drawn around an outline that was simplified by at most this part of it."""
_FINENESS = 100
"""Distances are first looked at from an outline that was simplified by this part of them."""


def unknown_edge(area: BaseGeometry, known: Geometries, halo_m: float) -> shapely.MultiLineString:
    """Find the stretches of the edge beyond which nothing is known.

    A stretch is known when something known lies in the outer half of the halo, so not only just over the
    edge, and within the width of the halo of the stretch. The banks of a gap inside the area are no edge:
    a stretch counts only where the outer half of the halo lies within the width of the halo of it.

    Parameters
    ----------
    area
        The study area: polygons in a metric CRS.
    known
        Roads or facilities, in the CRS of the area.
    halo_m
        Width of the border outside the area, in metres.

    Returns
    -------
    MultiLineString
        Empty when all of the edge is known.
    """
    area = _areas_of(area)
    stretches = _stretches(area, halo_m)
    seen = _in_outer_half(area, known, halo_m)
    if len(seen) and len(stretches):
        found, _ = shapely.STRtree(seen).query_nearest(stretches, max_distance=halo_m, all_matches=False)
        stretches = np.delete(stretches, found)
    return shapely.MultiLineString(list(stretches))


def within(geometry: BaseGeometry, others: Geometries, distance_m: float) -> Bools:
    """Tell which geometries lie within a distance of one geometry.

    Parameters
    ----------
    geometry, others
        In one metric CRS.
    distance_m
        Metres; exactly at the distance is within it.
    """
    shapely.prepare(geometry)
    return np.asarray(shapely.dwithin(geometry, others, distance_m), dtype=np.bool_)


def _areas_of(area: BaseGeometry) -> BaseGeometry:
    """Leave out the lines that remain where broken outlines were mended: they have no other side."""
    parts: Geometries = shapely.get_parts(shapely.get_parts(area))
    return shapely.MultiPolygon(list(parts[shapely.get_dimensions(parts) == _AREA]))


def _stretches(area: BaseGeometry, halo_m: float) -> Geometries:
    """Cut the edge into stretches, none longer than a tenth of the halo, however many vertices it has."""
    piece_m = halo_m / STRETCHES / 2
    edge = shapely.segmentize(area.boundary, piece_m)
    xy, ring = shapely.get_coordinates(shapely.get_parts(edge), return_index=True)
    same = ring[1:] == ring[:-1]
    ends: Floats = np.stack([xy[:-1][same], xy[1:][same]], axis=1)
    # A piece belongs to the half stretch that it begins in, and is no longer than one.
    along = np.cumsum(np.hypot(*(xy[1:] - xy[:-1]).T))
    half = np.stack([ring[:-1], np.floor(np.append(0, along[:-1]) / piece_m)])[:, same]
    number = np.append(0, np.cumsum((half[:, 1:] != half[:, :-1]).any(axis=0)))[: len(ends)]
    stretches: Geometries = np.asarray(
        shapely.linestrings(ends.reshape(-1, 2), indices=np.repeat(number, 2)), dtype=object
    )
    outer = shapely.buffer(area.simplify(halo_m / _ROUGHNESS), halo_m / 2).boundary
    return stretches[within(outer, stretches, halo_m)]


def _in_outer_half(area: BaseGeometry, known: Geometries, halo_m: float) -> Geometries:
    """Give points of what is known that lie in the outer half of the halo."""
    shapely.prepare(area)
    known = known[~shapely.covers(area, known)]  # most roads, and the fastest to tell
    xy: Floats = shapely.get_coordinates(shapely.segmentize(known, halo_m / _SAMPLES))
    points: Geometries = np.asarray(shapely.points(xy), dtype=object)
    points = points[_within_fast(area, points, halo_m)]
    return points[~_within_fast(area, points, halo_m / 2)]


def _within_fast(area: BaseGeometry, points: Geometries, distance_m: float) -> Bools:
    """Tell the same as `within`: from a plainer outline, where that does not suffice from the true one."""
    off = distance_m / _FINENESS
    plain = area.simplify(off)
    # Twice as far off as the plainer outline can be: it is sure of these.
    found = within(plain, points, distance_m - 2 * off)
    open_ = np.flatnonzero(~found & within(plain, points, distance_m + 2 * off))
    found[open_] = within(area, points[open_], distance_m)
    return found
