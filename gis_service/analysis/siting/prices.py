"""The bound within rules: the duties of rows are priced, and the best sites at those prices picked."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import pick
from gis_service.analysis.siting.oracles import Oracle
from gis_service.analysis.siting.picks import Picks
from gis_service.analysis.siting.rules import SiteRules
from gis_service.types import Floats, Int8s, Int64s

_PATIENCE = 30
"""Steps without a better bound after which the steps are halved."""
_SMALLEST = 1e-4
"""Pace at which the climb ends."""
_KEPT, _AIM = 0.9, 0.02
"""As in the climb without rules: share of the direction before, and what is aimed at above the total."""


@dataclass
class Prices:
    """A climb towards the bound.

    Parameters
    ----------
    oracle
        The question.
    rules
        Which sites may be chosen.
    duty
        ``(n,)`` price of the duty of each row where the climb begins.
    low, high
        ``(n,)`` between which each duty stays.
    """

    oracle: Oracle
    rules: SiteRules
    duty: Floats
    low: Floats
    high: Floats

    def __post_init__(self) -> None:
        """Begin with nothing found."""
        n, m = len(self.duty), len(self.rules.cost)
        self.duty = np.clip(self.duty, self.low, self.high)
        self.group = self.rules.groups()
        self.bound, self.money = -np.inf, 0.0
        self.worth, self.taken, self.best_taken = np.zeros((3, m))
        self._at, self._way, self._pull, self._now = self.duty.copy(), *np.zeros((2, n)), np.zeros(m)
        self._pace, self._waited = 1.0, 0

    def go(self, upper: float, steps: int) -> bool:
        """Take steps; tell whether the climb has come to its end.

        Parameters
        ----------
        upper
            A total that is known to be possible.
        steps
            How many at most.
        """
        return any(self._step(upper) for _ in range(steps))

    def _step(self, upper: float) -> bool:
        rules, state = self.rules, self.rules.is_fixed
        bound = self.oracle.worths(self._at, self._now) + float(self._now[state].sum())
        self.taken[:] = state
        n_open, n_groups = int(state.sum()), int(self.group.max(initial=-1)) + 1
        best, money = pick(
            *(self._now, rules.is_free, self.group, n_groups, rules.cost),
            *(rules.room - rules.spent(state), rules.least - n_open, rules.most - n_open, self.taken),
        )
        bound += best
        self._waited += 1
        if bound > self.bound:
            if bound > self.bound + 1e-7 * abs(bound):
                self._waited = 0
            self.bound, self.money = bound, money
            self.worth[:], self.duty[:], self.best_taken[:] = self._now, self._at, self.taken
        if bound >= upper:
            return True
        if self._waited >= _PATIENCE:
            self._pace, self._waited = self._pace / 2, 0
            self._at[:], self._way[:] = self.duty, 0.0
            return self._pace < _SMALLEST
        return not self._move(upper - bound + _AIM * abs(upper))

    def _move(self, missing: float) -> bool:
        """Move the duties the way they are pulled; tell whether anything pulls."""
        self.oracle.pulls(self._at, self.taken, self._pull)
        pull = self._pull
        pull[((pull > 0) & (self._at >= self.high)) | ((pull < 0) & (self._at <= self.low))] = 0.0
        self._way *= _KEPT
        self._way += pull
        if (length := float(pull @ pull)) == 0.0:
            return False
        self._at += (self._pace * missing / length * (1.0 - _KEPT)) * self._way
        np.clip(self._at, self.low, self.high, out=self._at)
        return True

    def order(self) -> Int64s:
        """Give the free sites, those first that are worth most where the bound was found."""
        free = np.flatnonzero(self.rules.is_free)
        value = self.worth[free] + self.money * self.rules.cost[free]
        return free[np.lexsort((value, -np.round(self.best_taken[free], 6)))]

    def settled(self, cutoff: float) -> Int8s:
        """Close the sites that a choice below the cutoff cannot have, and open those that it cannot lack.

        Notes
        -----
        At the prices of the bound the best site of each group is taken, the best groups first: a site in the
        place of another costs the difference (Beasley 1985).
        """
        rules, state = self.rules, self.rules.first_state()
        free = np.flatnonzero(rules.is_free)
        if not len(free):
            return state
        value = (self.worth + self.money * rules.cost)[free]
        picks = Picks.of(value, self.group[free], rules)
        base = self.bound - picks.least
        state[free[base + picks.without() >= cutoff]] = 1
        state[free[base + picks.with_each(value) >= cutoff]] = -1
        return state
