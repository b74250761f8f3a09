"""Which choices of sites are possible: the terms of a question, checked and in numbers."""

from dataclasses import dataclass, field

import numpy as np

from gis_service.analysis.siting.problem import SitingProblem
from gis_service.analysis.siting.terms import SitingTerms
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Bools, Floats, Int8s, Int32s, Int64s


@dataclass(frozen=True, slots=True)
class SiteRules:
    """The possible choices of sites.

    Parameters
    ----------
    is_fixed, is_free
        ``(m,)`` sites that are chosen, and those that may be; none of the free is in conflict with a fixed
        one.
    is_standing
        ``(m,)`` existing sites: they are not closed for nothing.
    least, most
        Number of sites in all, the fixed ones included.
    cost, base
        ``(m,)`` what choosing each adds to what it costs to choose none (an existing site saves its closing).
    room
        What the chosen may cost together, in that sense; infinite without a budget.
    conflicts
        ``(k, 2)`` pairs of free sites of which one at most is chosen, the lower first.
    has_costs
        Whether anything was said about costs.
    """

    is_fixed: Bools
    is_free: Bools
    is_standing: Bools
    least: int
    most: int
    cost: Floats
    base: int
    room: float
    conflicts: Int32s
    has_costs: bool
    near_start: Int64s = field(init=False)
    near: Int32s = field(init=False)

    def __post_init__(self) -> None:
        """Lay the conflicts by site."""
        both = np.concatenate([self.conflicts, self.conflicts[:, ::-1]])
        both = both[np.lexsort((both[:, 1], both[:, 0]))]
        start = np.searchsorted(both[:, 0], np.arange(len(self.cost) + 1)).astype(np.int64)
        object.__setattr__(self, "near_start", start)
        object.__setattr__(self, "near", np.ascontiguousarray(both[:, 1], dtype=np.int32))

    @property
    def has_budget(self) -> bool:
        """Whether money limits the choice."""
        return bool(np.isfinite(self.room))

    @property
    def turn(self) -> Int64s:
        """``(m,)`` of equals the site with the lower number is chosen: existing ones, then in input order."""
        number = np.arange(len(self.cost))
        return np.where(self.is_standing, number - len(number), number)

    def spent(self, is_open: Bools) -> float:
        """Add up what these sites, ``(m,)``, take of the room."""
        return float(self.cost[is_open].sum())

    def money(self, is_open: Bools) -> int | None:
        """Tell what these sites, ``(m,)``, and the closing of others cost; None when nothing is known."""
        return self.base + round(self.spent(is_open)) if self.has_costs else None

    def allow(self, is_open: Bools) -> bool:
        """Tell whether these sites, ``(m,)``, may be chosen together."""
        one, two = self.conflicts.T
        return bool(
            self.least <= is_open.sum() <= self.most
            and self.spent(is_open) <= self.room
            and not (is_open[one] & is_open[two]).any()
            and is_open[self.is_fixed].all()
            and not is_open[~(self.is_fixed | self.is_free)].any()
        )

    def by_order(self, order: Int64s) -> Bools:
        """Open sites in an order, each that the others and the money allow, ``(m,)``."""
        is_open = self.is_fixed.copy()
        left, count = self.room - self.spent(is_open), int(is_open.sum())
        for site in order.tolist():
            if count == self.most:
                break
            near = self.near[self.near_start[site] : self.near_start[site + 1]]
            if self.cost[site] <= left and not is_open[near].any():
                is_open[site] = True
                left, count = left - float(self.cost[site]), count + 1
        return is_open

    def groups(self) -> Int32s:
        """Put sites in groups of which one at most is chosen, ``(m,)``: cliques of conflicts, greedily.

        A site is put into the first group with all of which it is in conflict. Conflicts between groups are
        not in it.
        """
        group = np.full(len(self.cost), -1, dtype=np.int32)
        members: list[set[int]] = []
        for site in range(len(group)):
            near = set(self.near[self.near_start[site] : self.near_start[site + 1]].tolist())
            tried = sorted({int(group[other]) for other in near if group[other] >= 0})
            own = next((number for number in tried if members[number] <= near), len(members))
            if own == len(members):
                members.append(set())
            members[own].add(site)
            group[site] = own
        return group

    def first_state(self) -> Int8s:
        """Tell of each site, ``(m,)``, whether it is open (1), free (0) or closed (-1)."""
        return np.where(self.is_fixed, 1, np.where(self.is_free, 0, -1)).astype(np.int8)


