"""What a roadmap has to keep, told without any solver: money, prerequisites, priorities (METHODS, Plans)."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gis_service.analysis.plans.programme import NOT_BUILT, NOT_LIMITED, NOT_SETTLED, Programme
from gis_service.types import Bools, Int32s, Int64s

Rule: TypeAlias = Literal["settled", "earliest", "requires", "budget", "priority"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a roadmap does not keep.

    Parameters
    ----------
    rule
        Which rule.
    phase
        Where.
    project
        The project that stands wrong; None of a budget.
    other
        ``requires``: the project that is missing; ``priority``: the one that waits; ``budget``: the sector,
        None for the budget of all.
    """

    rule: Rule
    phase: int
    project: int | None
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Purses:
    """Money for the projects that are still to be decided on, when the settled ones are paid.

    Parameters
    ----------
    first
        ``(t, 1 + n_sectors)`` of all sectors, then of each: the phases from this one to that of the line pay
        out of one purse.
    room
        ``(t, 1 + n_sectors)`` what they may spend together; `NOT_LIMITED` without a limit.
    """

    first: Int32s
    room: Int64s

    def spent(self, cost: Int64s, phase: int, column: int) -> int:
        """Add up what the phases of one purse spend of ``(t, 1 + n_sectors)``."""
        return int(cost[self.first[phase, column] : phase + 1, column].sum())


@dataclass(frozen=True, slots=True)
class Overrun:
    """A budget that the settled projects alone exceed; sector None for the budget of all."""

    phase: int
    sector: int | None
    budget: int
    cost: int


def costs_of(programme: Programme, phase: Int32s, is_counted: Bools) -> Int64s:
    """Add up what some projects cost, ``(t, 1 + n_sectors)``: all sectors together, then each."""
    cost = np.zeros((len(programme.phases), 1 + len(programme.sector_ids)), dtype=np.int64)
    some = is_counted & (phase != NOT_BUILT)
    np.add.at(cost, (phase[some], np.zeros(int(some.sum()), np.int32)), programme.cost[some])
    np.add.at(cost, (phase[some], programme.sector[some] + 1), programme.cost[some])
    return cost


def _balances(programme: Programme) -> tuple[Int32s, Int64s, Int64s]:
    """Tell the first phase of each purse, its budgets together, and what the settled projects take of it."""
    phases, shape = programme.phases, (len(programme.phases), 1 + len(programme.sector_ids))
    budget = np.full(shape, NOT_LIMITED, dtype=np.int64)
    budget[:, 0] = phases.budget
    if phases.sector_budget is not None:
        budget[:, 1:] = phases.sector_budget
    taken = costs_of(programme, programme.settled, ~programme.is_open)
    first = np.repeat(np.arange(len(phases), dtype=np.int32)[:, None], shape[1], axis=1)
    money, paid = budget.copy(), taken.copy()
    for t in range(1, len(phases) if phases.carry_over else 0):
        goes_on = (budget[t] != NOT_LIMITED) & (budget[t - 1] != NOT_LIMITED)
        first[t, goes_on] = first[t - 1, goes_on]
        money[t, goes_on] += money[t - 1, goes_on]
        paid[t, goes_on] += paid[t - 1, goes_on]
    return first, money, paid


def purses_of(programme: Programme) -> Purses:
    """Lay out the money that is left beside the settled projects; what they take too much is owed by nobody.

    Notes
    -----
    With carry-over, money that a settled project of a later phase needs is not there to be spent before.
    """
    first, money, paid = _balances(programme)
    room = np.where(money == NOT_LIMITED, NOT_LIMITED, np.maximum(money - paid, 0))
    for t in range(len(room) - 2, -1, -1):
        is_one = (first[t + 1] <= t) & (room[t] != NOT_LIMITED)
        room[t, is_one] = np.minimum(room[t, is_one], room[t + 1, is_one])
    return Purses(first, room)


def overruns(programme: Programme) -> tuple[Overrun, ...]:
    """Tell where the settled projects alone take more than the budget: a fact to tell, not a fault."""
    _, money, paid = _balances(programme)
    over = (money != NOT_LIMITED) & (paid > money)
    return tuple(
        Overrun(t, None if column == 0 else column - 1, int(money[t, column]), int(paid[t, column]))
        for t, column in np.argwhere(over).tolist()
    )


