"""The proof: branch and bound on a choice of sites, with Lagrangian bounds.

Each row's duty to take one option is priced (Lagrangian relaxation of the assignment); at given prices the
best sites are those that are worth most, so that a bound costs one pass over the options worth a thing.
Sites that no better choice can have, or can lack, are settled by what they are worth (Beasley 1985,
*European Journal of Operational Research* 21, 270-273).
"""

import heapq
import math
from dataclasses import dataclass, field

import numpy as np

from gis_service.analysis.siting.bound import Climb, first_duties
from gis_service.analysis.siting.rows import Choice
from gis_service.analysis.siting.watch import Tell, Watch
from gis_service.types import Bools, Floats, Int8s

_LOOK = 20_000_000
"""Options that are gone through between two looks at the watch, about."""
_FEWEST, _MOST = 4, 100
"""Steps of the bound between two looks, and between two tries to make a choice of its prices."""
_LATER, _LATER_PACE = 60, 0.15
"""Steps of the bound of a part of the choices, and their pace: its prices begin near to the best ones."""
_COARSE = 0.1
"""Pace below which the cheapest options alone do not raise the bound of all of them much further."""
_NEARLY = 1e-9
"""Share of a total by which a better one would have to be better, where totals are not whole."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found.

    Parameters
    ----------
    is_open
        ``(n_sites,)`` the best choice.
    total, bound
        What the rows pay there, and what no choice can go below.
    """

    is_open: Bools
    total: float
    bound: float


@dataclass(order=True, slots=True)
class _Part:
    """A part of all choices that is still to be looked at: the least bound comes first, then the older."""

    bound: float
    number: int
    state: Int8s = field(compare=False)
    duty: Floats = field(compare=False)


def prove(choice: Choice, is_open: Bools, watch: Watch, tell: Tell) -> Found:
    """Improve a choice until it is proved to be best, or the watch is over.

    Parameters
    ----------
    choice
        The question.
    is_open
        ``(n_sites,)`` where to begin: a possible choice.
    watch
        Ends the work.
    tell
        Told the best total and its bound whenever one of them gets better.
    """
    return _Search(choice, is_open, watch, tell).run()


class _Search:
    """The parts that are left, the best choice, and the bound of all of them."""

    def __init__(self, choice: Choice, is_open: Bools, watch: Watch, tell: Tell) -> None:
        self.choice, self.watch, self.tell = choice, watch, tell
        self.best, self.total = is_open, choice.rows.total(is_open)
        watch.keep(is_open)
        self.bound, self.made = choice.least(), 0
        self.heap: list[_Part] = []
        self.tried: set[bytes] = set()
        self.near = choice.nearest()
        pairs = max(len(self.near.rows.site), 1)
        self.steps = min(max(_LOOK // pairs, _FEWEST), _MOST)

    def run(self) -> Found:
        """Look at one part after the other."""
        choice = self.choice
        self.tell(self.total, self.bound)
        self._improve(self.best)
        state = np.where(choice.is_fixed, 1, np.where(choice.is_free, 0, -1)).astype(np.int8)
        self._keep(self.bound, state, first_duties(choice.rows, self.best))
        while self.heap and not self.watch.is_over:
            part = self.heap[0]
            self._raise(part.bound)
            if part.bound >= self.cutoff:
                break  # the others are no lower
            if self._look_at(part):
                heapq.heappop(self.heap)
        if not self.heap or self.heap[0].bound >= self.cutoff:
            self._raise(self._proved)
        return Found(self.best, self.total, self.bound)

    @property
    def cutoff(self) -> float:
        """What the bound of a part reaches when nothing better is in it."""
        if (slack := self.choice.slack(self.total)) is not None:
            return self.total - self.choice.unit + slack
        return self.total - _NEARLY * abs(self.total)

    @property
    def _proved(self) -> float:
        """The bound once no part is left."""
        is_whole = self.choice.slack(self.total) is not None
        return self.total if is_whole else self.total - _NEARLY * abs(self.total)

    def _keep(self, bound: float, state: Int8s, duty: Floats) -> None:
        heapq.heappush(self.heap, _Part(bound, self.made, state, duty))
        self.made += 1

    def _raise(self, bound: float) -> None:
        if (whole := min(self.choice.whole(bound), self.total)) > self.bound:
            self.bound = whole
            self.tell(self.total, whole)

    def _improve(self, is_open: Bools) -> None:
        """Exchange sites of a choice while that saves, and keep it when it is the best; each choice once."""
        if (name := np.packbits(is_open).tobytes()) in self.tried:
            return
        self.tried.add(name)
        is_done = False
        while not is_done and not self.watch.is_over:
            is_open, is_done = self.choice.exchanged(is_open, max(self.steps // 2, 1))
        if (total := self.choice.rows.total(is_open)) < self.total:
            self.best, self.total = is_open, total
            self.bound = min(self.bound, total)
            self.watch.keep(is_open)
            self.tell(total, self.bound)

    def _look_at(self, part: _Part) -> bool:
        """Bound a part of the choices and part the rest in two; tell whether it is done with."""
        if self._holds_at_most_one(part.state):
            return True
        is_first = part.number == 0
        climb = Climb(self.near, part.state, part.duty, 1.0 if is_first else _LATER_PACE)
        if self._climb(climb, part, math.inf if is_first else _LATER):
            return True
        if is_first and self._wants_all_options(climb):
            self.near = self.choice
            climb = Climb(self.choice, part.state, climb.duty, _LATER_PACE)
            if self._climb(climb, part, math.inf):
                return True
        if self.watch.is_over:
            return False
        state = climb.settled(self.cutoff)
        if not self._holds_at_most_one(state):
            by, bound = climb.part(state), max(part.bound, climb.bound)
            for kind in (1, -1):
                child = state.copy()
                child[by] = kind
                self._keep(bound, child, climb.duty.copy())
        return True

    def _wants_all_options(self, climb: Climb) -> bool:
        """Tell whether options that were not looked at could raise the bound."""
        near, rows = climb.choice.rows, self.choice.rows
        return bool(((near.left_out < rows.left_out) & (climb.duty >= near.left_out)).any())

    def _climb(self, climb: Climb, part: _Part, left: float) -> bool:
        """Take so many steps of a bound, trying what its prices choose; tell if the part is done with."""
        is_first, is_done = part.number == 0, False
        while left > 0 and not is_done:
            is_done = climb.go(self.total, int(min(self.steps, left)))
            left -= self.steps
            if is_first:
                self._raise(min(climb.bound, self.total))
            self._improve(climb.chosen())
            if climb.bound >= self.cutoff:
                part.bound = climb.bound
                return True
            is_coarse = climb.pace_now < _COARSE and self._wants_all_options(climb)
            if self.watch.is_over or (is_first and is_coarse):
                return False
        return False

    def _holds_at_most_one(self, state: Int8s) -> bool:
        """Tell whether a part holds one choice or none, and keep the one."""
        free = state == 0
        more, n_free = self.choice.count - int((state == 1).sum()), int(free.sum())
        if 0 < more < n_free:
            return False
        if more in {0, n_free}:
            self._improve((state == 1) | (free if more else np.zeros_like(free)))
        return True
