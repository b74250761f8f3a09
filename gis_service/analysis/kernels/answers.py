"""How the searches write a way down, and how a place keeps its best ways.

A way is one whole number, ``cost << bits | facility``: the lower bits hold the row of the facility, the upper
ones what the way costs. So the lower of two ways is the cheaper one, and of equally cheap ones that to the
facility that comes first; and an arc is added to a way by adding ``cost << bits``, which keeps the facility.
``FAR`` stands for no way. A stretch of road that is closed for a while costs ``CLOSED``: more than any that
is open, so that what is added over it shows where the road is closed.
"""

import numba
import numpy as np

from gis_service.types import Int32s, Int64s

FAR = np.iinfo(np.int64).max
CLOSED = 1 << 40


@numba.njit(cache=True, nogil=True, inline="always")
def offer(ways: Int64s, place: int, way: int, site: Int32s, facility_mask: int) -> None:
    """Offer a place one more way: ``ways`` (k, n_places) keeps the k best to different sites, in order."""
    last = len(ways) - 1
    if way >= ways[last, place]:
        return
    at = last
    for rank in range(last + 1):
        known = ways[rank, place]
        if known == FAR or site[known & facility_mask] == site[way & facility_mask]:
            at = rank
            break
    if way >= ways[at, place]:
        return  # a better way to the same site is known
    while at > 0 and ways[at - 1, place] > way:
        ways[at, place] = ways[at - 1, place]
        at -= 1
    ways[at, place] = way
