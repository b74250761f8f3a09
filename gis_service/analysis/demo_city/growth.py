"""The compiled loop that grows the communes of the demo city over a grid."""

import heapq

import numba
import numpy as np

from gis_service.types import Bools, Floats, Int32s, Int64s

_CORE = 0.07
"""Square of the part of its reach that a unit keeps around its point whatever its neighbours do."""
_FIRST = 100.0


@numba.njit(cache=True, nogil=True)
def grow(room: Bools, seeds: Int64s, shape: Floats, places: Floats, bar: Floats) -> Int32s:
    """Give every cell to the unit that reaches it first, each unit in one connected piece.

    Parameters
    ----------
    room
        ``(rows, columns)`` where there is something to grow over.
    seeds
        ``(n, 2)`` row and column of each unit's first cell.
    shape
        ``(n, 7)`` east and north of the unit's middle in metres, its reach to west, south, east and north in
        metres, and its start: who starts later becomes smaller.
    places
        ``(rows, columns, 2)`` place of each cell in metres, bent so that borders wander.
    bar
        ``(rows, columns)`` delay for whoever crosses the cell.

    Returns
    -------
    Int32s
        ``(rows, columns)`` row of the unit, -1 where there is none.

    Notes
    -----
    A unit arrives at a cell at its start plus the square of the elliptic distance in reaches, plus the bars
    on the way (a power diagram of ellipses); never earlier than at the neighbour it came from, so every
    piece is connected.
    """
    rows, columns = room.shape
    owner = np.full((rows, columns), -1, np.int32)
    queue = [(-np.inf, 0.0, unit, seeds[unit, 0], seeds[unit, 1]) for unit in range(len(seeds))]
    heapq.heapify(queue)
    while len(queue) > 0:
        time, delay, unit, row, column = heapq.heappop(queue)
        if owner[row, column] >= 0:
            continue
        owner[row, column] = unit
        for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            y, x = row + down, column + right
            if y < 0 or x < 0 or y >= rows or x >= columns:
                continue
            if owner[y, x] >= 0 or not room[y, x]:
                continue
            east, north = places[y, x, 0] - shape[unit, 0], places[y, x, 1] - shape[unit, 1]
            across = east / (shape[unit, 4] if east > 0 else shape[unit, 2])
            along = north / (shape[unit, 5] if north > 0 else shape[unit, 3])
            later = delay + bar[y, x]
            far = across * across + along * along
            # The core around a unit's own point comes before all else: no neighbour may swallow it.
            reached = far - _FIRST if far < _CORE else far + shape[unit, 6] + later
            heapq.heappush(queue, (max(time, reached), later, unit, y, x))
    return owner
