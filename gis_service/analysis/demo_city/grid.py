"""A grid of square cells over the province, for growing communes."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.types import Bools, Floats, Int64s

_EDGE_M = 400.0
"""Free space around the province, for borders that are grown a little beyond it."""


@dataclass(frozen=True)
class Grid:
    """Square cells; row 0 is the southernmost, column 0 the westernmost.

    Parameters
    ----------
    west, south
        Corner of cell (0, 0), metres of EPSG:9209.
    rows, columns
        How many.
    cell_m
        Side of a cell in metres.
    """

    west: float
    south: float
    rows: int
    columns: int
    cell_m: float

    def cell(self, xy: Floats) -> Int64s:
        """Give ``(n, 2)`` row and column of the cells that hold ``(n, 2)`` places."""
        offset = (xy - np.array([self.west, self.south])) / self.cell_m
        return np.asarray(np.floor(offset[:, ::-1]), dtype=np.int64)

    def places(self) -> Floats:
        """Give ``(rows, columns, 2)`` middles of all cells."""
        x = self.west + (np.arange(self.columns) + 0.5) * self.cell_m
        y = self.south + (np.arange(self.rows) + 0.5) * self.cell_m
        return np.stack(np.meshgrid(x, y), axis=-1)

    def within(self, area: BaseGeometry) -> Bools:
        """Give ``(rows, columns)`` whether the middle of a cell lies inside an area."""
        shapely.prepare(area)
        places = self.places()
        return np.asarray(shapely.contains_xy(area, places[..., 0], places[..., 1]), dtype=np.bool_)


def make_grid(area: BaseGeometry, cell_m: float) -> Grid:
    """Lay cells of a size over an area and a little beyond."""
    west, south, east, north = area.bounds
    rows, columns = (int((side + 2.0 * _EDGE_M) / cell_m) + 1 for side in (north - south, east - west))
    return Grid(west - _EDGE_M, south - _EDGE_M, rows, columns, cell_m)
