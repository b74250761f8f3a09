"""Where a facility that is an area (a park, a market) is entered: never at its centroid.

Its entrances are where its boundary meets roads that people walk on; an area that no such road touches is
entered at the point of its boundary nearest to one (METHODS, Catchment of a standard).
"""

import numpy as np
import shapely

from gis_service.types import Floats, Geometries, Int64s

_AREAL = 2
"""Dimensions of an area."""


def entrances(areas: Geometries, walkable: Geometries) -> tuple[Floats, Int64s]:
    """Find the entrances of areas.

    Parameters
    ----------
    areas
        ``(n,)`` polygons or multipolygons in a projected CRS in metres; they need not be valid.
    walkable
        ``(m,)`` LineStrings that people may walk on, same CRS.

    Returns
    -------
    xy
        ``(k, 2)`` entrances in metres, those of the first area first, each place once, by (x, y).
    owner
        ``(k,)`` row of the area; every area has at least one entrance, when there is any road, but for those
        that enclose nothing.

    Notes
    -----
    A road that runs along the boundary gives every vertex of the common stretch.
    """
    if not len(walkable) or not len(areas):
        return np.empty((0, 2)), np.empty(0, dtype=np.int64)
    boundary = shapely.boundary(_areal(areas))
    tree = shapely.STRtree(walkable)
    area, road = tree.query(boundary, predicate="intersects")
    meeting = shapely.intersection(boundary[area], walkable[road])
    xy, part = shapely.get_coordinates(meeting, return_index=True)
    owner = area[part]
    closed = np.setdiff1d(np.flatnonzero(~shapely.is_empty(boundary)), owner)
    xy = np.concatenate([xy, _nearest(boundary[closed], walkable, tree)])
    owner = np.concatenate([owner, closed])
    rows = np.unique(np.column_stack([owner, xy]), axis=0)
    return rows[:, 1:], rows[:, 0].astype(np.int64)


def _areal(areas: Geometries) -> Geometries:
    """Make areas valid, by structure: spikes fall away, and what is no area and has no boundary."""
    sound = np.asarray(areas, dtype=object).copy()
    faulty = ~shapely.is_valid(sound)
    sound[faulty] = shapely.make_valid(sound[faulty], method="structure", keep_collapsed=False)
    for row in np.flatnonzero(shapely.get_type_id(sound) == shapely.GeometryType.GEOMETRYCOLLECTION).tolist():
        parts = shapely.get_parts(sound[row])
        sound[row] = shapely.union_all(parts[shapely.get_dimensions(parts) == _AREAL])
    return sound


def _nearest(boundary: Geometries, walkable: Geometries, tree: shapely.STRtree) -> Floats:
    """Give the point of each boundary that is nearest to a road; ties go to the lower road."""
    row, road = tree.query_nearest(boundary)
    order = np.lexsort((road, row))
    row, road = row[order], road[order]
    _, first = np.unique(row, return_index=True)
    links = shapely.shortest_line(boundary[row[first]], walkable[road[first]])
    return np.asarray(shapely.get_coordinates(shapely.get_point(links, 0)), dtype=np.float64)
