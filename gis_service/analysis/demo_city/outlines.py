"""Outlines of the communes: one partition of the province, grown from their points and boxes.

The communes grow over a grid until their areas fit, first on coarse cells, then on fine ones; ``borders``
makes smooth lines of the grid's steps.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import ndimage

from gis_service.analysis.demo_city.borders import Bank, draw_borders, halves
from gis_service.analysis.demo_city.grid import Grid, make_grid
from gis_service.analysis.demo_city.growth import grow
from gis_service.analysis.demo_city.noise import smooth_noise
from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.demo_city.waters import Shores, Water
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s

_ROUNDS = {160.0: 28, 80.0: 8}
"""How often the communes grow on cells of each size in metres."""
_MARGIN_M = 250.0
"""Borders are grown this far beyond the shores, so that they meet them at an angle and not along a step."""
_PULL, _OWN_PULL = 0.4, 0.06
"""How strongly the area of the whole of 2025, and a unit's own, corrects the next round."""
_LATEST = 1.4
_LEAST_REACH = 0.3
"""A unit reaches at least this part of its box to every side, even where its point lies at the edge."""
_STRETCH = 1.12
_MEND_EVERY = 4
_CANAL_DELAY = 0.14
_BENDS = ((240.0, 1_900.0), (110.0, 640.0), (45.0, 300.0))
"""How far, and at what wavelength, the grid is bent so that borders wander, metres."""


def make_outlines(
    units: Sequence[Unit], areas_m2: Mapping[str, float], shores: Shores, waters: Sequence[Water]
) -> Geometries:
    """Divide the province among the communes.

    Parameters
    ----------
    units
        The communes of 2024, their points inside the province.
    areas_m2
        Official area of each commune of 2025 by code, m².
    shores
        Lines around and through the province; sông Trà Lý is a border everywhere.
    waters
        Waters; borders like to run along canals.

    Returns
    -------
    Geometries
        ``(n_units,)`` polygons in EPSG:9209: no gap, no overlap, neighbours share every vertex.
    """
    xy = np.array([unit.xy for unit in units])
    targets = _targets(units, areas_m2, shores)
    grids = [make_grid(shores.province, cell_m) for cell_m in _ROUNDS]
    canals = np.array([water.centre for water in waters if water.kind == "canal"], dtype=object)
    fields = [_Field(grid, _bent(grid), _bars(grid, canals)) for grid in grids]
    banks = []
    for land in halves(shores):
        members = np.flatnonzero(shapely.contains_xy(land, xy[:, 0], xy[:, 1]))
        growing = _Growing([units[int(row)] for row in members], targets[members])
        for field in fields:
            owner = growing.on(field, land)
        banks.append(Bank(land, members, owner))
    return draw_borders(banks, grids[-1], shores, len(units))


def _targets(units: Sequence[Unit], areas_m2: Mapping[str, float], shores: Shores) -> Floats:
    """Share the area of each commune of 2025 among its parts by their boxes, else by their people."""
    people = np.array([unit.people for unit in units], dtype=np.float64)
    boxes = shapely.box(*np.array([unit.box or (0.0, 0.0, 0.0, 0.0) for unit in units]).T)
    weight = np.asarray(shapely.area(shapely.intersection(boxes, shores.province)))
    known = weight > 0
    typical = float(np.median(weight[known] / people[known])) if known.any() else 1.0
    weight[~known] = people[~known] * typical
    whole: defaultdict[str, float] = defaultdict(float)
    for unit, part in zip(units, weight, strict=True):
        whole[unit.successor] += part
    shares = [areas_m2[unit.successor] / whole[unit.successor] for unit in units]
    return np.asarray(weight * np.array(shares))


def _bars(grid: Grid, canals: Geometries) -> Floats:
    """Make cells on canals slow to cross."""
    close = shapely.segmentize(canals, grid.cell_m / 4.0)
    rows, columns = grid.cell(shapely.get_coordinates(close)).T
    bars = np.zeros((grid.rows, grid.columns))
    bars[rows, columns] = _CANAL_DELAY
    return bars


@dataclass(frozen=True)
class _Field:
    """What the units of both banks grow over: the bent places and the bars of a grid's cells."""

    grid: Grid
    bent: Floats
    bars: Floats


