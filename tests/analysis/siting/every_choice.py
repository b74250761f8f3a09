"""Questions within terms whose answer is known because every choice of sites can be gone through."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from scipy.optimize import linprog

from gis_service.analysis.siting import Model, SitingProblem, SitingTerms


def possible_choices(
    asked: SitingProblem, terms: SitingTerms, count: int | None
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Give every choice that the terms allow, and what it costs."""
    m = len(asked.site_ids)
    stands = terms.is_existing if terms.is_existing is not None else np.zeros(m, bool)
    closable = terms.is_closable if terms.is_closable is not None else np.zeros(m, bool)
    costs = terms.site_cost if terms.site_cost is not None else np.zeros(m, int)
    closing = terms.close_cost if terms.close_cost is not None else np.zeros(m, int)
    apart = [] if terms.conflicts is None else terms.conflicts.tolist()
    stay = set(np.flatnonzero(asked.is_fixed | (stands & ~closable & ~asked.is_excluded)).tolist())
    may = np.flatnonzero(~asked.is_excluded).tolist()
    sizes = [count] if count is not None and terms.budget is None else range((count or m) + 1)
    for size in sizes:
        for sites in combinations(may, size):
            chosen = set(sites)
            if not stay <= chosen or any(one in chosen and two in chosen for one, two in apart):
                continue
            cost = int(
                costs[list(sites)].sum()
                + sum(closing[at] for at in range(m) if stands[at] and at not in chosen)
            )
            if terms.budget is None or cost <= terms.budget:
                yield sites, cost


def worth(
    asked: SitingProblem, model: Model, limit: float, terms: SitingTerms, sites: tuple[int, ...]
) -> float | None:
    """Tell what a choice brings or costs; None when it does not serve all who have to be served."""
    table = np.full((len(asked.weight), len(asked.site_ids)), np.inf)
    table[asked.demand, asked.site] = asked.cost
    costs = table[:, sites]
    if terms.capacity is not None:
        return _served(costs, asked.weight, terms.capacity[list(sites)], limit if model == "mclp" else None)
    times = (costs <= limit).sum(axis=1)
    if model == "mclp":
        return float(asked.weight[times > 0].sum() + terms.backup * asked.weight[times > 1].sum())
    if model == "lscp":
        can = (table <= limit).any(axis=1)
        return None if (times[can] == 0).any() else 0.0
    nearest = costs.min(axis=1, initial=np.inf)
    if not np.isfinite(nearest).all():
        return None
    return float(nearest.max() if model == "p-center" else nearest @ asked.weight)


def _served(costs: np.ndarray, weight: np.ndarray, room: np.ndarray, limit: float | None) -> float | None:
    """Serve as a linear programme, by another solver interface than that which is tried."""
    demand, site = np.nonzero(costs <= (np.inf if limit is None else limit))
    finite = np.isfinite(costs[demand, site])
    demand, site = demand[finite], site[finite]
    if not len(demand):
        return 0.0 if limit is not None or not weight.any() else None
    of_demand = (np.arange(len(weight))[:, None] == demand).astype(float)
    of_site = (np.arange(len(room))[:, None] == site).astype(float)
    price = costs[demand, site] if limit is None else -np.ones(len(demand))
    upper, most = (of_site, room) if limit is None else (np.vstack([of_site, of_demand]), [*room, *weight])
    equal, exactly = (of_demand, weight) if limit is None else (None, None)
    found = linprog(price, A_ub=upper, b_ub=most, A_eq=equal, b_eq=exactly)
    if not found.success or found.fun is None:
        return None
    return float(found.fun) if limit is None else -float(found.fun)


def best_of_all(
    asked: SitingProblem, model: Model, limit: float, count: int | None, terms: SitingTerms
) -> float | None:
    """Go through every choice; None when none is possible."""
    found = []
    for sites, cost in possible_choices(asked, terms, count):
        value = worth(asked, model, limit, terms, sites)
        if value is not None and model == "lscp":
            has_costs = terms.site_cost is not None or terms.close_cost is not None
            value = float(cost if has_costs else len(sites))
        if value is not None:
            found.append(value)
    return (max(found) if model == "mclp" else min(found)) if found else None
