"""Sums over pairs of facilities and homes, by band of cost; whole numbers, so that no order changes them."""

import numba
import numpy as np

from gis_service.types import Int32s, Int64s

BANDS = 4
"""Bands that a pair can lie in, besides the one beyond them. A fixed number: a loop over bands, inside that
over pairs, would take half of the time."""


@numba.njit(cache=True, nogil=True, inline="always")
def _band(cost: int, a: int, b: int, c: int, d: int) -> int:
    """Count the limits that a cost is beyond: its band, without a branch to guess wrong."""
    return int(cost > a) + int(cost > b) + int(cost > c) + int(cost > d)


@numba.njit(cache=True, nogil=True)
def sums_of_facilities(start: Int64s, home: Int32s, cost: Int32s, limits: Int64s, values: Int64s) -> Int64s:
    """Add up the values of the homes in each band around each facility.

    limits: (BANDS,) greatest cost of each band, ascending; the last one stands for those that are not needed.
    values: (n_homes,). Returns (n_facilities, BANDS).
    """
    n = len(start) - 1
    a, b, c, d = limits[0], limits[1], limits[2], limits[3]
    sums = np.empty((n, BANDS), np.int64)
    for j in range(n):
        # Whole, and beyond each limit: four sums that wait for each other no more than for memory.
        whole, over_a, over_b, over_c, over_d = 0, 0, 0, 0, 0
        for k in range(start[j], start[j + 1]):
            # Unsigned: no look whether it counts from the end.
            value, at = values[np.uintp(home[k])], cost[k]
            whole += value
            over_a += value * (at > a)
            over_b += value * (at > b)
            over_c += value * (at > c)
            over_d += value * (at > d)
        sums[j] = whole - over_a, over_a - over_b, over_b - over_c, over_c - over_d
    return sums


@numba.njit(cache=True, nogil=True)
def sums_of_homes(
    start: Int64s, home: Int32s, cost: Int32s, limits: Int64s, terms: Int64s, n_homes: int
) -> Int64s:
    """Add up for each home the terms of the facilities around it.

    terms: (n_facilities, BANDS + 1, 2) what a facility gives to a home in each band, and beyond.
    Returns (n_homes, 2).
    """
    a, b, c, d = limits[0], limits[1], limits[2], limits[3]
    sums = np.zeros((n_homes, 2), np.int64)
    for j in range(len(start) - 1):
        for k in range(start[j], start[j + 1]):
            band, at = _band(cost[k], a, b, c, d), home[k]
            sums[at, 0] += terms[j, band, 0]
            sums[at, 1] += terms[j, band, 1]
    return sums


@numba.njit(cache=True, nogil=True)
def facilities_of_homes(home: Int32s, cost: Int32s, limits: Int64s, n_homes: int) -> Int64s:
    """Count for each home the facilities in each band around it: (n_homes, BANDS)."""
    a, b, c, d = limits[0], limits[1], limits[2], limits[3]
    counts = np.zeros((n_homes, BANDS + 1), np.int64)
    for k in range(len(home)):
        counts[home[k], _band(cost[k], a, b, c, d)] += 1
    return counts[:, :BANDS].copy()