class _Growing:
    """The units of one bank, with what the rounds so far have taught about their starts and reaches."""

    def __init__(self, units: Sequence[Unit], targets: Floats) -> None:
        self.xy = np.array([unit.xy for unit in units])
        self.targets = targets
        self.whole = np.unique([unit.successor for unit in units], return_inverse=True)[1]
        self.shape = np.column_stack([self.xy, _reaches(units, targets), np.zeros(len(units))])

    def on(self, field: _Field, land: shapely.Polygon) -> Int32s:
        """Grow on a grid again and again, each round from a better start; give the last one's owners."""
        grid = field.grid
        room, inside = grid.within(land.buffer(_MARGIN_M)), grid.within(land)
        seeds = grid.cell(self.xy)
        owner = grow(room, seeds, self.shape, field.bent, field.bars)
        for number in range(_ROUNDS[grid.cell_m]):
            self._learn(owner, inside, grid.cell_m**2)
            if number % _MEND_EVERY == 0:
                self._mend(owner)
            owner = grow(room, seeds, self.shape, field.bent, field.bars)
        return owner

    def _learn(self, owner: Int32s, inside: Bools, cell_m2: float) -> None:
        """Let too large a commune of 2025 start later, and too large a unit reach less far."""
        cells = np.bincount(owner[inside & (owner >= 0)], minlength=len(self.xy)) * cell_m2
        target = self.targets * (cells.sum() / self.targets.sum())
        together = np.bincount(self.whole, cells) / np.bincount(self.whole, target)
        start = self.shape[:, 6] + _PULL * np.log(np.clip(together, 0.5, 2.0))[self.whole]
        self.shape[:, 6] = np.clip(start, -_LATEST, _LATEST)
        self.shape[:, 2:6] *= np.clip(cells / target, 0.5, 2.0)[:, None] ** -_OWN_PULL

    def _mend(self, owner: Int32s) -> None:
        """Let parts of one commune of 2025 that lie apart, and units inside another, reach out."""
        whole = np.append(self.whole, -1)[owner]
        for number in np.unique(self.whole):
            if ndimage.label(whole == number)[1] > 1:
                self._reach_out(np.flatnonzero(self.whole == number))
        pairs = np.concatenate(
            [
                np.column_stack([owner[1:].ravel(), owner[:-1].ravel()]),
                np.column_stack([owner[:, 1:].ravel(), owner[:, :-1].ravel()]),
            ]
        )
        pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
        neighbours = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)[:, 0]
        enclosed = np.bincount(neighbours[neighbours >= 0], minlength=len(self.xy)) == 1
        self.shape[enclosed, 2:6] *= _STRETCH

    def _reach_out(self, parts: Int64s) -> None:
        """Let each of some units reach farther towards the others' middle."""
        east, north = (self.xy[parts].mean(axis=0) - self.xy[parts]).T
        self.shape[parts, np.where(east > 0, 4, 2)] *= _STRETCH
        self.shape[parts, np.where(north > 0, 5, 3)] *= _STRETCH


def _bent(grid: Grid) -> Floats:
    """Move each cell's place a little, smoothly, so that straight borders come out curved."""
    places = grid.places()
    flat = places.reshape(-1, 2)
    for number, (far_m, wavelength_m) in enumerate(_BENDS):
        bend = [smooth_noise(flat, wavelength_m, 51 + 2 * number + axis) for axis in (0, 1)]
        places = places + far_m * np.stack(bend, axis=-1).reshape(places.shape)
    return places


def _reaches(units: Sequence[Unit], areas: Floats) -> Floats:
    """Give ``(n, 4)`` metres from each point to the sides of its box, or of a square in its stead."""
    result = np.column_stack([np.sqrt(areas) / 2.0] * 4)
    for row, unit in enumerate(units):
        if unit.box is not None:
            west, south, east, north = unit.box
            sides = (unit.xy[0] - west, unit.xy[1] - south, east - unit.xy[0], north - unit.xy[1])
            breadth = (east - west, north - south) * 2
            result[row] = [
                max(side, _LEAST_REACH * whole) for side, whole in zip(sides, breadth, strict=True)
            ]
    return result
