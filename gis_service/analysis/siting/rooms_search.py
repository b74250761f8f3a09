"""The search for the best choice of sites with so much room, and its proof."""

import time
from dataclasses import replace

import numpy as np

from gis_service.analysis.kernels import lay_columns
from gis_service.analysis.siting.bound import first_duties
from gis_service.analysis.siting.oracles import OfRooms
from gis_service.analysis.siting.prices import Prices
from gis_service.analysis.siting.rooms import Rooms, Way
from gis_service.analysis.siting.rows import slack_of, whole_above
from gis_service.analysis.siting.watch import Tell, Watch
from gis_service.analysis.siting.within import Within
from gis_service.errors import ErrorCode, RefusedInput, Temporary
from gis_service.types import Bools, Floats, Int8s, Int64s

_MOST_PAIRS = 300_000
"""Pairs of demand and undecided site up to which the question is written as a programme."""
_TRIES = 60
"""Exchanges that are tried for one that pays, the most likely first."""
_LOOK = 10_000_000
"""Pairs that are gone through between two looks at the watch, about."""
_NEARLY = 1e-9
"""Share of a total by which a better one would have to be better, where totals are not whole."""


def best_with_rooms(asked: Rooms, watch: Watch, tell: Tell) -> tuple[Way, float]:
    """Find the best choice and what no choice pays less than.

    Parameters
    ----------
    asked
        The question.
    watch
        Ends the work.
    tell
        Told the best total and its bound whenever one of them gets better.

    Raises
    ------
    RefusedInput
        ``siting_no_choice``.
    Temporary
        ``siting_ended_early`` when the watch was over before anything was found.
    """
    return _Search(asked, watch, tell).run()


