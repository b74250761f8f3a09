"""Demand as rows of options: what every model here is brought to before a site is chosen.

A row takes the cheapest of its options that is open, or pays the price of being left out. With costs as
prices this is the p-median; with options that are free within the limit, and the weight as the price of being
left out, it is the maximal covering problem. One search, one bound and one proof serve both.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.kernels import choose_within, exchange, lay_columns, two_cheapest
from gis_service.types import Bools, Floats, Int32s, Int64s

_ALL = 1_000_000
_MANY_OPTIONS = 1_000_000
"""Options above which only the cheapest ones of each row are looked at where that will do."""
_FEW_OPTIONS, _TIMES_OPTIONS = 12, 6
"""Options that are looked at: at least so many, and so many times those that have one open among them."""
_ROUNDING, _ROUNDING_OF_UNIT = 1e-11, 1e-6
"""Share of a sum, and of the unit of totals, that rounding may make of a bound of 100,000 rows."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What every row would pay at every site.

    Parameters
    ----------
    start
        ``(n + 1,)`` where the options of each row begin.
    site, price
        ``(pairs,)`` the options of each row, cheapest first, of equals the lower site.
    left_out
        ``(n,)`` what a row pays without an open option; dearer than none of its options.
    n_sites
        Number of sites.
    """

    start: Int64s
    site: Int32s
    price: Floats
    left_out: Floats
    n_sites: int

    def paid(self, is_open: Bools) -> Floats:
        """Tell what each row pays, ``(n,)``, when these sites are open."""
        _, cheapest, _ = two_cheapest(self.start, self.site, self.price, self.left_out, is_open)
        return np.asarray(cheapest)

    def two_paid(self, is_open: Bools) -> tuple[Floats, Floats]:
        """Tell the two cheapest prices of each row, ``(n,)`` each; the second without a second: the first."""
        _, first, second = two_cheapest(self.start, self.site, self.price, self.left_out, is_open)
        return np.asarray(first), np.asarray(second)

    def serves_all(self, is_open: Bools) -> bool:
        """Tell whether no row is left out when these sites are open."""
        first, _, _ = two_cheapest(self.start, self.site, self.price, self.left_out, is_open)
        return bool((first >= 0).all())

    def total(self, is_open: Bools) -> float:
        """Add up what all rows pay."""
        return float(self.paid(is_open).sum())

    def nearest(self, most: int) -> "Rows":
        """Keep the cheapest options of each row, at most so many; for more than those it may be left out.

        No choice pays more here than it does with all options, so that a bound of these is one of those.
        """
        sizes = np.diff(self.start)
        kept = np.minimum(sizes, most)
        start = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
        at = np.arange(start[-1]) + np.repeat(self.start[:-1] - start[:-1], kept)
        left_out, cut = self.left_out.copy(), np.flatnonzero(sizes > most)
        left_out[cut] = np.minimum(left_out[cut], self.price[self.start[cut] + most])
        return Rows(start, self.site[at], self.price[at], left_out, self.n_sites)

    def without(self, is_gone: Bools) -> "Rows":
        """Leave out the options at these sites, ``(n_sites,)``."""
        kept = ~is_gone[self.site]
        rows = np.repeat(np.arange(len(self.left_out)), np.diff(self.start))[kept]
        start = np.searchsorted(rows, np.arange(len(self.left_out) + 1)).astype(np.int64)
        return Rows(start, self.site[kept], self.price[kept], self.left_out, self.n_sites)


@dataclass(frozen=True, slots=True)
class Choice:
    """So many sites to choose, so that the rows pay least.

    Parameters
    ----------
    rows
        What they pay.
    is_fixed, is_free
        ``(n_sites,)`` sites that are chosen whatever they save, and those that may be.
    count
        Number of sites in all, the fixed ones included; not above what is fixed and free.
    unit
        Every total is a whole multiple of it; 0 when it is not known to be one of anything.
    """

    rows: Rows
    is_fixed: Bools
    is_free: Bools
    count: int
    unit: float = 0.0

    def nearest(self) -> "Choice":
        """Ask for less, at less work, where there are many options: each row looks at its cheapest alone."""
        most = max(_FEW_OPTIONS, _TIMES_OPTIONS * self.rows.n_sites // self.count)
        if len(self.rows.site) <= _MANY_OPTIONS or most >= self.rows.n_sites:
            return self
        return replace(self, rows=self.rows.nearest(most))

    def least(self) -> float:
        """Add up the cheapest option of each row: no choice goes below."""
        return self.rows.total(self.is_fixed | self.is_free)

    def whole(self, bound: float) -> float:
        """Raise a bound to the next total that there can be."""
        return whole_above(bound, self.unit)

    def slack(self, total: float) -> float | None:
        """Tell what a bound may be off by rounding; None where totals as large cannot be told apart so."""
        return slack_of(total, self.unit)

    def at_once(self) -> Bools:
        """Choose one after the other what saves most, then exchange while that saves: ``(n_sites,)``."""
        rows = self.rows
        columns = lay_columns(rows.start, rows.site, rows.price, rows.n_sites)
        return opened_greedily(columns, rows.left_out, self.is_fixed, self.is_free, (self.count, self.count))

    def exchanged(self, is_open: Bools, moves: int = _ALL) -> tuple[Bools, bool]:
        """Exchange sites while that saves, at most so often; tell whether no exchange saves any more."""
        rows, better = self.rows, is_open.copy()
        made, _ = exchange(
            *(rows.start, rows.site, rows.price, rows.left_out, better), ~self.is_fixed, self.is_free, moves
        )
        return better, made < moves


def opened_greedily(
    columns: tuple[Int64s, Int32s, Floats],
    left_out: Floats,
    begin: Bools,
    is_free: Bools,
    count: tuple[int, int],
) -> Bools:
    """Open one site after the other, each the one that saves most; of equals the first: ``(n_sites,)``.

    Parameters
    ----------
    columns
        The options of each site, as `lay_columns` gives them.
    left_out
        ``(n,)`` what a row pays without an open option.
    begin, is_free
        ``(n_sites,)`` sites that are open at the beginning, and those that may be opened.
    count
        The least and the most sites in all; above the least only such as save anything.
    """
    is_open = begin.copy()
    no_cost, no_start, nobody = (
        np.zeros(len(begin)),
        np.zeros(len(begin) + 1, np.int64),
        np.zeros(0, np.int32),
    )
    choose_within(
        *(*columns, left_out, 0.0, is_open, is_free, no_cost, np.inf, *count, no_start, nobody, False)
    )
    return is_open


def slack_of(total: float, unit: float) -> float | None:
    """Tell what a bound may be off by rounding; None where totals as large cannot be told apart so."""
    slack = max(_ROUNDING_OF_UNIT * unit, _ROUNDING * abs(total))
    return slack if slack < unit / 2 else None


def whole_above(bound: float, unit: float) -> float:
    """Raise a bound to the next multiple of the unit, where totals can be told apart so."""
    if (slack := slack_of(bound, unit)) is None:
        return bound
    return math.ceil((bound - slack) / unit) * unit


def filled_up(is_open: Bools, is_free: Bools, count: int) -> Bools:
    """Open the first of the free sites until so many are open."""
    full, more = is_open.copy(), count - int(is_open.sum())
    full[np.flatnonzero(is_free & ~is_open)[:more]] = True
    return full