def rules_of(problem: SitingProblem, terms: SitingTerms, count: int | None) -> SiteRules:
    """Check the terms and bring them to numbers.

    Parameters
    ----------
    problem
        Demand and sites.
    terms
        What the choice has to keep to.
    count
        Number of sites, the fixed ones included; with a budget the most; None for as many as there are.

    Raises
    ------
    RefusedInput
        ``siting_too_few_candidates``, ``siting_fixed_above_count``, ``siting_fixed_and_excluded``,
        ``siting_fixed_in_conflict``, ``siting_budget_too_small``.
    """
    m = len(problem.site_ids)
    standing = _or_none(terms.is_existing, m)
    closable = standing & _or_none(terms.is_closable, m)
    excluded = problem.is_excluded
    _refuse_fixed_and_excluded(problem)
    fixed = problem.is_fixed | (standing & ~closable & ~excluded)
    conflicts = _conflicts(terms)
    one, two = conflicts.T
    _refuse_fixed_in_conflict(problem, conflicts[fixed[one] & fixed[two]])
    free = ~(fixed | excluded)
    free[two[fixed[one]]] = False
    free[one[fixed[two]]] = False
    conflicts = conflicts[free[one] & free[two]]
    _require_count(problem, fixed, free, count)
    cost = _zeros(m) if terms.site_cost is None else terms.site_cost.astype(np.float64)
    closing = np.where(standing, _zeros(m) if terms.close_cost is None else terms.close_cost, 0.0)
    most = int((fixed | free).sum()) if count is None else count
    rules = SiteRules(
        *(fixed, free, standing),
        *(count if terms.budget is None and count is not None else int(fixed.sum()), most),
        *(cost - closing, round(float(closing.sum()))),
        np.inf if terms.budget is None else terms.budget - float(closing.sum()),
        *(conflicts, terms.site_cost is not None or terms.close_cost is not None),
    )
    _require_budget(rules, terms.budget)
    return rules


def _zeros(m: int) -> Floats:
    return np.zeros(m)


def _or_none(given: Bools | None, m: int) -> Bools:
    return np.zeros(m, dtype=np.bool_) if given is None else given


def _conflicts(terms: SitingTerms) -> Int32s:
    """Give each pair once, the lower site first."""
    if terms.conflicts is None or not len(terms.conflicts):
        return np.empty((0, 2), dtype=np.int32)
    pairs = np.unique(np.sort(terms.conflicts, axis=1), axis=0).astype(np.int32)
    return np.ascontiguousarray(pairs[pairs[:, 0] != pairs[:, 1]])


def _refuse_fixed_and_excluded(problem: SitingProblem) -> None:
    if (both := np.flatnonzero(problem.is_fixed & problem.is_excluded)).size:
        raise RefusedInput(ErrorCode.SITING_FIXED_AND_EXCLUDED, names=problem.site_names(both))


def _refuse_fixed_in_conflict(problem: SitingProblem, pairs: Int32s) -> None:
    if len(pairs):
        names = problem.site_names(np.unique(pairs).astype(np.int64))
        raise RefusedInput(ErrorCode.SITING_FIXED_IN_CONFLICT, count=len(pairs), names=names)


def _require_count(problem: SitingProblem, fixed: Bools, free: Bools, count: int | None) -> None:
    if count is None:
        return
    if count > (candidates := int((~problem.is_excluded).sum())):
        raise RefusedInput(ErrorCode.SITING_TOO_FEW_CANDIDATES, sites=count, candidates=candidates)
    if count > (candidates := int((fixed | free).sum())):  # the others are too near to fixed ones
        raise RefusedInput(ErrorCode.SITING_TOO_FEW_CANDIDATES, sites=count, candidates=candidates)
    if (standing := int(fixed.sum())) > count:
        raise RefusedInput(ErrorCode.SITING_FIXED_ABOVE_COUNT, sites=count, fixed=standing)


def _require_budget(rules: SiteRules, budget: int | None) -> None:
    """Refuse a budget that does not pay what is fixed, or no site beside it."""
    if budget is None:
        return
    # Keeping an existing site may be cheaper than to close it.
    kept = float(np.minimum(rules.cost[rules.is_free], 0).sum())
    left = rules.room - rules.spent(rules.is_fixed) - kept
    is_new = rules.is_free & ~rules.is_standing
    may_stay = bool((rules.is_free & rules.is_standing).any())
    least = float(rules.cost[is_new].min()) if is_new.any() and not may_stay else 0.0
    if left < least:
        raise RefusedInput(
            ErrorCode.SITING_BUDGET_TOO_SMALL, budget=budget, least=round(budget - left + least)
        )


def only_these(is_open: Bools) -> SiteRules:
    """Allow one choice, ``(m,)``, alone."""
    count, none = int(is_open.sum()), np.zeros(len(is_open), dtype=np.bool_)
    no_conflicts = np.empty((0, 2), dtype=np.int32)
    return SiteRules(
        *(is_open, none, none, count, count, np.zeros(len(is_open))),
        base=0,
        room=np.inf,
        conflicts=no_conflicts,
        has_costs=False,
    )
