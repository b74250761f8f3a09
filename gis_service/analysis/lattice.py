"""The lattice of places that stands for people of whom only the ground they live on is known.

A polygon or a cell is no place. Where its box has a side over 100 m its people are put on the lattice of
points ``(25 + 50 i, 25 + 50 j)`` metres of the metric system that lie inside it and outside barriers; a
smaller one is one representative point (METHODS, Who counts where).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Bools, Floats, Geometries, Int64s

LARGE_M = 100.0
"""A polygon or cell whose box has a longer side than this becomes lattice points."""
MOST_PLACES = 10_000_000
"""Points of the lattice that are tried at most: 25,000 km² of boxes at 50 m; if all are places, 1 GB."""
_CHUNK = 500_000
"""Points that are looked at together."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """The lattice points ``offset_m + step_m * i`` of the metric system, on both axes (METHODS).

    Parameters
    ----------
    step_m, offset_m
        In metres.
    most
        Points in the boxes of large areas that are tried at most; it changes no place, so that two lattices
        of one step are the same whatever it is.
    """

    step_m: float = 50.0
    offset_m: float = 25.0
    most: int = field(default=MOST_PLACES, compare=False, repr=False)

    def require_few(self, places: int) -> None:
        """Refuse more places than may be made.

        Raises
        ------
        RefusedInput
            ``places_too_many``.
        """
        if places > self.most:
            raise RefusedInput(ErrorCode.PLACES_TOO_MANY, places=places, step_m=self.step_m, most=self.most)


LATTICE = Lattice()


def places_in(
    shapes: Geometries, barriers: Geometries | None, lattice: Lattice = LATTICE
) -> tuple[Floats, Int64s, bool]:
    """Give the places that stand for areas.

    Parameters
    ----------
    shapes
        ``(n,)`` polygons or multipolygons in a projected CRS in metres, none of them empty.
    barriers
        Geometries where nobody lives (water), same CRS.
    lattice
        Where people in large areas are put.

    Returns
    -------
    xy
        ``(m, 2)`` places, by shape, then x, then y.
    owner
        ``(m,)`` shape that each stands for; every shape has one at least.
    used
        Whether any shape became points of the lattice.

    Raises
    ------
    RefusedInput
        ``places_too_many`` before any place is made.
    """
    box = shapely.bounds(shapes).reshape(-1, 4)
    lattice.require_few(points_in_boxes(box, lattice))
    large = np.flatnonzero(_is_large(box))
    shapely.prepare(shapes[large])
    pieces = list(_lattice(shapes, box, large, lattice))
    xy = np.concatenate([piece[0] for piece in pieces]) if pieces else np.empty((0, 2))
    owner = np.concatenate([piece[1] for piece in pieces]) if pieces else np.empty(0, dtype=np.int64)
    dry = _outside(xy, barriers)
    xy, owner = xy[dry], owner[dry]
    single = np.setdiff1d(np.arange(len(shapes)), owner)
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes[single]))
    used = bool(owner.size)
    points, owners = np.concatenate([xy, inner]), np.concatenate([owner, single])
    order = np.lexsort((points[:, 1], points[:, 0], owners))
    return points[order], owners[order], used


def points_in_boxes(box: Floats, lattice: Lattice = LATTICE) -> int:
    """Count the lattice points in the boxes ``(n, 4)`` of those shapes that become lattice points."""
    low, high = _ends(box[_is_large(box)], lattice)
    return int(np.prod(np.maximum(high - low + 1, 0), axis=1).sum())


def _is_large(box: Floats) -> Bools:
    found: Bools = np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) > LARGE_M
    return found & np.isfinite(box).all(axis=1)


def _ends(box: Floats, lattice: Lattice) -> tuple[Floats, Floats]:
    """Give the first and the last point of the lattice in each box, counted on both axes."""
    low = np.ceil((box[:, :2] - lattice.offset_m) / lattice.step_m)
    return low, np.floor((box[:, 2:] - lattice.offset_m) / lattice.step_m)


def _lattice(
    shapes: Geometries, box: Floats, large: Int64s, lattice: Lattice
) -> Iterator[tuple[Floats, Int64s]]:
    """Yield the lattice points strictly inside the large shapes, a bounded number of candidates at a time."""
    low, high = (ends.astype(np.int64) for ends in _ends(box[large], lattice))
    sides = np.maximum(high - low + 1, 0)
    ends = np.cumsum(sides[:, 0] * sides[:, 1])
    total = int(ends[-1]) if len(ends) else 0
    for first in range(0, total, _CHUNK):
        number = np.arange(first, min(first + _CHUNK, total))
        which = np.searchsorted(ends, number, side="right")
        offset = number - np.concatenate([[0], ends])[which]
        steps = np.column_stack([offset // sides[which, 1], offset % sides[which, 1]]) + low[which]
        xy: Floats = (lattice.offset_m + lattice.step_m * steps).astype(np.float64)
        inside = shapely.contains_xy(shapes[large[which]], xy[:, 0], xy[:, 1])
        yield xy[inside], large[which[inside]]


def _outside(xy: Floats, barriers: Geometries | None) -> Bools:
    """Tell which points touch no barrier; the tree holds the points: each barrier is prepared only once."""
    result = np.ones(len(xy), dtype=np.bool_)
    if barriers is None or not len(barriers):
        return result
    for first in range(0, len(xy), _CHUNK):
        points = np.asarray(shapely.points(xy[first : first + _CHUNK]), dtype=object)
        hits = shapely.STRtree(points).query(barriers, predicate="intersects")
        result[first + hits[1]] = False
    return result
