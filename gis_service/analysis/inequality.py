"""How evenly something is spread over people: Gini, Theil, Palma, Lorenz, concentration.

Every measure weighs persons, never places or areas: an address of four counts four times. The people of rows
that have the same are added first, in whole numbers, and the sums in rising order, so the order of rows
changes nothing.
"""

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import THOUSANDTHS, Floats, Int32s, Int64s

Added = TypeVar("Added", Floats, Int64s)
LORENZ_POINTS = 101
"""Points of a curve at most: a percent apart."""
_COUNTED = 2**16
_POOR, _RICH, _OF = 4, 9, 10
"""Palma's ratio sets what is above nine tenths of the people against what is below four tenths."""


@dataclass(frozen=True, slots=True)
class Inequality:
    """How evenly something is spread over people.

    Parameters
    ----------
    people
        Who is counted, whole thousandths of a person.
    mean
        Mean over persons, in the unit of the values; None when nobody is counted.
    gini
        0 when all have the same, towards 1 when one has all. This and all that follow are None when nobody is
        counted or nobody has anything.
    theil, theil_within, theil_between
        Theil's T; the part of it that is inside units and the part between them, which add up to it.
    palma
        Share of the top tenth over that of the bottom four tenths; None too when these have nothing.
    lorenz
        ``(n, 2)`` share of the people, from those who have least, and share of the whole that they have; from
        (0, 0) to (1, 1), at most `LORENZ_POINTS`; empty when there is nothing to share.
    """

    people: int
    mean: float | None
    gini: float | None
    theil: float | None
    theil_within: float | None
    theil_between: float | None
    palma: float | None
    lorenz: Floats


def inequality(values: Floats, people: Int64s, unit: Int32s | None = None) -> Inequality:
    """Measure how evenly values are spread over people.

    Parameters
    ----------
    values
        ``(n,)`` what each person of a row has, zero or more, in any unit: capacity within reach, or seconds
        on the way. Who has nothing counts with 0.
    people
        ``(n,)`` people of each row in whole thousandths.
    unit
        ``(n,)`` unit of each row, for the parts of Theil's T; any number that is no unit is one of its own.
        One unit for all when None.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a value or a number of people that is negative, or not a number.

    Notes
    -----
    With rows in rising order, ``w_i`` persons of row i, ``F_i`` those of the rows up to it, ``W`` in all:
    ``gini = sum w_i x_i (F_i + F_i-1 - W) / (W sum w_i x_i)``; ``theil = sum w_i/W x_i/m ln(x_i/m)``, where
    nothing times its logarithm is nothing.

    References
    ----------
    F. A. Cowell, "Measuring Inequality", 3rd ed. (2011), doi:10.1093/acprof:osobl/9780199594030.001.0001;
    J. G. Palma, "Homogeneous middles vs. heterogeneous tails, and the end of the 'Inverted-U'", Development
    and Change 42 (2011), doi:10.1111/j.1467-7660.2011.01694.x.
    """
    values, people, unit = _counted(values, people, unit)
    whole = int(people.sum())
    first = _first_of_each(values)
    level, weight = values[first], _added(people, first).astype(np.float64)
    amount = level * weight
    total = _sum(amount)
    mean = total / whole if whole else None
    if not mean:
        return Inequality(whole, mean, None, None, None, None, None, np.empty((0, 2)))
    within, between = _theil(values, people, unit, total / whole)
    return Inequality(
        people=whole,
        mean=mean,
        gini=max(0.0, _tilt(amount, weight)),
        theil=within + between,
        theil_within=within,
        theil_between=between,
        palma=_palma(level, weight),
        lorenz=_thinned(_curve(amount, weight)),
    )


def concentration(values: Floats, people: Int64s, rank: Floats | None) -> float | None:
    """Measure whether the well-off have more: above 0 if so, below 0 if they have less.

    Parameters
    ----------
    values, people
        As for `inequality`.
    rank
        ``(n,)`` what the people of a row are ranked by, the poorest lowest; equal ones share a rank.

    Returns
    -------
    float or None
        Between -1 and 1; None when nobody is counted or nobody has anything.

    Raises
    ------
    WrongUse
        ``ranking_missing`` without a ranking, or when it is not a number where people live; as `inequality`.

    Notes
    -----
    ``2 cov(x, r) / m`` over persons, ``r`` the middle of each one's place among all.

    References
    ----------
    A. Wagstaff, P. Paci and E. van Doorslaer, "On the measurement of inequalities in health", Social Science
    & Medicine 33 (1991), doi:10.1016/0277-9536(91)90212-U.
    """
    if rank is None:
        raise WrongUse(ErrorCode.RANKING_MISSING, value="-")
    lived_in = rank[people > 0]
    if not np.isfinite(lived_in).all():
        raise WrongUse(ErrorCode.RANKING_MISSING, value=float(lived_in[~np.isfinite(lived_in)][0]))
    _require(values, people)
    kept = people > 0
    values, people, rank = values[kept], people[kept], rank[kept]
    order = np.lexsort((people, values, rank))
    first = _first_of_each(rank[order])
    amount = _added(values[order] * people[order], first)
    weight = _added(people[order], first).astype(np.float64)
    return _tilt(amount, weight) if amount.any() else None


