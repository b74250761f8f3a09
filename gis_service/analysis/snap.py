"""Joins homes and facilities to the one road segment they are reached from."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.modes import Costs
from gis_service.analysis.network import Network
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s

SNAP_LIMIT_M = 1000.0
TIE_M = 1e-6
"""Distances are compared in micrometres, so that equal distances are equal on every machine."""
_RINGS_M = (60.0, 250.0, SNAP_LIMIT_M)
"""Search widens in rings for the few places whose nearest road lies across water."""
_INTERIORS_MEET = "T********"


@dataclass(frozen=True, slots=True)
class Positions:
    """Where places stand on the network.

    Parameters
    ----------
    segment
        ``(n,)`` segment, -1 for ``no_road``.
    fraction
        ``(n,)`` share of the segment's length before the position, in digitised order.
    access_m
        ``(n,)`` straight metres between the place and its position; nan without a road.
    snapped_xy
        ``(n, 2)`` the position; nan without a road.
    """

    segment: Int32s
    fraction: Floats
    access_m: Floats
    snapped_xy: Floats

    def take(self, rows: Int64s) -> "Positions":
        """Give some of the positions."""
        return Positions(self.segment[rows], self.fraction[rows], self.access_m[rows], self.snapped_xy[rows])


def snap(
    points: Floats,
    network: Network,
    costs: Costs,
    barriers: Geometries | None = None,
    max_m: float = SNAP_LIMIT_M,
) -> Positions:
    """Join each point to the nearest segment that its mode may use.

    Parameters
    ----------
    points
        ``(n, 2)`` in the CRS of the network, metres.
    network, costs
        The segments, and which of them a place may be joined to.
    barriers
        Polygons or lines (water) that the straight line to the road may not cross.
    max_m
        Farther than this there is no road.

    Returns
    -------
    Positions
        Ties go to the lower segment id.
    """
    return Joins(network, costs, barriers, max_m).snap(points)


class Joins:
    """Joins places to the roads of one mode as `snap` does, a few at a time: the roads are sorted out once.

    Parameters
    ----------
    network, costs, barriers, max_m
        As of `snap`.
    """

    def __init__(
        self, network: Network, costs: Costs, barriers: Geometries | None = None, max_m: float = SNAP_LIMIT_M
    ) -> None:
        self._candidates = np.flatnonzero(costs.snappable)
        self._tree = shapely.STRtree(network.shape[self._candidates])
        self._barriers, self._max_m = barriers, max_m

    def snap(self, points: Floats) -> Positions:
        """Join each point, as `snap` does; not in two threads at once.

        Parameters
        ----------
        points
            ``(n, 2)`` in the CRS of the network, metres.
        """
        places: Geometries = np.asarray(shapely.points(points), dtype=object)
        found = np.full(len(points), -1, np.int64)
        if len(self._candidates) and len(points):
            found = _nearest(places, self._tree, self._max_m)
            if self._barriers is not None and len(self._barriers):
                _walk_round(places, self._tree, found, self._barriers, self._max_m)
        return _positions(points, places, self._candidates, self._tree.geometries, found)


def _positions(
    points: Floats, places: Geometries, candidates: Int64s, shapes: Geometries, found: Int64s
) -> Positions:
    n = len(points)
    hit = np.flatnonzero(found >= 0)
    segment = np.full(n, -1, np.int32)
    fraction, access = np.full(n, np.nan), np.full(n, np.nan)
    snapped = np.full((n, 2), np.nan)
    own = shapes[found[hit]]
    segment[hit] = candidates[found[hit]]
    fraction[hit] = shapely.line_locate_point(own, places[hit]) / shapely.length(own)
    access[hit] = shapely.distance(own, places[hit])
    snapped[hit] = shapely.get_coordinates(_foot(own, places[hit]))
    return Positions(segment, fraction, access, snapped)


def _foot(lines: Geometries, places: Geometries) -> Geometries:
    return np.asarray(shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, places)), object)


def _nearest(places: Geometries, tree: shapely.STRtree, max_m: float) -> Int64s:
    """Nearest line of each place, ties to the lower index; -1 beyond ``max_m``."""
    found = np.full(len(places), -1, np.int64)
    (place, _), distance = tree.query_nearest(
        places, max_distance=max_m + TIE_M, return_distance=True, all_matches=False
    )
    inside = distance <= max_m
    place, distance = place[inside], distance[inside]
    # Ask again for everything as near as the nearest, to a micrometre: that is where ties are.
    row, line = tree.query(places[place], predicate="dwithin", distance=distance + TIE_M)
    found[place] = _lowest(places[place], tree, row, line)
    return found


def _lowest(places: Geometries, tree: shapely.STRtree, row: Int64s, line: Int64s) -> Int64s:
    """Of candidate pairs give each place its nearest line, ties to the lower index; -1 without any."""
    steps = np.round(shapely.distance(places[row], tree.geometries[line]) / TIE_M)
    order = np.lexsort([line, steps, row])
    rows, first = np.unique(row[order], return_index=True)
    best = np.full(len(places), -1, np.int64)
    best[rows] = line[order][first]
    return best


def _walk_round(
    places: Geometries, tree: shapely.STRtree, found: Int64s, barriers: Geometries, max_m: float
) -> None:
    """Replace joins that cross a barrier by the nearest ones that do not, in place."""
    shapely.prepare(barriers)
    walls = shapely.STRtree(barriers)
    joined = np.flatnonzero(found >= 0)
    lines = tree.geometries
    open_ = joined[_crosses(places[joined], lines[found[joined]], walls)]
    found[open_] = -1
    for ring in (*(ring for ring in _RINGS_M if ring < max_m), max_m):
        if not len(open_):
            return
        row, line = tree.query(places[open_], predicate="dwithin", distance=ring)
        free = ~_crosses(places[open_[row]], lines[line], walls)
        best = _lowest(places[open_], tree, row[free], line[free])
        found[open_] = best
        open_ = open_[best < 0]


def _crosses(places: Geometries, lines: Geometries, walls: shapely.STRtree) -> Bools:
    """Tell whether the straight line from each place to its line meets the inside of a barrier."""
    ends = np.stack([shapely.get_coordinates(places), shapely.get_coordinates(_foot(lines, places))], axis=1)
    apart = np.flatnonzero(np.hypot(*(ends[:, 1] - ends[:, 0]).T) > TIE_M)
    ways: Geometries = np.asarray(shapely.linestrings(ends[apart]), dtype=object)
    # By their boxes first, then wall by wall: a large barrier is prepared once, not taken apart for each way.
    row, wall = walls.query(ways)
    order = np.argsort(wall, kind="stable")
    row, wall = row[order], wall[order]
    met = shapely.intersects(walls.geometries[wall], ways[row])
    row, wall = row[met], wall[met]
    inside = shapely.relate_pattern(walls.geometries[wall], ways[row], _INTERIORS_MEET)
    crossing = np.zeros(len(places), bool)
    crossing[apart[row[inside]]] = True
    return crossing
