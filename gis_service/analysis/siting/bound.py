"""The bound of a part of all choices, found step by step."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import BOUND, PACE, climb
from gis_service.analysis.siting.rows import Choice, Rows
from gis_service.types import Bools, Floats, Int8s


def first_duties(rows: Rows, is_open: Bools) -> Floats:
    """Price the duty of each row between its two cheapest open options: where the best prices tend to be."""
    first, second = rows.two_paid(is_open)
    # Being left out may be priced above everything else: that is no place to begin.
    dearest = np.zeros(len(first))
    filled = np.diff(rows.start) > 0
    dearest[filled] = rows.price[rows.start[1:][filled] - 1]
    middle: Floats = (first + np.minimum(second, first + dearest)) / 2
    return middle


@dataclass
class Climb:
    """A climb towards the bound.

    Parameters
    ----------
    choice
        What is to be chosen.
    state
        ``(n_sites,)`` 1 open, 0 free, -1 closed.
    duty
        ``(n,)`` price of the duty of each row where the climb begins.
    pace
        Length of its first steps: 1 from afar.
    """

    choice: Choice
    state: Int8s
    duty: Floats
    pace: float = 1.0

    def __post_init__(self) -> None:
        """Begin with nothing found."""
        n, m = len(self.duty), len(self.state)
        self.duty = np.minimum(self.duty, self.choice.rows.left_out)
        self.more = self.choice.count - int((self.state == 1).sum())
        self.at, self._way = self.duty.copy(), np.zeros(n)
        self._kept = np.array([self.pace, 0.0, -np.inf])
        self.worth, self.share = np.zeros(m), np.full(m, 0.5)

    @property
    def bound(self) -> float:
        """What no choice of this part goes below."""
        return float(self._kept[BOUND])

    @property
    def pace_now(self) -> float:
        """Length of the steps by now."""
        return float(self._kept[PACE])

    def go(self, upper: float, steps: int) -> bool:
        """Take steps; tell whether the climb has come to its end.

        Parameters
        ----------
        upper
            A total that is known to be possible.
        steps
            How many at most.
        """
        rows = self.choice.rows
        return bool(
            climb(
                *(rows.start, rows.site, rows.price, rows.left_out, self.state, self.more, upper),
                *(self.at, self._way, self._kept, self.duty, self.worth, self.share, steps),
            )
        )

    def chosen(self) -> Bools:
        """Give the sites that are worth most where the bound was found."""
        free = np.flatnonzero(self.state == 0)
        is_open: Bools = self.state == 1
        is_open[free[np.argsort(self.worth[free], kind="stable")[: self.more]]] = True
        return is_open

    def settled(self, cutoff: float) -> Int8s:
        """Close the sites that a choice below the cutoff cannot have; open those that it cannot lack."""
        state, free = self.state.copy(), np.flatnonzero(self.state == 0)
        worth = self.worth[free]
        order = np.sort(worth)
        last_in, first_out = order[self.more - 1], order[self.more]
        is_in = worth <= last_in
        state[free[~is_in & (self.bound + worth - last_in >= cutoff)]] = -1
        state[free[is_in & (self.bound + first_out - worth >= cutoff)]] = 1
        return state

    def part(self, state: Int8s) -> int:
        """Choose the free site, of this state, to part the choices by: the one most in doubt."""
        free = np.flatnonzero(state == 0)
        return int(free[np.argmin(np.abs(self.share[free] - 0.5))])
