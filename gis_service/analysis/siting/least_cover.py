"""The fewest sites that cover all demand: what must be is settled first, the rest is searched."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import lay_columns
from gis_service.analysis.siting.cover import Cover, cover_within
from gis_service.analysis.siting.highs import Fewest, fewest
from gis_service.analysis.siting.problem import SitingProblem
from gis_service.analysis.siting.rows import filled_up, opened_greedily
from gis_service.analysis.siting.watch import Tell, Watch
from gis_service.errors import ErrorCode, RefusedInput, Temporary
from gis_service.types import Bools


@dataclass(frozen=True, slots=True)
class _Settled:
    """What is left of a cover when all that must be is done: the sites that must be open, and the rest."""

    is_open: Bools
    rest: Cover


def least_cover(cover: Cover, is_fixed: Bools, watch: Watch, tell: Tell, enough: int | None = None) -> Fewest:
    """Find the fewest sites, the fixed ones included, that cover all demand.

    Parameters
    ----------
    cover
        Demand, each with a site at least.
    is_fixed
        ``(n_sites,)``.
    watch
        Ends the work.
    tell
        Told the number of sites and its bound.
    enough
        A number of sites: once it is known whether so few cover all the work ends.

    Notes
    -----
    Toregas 1971. Demand that is covered whenever another is, and sites that cover no more than another, are
    set aside; the only site of a demand is chosen; again, until nothing changes.
    """
    settled = _settle(cover, is_fixed)
    n_open, rest = int(settled.is_open.sum()), settled.rest
    if not len(rest.weight):
        tell(n_open, n_open)
        return Fewest(settled.is_open, n_open)
    begin = _greedy(rest)
    tell(n_open + int(begin.sum()), n_open + 1)
    if enough is not None and (n_open + int(begin.sum()) <= enough or n_open + 1 > enough):
        return Fewest(settled.is_open | begin, n_open + 1)
    left = None if enough is None else enough - n_open
    found = fewest(rest, begin, watch, lambda best, bound: tell((best or 0) + n_open, bound + n_open), left)
    return Fewest(settled.is_open | found.is_open, n_open + found.bound)


def _settle(cover: Cover, is_fixed: Bools) -> _Settled:
    is_open, rest = is_fixed.copy(), cover.only(~cover.reached(is_fixed)).merged()
    while True:
        before = (len(rest.weight), len(rest.site))
        rest = rest.only(~rest.implied_demand())
        rest = rest.without(rest.dominated_sites(np.ones(rest.n_sites, dtype=np.bool_)))
        is_open[rest.site[rest.start[:-1][rest.sizes == 1]]] = True
        rest = rest.only(~rest.reached(is_open))
        if (len(rest.weight), len(rest.site)) == before:
            return _Settled(is_open, rest)


def _greedy(cover: Cover) -> Bools:
    """Choose the site that covers most of what is not covered yet, again; then drop what is not needed."""
    n = len(cover.weight)
    column, row, free = lay_columns(cover.start, cover.site, np.zeros(len(cover.site)), cover.n_sites)
    none, may = np.zeros((2, cover.n_sites), dtype=np.bool_)
    may[cover.site] = True
    is_open = opened_greedily((column, row, free), np.ones(n), none, may, (0, cover.n_sites))
    times = np.bincount(row[np.repeat(is_open, np.diff(column))], minlength=n)
    for site in np.flatnonzero(is_open)[::-1].tolist():
        own = row[column[site] : column[site + 1]]
        if (times[own] > 1).all():
            is_open[site] = False
            times[own] -= 1
    return is_open


def choice_reaching_all(problem: SitingProblem, count: int, watch: Watch) -> Bools:
    """Find so many sites, ``(n_sites,)``, that reach all demand at whatever cost.

    Raises
    ------
    RefusedInput
        ``siting_not_all_reached`` when there is no such choice.
    Temporary
        ``siting_ended_early`` when the watch was over before it was known.
    """
    cover = cover_within(problem, np.inf)
    found = least_cover(cover, problem.is_fixed, watch, lambda _best, _bound: None, count)
    if int(found.is_open.sum()) <= count:
        return filled_up(found.is_open, problem.is_free, count)
    if found.bound > count:
        raise RefusedInput(ErrorCode.SITING_NOT_ALL_REACHED, sites=count, least=found.bound)
    raise Temporary(ErrorCode.SITING_ENDED_EARLY, sites=count)
