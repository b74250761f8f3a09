"""Mends a search where something changed, and touches nothing else.

Ways are written as in ``kernels.answers``; arcs come as sparse rows ``(row, head, cost)``. What is
overwritten is written down in a log, so that it can be written back: a list that grows and shrinks at its end
only, in memory that is used again and again.

The idea is that of G. Ramalingam and T. Reps, "An incremental algorithm for a generalization of the
shortest-path problem", Journal of Algorithms 21 (1996), doi:10.1006/jagm.1996.0046: what a change makes worse
is forgotten first, then everything that may have become better is settled in the order of its ways.
"""

from typing import TypeAlias

import numba
import numpy as np

from gis_service.analysis.kernels.answers import FAR
from gis_service.analysis.kernels.nearest import drain, ring, spread
from gis_service.types import Int32s, Int64s

_HALF = np.uint64(32)
SparseRows: TypeAlias = tuple[Int32s, Int32s, Int32s]
"""Start of each node's arcs, head, cost."""
Seeds: TypeAlias = tuple[Int32s, Int32s, Int64s]
"""Per node its first seed, per seed the next of its node and its way; a seed whose way is FAR is gone."""
Log: TypeAlias = tuple[Int32s, Int64s]
"""Places of an array and what stood there, in the order in which they were overwritten; the rest is room."""


@numba.njit(cache=True, nogil=True)
def with_room(log: Log, count: int, more: int) -> Log:
    """Give a log that has room for so many entries more; what is written in it stays."""
    if count + more <= len(log[0]):
        return log
    size = max(2 * len(log[0]), count + more)
    places, before = np.empty(size, np.int32), np.empty(size, np.int64)  # pages come as they are used
    places[:count], before[:count] = log[0][:count], log[1][:count]
    return places, before


@numba.njit(cache=True, nogil=True)
def write_back(log: Log, count: int, first: int, array: Int64s) -> None:
    """Write entries ``first`` to ``count`` of a log back, the last one first."""
    places, before = log
    for at in range(count - 1, first - 1, -1):
        array[places[at]] = before[at]


@numba.njit(cache=True, nogil=True)
def forget(arcs: SparseRows, ways: Int64s, bits: int, start: Int32s, log: Log, first: int) -> tuple[Log, int]:
    """Forget the ways of some nodes and all that lead over them.

    A node that another way of the same cost would serve is forgotten too: it is found again.

    ways: (n_nodes,) becomes FAR there. log: from entry ``first`` on the nodes are written down, each once.
    Returns the log and how many entries it has.
    """
    row, head, cost = arcs
    nodes, before = with_room(log, first, len(ways))
    count = first
    for node in start:
        if ways[node] != FAR:
            nodes[count], before[count] = node, ways[node]
            count += 1
            ways[node] = FAR
    at = first
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
    return (nodes, before), count


@numba.njit(cache=True, nogil=True)
def forget_of(ways: Int64s, bits: int, facility: int, log: Log, first: int) -> tuple[Log, int]:
    """Forget all ways to one facility, as `forget` does from where they begin: those that name it.

    It looks at every node once, and each comes in the order of its number, so that what follows finds what
    lies near in memory: with few facilities that is quicker than to follow their ways.
    """
    nodes, before = with_room(log, first, len(ways))
    count, mask = first, (1 << bits) - 1
    for node in range(len(ways)):
        way = ways[node]
        if way & mask == facility and way != FAR:
            nodes[count], before[count] = node, way
            count += 1
            ways[node] = FAR
    return (nodes, before), count


@numba.njit(cache=True, nogil=True)
def find_again(
    arcs: tuple[SparseRows, SparseRows],
    seeds: Seeds,
    ways: Int64s,
    nodes: Int32s,
    rules: tuple[int, int, int],
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
def improve(
    arcs: SparseRows,
    ways: Int64s,
    rules: tuple[int, int, int, int],
    offers: tuple[Int32s, Int64s],
    log: Log,
    first: int,
) -> tuple[Log, int]:
    """Spread ways that are offered to nodes as far as they are better than what is known.

    ways: (n_nodes,) is changed in place. rules: as of ``nearest.spread``, and the arcs of a node at most.
    offers: nodes and ways. log: from entry ``first`` on what changes is written down; a node may change more
    than once. Returns the log and how many entries it has.
    """
    bits, limit, reach, degree = rules
    start, offered = offers
    nodes, before = with_room(log, first, len(start))
    count = first
    for i in range(len(start)):
        if offered[i] < ways[start[i]]:
            nodes[count], before[count] = start[i], ways[start[i]]
            count += 1
            ways[start[i]] = offered[i]
    if count == first:
        return (nodes, before), count
    size_bits, shift_bits, first_bucket = ring(reach, ways, nodes[first:count], bits)
    unsigned, shift = ways.view(np.uint64), np.uint64(shift_bits)
    mask = np.uint64((1 << size_bits) - 1)
    heads, entries = np.zeros(1 << size_bits, np.uint32), np.empty(2 * (count - first) + 1024, np.uint64)
    for i in range(count - first):  # entry 0 ends a list
        node = nodes[first + i]
        slot = (unsigned[node] >> shift) & mask
        entries[i + 1] = (np.uint64(node) << _HALF) | np.uint64(heads[slot])
        heads[slot] = np.uint32(i + 1)
    waiting = count - first
    state = (
        np.uint64(first_bucket),
        np.uint32(waiting + 1),
        np.uint32(0),
        np.int64(waiting),
        count,
    )
    numbers = (np.uint64(bits), shift, np.uint64(limit))
    while state[3]:
        state = drain(arcs, unsigned, (heads, entries), state, numbers, (nodes, before))
        if state[3] and state[1] + degree > len(entries):
            entries = np.append(entries, entries)  # the upper half is room; the lower is kept
        nodes, before = with_room((nodes, before), state[4], degree)
    return (nodes, before), state[4]
