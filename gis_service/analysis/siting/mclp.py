"""The maximal covering location problem: the most weight within the limit of so many sites."""

import numpy as np

from gis_service.analysis.siting.answer import SitingAnswer, status_of
from gis_service.analysis.siting.branch import prove
from gis_service.analysis.siting.cover import Cover, cover_within, require_reach
from gis_service.analysis.siting.problem import SitingProblem, exact_sum, unit_of
from gis_service.analysis.siting.rows import Choice, filled_up
from gis_service.analysis.siting.ties import first_of_equals
from gis_service.analysis.siting.watch import Watch


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


def _choice(problem: SitingProblem, rest: Cover, count: int) -> Choice:
    """Ask for the least weight that is left out, without the sites that need not be looked at."""
    free = problem.is_free & ~rest.dominated_sites(problem.is_free)
    within = min(count, int((problem.is_fixed | free).sum()))
    rows = rest.without(~free).rows()
    return Choice(rows, problem.is_fixed, free, within, unit_of(rest.weight))
