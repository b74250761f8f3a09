"""The compiled loops of the engine: plain functions on arrays, one signature each, cached on disk.

Everything here is reached through ``graph`` and ``field``; ``gis_service.analysis.warm`` compiles it once.
"""

import heapq
from typing import TypeAlias

import numba
import numpy as np

from gis_service.types import Bools, Int32s, Int64s

Answer: TypeAlias = tuple[Int64s, Int32s, Int64s, Int32s]
"""Cost and facility of the nearest, then of the second nearest."""

BUCKET = 1024
"""Width of a bucket of the queue in ms or mm: flat between 256 and 8192, so not a setting."""
FAR = np.iinfo(np.int64).max


@numba.njit(cache=True, nogil=True)
def walk_chains(
    start: Int32s, end: Int32s, cost: Int64s, used: Int32s, inner: Bools, row: Int32s, segment_at: Int32s
) -> tuple[Int32s, Int32s, Bools, Int64s, Int32s, Int32s, Int64s]:
    """Join segments through inner nodes into chains.

    Returns chain, place in it, along, before, each (n_segments,), and tail, head, total, each (n_chains,).
    """
    n_segments = len(start)
    chain = np.full(n_segments, -1, np.int32)
    place = np.zeros(n_segments, np.int32)
    along = np.ones(n_segments, np.bool_)
    before = np.zeros(n_segments, np.int64)
    tail = np.empty(len(used), np.int32)
    head = np.empty(len(used), np.int32)
    total = np.zeros(len(used), np.int64)
    n_chains = 0
    for sweep in range(2):  # chains between junctions first; what is left are rings without any junction
        for first in used:
            if chain[first] >= 0:
                continue
            if sweep == 0 and inner[start[first]] and inner[end[first]]:
                continue
            forwards = sweep == 1 or not inner[start[first]]
            node = start[first] if forwards else end[first]
            tail[n_chains] = node
            segment, spent, nth = first, 0, 0
            while True:
                chain[segment] = n_chains
                place[segment] = nth
                nth += 1
                along[segment] = start[segment] == node
                before[segment] = spent
                spent += cost[segment]
                node = end[segment] if along[segment] else start[segment]
                if not inner[node] or node == tail[n_chains]:
                    break
                one, other = segment_at[row[node]], segment_at[row[node] + 1]
                segment = other if one == segment else one
            head[n_chains] = node
            total[n_chains] = spent
            n_chains += 1
    return chain, place, along, before, tail[:n_chains], head[:n_chains], total[:n_chains]


@numba.njit(cache=True, nogil=True, inline="always")
def _offer(
    node: int, cost: int, facility: int, site: Int32s, c1: Int64s, f1: Int32s, c2: Int64s, f2: Int32s
) -> bool:
    """Offer a node one more way; keep the two best of different sites, ties to the lower facility."""
    if f1[node] >= 0 and site[facility] == site[f1[node]]:
        if cost < c1[node] or (cost == c1[node] and facility < f1[node]):
            c1[node], f1[node] = cost, facility
            return True
        return False
    if cost < c1[node] or (cost == c1[node] and facility < f1[node]):
        c2[node], f2[node] = c1[node], f1[node]
        c1[node], f1[node] = cost, facility
        return True
    if cost < c2[node] or (cost == c2[node] and facility < f2[node]):
        c2[node], f2[node] = cost, facility
        return True
    return False


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
        if _offer(node, spent, facility, site, c1, f1, c2, f2):
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
            if total > c2[target] or not _offer(target, total, facility, site, c1, f1, c2, f2):
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


@numba.njit(cache=True, nogil=True)
def ask_positions(
    positions: tuple[Int32s, Int32s, Int64s, Bools, Bools],
    chains: tuple[Int32s, Int32s, Int64s, Bools, Bools],
    node_ways: Answer,
    site: Int32s,
    stops: tuple[Int64s, Int32s, Int32s, Int64s, Int64s],
) -> Answer:
    """Find the two nearest facilities of different sites for positions on chains.

    The ways lead over the two ends of the chain, or straight along it to facilities on the same chain.

    positions: chain, place of the segment in it, offset, and whether one may set out ahead, astern.
    chains: tail, head, cost, and whether they may be travelled ahead, astern.
    stops: row by chain, then place, facility, offset and access of the facilities on it.
    """
    chain, place, offset, ahead_allowed, astern_allowed = positions
    tail, head, length, ahead_open, astern_open = chains
    c1n, f1n, c2n, f2n = node_ways
    row, at_place, at_facility, at_offset, at_access = stops
    n = len(chain)
    c1, c2 = np.full(n, FAR, np.int64), np.full(n, FAR, np.int64)
    f1, f2 = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    for i in range(n):
        own = chain[i]
        if own < 0:
            continue
        ahead = ahead_open[own] and ahead_allowed[i]
        astern = astern_open[own] and astern_allowed[i]
        for side in range(2):
            if not (ahead if side == 0 else astern):
                continue
            node = head[own] if side == 0 else tail[own]
            rest = length[own] - offset[i] if side == 0 else offset[i]
            if f1n[node] >= 0:
                _offer(i, c1n[node] + rest, f1n[node], site, c1, f1, c2, f2)
            if f2n[node] >= 0:
                _offer(i, c2n[node] + rest, f2n[node], site, c1, f1, c2, f2)
        for k in range(row[own], row[own + 1]):
            # On one segment the offsets tell who stands ahead; on two, the segments do, even if both
            # positions are the node between them.
            steps, gap = at_place[k] - place[i], at_offset[k] - offset[i]
            is_ahead = steps > 0 or (steps == 0 and gap >= 0)
            is_astern = steps < 0 or (steps == 0 and gap <= 0)
            if (is_ahead and ahead) or (is_astern and astern):
                _offer(i, abs(gap) + at_access[k], at_facility[k], site, c1, f1, c2, f2)
    return c1, f1, c2, f2
