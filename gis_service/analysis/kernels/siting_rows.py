"""Lays pairs of demand and site as rows, cheapest site first, and as columns."""

import numba
import numpy as np

from gis_service.types import Floats, Int32s, Int64s

_SHORT = 48
"""Rows up to here are sorted by insertion: nothing is allocated for them."""


@numba.njit(cache=True, nogil=True)
def lay_rows(demand: Int32s, site: Int32s, cost: Floats, n: int) -> tuple[Int64s, Int32s, Floats]:
    """Sort pairs into rows: by demand, then cost, then site.

    Returns start (n + 1,), and site and cost of the pairs in that order.
    """
    start = np.zeros(n + 1, np.int64)
    for k in range(len(demand)):
        start[demand[k] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    at = start[:-1].copy()
    sites, costs = np.empty(len(site), np.int32), np.empty(len(site), np.float64)
    for k in range(len(demand)):
        i = demand[k]
        sites[at[i]], costs[at[i]] = site[k], cost[k]
        at[i] += 1
    for i in range(n):
        a, b = start[i], start[i + 1]
        if b - a > _SHORT:
            order = np.argsort(sites[a:b], kind="mergesort")
            sites[a:b], costs[a:b] = sites[a:b][order], costs[a:b][order]
            # Stable: of equal costs the lower site stays first.
            order = np.argsort(costs[a:b], kind="mergesort")
            sites[a:b], costs[a:b] = sites[a:b][order], costs[a:b][order]
            continue
        for k in range(a + 1, b):
            c, s, at_k = costs[k], sites[k], k
            while at_k > a and (costs[at_k - 1] > c or (costs[at_k - 1] == c and sites[at_k - 1] > s)):
                costs[at_k], sites[at_k] = costs[at_k - 1], sites[at_k - 1]
                at_k -= 1
            costs[at_k], sites[at_k] = c, s
    return start, sites, costs


@numba.njit(cache=True, nogil=True)
def lay_columns(start: Int64s, site: Int32s, price: Floats, m: int) -> tuple[Int64s, Int32s, Floats]:
    """Turn rows round: start (m + 1,), and row and price of the pairs of each site, rows rising."""
    column = np.zeros(m + 1, np.int64)
    for k in range(len(site)):
        column[site[k] + 1] += 1
    for j in range(m):
        column[j + 1] += column[j]
    at = column[:-1].copy()
    rows, prices = np.empty(len(site), np.int32), np.empty(len(site), np.float64)
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            j = site[k]
            rows[at[j]], prices[at[j]] = i, price[k]
            at[j] += 1
    return column, rows, prices


@numba.njit(cache=True, nogil=True)
def first_twice(demand: Int32s, site: Int32s, n: int) -> tuple[int, int]:
    """Find a demand that has a site twice, in pairs of any order: demand and site, -1 when there is none."""
    start, sites, _ = lay_rows(demand, site, np.zeros(len(site)), n)
    for i in range(n):
        # Of equal costs the lower site stands first: the same ones side by side.
        for k in range(start[i] + 1, start[i + 1]):
            if sites[k] == sites[k - 1]:
                return i, int(sites[k])
    return -1, -1


@numba.njit(cache=True, nogil=True)
def like_the_first(start: Int64s, site: Int32s, group: Int64s, first: Int64s, m: int) -> bool:
    """Tell whether each row has the very sites of the first row of its group.

    group: (n,). first: (n_groups,) row of each.
    """
    order = np.argsort(group, kind="mergesort")
    mark, last = np.full(m, -1, np.int64), -1
    for at in range(len(order)):
        i = order[at]
        g = group[i]
        f = first[g]
        if g != last:
            for k in range(start[f], start[f + 1]):
                mark[site[k]] = g
            last = g
        if start[i + 1] - start[i] != start[f + 1] - start[f]:
            return False
        for k in range(start[i], start[i + 1]):
            if mark[site[k]] != g:
                return False
    return True
