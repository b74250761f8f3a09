"""Sites chosen within rules: money, conflicts, a second cover that counts for a share of the first.

Every row pays its cheapest open option, and a share of the second cheapest; without one, the price of being
left out stands for it. A site in conflict with an open one cannot be opened.
"""

import numba
import numpy as np

from gis_service.analysis.kernels.siting_taken import for_its_cost, take
from gis_service.types import Bools, Floats, Int32s, Int64s

_SLACK = 1e-12
"""Share of the larger number that two floating sums may differ by and still be the same."""


@numba.njit(cache=True, nogil=True)
def three_cheapest(
    start: Int64s, site: Int32s, price: Floats, left_out: Floats, is_open: Bools
) -> tuple[Int32s, Int32s, Floats, Floats, Floats]:
    """Find the two cheapest open sites of each row (-1: none), and the three cheapest prices."""
    n = len(left_out)
    first, second = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    d1, d2, d3 = left_out.copy(), left_out.copy(), left_out.copy()
    for i in range(n):
        for k in range(start[i], start[i + 1]):
            if price[k] >= left_out[i]:
                break
            if not is_open[site[k]]:
                continue
            if first[i] < 0:
                first[i], d1[i] = site[k], price[k]
            elif second[i] < 0:
                second[i], d2[i] = site[k], price[k]
            else:
                d3[i] = price[k]
                break
    return first, second, d1, d2, d3


@numba.njit(cache=True, nogil=True)
def _pays(c: float, d1: float, d2: float, share: float) -> float:
    """Tell what a row pays with one more option beside its two cheapest."""
    if c < d1:
        return c + share * d1
    if c < d2:
        return d1 + share * c
    return d1 + share * d2


@numba.njit(cache=True, nogil=True)
def _lead(
    column: Int64s,
    row: Int32s,
    price: Floats,
    d1: Floats,
    d2: Floats,
    share: float,
    may: Bools,
    cost: Floats,
    room: float,
    saving: Floats,
    asked: Int64s,
    turn: int,
    per_cost: bool,  # noqa: FBT001  the compiler takes arguments by place
) -> int:
    """Find the site that saves most by now, -1 if none may be opened; saving and asked remember it.

    A saving can only shrink, so a site is asked again only when its old saving leads.
    """
    while True:
        lead, new = -1.0, -1
        for j in range(len(may)):
            if may[j] and saving[j] > lead and cost[j] <= room:
                lead, new = saving[j], j
        if new < 0 or asked[new] == turn:
            return new
        total = 0.0
        for k in range(column[new], column[new + 1]):
            i = row[k]
            total += d1[i] + share * d2[i] - _pays(price[k], d1[i], d2[i], share)
        saving[new], asked[new] = for_its_cost(max(total, 0.0), cost[new], per_cost), turn


@numba.njit(cache=True, nogil=True)
def choose_within(
    column: Int64s,
    row: Int32s,
    price: Floats,
    left_out: Floats,
    share: float,
    is_open: Bools,
    is_free: Bools,
    cost: Floats,
    room: float,
    least: int,
    most: int,
    near_start: Int64s,
    near: Int32s,
    per_cost: bool,  # noqa: FBT001  the compiler takes arguments by place
) -> None:
    """Open one site after the other, the one that saves most (for its cost); of equals the first.

    Changes is_open. room: what the open sites may cost together. least, most: how many are to be open; above
    the least only those that save anything. near_start, near: the sites in conflict with each.
    """
    m = len(column) - 1
    d1, d2 = left_out.copy(), left_out.copy()
    may = is_free & ~is_open
    opened = 0
    saving, asked = np.full(m, np.inf), np.full(m, -1, np.int64)
    into = 0
    while True:
        while into < m and not is_open[into]:
            into += 1
        new = into
        if into == m:  # the sites that were open at the beginning are laid
            if opened >= most:
                return
            new = _lead(column, row, price, d1, d2, share, may, cost, room, saving, asked, opened, per_cost)
            if new < 0 or (saving[new] <= 0.0 and opened >= least):
                return
            is_open[new] = True
        else:
            into += 1
        take(new, may, near_start, near)
        opened += 1
        room -= cost[new]
        for k in range(column[new], column[new + 1]):
            i = row[k]
            if price[k] < d1[i]:
                d1[i], d2[i] = price[k], d1[i]
            elif price[k] < d2[i]:
                d2[i] = price[k]


