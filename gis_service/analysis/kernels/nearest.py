"""Searches from all facilities at once: for every node its nearest, or its two nearest facilities."""

import heapq

import numba
import numpy as np

from gis_service.analysis.kernels.answers import FAR, Answer, offer
from gis_service.types import Bools, Int32s, Int64s

BUCKET = 1024
"""Width of a bucket of the queue in ms or mm: flat between 256 and 8192, so not a setting."""


@numba.njit(cache=True, nogil=True)
def _n_buckets(cost: Int32s, seed_cost: Int64s) -> int:
    """Count the buckets that hold every entry of the queue at any time, used round and round."""
    reach = np.int64(0)
    for value in cost:
        reach = max(reach, np.int64(value))
    for value in seed_cost:
        reach = max(reach, value)
    return int(reach // BUCKET + 2)


@numba.njit(cache=True, nogil=True)
def two_nearest(
    row: Int32s,
    head: Int32s,
    cost: Int32s,
    seed_node: Int32s,
    seed_cost: Int64s,
    seed_facility: Int32s,
    site: Int32s,
) -> Answer:
    """Find the two nearest facilities of different sites for every node: one search from all facilities.

    A bucket queue with label correction: exact for whole-number costs, whatever the order inside a bucket.
    Returns c1, f1, c2, f2, each (n_nodes,); FAR and -1 where there is none.
    """
    n = len(row) - 1
    c1, c2 = np.full(n, FAR, np.int64), np.full(n, FAR, np.int64)
    f1, f2 = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    n_buckets = _n_buckets(cost, seed_cost)
    first = np.full(n_buckets, -1, np.int64)  # heads of linked lists of waiting entries
    capacity = max(4 * n, 2 * len(seed_node), 1024)
    e_node, e_facility = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    e_cost, e_next = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
    n_entries, free, waiting = 0, np.int64(-1), 0
    for i in range(len(seed_node)):
        node, spent, facility = seed_node[i], seed_cost[i], seed_facility[i]
        if offer(node, spent, facility, site, c1, f1, c2, f2):
            slot = (spent // BUCKET) % n_buckets
            e_node[n_entries], e_facility[n_entries], e_cost[n_entries] = node, facility, spent
            e_next[n_entries] = first[slot]
            first[slot] = n_entries
            n_entries += 1
            waiting += 1
    bucket = np.int64(0)
    while waiting:
        while first[bucket] < 0:
            bucket = (bucket + 1) % n_buckets
        entry = first[bucket]
        first[bucket] = e_next[entry]
        waiting -= 1
        node, facility, spent = e_node[entry], e_facility[entry], e_cost[entry]
        e_next[entry] = free
        free = entry
        if (c1[node] != spent or f1[node] != facility) and (c2[node] != spent or f2[node] != facility):
            continue  # a better way came in the meantime
        for arc in range(row[node], row[node + 1]):
            target, total = head[arc], spent + cost[arc]
            if total > c2[target] or not offer(target, total, facility, site, c1, f1, c2, f2):
                continue
            if free >= 0:
                place = free
                free = e_next[place]
            else:
                if n_entries == len(e_cost):
                    e_node, e_facility = np.append(e_node, e_node), np.append(e_facility, e_facility)
                    e_cost, e_next = np.append(e_cost, e_cost), np.append(e_next, e_next)
                place = np.int64(n_entries)
                n_entries += 1
            slot = (total // BUCKET) % n_buckets
            e_node[place], e_facility[place], e_cost[place] = target, facility, total
            e_next[place] = first[slot]
            first[slot] = place
            waiting += 1
    return c1, f1, c2, f2


@numba.njit(cache=True, nogil=True)
def nearest_at(
    row: Int32s,
    head: Int32s,
    cost: Int32s,
    seed_node: Int32s,
    seed_cost: Int64s,
    seed_facility: Int32s,
    wanted: Bools,
) -> Answer:
    """Find the nearest facility of the wanted nodes, and stop when all of them are known.

    Dijkstra's search in the order of cost, then facility. Returns as ``two_nearest``, without any second;
    nodes that were not looked at have FAR and -1.
    """
    n = len(row) - 1
    c1, c2 = np.full(n, FAR, np.int64), np.full(n, FAR, np.int64)
    f1, f2 = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    left = np.count_nonzero(wanted)
    queue = [(np.int64(0), np.int32(0), np.int32(0)) for _ in range(0)]
    for i in range(len(seed_node)):
        heapq.heappush(queue, (seed_cost[i], seed_facility[i], seed_node[i]))
    while left and queue:
        spent, facility, node = heapq.heappop(queue)
        if f1[node] >= 0:
            continue
        c1[node], f1[node] = spent, facility
        if wanted[node]:
            left -= 1
        for arc in range(row[node], row[node + 1]):
            if f1[head[arc]] < 0:
                heapq.heappush(queue, (spent + cost[arc], facility, head[arc]))
    return c1, f1, c2, f2
