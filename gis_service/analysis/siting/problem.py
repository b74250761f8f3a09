"""The question of siting as a sparse table: what it costs each demand to get to the sites it can reach."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import first_twice, lay_rows, two_cheapest
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Bools, Floats, Int32s, Int64s

_EXACT = 2**53
"""Whole numbers up to here are themselves in floating point."""
_NAMED = 5
"""Names that a message lists."""


@dataclass(frozen=True, slots=True)
class SitingProblem:
    """Demand, sites, and what it costs to get from one to the other.

    Parameters
    ----------
    demand_ids, site_ids
        Names, in the order of the input: ties go to the sites first in it.
    weight
        ``(n,)`` people, or whatever is served; finite, not negative.
    start
        ``(n + 1,)`` where the pairs of each demand begin.
    site, cost
        ``(pairs,)`` sites of each demand and the costs, in any one unit; finite, not negative; the cheapest
        first, of equals the site first in the input. A pair that is not there is unreachable.
    is_fixed, is_excluded
        ``(m,)`` sites that are among the chosen whatever they bring, and those that must not be.
    """

    demand_ids: Sequence[str]
    site_ids: Sequence[str]
    weight: Floats
    start: Int64s
    site: Int32s
    cost: Floats
    is_fixed: Bools
    is_excluded: Bools

    @classmethod
    def of_pairs(
        cls,
        demand_ids: Sequence[str],
        site_ids: Sequence[str],
        weight: Floats,
        pairs: tuple[Int32s, Int32s, Floats],
        fixed: Sequence[int] = (),
        excluded: Sequence[int] = (),
    ) -> "SitingProblem":
        """Sort pairs that come in any order.

        Parameters
        ----------
        demand_ids, site_ids, weight
            As above.
        pairs
            ``(pairs,)`` demand, site and cost of each; no pair twice.
        fixed, excluded
            Numbers of sites; none in both.
        """
        demand, site, cost = pairs
        is_fixed, is_excluded = np.zeros((2, len(site_ids)), dtype=np.bool_)
        is_fixed[list(fixed)], is_excluded[list(excluded)] = True, True
        if excluded:  # what may never be chosen is of no use to anybody
            kept = ~is_excluded[site]
            demand, site, cost = demand[kept], site[kept], cost[kept]
        start, sites, costs = lay_rows(demand, site, cost, len(weight))
        return cls(demand_ids, site_ids, weight, start, sites, costs, is_fixed, is_excluded)

    @property
    def is_free(self) -> Bools:
        """``(m,)`` sites that may be chosen or not."""
        free: Bools = ~(self.is_fixed | self.is_excluded)
        return free

    @property
    def demand(self) -> Int32s:
        """``(pairs,)`` the demand of each pair."""
        return np.repeat(np.arange(len(self.weight), dtype=np.int32), np.diff(self.start))

    @property
    def unreachable(self) -> Int64s:
        """Demand that no site reaches, whatever the cost."""
        return np.flatnonzero(np.diff(self.start) == 0)

    def nearest_costs(self, is_open: Bools) -> Floats:
        """Tell the cost of each demand to the nearest of these sites, ``(n,)``; infinite without one."""
        never = np.full(len(self.weight), np.inf)
        _, cost, _ = two_cheapest(self.start, self.site, self.cost, never, is_open)
        return np.asarray(cost)

    def require_count(self, count: int) -> None:
        """Refuse a number of sites that cannot be chosen.

        Raises
        ------
        RefusedInput
            ``siting_too_few_candidates``, ``siting_fixed_above_count``.
        """
        candidates, fixed = int((~self.is_excluded).sum()), int(self.is_fixed.sum())
        if count > candidates:
            raise RefusedInput(ErrorCode.SITING_TOO_FEW_CANDIDATES, sites=count, candidates=candidates)
        if fixed > count:
            raise RefusedInput(ErrorCode.SITING_FIXED_ABOVE_COUNT, sites=count, fixed=fixed)

    def require_all_reached(self) -> None:
        """Refuse demand that no site reaches.

        Raises
        ------
        RefusedInput
            ``siting_demand_unreachable``.
        """
        if (rows := self.unreachable).size:
            names = self.names(rows)
            raise RefusedInput(ErrorCode.SITING_DEMAND_UNREACHABLE, count=len(rows), names=names)

    def names(self, demand: Int64s) -> str:
        """Name the first few of some demand."""
        return _named(self.demand_ids, demand)

    def site_names(self, sites: Int64s) -> str:
        """Name the first few of some sites."""
        return _named(self.site_ids, sites)


def _named(ids: Sequence[str], numbers: Int64s) -> str:
    named = ", ".join(ids[number] for number in numbers[:_NAMED].tolist())
    return f"{named}, …" if len(numbers) > _NAMED else named


def pair_twice(demand: Int32s, site: Int32s) -> tuple[int, int] | None:
    """Find a demand and a site, ``(pairs,)`` in any order, that are a pair twice."""
    row, at = first_twice(demand, site, int(demand.max(initial=-1)) + 1)
    return None if row < 0 else (row, at)


def are_whole(values: Floats) -> bool:
    """Tell whether these are whole numbers that floating point holds exactly."""
    return bool(((values == np.rint(values)) & (np.abs(values) <= _EXACT)).all())


def unit_of(values: Floats) -> float:
    """Give the greatest whole number that all are multiples of; 0 when their sums are not exact."""
    if not are_whole(values) or float(np.abs(values).sum()) >= _EXACT:
        return 0.0
    return float(np.gcd.reduce(values.astype(np.int64), initial=0))


def exact_sum(values: Floats, times: Floats | None = None) -> float | int:
    """Add up values, or products of two, so that no order changes the sum: whole where all of them are."""
    if are_whole(values) and (times is None or are_whole(times)):
        whole: list[int] = values.astype(np.int64).tolist()
        if times is None:
            return sum(whole)
        # In Python's whole numbers, which cannot overflow.
        other: list[int] = times.astype(np.int64).tolist()
        return sum(one * two for one, two in zip(whole, other, strict=True))
    return math.fsum((values if times is None else values * times).tolist())
