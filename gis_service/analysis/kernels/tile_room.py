"""Room to work in while the shapes of a tile are drawn: rows of two tables, made once for all shapes."""

import numba
import numpy as np
from numpy.typing import NDArray

from gis_service.analysis.kernels.references import uncounted
from gis_service.types import Floats, Int64s

LON, LAT, X, Y, WAY_X, WAY_Y, ALONG, RING_X, RING_Y, NUMBERS = range(10)
"""Rows of numbers: one ring or line in degrees and in units; the ways of it that are seen, and where along
the sides of the tile each begins and ends; the rings of a polygon."""
WAY, RING, ROLE, PART_X, PART_Y, PART, THEN, PLACES = range(8)
"""Rows of whole numbers: the first corner of each way and of each ring, and the part that a ring plays; the
corners of a feature in whole units, the first of each part, and which comes next to each."""
SHELL, HOLE = 0, 1
_TIMES, _SPARE = 8, 64
"""Of a corner there come at most two on the sides of the tile, and the four of the tile itself."""


@numba.njit(cache=True, nogil=True)
def room_for(corners: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Make room for shapes of so many corners; memory is only taken as it is used."""
    size = _TIMES * corners + _SPARE
    numbers, places = np.empty((NUMBERS, size)), np.empty((PLACES, size), np.int64)
    places[WAY, 0] = places[RING, 0] = places[PART, 0] = 0
    return numbers, places


@uncounted
def turn_round(values: Floats | Int64s, begin: int, end: int) -> None:
    """Turn the order of a part of a row round."""
    left, right = begin, end - 1
    while left < right:
        values[left], values[right] = values[right], values[left]
        left, right = left + 1, right - 1
