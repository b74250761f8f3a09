"""Joins segments into chains between junctions."""

import numba
import numpy as np

from gis_service.types import Bools, Int32s, Int64s


@numba.njit(cache=True, nogil=True)
def walk_chains(
    start: Int32s, end: Int32s, cost: Int64s, used: Int32s, inner: Bools, row: Int32s, segment_at: Int32s
) -> tuple[Int32s, Int32s, Bools, Int64s, Int32s, Int32s, Int64s]:
    """Join segments through inner nodes into chains.

    Returns chain, place in it, along, before, each (n_segments,), and tail, head, total, each (n_chains,).
    """
    n_segments = len(start)
    chain = np.full(n_segments, -1, np.int32)
    place = np.zeros(n_segments, np.int32)
    along = np.ones(n_segments, np.bool_)
    before = np.zeros(n_segments, np.int64)
    tail = np.empty(len(used), np.int32)
    head = np.empty(len(used), np.int32)
    total = np.zeros(len(used), np.int64)
    n_chains = 0
    for sweep in range(2):  # chains between junctions first; what is left are rings without any junction
        for first in used:
            if chain[first] >= 0:
                continue
            if sweep == 0 and inner[start[first]] and inner[end[first]]:
                continue
            forwards = sweep == 1 or not inner[start[first]]
            node = start[first] if forwards else end[first]
            tail[n_chains] = node
            segment, spent, nth = first, 0, 0
            while True:
                chain[segment] = n_chains
                place[segment] = nth
                nth += 1
                along[segment] = start[segment] == node
                before[segment] = spent
                spent += cost[segment]
                node = end[segment] if along[segment] else start[segment]
                if not inner[node] or node == tail[n_chains]:
                    break
                one, other = segment_at[row[node]], segment_at[row[node] + 1]
                segment = other if one == segment else one
            head[n_chains] = node
            total[n_chains] = spent
            n_chains += 1
    return chain, place, along, before, tail[:n_chains], head[:n_chains], total[:n_chains]
