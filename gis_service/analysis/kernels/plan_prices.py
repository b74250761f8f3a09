"""The bound of large roadmaps: rows pay for being covered, money has a price, sectors pick their order."""

from typing import NamedTuple

import numba
import numpy as np

from gis_service.types import Bools, Floats, Int64s

NEVER_FITS = -1
"""Money of those that go ahead out of turn: none may."""


class Turns(NamedTuple):
    """The ways in which the priorities of a sector can be worked off; f ways, n projects, t phases.

    start: (s + 1,) ways of each sector. rank: (n,) group of each project in its sector, by priority and then
    by cost. asked: (n, t) whether a project counts among those that wait. level: (f, t) first group of which
    something waits after each phase: of those before, whoever counts is built by then. lowest: (f, t) its
    lowest priority. waits: (f, t) the project that waits, -1 where the group has several. money: (f, t) what
    those of lower priorities may cost that are commissioned in the phase, `NEVER_FITS` for none at all.
    """

    start: Int64s
    rank: Int64s
    asked: Bools
    level: Int64s
    lowest: Int64s
    waits: Int64s
    money: Int64s


class Offers(NamedTuple):
    """What projects are offered for each phase.

    soonest: (n,) first phase, the number of phases for never. sector: (n,). priority: (n,). cost: (n,).
    member_start, member: projects of each sector.
    """

    soonest: Int64s
    sector: Int64s
    priority: Int64s
    cost: Int64s
    member_start: Int64s
    member: Int64s


@numba.njit(cache=True, nogil=True)
def offers_of(
    column: Int64s, row: Int64s, duty: Floats, offers: Offers, price: Floats, worth: Floats
) -> None:
    """Fill in what each project is worth when it is built in each phase, ``(n, t)``, its money taken off.

    duty: (r, t) what each row pays for being covered in each phase. price: (s, t) of money.
    """
    n, never = worth.shape
    for j in range(n):
        worth[j, :] = 0.0
        if offers.soonest[j] == never:
            continue
        for k in range(column[j], column[j + 1]):
            i = row[k]
            for t in range(never):
                worth[j, t] += duty[i, t]
        for t in range(never - 2, -1, -1):
            worth[j, t] += worth[j, t + 1]
        for t in range(never):
            worth[j, t] -= price[offers.sector[j], t] * offers.cost[j]


@numba.njit(cache=True, nogil=True)
def _due(turns: Turns, f: int, j: int) -> int:
    """Tell by which phase a project has to be built; the number of phases for none."""
    never = int(turns.level.shape[1])
    for t in range(never):
        if turns.asked[j, t] and turns.rank[j] < turns.level[f, t]:
            return t
    return never


@numba.njit(cache=True, nogil=True)
def _begin(offers: Offers, turns: Turns, f: int, j: int) -> int:
    """Tell from which phase on a project can be built along a way."""
    begin = int(offers.soonest[j])
    for t in range(begin, turns.level.shape[1]):
        if turns.waits[f, t] == j:
            begin = t + 1
    return begin


@numba.njit(cache=True, nogil=True)
def _pick(
    offers: Offers, turns: Turns, f: int, j: int, due: int, worth: Floats, price: Floats, but: int
) -> tuple[float, int]:
    """Tell what a project is worth at best along a way, and in which phase.

    price: (t,) of the money of those that go ahead. but: phase in which it may not go ahead.
    """
    never = turns.level.shape[1]
    best, at = (0.0, never) if due == never else (-np.inf, never)
    for t in range(_begin(offers, turns, f, j), min(due + 1, never)):
        value = worth[j, t]
        if offers.priority[j] > turns.lowest[f, t]:
            if offers.cost[j] > turns.money[f, t] or t == but:
                continue
            value -= price[t] * offers.cost[j]
        if value > best:
            best, at = value, t
    return best, at


