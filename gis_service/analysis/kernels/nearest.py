"""Searches from all facilities at once: for every node the ways to its k nearest of different sites.

Ways are written as in ``kernels.answers``.
"""

import heapq
from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from gis_service.analysis.kernels.ahead import fetch_ahead
from gis_service.analysis.kernels.answers import FAR
from gis_service.types import Bools, Int32s, Int64s

WIDTH_BITS = 10
"""A bucket of the queue is 2 ** 10 ms or mm wide: flat between 2 ** 8 and 2 ** 13, so not a setting."""
_MOST_BUCKETS_BITS = 16
_HALF, _LOW = np.uint64(32), np.uint64(2**32 - 1)
_Lists: TypeAlias = tuple[NDArray[np.uint32], NDArray[np.uint64]]
_State: TypeAlias = tuple[np.uint64, np.uint32, np.uint32, np.int64, int]
_Log: TypeAlias = tuple[Int32s, Int64s] | None
_Rules: TypeAlias = tuple[np.uint64, np.uint64, np.uint64]


@numba.njit(cache=True, nogil=True)
def ring(reach: int, way: Int64s, start: Int32s, bits: int) -> tuple[int, int, int]:
    """Size the ring of buckets so that it holds every entry of the queue at any time.

    reach: the cost of the costliest arc. Returns the bits of its length, the bits by which a way is shifted
    to its bucket, and the first bucket.
    """
    low, high = way[start[0]], way[start[0]]
    for node in start:
        low, high = min(low, way[node]), max(high, way[node])
    reach = max(reach, (high - low) >> bits)
    width_bits = WIDTH_BITS
    while (reach >> width_bits) + 2 > 1 << _MOST_BUCKETS_BITS:
        width_bits += 1  # as exact, and a long ferry or a large penalty takes no memory
    size_bits = 1
    while (reach >> width_bits) + 2 > 1 << size_bits:
        size_bits += 1
    return size_bits, bits + width_bits, low >> (bits + width_bits)


@numba.njit(cache=True, nogil=True, inline="always")
def _fetch(
    arcs: tuple[Int32s, Int32s, Int32s],
    ways: NDArray[np.uint64],
    entries: NDArray[np.uint64],
    entry: np.uint64,
) -> None:
    """Ask for what the next two entries of a list will need, while the present one is worked on."""
    row, head, cost = arcs
    both = entries[entry]
    place = np.uint64(row[both >> _HALF])  # was asked for one entry ago
    fetch_ahead(head, place)
    fetch_ahead(cost, place)
    if both & _LOW:
        then = entries[both & _LOW]
        fetch_ahead(row, then >> _HALF)
        fetch_ahead(ways, then >> _HALF)
        fetch_ahead(entries, then & _LOW)


@numba.njit(cache=True, nogil=True)
def drain(
    arcs: tuple[Int32s, Int32s, Int32s],
    ways: NDArray[np.uint64],
    queue: _Lists,
    state: _State,
    rules: _Rules,
    log: _Log,
) -> _State:
    """Take entries out of the queue until it is empty, or has no room for what the next one may put in.

    Numbers are unsigned: an index that may be negative costs a test each time. log: None, or nodes and what
    their ways were, written on from its place in the state; without it the compiler leaves out what is about
    it. Returns the state: bucket, entries that were ever used, head of the list of those free again, how many
    are waiting, how many changes were written down.
    """
    row, head, cost = arcs
    (first, entries), (by, shift, most) = queue, rules
    bucket, n_entries, free, waiting, n_changed = state
    mask = np.uint64(len(first) - 1)
    while waiting:
        while first[bucket & mask] == 0:
            bucket += np.uint64(1)
        entry = first[bucket & mask]
        node = entries[entry] >> _HALF
        begin, end = row[node], row[node + np.uint64(1)]
        if n_entries + (end - begin) > len(entries):
            break
        if log is not None and n_changed + (end - begin) > len(log[0]):
            break
        following = entries[entry] & _LOW
        first[bucket & mask] = np.uint32(following)
        if following:
            _fetch(arcs, ways, entries, following)
        entries[entry] = np.uint64(free)
        free = entry
        waiting -= 1
        own = ways[node]
        if own >> shift != bucket:
            continue  # a better way came in the meantime
        for arc in range(begin, end):
            place = np.uint64(arc)
            target, total = np.uint64(head[place]), own + (np.uint64(cost[place]) << by)
            if total >= ways[target] or total > most:
                continue
            if log is not None:
                last = np.uint64(n_changed)
                log[0][last], log[1][last] = target, ways[target]
                n_changed += 1
            ways[target] = total
            if free:
                entry = free
                free = np.uint32(entries[entry])
            else:
                entry = n_entries
                n_entries += np.uint32(1)
            slot = (total >> shift) & mask
            entries[entry] = (target << _HALF) | np.uint64(first[slot])
            first[slot] = entry
            waiting += 1
    return bucket, n_entries, free, waiting, n_changed


