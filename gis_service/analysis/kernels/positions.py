"""Puts the answers of the junctions to positions on chains."""

import numba
import numpy as np

from gis_service.analysis.kernels.answers import FAR, Answer, offer
from gis_service.types import Bools, Int32s, Int64s


@numba.njit(cache=True, nogil=True)
def ask_positions(
    positions: tuple[Int32s, Int32s, Int64s, Bools, Bools],
    chains: tuple[Int32s, Int32s, Int64s, Bools, Bools],
    node_ways: Answer,
    site: Int32s,
    stops: tuple[Int64s, Int32s, Int32s, Int64s, Int64s],
) -> Answer:
    """Find the two nearest facilities of different sites for positions on chains.

    The ways lead over the two ends of the chain, or straight along it to facilities on the same chain.

    positions: chain, place of the segment in it, offset, and whether one may set out ahead, astern.
    chains: tail, head, cost, and whether they may be travelled ahead, astern.
    stops: row by chain, then place, facility, offset and access of the facilities on it.
    """
    chain, place, offset, ahead_allowed, astern_allowed = positions
    tail, head, length, ahead_open, astern_open = chains
    c1n, f1n, c2n, f2n = node_ways
    row, at_place, at_facility, at_offset, at_access = stops
    n = len(chain)
    c1, c2 = np.full(n, FAR, np.int64), np.full(n, FAR, np.int64)
    f1, f2 = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for i in range(n):
        own = chain[i]
        if own < 0:
            continue
        ahead = ahead_open[own] and ahead_allowed[i]
        astern = astern_open[own] and astern_allowed[i]
        for side in range(2):
            if not (ahead if side == 0 else astern):
                continue
            node = head[own] if side == 0 else tail[own]
            rest = length[own] - offset[i] if side == 0 else offset[i]
            if f1n[node] >= 0:
                offer(i, c1n[node] + rest, f1n[node], site, c1, f1, c2, f2)
            if f2n[node] >= 0:
                offer(i, c2n[node] + rest, f2n[node], site, c1, f1, c2, f2)
        for k in range(row[own], row[own + 1]):
            # On one segment the offsets tell who stands ahead; on two, the segments do, even if both
            # positions are the node between them.
            steps, gap = at_place[k] - place[i], at_offset[k] - offset[i]
            is_ahead = steps > 0 or (steps == 0 and gap >= 0)
            is_astern = steps < 0 or (steps == 0 and gap <= 0)
            if (is_ahead and ahead) or (is_astern and astern):
                offer(i, abs(gap) + at_access[k], at_facility[k], site, c1, f1, c2, f2)
    return c1, f1, c2, f2
