"""The p-median: the least sum of weight x cost over all demand, with so many sites."""

import numpy as np

from gis_service.analysis.siting.answer import SitingAnswer, status_of
from gis_service.analysis.siting.branch import prove
from gis_service.analysis.siting.least_cover import choice_reaching_all
from gis_service.analysis.siting.problem import SitingProblem, exact_sum, unit_of
from gis_service.analysis.siting.rows import Choice, Rows
from gis_service.analysis.siting.rules import rules_of
from gis_service.analysis.siting.terms import SitingTerms
from gis_service.analysis.siting.ties import first_of_equals
from gis_service.analysis.siting.watch import Watch
from gis_service.analysis.siting.within import Within, best_within, require_first_choice


def solve_p_median(problem: SitingProblem, count: int, watch: Watch) -> SitingAnswer:
    """Find so many sites with the least sum of weight x cost to the nearest.

    Parameters
    ----------
    problem
        Demand and sites.
    count
        Number of sites, the fixed ones included.
    watch
        Told the sum and the bound below it.

    Raises
    ------
    RefusedInput
        ``siting_too_few_candidates``, ``siting_fixed_above_count``; ``siting_demand_unreachable`` when no
        site reaches some demand, ``siting_not_all_reached`` when no choice of so many sites reaches all.

    Notes
    -----
    Hakimi 1964. Sites are chosen one by one, exchanged (Teitz & Bart 1968; all exchanges in one pass after
    Whitaker 1983 and Resende & Werneck 2007), and the choice is proved.
    """
    problem.require_count(count)
    problem.require_all_reached()
    rows = median_rows(problem)
    choice = Choice(rows, problem.is_fixed, problem.is_free, count, unit_of(rows.price))
    begin = choice.at_once()
    if not choice.rows.serves_all(begin):
        begin, _ = choice.exchanged(begin)
    if not choice.rows.serves_all(begin):
        begin = choice_reaching_all(problem, count, watch)
    found = prove(choice, begin, watch, watch.tell)
    is_open = first_of_equals(choice, found.is_open)
    objective = exact_sum(problem.nearest_costs(is_open), problem.weight)
    bound = type(objective)(found.bound) if found.bound < found.total else objective
    bound = min(bound, objective)
    sites = tuple(np.flatnonzero(is_open).tolist())
    return SitingAnswer(objective, sites, bound, status_of(objective, bound, watch))


def solve_p_median_within(
    problem: SitingProblem, count: int | None, watch: Watch, terms: SitingTerms
) -> SitingAnswer:
    """Find the sites, of those that the terms allow, with the least sum of weight x cost to the nearest.

    Parameters
    ----------
    problem
        Demand and sites.
    count
        Number of sites, the fixed and the kept ones included; with a budget the most, or None.
    watch
        Told the sum and the bound below it.
    terms
        Budget, conflicts, existing sites; no capacity, no backup.

    Raises
    ------
    RefusedInput, Temporary
        As `rules_of`; ``siting_demand_unreachable``, ``siting_no_choice``, ``siting_ended_early``.
    """
    rules = rules_of(problem, terms, count)
    problem.require_all_reached()
    rows = median_rows(problem)
    asked = Within(rows, rules, must=True, unit=unit_of(rows.price))
    found = best_within(asked, require_first_choice(asked, watch), watch, watch.tell)
    is_open = asked.tidied(found.is_open)
    objective = exact_sum(problem.nearest_costs(is_open), problem.weight)
    bound = type(objective)(found.bound) if found.bound < found.total else objective
    bound = min(bound, objective)
    sites = tuple(np.flatnonzero(is_open).tolist())
    status = status_of(objective, bound, watch)
    return SitingAnswer(objective, sites, bound, status, cost=rules.money(is_open))


def median_rows(problem: SitingProblem) -> Rows:
    """Give the rows whose total is the sum of weight x cost.

    Parameters
    ----------
    problem
        Demand and sites; each demand is reached by one of them.

    Notes
    -----
    Being left out is dearer than all that anything else can save: it is the last resort.
    """
    price = problem.cost * problem.weight[problem.demand]
    sums = np.maximum.reduceat(price, problem.start[:-1]).sum()
    beyond = np.full(len(problem.weight), float(sums) + 1.0)
    return Rows(problem.start, problem.site, price, beyond, len(problem.site_ids))
