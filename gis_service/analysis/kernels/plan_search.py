"""Roadmaps built up and rebuilt: every step keeps budgets, prerequisites and priorities."""

import numba
import numpy as np

from gis_service.analysis.kernels.plan_state import PlanState, PlanTerms, fits, is_sound, lift, place, waiting
from gis_service.types import Bools, Floats, Int64s

_BY_COST, _FREE, _ANY = 0.7, 0.3, 0.5
"""Shares of the times that what is brought is set against its cost, that priorities are asked only once the
money is spent, and that those taken out are any."""
_NOISE = 0.6
"""Share by which scores are mixed up when a roadmap is rebuilt."""


@numba.njit(cache=True, nogil=True)
def _undo(terms: PlanTerms, state: PlanState, added: Int64s, count: int) -> None:
    for at in range(count - 1, -1, -1):
        lift(terms, state, added[at])


@numba.njit(cache=True, nogil=True)
def _add(
    terms: PlanTerms,
    state: PlanState,
    j: int,
    t: int,
    added: Int64s,
    asked: Bools,
    in_turn: bool,  # noqa: FBT001  the compiler takes arguments by place
) -> int:
    """Commission a project with all that it requires and all that must not wait for it; all or nothing.

    added: (n,) filled with the projects, in order. asked: (s,) all false, and left so. in_turn: whether
    priorities are asked. Returns how many there are, 0 when the rules allow none.
    """
    never, count, at, allowed = len(terms.days) - 1, 1, 0, True
    if state.phase[j] < never or not terms.may[j] or terms.soonest[j] > t or not fits(terms, state, j, t):
        return 0
    added[0] = j
    place(terms, state, j, t)
    while allowed and at < count:
        for k in range(terms.before_start[added[at]], terms.before_start[added[at] + 1]):
            b = terms.before[k]
            if state.phase[b] <= t or not allowed:
                continue
            allowed = state.phase[b] == never and terms.may[b] and terms.soonest[b] <= t
            if allowed and fits(terms, state, b, t):
                place(terms, state, b, t)
                added[count] = b
                count += 1
            else:
                allowed = False
        at += 1
    at = 0
    while in_turn and allowed and at < count:
        # Whoever may have to come before this one, or has become feasible by it.
        asked[terms.sector[added[at]]] = True
        for k in range(terms.after_start[added[at]], terms.after_start[added[at] + 1]):
            asked[terms.sector[terms.after[k]]] = True
        at += 1
        for s in range(len(asked) if at == count else 0):
            for end in range(t, never if asked[s] else t):
                a = waiting(terms, state, s, end)
                while allowed and a >= 0:
                    allowed = state.phase[a] == never and terms.soonest[a] <= end
                    if allowed and fits(terms, state, a, end):
                        place(terms, state, a, end)
                        added[count] = a
                        count += 1
                        a = waiting(terms, state, s, end)
                    else:
                        allowed = False
            asked[s] = False
    if not allowed:
        _undo(terms, state, added, count)
        return 0
    return count


@numba.njit(cache=True, nogil=True)
def _next(seed: Int64s) -> float:
    """Draw a number from 0 to 1, always the same ones."""
    seed[0] = (seed[0] * 1103515245 + 12345) & 0x7FFFFFFF
    return float(seed[0] >> 8) / 8388608.0


@numba.njit(cache=True, nogil=True)
def build_up(
    terms: PlanTerms,
    state: PlanState,
    by_cost: bool,  # noqa: FBT001  the compiler takes arguments by place
    in_turn: bool,  # noqa: FBT001  as above
    noise: float,
    seed: Int64s,
) -> None:
    """Commission what brings most, phase by phase, of equals the first. Changes state.

    by_cost: what brings most for its cost, else what brings most. in_turn: whether priorities are asked.
    noise: share by which scores are mixed up.
    """
    n, never = len(terms.cost), len(terms.days) - 1
    added, asked = np.empty(n, np.int64), np.zeros(len(terms.member_start) - 1, np.bool_)
    luck: Floats = np.ones(n)
    for j in range(n):
        if noise > 0.0:
            luck[j] = 1.0 + noise * (_next(seed) - 0.5)
    for t in range(never):
        score, seen = np.full(n, np.inf), np.full(n, -1, np.int64)
        for j in range(n):
            if state.phase[j] < never or terms.soonest[j] > t or not terms.may[j]:
                score[j] = -1.0
        step = 0
        while True:
            j = int(np.argmax(score))
            if score[j] <= 0.0:
                break
            before = state.value[0]
            count = _add(terms, state, j, t, added, asked, in_turn)
            if count == 0:
                score[j] = 0.0
                continue
            if seen[j] != step:
                gain, paid = float(state.value[0] - before), 0
                for at in range(count):
                    paid += terms.cost[added[at]]
                _undo(terms, state, added, count)
                score[j] = luck[j] * (gain / max(paid, 1) if by_cost else gain)
                seen[j] = step
                continue
            step += 1
            _ask_again(terms, state, score, added, count, t)


