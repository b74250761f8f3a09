"""Where next, phase by phase, for an analyst who has a table of costs: sites that stay once they are open."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gis_service.analysis.plans import Reach, Regret, Roadmap, nested_sites
from gis_service.analysis.siting import SitingProblem, Watch
from gis_service.analysis.siting.cover import require_reach
from gis_service.errors import ErrorCode, RefusedInput, RoadmapCode, WrongUse
from gis_service.files.siting_tables import read_costs, read_demand
from gis_service.services.site_plan import SitePlanQuestion, problem_of, require_numbers
from gis_service.types import Int32s

_THOUSAND = 1000
_MOST = 2**62
"""Thousandths times days that whole numbers have room for."""
_SECONDS = 3
"""Decimals of seconds."""


@dataclass(frozen=True, slots=True)
class PhasedPlanQuestion:
    """What somebody asks for.

    Parameters
    ----------
    costs, demand
        Files: ``demand,site,cost`` and ``demand,weight``.
    limit
        Cost up to which demand is covered, in the unit of the costs.
    counts
        Sites that are open in each phase, the fixed ones included; more than in the phase before.
    days
        Length of each phase.
    fixed, excluded
        Names of sites that are open from the first phase on, and of those that must not be.
    time_limit
        Seconds after which the best so far is told; None to solve to proof.
    """

    costs: Path
    demand: Path
    limit: float
    counts: tuple[int, ...]
    days: tuple[int, ...]
    fixed: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    time_limit: float | None = None


@dataclass(frozen=True, slots=True)
class PhasedPlan:
    """The plan.

    Parameters
    ----------
    question
        What was asked.
    site_ids
        Names of the sites that may be chosen, in the order of the input.
    total
        All weight, in thousandths.
    regret
        The plan, and beside it the best of each phase by itself and the best end.
    seconds
        From the reading of the files to the answer.
    """

    question: PhasedPlanQuestion
    site_ids: tuple[str, ...]
    total: int
    regret: Regret
    seconds: float

    def sites_of(self, plan: Roadmap, phase: int) -> list[str]:
        """Name the sites that open in a phase, in the order of the input."""
        return [self.site_ids[site] for site in np.flatnonzero(plan.phase == phase).tolist()]

    def document(self) -> dict[str, Any]:
        """Write it for a program (docs/contract.md)."""
        joint = self.regret.joint
        return {
            **self._told(joint),
            "bound": amount(joint.bound),
            "gap": joint.gap,
            "status": joint.status,
            "best_now": self._beside(self.regret.best_now),
            "best_end": self._beside(self.regret.best_end),
            "seconds": round(self.seconds, _SECONDS),
        }

    def _told(self, plan: Roadmap) -> dict[str, Any]:
        covered = plan.covered.sum(axis=1).tolist()
        phases = [
            {"days": days, "sites": self.sites_of(plan, at), "covered": amount(covered[at])}
            for at, days in enumerate(self.question.days)
        ]
        return {"objective": amount(plan.objective), "phases": phases}

    def _beside(self, plan: Roadmap) -> dict[str, Any]:
        least, most = self.regret.of(plan)
        return {**self._told(plan), "regret": amount(least), "regret_at_most": amount(most)}


def amount(thousandths: int) -> float:
    """Turn thousandths into an amount: a whole number where it is one."""
    whole, rest = divmod(thousandths, _THOUSAND)
    return thousandths / _THOUSAND if rest else whole


def run_phased_plan(
    question: PhasedPlanQuestion,
    tell: Callable[[float | None, float], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> PhasedPlan:
    """Read the files and choose the sites of each phase.

    Parameters
    ----------
    question
        What is asked.
    tell
        Told what the best plan so far brings, weight x days, and its bound.
    is_cancelled
        Asked now and then; the best so far is told when it says yes.

    Raises
    ------
    WrongUse, NotFound, RefusedInput, Temporary
        With what is wrong and what to do.

    Notes
    -----
    A plan brings the weight that it covers in each phase, times the days of that phase.
    """
    began = time.monotonic()
    table = SitePlanQuestion(
        question.costs,
        question.demand,
        "mclp",
        question.limit,
        fixed=question.fixed,
        excluded=question.excluded,
        time_limit=question.time_limit,
    )
    require_numbers(table)
    _require_phases(question)
    problem = problem_of(table, read_costs(question.costs), read_demand(question.demand))
    require_reach(problem, question.limit)
    allowed = np.flatnonzero(~problem.is_excluded).astype(np.int32)
    reach = _reach_of(problem, question, allowed)
    watch = Watch(question.time_limit, is_cancelled or (lambda: False))
    if tell is not None:
        watch.tell = lambda best, bound: tell(best and best / _THOUSAND, bound / _THOUSAND)
    names = tuple(problem.site_ids[site] for site in allowed.tolist())
    fixed = np.flatnonzero(problem.is_fixed[allowed]).tolist()
    days = np.array(question.days, np.int64)
    found = nested_sites(names, reach, "sites", question.counts, days, watch, fixed)
    return PhasedPlan(question, names, int(reach.weight.sum()), found, time.monotonic() - began)


def _require_phases(question: PhasedPlanQuestion) -> None:
    """Refuse phases that mean nothing, before the files are read."""
    if len(question.days) != len(question.counts):
        value, expected = ",".join(map(str, question.days)), f"{len(question.counts)} × N"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--days", value=value, expected=expected)
    for at, days in enumerate(question.days):
        if days < 1:
            raise RefusedInput(RoadmapCode.PLAN_PHASE_EMPTY, phase=at + 1)


def _reach_of(problem: SitingProblem, question: PhasedPlanQuestion, allowed: Int32s) -> Reach:
    """Tell which demand each site that may be chosen covers."""
    number = np.full(len(problem.site_ids), len(allowed), np.int32)
    number[allowed] = np.arange(len(allowed), dtype=np.int32)
    near = problem.cost <= question.limit
    site, row = number[problem.site[near]], problem.demand[near].astype(np.int32)
    order = np.argsort(site, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(site, minlength=len(allowed)))]).astype(np.int64)
    weight = np.rint(problem.weight * _THOUSAND)
    exact = weight / _THOUSAND == problem.weight
    if not exact.all() or weight.sum() * sum(question.days) >= _MOST:
        # The first that has more decimals; else all are too large together.
        value = problem.weight.sum() if exact.all() else problem.weight[np.argmin(exact)]
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="weight", value=f"{value:g}", expected="0, 1, 2.125 …")
    rows = len(weight)
    nobody = np.zeros(rows, np.bool_)
    return Reach(start, row[order], weight.astype(np.int64), np.zeros(rows, np.int32), nobody)