@numba.njit(cache=True, nogil=True)
def spread(
    arcs: tuple[Int32s, Int32s, Int32s], way: Int64s, start: Int32s, rules: tuple[int, int, int]
) -> None:
    """Spread the ways of some nodes over the arcs, until no node can be offered a better one.

    A bucket queue with label correction: exact for whole-number costs, whatever the order inside a bucket. A
    node that is improved is put in again; what it was before is passed over, because its way no longer
    belongs to the bucket.

    way: (n_nodes,) is changed in place. start: nodes whose ways have not been spread, at least one. rules:
    the bits of a facility, the limit above which ways are not followed, the cost of the costliest arc.
    """
    bits, limit, reach = rules
    size_bits, shift_bits, first_bucket = ring(reach, way, start, bits)
    ways, shift = way.view(np.uint64), np.uint64(shift_bits)
    mask = np.uint64((1 << size_bits) - 1)
    # Heads of linked lists of waiting entries, and the entries: node << 32 | the next of the list; 0 ends it.
    first = np.zeros(1 << size_bits, np.uint32)
    entries = np.empty(2 * len(way) + len(start) + 1, np.uint64)
    n_entries = np.uint32(1)
    for node in start:
        slot = (ways[node] >> shift) & mask
        entries[n_entries] = (np.uint64(node) << _HALF) | np.uint64(first[slot])
        first[slot] = n_entries
        n_entries += np.uint32(1)
    state = (np.uint64(first_bucket), n_entries, np.uint32(0), np.int64(len(start)), 0)
    numbers = (np.uint64(bits), shift, np.uint64(limit))
    while state[3]:
        state = drain(arcs, ways, (first, entries), state, numbers, None)
        if state[3]:
            entries = np.append(entries, entries)  # the upper half is room; the lower is kept


@numba.njit(cache=True, nogil=True, inline="always")
def _is_known(sites: Int32s, rank: int, node: np.uint64, wanted: int) -> bool:
    """Tell whether one of the first ``rank`` ways of a node leads to the wanted site."""
    for lower in range(rank):  # noqa: SIM110  the compiler knows no generators
        if sites[lower, node] == wanted:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def _name_sites(way: Int64s, sites: Int32s, site: Int32s, bits: int) -> None:
    """Tell to which site each way leads: ``sites``, changed in place; -1 where there is no way."""
    facility_mask = (1 << bits) - 1
    for node in range(len(way)):
        sites[node] = -1 if way[node] == FAR else site[way[node] & facility_mask]


@numba.njit(cache=True, nogil=True)
def _seed(
    seeds: tuple[Int32s, Int64s],
    ways: Int64s,
    sites: Int32s,
    rank: int,
    start: Int32s,
    rules: tuple[Int32s, int, int],
) -> int:
    """Lay the ways that begin at facilities: ``ways[rank]``, changed in place.

    start: the nodes with a way are put here; returns how many there are.
    """
    (seed_node, seed_way), (site, bits, limit) = seeds, rules
    facility_mask, laid, n_start = (1 << bits) - 1, ways[rank], 0
    for i in range(len(seed_node)):
        node, way = seed_node[i], seed_way[i]
        if way < laid[node] and way <= limit:
            if _is_known(sites, rank, np.uint64(node), site[way & facility_mask]):
                continue
            if laid[node] == FAR:
                start[n_start] = node
                n_start += 1
            laid[node] = way
    return n_start


