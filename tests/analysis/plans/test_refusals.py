"""Programmes that cannot be answered, each told with what to change; and what is told and not refused."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from gis_service.analysis.plans import (
    NOT_LIMITED,
    Programme,
    cut_budget,
    greedy,
    nested_sites,
    out_of_turn,
    overruns,
    regret,
    requires_of,
    sectors_of,
    solve,
)
from gis_service.analysis.siting import Watch
from gis_service.errors import AnyCode, ErrorCode, GisError, RoadmapCode
from tests.roadmap_problems import programme

ONE = {"reach": (0,), "cost": 4}
TWO = {"reach": (1,), "cost": 6}


def asked(*projects: dict[str, object], **told: object) -> Programme:
    return programme([*projects] or [ONE, TWO], [5, 7], **told)  # type: ignore[arg-type]


REFUSED: list[tuple[Programme, RoadmapCode, dict[str, object]]] = [
    (asked(days=()), RoadmapCode.PLAN_PHASE_EMPTY, {"phase": 0}),
    (asked(days=(3, 0, 5)), RoadmapCode.PLAN_PHASE_EMPTY, {"phase": 2}),
    (asked(budget=[9, -5, 9]), RoadmapCode.PLAN_BUDGET_NEGATIVE, {"phase": 2, "budget": "-0.005"}),
    (
        asked(sector_budget=[[9], [9], [-2_500]]),
        RoadmapCode.PLAN_BUDGET_NEGATIVE,
        {"phase": 3, "budget": "-2.5"},
    ),
    (asked(ONE, TWO | {"priority": 0}), RoadmapCode.PLAN_PRIORITY_INVALID, {"project": "p1", "priority": 0}),
    (asked(ONE | {"priority": 6}, TWO), RoadmapCode.PLAN_PRIORITY_INVALID, {"project": "p0", "priority": 6}),
    (asked(ONE, TWO | {"cost": -1}), RoadmapCode.PLAN_COST_NEGATIVE, {"project": "p1", "cost": "-0.001"}),
    (asked(requires=((1, 1),)), RoadmapCode.PLAN_REQUIRES_CYCLE, {"names": "p1 → p1"}),
    (
        asked(ONE, ONE, ONE, ONE, requires=((0, 1), (1, 2), (2, 3), (3, 1))),
        RoadmapCode.PLAN_REQUIRES_CYCLE,
        {"names": "p1 → p3 → p2 → p1"},
    ),
    (
        asked(budget=[3, 3, 3]),
        RoadmapCode.PLAN_BUDGET_BELOW_CHEAPEST,
        {"project": "p0", "cost": "0.004", "budget": "0.003", "phases": 3},
    ),
    # The money of a sector is short, and so is that of the phases that are still to come.
    (
        asked(sector_budget=[[3], [3], [3]]),
        RoadmapCode.PLAN_BUDGET_BELOW_CHEAPEST,
        {"project": "p0", "budget": "0.003"},
    ),
    (
        asked(ONE | {"earliest": 2}, TWO | {"earliest": 1}, budget=[9, 5, 3]),
        RoadmapCode.PLAN_BUDGET_BELOW_CHEAPEST,
        {"project": "p0", "budget": "0.005"},
    ),
]


@pytest.mark.parametrize(("question", "code", "params"), REFUSED)
@pytest.mark.parametrize(
    "answer", [greedy, lambda one: solve(one, Watch()), lambda one: regret(one, Watch())]
)
def test_what_cannot_be_answered_is_refused(
    question: Programme, code: RoadmapCode, params: dict[str, object], answer: Callable[[Programme], object]
) -> None:
    with pytest.raises(GisError) as refused:
        answer(question)
    assert refused.value.code == code
    assert params.items() <= refused.value.params.items()
    assert all(f"{value}" in f"{refused.value}" for value in params.values())


BUDGETS: list[tuple[Programme, bool]] = [
    (asked(budget=[3, 3, 3], carry_over=True), True),
    (asked(budget=[3, NOT_LIMITED, 3]), True),
    (asked(ONE | {"cost": 0}, TWO, budget=[0, 0, 0]), True),
    # What a settled project has taken is a fact of the programme and no mistake of the question.
    (asked(ONE, TWO | {"settled": 0}, budget=[6, 0, 4]), True),
    (asked(TWO | {"settled": 0}, budget=[1, 1, 1]), True),
    (asked(ONE | {"earliest": 3}, budget=[1, 1, 1]), True),
    (asked(ONE | {"earliest": 2}, budget=[9, 9, 3]), False),
]


@pytest.mark.parametrize(("question", "is_answered"), BUDGETS)
def test_only_money_that_pays_nothing_in_any_phase_is_refused(question: Programme, is_answered: bool) -> None:  # noqa: FBT001
    if is_answered:
        assert solve(question, Watch()).status in {"optimal", "not_sought"}
        return
    with pytest.raises(GisError) as refused:
        solve(question, Watch())
    assert refused.value.code == RoadmapCode.PLAN_BUDGET_BELOW_CHEAPEST


CALLS: dict[str, tuple[Callable[[], object], AnyCode, str]] = {
    "sector": (
        lambda: sectors_of(["a", "b"], ["health", "magic"], ["health", "safety"]),
        RoadmapCode.PLAN_SECTOR_UNKNOWN,
        "magic",
    ),
    "required": (lambda: requires_of(["a"], [("a", "b")]), RoadmapCode.PLAN_REQUIRED_UNKNOWN, "b"),
    "requiring": (lambda: requires_of(["a"], [("b", "a")]), RoadmapCode.PLAN_REQUIRED_UNKNOWN, "b"),
    "cut below": (
        lambda: cut_budget(asked(), np.zeros(2, np.int32), -1, Watch()),
        RoadmapCode.PLAN_CUT_INVALID,
        "-1",
    ),
    "cut above": (
        lambda: cut_budget(asked(), np.zeros(2, np.int32), 101, Watch()),
        RoadmapCode.PLAN_CUT_INVALID,
        "101",
    ),
    "no counts": (lambda: sites([]), RoadmapCode.PLAN_COUNTS_NOT_RISING, "one"),
    "none at first": (lambda: sites([0, 1]), RoadmapCode.PLAN_COUNTS_NOT_RISING, "0, 1"),
    "equal counts": (lambda: sites([1, 1]), RoadmapCode.PLAN_COUNTS_NOT_RISING, "1, 1"),
    "too many sites": (lambda: sites([1, 3]), ErrorCode.SITING_TOO_FEW_CANDIDATES, "3"),
    "too many fixed": (lambda: sites([1, 2], [0, 1]), ErrorCode.SITING_FIXED_ABOVE_COUNT, "2"),
}


def sites(counts: list[int], fixed: Sequence[int] = ()) -> object:
    days = np.ones(len(counts), np.int64)
    return nested_sites(["a", "b"], asked().reach, "clinic", counts, days, Watch(), fixed)


@pytest.mark.parametrize(("call", "code", "said"), CALLS.values(), ids=CALLS)
def test_a_wrong_call_is_refused(call: Callable[[], object], code: AnyCode, said: str) -> None:
    with pytest.raises(GisError) as refused:
        call()
    assert refused.value.code == code
    assert said in f"{refused.value}"


def test_what_is_settled_is_told_and_not_refused() -> None:
    """Ten are settled in a phase of eight, of which six by a sector of five; and before what they require."""
    question = asked(
        ONE | {"settled": 0},
        TWO | {"settled": 0, "sector": 1},
        ONE | {"settled": 1},
        budget=[8, 4, 0],
        sector_budget=[[9, 5], [9, 9], [9, 9]],
        requires=((2, 0), (0, 1)),
    )
    found = [(one.phase, one.sector, one.budget, one.cost) for one in overruns(question)]
    assert found == [(0, None, 8, 10), (0, 1, 5, 6)]
    assert out_of_turn(question) == ((2, 0),)
    assert solve(question, Watch()).phase.tolist() == [0, 0, 1]
    carried = replace(question, phases=replace(question.phases, carry_over=True))
    assert [(one.phase, one.sector, one.budget, one.cost) for one in overruns(carried)] == [
        (0, None, 8, 10),
        (0, 1, 5, 6),
        (1, None, 12, 14),
        (2, None, 12, 14),
    ]


def test_other_sectors_do_not_give_way() -> None:
    """Priorities bind within a sector: what another one spends of the common money is no reason to wait."""
    first = {"reach": (0,), "cost": 6, "priority": 1}
    other = {"reach": (1,), "cost": 6, "priority": 5, "sector": 1}
    lower = {"reach": (0,), "cost": 2, "priority": 5}
    found = solve(asked(first, other, lower, budget=[8], days=(10,)), Watch())
    assert found.phase.tolist() == [-1, 0, 0]
    alone = solve(asked(first, lower, budget=[8], days=(10,)), Watch())
    assert alone.phase.tolist() == [0, 0]
