"""Lays arcs out in rows, and places along a curve: what a graph is built with."""

import numba
import numpy as np

from gis_service.types import Bools, Int32s, Int64s


@numba.njit(cache=True, nogil=True)
def lay_arcs(
    n: int, tail: Int32s, head: Int32s, cost: Int64s, ahead: Bools, astern: Bools
) -> tuple[Int32s, Int32s, Int32s]:
    """Lay arcs out in rows: ``tail`` to ``head`` where ``ahead``, the other way where ``astern``.

    Returns start (n + 1,), head and cost (n_arcs,), each row in the order of head, then cost.
    """
    start = np.zeros(n + 1, np.int32)
    for i in range(len(tail)):
        if ahead[i]:
            start[tail[i] + 1] += 1
        if astern[i]:
            start[head[i] + 1] += 1
    for node in range(n):
        start[node + 1] += start[node]
    filled = start[:-1].copy()
    target, value = np.empty(start[n], np.int32), np.empty(start[n], np.int32)
    for i in range(len(tail)):
        for side in range(2):
            if not (ahead[i] if side == 0 else astern[i]):
                continue
            source, goal = (tail[i], head[i]) if side == 0 else (head[i], tail[i])
            # Rows are short: each arc is put in its place at once.
            at = filled[source]
            filled[source] += 1
            while at > start[source] and (
                target[at - 1] > goal or (target[at - 1] == goal and value[at - 1] > cost[i])
            ):
                target[at], value[at] = target[at - 1], value[at - 1]
                at -= 1
            target[at], value[at] = goal, cost[i]
    return start, target, value


@numba.njit(cache=True, nogil=True)
def along_hilbert(x: Int64s, y: Int64s, bits: int) -> Int64s:
    """Give each cell of a grid of ``2 ** bits`` cells a side its place on a Hilbert curve."""
    place = np.zeros(len(x), np.int64)
    for i in range(len(x)):
        east, north = x[i], y[i]
        side = 1 << (bits - 1)
        while side:
            right, up = int((east & side) > 0), int((north & side) > 0)
            place[i] += side * side * ((3 * right) ^ up)
            east, north = east & (side - 1), north & (side - 1)
            if not up:
                if right:
                    east, north = side - 1 - east, side - 1 - north
                east, north = north, east
            side >>= 1
    return place
