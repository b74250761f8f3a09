"""What every search answers with, and how a way is offered to a place."""

from typing import TypeAlias

import numba
import numpy as np

from gis_service.types import Int32s, Int64s

Answer: TypeAlias = tuple[Int64s, Int32s, Int64s, Int32s]
"""Cost and facility of the nearest, then of the second nearest."""

FAR = np.iinfo(np.int64).max


@numba.njit(cache=True, nogil=True, inline="always")
def offer(
    node: int, cost: int, facility: int, site: Int32s, c1: Int64s, f1: Int32s, c2: Int64s, f2: Int32s
) -> bool:
    """Offer a node one more way; keep the two best of different sites, ties to the lower facility."""
    if f1[node] >= 0 and site[facility] == site[f1[node]]:
        if cost < c1[node] or (cost == c1[node] and facility < f1[node]):
            c1[node], f1[node] = cost, facility
            return True
        return False
    if cost < c1[node] or (cost == c1[node] and facility < f1[node]):
        c2[node], f2[node] = c1[node], f1[node]
        c1[node], f1[node] = cost, facility
        return True
    if cost < c2[node] or (cost == c2[node] and facility < f2[node]):
        c2[node], f2[node] = cost, facility
        return True
    return False
