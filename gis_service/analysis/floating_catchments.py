"""Floating catchments: how much of what facilities offer there is for each resident within reach.

Two steps. A facility shares its capacity among the people around it; a resident adds up the shares of the
facilities around. Nearer pairs may weigh more. The people around a facility are summed in whole numbers, and
the shares of a home in whole numbers of a fixed fineness: the same input gives the same bits on every machine
and in every order of rows.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gis_service.analysis.kernels.catchments import (
    BANDS,
    facilities_of_homes,
    sums_of_facilities,
    sums_of_homes,
)
from gis_service.analysis.pairs import Pairs
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import THOUSANDTHS, Floats, Int64s

SLOW_DECAY = (1.0, 0.68, 0.22)
"""Weights of the three bands of Luo and Qi (2009)."""
_SUM_BITS = 61
"""Of the whole numbers that are summed in 64 bits: one is the sign, one is to spare."""


@dataclass(frozen=True, slots=True)
class Decay:
    """What a pair weighs by its cost.

    Parameters
    ----------
    limits
        ``(n_bands,)`` greatest cost of each band, ms or mm, ascending; beyond the last a pair weighs nothing.
        At most four.
    weights
        ``(n_bands,)`` weight within each band, above zero.

    Raises
    ------
    WrongUse
        ``wrong_argument`` when they are not as said.
    """

    limits: Int64s
    weights: Floats

    def __post_init__(self) -> None:
        if not 1 <= len(self.limits) <= BANDS or (np.diff(self.limits) <= 0).any():
            raise _wrong("limits", self.limits.tolist(), f"1 … {BANDS} rising limits")
        one_each = len(self.weights) == len(self.limits)
        if not one_each or not (np.isfinite(self.weights) & (self.weights > 0)).all():
            raise _wrong("weights", self.weights.tolist(), f"{len(self.limits)} x > 0")

    @property
    def bounds(self) -> Int64s:
        """The limits as the loops take them: ``BANDS`` of them, the last repeated."""
        return np.append(self.limits, np.full(BANDS - len(self.limits), self.limits[-1]))

    @property
    def shares(self) -> Floats:
        """The weights to go with ``bounds``; nothing where a limit is repeated."""
        return np.append(self.weights, np.zeros(BANDS - len(self.weights)))


def even(limit: int) -> Decay:
    """Weigh all pairs within a limit (ms or mm) the same.

    References
    ----------
    W. Luo and F. Wang, "Measures of spatial accessibility to health care in a GIS environment", Environment
    and Planning B 30 (2003), doi:10.1068/b29120.
    """
    return Decay(np.array([limit], np.int64), np.ones(1))


def thirds(limit: int, weights: tuple[float, ...] = SLOW_DECAY) -> Decay:
    """Weigh pairs by the third of the limit (ms or mm) that they lie in; as many bands as weights.

    Of limits so small that a third holds no whole number, that band falls away.

    References
    ----------
    W. Luo and Y. Qi, "An enhanced two-step floating catchment area (E2SFCA) method", Health & Place 15
    (2009), doi:10.1016/j.healthplace.2009.06.002.
    """
    bands = np.arange(1, len(weights) + 1, dtype=np.int64)
    limits = limit * bands // len(weights)
    kept = np.diff(limits, prepend=-1) > 0
    return Decay(limits[kept], np.array(weights)[kept])


@dataclass(frozen=True, slots=True)
class Catchments:
    """Who shares what with whom.

    Parameters
    ----------
    accessibility
        ``(n_homes,)`` capacity for each resident of a home; 0 where nothing is in reach.
    demand
        ``(n_facilities,)`` people who share a facility, weighted; 0 where nobody is in reach.
    ratio
        ``(n_facilities,)`` capacity for each of them; 0 where nobody is.
    """

    accessibility: Floats
    demand: Floats
    ratio: Floats


def floating_catchments(pairs: Pairs, people: Int64s, capacity: Floats, decay: Decay) -> Catchments:
    """Share capacities out in two steps: 2SFCA with even weights, E2SFCA with weights that fall with cost.

    Parameters
    ----------
    pairs
        Pairs within the last limit of ``decay`` at least.
    people
        ``(n_homes,)`` in whole thousandths of a person.
    capacity
        ``(n_facilities,)`` what each offers: places, beds, doctors; 1 each compares facilities alone.
    decay
        Weights by cost, from `even` or `thirds`.

    Returns
    -------
    Catchments
        ``sum(people * accessibility)`` is the sum of the capacities that have anybody in reach.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a number of people or a capacity that is negative, or not a number.

    Notes
    -----
    ``R_j = S_j / sum_i P_i W_ij`` and ``A_i = sum_j R_j W_ij``.

    References
    ----------
    As of `even` and `thirds`.
    """
    _require(people, capacity, pairs)
    demand = _weighted(_by_band(pairs, decay, people), decay) / THOUSANDTHS
    ratio = _quotient(capacity, demand)
    return Catchments(_at_homes(pairs, decay, ratio, len(people)), demand, ratio)


def balanced_catchments(
    pairs: Pairs,
    people: Int64s,
    capacity: Floats,
    decay: Decay,
    shared_by: Literal["people", "places"] = "people",
) -> Catchments:
    """Share capacities out so that nobody is counted more than once: all are divided among what is in reach.

    Parameters
    ----------
    pairs, people, capacity, decay
        As for `floating_catchments`.
    shared_by
        ``people``: each part of a person takes the level of service of the facility that it goes to.
        ``places``: as in the publication, the level of service of a facility is divided among the rows around
        it, whoever lives there; the finer the rows, the less there is for each.

    Returns
    -------
    Catchments
        ``sum(demand)`` is the number of people with a facility in reach. By people,
        ``sum(people * accessibility)`` is the sum of the capacities that have anybody in reach; by places,
        ``sum(accessibility)`` is ``sum(ratio)``.

    Raises
    ------
    WrongUse
        As `floating_catchments`.

    Notes
    -----
    ``L_j = S_j / sum_i (P_i W_ij / sum_j W_ij)``; ``A_i = sum_j L_j W_ij / sum_j W_ij`` by people,
    ``A_i = sum_j (L_j W_ij / sum_i W_ij)`` by places.

    References
    ----------
    A. Páez, C. D. Higgins and S. F. Vivona, "Demand and level of service inflation in Floating Catchment Area
    (FCA) methods", PLoS ONE 14 (2019), doi:10.1371/journal.pone.0218773.
    """
    _require(people, capacity, pairs)
    n = len(people)
    around = _weighted(facilities_of_homes(pairs.home, pairs.cost, decay.bounds, n), decay)
    divided = _Exact(_quotient(people / THOUSANDTHS, around), n)
    high, low = (_by_band(pairs, decay, part) for part in np.moveaxis(divided.parts, -1, 0))
    demand = _weighted(divided.value(high, low), decay)
    ratio = _quotient(capacity, demand)
    if shared_by == "people":
        return Catchments(_quotient(_at_homes(pairs, decay, ratio, n), around), demand, ratio)
    rows = _weighted(_by_band(pairs, decay, np.ones(n, np.int64)), decay)
    return Catchments(_at_homes(pairs, decay, _quotient(ratio, rows), n), demand, ratio)


def _by_band(pairs: Pairs, decay: Decay, values: Int64s) -> Int64s:
    # A copy of its own: the loops are compiled for arrays that lie in memory without gaps.
    own = np.array(values, np.int64)
    sums: Int64s = sums_of_facilities(pairs.start, pairs.home, pairs.cost, decay.bounds, own)
    return sums


def _weighted(by_band: Int64s | Floats, decay: Decay) -> Floats:
    """Weigh the bands (columns) and add them up, nearest first: a fixed order, and no fused arithmetic."""
    total = np.zeros(len(by_band))
    for column, weight in zip(by_band.T, decay.shares, strict=True):
        total = total + column * weight
    return total


def _at_homes(pairs: Pairs, decay: Decay, ratio: Floats, n_homes: int) -> Floats:
    terms = _Exact(ratio[:, None] * np.append(decay.shares, 0.0), len(ratio))
    sums = sums_of_homes(pairs.start, pairs.home, pairs.cost, decay.bounds, terms.parts, n_homes)
    return terms.value(sums[:, 0], sums[:, 1])


def _quotient(values: Floats, by: Floats) -> Floats:
    """Divide where there is something to divide by; 0 elsewhere."""
    return np.divide(values, by, out=np.zeros(len(values)), where=by > 0)


class _Exact:
    """Numbers as pairs of whole numbers, whose sums of up to ``n_terms`` are exact in any order.

    The coarse part counts steps of which the largest number has 2**bits, the fine part 2**bits-ths of a
    step: together twice as fine as a double, relative to the largest number.
    """

    def __init__(self, values: Floats, n_terms: int) -> None:
        self.bits = _SUM_BITS - n_terms.bit_length()
        _, exponent = np.frexp(values.max(initial=0.0))
        self.shift = self.bits - int(exponent)
        scaled = np.ldexp(values, self.shift)
        high = np.floor(scaled)
        low = np.floor(np.ldexp(scaled - high, self.bits))
        self.parts: Int64s = np.stack([high, low], axis=-1).astype(np.int64)

    def value(self, high: Int64s, low: Int64s) -> Floats:
        """Give the number that sums of both parts stand for."""
        return np.ldexp(high + np.ldexp(low.astype(np.float64), -self.bits), -self.shift)


def _require(people: Int64s, capacity: Floats, pairs: Pairs) -> None:
    if (people < 0).any():
        raise _wrong("people", int(people.min()) / THOUSANDTHS, ">= 0")
    bad = ~(np.isfinite(capacity) & (capacity >= 0))
    if bad.any():
        raise _wrong("capacity", float(capacity[bad][0]), ">= 0")
    if len(capacity) != pairs.n_facilities:
        raise _wrong("capacity", len(capacity), f"{pairs.n_facilities} values")


def _wrong(name: str, value: object, expected: str) -> WrongUse:
    return WrongUse(ErrorCode.WRONG_ARGUMENT, name=name, value=value, expected=expected)
