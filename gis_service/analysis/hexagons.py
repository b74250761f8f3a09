"""Places in regular hexagons of the metric system, the same ones in every study.

Hexagons stand on a corner, so that two of their sides run north. They lie in rows; the hexagon ``(0, 0)`` has
its middle at the origin of the metric system, and every second row is shifted by half a hexagon.
"""

from dataclasses import dataclass

import numpy as np

from gis_service.types import Floats, Int64s

WIDTH_M = 500.0
"""Distance between opposite sides."""
_ROW = np.sqrt(3.0) / 2
"""Distance between rows, in widths."""
_CORNERS = np.array([[0.0, 1.0], [0.5, 0.5], [0.5, -0.5], [0.0, -1.0], [-0.5, -0.5], [-0.5, 0.5]])
"""Corners in widths and in thirds of the root of three of a width, clockwise from the northern one."""


@dataclass(frozen=True, slots=True)
class Hexagons:
    """Occupied hexagons, by row then column.

    Parameters
    ----------
    width_m
        Distance between opposite sides in metres.
    column, row
        ``(n_hexagons,)`` place in the grid: the middle is at ``width_m * (column + (row mod 2) / 2)`` and
        ``width_m * row * sqrt(3) / 2``.
    of_place
        ``(n_places,)`` hexagon of each place.
    """

    width_m: float
    column: Int64s
    row: Int64s
    of_place: Int64s

    def __len__(self) -> int:
        """Give the number of hexagons."""
        return len(self.column)

    @property
    def ids(self) -> list[str]:
        """Names of the hexagons: ``column_row``; of another width they are other hexagons."""
        return [f"{x}_{y}" for x, y in zip(self.column.tolist(), self.row.tolist(), strict=True)]

    @property
    def centre_xy(self) -> Floats:
        """``(n_hexagons, 2)`` middles in metres."""
        return middles(self.column, self.row, self.width_m)

    @property
    def outline_xy(self) -> Floats:
        """``(n_hexagons, 7, 2)`` corners in metres, clockwise from the northern one, which comes twice."""
        corners = _CORNERS[[0, 1, 2, 3, 4, 5, 0]] * (self.width_m, self.width_m / np.sqrt(3.0))
        outline: Floats = self.centre_xy[:, None, :] + corners[None, :, :]
        return outline


def middles(column: Int64s, row: Int64s, width_m: float) -> Floats:
    """Give the middles of hexagons: ``(n, 2)`` metres."""
    x = (column + (row % 2) / 2) * width_m
    return np.column_stack([x, row * (_ROW * width_m)])


def hexagon_at(xy: Floats, width_m: float = WIDTH_M) -> Int64s:
    """Find the hexagon that holds each place, the one whose middle is nearest.

    Parameters
    ----------
    xy
        ``(n, 2)`` metres of any projected CRS in metres.
    width_m
        Distance between opposite sides.

    Returns
    -------
    Int64s
        ``(n, 2)`` column and row. A place on a side belongs to the hexagon of the lower row, in one row to
        the lower column: the southern one, then the western one. Middles are compared in floating numbers,
        so a place is on a slanted side when it is within their rounding of it.

    Notes
    -----
    The middles of the even rows form a grid of rectangles, and so do those of the odd rows. The nearest of
    each grid is found by rounding, and the nearer of the two is the nearest of all.
    """
    places = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    x, y = places[:, 0] / width_m, places[:, 1] / (2 * _ROW * width_m)
    # Rounded half down: of two equally near middles the lower one.
    even = np.column_stack([np.ceil(x - 0.5), 2 * np.ceil(y - 0.5)]).astype(np.int64)
    odd = np.column_stack([np.ceil(x - 1.0), 2 * np.ceil(y - 1.0) + 1]).astype(np.int64)
    to_even, to_odd = (
        ((places - middles(one[:, 0], one[:, 1], width_m)) ** 2).sum(axis=1) for one in (even, odd)
    )
    takes_odd = (to_odd < to_even) | ((to_odd == to_even) & (odd[:, 1] < even[:, 1]))
    found: Int64s = np.where(takes_odd[:, None], odd, even)
    return found


def hexagons_of(xy: Floats, width_m: float = WIDTH_M) -> Hexagons:
    """Find the hexagons that hold places; parameters as of `hexagon_at`."""
    place = hexagon_at(xy, width_m)
    found, of_place = np.unique(place[:, ::-1], axis=0, return_inverse=True)
    return Hexagons(width_m, found[:, 1], found[:, 0], of_place.reshape(-1).astype(np.int64))
