"""Sites with so much room: the most weight served within the limit, or the least sum of weight x cost.

The people of one place may go to several sites. A place stands for many homes, so that nobody is torn in two;
for given sites the best way to serve is then a flow, found exactly, where serving each place at one site
alone would be a hard question of its own, and one whose answer turns on how homes were put together into
places.
"""

import numpy as np

from gis_service.analysis.siting.answer import Served, SitingAnswer, nothing_or, status_of
from gis_service.analysis.siting.cover import cover_within, require_reach
from gis_service.analysis.siting.flows import spread
from gis_service.analysis.siting.problem import SitingProblem, exact_sum, unit_of
from gis_service.analysis.siting.rooms import Rooms, Way
from gis_service.analysis.siting.rooms_search import best_with_rooms
from gis_service.analysis.siting.rules import SiteRules, only_these, rules_of
from gis_service.analysis.siting.terms import SitingTerms
from gis_service.analysis.siting.watch import Watch
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Bools, Floats, Int32s, Int64s


def solve_with_rooms(
    problem: SitingProblem,
    limit: float | None,
    count: int | None,
    watch: Watch,
    terms: SitingTerms,
    capacity: Floats,
) -> SitingAnswer:
    """Serve the most weight within the limit; without one, all of it at the least sum of weight x cost.

    Parameters
    ----------
    problem
        Demand and sites.
    limit
        Cost up to which demand can be served (MCLP); None for the p-median.
    count
        Number of sites, the fixed and the kept ones included; with a budget the most, or None.
    watch
        Told the objective and its bound.
    terms
        What else the choice has to keep to; no backup.
    capacity
        ``(m,)`` weight that each site serves at most.

    Raises
    ------
    RefusedInput, Temporary
        As `rules_of`; ``siting_nothing_in_reach``, ``siting_demand_unreachable``,
        ``siting_capacity_too_small``, ``siting_no_choice``, ``siting_ended_early``.

    Notes
    -----
    Capacitated maximal covering (Current & Storbeck 1988, *Environment and Planning B* 15, 153-163) and
    p-median with people shared among sites. A Lagrangian bound on the duty to serve each demand settles
    sites; HiGHS proves the rest up to 300,000 pairs. Above that the best of what was tried is told with its
    bound.
    """
    rules = rules_of(problem, terms, count)
    if limit is None:
        problem.require_all_reached()
    else:
        require_reach(problem, limit)
    asked, group = _asked(problem, limit, rules, capacity)
    if limit is None:
        _require_room(asked)
        found = best_with_rooms(asked, watch, watch.tell)
        return _answer(problem, asked, found, group, watch, None)
    most = exact_sum(problem.weight)

    def tell(left: float | None, bound: float) -> None:
        watch.tell(None if left is None else most - left, most - bound)

    found = best_with_rooms(asked, watch, tell)
    return _answer(problem, asked, found, group, watch, most)


def served_weight(problem: SitingProblem, limit: float | None, is_open: Bools, capacity: Floats) -> float:
    """Serve as well as can be at given sites.

    Parameters
    ----------
    problem, limit, capacity
        As `solve_with_rooms`.
    is_open
        ``(m,)`` the sites.

    Returns
    -------
    float
        The weight served; without a limit the sum of weight x cost, infinite when not all can be served.
    """
    if limit is None and problem.unreachable.size:
        return np.inf
    asked, _ = _asked(problem, limit, only_these(is_open), capacity)
    way = asked.way(is_open)
    if way is None:
        return np.inf
    return way.total if limit is None else float(problem.weight.sum()) - way.total


def _asked(
    problem: SitingProblem, limit: float | None, rules: SiteRules, capacity: Floats
) -> tuple[Rooms, Int64s]:
    """Bring the question to rooms; tell of each demand, ``(n,)``, which row of it it is part of."""
    if limit is None:
        table = (problem.start, problem.site, problem.cost, problem.weight)
        return _rooms(*table, capacity, rules, must=True), np.arange(len(problem.weight))
    cover, group = cover_within(problem, limit).grouped()
    price = np.zeros(len(cover.site))
    return _rooms(cover.start, cover.site, price, cover.weight, capacity, rules, must=False), group


def _rooms(
    start: Int64s,
    site: Int32s,
    price: Floats,
    weight: Floats,
    capacity: Floats,
    rules: SiteRules,
    *,
    must: bool,
) -> Rooms:
    """Bring a table to rooms: none is larger than all that could be served there."""
    demand = np.repeat(np.arange(len(weight)), np.diff(start))
    reach = np.bincount(site, weight[demand], len(capacity)).astype(np.float64)
    room = np.minimum(capacity, reach)
    unit = unit_of(np.concatenate([weight, room])) * (unit_of(price) if must else 1.0)
    return Rooms(start, site, price, weight, room, rules, must, unit)


def _require_room(asked: Rooms) -> None:
    may = asked.rules.is_fixed | asked.rules.is_free
    capacity = asked.most_room
    needed = float(asked.weight.sum())
    if may.any() and capacity < needed:
        raise RefusedInput(
            ErrorCode.SITING_CAPACITY_TOO_SMALL, needed=f"{needed:g}", capacity=f"{capacity:g}"
        )


def _answer(
    problem: SitingProblem,
    asked: Rooms,
    found: tuple[Way, float],
    group: Int64s,
    watch: Watch,
    most: float | None,
) -> SitingAnswer:
    """Tell the plan; most: the weight in all where as much as can be is served."""
    way, least = found
    served = _served(problem, asked, way, group)
    if most is None:
        objective = exact_sum(_costs(problem, served), served.weight)
        bound = min(type(objective)(least) if least < way.total else objective, objective)
    else:
        objective = exact_sum(served.weight)
        bound = max(type(objective)(most - least) if least < way.total else objective, objective)
        bound = nothing_or(bound, objective, np.concatenate([problem.weight, asked.room]))
    sites = tuple(np.flatnonzero(way.is_open).tolist())
    status = status_of(objective, bound, watch)
    cost = asked.rules.money(way.is_open)
    return SitingAnswer(objective, sites, bound, status, cost=cost, served=served)


def _served(problem: SitingProblem, asked: Rooms, way: Way, group: Int64s) -> Served:
    """Share what each group of demand gets among its members."""
    is_used = way.amount > 0
    flows = (asked.demand[is_used], asked.site[is_used], way.amount[is_used])
    demand, site, weight = spread(group, problem.weight, flows)
    return Served(demand.astype(np.int32), site.astype(np.int32), weight)


def _costs(problem: SitingProblem, served: Served) -> Floats:
    """Look up what each of the served pays for one unit of weight."""
    m = len(problem.site_ids)
    keys = problem.demand.astype(np.int64) * m + problem.site
    order = np.argsort(keys)
    at = np.searchsorted(keys, served.demand.astype(np.int64) * m + served.site, sorter=order)
    return problem.cost[order[at]]
