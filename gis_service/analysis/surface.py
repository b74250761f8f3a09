"""The surface of a service: what the way costs from (or to) each cell of a grid, whoever lives there.

A cell is answered like a home at its middle: `gis_service.analysis.snap.snap` joins it to the nearest road
that no water lies before, and the field tells its cost, own access included.
"""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.types import Floats, Geometries, Int64s

CellKind = Literal["hexagon", "square"]

STEP_M = 100.0
"""Usual distance between the middles of neighbouring cells, metres."""
SMALLEST_STEP_M = 50.0
"""Finer than the lattice that people are spread on nothing more is learnt."""
_FLAT = sqrt(3) / 2


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells whose middles lie in an area, by row then column.

    They are aligned to whole multiples of the step, so that a cell is the same one in every study.

    Parameters
    ----------
    kind
        ``hexagon`` (standing on a corner) or ``square``.
    step_m
        Between the middles of neighbours in a row, metres.
    column, row
        ``(n,)`` place in the grid.
    """

    kind: CellKind
    step_m: float
    column: Int64s
    row: Int64s

    def __len__(self) -> int:
        """Give the number of cells."""
        return len(self.column)

    @property
    def middle_xy(self) -> Floats:
        """``(n, 2)`` middles in metres."""
        return _middles(self.kind, self.step_m, self.column, self.row)

    @property
    def polygons(self) -> Geometries:
        """``(n,)`` Polygon of each cell."""
        if self.kind == "square":
            corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
        else:
            angle = np.arange(6) * (np.pi / 3) + np.pi / 6
            corners = np.column_stack([np.cos(angle), np.sin(angle)]) / sqrt(3)
        rings = self.middle_xy[:, None, :] + self.step_m * corners[None, :, :]
        found: Geometries = np.asarray(shapely.polygons(rings), dtype=object)
        return found


def _middles(kind: CellKind, step_m: float, column: Int64s, row: Int64s) -> Floats:
    x, y = column.astype(np.float64), row.astype(np.float64)
    if kind == "square":
        return np.column_stack([x + 0.5, y + 0.5]) * step_m
    return np.column_stack([x + 0.5 * (row % 2), y * _FLAT]) * step_m


def grid_over(area: BaseGeometry, *, kind: CellKind = "hexagon", step_m: float = STEP_M, most: int) -> Grid:
    """Lay a grid over an area.

    Parameters
    ----------
    area
        Polygons in a metric CRS.
    kind
        Of the cells.
    step_m
        Between neighbours, metres; at least `SMALLEST_STEP_M`, which is the caller's duty.
    most
        Cells at most: the step is doubled until they are no more, and ``Grid.step_m`` tells it.
    """
    step = step_m
    while _count(area, kind, step) > 2 * most:  # surely too many, and not worth being laid
        step *= 2
    grid = _laid(area, kind, step)
    while len(grid) > most:
        step *= 2
        grid = _laid(area, kind, step)
    return grid


def _count(area: BaseGeometry, kind: CellKind, step_m: float) -> float:
    return float(area.area / (step_m * step_m * (_FLAT if kind == "hexagon" else 1.0)))


def _laid(area: BaseGeometry, kind: CellKind, step_m: float) -> Grid:
    if area.is_empty:
        nothing = np.empty(0, dtype=np.int64)
        return Grid(kind, step_m, nothing, nothing)
    high = step_m * (_FLAT if kind == "hexagon" else 1.0)
    west, south, east, north = area.bounds
    columns = np.arange(int(west // step_m) - 1, ceil(east / step_m) + 1)
    rows = np.arange(int(south // high) - 1, ceil(north / high) + 1)
    row, column = (one.ravel() for one in np.meshgrid(rows, columns, indexing="ij"))
    middle = _middles(kind, step_m, column, row)
    shapely.prepare(area)
    inside = shapely.contains_xy(area, middle)
    return Grid(kind, step_m, column[inside], row[inside])
