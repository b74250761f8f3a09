"""The best roadmap: a first one at once, a better one by search, the proof; all keep every rule."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from gis_service.analysis.kernels import build_up, first_in_order, give_way, is_sound, rebuild, stand_at
from gis_service.analysis.plans.bound import quick_bound
from gis_service.analysis.plans.check import require_affordable, require_sound
from gis_service.analysis.plans.prices import PlanPrices
from gis_service.analysis.plans.programme import Programme
from gis_service.analysis.plans.proof import prove
from gis_service.analysis.plans.roadmap import Roadmap, roadmap_of
from gis_service.analysis.plans.terms import Terms, terms_of
from gis_service.analysis.siting.watch import Watch
from gis_service.types import Int32s, Int64s

_SEED = 20200101
"""Of the draws of the search; any would do."""
_ROUNDS, _PATIENCE = 40, 40
"""Times that a roadmap is rebuilt between two looks at the watch, and looks without a better one."""
_HEATS = (0.0, 0.002, 0.01, 0.03)
"""Shares of the objective that a roadmap to go on from may be worse by, in turn."""
_FEW = 14
"""Projects up to which the proof needs no search before it."""
_SHARE = 0.5
"""Share of a limited time that the search may take before the proof begins."""
_STEPS, _PRICED = 5, 0.6
"""Steps towards the bound between two looks at the watch, and the share of the time left for them."""
_PAIRS = 700
"""Projects up to which each is tried in the place of each later one, for the order of equals."""


def greedy(programme: Programme) -> Roadmap:
    """Lay out a roadmap at once: what brings most people for its cost goes first, phase by phase.

    Parameters
    ----------
    programme
        The question.

    Raises
    ------
    RefusedInput
        As `solve`.
    """
    require_sound(programme)
    require_affordable(programme)
    search = _Search(programme, Watch())
    search.at_once()
    return search.answer()


def evaluated(programme: Programme, phase: Int32s) -> Roadmap:
    """Tell what a roadmap brings as it stands; `faults` tells which rules it does not keep.

    Parameters
    ----------
    programme
        The question.
    phase
        ``(n,)`` phase of each project, `NOT_BUILT` for never.
    """
    terms = terms_of(programme)
    return roadmap_of(programme, phase, quick_bound(terms, terms.within(phase)), "not_sought")


def solve(programme: Programme, watch: Watch, begin: Sequence[Int32s] = ()) -> Roadmap:
    """Find the roadmap that newly covers the most people for the longest time.

    Parameters
    ----------
    programme
        The question.
    watch
        Told thousandths of a person times days, and the bound above them; ends the work with the best so far.
    begin
        Roadmaps to begin with, ``(n,)`` each; those that do not keep the rules are left aside.

    Raises
    ------
    RefusedInput
        As `require_sound` and `require_affordable`.

    Notes
    -----
    Money that is left is spent on what it can pay, first phases and first projects first, though it reaches
    nobody. Of equal roadmaps no project of the one that is told can come sooner, alone or in the place of one
    that stands after it in the input, without losing people.
    """
    require_sound(programme)
    require_affordable(programme)
    return solve_within(programme, watch, begin)


def solve_within(
    programme: Programme, watch: Watch, begin: Sequence[Int32s] = (), soonest: Int32s | None = None
) -> Roadmap:
    """Find the best roadmap of those in which no project comes sooner than told; nothing is refused.

    Parameters
    ----------
    programme, watch, begin
        As for `solve`.
    soonest
        ``(n,)`` first phase that is looked at for each project, the number of phases for never. The rules ask
        what could have been before all the same: a project that must not come keeps lower ones waiting.
    """
    search = _Search(programme, watch, soonest)
    search.at_once(begin)
    if not search.is_proved:
        search.improve()
        search.price()
    if not search.is_proved and not watch.is_over:
        search.prove()
    search.settle_order()
    return search.answer()


class _Search:
    """The best roadmap so far, and the bound of all of them."""

    def __init__(self, programme: Programme, watch: Watch, soonest: Int32s | None = None) -> None:
        self.programme, self.watch = programme, watch
        self.terms: Terms = terms_of(programme, soonest)
        self.state = self.terms.state()
        self.best, self.value = self.state.phase.copy(), int(self.state.value[0])
        self.bound = quick_bound(self.terms, self.best)

    @property
    def is_proved(self) -> bool:
        """Whether nothing can be better."""
        return self.bound <= self.value

    def at_once(self, begin: Sequence[Int32s] = ()) -> None:
        """Build up from nothing in a few ways; keep the best."""
        arrays, settled = self.terms.arrays, self.state.phase.copy()
        for by_cost, in_turn in product((True, False), repeat=2):
            stand_at(arrays, self.state, settled)
            for so in (in_turn, True):
                build_up(arrays, self.state, by_cost, so, 0.0, np.zeros(1, np.int64))
                give_way(arrays, self.state)
            while first_in_order(arrays, self.state, False):
                pass
            is_first = by_cost and in_turn
            if is_first or (is_sound(arrays, self.state) and self.state.value[0] > self.value):
                self.best, self.value = self.state.phase.copy(), int(self.state.value[0])
        for phase in begin:
            self.try_out(self.terms.within(phase))
        self.lower(quick_bound(self.terms, self.best))
        self.tell()

    def improve(self) -> None:
        """Take projects out and build up anew, as long as that is of use."""
        if self.terms.arrays.may.sum() <= _FEW:
            return
        seed, waited, until = np.array([_SEED]), 0, (1.0 - _SHARE) * self.watch.left_s
        rounds = max(_ROUNDS * 100 // len(self.programme), 1)
        stand_at(self.terms.arrays, self.state, self.best)
        while waited < _PATIENCE and not self.watch.is_over and self.watch.left_s >= until:
            waited += 1
            heat = _HEATS[waited % len(_HEATS)]
            if rebuild(self.terms.arrays, self.state, seed, rounds, heat):
                self._keep()
                self.tell()
                waited = 0
        self.lower(quick_bound(self.terms, self.best))
        self.tell()

    def price(self) -> None:
        """Lower the bound by prices of money and of being covered, where the proof may take long."""
        if self.terms.arrays.may.sum() <= _FEW or self.is_proved:
            return
        prices, until, is_done = PlanPrices(self.terms, self.best), (1.0 - _PRICED) * self.watch.left_s, False
        while not is_done and not self.watch.is_over and self.watch.left_s >= until:
            is_done = prices.go(self.value, _STEPS)
            if self.lower(prices.bound):
                self.tell()

    def prove(self) -> None:
        """Leave the rest to the solver of mixed integer programmes."""

        def found(phase: Int64s) -> None:
            if self.try_out(phase):
                self.tell()

        def bounded(bound: int) -> None:
            if self.lower(bound):
                self.tell()

        prove(self.terms, self.best, self.watch, found, bounded)

    def settle_order(self) -> None:
        """Let the first in the input go first where nothing is lost by it."""
        stand_at(self.terms.arrays, self.state, self.best)
        pairs = len(self.programme) <= _PAIRS
        while first_in_order(self.terms.arrays, self.state, pairs):
            pass
        self.best, self.value = self.state.phase.copy(), int(self.state.value[0])

    def answer(self) -> Roadmap:
        """Tell the best."""
        ended = self.watch.ended or ("time_limit" if self.watch.limit_s is not None else "not_sought")
        return roadmap_of(self.programme, self.terms.told(self.best), self.bound, ended)

    def try_out(self, phase: Int64s) -> bool:
        """Keep a roadmap, ``(n,)``, that keeps every rule and is better; tell whether it is."""
        if (phase[~self.terms.arrays.may] != self.best[~self.terms.arrays.may]).any():
            return False
        stand_at(self.terms.arrays, self.state, phase)
        return bool(is_sound(self.terms.arrays, self.state)) and self._keep()

    def _keep(self) -> bool:
        if (value := int(self.state.value[0])) <= self.value:
            return False
        self.best, self.value = self.state.phase.copy(), value
        return True

    def lower(self, bound: int) -> bool:
        """Lower the bound; tell whether it was higher."""
        if (bound := max(bound, self.value)) >= self.bound:
            return False
        self.bound = bound
        return True

    def tell(self) -> None:
        """Tell who waits how far it is."""
        self.watch.tell(self.value, self.bound)
