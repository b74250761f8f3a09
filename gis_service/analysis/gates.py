"""Places on roads that a mode may not pass: a bollard stops cars, a locked gate everybody.

A road ends at such a place, on both sides of it: one may go there from either side, and not through.
"""

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis_service.analysis.noding import TOUCH_M
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s


def cut_at(lines: Geometries, stops: Floats) -> tuple[Geometries, Int64s]:
    """Cut lines at those of their vertices that lie within touching distance of a stop.

    Parameters
    ----------
    lines
        ``(n,)`` LineString in a metric CRS.
    stops
        ``(m, 2)`` places in the same system.

    Returns
    -------
    Geometries
        The lines in their order, those with a stop on their way in pieces.
    Int64s
        For each piece the row of its line.
    """
    row = np.arange(len(lines), dtype=np.int64)
    if not len(stops):
        return lines, row
    xy, line = shapely.get_coordinates(lines, return_index=True)
    inner = np.zeros(len(xy), dtype=np.bool_)
    inner[1:-1] = (line[1:-1] == line[:-2]) & (line[1:-1] == line[2:])
    cut = inner & _at_stops(xy, stops)
    if not cut.any():
        return lines, row
    # A vertex that is cut at ends one piece and begins the next.
    place = np.repeat(np.arange(len(xy)), 1 + cut)
    second = np.append(False, place[1:] == place[:-1])
    owner = line[place]
    new = second | np.append(True, owner[1:] != owner[:-1])
    piece = np.cumsum(new) - 1
    parts = np.asarray(shapely.linestrings(xy[place], indices=piece), dtype=object)
    return parts, owner[new].astype(np.int64)


def part_at(start: Int32s, end: Int32s, node_xy: Floats, stops: Floats) -> tuple[Int32s, Int32s, Floats]:
    """Give each segment that ends at a stop a node of its own there.

    Parameters
    ----------
    start, end
        ``(n_segments,)`` nodes of segments.
    node_xy
        ``(n_nodes, 2)`` metres.
    stops
        ``(m, 2)`` places in the same system.

    Returns
    -------
    tuple
        ``start``, ``end`` and ``node_xy``; the new nodes follow those that were there.
    """
    if not len(stops):
        return start, end, node_xy
    ends = np.concatenate([start, end]).astype(np.int64)
    parted = np.flatnonzero(_at_stops(node_xy, stops)[ends])
    _, first = np.unique(ends[parted], return_index=True)
    others = np.delete(parted, first)  # one segment keeps the node
    xy = np.concatenate([node_xy, node_xy[ends[others]]])
    ends[others] = len(node_xy) + np.arange(len(others))
    return ends[: len(start)].astype(np.int32), ends[len(start) :].astype(np.int32), xy


def _at_stops(xy: Floats, stops: Floats) -> Bools:
    if not len(xy):
        return np.zeros(0, dtype=np.bool_)
    distance, _ = cKDTree(stops).query(xy, distance_upper_bound=TOUCH_M * (1 + TOUCH_M))
    return np.asarray(distance <= TOUCH_M, dtype=np.bool_)
