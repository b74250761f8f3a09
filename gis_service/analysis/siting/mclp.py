"""The maximal covering location problem: the most weight within the limit of so many sites."""

import numpy as np

from gis_service.analysis.siting.answer import SitingAnswer, nothing_or, status_of
from gis_service.analysis.siting.branch import prove
from gis_service.analysis.siting.cover import Cover, cover_within, require_reach
from gis_service.analysis.siting.problem import SitingProblem, exact_sum, unit_of
from gis_service.analysis.siting.rows import Choice, filled_up
from gis_service.analysis.siting.rules import SiteRules, rules_of
from gis_service.analysis.siting.terms import SitingTerms
from gis_service.analysis.siting.ties import first_of_equals
from gis_service.analysis.siting.watch import Watch
from gis_service.analysis.siting.within import Within, best_within, require_first_choice
from gis_service.types import Bools


def solve_mclp(problem: SitingProblem, limit: float, count: int, watch: Watch) -> SitingAnswer:
    """Cover the most weight with so many sites.

    Parameters
    ----------
    problem
        Demand and sites.
    limit
        Cost up to which demand is covered, itself included, in the unit of the costs.
    count
        Number of sites, the fixed ones included.
    watch
        Told the weight covered and the bound above it.

    Raises
    ------
    RefusedInput
        ``siting_too_few_candidates``, ``siting_fixed_above_count``, ``siting_nothing_in_reach``.

    Notes
    -----
    Church & ReVelle 1974. Demand with the same sites in reach is put together, and sites that cover no more
    than another are set aside; then sites are chosen one by one with lazy evaluation (Leskovec 2007),
    exchanged (Teitz & Bart 1968), and the choice is proved.
    """
    problem.require_count(count)
    require_reach(problem, limit)
    whole = cover_within(problem, limit)
    could = whole.only(whole.sizes > 0)
    most = exact_sum(could.weight)
    rest = could.only(~could.reached(problem.is_fixed))
    choice = _choice(problem, rest.merged(), count)

    def tell(left: float | None, bound: float) -> None:
        watch.tell(None if left is None else most - left, most - bound)

    found = prove(choice, choice.at_once(), watch, tell)
    every = Choice(rest.merged().rows(), problem.is_fixed, problem.is_free, count)
    is_open = first_of_equals(every, filled_up(found.is_open, problem.is_free, count))
    objective = exact_sum(could.weight[could.reached(is_open)])
    bound = type(objective)(most - found.bound) if found.bound < found.total else objective
    bound = max(bound, objective)
    sites = tuple(np.flatnonzero(is_open).tolist())
    return SitingAnswer(objective, sites, bound, status_of(objective, bound, watch))


def solve_mclp_within(
    problem: SitingProblem, limit: float, count: int | None, watch: Watch, terms: SitingTerms
) -> SitingAnswer:
    """Cover the most weight with the sites that the terms allow.

    Parameters
    ----------
    problem
        Demand and sites.
    limit
        Cost up to which demand is covered, itself included, in the unit of the costs.
    count
        Number of sites, the fixed and the kept ones included; with a budget the most, or None.
    watch
        Told the weight covered and the bound above it.
    terms
        Budget, conflicts, existing sites, backup; no capacity.

    Raises
    ------
    RefusedInput, Temporary
        As `rules_of`; ``siting_nothing_in_reach``, ``siting_no_choice``, ``siting_ended_early``.

    Notes
    -----
    With a budget the first choice is the better of two greedy ones, by what is gained and by what is gained
    for its cost (Khuller, Moss & Naor 1999, *Information Processing Letters* 70, 39-45).
    """
    rules, share = rules_of(problem, terms, count), terms.backup
    require_reach(problem, limit)
    whole = cover_within(problem, limit)
    could = whole.only(whole.sizes > 0)
    asked = _within(could, rules, share)
    most = exact_sum(could.weight) * (1 + share) if share else exact_sum(could.weight)

    def tell(left: float | None, bound: float) -> None:
        watch.tell(None if left is None else most - left, most - bound)

    found = best_within(asked, require_first_choice(asked, watch), watch, tell)
    is_open = asked.tidied(found.is_open)
    objective = _worth(could, is_open, share)
    objective = round(objective) if asked.unit else objective
    bound = type(objective)(most - found.bound) if found.bound < found.total else objective
    bound = nothing_or(max(bound, objective), objective, could.weight)
    sites = tuple(np.flatnonzero(is_open).tolist())
    status = status_of(objective, bound, watch)
    return SitingAnswer(objective, sites, bound, status, cost=rules.money(is_open))


def _within(could: Cover, rules: SiteRules, share: float) -> Within:
    """Ask for the least weight that is left out; what a fixed site covers matters to a second cover alone."""
    rest = (could if share else could.only(~could.reached(rules.is_fixed))).merged()
    unit = unit_of(np.concatenate([rest.weight, share * rest.weight]) if share else rest.weight)
    return Within(rest.rows(), rules, share, unit=unit)


def _worth(could: Cover, is_open: Bools, share: float) -> float:
    """Add up the weight that is covered, and a share of what is covered twice."""
    times = could.times(is_open)
    once = exact_sum(could.weight[times > 0])
    return once + share * exact_sum(could.weight[times > 1]) if share else once


def _choice(problem: SitingProblem, rest: Cover, count: int) -> Choice:
    """Ask for the least weight that is left out, without the sites that need not be looked at."""
    free = problem.is_free & ~rest.dominated_sites(problem.is_free)
    within = min(count, int((problem.is_fixed | free).sum()))
    rows = rest.without(~free).rows()
    return Choice(rows, problem.is_fixed, free, within, unit_of(rest.weight))
