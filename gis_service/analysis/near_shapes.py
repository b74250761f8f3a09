"""How far homes are from things that are lines or areas: a water main, a park, a flood area.

Everything here is a straight distance in the plane of a metric system, in whole millimetres; no road is asked
(METHODS, Standards: ``within_line``, ``inside_area``).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis_service.analysis.field import UNREACHED, Field
from gis_service.analysis.modes import MM_PER_M, half_up
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s

AREAL = 2
"""Dimensions of an area."""
_CHUNK = 50_000
"""Homes that are looked at together."""
MOST_PAIRS = 20_000_000
"""Homes that are looked at together times the pieces of all things, at most: so many distances may be held at
once where the second nearest is so far off that everything is looked at on the way."""
MOST_PIECES = 2_000_000
"""Pieces that are put in order once more, at most, to leave out those of one site."""
_MM = 1.0 / MM_PER_M
_FIRST_REACH_M = 50.0
"""How much farther than the nearest thing the second is looked for at first; doubled while that is cheap."""
_FEW_PAIRS = 32
"""Pieces for each home that may be met on the way."""
_FAR_M = 2_000.0
"""Farther off nothing is looked for by doubling."""


def near_shapes(home_xy: Floats, places: Geometries, site: Int32s) -> Field:
    """Find the nearest and second nearest things as the crow flies, wherever they are nearest.

    Parameters
    ----------
    home_xy
        ``(n, 2)`` metres in a projected CRS.
    places
        ``(m,)`` points, lines, areas or collections of them, none missing, same CRS. Areas need not be valid:
        spikes are no part of them, and nobody is near what is empty or encloses nothing.
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
        step = min(_CHUNK, max(1, MOST_PAIRS // max(1, len(found.all.pieces))))
        for low in range(0, n, step):
            part = slice(low, low + step)
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


@dataclass(frozen=True)
class _Part:
    """Pieces of things, with the thing of each and whether that piece is of the outline of an area."""

    pieces: Geometries
    owner: Int64s
    of_area: Bools

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The pieces by their place."""
        return shapely.STRtree(self.pieces)

    @cached_property
    def _ends(self) -> cKDTree:
        return cKDTree(shapely.get_coordinates(self.pieces))

    def no_farther(self, xy: Floats) -> Floats:
        """Give how far each home is from the nearest end of a piece: the nearest piece is no farther."""
        apart, _ = self._ends.query(xy)
        return np.asarray(apart, dtype=np.float64)

    def take(self, rows: Int64s) -> "_Part":
        return _Part(self.pieces[rows], self.owner[rows], self.of_area[rows])


class _Things:
    """Things taken apart into points and straight stretches, so that each is looked at alone."""

    def __init__(self, places: Geometries, site: Int32s) -> None:
        self.site = site
        parts, thing = _singles(places)
        is_area = np.asarray(shapely.get_dimensions(parts) == AREAL)
        self.areas = _sound(parts[is_area])
        self.area_rows = thing[is_area]
        edges = parts.copy()
        edges[is_area] = shapely.boundary(self.areas)
        pieces, part = _pieces(edges)
        self.all = _Part(pieces, thing[part], is_area[part])
        self.sites = np.unique(site[self.all.owner])
        self._base, self._n_digits = _digits(len(self.sites), len(pieces))
        self._parts: dict[tuple[int, int], _Part] = {}

    def two_nearest(self, xy: Floats) -> tuple[Int64s, Int32s, Int64s, Int32s]:
        points: Geometries = np.asarray(shapely.points(xy), dtype=object)
        inside = self._inside(points)
        reach = self.all.no_farther(xy)
        reach[inside.home] = 0.0
        first = self._within(points, np.arange(len(xy)), reach).and_(inside).nearest()
        cost, row = np.full(len(xy), UNREACHED, np.int64), np.full(len(xy), -1, np.int32)
        cost[first.home], row[first.home] = first.cost, first.thing
        apart = np.full(len(xy), np.inf)
        apart[first.home] = first.apart
        return cost, row, *self._second(points, row, apart, inside)

    def _second(
        self, points: Geometries, nearest: Int32s, apart: Floats, inside: _Pairs
    ) -> tuple[Int64s, Int32s]:
        """Find for each home the nearest thing of another site: a little farther off, else anywhere."""
        n = len(points)
        cost, row = np.full(n, UNREACHED, np.int64), np.full(n, -1, np.int32)
        # Of sites whose things take up no ground nobody is near, however far one looks.
        left = np.arange(n) if len(self.sites) > 1 else np.arange(0)
        reach, is_cheap = apart + _FIRST_REACH_M, True
        while len(left) and is_cheap:
            pairs = self._within(points, left, reach).and_(_of(inside, left))
            best = self._others(pairs, nearest).nearest()
            # What lies a little beyond may be as near in whole millimetres: it was seen, but does not decide.
            sure = best.take(np.flatnonzero(best.apart <= reach[best.home]))
            cost[sure.home], row[sure.home] = sure.cost, sure.thing
            is_cheap = len(pairs.home) <= _FEW_PAIRS * len(left) and reach.max() < _FAR_M
            left = np.setdiff1d(left, sure.home)
            reach = reach + reach
        if len(left):
            far = self._second_far(points, left, nearest, _of(inside, left))
            cost[far.home], row[far.home] = far.cost, far.thing
        return cost, row

    def _second_far(self, points: Geometries, homes: Int64s, nearest: Int32s, inside: _Pairs) -> _Pairs:
        """Look among the things of all other sites, however far.

        The numbers of two sites differ in some digit. So the things of all sites but one are those of the
        sites that have another first digit, another second digit, and so on: few parts that are made once,
        in which no home is measured against the outline of the area that it is deep inside of.
        """
        inside = self._others(inside, nearest)
        number = np.searchsorted(self.sites, self.site[nearest[homes]])
        reach = np.full(len(points), np.inf)
        reach[inside.home] = 0.0
        asking = [
            (self._without(digit, value), homes[self._digit(number, digit) == value])
            for digit in range(self._n_digits)
            for value in np.unique(self._digit(number, digit)).tolist()
        ]
        for part, some in asking:
            reach[some] = np.minimum(reach[some], part.no_farther(shapely.get_coordinates(points[some])))
        found = inside
        for part, some in asking:
            found = found.and_(self._within(points, some, reach, part))
        return found.nearest()

    def _others(self, pairs: _Pairs, nearest: Int32s) -> _Pairs:
        """Keep what is of another site than that of the nearest thing of the home."""
        return pairs.take(np.flatnonzero(self.site[pairs.thing] != self.site[nearest[pairs.home]]))

    def _digit(self, number: Int64s, digit: int) -> Int64s:
        found: Int64s = number // self._base**digit % self._base
        return found

    def _without(self, digit: int, value: int) -> "_Part":
        """Give the pieces of the sites whose number has another value of a digit."""
        if (digit, value) not in self._parts:
            number = np.searchsorted(self.sites, self.site[self.all.owner])
            others = np.flatnonzero(self._digit(number, digit) != value)
            self._parts[digit, value] = self.all.take(others)
        return self._parts[digit, value]

    def _inside(self, points: Geometries) -> _Pairs:
        # A tree of the homes, so that each large area is prepared only once.
        area, home = shapely.STRtree(points).query(self.areas, predicate="intersects")
        nothing = np.zeros(len(home))
        return _Pairs(home, self.area_rows[area], nothing, nothing.astype(np.int64))

    def _within(
        self, points: Geometries, homes: Int64s, reach: Floats, among: "_Part | None" = None
    ) -> _Pairs:
        """Give the pairs no farther apart than each home's reach, and those as near in whole millimetres."""
        among = self.all if among is None else among
        asked, piece = among.tree.query(points[homes], predicate="dwithin", distance=reach[homes] + _MM)
        home, thing = homes[asked], among.owner[piece]
        apart = shapely.distance(points[home], among.pieces[piece])
        cost = half_up(apart * MM_PER_M)
        # Whoever is inside an area has a pair of its own with it; others are not in it, however near.
        cost = np.where(among.of_area[piece], np.maximum(cost, 1), cost)
        return _Pairs(home, thing, apart, cost)


def _of(pairs: _Pairs, homes: Int64s) -> _Pairs:
    """Keep the pairs of some homes."""
    return pairs.take(np.flatnonzero(np.isin(pairs.home, homes)))


def _digits(n_sites: int, n_pieces: int) -> tuple[int, int]:
    """Choose base and number of the digits of sites: as few digits as the pieces that are held then allow."""
    n_digits = 1
    while True:
        base = 2
        while base**n_digits < n_sites:
            base += 1
        if base == 2 or base * n_digits * n_pieces <= MOST_PIECES:  # noqa: PLR2004 (the least base)
            return base, n_digits
        n_digits += 1


def _sound(areas: Geometries) -> Geometries:
    """Rebuild the rings of areas that cross or touch themselves; what encloses nothing is empty."""
    result = areas.copy()
    faulty = ~shapely.is_valid(result)
    result[faulty] = shapely.make_valid(result[faulty], method="structure", keep_collapsed=False)
    return result


def _singles(shapes: Geometries) -> tuple[Geometries, Int64s]:
    """Take shapes apart into points, lines and polygons, with the row of the shape of each."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    # A collection may hold collections.
    while np.any(shapely.get_type_id(parts) > _LARGEST_SINGLE):
        parts, again = shapely.get_parts(parts, return_index=True)
        owner = owner[again]
    return np.asarray(parts, dtype=object), owner.astype(np.int64)


def _pieces(shapes: Geometries) -> tuple[Geometries, Int64s]:
    """Take lines and points apart into points and stretches of two ends; tell the shape of each."""
    parts, owner = _singles(shapes)
    there = ~shapely.is_empty(parts)
    parts, owner = parts[there], owner[there]
    is_point = shapely.get_dimensions(parts) == 0
    ends, line = shapely.get_coordinates(parts[~is_point], return_index=True)
    follows = np.flatnonzero(line[1:] == line[:-1])
    stretches = shapely.linestrings(np.stack([ends[follows], ends[follows + 1]], axis=1))
    pieces = np.concatenate([parts[is_point], np.asarray(stretches, dtype=object)])
    rows = np.concatenate([owner[is_point], owner[~is_point][line[follows]]])
    return np.asarray(pieces, dtype=object), rows


_LARGEST_SINGLE = 3
"""Type numbers above this are collections of some kind."""
