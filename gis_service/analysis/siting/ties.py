"""Which of equally good choices is told: the one with the sites first in the input."""

import math
from itertools import combinations, islice

import numpy as np

from gis_service.analysis.kernels import earlier_equal
from gis_service.analysis.siting.rows import Choice, Rows
from gis_service.types import Bools, Floats

_MOST = 20_000_000
"""Prices that are compared at most when all choices are gone through."""
_AT_ONCE = 1_000_000
_SLACK = 1e-12
"""Share by which two sums may differ by rounding alone."""


def first_of_equals(choice: Choice, is_open: Bools) -> Bools:
    """Give the first of the choices that are as good as one, ``(n_sites,)``.

    Parameters
    ----------
    choice
        The question.
    is_open
        ``(n_sites,)`` a choice.

    Notes
    -----
    Where all choices can be gone through it is the first of them all: it has the first site in which two of
    them differ. Where there are too many, no site of it can be exchanged for an earlier one.
    """
    more, free = choice.count - int(choice.is_fixed.sum()), int(choice.is_free.sum())
    each = max(more, 1) * max(len(choice.rows.left_out), 1)
    if math.comb(free, more) * each <= _MOST:
        return _first_of_all(choice, is_open, max(_AT_ONCE // each, 1))
    rows, earlier = choice.rows, is_open.copy()
    arrays = (rows.start, rows.site, rows.price, rows.left_out, earlier, ~choice.is_fixed, choice.is_free)
    while earlier_equal(*arrays):
        pass
    return earlier


def _first_of_all(choice: Choice, is_open: Bools, at_once: int) -> Bools:
    """Go through all choices, the first ones first."""
    more = choice.count - int(choice.is_fixed.sum())
    total = choice.rows.total(is_open)
    enough = total + _SLACK * abs(total)
    price, fixed = _prices(choice.rows), choice.rows.paid(choice.is_fixed)
    every = combinations(np.flatnonzero(choice.is_free).tolist(), more)
    while more and (some := list(islice(every, at_once))):
        sites = np.array(some)
        totals = np.minimum(price[:, sites].min(axis=2), fixed[:, None]).sum(axis=0)
        if (good := np.flatnonzero(totals <= enough)).size:
            first = choice.is_fixed.copy()
            first[sites[good[0]]] = True
            return first
    return is_open


def _prices(rows: Rows) -> Floats:
    """Write all options as one table, ``(n, n_sites)``; where there is none, the price of being left out."""
    price = np.repeat(rows.left_out[:, None], rows.n_sites, axis=1)
    price[np.repeat(np.arange(len(rows.left_out)), np.diff(rows.start)), rows.site] = rows.price
    return price
