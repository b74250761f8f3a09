"""A bound at once: no roadmap covers more than one does, and the best that its money could add to it."""

import numpy as np

from gis_service.analysis.plans.programme import NOT_LIMITED
from gis_service.analysis.plans.terms import Terms
from gis_service.types import Bools, Int64s


def quick_bound(terms: Terms, phase: Int64s) -> int:
    """Tell what no roadmap can bring more than, in thousandths of a person times days.

    Parameters
    ----------
    terms
        The programme.
    phase
        ``(n,)`` any phases, the number of phases for never: the better, the nearer the bound.

    Notes
    -----
    Coverage only shrinks in what it gains by one more project (Nemhauser, Wolsey & Fisher 1978, *Mathematical
    Programming* 14, 265-294): whatever is built by a phase covers at most what any set does, with all that
    each other project would add to that set alone. How much of it the money buys is a knapsack whose last
    item may be parted (Dantzig 1957). Priorities and prerequisites are left aside.
    """
    arrays, never = terms.arrays, len(terms.programme.phases)
    bases = [np.minimum(terms.since, _since(terms, at)) for at in (np.full_like(phase, never), phase)]
    chances = [[_most(terms, base, t) for t in range(never)] for base in bases]
    most = np.array(chances).min(axis=0)
    lengths = -np.diff(arrays.days)
    return terms.apart + sum(int(people) * int(days) for people, days in zip(most, lengths, strict=True))


def _since(terms: Terms, phase: Int64s) -> Int64s:
    """Tell from which phase each row is covered, ``(r,)``."""
    first = np.full(len(terms.since), len(terms.programme.phases), np.int64)
    sizes = np.diff(terms.start)
    np.minimum.at(first, np.repeat(np.arange(len(first)), sizes), phase[terms.project])
    return first


def _most(terms: Terms, since: Int64s, t: int) -> int:
    """Tell how many can be covered in a phase at most, when some are covered already."""
    arrays = terms.arrays
    left = np.where(since <= t, 0, arrays.weight)
    running = np.concatenate([[0], np.cumsum(left[arrays.row])])
    gain = running[arrays.column[1:]] - running[arrays.column[:-1]]
    can = arrays.may & (arrays.soonest <= t) & (gain > 0)
    sizes = np.diff(terms.start)
    is_within = np.zeros(len(left), np.bool_)
    is_within[np.repeat(np.arange(len(left)), sizes)[can[terms.project]]] = True
    most = min(_buys(terms, gain, can, t, 0), int(left[is_within].sum()))
    each = sum(
        _buys(terms, gain, can & (arrays.sector == s), t, s + 1)
        for s in range(len(terms.programme.sector_ids))
    )
    return int((arrays.weight - left).sum()) + min(most, each)


def _buys(terms: Terms, gain: Int64s, can: Bools, t: int, column: int) -> int:
    """Fill the money of all phases up to one with what gains most for its cost, the last one in part."""
    arrays = terms.arrays
    money = money_until(arrays.first, arrays.room, t, column)
    if money == NOT_LIMITED:
        return int(gain[can].sum())
    cost, gains = arrays.cost[can], gain[can]
    order = np.argsort(-gains / np.maximum(cost, 1e-9), kind="stable")
    total = 0
    for one, price in zip(gains[order].tolist(), cost[order].tolist(), strict=True):
        if price <= money:
            total, money = total + one, money - price
        else:
            # Rates are rounded, so items that nearly tie may change places: a unit more is on the safe side.
            return int(total + -(-one * money // price) + 1)
    return int(total)


def money_until(first: Int64s, room: Int64s, t: int, column: int) -> int:
    """Add up the money of all purses up to a phase; `NOT_LIMITED` where one of them has no limit."""
    total, at = 0, t
    while at >= 0:
        if room[at, column] == NOT_LIMITED:
            return NOT_LIMITED
        total += int(room[at, column])
        at = int(first[at, column]) - 1
    return total
