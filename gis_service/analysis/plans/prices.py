"""The bound of large roadmaps: being covered and money are priced, and each sector picks its best order."""

import math

import numpy as np

from gis_service.analysis.kernels import Offers, best_ways, offers_of, pulls_of
from gis_service.analysis.plans.programme import NOT_LIMITED
from gis_service.analysis.plans.terms import Terms
from gis_service.analysis.plans.turns import MANY, soonest_of, turns_of
from gis_service.types import Floats, Int64s

_PATIENCE = 20
"""Steps without a better bound after which the steps are halved."""
_SMALLEST = 2e-3
"""Pace at which the climb ends."""
_KEPT, _AIM = 0.7, 0.01
"""Share of the direction before, and what is aimed at below the best, as a share of it."""
_BEGIN = 0.3
"""Share of what money buys on average that its price begins at."""
_LOWER = 1e-6
"""Share by which a bound has to be lower to count as a step that was of use."""
_ROUNDING = 1e-9
"""Share of a bound that it may lack by rounding."""


class PlanPrices:
    """A climb down to the bound of a programme.

    Parameters
    ----------
    terms
        The programme.
    phase
        ``(n,)`` a roadmap to begin with, the number of phases for never.
    most
        Ways of a sector that are looked at, as `turns_of` has them.

    Notes
    -----
    Lagrangian relaxation (Geoffrion 1974; Fisher 1981, *Management Science* 27, 1-18) of two things: that a
    row counts once however many projects reach it, and that the purses hold. What is left parts into sectors.
    In each, the ways in which its priorities can be worked off are gone through (`turns_of`), and along a way
    projects pick their phases by themselves, but for those that go ahead of others, which share the money of
    one that waits. The steps are deflected subgradients, each row in the measure of its people; rows and
    money have half of each step.
    """

    def __init__(self, terms: Terms, phase: Int64s, most: int = MANY) -> None:
        arrays, never = terms.arrays, len(terms.programme.phases)
        soonest = soonest_of(terms)
        self._arrays = arrays
        self._offers = Offers(
            *(soonest, arrays.sector, arrays.priority, arrays.cost, arrays.member_start, arrays.member)
        )
        self._turns = turns_of(terms, soonest, most)
        self._full = np.outer(arrays.weight, -np.diff(arrays.days)).astype(np.float64)
        self._full[np.arange(never) >= terms.since[:, None]] = 0.0
        self._base = terms.apart + int((arrays.weight * arrays.days[terms.since]).sum())
        self._lines = np.argwhere(arrays.room != NOT_LIMITED)
        self._room = arrays.room[tuple(self._lines.T)].astype(np.float64)
        all_of_it = float(self._full.sum())
        self._scale = all_of_it / np.maximum(self._room, 1.0) ** 2
        # Rows share what those that reach them are worth to them.
        average = all_of_it / max(float(arrays.cost[arrays.may].sum()), 1.0) / never
        self._paid = np.full(len(self._lines), _BEGIN * average)
        self._at = self._full / np.maximum(self._covers(terms, phase), 1.0)
        self._best = (self._at, self._paid)
        self._way, self._more = np.zeros_like(self._at), np.zeros_like(self._paid)
        self._worth, self._share = np.zeros((2, len(phase), never))
        self._bound, self._pace, self._waited = math.inf, 1.0, 0

    @staticmethod
    def _covers(terms: Terms, phase: Int64s) -> Floats:
        """Count the projects of a roadmap that cover each row in each phase, ``(r, t)``."""
        rows, never = len(terms.since), len(terms.programme.phases)
        owner = np.repeat(np.arange(rows), np.diff(terms.start))
        there = [np.bincount(owner, phase[terms.project] <= t, minlength=rows) for t in range(never)]
        return np.stack(there, axis=1).astype(np.float64)

    def go(self, best: int, steps: int) -> bool:
        """Take steps; tell whether the climb has come to its end.

        Parameters
        ----------
        best
            What some roadmap is known to bring.
        steps
            How many at most.
        """
        return any(self._step(best) for _ in range(steps))

    @property
    def bound(self) -> int:
        """What no roadmap brings more than, in thousandths of a person times days; after the first step."""
        return math.floor(self._bound + _ROUNDING * abs(self._bound)) + 1

    def _prices(self) -> Floats:
        """Tell what money costs each sector in each phase, ``(s, t)``."""
        arrays, price = self._arrays, np.zeros((len(self._arrays.member_start) - 1, self._full.shape[1]))
        for (t, k), one in zip(self._lines.tolist(), self._paid.tolist(), strict=True):
            price[slice(None) if k == 0 else k - 1, arrays.first[t, k] : t + 1] += one
        return price

    def _step(self, best: int) -> bool:
        arrays = self._arrays
        offers_of(arrays.column, arrays.row, self._at, self._offers, self._prices(), self._worth)
        bound = best_ways(self._offers, self._turns, self._worth, self._share)
        bound += self._base + float((self._full - self._at).sum() + self._paid @ self._room)
        self._waited += 1
        if bound < self._bound:
            if bound < self._bound * (1 - _LOWER):
                self._waited = 0
            self._bound, self._best = bound, (self._at, self._paid)
        if bound <= best:
            return True
        if self._waited >= _PATIENCE:
            self._pace, self._waited = self._pace / 2, 0
            self._at, self._paid = self._best
            self._way[:], self._more[:] = 0.0, 0.0
            return self._pace < _SMALLEST
        return not self._move(bound - best + _AIM * abs(best))

    def _move(self, missing: float) -> bool:
        """Move the prices the way they are pulled; tell whether anything pulls."""
        arrays, full, pull = self._arrays, self._full, np.zeros_like(self._full)
        pulls_of(arrays.column, arrays.row, self._share, pull)
        pull[((pull > 0) & (self._at >= full)) | ((pull < 0) & (self._at <= 0.0))] = 0.0
        over = self._spent() - self._room
        over[(over < 0) & (self._paid <= 0.0)] = 0.0
        rows, money = float((full * pull**2).sum()), float((self._scale * over**2).sum())
        self._way = _KEPT * self._way + pull
        self._more = _KEPT * self._more + over
        pace = self._pace * missing * (1.0 - _KEPT) / 2
        if rows > 0.0:
            self._at = np.clip(self._at + pace / rows * full * self._way, 0.0, full)
        if money > 0.0:
            self._paid = np.maximum(self._paid + pace / money * self._scale * self._more, 0.0)
        return rows + money > 0.0

    def _spent(self) -> Floats:
        """Tell what the picked shares take of each purse."""
        arrays, cost = self._arrays, self._share * self._arrays.cost[:, None]
        by_sector = np.zeros((len(arrays.member_start) - 1, cost.shape[1]))
        np.add.at(by_sector, arrays.sector, cost)
        columns = np.vstack([by_sector.sum(axis=0), by_sector])
        taken = [columns[k, arrays.first[t, k] : t + 1].sum() for t, k in self._lines.tolist()]
        return np.array(taken, dtype=np.float64)