def out_of_turn(programme: Programme) -> tuple[tuple[int, int], ...]:
    """Tell the pairs, first and then, of which the second is settled no later than the first can be."""
    settled = programme.settled
    return tuple(
        (first, then)
        for first, then in programme.requires.tolist()
        if settled[then] != NOT_SETTLED and (settled[first] == NOT_SETTLED or settled[first] > settled[then])
    )


def needs_of(programme: Programme) -> Bools:
    """Tell what each project needs, itself or by way of others, ``(n, n)``: row needs column."""
    n = len(programme)
    needs = np.zeros((n, n), dtype=np.bool_)
    pairs = programme.requires.tolist()
    is_new = True
    while is_new:
        is_new = False
        for first, then in pairs:
            wider = needs[then] | needs[first]
            wider[first] = True
            if (wider != needs[then]).any():
                needs[then], is_new = wider, True
    return needs


def faults(programme: Programme, phase: Int32s) -> tuple[Fault, ...]:
    """Find all that a roadmap does not keep; nothing when it is sound.

    Parameters
    ----------
    programme
        The question.
    phase
        ``(n,)`` phase of each project, `NOT_BUILT` for never.

    Notes
    -----
    Priorities (METHODS): project *b*, commissioned in phase *t*, is out of turn when a project *a* of its
    sector with a higher priority waits (is commissioned later or never) although it is feasible and
    affordable in *t*. *Feasible*: its earliest phase has come, and all that it requires is commissioned by
    *t*. *Affordable*: its cost fits into the money on hand in *t* beside all other spending, once every
    project of its sector of a lower priority that is commissioned in *t* gives way. What *a* itself needs
    never stands in its way.
    Settled projects neither wait nor are out of turn.
    """
    found = [*_plain_faults(programme, phase)]
    purses, needs = purses_of(programme), needs_of(programme)
    spent = costs_of(programme, phase, programme.is_open)
    for t, column in np.argwhere(purses.room != NOT_LIMITED).tolist():
        if purses.spent(spent, t, column) > purses.room[t, column]:
            found.append(Fault("budget", t, None, None if column == 0 else column - 1))
    for t in range(len(programme.phases)):
        here = programme.is_open & (phase == t)
        for a in np.flatnonzero(_can_wait(programme, phase, t)).tolist():
            lower = here & (programme.sector == programme.sector[a]) & ~needs[a]
            lower &= programme.priority > programme.priority[a]
            if lower.any() and _is_affordable(programme, purses, spent, lower, a, t):
                found.extend(Fault("priority", t, b, a) for b in np.flatnonzero(lower).tolist())
    return tuple(found)


def _plain_faults(programme: Programme, phase: Int32s) -> list[Fault]:
    """Find projects that are not where they are settled, come too early, or before what they require."""
    found: list[Fault] = []
    is_open, is_built = programme.is_open, phase != NOT_BUILT
    moved = np.flatnonzero(~is_open & (phase != programme.settled)).tolist()
    found.extend(Fault("settled", int(programme.settled[j]), j) for j in moved)
    too_early = np.flatnonzero(is_open & is_built & (phase < programme.earliest)).tolist()
    found.extend(Fault("earliest", int(phase[j]), j) for j in too_early)
    for first, then in programme.requires.tolist():
        if is_open[then] and is_built[then] and not (is_built[first] and phase[first] <= phase[then]):
            found.append(Fault("requires", int(phase[then]), then, first))
    return found


def _can_wait(programme: Programme, phase: Int32s, t: int) -> Bools:
    """Tell which projects wait in a phase although they are feasible there, ``(n,)``."""
    is_there = (phase != NOT_BUILT) & (phase <= t)
    waits: Bools = programme.is_open & ~is_there & (programme.earliest <= t)
    for first, then in programme.requires.tolist():
        waits[then] &= is_there[first]
    return waits


def _is_affordable(programme: Programme, purses: Purses, spent: Int64s, lower: Bools, a: int, t: int) -> bool:
    """Tell whether a project would fit into the money of a phase when some others gave way."""
    more = int(programme.cost[a]) - int(programme.cost[lower].sum())
    return all(
        purses.room[t, column] == NOT_LIMITED
        or purses.spent(spent, t, column) + more <= purses.room[t, column]
        for column in (0, int(programme.sector[a]) + 1)
    )