def beyond(cost: Int64s, people: Int64s, limit: int) -> int:
    """Count the people, in whole thousandths, whose cost is over a limit; who never arrives is over any.

    Parameters
    ----------
    cost
        ``(n,)`` ms or mm, ``UNREACHED`` without an answer.
    people
        ``(n,)`` whole thousandths.
    limit
        In the unit of ``cost``: twice the limit of a standard finds the worst-off.
    """
    return int(people[cost > limit].sum())


def _require(values: Floats, people: Int64s) -> None:
    bad = ~(np.isfinite(values) & (values >= 0))
    if bad.any():
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="values", value=float(values[bad][0]), expected=">= 0")
    if (people < 0).any():
        value = int(people.min()) / THOUSANDTHS
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="people", value=value, expected=">= 0")


def _counted(values: Floats, people: Int64s, unit: Int32s | None) -> tuple[Floats, Int64s, Int32s]:
    """Check the rows and keep those where people live, in rising order of what they have."""
    _require(values, people)
    unit = np.zeros(len(values), np.int32) if unit is None else unit
    kept = np.flatnonzero(people > 0)
    kept = kept[np.argsort(values[kept])]
    return values[kept].astype(np.float64), people[kept], unit[kept]


def _first_of_each(*keys: Floats | Int32s) -> Int64s:
    """Find where each run begins whose rows are equal in all keys."""
    changed = np.ones(len(keys[0]), bool)
    changed[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.flatnonzero(changed)


def _added(values: Added, first: Int64s) -> Added:
    """Add up the runs that begin at ``first``."""
    return np.add.reduceat(values, first) if len(first) else values[:0]


def _sum(values: Floats) -> float:
    """Add up without any error of rounding; a list is read three times as fast as an array."""
    return math.fsum(values.tolist())


def _tilt(amount: Floats, weight: Floats) -> float:
    """Twice the covariance of what people have with their place in the row, over what they have in all."""
    upto = np.cumsum(weight)
    middle = upto + (upto - weight) - upto[-1]
    return _sum(amount * middle) / (float(upto[-1]) * _sum(amount))


def _theil(values: Floats, people: Int64s, unit: Int32s, mean: float) -> tuple[float, float]:
    """Theil's T within and between units; the rows come in rising order of the values."""
    values, people, unit = _merged_in_units(values, people, unit)
    first = _first_of_each(unit)
    amount = values * people
    held, living = _added(amount, first), _added(people, first).astype(np.float64)
    own_mean = np.repeat(held / living, np.diff(np.append(first, len(unit))))
    total = _sum(held)
    within = _sum(_times_log(amount, values, own_mean)) / total
    between = _sum(_times_log(held, held, living * mean)) / total
    # What is 0 but for the last bit of a quotient is 0: neither can be below.
    return max(0.0, within), max(0.0, between)


def _merged_in_units(values: Floats, people: Int64s, unit: Int32s) -> tuple[Floats, Int64s, Int32s]:
    """Give the distinct values of each unit and how many people have each, unit by unit, in rising order."""
    low, high = int(unit.min()), int(unit.max())
    # Numbers of sixteen bits are sorted by counting.
    by_unit = np.argsort((unit - low).astype(np.uint16) if high - low < _COUNTED else unit, kind="stable")
    values, people, unit = values[by_unit], people[by_unit], unit[by_unit]
    first = _first_of_each(unit, values)
    return values[first], _added(people, first), unit[first]


def _times_log(amount: Floats, over: Floats, under: Floats) -> Floats:
    """``amount * ln(over / under)``; nothing where there is nothing."""
    some = over > 0
    found = np.zeros(len(amount))
    found[some] = amount[some] * np.log(over[some] / under[some])
    return found


def _curve(amount: Floats, weight: Floats) -> Floats:
    """Lorenz' curve with a point for each distinct value."""
    curve = np.zeros((len(amount) + 1, 2))
    curve[1:, 0], curve[1:, 1] = np.cumsum(weight), np.cumsum(amount)
    curve /= curve[-1]
    return curve


def _palma(level: Floats, weight: Floats) -> float | None:
    """Share of the top tenth over that of the bottom four; a row may stand on both sides of a border."""
    upto, whole = np.cumsum(weight), weight.sum()
    poor = np.clip(_POOR * whole - _OF * (upto - weight), 0, _OF * weight)
    rich = np.clip(_OF * upto - _RICH * whole, 0, _OF * weight)
    has_least = _sum(level * poor)
    return _sum(level * rich) / has_least if has_least > 0 else None


def _thinned(curve: Floats) -> Floats:
    if len(curve) <= LORENZ_POINTS:
        return curve
    shares = np.linspace(0.0, 1.0, LORENZ_POINTS)
    return np.stack([shares, np.interp(shares, *curve.T)], axis=1)
