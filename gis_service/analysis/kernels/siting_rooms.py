"""Sites with so much room: whom each would serve at given prices, and sites chosen one after the other."""

import numba
import numpy as np

from gis_service.analysis.kernels.siting_taken import for_its_cost, take
from gis_service.types import Bools, Floats, Int32s, Int64s


@numba.njit(cache=True, nogil=True)
def worths_of_rooms(
    column: Int64s,
    row: Int32s,
    price: Floats,
    weight: Floats,
    room: Floats,
    duty: Floats,
    worth: Floats,
    amount: Floats,
) -> float:
    """Fill in what each site is worth when it serves those first that it saves most by, while it has room.

    column, row, price: the pairs of each site, prices for one unit of weight. room: (m,). amount: (pairs,)
    filled with what it serves of each. Returns what the rows owe.
    """
    total = 0.0
    for i in range(len(duty)):
        total += weight[i] * duty[i]
    for j in range(len(room)):
        a, b = column[j], column[j + 1]
        amount[a:b] = 0.0
        saves = np.empty(b - a)
        for k in range(a, b):
            saves[k - a] = price[k] - duty[row[k]]
        left, sum_ = room[j], 0.0
        for at in np.argsort(saves, kind="mergesort"):
            if saves[at] >= 0.0 or left <= 0.0:
                break
            served = min(weight[row[a + at]], left)
            amount[a + at] = served
            left -= served
            sum_ += served * saves[at]
        worth[j] = sum_
    return total


@numba.njit(cache=True, nogil=True)
def pulls_of_rooms(
    column: Int64s, row: Int32s, weight: Floats, taken: Floats, amount: Floats, pull: Floats
) -> None:
    """Fill in which way each duty should go: up where too few are served, down where too many are."""
    pull[:] = weight
    for j in range(len(taken)):
        if taken[j] > 0.0:
            for k in range(column[j], column[j + 1]):
                pull[row[k]] -= taken[j] * amount[k]


@numba.njit(cache=True, nogil=True)
def choose_rooms(
    column: Int64s,
    row: Int32s,
    weight: Floats,
    room: Floats,
    is_open: Bools,
    is_free: Bools,
    cost: Floats,
    money: float,
    least: int,
    most: int,
    near_start: Int64s,
    near: Int32s,
    per_cost: bool,  # noqa: FBT001  the compiler takes arguments by place
) -> None:
    """Open one site after the other: what serves most of what is left (for its cost); of equals the first.

    Changes is_open. weight: (n,). room: (m,) how much each serves at most. money, least, most, near_start,
    near: what the open sites may cost together, how many they are, and the sites in conflict with each.
    """
    m, opened, into = len(column) - 1, 0, 0
    left, may = weight.copy(), is_free & ~is_open
    while True:
        while into < m and not is_open[into]:
            into += 1
        new = into
        if into == m:  # the sites that were open at the beginning have served
            if opened >= most:
                return
            new, best = -1, -1.0
            for j in range(m):
                if not may[j] or cost[j] > money:
                    continue
                total = 0.0
                for k in range(column[j], column[j + 1]):
                    total += left[row[k]]
                total = for_its_cost(min(total, room[j]), cost[j], per_cost)
                if total > best:
                    new, best = j, total
            if new < 0 or (best <= 0.0 and opened >= least):
                return
            is_open[new] = True
        else:
            into += 1
        take(new, may, near_start, near)
        opened += 1
        money -= cost[new]
        serves = room[new]
        for k in range(column[new], column[new + 1]):
            served = min(left[row[k]], serves)
            left[row[k]] -= served
            serves -= served
