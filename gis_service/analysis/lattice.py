"""The lattice of places that stands for people of whom only the ground they live on is known.

A polygon or a cell is no place. Where its box has a side over 100 m its people are put on the lattice of
points ``(25 + 50 i, 25 + 50 j)`` metres of the metric system that lie inside it and outside barriers; a
smaller one is one representative point (METHODS, Who counts where).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.types import Bools, Floats, Geometries, Int64s

LARGE_M = 100.0
"""A polygon or cell whose box has a longer side than this becomes lattice points."""
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Lattice:
    """The lattice points ``offset_m + step_m * i`` of the metric system, on both axes (METHODS)."""

    step_m: float = 50.0
    offset_m: float = 25.0


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
    """
    box = shapely.bounds(shapes).reshape(-1, 4)
    large = np.flatnonzero(np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) > LARGE_M)
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


def _lattice(
    shapes: Geometries, box: Floats, large: Int64s, lattice: Lattice
) -> Iterator[tuple[Floats, Int64s]]:
    """Yield the lattice points strictly inside the large shapes, a bounded number of candidates at a time."""
    low = np.ceil((box[large, :2] - lattice.offset_m) / lattice.step_m).astype(np.int64)
    high = np.floor((box[large, 2:] - lattice.offset_m) / lattice.step_m).astype(np.int64)
    sides = np.maximum(high - low + 1, 0)
    counts = sides[:, 0] * sides[:, 1]
    batch = np.cumsum(counts) // _CHUNK
    for number in np.unique(batch):
        rows = np.flatnonzero(batch == number)
        which = np.repeat(rows, counts[rows])
        offset = np.arange(len(which)) - np.repeat(np.cumsum(counts[rows]) - counts[rows], counts[rows])
        steps = np.column_stack([offset // sides[which, 1], offset % sides[which, 1]]) + low[which]
        xy: Floats = (lattice.offset_m + lattice.step_m * steps).astype(np.float64)
        inside = shapely.contains_xy(shapes[large[which]], xy[:, 0], xy[:, 1])
        yield xy[inside], large[which[inside]]


def _outside(xy: Floats, barriers: Geometries | None) -> Bools:
    """Tell which points touch no barrier; the tree holds the points: each barrier is prepared only once."""
    result = np.ones(len(xy), dtype=np.bool_)
    if barriers is not None and len(barriers) and len(xy):
        hits = shapely.STRtree(np.asarray(shapely.points(xy), dtype=object)).query(
            barriers, predicate="intersects"
        )
        result[hits[1]] = False
    return result
