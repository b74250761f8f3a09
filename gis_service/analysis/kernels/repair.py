"""Mends a search where something changed, and touches nothing else.

Ways are written as in ``kernels.answers``; arcs come as sparse rows ``(row, head, cost)``.

The idea is that of G. Ramalingam and T. Reps, "An incremental algorithm for a generalization of the
shortest-path problem", Journal of Algorithms 21 (1996), doi:10.1006/jagm.1996.0046: what a change makes worse
is forgotten first, then everything that may have become better is settled in the order of its ways.
"""

from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from gis_service.analysis.kernels.answers import FAR
from gis_service.analysis.kernels.nearest import ring, spread
from gis_service.types import Int32s, Int64s

_HALF, _LOW = np.uint64(32), np.uint64(2**32 - 1)
_Lists: TypeAlias = tuple[NDArray[np.uint32], NDArray[np.uint64], Int32s, Int64s]
_State: TypeAlias = tuple[np.uint64, np.uint32, np.uint32, np.int64, int]
_Rules: TypeAlias = tuple[np.uint64, np.uint64, int]
Arcs: TypeAlias = tuple[Int32s, Int32s, Int32s]
"""Start of each node's arcs, head, cost."""
Seeds: TypeAlias = tuple[Int32s, Int32s, Int64s]
"""Per node its first seed, per seed the next of its node and its way; a seed whose way is FAR is gone."""


@numba.njit(cache=True, nogil=True)
def forget(arcs: Arcs, ways: Int64s, bits: int, start: Int32s) -> tuple[Int32s, Int64s]:
    """Forget the ways of some nodes and all that lead over them.

    A node that another way of the same cost would serve is forgotten too: it is found again.

    ways: (n_nodes,) becomes FAR there. Returns the nodes and what their ways were.
    """
    row, head, cost = arcs
    nodes, before = (
        np.empty(len(ways), np.int32),
        np.empty(len(ways), np.int64),
    )  # pages come as they are used
    count = 0
    for node in start:
        if ways[node] != FAR:
            nodes[count], before[count] = node, ways[node]
            count += 1
            ways[node] = FAR
    at = 0
    while at < count:
        node, own = np.uint64(nodes[at]), before[at]
        at += 1
        for arc in range(row[node], row[node + np.uint64(1)]):
            place = np.uint64(arc)
            target = np.uint64(head[place])
            way = ways[target]
            if way != FAR and way == own + (np.int64(cost[place]) << bits):
                nodes[count], before[count] = target, way
                count += 1
                ways[target] = FAR
    return nodes[:count].copy(), before[:count].copy()


@numba.njit(cache=True, nogil=True)
def find_again(
    arcs: tuple[Arcs, Arcs], seeds: Seeds, ways: Int64s, nodes: Int32s, rules: tuple[int, int, int]
) -> None:
    """Find the ways of nodes that were forgotten: from their seeds, and from what lies around them.

    arcs: of the search, and turned round, so that those of a node lead to where its ways may come from. ways:
    (n_nodes,) is changed in place, at the nodes only. rules: as of ``nearest.spread``.
    """
    row, head, cost = arcs[1]
    first_seed, next_seed, seed_way = seeds
    best, bits = np.full(len(nodes), FAR, np.int64), rules[0]
    for i in range(len(nodes)):
        node = np.uint64(nodes[i])
        seed = first_seed[node]
        while seed >= 0:
            best[i] = min(best[i], seed_way[seed])
            seed = next_seed[seed]
        for arc in range(row[node], row[node + np.uint64(1)]):
            place = np.uint64(arc)
            way = ways[np.uint64(head[place])]
            if way != FAR:
                best[i] = min(best[i], way + (np.int64(cost[place]) << bits))
    start = np.empty(len(nodes), np.int32)
    count = 0
    for i in range(len(nodes)):
        if best[i] != FAR:
            ways[nodes[i]] = best[i]
            start[count] = nodes[i]
            count += 1
    if count:
        spread(arcs[0], ways, start[:count], rules)


@numba.njit(cache=True, nogil=True)
def _drain(arcs: Arcs, ways: NDArray[np.uint64], lists: _Lists, state: _State, rules: _Rules) -> _State:
    """Take entries out of the queue until it is empty, or a list may have no room for the next one.

    As ``nearest._drain``; what ways were is written down besides.
    """
    row, head, cost = arcs
    (first, entries, nodes, before), (bucket, n_entries, free, waiting, n_changed) = lists, state
    by, shift, degree = rules
    mask = np.uint64(len(first) - 1)
    while waiting:
        while first[bucket & mask] == 0:
            bucket += np.uint64(1)
        if n_entries + degree > len(entries) or n_changed + degree > len(nodes):
            break
        entry = first[bucket & mask]
        both = entries[entry]
        node = both >> _HALF
        first[bucket & mask] = np.uint32(both & _LOW)
        entries[entry] = np.uint64(free)
        free = entry
        waiting -= 1
        own = ways[node]
        if own >> shift != bucket:
            continue  # a better way came in the meantime
        for arc in range(row[node], row[node + np.uint64(1)]):
            place = np.uint64(arc)
            target, total = np.uint64(head[place]), own + (np.uint64(cost[place]) << by)
            if total >= ways[target]:
                continue
            nodes[n_changed], before[n_changed] = target, ways[target]
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
def improve(
    arcs: Arcs, ways: Int64s, bits: int, most: tuple[int, int], start: Int32s, offered: Int64s
) -> tuple[Int32s, Int64s]:
    """Spread ways that are offered to nodes as far as they are better than what is known.

    ways: (n_nodes,) is changed in place. most: the cost of the costliest arc, and the arcs of a node at most.
    offered: (n_start,). Returns the nodes whose ways changed and what these were, in order; a node may change
    more than once.
    """
    reach, degree = most
    room = 2 * len(start) + degree + 1024
    nodes, before = np.empty(room, np.int32), np.empty(room, np.int64)
    count = 0
    for i in range(len(start)):
        if offered[i] < ways[start[i]]:
            nodes[count], before[count] = start[i], ways[start[i]]
            count += 1
            ways[start[i]] = offered[i]
    if not count:
        return nodes[:0].copy(), before[:0].copy()
    size_bits, shift_bits, first_bucket = ring(reach, ways, nodes[:count], bits)
    unsigned, shift = ways.view(np.uint64), np.uint64(shift_bits)
    mask = np.uint64((1 << size_bits) - 1)
    first, entries = np.zeros(1 << size_bits, np.uint32), np.empty(room, np.uint64)
    for i in range(count):  # entry 0 ends a list
        slot = (unsigned[nodes[i]] >> shift) & mask
        entries[i + 1] = (np.uint64(nodes[i]) << _HALF) | np.uint64(first[slot])
        first[slot] = np.uint32(i + 1)
    state = (np.uint64(first_bucket), np.uint32(count + 1), np.uint32(0), np.int64(count), count)
    rules = (np.uint64(bits), shift, degree)
    while state[3]:
        state = _drain(arcs, unsigned, (first, entries, nodes, before), state, rules)
        if state[3]:
            entries = np.append(entries, entries)  # the upper half is room; the lower is kept
            nodes, before = np.append(nodes, nodes), np.append(before, before)
    return nodes[: state[4]].copy(), before[: state[4]].copy()
