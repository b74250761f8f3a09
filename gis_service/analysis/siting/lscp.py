"""The location set covering problem: the fewest sites that cover all demand that can be covered."""

import numpy as np

from gis_service.analysis.siting.answer import SitingAnswer, status_of
from gis_service.analysis.siting.cover import cover_within, require_reach
from gis_service.analysis.siting.least_cover import least_cover
from gis_service.analysis.siting.problem import SitingProblem
from gis_service.analysis.siting.rows import Choice
from gis_service.analysis.siting.ties import first_of_equals
from gis_service.analysis.siting.watch import Watch


def solve_lscp(problem: SitingProblem, limit: float, watch: Watch) -> SitingAnswer:
    """Cover all demand that can be covered with the fewest sites.

    Parameters
    ----------
    problem
        Demand and sites; each demand is to be covered, whatever its weight.
    limit
        Cost up to which demand is covered, itself included, in the unit of the costs.
    watch
        Told the number of sites and its bound.

    Raises
    ------
    RefusedInput
        ``siting_nothing_in_reach``.

    Notes
    -----
    Toregas, Swain, ReVelle & Bergman 1971. Demand that no site covers is named in the answer.
    """
    require_reach(problem, limit)
    whole = cover_within(problem, limit)
    can = whole.sizes > 0
    cover = whole.only(can)
    found = least_cover(cover, problem.is_fixed, watch, watch.tell)
    count = int(found.is_open.sum())
    unweighted = cover.unweighted().merged()
    choice = Choice(unweighted.rows(), problem.is_fixed, problem.is_free, count)
    is_open = first_of_equals(choice, found.is_open)
    sites, uncoverable = np.flatnonzero(is_open).tolist(), np.flatnonzero(~can).tolist()
    status = status_of(count, found.bound, watch)
    return SitingAnswer(count, tuple(sites), found.bound, status, tuple(uncoverable))
