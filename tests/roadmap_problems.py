"""Programmes small enough that every roadmap can be gone through, and the rules told once more, slowly."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from hypothesis import strategies as st

from gis_service.analysis.plans import NOT_BUILT, NOT_LIMITED, Phases, Programme, Reach


def programme(
    projects: list[dict[str, object]],
    weight: list[int],
    budget: list[int] | None = None,
    *,
    days: tuple[int, ...] = (1096, 1096, 1826),
    requires: tuple[tuple[int, int], ...] = (),
    sector_budget: list[list[int]] | None = None,
    carry_over: bool = False,
    covered_now: tuple[int, ...] = (),
) -> Programme:
    """Write a programme; a project has reach, cost, and if need be sector, priority, earliest, settled."""

    def column(name: str, otherwise: int) -> np.ndarray:
        return np.array([project.get(name, otherwise) for project in projects])

    reaches = [sorted(set(project.get("reach", ()))) for project in projects]  # type: ignore[call-overload]
    sectors = max(column("sector", 0).max(initial=0) + 1, len(sector_budget[0]) if sector_budget else 0)
    start = np.concatenate([[0], np.cumsum([len(reach) for reach in reaches])])
    now = np.zeros(len(weight), np.bool_)
    now[list(covered_now)] = True
    return Programme(
        [f"p{at}" for at in range(len(projects))],
        [f"sector {at}" for at in range(sectors)],
        ["school", "clinic"],
        column("sector", 0).astype(np.int32),
        column("priority", 3).astype(np.int32),
        column("cost", 1).astype(np.int64),
        column("earliest", 0).astype(np.int32),
        column("settled", -1).astype(np.int32),
        np.array(requires, np.int32).reshape(-1, 2),
        Phases(
            np.array(days, np.int64),
            np.array(budget or [NOT_LIMITED] * len(days), np.int64),
            None if sector_budget is None else np.array(sector_budget, np.int64),
            carry_over,
        ),
        Reach(
            start.astype(np.int64),
            np.array([row for reach in reaches for row in reach], np.int32),
            np.array(weight, np.int64),
            (np.arange(len(weight)) % 2).astype(np.int32),
            now,
        ),
    )


def keeps_rules(asked: Programme, phase: tuple[int, ...]) -> bool:
    """Tell whether a roadmap keeps the rules, word by word as they are written."""
    never = len(asked.phases)
    at = [never if one == NOT_BUILT else one for one in phase]
    still = [int(one) == -1 for one in asked.settled]
    before: list[list[int]] = [[] for _ in at]
    for first, then in asked.requires.tolist():
        before[then].append(first)
    for j, one in enumerate(at):
        if not still[j]:
            if one != asked.settled[j]:
                return False
        elif one < never and (one < asked.earliest[j] or any(at[b] > one for b in before[j])):
            return False
    lines: list[int | None] = [None, *range(len(asked.sector_ids))]
    for line in lines:
        for t in range(never):
            if not _is_paid(asked, at, still, line, t):
                return False
    return not any(_is_passed_over(asked, at, still, before, t) for t in range(never))


def _money(asked: Programme, at: list[int], still: list[bool], line: int | None, t: int) -> float:
    """Tell the money on hand in a phase for what is still to be decided on, before it is spent there."""
    phases = asked.phases
    budget = phases.budget if line is None else None
    if line is not None and phases.sector_budget is not None:
        budget = phases.sector_budget[:, line]
    if budget is None or budget[t] == NOT_LIMITED:
        return float("inf")

    def cost(phase: int, *, settled: bool) -> int:
        return sum(
            int(asked.cost[j])
            for j in range(len(at))
            if at[j] == phase and still[j] != settled and (line is None or asked.sector[j] == line)
        )

    if not phases.carry_over:
        return max(int(budget[t]) - cost(t, settled=True), 0)
    begin = t
    while begin and budget[begin - 1] != NOT_LIMITED:
        begin -= 1
    rooms, end = [], t
    while end < len(budget) and budget[end] != NOT_LIMITED:
        balance = sum(int(budget[s]) - cost(s, settled=True) for s in range(begin, end + 1))
        rooms.append(max(balance, 0))
        end += 1
    return min(rooms) - sum(cost(s, settled=False) for s in range(begin, t))


def _spent(asked: Programme, at: list[int], still: list[bool], line: int | None, t: int) -> int:
    return sum(
        int(asked.cost[j])
        for j in range(len(at))
        if at[j] == t and still[j] and (line is None or asked.sector[j] == line)
    )


def _is_paid(asked: Programme, at: list[int], still: list[bool], line: int | None, t: int) -> bool:
    return _spent(asked, at, still, line, t) <= _money(asked, at, still, line, t)


def _is_passed_over(
    asked: Programme, at: list[int], still: list[bool], before: list[list[int]], t: int
) -> bool:
    """Tell whether a project waits in a phase while a lower one of its sector goes ahead without need."""
    for a in range(len(at)):
        is_feasible = asked.earliest[a] <= t and all(at[b] <= t for b in before[a])
        if not still[a] or at[a] <= t or not is_feasible:
            continue
        need, left = set[int](), [a]
        while left:
            for b in before[left.pop()]:
                if b not in need:
                    need.add(b)
                    left.append(b)
        lower = [
            b
            for b in range(len(at))
            if still[b] and at[b] == t and asked.sector[b] == asked.sector[a]
            if asked.priority[b] > asked.priority[a] and b not in need
        ]
        given = sum(int(asked.cost[b]) for b in lower)
        if lower and all(
            _spent(asked, at, still, line, t) - given + asked.cost[a] <= _money(asked, at, still, line, t)
            for line in (None, int(asked.sector[a]))
        ):
            return True
    return False


def brought(asked: Programme, phase: tuple[int, ...]) -> int:
    """Add up people and days, row by row and day by day."""
    total = 0
    for row, weight in enumerate(asked.reach.weight.tolist()):
        if asked.reach.covered_now[row]:
            continue
        for t, days in enumerate(asked.phases.days.tolist()):
            if any(NOT_BUILT != one <= t and row in asked.reach.rows_of(j) for j, one in enumerate(phase)):
                total += weight * days
    return total


def every_roadmap(asked: Programme) -> Iterator[tuple[int, ...]]:
    """Go through all roadmaps that keep the rules: sooner before later."""
    choices = [*range(len(asked.phases)), NOT_BUILT]
    fixed = [choices if one == -1 else [int(one)] for one in asked.settled]
    yield from (phase for phase in product(*fixed) if keeps_rules(asked, phase))


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Draw a programme of at most five projects, three phases and six rows."""
    n, rows, t = draw(st.integers(1, 5)), draw(st.integers(1, 6)), draw(st.integers(1, 3))
    small = st.integers(0, 4)
    projects = [
        {
            "reach": draw(st.sets(st.integers(0, rows - 1), max_size=4)),
            "cost": draw(st.integers(0, 6)),
            "sector": draw(st.integers(0, 1)),
            "priority": draw(st.integers(1, 4)),
            "earliest": draw(st.sampled_from([0, 0, 0, 1, t])),
            "settled": draw(st.sampled_from([-1, -1, -1, -1, t - 1])),
        }
        for _ in range(n)
    ]
    pairs = draw(st.sets(st.tuples(small, small), max_size=2))
    money = st.sampled_from([NOT_LIMITED, 3, 4, 6, 8, 9])
    return programme(
        projects,
        draw(st.lists(st.integers(0, 9), min_size=rows, max_size=rows)),
        draw(st.lists(money, min_size=t, max_size=t)),
        days=tuple(draw(st.lists(st.integers(1, 5), min_size=t, max_size=t))),
        requires=tuple(pair for pair in pairs if pair[0] < pair[1] < n),
        sector_budget=draw(
            st.none() | st.lists(st.lists(money, min_size=2, max_size=2), min_size=t, max_size=t)
        ),
        carry_over=draw(st.booleans()),
        covered_now=tuple(draw(st.sets(st.integers(0, rows - 1), max_size=1))),
    )
