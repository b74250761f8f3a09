"""Outlines in whole units of a tile: corners that say nothing are taken out, and crossings are found."""

import numpy as np

from gis_service.analysis.kernels.references import counted, uncounted
from gis_service.analysis.kernels.tile_room import PART, PART_X, PART_Y, THEN
from gis_service.types import Int64s

_SIDE, _RING = 2, 3
"""Least corners of a side and of a ring."""
_FEW = 24
"""Sides up to which every pair of them is looked at."""
_CELLS, _CELLS_A_SIDE = 64, 4
"""Most cells along one way of the grid, and most cells for each side, when there are more."""


@uncounted
def tidy_ring(x: Int64s, y: Int64s, begin: int, end: int) -> int:
    """Take out corners on a straight side, corners that come twice, and spikes; in place.

    Returns one past the last corner that stays, which is not the first one again; nothing stays of a ring
    without an area.
    """
    at, changed = end, True
    while changed:
        kept = begin
        for i in range(begin, at):
            kept = _push(x, y, begin, kept, x[i], y[i])
        changed = False
        # The same around the corner at which the ring begins.
        while kept - begin >= _RING and _is_flat(
            x[kept - 2], y[kept - 2], x[kept - 1], y[kept - 1], x[begin], y[begin]
        ):
            kept -= 1
        if kept - begin >= _RING and _is_flat(
            x[kept - 1], y[kept - 1], x[begin], y[begin], x[begin + 1], y[begin + 1]
        ):
            for i in range(begin, kept - 1):
                x[i], y[i] = x[i + 1], y[i + 1]
            kept, changed = kept - 1, True
        at = kept
    return at if at - begin >= _RING else begin


@uncounted
def _push(x: Int64s, y: Int64s, begin: int, kept: int, to_x: int, to_y: int) -> int:
    while kept - begin >= _SIDE and _is_flat(x[kept - 2], y[kept - 2], x[kept - 1], y[kept - 1], to_x, to_y):
        kept -= 1
    if kept - begin == 1 and x[begin] == to_x and y[begin] == to_y:
        return kept
    x[kept], y[kept] = to_x, to_y
    return kept + 1


@uncounted
def push_ahead(x: Int64s, y: Int64s, begin: int, kept: int, to_x: int, to_y: int) -> int:
    """Add a corner to a line, in the place of the last one where the line goes straight on; give its end."""
    if kept > begin and x[kept - 1] == to_x and y[kept - 1] == to_y:
        return kept
    if kept - begin >= _SIDE:
        a, b = kept - 2, kept - 1
        ahead = (x[b] - x[a]) * (to_x - x[b]) + (y[b] - y[a]) * (to_y - y[b])
        if ahead > 0 and _is_flat(x[a], y[a], x[b], y[b], to_x, to_y):
            kept = b
    x[kept], y[kept] = to_x, to_y
    return kept + 1


@uncounted
def _is_flat(a_x: int, a_y: int, b_x: int, b_y: int, c_x: int, c_y: int) -> bool:
    return (b_x - a_x) * (c_y - b_y) == (b_y - a_y) * (c_x - b_x)


@uncounted
def area_of(x: Int64s, y: Int64s, begin: int, end: int) -> int:
    """Give twice the area of a ring; negative when its inside lies to the right."""
    total = np.int64(0)
    for i in range(begin, end):
        then = i + 1 if i + 1 < end else begin
        total += x[i] * y[then] - x[then] * y[i]
    return int(total)


@uncounted
def _turn(a_x: int, a_y: int, b_x: int, b_y: int, c_x: int, c_y: int) -> int:
    return (b_x - a_x) * (c_y - a_y) - (b_y - a_y) * (c_x - a_x)


@uncounted
def _parted(a: int, b: int, c: int, d: int) -> bool:
    """Tell whether the stretch between two numbers has nothing in common with that between two others."""
    return max(a, b) < min(c, d) or max(c, d) < min(a, b)


@uncounted
def _cross(a_x: int, a_y: int, b_x: int, b_y: int, c_x: int, c_y: int, d_x: int, d_y: int) -> bool:
    """Tell whether two sides whose boxes meet have a place in common."""
    left, right = _turn(a_x, a_y, b_x, b_y, c_x, c_y), _turn(a_x, a_y, b_x, b_y, d_x, d_y)
    if (left > 0 and right > 0) or (left < 0 and right < 0):
        return False
    left, right = _turn(c_x, c_y, d_x, d_y, a_x, a_y), _turn(c_x, c_y, d_x, d_y, b_x, b_y)
    return not ((left > 0 and right > 0) or (left < 0 and right < 0))


@uncounted
def are_simple(places: Int64s, rings: int) -> bool:
    """Tell whether no side of the tidy rings that were drawn meets another one; two that touch do meet."""
    x, y, first, then = places[PART_X], places[PART_Y], places[PART], places[THEN]
    end = first[rings]
    for ring in range(rings):
        for i in range(first[ring], first[ring + 1]):
            then[i] = i + 1
        then[first[ring + 1] - 1] = first[ring]
    if end > _FEW:
        return _are_simple_in_cells(x, y, then, end)
    for i in range(end):
        for j in range(i + 1, end):
            # Neighbours meet in one corner, for what is flat has been taken out.
            if then[i] == j or then[j] == i:
                continue
            c, d = then[i], then[j]
            if _parted(x[i], x[c], x[j], x[d]) or _parted(y[i], y[c], y[j], y[d]):
                continue
            if _cross(x[i], y[i], x[c], y[c], x[j], y[j], x[d], y[d]):
                return False
    return True


@counted
def _are_simple_in_cells(x: Int64s, y: Int64s, then: Int64s, end: int) -> bool:
    """Look at each side beside those that share a cell of a grid with its box."""
    west, east, south, north = x[0], x[0], y[0], y[0]
    for i in range(end):
        west, east = min(west, x[i]), max(east, x[i])
        south, north = min(south, y[i]), max(north, y[i])
    # As wide as a power of two, shifting being cheaper than dividing; more cells for more sides.
    wide, far = 0, max(east - west, north - south)
    while (far >> wide) >= _CELLS or (far >> wide) ** 2 > _CELLS_A_SIDE * end:
        wide += 1
    across = ((east - west) >> wide) + 1
    first = np.zeros(across * (((north - south) >> wide) + 1) + 1, np.int64)
    held, last = np.empty(0, np.int64), first
    for turn in range(2):
        for i in range(end):
            a, b = (x[i] - west) >> wide, (x[then[i]] - west) >> wide
            c, d = (y[i] - south) >> wide, (y[then[i]] - south) >> wide
            for row in range(min(c, d), max(c, d) + 1):
                for cell in range(row * across + min(a, b), row * across + max(a, b) + 1):
                    if turn == 0:
                        first[cell + 1] += 1
                        continue
                    for at in range(first[cell], last[cell]):
                        j = held[at]
                        if then[i] == j or then[j] == i:
                            continue
                        f, g = then[i], then[j]
                        if _parted(x[i], x[f], x[j], x[g]) or _parted(y[i], y[f], y[j], y[g]):
                            continue
                        if _cross(x[i], y[i], x[f], y[f], x[j], y[j], x[g], y[g]):
                            return False
                    held[last[cell]] = i
                    last[cell] += 1
        if turn == 0:
            for cell in range(len(first) - 1):
                first[cell + 1] += first[cell]
            held, last = np.empty(first[-1], np.int64), first.copy()
    return True
