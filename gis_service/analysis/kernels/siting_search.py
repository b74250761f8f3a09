"""Sites exchanged one for another: every row takes the cheapest option that is open.

A row without an open option pays its price of being left out.
"""

import numba
import numpy as np

from gis_service.types import Bools, Floats, Int32s, Int64s

_SLACK = 1e-12
"""Share of the larger number that two floating sums may differ by and still be the same."""


@numba.njit(cache=True, nogil=True)
def two_cheapest(
    start: Int64s, site: Int32s, price: Floats, left_out: Floats, is_open: Bools
) -> tuple[Int32s, Floats, Floats]:
    """Find the cheapest open site of each row (-1: none), its price and the second price."""
    n = len(left_out)
    first, d1, d2 = np.full(n, -1, np.int32), left_out.copy(), left_out.copy()
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            if price[k] >= left_out[i]:
                break
            if not is_open[site[k]]:
                continue
            if first[i] < 0:
                first[i], d1[i] = site[k], price[k]
            else:
                d2[i] = price[k]
                break
    return first, d1, d2


@numba.njit(cache=True, nogil=True)
def savings_of_swaps(
    start: Int64s, site: Int32s, price: Floats, left_out: Floats, is_open: Bools, slot: Int32s, p: int
) -> tuple[Floats, float]:
    """Tell what each exchange of one open site for another saves, all of them in one pass.

    slot: (m,) number of each open site below p. Returns (m, p) what a site in and a site out save, and the
    total now.
    """
    m = len(is_open)
    first, d1, d2 = two_cheapest(start, site, price, left_out, is_open)
    gain, loss, back = np.zeros(m), np.zeros(p), np.zeros((m, p))
    total = 0.0
    for i in range(len(left_out)):
        total += d1[i]
        if first[i] < 0:
            out = -1
        else:
            out = slot[first[i]]
            loss[out] += d2[i] - d1[i]
        for k in range(start[i], start[i + 1]):
            c = price[k]
            if c >= d2[i]:
                break
            j = site[k]
            if c < d1[i]:
                gain[j] += d1[i] - c
                if out >= 0:
                    back[j, out] += d2[i] - d1[i]
            elif out >= 0:
                back[j, out] += d2[i] - c
    for j in range(m):
        for r in range(p):
            back[j, r] += gain[j] - loss[r]
    return back, total


@numba.njit(cache=True, nogil=True)
def total_of(start: Int64s, site: Int32s, price: Floats, left_out: Floats, is_open: Bools) -> float:
    """Add up what all rows pay."""
    _, d1, _ = two_cheapest(start, site, price, left_out, is_open)
    total = 0.0
    for i in range(len(d1)):
        total += d1[i]
    return total


@numba.njit(cache=True, nogil=True)
def exchange(
    start: Int64s,
    site: Int32s,
    price: Floats,
    left_out: Floats,
    is_open: Bools,
    can_close: Bools,
    can_open: Bools,
    moves: int,
) -> tuple[int, float]:
    """Make the exchange that saves most, again and again, at most so often. Changes is_open.

    Returns the exchanges made and the total.
    """
    m = len(is_open)
    for made in range(moves):
        opened = np.flatnonzero(is_open)
        slot = np.full(m, -1, np.int32)
        for r in range(len(opened)):
            slot[opened[r]] = r
        saved, total = savings_of_swaps(start, site, price, left_out, is_open, slot, len(opened))
        best, into, out = _SLACK * abs(total), -1, -1
        for j in range(m):
            if is_open[j] or not can_open[j]:
                continue
            for r in range(len(opened)):
                if saved[j, r] > best and can_close[opened[r]]:
                    best, into, out = saved[j, r], j, opened[r]
        if into < 0:
            return made, total
        is_open[into], is_open[out] = True, False
        after = total_of(start, site, price, left_out, is_open)
        if after >= total:  # only rounding said that it saves
            is_open[into], is_open[out] = False, True
            return made, total
    return moves, total_of(start, site, price, left_out, is_open)


@numba.njit(cache=True, nogil=True)
def earlier_equal(
    start: Int64s,
    site: Int32s,
    price: Floats,
    left_out: Floats,
    is_open: Bools,
    can_close: Bools,
    can_open: Bools,
) -> bool:
    """Exchange one open site for an earlier one at the same total, if any can be. Changes is_open."""
    m = len(is_open)
    opened = np.flatnonzero(is_open)
    slot = np.full(m, -1, np.int32)
    for r in range(len(opened)):
        slot[opened[r]] = r
    saved, total = savings_of_swaps(start, site, price, left_out, is_open, slot, len(opened))
    for j in range(m):
        if is_open[j] or not can_open[j]:
            continue
        for r in range(len(opened) - 1, -1, -1):
            out = opened[r]
            if out < j:
                break
            if can_close[out] and saved[j, r] >= -_SLACK * abs(total):
                is_open[j], is_open[out] = True, False
                if total_of(start, site, price, left_out, is_open) <= total:
                    return True
                is_open[j], is_open[out] = False, True
    return False
