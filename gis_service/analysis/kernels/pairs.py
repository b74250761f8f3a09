"""Searches from one facility after another, each as far as the limit, and the homes that they come upon."""

from typing import TypeAlias

import numba
import numpy as np

from gis_service.types import Bools, Int32s, Int64s

NONE = np.int32(2**31 - 1)
"""Cost of a junction or a home that is not within the limit; a limit is lower."""
WIDTH_BITS = 10
"""Width of a bucket of the queue, as a power of two in ms or mm: flat between 8 and 13, so not a setting."""
BLOCK = 64
"""Neighbouring homes are looked through together, so many at a time: most of a city lies beyond one limit."""

Roads: TypeAlias = tuple[Int32s, Int32s, Int32s]
"""Sparse rows of arcs: start, head, cost."""
Starts: TypeAlias = tuple[
    Int32s, Int32s, Int64s, Int64s, Int32s, Int64s, Int64s, Bools, Bools, Int64s, Int64s
]
"""Of each facility: the two ends of its chain, and the cost of coming to it from either. Then, for the homes
on its own chain: place of its segment, offset, cost beside the way, whether one may come to it ahead, astern,
and the first and one past the last of these homes."""
Homes: TypeAlias = tuple[Int32s, Int32s, Int32s, Int32s, Int32s, Int32s, Int64s, Int64s]
"""In the order of the chains: the two ends of the chain, the cost of leaving by either, row of the home, and
for a facility on its own chain: place of its segment, offset, access."""
Doors: TypeAlias = tuple[Int64s, Int32s]
"""Row by junction; then the blocks of homes that can be left by way of it."""
Queue: TypeAlias = tuple[Int32s, Int32s, Int32s]
"""Entries: node, cost, and the next entry of the same bucket."""


