"""The best choice of sites within rules, for rows that pay their cheapest open option."""

from dataclasses import dataclass, field

import numpy as np

from gis_service.analysis.kernels import (
    choose_within,
    exchange_within,
    lay_columns,
    total_within,
)
from gis_service.analysis.siting.bound import first_duties
from gis_service.analysis.siting.branch import Found
from gis_service.analysis.siting.oracles import OfRows
from gis_service.analysis.siting.prices import Prices
from gis_service.analysis.siting.programme import Programme, steps_of_covers, steps_of_rows
from gis_service.analysis.siting.rows import Rows, slack_of, whole_above
from gis_service.analysis.siting.rules import SiteRules
from gis_service.analysis.siting.watch import Tell, Watch
from gis_service.errors import ErrorCode, RefusedInput, Temporary
from gis_service.types import Bools, Floats, Int8s, Int32s, Int64s

_MOST_OPTIONS = 5_000_000
"""Options that are left up to which they are written as a programme: a row of it takes some 100 bytes."""
_LOOK = 20_000_000
"""Options that are gone through between two looks at the watch, about."""
_NEARLY = 1e-9
"""Share of a total by which a better one would have to be better, where totals are not whole."""


@dataclass(frozen=True, slots=True)
class Within:
    """A question within rules.

    Parameters
    ----------
    rows
        What every row would pay at every site.
    rules
        Which sites may be chosen.
    share
        What the second cheapest open option counts for; not 0 only where all options are for nothing.
    must
        Whether each row has to have an open option.
    unit
        Every total is a whole multiple of it; 0 when it is not known to be one of anything.
    """

    rows: Rows
    rules: SiteRules
    share: float = 0.0
    must: bool = False
    unit: float = 0.0
    _column: tuple[Int64s, Int32s, Floats] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lay the options by site."""
        rows = self.rows
        object.__setattr__(self, "_column", lay_columns(rows.start, rows.site, rows.price, rows.n_sites))

    def total(self, is_open: Bools) -> float:
        """Add up what all rows pay."""
        rows = self.rows
        return float(total_within(rows.start, rows.site, rows.price, rows.left_out, self.share, is_open))

    def is_possible(self, is_open: Bools) -> bool:
        """Tell whether these sites, ``(m,)``, may be chosen and serve all who have to be served."""
        return self.rules.allow(is_open) and (not self.must or self.rows.serves_all(is_open))

    def filled(self, begin: Bools, *, per_cost: bool = False) -> Bools:
        """Open one site more after the other while that saves: the one that saves most (for its cost)."""
        rules, is_open = self.rules, begin.copy()
        choose_within(
            *(*self._column, self.rows.left_out, self.share, is_open, rules.is_free, rules.cost, rules.room),
            *(rules.least, rules.most, rules.near_start, rules.near, per_cost),
        )
        return is_open

    def improved(self, begin: Bools, watch: Watch) -> Bools:
        """Exchange and fill up while that saves."""
        is_open = begin.copy()
        while not watch.is_over:
            if not self._exchange(is_open, to_earlier=False):
                more = self.filled(is_open)
                if (more == is_open).all():
                    break
                is_open = more
        return is_open

    def tidied(self, begin: Bools) -> Bools:
        """Close what brings nothing where fewer may be chosen; of equals take existing and earlier ones."""
        rules, is_open = self.rules, begin.copy()
        total = self.total(is_open)
        may_close = rules.is_free & ((rules.cost > 0) | ((rules.cost == 0) & ~rules.is_standing))
        for site in np.flatnonzero(is_open & may_close)[::-1].tolist():
            if is_open.sum() <= rules.least:
                break
            is_open[site] = False
            if not self.total(is_open) <= total or not self.is_possible(is_open):
                is_open[site] = True
        while self._exchange(is_open, to_earlier=True):
            pass
        for site in np.flatnonzero(rules.is_free & rules.is_standing & (rules.cost <= 0) & ~is_open).tolist():
            is_open[site] = True  # no money is saved by closing it
            if not self.is_possible(is_open):
                is_open[site] = False
        return is_open if self.is_possible(is_open) else begin

    def _exchange(self, is_open: Bools, *, to_earlier: bool) -> bool:
        rows, rules = self.rows, self.rules
        return bool(
            exchange_within(
                *(rows.start, rows.site, rows.price, rows.left_out, self.share, is_open),
                *(~rules.is_fixed, rules.is_free, rules.cost, rules.room - rules.spent(is_open)),
                *(rules.near_start, rules.near, rules.turn, to_earlier),
            )
        )

    def programme(self, state: Int8s) -> Programme:
        """Write what is undecided as a programme."""
        if self.share:
            part = steps_of_covers(self.rows, self.share, state)
        else:
            part = steps_of_rows(self.rows, state, must=self.must)
        return Programme(self.rules, state, part, np.zeros(len(state)), self.unit)


def best_within(asked: Within, begin: Bools, watch: Watch, tell: Tell) -> Found:
    """Improve a choice until it is proved to be best, or the watch is over.

    Parameters
    ----------
    asked
        The question.
    begin
        ``(m,)`` a possible choice.
    watch
        Ends the work.
    tell
        Told the best total and its bound whenever one of them gets better.

    Notes
    -----
    A Lagrangian bound on the duties of the rows, in which the money of a budget has a price of its own and
    groups of sites in conflict give one site; sites that are settled by it are taken out, and HiGHS proves
    the rest.
    """
    return _Search(asked, begin, watch, tell).run()


class _Search:
    """The best choice and its bound."""

    def __init__(self, asked: Within, begin: Bools, watch: Watch, tell: Tell) -> None:
        self.asked, self.watch, self.tell = asked, watch, tell
        self.best, self.total = begin, asked.total(begin)
        watch.keep(begin)
        rules = asked.rules
        self.bound = asked.total(rules.is_fixed | rules.is_free)
        self.tried: set[bytes] = set()

    def run(self) -> Found:
        """Climb, settle, prove."""
        self.tell(self.total, self.bound)
        for start in (self.best, self.asked.filled(self.asked.rules.is_fixed, per_cost=True)):
            self._try(start)
        climb = self._climb()
        if self.bound < self.cutoff and not self.watch.is_over:
            self._prove(climb.settled(self.cutoff))
        if self.bound >= self.cutoff:
            self._raise(self._proved)
        return Found(self.best, self.total, self.bound)

    @property
    def cutoff(self) -> float:
        """What a bound reaches when nothing better is left."""
        if (slack := slack_of(self.total, self.asked.unit)) is not None:
            return self.total - self.asked.unit + slack
        return self.total - _NEARLY * abs(self.total)

    @property
    def _proved(self) -> float:
        is_whole = slack_of(self.total, self.asked.unit) is not None
        return self.total if is_whole else self.total - _NEARLY * abs(self.total)

    def _raise(self, bound: float) -> None:
        if (whole := min(whole_above(bound, self.asked.unit), self.total)) > self.bound:
            self.bound = whole
            self.tell(self.total, whole)

    def _try(self, is_open: Bools) -> None:
        """Improve a choice, and keep it when it is the best; each choice once."""
        if (name := np.packbits(is_open).tobytes()) in self.tried:
            return
        self.tried.add(name)
        is_open = self.asked.improved(is_open, self.watch)
        if (total := self.asked.total(is_open)) < self.total and self.asked.is_possible(is_open):
            self.best, self.total = is_open, total
            self.bound = min(self.bound, total)
            self.watch.keep(is_open)
            self.tell(total, self.bound)

    def _climb(self) -> Prices:
        rows, rules = self.asked.rows, self.asked.rules
        may = rules.is_fixed | rules.is_free
        lowest = np.minimum(rows.paid(may), rows.left_out)
        duty = first_duties(rows, self.best)
        climb = Prices(OfRows(rows, self.asked.share * rows.left_out), rules, duty, lowest, rows.left_out)
        steps = min(max(_LOOK // max(len(rows.site), 1), 4), 50)
        is_done = False
        while not is_done and not self.watch.is_over:
            is_done = climb.go(self.total, steps)
            self._raise(min(climb.bound, self.total))
            if self.bound >= self.cutoff:
                break
            self._try(self.asked.rules.by_order(climb.order()))
        return climb

    def _prove(self, state: Int8s) -> None:
        """Ask the solver for what is undecided: a better choice than the best is nowhere else."""
        left = int((state[self.asked.rows.site] == 0).sum())
        if left > _MOST_OPTIONS:
            return
        agrees = bool((self.best[state == 1]).all() and not self.best[state == -1].any())
        found = self.asked.programme(state).run(self.best if agrees else None, self.watch, self._raise)
        if found.is_open is not None:
            self._keep(found.is_open)
        self._raise(min(found.bound, self.total))

    def _keep(self, is_open: Bools) -> None:
        if (total := self.asked.total(is_open)) < self.total and self.asked.is_possible(is_open):
            self.best, self.total = is_open, total
            self.bound = min(self.bound, total)
            self.watch.keep(is_open)
            self.tell(total, self.bound)


def require_first_choice(asked: Within, watch: Watch) -> Bools:
    """Find a possible choice, ``(m,)``, to begin with.

    Parameters
    ----------
    asked
        The question.
    watch
        Ends the work.

    Raises
    ------
    RefusedInput
        ``siting_no_choice`` when there is none.
    Temporary
        ``siting_ended_early`` when the watch was over before it was known.
    """
    rules = asked.rules
    starts = [asked.filled(rules.is_fixed), asked.filled(rules.is_fixed, per_cost=True)]
    if possible := [start for start in starts if asked.is_possible(start)]:
        return min(possible, key=asked.total)
    for start in starts:
        if rules.allow(start) and asked.is_possible(better := asked.improved(start, watch)):
            return better
    return any_choice(asked.rows, rules, watch, must=asked.must)


def any_choice(rows: Rows, rules: SiteRules, watch: Watch, *, must: bool) -> Bools:
    """Ask the solver for some choice within rules that serves, if they must be, all rows, at whatever price.

    Raises
    ------
    RefusedInput, Temporary
        As `require_first_choice`.
    """
    state = rules.first_state()
    part = steps_of_rows(for_nothing(rows), state, must=must)
    found = Programme(rules, state, part, np.zeros(rows.n_sites)).run(None, watch, lambda _bound: None)
    if found.is_open is not None:
        return found.is_open
    if found.bound == np.inf:
        raise RefusedInput(ErrorCode.SITING_NO_CHOICE)
    raise Temporary(ErrorCode.SITING_ENDED_EARLY, sites=rules.most)


def for_nothing(rows: Rows) -> Rows:
    """Price all options, and being left out, at nothing: it only matters whether a row has an option."""
    n_options, n = len(rows.site), len(rows.left_out)
    return Rows(rows.start, rows.site, np.zeros(n_options), np.zeros(n), rows.n_sites)
