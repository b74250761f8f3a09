"""Puts the answers of the junctions to positions on chains."""

import numba
import numpy as np

from gis_service.analysis.kernels.answers import FAR, offer
from gis_service.types import Bools, Int32s, Int64s


@numba.njit(cache=True, nogil=True)
def ask_positions(
    positions: tuple[Int32s, Int32s, Int64s, Bools, Bools],
    chains: tuple[Int32s, Int32s, Int64s, Bools, Bools],
    node_ways: Int64s,
    site: Int32s,
    bits: int,
    stops: tuple[Int64s, Int32s, Int64s, Int64s],
) -> Int64s:
    """Find the ways from positions on chains to their k nearest facilities of different sites.

    The ways lead over the two ends of the chain, or straight along it to facilities on the same chain.

    positions: chain, place of the segment in it, offset, and whether one may set out ahead, astern.
    chains: tail, head, cost, and whether they may be travelled ahead, astern.
    node_ways: (k, n_nodes). stops: row by chain, then place, offset and start, as a way, of the facilities on
    it. Returns (k, n_positions).
    """
    chain, place, offset, ahead_allowed, astern_allowed = positions
    tail, head, length, ahead_open, astern_open = chains
    row, at_place, at_offset, at_access = stops
    facility_mask = (1 << bits) - 1
    ways = np.full((len(node_ways), len(chain)), FAR, np.int64)
    for i in range(len(chain)):
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
            for rank in range(len(node_ways)):
                if node_ways[rank, node] < FAR:
                    offer(ways, i, node_ways[rank, node] + (rest << bits), site, facility_mask)
        for k in range(row[own], row[own + 1]):
            # On one segment the offsets tell who stands ahead; on two, the segments do, even if both
            # positions are the node between them.
            steps, gap = at_place[k] - place[i], at_offset[k] - offset[i]
            is_ahead = steps > 0 or (steps == 0 and gap >= 0)
            is_astern = steps < 0 or (steps == 0 and gap <= 0)
            if (is_ahead and ahead) or (is_astern and astern):
                offer(ways, i, at_access[k] + (abs(gap) << bits), site, facility_mask)
    return ways
