"""Refuses programmes that cannot be answered, each with what to change."""

from collections.abc import Sequence

import numpy as np

from gis_service.analysis.plans.programme import NOT_LIMITED, PRIORITIES, Programme
from gis_service.errors import RefusedInput, RoadmapCode
from gis_service.types import Int32s


def sectors_of(project_ids: Sequence[str], sectors: Sequence[str], known: Sequence[str]) -> Int32s:
    """Turn the sectors of projects into their numbers, ``(n,)``.

    Raises
    ------
    RefusedInput
        ``plan_sector_unknown``.
    """
    numbers = {name: at for at, name in enumerate(known)}
    for project, sector in zip(project_ids, sectors, strict=True):
        if sector not in numbers:
            raise RefusedInput(
                RoadmapCode.PLAN_SECTOR_UNKNOWN, project=project, sector=sector, known=", ".join(known)
            )
    return np.array([numbers[sector] for sector in sectors], dtype=np.int32)


def requires_of(project_ids: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Int32s:
    """Turn pairs of projects, first and then, into their numbers, ``(k, 2)``.

    Raises
    ------
    RefusedInput
        ``plan_required_unknown``.
    """
    numbers = {name: at for at, name in enumerate(project_ids)}
    for first, then in pairs:
        for name, other in ((first, then), (then, first)):
            if name not in numbers:
                raise RefusedInput(RoadmapCode.PLAN_REQUIRED_UNKNOWN, project=name, other=other)
    return np.array([(numbers[a], numbers[b]) for a, b in pairs], dtype=np.int32).reshape(-1, 2)


def require_sound(programme: Programme) -> None:
    """Refuse figures that mean nothing, and projects that wait for each other.

    Raises
    ------
    RefusedInput
        ``plan_phase_empty``, ``plan_budget_negative``, ``plan_priority_invalid``, ``plan_cost_negative``,
        ``plan_requires_cycle``.
    """
    phases, names = programme.phases, programme.project_ids
    if not len(phases) or (phases.days < 1).any():
        at = int(np.argmax(phases.days < 1)) + 1 if len(phases) else 0
        raise RefusedInput(RoadmapCode.PLAN_PHASE_EMPTY, phase=at)
    budgets = [phases.budget, *([] if phases.sector_budget is None else phases.sector_budget.T)]
    for budget in budgets:
        if ((budget < 0) & (budget != NOT_LIMITED)).any():
            at = int(np.argmax((budget < 0) & (budget != NOT_LIMITED)))
            raise RefusedInput(RoadmapCode.PLAN_BUDGET_NEGATIVE, phase=at + 1, budget=money(int(budget[at])))
    for j in np.flatnonzero((programme.priority < 1) | (programme.priority > PRIORITIES)).tolist():
        priority = int(programme.priority[j])
        raise RefusedInput(RoadmapCode.PLAN_PRIORITY_INVALID, project=names[j], priority=priority)
    for j in np.flatnonzero(programme.cost < 0).tolist():
        cost = money(int(programme.cost[j]))
        raise RefusedInput(RoadmapCode.PLAN_COST_NEGATIVE, project=names[j], cost=cost)
    if cycle := _cycle(programme):
        named = " → ".join(names[j] for j in cycle)
        raise RefusedInput(RoadmapCode.PLAN_REQUIRES_CYCLE, names=named)


def require_affordable(programme: Programme) -> None:
    """Refuse budgets of which not one project that is still to be decided on could be paid in any phase.

    Raises
    ------
    RefusedInput
        ``plan_budget_below_cheapest``.

    Notes
    -----
    Measured without the settled projects: what they leave is a fact and no mistake of the question.
    """
    phases, may = programme.phases, programme.is_open & (programme.earliest < len(programme.phases))
    if not may.any():
        return
    most = 0
    for j in np.flatnonzero(may).tolist():
        room = _most_money(programme, j)
        if room is None or programme.cost[j] <= room:
            return
        most = max(most, room)
    cheapest = int(np.flatnonzero(may)[np.argmin(programme.cost[may])])
    raise RefusedInput(
        RoadmapCode.PLAN_BUDGET_BELOW_CHEAPEST,
        project=programme.project_ids[cheapest],
        cost=money(int(programme.cost[cheapest])),
        budget=money(most),
        phases=len(phases),
    )


def _most_money(programme: Programme, j: int) -> int | None:
    """Tell the most that one project may cost, in any phase that is open to it; None without a limit."""
    phases, most = programme.phases, 0
    columns = [phases.budget]
    if phases.sector_budget is not None:
        columns.append(phases.sector_budget[:, programme.sector[j]])
    kept = [0] * len(columns)
    for t in range(len(phases)):
        rooms = []
        for at, column in enumerate(columns):
            budget = int(column[t])
            kept[at] = 0 if budget == NOT_LIMITED else budget + kept[at] * phases.carry_over
            if budget != NOT_LIMITED:
                rooms.append(kept[at])
        if t >= programme.earliest[j]:
            if not rooms:
                return None
            most = max(most, min(rooms))
    return most


def _cycle(programme: Programme) -> list[int]:
    """Find projects each of which requires the next, the first one again at the end; or none."""
    before: dict[int, list[int]] = {}
    for first, then in programme.requires.tolist():
        before.setdefault(then, []).append(first)
    done: set[int] = set()
    for begin in sorted(before):
        way, left = [begin], [iter(before[begin])]
        while way and begin not in done:
            if (at := next(left[-1], None)) is None:
                done.add(way.pop())
                left.pop()
            elif at in way:
                return [*way[way.index(at) :], at]
            elif at not in done:
                way.append(at)
                left.append(iter(before.get(at, [])))
    return []


def money(thousandths: int) -> str:
    """Write an amount in millions of VND, without needless noughts."""
    return f"{thousandths / 1000:,.3f}".rstrip("0").rstrip(".")
