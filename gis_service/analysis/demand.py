"""People at places: demand points with whole thousandths of a person, from points, polygons or raster cells.

A polygon or a cell is no place. Where its box has a side over 100 m its people are put on the lattice of
points ``(25 + 50 i, 25 + 50 j)`` metres of the metric system that lie inside it and outside barriers; a
smaller one is one representative point (METHODS, Who counts where).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import shapely

from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.types import THOUSANDTHS, Bools, Floats, Geometries, Int32s, Int64s

ALL = "all"
"""The group that holds every person."""
LARGE_M = 100.0
"""A polygon or cell whose box has a longer side than this becomes lattice points."""
_CHUNK = 2_000_000
_INT64_MAX = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Lattice:
    """The lattice points ``offset_m + step_m * i`` of the metric system, on both axes (METHODS)."""

    step_m: float = 50.0
    offset_m: float = 25.0


LATTICE = Lattice()


@dataclass(frozen=True)
class Demand:
    """People at places.

    Parameters
    ----------
    xy
        ``(n, 2)`` places, metres of any projected CRS in metres.
    people
        Whole thousandths of a person, ``(n,)`` per group; the group ``all`` is always there.
    source
        ``(n,)`` row of the input that each place comes from.
    step_m
        Distance between lattice points in metres when any input became a lattice, else None.
    """

    xy: Floats
    people: dict[str, Int64s]
    source: Int32s
    step_m: float | None = None

    def take(self, rows: Bools | Int64s) -> "Demand":
        """Give the same demand with some of its rows only."""
        people = {group: values[rows] for group, values in self.people.items()}
        return Demand(self.xy[rows], people, self.source[rows], self.step_m)


def thousandths(persons: Floats, group: str = ALL) -> Int64s:
    """Bring persons to whole thousandths, rounded half up once.

    Raises
    ------
    RefusedInput
        ``people_invalid`` when a value is negative, missing or infinite; names the first row, counted from 1.
    """
    values = np.asarray(persons, dtype=np.float64)
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if bad.size:
        raise RefusedInput(
            ErrorCode.PEOPLE_INVALID,
            group=group,
            row=int(bad[0]) + 1,
            value=float(values[bad[0]]),
            rows=int(bad.size),
        )
    return np.floor(values * THOUSANDTHS + 0.5).astype(np.int64)


def spread(total_thousandths: int, weights: Int64s | Floats) -> Int64s:
    """Share a total out by weight so that the parts add up to it exactly.

    Parameters
    ----------
    total_thousandths
        What is shared out, not negative.
    weights
        ``(n,)`` weights, not negative; their sum is positive when there is something to share.

    Returns
    -------
    Int64s
        ``(n,)`` parts: each the whole part of its exact share, and one more for the largest remainders; among
        equal remainders the lower index comes first.

    Raises
    ------
    RefusedInput
        ``weights_invalid`` when a weight is negative or not finite, or all are zero while the total is not.

    Notes
    -----
    Largest remainder (Hamilton, 1792). Floating weights are taken at their exact binary value.

    Examples
    --------
    >>> spread(10, np.array([1, 1, 1])).tolist()
    [4, 3, 3]
    """
    parts = _whole_weights(weights)
    weight_sum = int(parts.sum()) if parts.size else 0
    if weight_sum == 0:
        if total_thousandths:
            raise RefusedInput(ErrorCode.WEIGHTS_INVALID, value=0)
        return np.zeros(len(parts), dtype=np.int64)
    exact = parts * total_thousandths
    remainders = exact % weight_sum
    result: Int64s = (exact // weight_sum).astype(np.int64)
    left = total_thousandths - int(result.sum())
    first = np.argsort(-remainders, kind="stable")[:left]
    result[first] += 1
    return result


def _whole_weights(weights: Int64s | Floats) -> Int64s:
    """Bring weights to exact whole numbers in Python integers, which cannot overflow when multiplied."""
    values = np.asarray(weights)
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if bad.size:
        raise RefusedInput(ErrorCode.WEIGHTS_INVALID, value=float(values[bad[0]]))
    if np.issubdtype(values.dtype, np.integer):
        return values.astype(object)
    exact = [Fraction(float(value)) for value in values]
    scale = max((part.denominator for part in exact), default=1)  # binary fractions: the largest one fits all
    return np.array([int(part * scale) for part in exact], dtype=object)


def demand_from_points(points: Geometries | Floats, people: Mapping[str, Floats]) -> Demand:
    """Make demand of people who are already at places.

    Parameters
    ----------
    points
        ``(n,)`` points or ``(n, 2)`` coordinates in a projected CRS in metres.
    people
        Persons per group, ``(n,)`` each; must hold ``all``.

    Returns
    -------
    Demand
        One row per input with people in it; rows without anybody are left out.

    Raises
    ------
    RefusedInput
        ``people_invalid``, or ``demand_place_missing`` for people without a place.
    WrongUse
        When the group ``all`` is missing.
    """
    groups = _groups(people)
    kept = _with_people(groups)
    if points.dtype == object:
        there = np.asarray(points, dtype=object).copy()
        there[shapely.is_empty(there)] = None
        points = np.column_stack([shapely.get_x(there), shapely.get_y(there)])  # of a missing point nan
    xy: Floats = points.astype(np.float64)
    _refuse_missing(kept[~np.isfinite(xy[kept]).all(axis=1)])
    return Demand(xy[kept], {name: values[kept] for name, values in groups.items()}, kept.astype(np.int32))


def demand_from_polygons(
    polygons: Geometries,
    people: Mapping[str, Floats],
    barriers: Geometries | None = None,
    lattice: Lattice = LATTICE,
) -> Demand:
    """Make demand of people known per polygon, without buildings.

    Parameters
    ----------
    polygons
        ``(n,)`` polygons or multipolygons in a projected CRS in metres.
    people
        Persons per group, ``(n,)`` each; must hold ``all``.
    barriers
        Geometries where nobody lives (water), same CRS.
    lattice
        Where people in large polygons are put.

    Returns
    -------
    Demand
        Lattice points in the order of the polygons and by (x, y) inside each, with equal weights; every
        polygon keeps its total exactly in every group. Polygons without anybody are left out.

    Raises
    ------
    RefusedInput
        ``people_invalid``, or ``demand_place_missing`` for people without a place.
    WrongUse
        When the group ``all`` is missing.
    """
    groups = _groups(people)
    kept = _with_people(groups)
    shapes = np.asarray(polygons, dtype=object)[kept]
    _refuse_missing(kept[shapely.is_missing(shapes) | shapely.is_empty(shapes)])
    points, owner, used_lattice = _places(shapes, barriers, lattice)
    order = np.lexsort((points[:, 1], points[:, 0], owner))
    points, owner = points[order], owner[order]
    counts = np.bincount(owner, minlength=len(kept))
    spread_people = {name: _spread_evenly(values[kept], counts) for name, values in groups.items()}
    step_m = lattice.step_m if used_lattice else None
    return Demand(points, spread_people, kept[owner].astype(np.int32), step_m)


def demand_from_cells(
    corners: Floats, people: Mapping[str, Floats], barriers: Geometries | None = None
) -> Demand:
    """Make demand of a population raster.

    Parameters
    ----------
    corners
        ``(n, 4, 2)`` corners of the cells in ring order, brought to a projected CRS in metres.
    people
        Persons per group, ``(n,)`` each, without "no data"; must hold ``all``.
    barriers
        Geometries where nobody lives (water), same CRS.

    Returns
    -------
    Demand
        As `demand_from_polygons`.

    Raises
    ------
    RefusedInput
        ``people_invalid``.
    WrongUse
        When the group ``all`` is missing.
    """
    cells = shapely.polygons(np.asarray(corners, dtype=np.float64).reshape(-1, 4, 2))
    return demand_from_polygons(np.asarray(cells, dtype=object), people, barriers)


def cell_corners(affine: tuple[float, float, float, float, float, float], cells: Int64s) -> Floats:
    """Give the corners of raster cells in the raster's own system.

    Parameters
    ----------
    affine
        ``(a, b, c, d, e, f)`` with ``x = a col + b row + c`` and ``y = d col + e row + f``.
    cells
        ``(n, 2)`` row and column of each cell.

    Returns
    -------
    Floats
        ``(n, 4, 2)`` corners in ring order.
    """
    a, b, c, d, e, f = affine
    ring = np.array([[0, 0], [0, 1], [1, 1], [1, 0]])
    row_column = np.asarray(cells)[:, None, :] + ring[None, :, :]
    rows, columns = row_column[..., 0], row_column[..., 1]
    return np.stack([a * columns + b * rows + c, d * columns + e * rows + f], axis=-1)


def _groups(people: Mapping[str, Floats]) -> dict[str, Int64s]:
    if ALL not in people:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="people", value=sorted(people), expected=ALL)
    return {name: thousandths(values, name) for name, values in people.items()}


def _with_people(groups: Mapping[str, Int64s]) -> Int64s:
    """Rows where any group has anybody."""
    return np.flatnonzero(np.any(np.stack(list(groups.values())) > 0, axis=0))


def _refuse_missing(rows: Int64s) -> None:
    if rows.size:
        raise RefusedInput(ErrorCode.DEMAND_PLACE_MISSING, row=int(rows[0]) + 1, rows=int(rows.size))


def _places(shapes: Geometries, barriers: Geometries | None, lattice: Lattice) -> tuple[Floats, Int64s, bool]:
    """Give the places of all shapes, the shape each belongs to, and whether the lattice was used at all."""
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
    return np.concatenate([xy, inner]), np.concatenate([owner, single]), used


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


def _spread_evenly(totals: Int64s, counts: Int64s) -> Int64s:
    """Spread each total over its own number of places, equally: `spread` for many owners at once."""
    share, left = np.divmod(totals, np.maximum(counts, 1))
    rank = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    result: Int64s = np.repeat(share, counts) + (rank < np.repeat(left, counts))
    return result
