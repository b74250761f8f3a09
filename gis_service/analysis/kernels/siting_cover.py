"""Sets that others hold: sites that cover no more than another, demand covered whenever another is."""

import numba
import numpy as np

from gis_service.types import Bools, Int32s, Int64s


@numba.njit(cache=True, nogil=True)
def _holds(item: Int32s, a: int, a_end: int, b: int, b_end: int) -> bool:
    """Tell whether the rising items from a on are all among those from b on."""
    while a < a_end:
        while b < b_end and item[b] < item[a]:
            b += 1
        if b == b_end or item[b] != item[a]:
            return False
        a += 1
        b += 1
    return True


@numba.njit(cache=True, nogil=True)
def held_by_another(
    start: Int64s,
    item: Int32s,
    owner_start: Int64s,
    owner: Int32s,
    is_asked: Bools,
    holder_goes: bool,  # noqa: FBT001  the compiler takes arguments by place
) -> Bools:
    """Find the sets that another set holds, or those that hold another; of equal sets the first is kept.

    start, item: the sets, items rising. owner_start, owner: the same pairs turned round, the sets of each
    item. is_asked: (n_sets,) the sets that are compared. holder_goes: which of the two is found.
    """
    n = len(start) - 1
    gone = np.zeros(n, np.bool_)
    for s in range(n):
        a, a_end = start[s], start[s + 1]
        if not is_asked[s] or gone[s] or a == a_end:
            continue
        # Whatever holds the set holds its rarest item.
        rare = item[a]
        for k in range(a, a_end):
            if owner_start[item[k] + 1] - owner_start[item[k]] < owner_start[rare + 1] - owner_start[rare]:
                rare = item[k]
        for k in range(owner_start[rare], owner_start[rare + 1]):
            t = owner[k]
            size, is_equal = start[t + 1] - start[t], start[t + 1] - start[t] == a_end - a
            if t == s or gone[t] or not is_asked[t] or size < a_end - a:
                continue
            if is_equal and (t < s) == holder_goes:
                continue
            if _holds(item, a, a_end, start[t], start[t + 1]):
                if holder_goes:
                    gone[t] = True
                else:
                    gone[s] = True
                    break
    return gone
