"""One step of the bound within rules: what sites are worth at given duties, and which are best."""

import numba
import numpy as np

from gis_service.types import Bools, Floats, Int32s, Int64s

_TRIES = 60
"""Prices of money that are tried at most: each is a bound, the best is wanted."""
_NEAR = 1e-12


@numba.njit(cache=True, nogil=True)
def worths_of_rows(
    start: Int64s, site: Int32s, price: Floats, second: Floats, duty: Floats, worth: Floats
) -> float:
    """Fill in what each site is worth at these duties (negative: it saves); return what the rows owe.

    second: (n,) what a row pays without a second option.
    """
    worth[:] = 0.0
    total = 0.0
    for i in range(len(duty)):
        d = duty[i]
        total += d + min(second[i], d)
        for k in range(start[i], start[i + 1]):
            if price[k] >= d:
                break
            worth[site[k]] += price[k] - d
    return total


@numba.njit(cache=True, nogil=True)
def pulls_of_rows(
    start: Int64s, site: Int32s, price: Floats, second: Floats, duty: Floats, taken: Floats, pull: Floats
) -> None:
    """Fill in which way each duty should go: up where too few options are taken, else down."""
    for i in range(len(duty)):
        p = 2.0 if duty[i] < second[i] else 1.0
        for k in range(start[i], start[i + 1]):
            if price[k] >= duty[i]:
                break
            p -= taken[site[k]]
        pull[i] = p


@numba.njit(cache=True, nogil=True)
def _pick_at(
    money: float,
    worth: Floats,
    free: Int64s,
    group: Int32s,
    n_groups: int,
    cost: Floats,
    least: int,
    most: int,
) -> tuple[Int64s, float, float]:
    """Pick the best site of each group, the best groups first, when one unit of money is worth so much.

    Returns the sites, what they are worth together with their money, and what they cost.
    """
    best = np.full(n_groups, -1, np.int64)
    value = np.full(n_groups, np.inf)
    for j in free:
        v = worth[j] + money * cost[j]
        if v < value[group[j]]:
            value[group[j]], best[group[j]] = v, j
    order = np.argsort(value, kind="mergesort")
    picked = 0
    total, spent = 0.0, 0.0
    for g in order:
        if picked >= most or best[g] < 0 or (value[g] >= 0.0 and picked >= least):
            break
        total += value[g]
        spent += cost[best[g]]
        picked += 1
    return best[order[:picked]], total, spent


@numba.njit(cache=True, nogil=True)
def pick(
    worth: Floats,
    is_free: Bools,
    group: Int32s,
    n_groups: int,
    cost: Floats,
    room: float,
    least: int,
    most: int,
    taken: Floats,
) -> tuple[float, float]:
    """Pick the sites that are worth most within the money, parts of sites allowed; one of each group at most.

    worth: (m,) negative: it saves. room: money, infinite without a budget. taken: (m,) filled with the share
    of each site that is picked; those that are not free stay. Returns what they are worth and the price of
    money.
    """
    free = np.flatnonzero(is_free)
    taken[free] = 0.0
    low_sites, low, low_spent = _pick_at(0.0, worth, free, group, n_groups, cost, least, most)
    if low_spent <= room:
        taken[low_sites] = 1.0
        return low, 0.0
    low_at, saves = 0.0, 0.0
    for j in free:
        saves = max(saves, -worth[j])
    high_at = max(saves, 1e-9) / max(low_spent - room, 1.0)
    for _ in range(_TRIES):
        high_sites, high, high_spent = _pick_at(high_at, worth, free, group, n_groups, cost, least, most)
        high -= high_at * room
        if high_spent <= room:
            break
        low_sites, low, low_spent, low_at = high_sites, high, high_spent, high_at
        high_at *= 4.0
    if high_spent > room:  # the fewest and cheapest cost more
        taken[high_sites] = 1.0
        return high, high_at
    best, best_at = (low, low_at) if low > high else (high, high_at)
    for _ in range(_TRIES):
        # Both are lines in the price of money, and the best lies not above where they meet.
        up, down = low_spent - room, high_spent - room
        at = (high - down * high_at - low + up * low_at) / (up - down)
        meet = low + up * (at - low_at)
        if at <= low_at or at >= high_at:
            break
        sites, value, spent = _pick_at(at, worth, free, group, n_groups, cost, least, most)
        value -= at * room
        if value > best:
            best, best_at = value, at
        if value >= meet - _NEAR * abs(meet):
            break
        if spent > room:
            low_sites, low, low_spent, low_at = sites, value, spent, at
        else:
            high_sites, high, high_spent, high_at = sites, value, spent, at
    part = (room - high_spent) / (low_spent - high_spent)
    taken[high_sites] = 1.0 - part
    for j in low_sites:
        taken[j] += part
    return best, best_at