@numba.njit(cache=True, nogil=True)
def pairs_within(
    part: tuple[int, int],
    roads: Roads,
    starts: Starts,
    homes: Homes,
    doors: Doors,
    n_homes: int,
    limit: int,
    left: Int64s,
) -> tuple[Int64s, Int32s, Int32s]:
    """Find all homes within the limit of each facility, by one bounded search per facility.

    Its arrays are made once: a search clears what it touched and nothing else, so it costs what lies within
    the limit, however large the city is. Costs of `NONE` and more stand for ways that may not be taken.

    part: the first and one past the last of the facilities that are asked for.
    n_homes: rows of all homes, on the network or not.
    left: (1,) how many more pairs may be found, counted down; shared by calls that run at the same time.
    Returns start (part[1] - part[0] + 1,), home and cost (n_pairs,), homes ascending within a facility. It
    ends early, with ``left`` below zero, when there are too many.
    """
    n_nodes, n_facilities = len(roads[0]) - 1, part[1] - part[0]
    first = np.full(_n_buckets(roads[2], limit), -1, np.int32)
    dist, touched = np.full(n_nodes, NONE, np.int32), np.empty(n_nodes, np.int32)
    # It grows when it must: few junctions wait at the same time.
    queue = (np.empty(64, np.int32), np.empty(64, np.int32), np.empty(64, np.int32))
    is_asked = np.zeros(len(homes[0]) // BLOCK + 1, np.bool_)
    near = np.full((n_homes // BLOCK + 1) * BLOCK, NONE, np.int32)
    is_near = np.zeros(n_homes // BLOCK + 1, np.bool_)
    start = np.zeros(n_facilities + 1, np.int64)
    home, paid = np.empty(1024, np.int32), np.empty(1024, np.int32)
    for i in range(n_facilities):
        f, n = part[0] + i, start[i]
        start[i + 1] = n
        if left[0] < 0:
            continue
        n_touched, queue = _search(f, roads, starts, limit, first, queue, dist, touched)
        found = _meet(touched[:n_touched], dist, homes, doors, limit, is_asked, near, is_near)
        found += _meet_on_own_chain(f, starts, homes, limit, near, is_near)
        for t in range(n_touched):
            dist[touched[t]] = NONE
        left[0] -= found
        if left[0] < 0:
            continue
        if n + found > len(home):
            size = max(2 * len(home), n + found)
            more, more_paid = np.empty(size, np.int32), np.empty(size, np.int32)
            more[:n], more_paid[:n] = home[:n], paid[:n]
            home, paid = more, more_paid
        _take(near, is_near, home[n:], paid[n:])
        start[i + 1] = n + found
    return start, home[: start[-1]], paid[: start[-1]]


@numba.njit(cache=True, nogil=True)
def _n_buckets(cost: Int32s, limit: int) -> int:
    """Count the buckets that hold all entries at any time: a power of two, used round and round."""
    reach = np.int64(0)
    for value in cost:
        reach = max(reach, np.int64(value))
    n_buckets = 1
    while n_buckets < (min(int(reach), limit) >> WIDTH_BITS) + 2:
        n_buckets *= 2
    return n_buckets


@numba.njit(cache=True, nogil=True)
def _search(
    f: int,
    roads: Roads,
    starts: Starts,
    limit: int,
    first: Int32s,
    queue: Queue,
    dist: Int32s,
    touched: Int32s,
) -> tuple[int, Queue]:
    """Find the cost of every junction within the limit: a bucket queue with label correction.

    first: heads of the linked lists of waiting entries, all -1 before and after.
    Returns how many junctions were touched, and the queue, which may have grown.
    """
    row, head, cost = roads
    f_tail, f_head, f_by_tail, f_by_head = starts[:4]
    e_node, e_cost, e_next = queue
    mask, n_touched, n_entries, free, waiting = len(first) - 1, 0, 0, np.int32(-1), 0
    bucket = (min(f_by_tail[f], f_by_head[f]) >> WIDTH_BITS) & mask
    for side in range(2):
        node, spent = (f_tail[f], f_by_tail[f]) if side == 0 else (f_head[f], f_by_head[f])
        if spent > limit or spent >= dist[node]:
            continue
        if dist[node] == NONE:
            touched[n_touched] = node
            n_touched += 1
        dist[node] = spent
        slot = (spent >> WIDTH_BITS) & mask
        e_node[n_entries], e_cost[n_entries], e_next[n_entries] = node, spent, first[slot]
        first[slot] = n_entries
        n_entries, waiting = n_entries + 1, waiting + 1
    while waiting:
        while first[bucket] < 0:
            bucket = (bucket + 1) & mask
        entry = first[bucket]
        first[bucket] = e_next[entry]
        waiting -= 1
        node, spent = e_node[entry], np.int64(e_cost[entry])
        e_next[entry] = free
        free = entry
        if dist[node] != spent:
            continue  # a better way came in the meantime
        for arc in range(row[node], row[node + 1]):
            target, total = head[arc], spent + cost[arc]
            if total > limit or total >= dist[target]:
                continue
            if dist[target] == NONE:
                touched[n_touched] = target
                n_touched += 1
            dist[target] = total
            place = free
            if place >= 0:
                free = e_next[place]
            else:
                if n_entries == len(e_cost):
                    e_node, e_cost = np.append(e_node, e_node), np.append(e_cost, e_cost)
                    e_next = np.append(e_next, e_next)
                place = np.int32(n_entries)
                n_entries += 1
            slot = (total >> WIDTH_BITS) & mask
            e_node[place], e_cost[place], e_next[place] = target, total, first[slot]
            first[slot] = place
            waiting += 1
    return n_touched, (e_node, e_cost, e_next)


@numba.njit(cache=True, nogil=True)
def _meet(
    touched: Int32s,
    dist: Int32s,
    homes: Homes,
    doors: Doors,
    limit: int,
    is_asked: Bools,
    near: Int32s,
    is_near: Bools,
) -> int:
    """Price the homes behind the junctions that were touched; count those within the limit."""
    tail, head, by_tail, by_head, row = homes[:5]
    d_row, d_block = doors
    found, low, high = 0, len(is_asked), -1
    for node in touched:
        for d in range(d_row[node], d_row[node + 1]):
            block = d_block[d]
            is_asked[block] = True
            low, high = min(low, block), max(high, block)
    for block in range(low, high + 1):
        if not is_asked[block]:
            continue
        is_asked[block] = False
        for k in range(block * BLOCK, min((block + 1) * BLOCK, len(row))):
            cost = min(dist[tail[k]] + by_tail[k], dist[head[k]] + by_head[k])
            if cost <= limit:
                near[row[k]] = cost
                is_near[row[k] // BLOCK] = True
                found += 1
    return found


@numba.njit(cache=True, nogil=True)
def _meet_on_own_chain(f: int, starts: Starts, homes: Homes, limit: int, near: Int32s, is_near: Bools) -> int:
    """Price the straight way along the facility's own chain; count the homes that were not near before."""
    f_place, f_offset, f_cost, f_ahead, f_astern, f_low, f_high = starts[4:]
    row, place, offset, access = homes[4:]
    found = 0
    for k in range(f_low[f], f_high[f]):
        # On one segment the offsets tell who stands ahead; on two, the segments do, even if both positions
        # are the node between them.
        steps, gap = f_place[f] - place[k], f_offset[f] - offset[k]
        is_ahead = steps > 0 or (steps == 0 and gap >= 0)
        is_astern = steps < 0 or (steps == 0 and gap <= 0)
        cost = abs(gap) + f_cost[f] + access[k]
        if ((is_ahead and f_ahead[f]) or (is_astern and f_astern[f])) and cost <= limit:
            found += near[row[k]] == NONE
            near[row[k]] = min(np.int64(near[row[k]]), cost)
            is_near[row[k] // BLOCK] = True
    return found


@numba.njit(cache=True, nogil=True)
def _take(near: Int32s, is_near: Bools, home: Int32s, paid: Int32s) -> None:
    """Write down who is near in the order of rows, and forget it."""
    n = 0
    for block in range(len(is_near)):
        if not is_near[block]:
            continue
        is_near[block] = False
        for h in range(block * BLOCK, (block + 1) * BLOCK):
            if near[h] < NONE:
                home[n], paid[n] = h, near[h]
                near[h] = NONE
                n += 1
