"""What chosen sites bring, on the table that they were chosen on or on another one."""

import numpy as np

from gis_service.analysis.siting.answer import SitingAnswer
from gis_service.analysis.siting.capacitated import served_weight
from gis_service.analysis.siting.cover import cover_within
from gis_service.analysis.siting.problem import SitingProblem, exact_sum
from gis_service.analysis.siting.terms import NO_TERMS, SitingTerms


def value_of(
    problem: SitingProblem,
    model: str,
    limit: float | None,
    answer: SitingAnswer,
    terms: SitingTerms = NO_TERMS,
) -> float:
    """Value the sites of an answer by the objective of its model.

    Parameters
    ----------
    problem
        Demand and sites, those of the answer by the same numbers.
    model, limit, terms
        As they were asked.
    answer
        The chosen sites.

    Returns
    -------
    float
        As the objective of an answer; infinite when the sites leave out demand that has to be served, for
        LSCP such as another site would cover.
    """
    is_open = np.zeros(len(problem.site_ids), dtype=np.bool_)
    is_open[list(answer.sites)] = True
    if terms.capacity is not None:
        return served_weight(problem, limit, is_open, terms.capacity)
    if limit is None:
        nearest = problem.nearest_costs(is_open)
        is_least_largest = model == "p-center" or not np.isfinite(nearest).all()
        return float(nearest.max()) if is_least_largest else exact_sum(nearest, problem.weight)
    cover = cover_within(problem, limit)
    times = cover.times(is_open)
    if model == "lscp":
        return np.inf if (times[cover.sizes > 0] == 0).any() else answer.objective
    once = exact_sum(problem.weight[times > 0])
    if not terms.backup:
        return once
    return once + terms.backup * exact_sum(problem.weight[times > 1])
