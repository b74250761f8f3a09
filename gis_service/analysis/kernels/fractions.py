"""Exact shares of raster cells inside polygons, from the edges of the polygons.

Each edge leaves, in every row of cells that it crosses, the height by which it goes up or down, with the
share of it that lies to the right inside the cell itself; summed from left to right these are the shares of
the cells. Nothing is sampled: the shares are exact but for floating arithmetic.
"""

import numba
import numpy as np

from gis_service.types import Floats, Int64s

_NOTHING = 1e-12
"""A share below this is floating noise of an edge that only touches the cell."""


@numba.njit(cache=True, nogil=True)
def _leave(line: Floats, x0: float, x1: float, height: float, width: int) -> None:
    """Leave one piece of an edge, inside one row of cells, in the line of that row."""
    if x1 < x0:
        x0, x1 = x1, x0
    if x0 >= width:
        return
    if x1 <= 0.0:
        line[0] += height
        return
    run = x1 - x0
    per_run = height / run if run > 0.0 else 0.0
    if x0 < 0.0:
        line[0] += -x0 * per_run
        height += x0 * per_run
        x0 = 0.0
    if x1 > width:
        height -= (x1 - width) * per_run
        x1 = float(width)
    first, last = int(x0), int(x1)
    if first == last:
        middle = 0.5 * (x0 + x1) - first
        line[first] += height * (1.0 - middle)
        line[first + 1] += height * middle
        return
    left = height
    for cell in range(first, last + 1):
        low, high = max(x0, float(cell)), min(x1, float(cell + 1))
        part = left if cell == last else (high - low) * per_run
        left -= part
        middle = 0.5 * (low + high) - cell
        line[cell] += part * (1.0 - middle)
        line[cell + 1] += part * middle


@numba.njit(cache=True, nogil=True)
def _mark(edges: Floats, first: int, last: int, top: int, left: int, lines: Floats) -> None:
    """Leave the edges of one polygon in the lines of a window."""
    rows, width = lines.shape[0], lines.shape[1] - 2
    for edge in range(first, last):
        x0, y0 = edges[edge, 0] - left, edges[edge, 1] - top
        x1, y1 = edges[edge, 2] - left, edges[edge, 3] - top
        sign = 1.0
        if y1 < y0:
            x0, y0, x1, y1, sign = x1, y1, x0, y0, -1.0
        if y1 <= 0.0 or y0 >= rows or y1 == y0:
            continue
        slope = (x1 - x0) / (y1 - y0)
        row, end = max(int(np.floor(y0)), 0), min(int(np.ceil(y1)), rows)
        high = max(0.0, y0)
        at_high = x0 if y0 >= 0.0 else x0 - y0 * slope
        while row < end:
            low = min(y1, row + 1.0)
            at_low = x1 if low == y1 else x0 + (low - y0) * slope
            _leave(lines[row], at_high, at_low, sign * (low - high), width)
            high, at_high, row = low, at_low, row + 1


@numba.njit(cache=True, nogil=True)
def window_sums(
    edges: Floats,
    start: Int64s,
    boxes: Int64s,
    chosen: Int64s,
    window: tuple[int, int],
    values: Floats,
    least: float,
    found: Floats,
) -> None:
    """Add what a window of a raster holds of each polygon, exactly by share.

    edges: x and y of both ends, in cells; shells with the inside to the right of rising rows, holes against.
    start: row by polygon. boxes: first row and column of its cells, and the row and column after the last.
    chosen: polygons to be looked at. window: row and column of its first cell. values: nan without data.
    least: cells with a smaller share are passed over. found: value, cells and cells with data are added.
    """
    top, left = window
    rows, columns = values.shape
    for polygon in chosen:
        r0, r1 = max(boxes[polygon, 0] - top, 0), min(boxes[polygon, 2] - top, rows)
        c0, c1 = max(boxes[polygon, 1] - left, 0), min(boxes[polygon, 3] - left, columns)
        if r0 >= r1 or c0 >= c1:
            continue
        lines = np.zeros((r1 - r0, c1 - c0 + 2))
        _mark(edges, start[polygon], start[polygon + 1], top + r0, left + c0, lines)
        total, cells, known = 0.0, 0.0, 0.0
        for row in range(r1 - r0):
            share, line_total = 0.0, 0.0
            for column in range(c1 - c0):
                share += lines[row, column]
                if share > _NOTHING and share >= least:
                    cells += share
                    value = values[r0 + row, c0 + column]
                    if value == value:  # noqa: PLR0124  nan is the one value that is not itself
                        line_total += share * value
                        known += share
            total += line_total
        found[polygon, 0] += total
        found[polygon, 1] += cells
        found[polygon, 2] += known


@numba.njit(cache=True, nogil=True)
def window_shares(
    edges: Floats,
    start: Int64s,
    boxes: Int64s,
    chosen: Int64s,
    window: tuple[int, int, int, int],
) -> tuple[Int64s, Int64s, Int64s, Floats]:
    """Give the cells of a window that each polygon holds: polygon, row, column, share; arguments as above.

    window: row and column of its first cell, rows, columns.
    """
    top, left, rows, columns = window
    room = 0
    for polygon in chosen:
        high = min(boxes[polygon, 2] - top, rows) - max(boxes[polygon, 0] - top, 0)
        wide = min(boxes[polygon, 3] - left, columns) - max(boxes[polygon, 1] - left, 0)
        room += max(high, 0) * max(wide, 0)
    owner, shares = np.empty(room, np.int64), np.empty(room, np.float64)
    at_row, at_column = np.empty(room, np.int64), np.empty(room, np.int64)
    n = 0
    for polygon in chosen:
        r0, r1 = max(boxes[polygon, 0] - top, 0), min(boxes[polygon, 2] - top, rows)
        c0, c1 = max(boxes[polygon, 1] - left, 0), min(boxes[polygon, 3] - left, columns)
        if r0 >= r1 or c0 >= c1:
            continue
        lines = np.zeros((r1 - r0, c1 - c0 + 2))
        _mark(edges, start[polygon], start[polygon + 1], top + r0, left + c0, lines)
        for row in range(r1 - r0):
            share = 0.0
            for column in range(c1 - c0):
                share += lines[row, column]
                if share > _NOTHING:
                    owner[n], shares[n] = polygon, min(share, 1.0)
                    at_row[n], at_column[n] = top + r0 + row, left + c0 + column
                    n += 1
    return owner[:n], at_row[:n], at_column[:n], shares[:n]
