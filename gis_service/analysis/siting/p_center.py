"""The p-center: the least that the largest cost can be, with so many sites."""

import numpy as np

from gis_service.analysis.siting.answer import SitingAnswer, status_of
from gis_service.analysis.siting.cover import cover_within
from gis_service.analysis.siting.least_cover import choice_reaching_all, least_cover
from gis_service.analysis.siting.problem import SitingProblem, are_whole
from gis_service.analysis.siting.programme import Outcome, Programme, steps_of_rows
from gis_service.analysis.siting.rows import Choice, Rows, filled_up
from gis_service.analysis.siting.rules import SiteRules, rules_of
from gis_service.analysis.siting.terms import SitingTerms
from gis_service.analysis.siting.ties import first_of_equals
from gis_service.analysis.siting.watch import Watch
from gis_service.analysis.siting.within import Within, for_nothing, require_first_choice
from gis_service.types import Bools


def solve_p_center(problem: SitingProblem, count: int, watch: Watch) -> SitingAnswer:
    """Find so many sites with the least cost of the demand that is farthest from them.

    Parameters
    ----------
    problem
        Demand and sites; each demand counts, whatever its weight.
    count
        Number of sites, the fixed ones included.
    watch
        Told the largest cost and the bound below it.

    Raises
    ------
    RefusedInput
        As `solve_p_median`.

    Notes
    -----
    Minieka 1970: the distinct costs are halved again and again, each time asking whether so few sites cover
    all demand within that cost.
    """
    problem.require_count(count)
    problem.require_all_reached()
    is_open = _begin(problem, count, watch)
    costs = np.unique(problem.cost)
    # The nearest site of each, and the fixed sites alone when there are no others, are as near as can be.
    least = float(problem.cost[problem.start[:-1]].max())
    low = int(np.searchsorted(costs, least))
    high = int(np.searchsorted(costs, problem.nearest_costs(is_open).max()))
    watch.keep(is_open)
    watch.tell(float(costs[high]), float(costs[low]))
    while low < high and not watch.is_over:
        middle = (low + high) // 2
        cover = cover_within(problem, costs[middle])
        found = least_cover(cover, problem.is_fixed, watch, lambda _best, _bound: None, count)
        if int(found.is_open.sum()) <= count:
            is_open = filled_up(found.is_open, problem.is_free, count)
            high = int(np.searchsorted(costs, problem.nearest_costs(is_open).max()))
            watch.keep(is_open)
        elif found.bound > count:
            low = middle + 1
        else:
            break  # the watch is over
        watch.tell(float(costs[high]), float(costs[low]))
    is_open = _first_of_equals(problem, is_open, costs[high], count)
    to_number = int if are_whole(problem.cost) else float
    objective, bound = to_number(costs[high]), to_number(costs[low])
    sites = tuple(np.flatnonzero(is_open).tolist())
    return SitingAnswer(objective, sites, bound, status_of(objective, bound, watch))


def _begin(problem: SitingProblem, count: int, watch: Watch) -> Bools:
    """Choose the sites that cost all demand least together: near to the best that the farthest can have."""
    rows = Rows(
        problem.start,
        problem.site,
        problem.cost,
        np.full(len(problem.weight), float(problem.cost.max()) * len(problem.weight) + 1.0),
        len(problem.site_ids),
    )
    is_open = Choice(rows, problem.is_fixed, problem.is_free, count).at_once()
    return is_open if rows.serves_all(is_open) else choice_reaching_all(problem, count, watch)


def _first_of_equals(problem: SitingProblem, is_open: Bools, cost: float, count: int) -> Bools:
    """Exchange sites for earlier ones as long as the farthest demand comes out no farther."""
    rows = cover_within(problem, cost).unweighted().merged().rows()
    return first_of_equals(Choice(rows, problem.is_fixed, problem.is_free, count), is_open)


def solve_p_center_within(
    problem: SitingProblem, count: int | None, watch: Watch, terms: SitingTerms
) -> SitingAnswer:
    """Find the sites, of those that the terms allow, with the least cost of the demand farthest from them.

    Parameters
    ----------
    problem
        Demand and sites; each demand counts, whatever its weight.
    count
        Number of sites, the fixed and the kept ones included; with a budget the most, or None.
    watch
        Told the largest cost and the bound below it.
    terms
        Budget, conflicts, existing sites; no capacity, no backup.

    Raises
    ------
    RefusedInput, Temporary
        As `solve_p_median_within`.
    """
    rules = rules_of(problem, terms, count)
    problem.require_all_reached()
    beyond = np.full(len(problem.weight), float(problem.cost.max()) * len(problem.weight) + 1.0)
    rows = Rows(problem.start, problem.site, problem.cost, beyond, len(problem.site_ids))
    is_open = require_first_choice(Within(rows, rules, must=True), watch)
    costs = np.unique(problem.cost)
    low = int(np.searchsorted(costs, problem.nearest_costs(rules.is_fixed | rules.is_free).max()))
    high = int(np.searchsorted(costs, problem.nearest_costs(is_open).max()))
    watch.keep(is_open)
    watch.tell(float(costs[high]), float(costs[low]))
    while low < high and not watch.is_over:
        middle = (low + high) // 2
        found = _choice_within(problem, costs[middle], rules, watch)
        if found.is_open is not None:
            is_open = found.is_open
            high = int(np.searchsorted(costs, problem.nearest_costs(is_open).max()))
            watch.keep(is_open)
        elif found.bound == np.inf:
            low = middle + 1
        else:
            break  # the watch is over
        watch.tell(float(costs[high]), float(costs[low]))
    is_open = _asked_within(problem, costs[high], rules).tidied(is_open)
    high = int(np.searchsorted(costs, problem.nearest_costs(is_open).max()))
    to_number = int if are_whole(problem.cost) else float
    objective, bound = to_number(costs[high]), to_number(costs[low])
    sites = tuple(np.flatnonzero(is_open).tolist())
    status = status_of(objective, bound, watch)
    return SitingAnswer(objective, sites, bound, status, cost=rules.money(is_open))


def _asked_within(problem: SitingProblem, limit: float, rules: SiteRules) -> Within:
    return Within(cover_within(problem, limit).unweighted().merged().rows(), rules, must=True)


def _choice_within(problem: SitingProblem, limit: float, rules: SiteRules, watch: Watch) -> Outcome:
    """Find sites within rules that cover all demand; the bound is infinite when there are none."""
    asked = _asked_within(problem, limit, rules)
    for per_cost in (True, False):
        if asked.is_possible(begin := asked.filled(rules.is_fixed, per_cost=per_cost)):
            return Outcome(begin, 0.0)
    state = rules.first_state()
    part = steps_of_rows(for_nothing(asked.rows), state, must=True)
    nothing = np.zeros(len(problem.site_ids))
    return Programme(rules, state, part, nothing).run(None, watch, lambda _bound: None)