@numba.njit(cache=True, nogil=True)
def _price_ahead(
    offers: Offers, turns: Turns, f: int, s: int, t: int, due: Int64s, worth: Floats, price: Floats
) -> tuple[int, float]:
    """Set the price at which the money of those that go ahead in a phase is enough.

    Returns who gets a part only, -1 for nobody, and that part.
    """
    begin, size = offers.member_start[s], len(due)
    rate = np.zeros(size)
    for m in range(size):
        j = offers.member[begin + m]
        if offers.priority[j] <= turns.lowest[f, t] or not _begin(offers, turns, f, j) <= t <= due[m]:
            continue
        if offers.cost[j] <= turns.money[f, t]:
            other, _ = _pick(offers, turns, f, j, due[m], worth, price, t)
            rate[m] = (worth[j, t] - other) / max(offers.cost[j], 1e-9)
    left, price[t] = float(turns.money[f, t]), 0.0
    for m in np.argsort(-rate):
        if rate[m] <= 0.0:
            break
        cost = offers.cost[offers.member[begin + m]]
        if cost > left:
            price[t] = rate[m]
            return m, left / cost
        left -= cost
    return -1, 0.0


@numba.njit(cache=True, nogil=True)
def _way(offers: Offers, turns: Turns, f: int, s: int, worth: Floats, least: float, share: Floats) -> float:
    """Tell what a way is worth at most, and fill in the share of each project that is built in each phase.

    least: a way that is worth less is not looked at to the end. share: (n, t).

    Any price of the money of those that go ahead gives a bound; that of the last who gets some is tried.
    """
    never, begin = turns.level.shape[1], offers.member_start[s]
    size = offers.member_start[s + 1] - begin
    due, price = np.empty(size, np.int64), np.zeros(never)
    for m in range(size):
        due[m] = _due(turns, f, offers.member[begin + m])
    parted, part = np.full(never, -1), np.zeros(never)
    best = np.inf
    for turn in range(3):
        if turn > 0:
            for t in range(never):
                parted[t], part[t] = _price_ahead(offers, turns, f, s, t, due, worth, price)
        total = 0.0
        for t in range(never):
            total += price[t] * max(turns.money[f, t], 0)
        for m in range(size):
            value, _ = _pick(offers, turns, f, offers.member[begin + m], due[m], worth, price, -1)
            total += value
        best = min(best, total)
        if best <= least:
            return best
    for m in range(size):
        j = offers.member[begin + m]
        _, at = _pick(offers, turns, f, j, due[m], worth, price, -1)
        share[j, :] = 0.0
        if at < never:
            share[j, at] = 1.0
        for t in range(never):
            if parted[t] == m:
                _, other = _pick(offers, turns, f, j, due[m], worth, price, t)
                share[j, :] = 0.0
                share[j, t] = part[t]
                if other < never:
                    share[j, other] = 1.0 - part[t]
    return best


@numba.njit(cache=True, nogil=True)
def best_ways(offers: Offers, turns: Turns, worth: Floats, share: Floats) -> float:
    """Pick the best way of each sector; fill in the shares, ``(n, t)``, and return what they are worth."""
    total, trial = 0.0, np.zeros_like(share)
    for s in range(len(turns.start) - 1):
        best = -np.inf
        for f in range(turns.start[s], turns.start[s + 1]):
            value = _way(offers, turns, f, s, worth, best, trial)
            if value > best:
                best = value
                for m in range(offers.member_start[s], offers.member_start[s + 1]):
                    share[offers.member[m]] = trial[offers.member[m]]
        total += best
    return total


@numba.njit(cache=True, nogil=True)
def pulls_of(column: Int64s, row: Int64s, share: Floats, pull: Floats) -> None:
    """Fill in by how much each row is covered too seldom in each phase, ``(r, t)``; negative: too often."""
    never = share.shape[1]
    pull[:] = 1.0
    for j in range(len(share)):
        built = 0.0
        for t in range(never):
            built += share[j, t]
            if built > 0.0:
                for k in range(column[j], column[j + 1]):
                    pull[row[k], t] -= built
