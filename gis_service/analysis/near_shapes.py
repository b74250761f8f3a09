"""How far homes are from things that are lines or areas: a water main, a park, a flood area.

Everything here is a straight distance in the plane of a metric system, in whole millimetres; no road is asked
(METHODS, Standards: ``within_line``, ``inside_area``).
"""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.field import UNREACHED, Field
from gis_service.analysis.modes import MM_PER_M, half_up
from gis_service.types import Floats, Geometries, Int32s, Int64s

AREAL = 2
"""Dimensions of an area."""
_CHUNK = 50_000
"""Homes that are looked at together."""
_MM = 1.0 / MM_PER_M
_FIRST_REACH_M = 50.0
"""How much farther than the nearest thing the second is looked for at first; doubled until it is found."""


def near_shapes(home_xy: Floats, places: Geometries, site: Int32s) -> Field:
    """Find the nearest and second nearest things as the crow flies, wherever they are nearest.

    Parameters
    ----------
    home_xy
        ``(n, 2)`` metres in a projected CRS.
    places
        ``(m,)`` points, lines or areas, none missing or empty, same CRS. Areas need not be valid.
    site
        ``(m,)`` site of each; the second nearest stands on another.

    Returns
    -------
    Field
        Costs in whole millimetres, rounded half up. A home inside an area, or on its border, is at no
        distance from it, and nobody outside is: there the least cost is 1 mm. Equal costs go to the lower
        row.
    """
    n = len(home_xy)
    cost, cost2 = np.full(n, UNREACHED, np.int64), np.full(n, UNREACHED, np.int64)
    row, row2 = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    if n and len(places):
        found = _Things(places, site)
        for low in range(0, n, _CHUNK):
            part = slice(low, low + _CHUNK)
            cost[part], row[part], cost2[part], row2[part] = found.two_nearest(home_xy[part])
    return Field(cost, row, cost2, row2, np.zeros(n, np.bool_), np.zeros(n, np.int64))


@dataclass(frozen=True)
class _Pairs:
    """Homes, things, and what lies between them: metres, and whole millimetres."""

    home: Int64s
    thing: Int64s
    apart: Floats
    cost: Int64s

    def nearest(self) -> "_Pairs":
        """Keep for each home the least cost, of equal ones the lower thing."""
        order = np.lexsort((self.thing, self.cost, self.home))
        _, first = np.unique(self.home[order], return_index=True)
        return self.take(order[first])

    def take(self, rows: Int64s) -> "_Pairs":
        return _Pairs(self.home[rows], self.thing[rows], self.apart[rows], self.cost[rows])

    def and_(self, other: "_Pairs") -> "_Pairs":
        columns = ("home", "thing", "apart", "cost")
        return _Pairs(*(np.concatenate([getattr(self, one), getattr(other, one)]) for one in columns))


class _Things:
    """Things taken apart into points and straight stretches, so that each is looked at alone."""

    def __init__(self, places: Geometries, site: Int32s) -> None:
        self.site = site
        is_area = np.asarray(shapely.get_dimensions(places) == AREAL)
        self.area_rows = np.flatnonzero(is_area)
        self.areas = np.asarray(shapely.make_valid(places[is_area]), dtype=object)
        edges = np.asarray(places, dtype=object).copy()
        edges[self.area_rows] = shapely.boundary(self.areas)
        self.pieces, self.owner = _pieces(edges)
        self.tree = shapely.STRtree(self.pieces)
        self.is_area = is_area

    def two_nearest(self, xy: Floats) -> tuple[Int64s, Int32s, Int64s, Int32s]:
        points: Geometries = np.asarray(shapely.points(xy), dtype=object)
        inside = self._inside(points)
        homes, reach = self.tree.query_nearest(points, return_distance=True, all_matches=False)
        apart = np.zeros(len(xy))
        apart[homes[0]] = reach
        apart[inside.home] = 0.0
        every = np.arange(len(xy))
        first = self._within(points, every, apart).and_(inside).nearest()
        cost, row = np.full(len(xy), UNREACHED, np.int64), np.full(len(xy), -1, np.int32)
        cost[first.home], row[first.home] = first.cost, first.thing
        return cost, row, *self._second(points, row, apart, inside)

    def _second(
        self, points: Geometries, nearest: Int32s, apart: Floats, inside: _Pairs
    ) -> tuple[Int64s, Int32s]:
        """Look farther and farther until each home has something of another site, or all has been seen."""
        n = len(points)
        cost, row = np.full(n, UNREACHED, np.int64), np.full(n, -1, np.int32)
        left = np.arange(n) if len(np.unique(self.site)) > 1 else np.arange(0)
        reach = apart + _FIRST_REACH_M
        while len(left):
            held = inside.take(np.flatnonzero(np.isin(inside.home, left)))
            pairs = self._within(points, left, reach).and_(held)
            other = np.flatnonzero(self.site[pairs.thing] != self.site[nearest[pairs.home]])
            best = pairs.take(other).nearest()
            # What lies a little beyond may be as near in whole millimetres: it was seen, but does not decide.
            sure = best.take(np.flatnonzero(best.apart <= reach[best.home]))
            cost[sure.home], row[sure.home] = sure.cost, sure.thing
            left = np.setdiff1d(left, sure.home)
            reach = reach + reach
        return cost, row

    def _inside(self, points: Geometries) -> _Pairs:
        # A tree of the homes, so that each large area is prepared only once.
        area, home = shapely.STRtree(points).query(self.areas, predicate="intersects")
        nothing = np.zeros(len(home))
        return _Pairs(home, self.area_rows[area], nothing, nothing.astype(np.int64))

    def _within(self, points: Geometries, homes: Int64s, reach: Floats) -> _Pairs:
        """Give the pairs no farther apart than each home's reach, and those as near in whole millimetres."""
        asked, piece = self.tree.query(points[homes], predicate="dwithin", distance=reach[homes] + _MM)
        home, thing = homes[asked], self.owner[piece]
        apart = shapely.distance(points[home], self.pieces[piece])
        cost = half_up(apart * MM_PER_M)
        # Whoever is inside an area has a pair of its own with it; others are not in it, however near.
        cost = np.where(self.is_area[thing], np.maximum(cost, 1), cost)
        return _Pairs(home, thing, apart, cost)


def _pieces(shapes: Geometries) -> tuple[Geometries, Int64s]:
    """Take shapes apart into points and stretches of two ends, with the row of the shape of each."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    # A collection may hold collections.
    while np.any(shapely.get_type_id(parts) > _LARGEST_SINGLE):
        parts, again = shapely.get_parts(parts, return_index=True)
        owner = owner[again]
    is_point = shapely.get_dimensions(parts) == 0
    ends, line = shapely.get_coordinates(parts[~is_point], return_index=True)
    follows = np.flatnonzero(line[1:] == line[:-1])
    stretches = shapely.linestrings(np.stack([ends[follows], ends[follows + 1]], axis=1))
    pieces = np.concatenate([parts[is_point], np.asarray(stretches, dtype=object)])
    rows = np.concatenate([owner[is_point], owner[~is_point][line[follows]]])
    return np.asarray(pieces, dtype=object), rows.astype(np.int64)


_LARGEST_SINGLE = 3
"""Type numbers above this are collections of some kind."""