@numba.njit(cache=True, nogil=True)
def _begin(
    arcs: tuple[Int32s, Int32s, Int32s],
    ways: Int64s,
    sites: Int32s,
    rank: int,
    start: Int32s,
    rules: tuple[int, int, int],
) -> int:
    """Lay the ways to further sites that come in over single arcs: ``ways[rank]``, changed in place.

    Over each arc comes the best way of its tail to a site that its head has not had; what comes after it is
    longer, and is not taken. start: the nodes with a way are added behind the first ``n_start`` ones; returns
    how many there are then.
    """
    row, head, cost = arcs
    bits, limit, n_start = rules
    laid = ways[rank]
    for node in range(len(row) - 1):
        first, end = np.uint64(row[node]), np.uint64(row[node + 1])
        for lower in range(rank):
            own, wanted = ways[lower, node], sites[lower, node]
            if own == FAR:
                break
            for place in range(first, end):
                arc = np.uint64(place)
                target = np.uint64(head[arc])
                if _is_known(sites, rank, target, wanted):
                    continue
                total = own + (np.int64(cost[arc]) << bits)
                if total < laid[target] and total <= limit:
                    if laid[target] == FAR:
                        start[n_start] = target
                        n_start += 1
                    laid[target] = total
    return n_start


@numba.njit(cache=True, nogil=True)
def nearest_ways(
    arcs: tuple[Int32s, Int32s, Int32s],
    seeds: tuple[Int32s, Int64s],
    site: Int32s,
    bits: int,
    k: int,
    limit: int,
) -> Int64s:
    """Find the ways from every node to its k nearest facilities of different sites.

    One search for each rank. That for the nearest begins at the facilities. A way to the next site either
    begins at a facility, or comes over an arc from a node whose sites so far are others than one's own, or
    from one with the same sites so far. The first two are known before the search begins; it follows the
    third. What it would carry to a node with other sites so far is no shorter than what was laid there.

    arcs: start of each node's arcs, head, cost. seeds: node and way of each beginning. limit: longer ways
    count as none. Returns (k, n_nodes), in order; FAR where there is none.
    """
    row, _, cost = arcs
    n_nodes, longest = len(row) - 1, np.int64(0)
    for value in cost:
        longest = max(longest, np.int64(value))
    ways = np.full((k, n_nodes), FAR, np.int64)
    # Of each way that is known so far the site: what is asked of every arc, in half the memory of a way.
    sites, start = np.empty((k - 1, n_nodes), np.int32), np.empty(n_nodes, np.int32)
    for rank in range(k):
        n_start = _seed(seeds, ways, sites, rank, start, (site, bits, limit))
        if rank:
            n_start = _begin(arcs, ways, sites, rank, start, (bits, limit, n_start))
        if n_start == 0:
            break
        spread(arcs, ways[rank], start[:n_start], (bits, limit, int(longest)))
        if rank + 1 < k:
            _name_sites(ways[rank], sites[rank], site, bits)
    return ways


@numba.njit(cache=True, nogil=True)
def nearest_at(
    arcs: tuple[Int32s, Int32s, Int32s], seeds: tuple[Int32s, Int64s], wanted: Bools, bits: int
) -> Int64s:
    """Find the way to the nearest facility of the wanted nodes, and stop when all of them are known.

    Dijkstra's search in the order of the ways. Returns as ``nearest_ways`` with k = 1; nodes that were not
    looked at have FAR.
    """
    row, head, cost = arcs
    seed_node, seed_way = seeds
    ways = np.full((1, len(row) - 1), FAR, np.int64)
    left = np.count_nonzero(wanted)
    queue = [(np.int64(0), np.int32(0)) for _ in range(0)]
    for i in range(len(seed_node)):
        heapq.heappush(queue, (seed_way[i], seed_node[i]))
    while left and queue:
        way, node = heapq.heappop(queue)
        if ways[0, node] < FAR:
            continue
        ways[0, node] = way
        if wanted[node]:
            left -= 1
        for arc in range(row[node], row[node + 1]):
            if ways[0, head[arc]] == FAR:
                heapq.heappush(queue, (way + (np.int64(cost[arc]) << bits), head[arc]))
    return ways
