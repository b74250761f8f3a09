"""Where next, for an analyst who has a table of costs: reads the files, chooses the sites, tells the plan."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gis_service.analysis.siting import Model, SitingAnswer, SitingProblem, Watch, require_options, solve
from gis_service.analysis.siting.problem import pair_twice
from gis_service.errors import ErrorCode, Fault, RefusedInput, WrongUse
from gis_service.files.siting_tables import CostTable, DemandTable, Names, line_of, read_costs, read_demand
from gis_service.types import Int32s

_NAMED = 5
"""Names that a message lists."""
_SECONDS = 3
"""Decimals of seconds."""


@dataclass(frozen=True, slots=True)
class SitePlanQuestion:
    """What somebody asks for.

    Parameters
    ----------
    costs, demand
        Files: ``demand,site,cost`` and ``demand,weight``.
    model
        Name of the model.
    limit
        Cost up to which demand is covered, in the unit of the costs.
    sites
        Number of sites, the fixed ones included.
    fixed, excluded
        Names of sites that are in the plan whatever they bring, and of those that must not be.
    time_limit
        Seconds after which the best so far is told; None to solve to proof.
    """

    costs: Path
    demand: Path
    model: Model
    limit: float | None = None
    sites: int | None = None
    fixed: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    time_limit: float | None = None


@dataclass(frozen=True, slots=True)
class SitePlan:
    """The plan.

    Parameters
    ----------
    question, problem, answer
        What was asked, as a table, and what was found.
    seconds
        From the reading of the files to the answer.
    """

    question: SitePlanQuestion
    problem: SitingProblem
    answer: SitingAnswer
    seconds: float

    def site_names(self) -> list[str]:
        """Name the chosen sites, in the order of the input."""
        return [self.problem.site_ids[site] for site in self.answer.sites]

    def document(self) -> dict[str, Any]:
        """Write it for a program (docs/contract.md): ``uncoverable`` only where there is some."""
        answer = self.answer
        written = {
            "objective": answer.objective,
            "sites": self.site_names(),
            "bound": answer.bound,
            "gap": answer.gap,
            "status": answer.status,
            "seconds": round(self.seconds, _SECONDS),
        }
        if answer.uncoverable:
            written["uncoverable"] = [self.problem.demand_ids[row] for row in answer.uncoverable]
        return written


def run_site_plan(
    question: SitePlanQuestion,
    tell: Callable[[float | None, float], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> SitePlan:
    """Read the files and choose the sites.

    Parameters
    ----------
    question
        What is asked.
    tell
        Told the objective of the best plan so far and its bound.
    is_cancelled
        Asked now and then; the best so far is told when it says yes.

    Raises
    ------
    WrongUse, NotFound, RefusedInput, Temporary
        With what is wrong and what to do.
    """
    began = time.monotonic()
    require_options(question.model, question.limit, question.sites)
    require_numbers(question)
    problem = problem_of(question, read_costs(question.costs), read_demand(question.demand))
    watch = Watch(
        question.time_limit,
        is_cancelled or (lambda: False),
        tell or (lambda _best, _bound: None),
    )
    answer = solve(problem, question.model, question.limit, question.sites, watch)
    return SitePlan(question, problem, answer, time.monotonic() - began)


def require_numbers(question: SitePlanQuestion) -> None:
    """Refuse numbers that mean nothing, before the files are read.

    Raises
    ------
    WrongUse
        ``wrong_argument``.
    """
    for option, value, least in (("--limit", question.limit, 0.0), ("--sites", question.sites, 1.0)):
        if value is not None and not least <= value < float("inf"):
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=value, expected=f">= {least:g}")
    if (limit := question.time_limit) is not None and not 0 < limit < float("inf"):
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--time-limit", value=limit, expected="> 0")


def problem_of(question: SitePlanQuestion, costs: CostTable, demand: DemandTable) -> SitingProblem:
    """Bring both tables to one problem.

    Raises
    ------
    RefusedInput
        ``siting_demand_twice``, ``siting_demand_unknown``, ``siting_pair_twice``, ``siting_site_unknown``,
        ``siting_fixed_and_excluded``.
    """
    _refuse_demand_twice(question.demand, demand.demand)
    # Each name stands once: the table of demand gives its own order.
    names = [demand.demand.known[number] for number in demand.demand.number.tolist()]
    place = {name: row for row, name in enumerate(names)}
    unknown = [name for name in costs.demand.known if name not in place]
    if unknown:
        raise RefusedInput(
            ErrorCode.SITING_DEMAND_UNKNOWN,
            path=question.costs,
            other=question.demand,
            count=len(unknown),
            names=_listed(unknown),
        )
    row_of = np.array([place[name] for name in costs.demand.known], dtype=np.int32)
    site_of, site_ids = _in_order(costs.site)
    fixed = _numbers("--fixed", question.fixed, site_ids)
    excluded = _numbers("--excluded", question.excluded, site_ids)
    if both := [name for name in question.fixed if name in question.excluded]:
        raise RefusedInput(ErrorCode.SITING_FIXED_AND_EXCLUDED, names=_listed(both))
    pairs = (row_of[costs.demand.number], site_of[costs.site.number], costs.cost)
    _refuse_pair_twice(question.costs, costs, pairs[0], pairs[1])
    return SitingProblem.of_pairs(names, site_ids, demand.weight, pairs, fixed, excluded)


def _in_order(names: Names) -> tuple[Int32s, list[str]]:
    """Count names by their first row, whatever order the reader knows them in."""
    rows = len(names.number)
    first = np.full(len(names.known), rows, dtype=np.int64)
    first[names.number[::-1]] = np.arange(rows)[::-1]  # of several the last one stays: the first row
    order = np.argsort(first, kind="stable")
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return number, [names.known[at] for at in order.tolist()]


def _numbers(option: str, asked: Sequence[str], known: Sequence[str]) -> list[int]:
    place = {name: number for number, name in enumerate(known)}
    if unknown := [name for name in asked if name not in place]:
        named, listed = _listed(unknown), _listed(known)
        raise RefusedInput(ErrorCode.SITING_SITE_UNKNOWN, option=option, names=named, known=listed)
    return [place[name] for name in asked]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def _refuse_demand_twice(path: Path, names: Names) -> None:
    _, first, times = np.unique(names.number, return_index=True, return_counts=True)
    if len(first) == len(names.number):
        return
    number = names.number[np.sort(first[times > 1])[0]]
    lines = [line_of(row) for row in np.flatnonzero(names.number == number).tolist()]
    params = {"path": path, "name": names.known[number], "first": lines[0], "second": lines[1]}
    raise RefusedInput(ErrorCode.SITING_DEMAND_TWICE, **params)


def _refuse_pair_twice(path: Path, costs: CostTable, demand: Int32s, site: Int32s) -> None:
    if (twice := pair_twice(demand, site)) is None:
        return
    rows = np.flatnonzero((demand == twice[0]) & (site == twice[1])).tolist()
    lines = [line_of(row) for row in rows]
    raise RefusedInput(
        ErrorCode.SITING_PAIR_TWICE,
        faults=[Fault(f"{path.name}:{line_of(row)}", f"cost = {costs.cost[row]:g}") for row in rows],
        path=path,
        demand=costs.demand.known[costs.demand.number[rows[0]]],
        site=costs.site.known[costs.site.number[rows[0]]],
        first=lines[0],
        second=lines[1],
    )