class _Search:
    """The best way and its bound."""

    def __init__(self, asked: Rooms, watch: Watch, tell: Tell) -> None:
        self.asked, self.watch, self.tell = asked, watch, tell
        # Whom the roomiest sites could not serve, nobody serves.
        self.bound = 0.0 if asked.must else max(0.0, float(asked.weight.sum()) - asked.most_room)
        self.tried: dict[bytes, Way | None] = {}
        self.best = self._begin()
        tell(self.best.total, self.bound)

    def run(self) -> tuple[Way, float]:
        """Climb, try what the prices choose, settle, prove."""
        if self.bound < self.cutoff:
            self._search()
        if self.bound >= self.cutoff:
            self._raise(self.best.total)
        self._tidy()
        return self.best, self.bound

    def _search(self) -> None:
        climb = self._climb()
        if not self.watch.is_over:
            while self.bound < self.cutoff and self._exchange(climb.worth + climb.money * climb.rules.cost):
                pass
        if self.bound < self.cutoff and not self.watch.is_over:
            self._prove(climb.settled(self.cutoff))

    @property
    def cutoff(self) -> float:
        """What a bound reaches when nothing better is left."""
        total, unit = self.best.total, self.asked.unit
        if (slack := slack_of(total, unit)) is not None:
            return total - unit + slack
        return total - _NEARLY * abs(total)

    def _begin(self) -> Way:
        """Find some way to serve."""
        rules = self.asked.rules
        if self.asked.must and (near := self._way(self._near())) is not None:
            return near
        ways = [self._way(self.asked.greedy(per_cost=per_cost)) for per_cost in (False, True)]
        found = [way for way in ways if way is not None]
        if found:
            return min(found, key=lambda way: way.total)
        state = rules.first_state()
        programme = self.asked.programme(state)
        free = replace(programme, part=replace(programme.part, price=np.zeros(len(programme.part.price))))
        outcome = free.run(None, self.watch, lambda _bound: None)
        if outcome.is_open is not None and (way := self._way(outcome.is_open)) is not None:
            return way
        if outcome.bound == np.inf:
            raise RefusedInput(ErrorCode.SITING_NO_CHOICE)
        raise Temporary(ErrorCode.SITING_ENDED_EARLY, sites=rules.most)

    def _near(self) -> Bools:
        """Choose sites that are near to all as if each had room for everybody."""
        asked = Within(self.asked.rows, self.asked.rules, must=True)
        return asked.improved(asked.filled(self.asked.rules.is_fixed), self.watch)

    def _way(self, is_open: Bools) -> Way | None:
        """Find the best way to serve at these sites, once for each choice; None when there is none."""
        if not self.asked.rules.allow(is_open):
            return None
        if (name := np.packbits(is_open).tobytes()) not in self.tried:
            self.tried[name] = self.asked.way(is_open)
        return self.tried[name]

    def _keep(self, way: Way | None) -> None:
        if way is not None and way.total < self.best.total:
            self.best = way
            self.bound = min(self.bound, way.total)
            self.tell(way.total, self.bound)

    def _raise(self, bound: float) -> None:
        if (whole := min(whole_above(bound, self.asked.unit), self.best.total)) > self.bound:
            self.bound = whole
            self.tell(self.best.total, whole)

    def _climb(self) -> Prices:
        asked, m = self.asked, len(self.asked.room)
        column, row, price = lay_columns(asked.start, asked.site, asked.price, m)
        oracle = OfRooms(column, row, price, asked.weight, asked.room)
        n = len(asked.weight)
        low, high, duty = np.zeros(n), np.ones(n), np.full(n, 0.5)
        if asked.must:
            low, high = asked.price[asked.start[:-1]], np.full(n, np.inf)
            each = replace(asked.rows, price=asked.price)  # for one unit of weight
            duty = first_duties(each, self.best.is_open)
        climb = Prices(oracle, asked.rules, duty, low, high)
        steps = min(max(_LOOK // max(len(asked.site), 1), 2), 50)
        is_done, until = False, self.watch.left_s / 2  # the other half is for exchanges and the proof
        climbed = tried = 0.0
        while not is_done and self.watch.left_s >= until and self.bound < self.cutoff:
            began = time.monotonic()
            is_done = climb.go(self.best.total, steps)
            climbed += time.monotonic() - began
            self._raise(min(climb.bound, self.best.total))
            if tried <= climbed and not self.watch.is_over:
                began = time.monotonic()
                self._keep(self._way(asked.rules.by_order(climb.order())))
                tried += time.monotonic() - began
        return climb

    def _exchange(self, value: Floats) -> bool:
        """Exchange a site for another if that pays; tell whether one did. Only likely ones are tried.

        value: (m,) what each site is worth at the prices of the bound.
        """
        best, rules = self.best, self.asked.rules
        out = np.flatnonzero(best.is_open & ~rules.is_fixed)
        into = np.flatnonzero(rules.is_free & ~best.is_open)
        if not len(out) or not len(into):
            return False
        hope = value[out][:, None] - value[into] if self.asked.must else self._hopes(out, into)
        likely = np.argsort(-hope, axis=None, kind="stable")[:_TRIES]
        for gone, new in zip(*np.unravel_index(likely, hope.shape), strict=True):
            if self.watch.is_over:
                return False
            other = best.is_open.copy()
            other[out[gone]], other[into[new]] = False, True
            self._keep(self._way(other))
            if self.best is not best:
                return True
        return False

    def _hopes(self, out: Int64s, into: Int64s) -> Floats:
        """Tell what each exchange would serve more if nobody else moved, ``(n_out, n_into)``."""
        asked, amount = self.asked, self.best.amount
        demand, m = asked.demand, len(asked.room)
        unserved = asked.weight - np.bincount(demand, amount, len(asked.weight))
        hope = np.empty((len(out), len(into)))
        for row, site in enumerate(out.tolist()):
            own = asked.site == site
            left = unserved.copy()
            left[demand[own]] += amount[own]
            reach = np.bincount(asked.site, left[demand], m)
            hope[row] = np.minimum(reach, asked.room)[into] - amount[own].sum()
        return hope

    def _tidy(self) -> None:
        """Close sites that serve nobody where fewer may be chosen; try some earlier sites for equal ones."""
        rules, is_open = self.asked.rules, self.best.is_open.copy()
        serves = np.bincount(self.asked.site, self.best.amount, len(is_open))
        may_close = rules.is_free & ((rules.cost > 0) | ((rules.cost == 0) & ~rules.is_standing))
        idle = np.flatnonzero(is_open & may_close & (serves == 0))[::-1]
        is_open[idle[: max(int(is_open.sum()) - rules.least, 0)]] = False
        self._take_equal(is_open)
        pairs = [
            (gone, new)
            for new in np.flatnonzero(rules.is_free & ~self.best.is_open).tolist()
            for gone in np.flatnonzero(self.best.is_open & rules.is_free).tolist()
            if rules.turn[new] < rules.turn[gone] and rules.cost[new] <= rules.cost[gone]
        ]
        for gone, new in pairs[:_TRIES]:
            other = self.best.is_open.copy()
            if not self.watch.is_over and other[gone] and not other[new]:
                other[gone], other[new] = False, True
                self._take_equal(other)

    def _take_equal(self, is_open: Bools) -> None:
        way = self._way(is_open)
        if way is not None and way.total <= self.best.total:
            self.best = way

    def _prove(self, state: Int8s) -> None:
        """Ask the solver for what is undecided: a better choice than the best is nowhere else."""
        if int((state[self.asked.site] >= 0).sum()) > _MOST_PAIRS:
            return
        is_open = self.best.is_open
        agrees = bool((is_open[state == 1]).all() and not is_open[state == -1].any())
        found = self.asked.programme(state).run(is_open if agrees else None, self.watch, self._raise)
        if found.is_open is not None:
            self._keep(self._way(found.is_open))
        self._raise(min(found.bound, self.best.total))