@numba.njit(cache=True, nogil=True)
def _ask_again(terms: PlanTerms, state: PlanState, score: Floats, added: Int64s, count: int, t: int) -> None:
    """Forget the scores of those whose company changes when some are commissioned: all of their sectors.

    What others bring can only have become less, so their old scores still tell how far up they can stand.
    """
    never = len(terms.days) - 1
    for at in range(count):
        first, last = terms.after_start[added[at]], terms.after_start[added[at] + 1]
        for k in range(first - 1, last):
            s = terms.sector[added[at]] if k < first else terms.sector[terms.after[k]]
            for m in range(terms.member_start[s], terms.member_start[s + 1]):
                j = terms.member[m]
                if state.phase[j] < never:
                    score[j] = -1.0
                elif terms.soonest[j] <= t and terms.may[j]:
                    score[j] = np.inf


@numba.njit(cache=True, nogil=True)
def _is_later(terms: PlanTerms, state: PlanState, value: int) -> bool:
    """Tell whether a change is to be taken back."""
    return state.value[0] < value or not is_sound(terms, state)


@numba.njit(cache=True, nogil=True)
def first_in_order(terms: PlanTerms, state: PlanState, pairs: bool) -> bool:  # noqa: FBT001  as above
    """Bring projects forward, the first in the input first, where nothing is lost by it; tell if any was.

    pairs: whether a project also takes the place of one that comes after it in the input. Changes state.
    """
    n, never, changed = len(terms.cost), len(terms.days) - 1, False
    in_turn = bool(1)  # a plain True would have the functions compiled a second time
    added, asked = np.empty(n, np.int64), np.zeros(len(terms.member_start) - 1, np.bool_)
    for j in range(n):
        if not terms.may[j]:
            continue
        for t in range(terms.soonest[j], state.phase[j]):
            was, value = state.phase[j], state.value[0]
            if was == never:
                if _add(terms, state, j, t, added, asked, in_turn) > 0:
                    changed = True
                    break
                continue
            lift(terms, state, j)
            place(terms, state, j, t)
            if not _is_later(terms, state, value):
                changed = True
                break
            lift(terms, state, j)
            place(terms, state, j, was)
        for b in range(j + 1, n if pairs else 0):
            here, there = state.phase[j], state.phase[b]
            if not terms.may[b] or there >= here or there < terms.soonest[j]:
                continue
            value = state.value[0]
            lift(terms, state, b)
            if here < never:
                lift(terms, state, j)
            if here < never:
                place(terms, state, b, here)
            place(terms, state, j, there)
            if not _is_later(terms, state, value):
                changed = True
                continue
            lift(terms, state, j)
            if here < never:
                lift(terms, state, b)
                place(terms, state, j, here)
            place(terms, state, b, there)
    return changed


@numba.njit(cache=True, nogil=True)
def _drop(terms: PlanTerms, state: PlanState, j: int) -> None:
    """Take a project out, and all that requires it."""
    n, never = len(terms.cost), len(terms.days) - 1
    if not terms.may[j] or state.phase[j] == never:
        return
    lift(terms, state, j)
    if terms.after_start[j + 1] > terms.after_start[j]:
        for b in range(n):
            if terms.may[b] and state.phase[b] < never and terms.needs[b, j]:
                lift(terms, state, b)


