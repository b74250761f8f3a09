"""The location set covering problem within terms: the least cost at which all is covered that can be."""

from dataclasses import replace

import numpy as np

from gis_service.analysis.siting.answer import SitingAnswer, status_of
from gis_service.analysis.siting.branch import Found
from gis_service.analysis.siting.cover import Cover, cover_within, require_reach
from gis_service.analysis.siting.problem import SitingProblem, unit_of
from gis_service.analysis.siting.programme import Programme, steps_of_rows
from gis_service.analysis.siting.rows import whole_above
from gis_service.analysis.siting.rules import SiteRules, rules_of
from gis_service.analysis.siting.terms import SitingTerms
from gis_service.analysis.siting.watch import Tell, Watch
from gis_service.analysis.siting.within import Within, any_choice, for_nothing
from gis_service.types import Floats


def solve_lscp_within(problem: SitingProblem, limit: float, watch: Watch, terms: SitingTerms) -> SitingAnswer:
    """Cover all demand that can be covered at the least cost, with the sites that the terms allow.

    Parameters
    ----------
    problem
        Demand and sites; each demand is to be covered, whatever its weight.
    limit
        Cost up to which demand is covered, itself included, in the unit of the costs.
    watch
        Told the cost of the sites and its bound; without costs of sites their number.
    terms
        Costs of sites, conflicts, existing sites; no budget, no capacity, no backup.

    Raises
    ------
    RefusedInput, Temporary
        As `rules_of`; ``siting_nothing_in_reach``, ``siting_no_choice``, ``siting_ended_early``.
    """
    rules = rules_of(problem, terms, None)
    require_reach(problem, limit)
    whole = cover_within(problem, limit)
    can = whole.sizes > 0
    base, price = (rules.base, rules.cost) if rules.has_costs else (0, np.ones(len(rules.cost)))

    def tell(best: float | None, bound: float) -> None:
        watch.tell(None if best is None else base + best, base + bound)

    found = _least_cost(whole.only(can), rules, price, watch, tell)
    objective, bound = base + round(found.total), base + round(found.bound)
    sites, uncoverable = np.flatnonzero(found.is_open).tolist(), np.flatnonzero(~can).tolist()
    status, cost = status_of(objective, bound, watch), rules.money(found.is_open)
    return SitingAnswer(objective, tuple(sites), bound, status, tuple(uncoverable), cost=cost)


def _least_cost(cover: Cover, rules: SiteRules, price: Floats, watch: Watch, tell: Tell) -> Found:
    """Cover all demand at the least sum of prices, ``(m,)``, whole; the total is that of the open sites."""
    rest = cover.only(~cover.reached(rules.is_fixed)).merged()
    rest = rest.only(~rest.implied_demand()).unweighted()
    asked = Within(rest.rows(), replace(rules, cost=price), must=True)
    is_open = asked.filled(rules.is_fixed, per_cost=True)
    if not asked.is_possible(is_open):
        is_open = any_choice(asked.rows, rules, watch, must=True)
    is_open, unit = asked.tidied(is_open), unit_of(price)
    total = float(price[is_open].sum())
    bound = float(price[rules.is_fixed].sum() + np.minimum(price[rules.is_free], 0).sum())

    def raise_to(now: float) -> None:
        nonlocal bound
        if (now := min(whole_above(now, unit), total)) > bound:
            bound = now
            tell(total, bound)

    tell(total, bound)
    if bound < total:
        state = rules.first_state()
        part = steps_of_rows(for_nothing(asked.rows), state, must=True)
        outcome = Programme(rules, state, part, price, unit).run(is_open, watch, raise_to)
        if outcome.is_open is not None and float(price[outcome.is_open].sum()) < total:
            is_open = outcome.is_open
            total = float(price[is_open].sum())
        raise_to(outcome.bound)
        is_open = asked.tidied(is_open)
    return Found(is_open, total, bound)
