"""Demand with its cover sets: the sites that each lies within the limit of."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import held_by_another, lay_columns, lay_rows, like_the_first
from gis_service.analysis.siting.problem import SitingProblem
from gis_service.analysis.siting.rows import Rows
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Bools, Floats, Int32s, Int64s

_SEED = 20200101
"""Of the numbers that sites are summed up by; any would do."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Cover sets.

    Parameters
    ----------
    start
        ``(n + 1,)`` where the set of each demand begins.
    site
        ``(pairs,)`` sites of each set, rising.
    weight
        ``(n,)``.
    n_sites
        Number of sites.
    """

    start: Int64s
    site: Int32s
    weight: Floats
    n_sites: int

    @property
    def sizes(self) -> Int64s:
        """``(n,)`` sites in each set."""
        return np.diff(self.start)

    def reached(self, is_open: Bools) -> Bools:
        """Tell which demand lies within reach of one of these sites, ``(n,)``."""
        hit: Bools = self.times(is_open) > 0
        return hit

    def times(self, is_open: Bools) -> Int64s:
        """Tell how many of these sites reach each demand, ``(n,)``."""
        running = np.concatenate([[0], np.cumsum(is_open[self.site])])
        return np.asarray(running[self.start[1:]] - running[self.start[:-1]], dtype=np.int64)

    def only(self, is_kept: Bools) -> "Cover":
        """Keep some of the demand, ``(n,)``."""
        sizes = self.sizes
        start = np.concatenate([[0], np.cumsum(sizes[is_kept])]).astype(np.int64)
        return Cover(start, self.site[np.repeat(is_kept, sizes)], self.weight[is_kept], self.n_sites)

    def without(self, is_gone: Bools) -> "Cover":
        """Take sites, ``(n_sites,)``, out of all sets."""
        kept = ~is_gone[self.site]
        running = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
        return Cover(running[self.start], self.site[kept], self.weight, self.n_sites)

    def merged(self) -> "Cover":
        """Put demand with the same set together: the sum of its weights is covered or not at once."""
        return self.grouped()[0]

    def grouped(self) -> "tuple[Cover, Int64s]":
        """Put demand with the same set together, and tell for each, ``(n,)``, which of those it is part of.

        Notes
        -----
        Sets are compared by the sums of two random numbers of each site, and then site by site: the sums only
        save time.
        """
        numbers = np.random.default_rng(_SEED).integers(0, 2**63, (2, self.n_sites), dtype=np.int64)
        running = np.zeros((2, len(self.site) + 1), dtype=np.int64)
        np.cumsum(numbers[:, self.site], axis=1, out=running[:, 1:])
        sums = running[:, self.start[1:]] - running[:, self.start[:-1]]
        order = np.lexsort((sums[1], sums[0]))
        is_new = np.ones(len(order), dtype=np.bool_)
        is_new[1:] = (np.diff(sums[:, order], axis=1) != 0).any(axis=0)
        group = np.empty(len(order), dtype=np.int64)
        group[order] = np.cumsum(is_new) - 1
        first = order[is_new]  # the sort is stable: the first of each in the input
        if not like_the_first(self.start, self.site, group, first, self.n_sites):
            return self, np.arange(len(order))  # two sets with the same sums
        kept = np.sort(first)  # the order owes nothing to the random numbers
        is_kept = np.zeros(len(order), dtype=np.bool_)
        is_kept[kept] = True
        sums_of_groups = np.bincount(group, self.weight, len(first)).astype(np.float64)
        only, place = self.only(is_kept), np.empty(len(first), dtype=np.int64)
        place[group[kept]] = np.arange(len(kept))
        merged = Cover(only.start, only.site, sums_of_groups[group[kept]], self.n_sites)
        return merged, place[group]

    def dominated_sites(self, is_free: Bools) -> Bools:
        """Find the free sites, ``(n_sites,)``, that cover nothing which another free site does not cover too.

        Of sites that cover the same the first in the input stays.
        """
        column, row, _ = lay_columns(self.start, self.site, np.zeros(len(self.site)), self.n_sites)
        useless = is_free & (np.diff(column) == 0)
        held: Bools = held_by_another(column, row, self.start, self.site, is_free, False)
        both: Bools = useless | held
        return both

    def implied_demand(self) -> Bools:
        """Find the demand, ``(n,)``, that is covered whenever some other demand is."""
        column, row, _ = lay_columns(self.start, self.site, np.zeros(len(self.site)), self.n_sites)
        asked = np.ones(len(self.weight), dtype=np.bool_)
        return np.asarray(held_by_another(self.start, self.site, column, row, asked, True))

    def unweighted(self) -> "Cover":
        """Let each demand count for one."""
        return Cover(self.start, self.site, np.ones(len(self.weight)), self.n_sites)

    def rows(self) -> Rows:
        """Give the rows whose total is the weight that is not covered."""
        return Rows(self.start, self.site, np.zeros(len(self.site)), self.weight, self.n_sites)


def cover_within(problem: SitingProblem, limit: float) -> Cover:
    """Find the sites that each demand lies within the limit of.

    Parameters
    ----------
    problem
        Demand and sites.
    limit
        Greatest cost that covers, in the unit of the costs.
    """
    near = problem.cost <= limit
    start, site, _ = lay_rows(
        *(problem.demand[near], problem.site[near], np.zeros(int(near.sum())), len(problem.weight))
    )
    return Cover(start, site, problem.weight, len(problem.site_ids))


def require_reach(problem: SitingProblem, limit: float) -> None:
    """Refuse a limit within which no demand lies of any site.

    Raises
    ------
    RefusedInput
        ``siting_nothing_in_reach``.
    """
    least = float(problem.cost.min(initial=np.inf))
    if least > limit:
        raise RefusedInput(ErrorCode.SITING_NOTHING_IN_REACH, limit=f"{limit:g}", least=f"{least:g}")