@numba.njit(cache=True, nogil=True)
def _least_missed(terms: PlanTerms, state: PlanState, a: int, s: int, t: int) -> int:
    """Find the lower project of a sector and a phase whose money is missed least; -1 when there is none."""
    best, chosen = np.inf, -1
    for at in range(terms.member_start[s], terms.member_start[s + 1]):
        b = terms.member[at]
        if not terms.may[b] or state.phase[b] != t or terms.priority[b] <= terms.priority[a]:
            continue
        if terms.needs[a, b]:
            continue
        before = state.value[0]
        lift(terms, state, b)
        loss = (before - state.value[0]) / max(terms.cost[b], 1)
        place(terms, state, b, t)
        if loss < best:
            best, chosen = loss, b
    return chosen


@numba.njit(cache=True, nogil=True)
def give_way(terms: PlanTerms, state: PlanState) -> None:
    """Let those that wait and are affordable take the place of lower ones, until none is. Changes state."""
    never = len(terms.days) - 1
    # One may bring another back by way of what requires it: in the end the lower ones go, and nobody comes.
    turns = 2 * len(terms.cost)
    for t in range(never):
        again = True
        while again:
            again = False
            for s in range(len(terms.member_start) - 1):
                a = waiting(terms, state, s, t)
                if a < 0:
                    continue
                again = True
                turns -= 1
                if state.phase[a] < never:
                    lift(terms, state, a)
                may_come, left = terms.soonest[a] <= t and turns > 0, True
                while left and not (may_come and fits(terms, state, a, t)):
                    b = _least_missed(terms, state, a, s, t)
                    left = b >= 0
                    if left:
                        _drop(terms, state, b)
                if left:
                    place(terms, state, a, t)


@numba.njit(cache=True, nogil=True)
def stand_at(terms: PlanTerms, state: PlanState, phase: Int64s) -> None:
    """Change a roadmap into another one, (n,)."""
    never = len(terms.days) - 1
    for j in range(len(phase)):
        if state.phase[j] != phase[j] and state.phase[j] < never:
            lift(terms, state, j)
    for j in range(len(phase)):
        if state.phase[j] != phase[j]:
            place(terms, state, j, phase[j])


@numba.njit(cache=True, nogil=True)
def rebuild(terms: PlanTerms, state: PlanState, seed: Int64s, rounds: int, heat: float) -> bool:
    """Take some projects out and build up anew, so many times; leave the best. Changes state.

    seed: (1,) of the draws. heat: share of the value that a roadmap to go on from may be worse by. Returns
    whether it has become better.
    """
    never, better = len(terms.days) - 1, False
    free, in_turn = bool(0), bool(1)  # as above
    best, value = state.phase.copy(), state.value[0]
    now, now_value = best.copy(), value
    for _ in range(rounds):
        built = np.flatnonzero(terms.may & (state.phase < never))
        if len(built) == 0:
            break
        _take_out(terms, state, built, seed)
        by_cost = _next(seed) < _BY_COST
        if _next(seed) < _FREE:
            # Once the money is spent fewer of those that wait are affordable than while there is some.
            build_up(terms, state, by_cost, free, _NOISE, seed)
        give_way(terms, state)
        build_up(terms, state, by_cost, in_turn, _NOISE, seed)
        least = now_value - heat * _next(seed) * value
        if state.value[0] > least and is_sound(terms, state):
            now[:], now_value = state.phase, state.value[0]
            if now_value > value:
                best[:], value, better = now, now_value, True
        else:
            stand_at(terms, state, now)
    stand_at(terms, state, best)
    return better


@numba.njit(cache=True, nogil=True)
def _take_out(terms: PlanTerms, state: PlanState, built: Int64s, seed: Int64s) -> None:
    """Take a few projects out, any or of one sector or one phase."""
    if _next(seed) < _ANY:
        for _ in range(1 + int(_next(seed) * max(2.0, min(12.0, 0.3 * len(built))))):
            _drop(terms, state, built[int(_next(seed) * len(built))])
        return
    j, share = built[int(_next(seed) * len(built))], 0.5 * _next(seed)
    s, t, one_sector = terms.sector[j], state.phase[j], _next(seed) < _ANY
    for b in built:
        near = terms.sector[b] == s if one_sector else state.phase[b] == t
        if near and _next(seed) < share:
            _drop(terms, state, b)
