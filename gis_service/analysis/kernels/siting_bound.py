"""Climbs towards the best bound on what all rows must pay: the duty that a row takes one option is priced."""

import numba
import numpy as np

from gis_service.types import Bools, Floats, Int8s, Int32s, Int64s

PACE, WAITED, BOUND = 0, 1, 2
"""Places in the numbers that are kept from one climb to the next."""
_PATIENCE = 30
"""Steps without a better bound after which the steps are halved."""
_SMALLEST = 1e-4
"""Pace at which the climb ends."""
_KEPT = 0.9
"""Share of the direction before that is kept: it damps the swinging from side to side."""
_AIM = 0.02
"""Share above the total that is known to be possible which the climb aims at: aimed at it stops short."""


@numba.njit(cache=True, nogil=True)
def _worths(start: Int64s, site: Int32s, price: Floats, duty: Floats, worth: Floats) -> float:
    """Fill in what each site is worth at these duties (negative: it saves); return the sum of the duties."""
    worth[:] = 0.0
    total = 0.0
    for i in range(len(duty)):
        d = duty[i]
        total += d
        for k in range(start[i], start[i + 1]):
            if price[k] >= d:
                break
            worth[site[k]] += price[k] - d
    return total


@numba.njit(cache=True, nogil=True)
def _floors(start: Int64s, site: Int32s, price: Floats, left_out: Floats, state: Int8s) -> Floats:
    """Find the cheapest option of each row that may be open: a duty below it costs nothing to raise."""
    floor = left_out.copy()
    for i in range(len(left_out)):
        for k in range(start[i], start[i + 1]):
            if state[site[k]] >= 0:
                floor[i] = min(price[k], left_out[i])
                break
    return floor


@numba.njit(cache=True, nogil=True)
def _turn(
    start: Int64s,
    site: Int32s,
    price: Floats,
    left_out: Floats,
    floor: Floats,
    duty: Floats,
    chosen: Bools,
    way: Floats,
) -> float:
    """Turn the way to where the duties are to go: up where no option is taken, down where several are."""
    length = 0.0
    for i in range(len(duty)):
        pull = 1.0
        for k in range(start[i], start[i + 1]):
            if price[k] >= duty[i]:
                break
            if chosen[site[k]]:
                pull -= 1.0
        if (pull > 0 and duty[i] >= left_out[i]) or (pull < 0 and duty[i] <= floor[i]):
            pull = 0.0
        way[i] = pull + _KEPT * way[i]
        length += pull * pull
    return length


@numba.njit(cache=True, nogil=True)
def climb(
    start: Int64s,
    site: Int32s,
    price: Floats,
    left_out: Floats,
    state: Int8s,
    more: int,
    upper: float,
    duty: Floats,
    way: Floats,
    kept: Floats,
    best_duty: Floats,
    best_worth: Floats,
    share: Floats,
    steps: int,
) -> bool:
    """Take steps of the subgradient method on the duties; tell whether it has come to its end.

    state: (m,) 1 open, 0 free, -1 closed. more: how many of the free are to open. upper: a total that is
    known to be possible. What goes on from one call to the next: duty and way (n,), kept (pace, steps waited,
    bound), best_duty (n,) and best_worth (m,) at the bound, share (m,) of late steps that opened each site.
    """
    n, m = len(duty), len(state)
    free = np.flatnonzero(state == 0)
    worth, chosen = np.zeros(m), np.zeros(m, np.bool_)
    floor = _floors(start, site, price, left_out, state)
    for i in range(n):
        duty[i] = max(duty[i], floor[i])
    for _ in range(steps):
        bound = _worths(start, site, price, duty, worth)
        order = free[np.argsort(worth[free], kind="mergesort")]
        chosen[:] = state == 1
        chosen[order[:more]] = True
        for j in range(m):
            if chosen[j]:
                bound += worth[j]
                share[j] += 0.1 * (1.0 - share[j])
            else:
                share[j] -= 0.1 * share[j]
        kept[WAITED] += 1
        if bound > kept[BOUND]:
            if bound > kept[BOUND] + 1e-7 * abs(bound):
                kept[WAITED] = 0
            kept[BOUND] = bound
            best_worth[:] = worth
            best_duty[:] = duty
        if bound >= upper:
            return True
        if kept[WAITED] >= _PATIENCE:
            kept[PACE] *= 0.5
            kept[WAITED] = 0
            duty[:] = best_duty
            way[:] = 0.0
            if kept[PACE] < _SMALLEST:
                return True
            continue
        length = _turn(start, site, price, left_out, floor, duty, chosen, way)
        if length == 0.0:
            return True
        step = kept[PACE] * (upper + _AIM * abs(upper) - bound) / length * (1.0 - _KEPT)
        for i in range(n):
            duty[i] = min(max(duty[i] + step * way[i], floor[i]), left_out[i])
    return False
