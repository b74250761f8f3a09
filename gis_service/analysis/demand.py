"""People at places: whole thousandths of a person at points, from points, polygons or raster cells."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.lattice import LATTICE, Lattice, places_in
from gis_service.analysis.sharing import spread_evenly
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.types import THOUSANDTHS, Bools, Floats, Geometries, Int32s, Int64s

ALL = "all"
"""The group that holds every person."""


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
    groups = groups_in_thousandths(people)
    kept = rows_with_people(groups)
    if points.dtype == object:
        there = np.asarray(points, dtype=object).copy()
        there[shapely.is_empty(there)] = None
        points = np.column_stack([shapely.get_x(there), shapely.get_y(there)])  # of a missing point nan
    xy: Floats = points.astype(np.float64)
    refuse_missing(kept[~np.isfinite(xy[kept]).all(axis=1)])
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
    groups = groups_in_thousandths(people)
    kept = rows_with_people(groups)
    shapes = np.asarray(polygons, dtype=object)[kept]
    refuse_missing(kept[shapely.is_missing(shapes) | shapely.is_empty(shapes)])
    points, owner, used_lattice = places_in(shapes, barriers, lattice)
    counts = np.bincount(owner, minlength=len(kept))
    spread_people = {name: spread_evenly(values[kept], counts) for name, values in groups.items()}
    step_m = lattice.step_m if used_lattice else None
    return Demand(points, spread_people, kept[owner].astype(np.int32), step_m)


def demand_from_cells(
    corners: Floats,
    people: Mapping[str, Floats],
    barriers: Geometries | None = None,
    lattice: Lattice = LATTICE,
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
    lattice
        Where people in large cells are put.

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
    return demand_from_polygons(np.asarray(cells, dtype=object), people, barriers, lattice)


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


def groups_in_thousandths(people: Mapping[str, Floats]) -> dict[str, Int64s]:
    """Bring persons per group to whole thousandths.

    Raises
    ------
    RefusedInput
        ``people_invalid``.
    WrongUse
        When the group ``all`` is missing.
    """
    if ALL not in people:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="people", value=sorted(people), expected=ALL)
    return {name: thousandths(values, name) for name, values in people.items()}


def rows_with_people(groups: Mapping[str, Int64s]) -> Int64s:
    """Give the rows where any group has anybody."""
    return np.flatnonzero(np.any(np.stack(list(groups.values())) > 0, axis=0))


def refuse_missing(rows: Int64s) -> None:
    """Refuse people without a place.

    Raises
    ------
    RefusedInput
        ``demand_place_missing``, naming the first of these rows.
    """
    if rows.size:
        raise RefusedInput(ErrorCode.DEMAND_PLACE_MISSING, row=int(rows[0]) + 1, rows=int(rows.size))
