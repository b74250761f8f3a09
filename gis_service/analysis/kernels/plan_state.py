"""A roadmap as arrays: projects placed and lifted, and whether budgets, prerequisites and priorities hold.

A project stands at its phase, or at the number of phases when it is not built. Money, priorities and
the phase from which each row is covered are kept up to date with every project that is placed or lifted.
"""

from typing import NamedTuple

import numba

from gis_service.types import Bools, Int64s

PRIORITIES = 6
"""Priorities are 1 to 5; what is lower than a priority is summed up from the next one on."""


class PlanTerms(NamedTuple):
    """The question, as arrays; n projects, t phases, k purses (all sectors, then each), r rows.

    may: (n,) still to be decided on. earliest, soonest: (n,) first phase by the rules, and first phase that
    is looked at (no earlier). before_start, before: what each requires; after_start, after: who requires it.
    needs: (n, n). first, room: (t, k) purses. member_start, member: projects of each sector. column, row:
    rows of each project. days: (t + 1,) from each phase on.
    """

    sector: Int64s
    priority: Int64s
    cost: Int64s
    may: Bools
    earliest: Int64s
    soonest: Int64s
    before_start: Int64s
    before: Int64s
    after_start: Int64s
    after: Int64s
    needs: Bools
    first: Int64s
    room: Int64s
    member_start: Int64s
    member: Int64s
    column: Int64s
    row: Int64s
    weight: Int64s
    days: Int64s


class PlanState(NamedTuple):
    """A roadmap.

    phase: (n,). spent: (t, k). low_cost, low_count: (t, s, 6) by priority. times: (r, t) projects of each
    phase that cover a row. since: (r,). value: (1,).
    """

    phase: Int64s
    spent: Int64s
    low_cost: Int64s
    low_count: Int64s
    times: Int64s
    since: Int64s
    value: Int64s


@numba.njit(cache=True, nogil=True)
def place(terms: PlanTerms, state: PlanState, j: int, t: int) -> None:
    """Commission a project that is not built in a phase."""
    state.phase[j] = t
    if terms.may[j]:
        s, p = terms.sector[j], terms.priority[j]
        state.spent[t, 0] += terms.cost[j]
        state.spent[t, s + 1] += terms.cost[j]
        state.low_cost[t, s, p] += terms.cost[j]
        state.low_count[t, s, p] += 1
    for k in range(terms.column[j], terms.column[j + 1]):
        i = terms.row[k]
        state.times[i, t] += 1
        if t < state.since[i]:
            state.value[0] += terms.weight[i] * (terms.days[t] - terms.days[state.since[i]])
            state.since[i] = t


@numba.njit(cache=True, nogil=True)
def lift(terms: PlanTerms, state: PlanState, j: int) -> None:
    """Take a project out again."""
    t, never = state.phase[j], len(terms.days) - 1
    state.phase[j] = never
    if terms.may[j]:
        s, p = terms.sector[j], terms.priority[j]
        state.spent[t, 0] -= terms.cost[j]
        state.spent[t, s + 1] -= terms.cost[j]
        state.low_cost[t, s, p] -= terms.cost[j]
        state.low_count[t, s, p] -= 1
    for k in range(terms.column[j], terms.column[j + 1]):
        i = terms.row[k]
        state.times[i, t] -= 1
        if state.since[i] == t and state.times[i, t] == 0:
            later = t + 1
            while later < never and state.times[i, later] == 0:
                later += 1
            state.value[0] -= terms.weight[i] * (terms.days[t] - terms.days[later])
            state.since[i] = later


@numba.njit(cache=True, nogil=True)
def fits(terms: PlanTerms, state: PlanState, j: int, t: int) -> bool:
    """Tell whether the money is there for one more project, now and for what is planned later."""
    for k in (0, terms.sector[j] + 1):
        for end in range(t, len(terms.days) - 1):
            if terms.room[end, k] < 0 or terms.first[end, k] > t:
                continue
            paid = terms.cost[j]
            for at in range(terms.first[end, k], end + 1):
                paid += state.spent[at, k]
            if paid > terms.room[end, k]:
                return False
    return True


@numba.njit(cache=True, nogil=True)
def waiting(terms: PlanTerms, state: PlanState, s: int, t: int) -> int:
    """Find a project of a sector that waits, feasible and affordable, while a lower one goes ahead; or -1."""
    for at in range(terms.member_start[s], terms.member_start[s + 1]):
        a = terms.member[at]
        if not terms.may[a] or state.phase[a] <= t or terms.earliest[a] > t:
            continue
        count, freed = 0, 0
        for p in range(terms.priority[a] + 1, PRIORITIES):
            count += state.low_count[t, s, p]
            freed += state.low_cost[t, s, p]
        if count == 0:
            continue
        feasible = True
        for k in range(terms.before_start[a], terms.before_start[a + 1]):
            feasible = feasible and state.phase[terms.before[k]] <= t
        if not feasible:
            continue
        if terms.before_start[a + 1] > terms.before_start[a]:
            for other in range(terms.member_start[s], terms.member_start[s + 1]):
                b = terms.member[other]
                is_lower = terms.may[b] and state.phase[b] == t and terms.priority[b] > terms.priority[a]
                if is_lower and terms.needs[a, b]:
                    count -= 1
                    freed -= terms.cost[b]
            if count == 0:
                continue
        affordable = True
        for k in (0, s + 1):
            if terms.room[t, k] >= 0:
                paid = terms.cost[a] - freed
                for phase in range(terms.first[t, k], t + 1):
                    paid += state.spent[phase, k]
                affordable = affordable and paid <= terms.room[t, k]
        if affordable:
            return int(a)
    return -1


@numba.njit(cache=True, nogil=True)
def is_sound(terms: PlanTerms, state: PlanState) -> bool:
    """Tell whether a roadmap keeps every rule."""
    n, never = len(terms.cost), len(terms.days) - 1
    for t in range(never):
        for k in range(terms.room.shape[1]):
            paid = 0
            for at in range(terms.first[t, k], t + 1):
                paid += state.spent[at, k]
            if 0 <= terms.room[t, k] < paid:
                return False
    for j in range(n):
        if terms.may[j] and state.phase[j] < never:
            if state.phase[j] < terms.soonest[j]:
                return False
            for k in range(terms.before_start[j], terms.before_start[j + 1]):
                if state.phase[terms.before[k]] > state.phase[j]:
                    return False
    for t in range(never):
        for s in range(len(terms.member_start) - 1):
            if waiting(terms, state, s, t) >= 0:
                return False
    return True