@numba.njit(cache=True, nogil=True)
def _savings(
    start: Int64s,
    site: Int32s,
    price: Floats,
    left_out: Floats,
    share: float,
    is_open: Bools,
    slot: Int32s,
    p: int,
) -> tuple[Floats, float]:
    """Tell what each exchange of one open site for another saves, (m, p), and the total now."""
    m = len(is_open)
    first, second, d1, d2, d3 = three_cheapest(start, site, price, left_out, is_open)
    gain, loss, back = np.zeros(m), np.zeros(p), np.zeros((m, p))
    total = 0.0
    for i in range(len(left_out)):
        now = d1[i] + share * d2[i]
        total += now
        one = slot[first[i]] if first[i] >= 0 else -1
        two = slot[second[i]] if second[i] >= 0 and share > 0.0 else -1
        without_one, without_two = d2[i] + share * d3[i], d1[i] + share * d3[i]
        if one >= 0:
            loss[one] += without_one - now
        if two >= 0:
            loss[two] += without_two - now
        for k in range(start[i], start[i + 1]):
            c = price[k]
            if c >= d3[i]:
                break
            j = site[k]
            saved = now - _pays(c, d1[i], d2[i], share)
            gain[j] += saved
            if one >= 0:
                back[j, one] += without_one - _pays(c, d2[i], d3[i], share) - saved
            if two >= 0:
                back[j, two] += without_two - _pays(c, d1[i], d3[i], share) - saved
    for j in range(m):
        for r in range(p):
            back[j, r] += gain[j] - loss[r]
    return back, total


@numba.njit(cache=True, nogil=True)
def total_within(
    start: Int64s, site: Int32s, price: Floats, left_out: Floats, share: float, is_open: Bools
) -> float:
    """Add up what all rows pay."""
    _, _, d1, d2, _ = three_cheapest(start, site, price, left_out, is_open)
    total = 0.0
    for i in range(len(d1)):
        total += d1[i] + share * d2[i]
    return total


@numba.njit(cache=True, nogil=True)
def exchange_within(
    start: Int64s,
    site: Int32s,
    price: Floats,
    left_out: Floats,
    share: float,
    is_open: Bools,
    can_close: Bools,
    can_open: Bools,
    cost: Floats,
    room: float,
    near_start: Int64s,
    near: Int32s,
    turn: Int64s,
    to_earlier: bool,  # noqa: FBT001
) -> bool:
    """Make the exchange that saves most, of those that the rules allow; tell whether there was one.

    Changes is_open. room: what is left of the money. turn: (m,) of equals the lower comes first. to_earlier:
    make instead the first exchange that costs no more, adds nothing to the total, and brings in a site that
    comes first.
    """
    m = len(is_open)
    opened = np.flatnonzero(is_open)
    slot = np.full(m, -1, np.int32)
    for r in range(len(opened)):
        slot[opened[r]] = r
    saved, total = _savings(start, site, price, left_out, share, is_open, slot, len(opened))
    slack = _SLACK * abs(total)
    best, into, out = slack, -1, -1
    for j in range(m):
        if is_open[j] or not can_open[j]:
            continue
        against, of = 0, -1
        for k in range(near_start[j], near_start[j + 1]):
            if is_open[near[k]]:
                against, of = against + 1, near[k]
        if against > 1:
            continue
        for r in range(len(opened) - 1, -1, -1):
            gone = opened[r]
            if not can_close[gone] or (against == 1 and of != gone):
                continue
            if to_earlier:
                if turn[gone] < turn[j] or cost[j] > cost[gone] or saved[j, r] < -slack:
                    continue
                is_open[j], is_open[gone] = True, False
                if total_within(start, site, price, left_out, share, is_open) <= total:
                    return True
                is_open[j], is_open[gone] = False, True
            elif saved[j, r] > best and cost[j] - cost[gone] <= room:
                best, into, out = saved[j, r], j, gone
    if into < 0:
        return False
    is_open[into], is_open[out] = True, False
    if total_within(start, site, price, left_out, share, is_open) < total:
        return True
    is_open[into], is_open[out] = False, True  # only rounding said that it saves
    return False
