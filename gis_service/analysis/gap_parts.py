"""Which homes beyond the limit belong together, because they stand on the same part of the network.

On each segment the positions beyond the limit are intervals, because the cost along it is linear between its
two ends. Intervals and nodes beyond the limit are elements; covered stretches of road between them are links
with a length. Two elements belong together when a chain of links under the joining length lies between them
(METHODS, Gap place). One search from all elements at once finds them: on any way between two elements, the
border between two neighbouring cells of the search is a link that makes a way not longer than it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gis_service.analysis.field import Direction, penalties
from gis_service.analysis.modes import MM_PER_M, Costs, half_up
from gis_service.analysis.network import Network
from gis_service.analysis.snap import Positions
from gis_service.types import Bools, Floats, Int64s

JOIN_M = 300.0
"""Covered stretches shorter than this join two parts; roadless homes within it form one cluster."""


@dataclass(frozen=True)
class Reach:
    """How far along the network a service reaches.

    Parameters
    ----------
    node_cost
        ``(n_nodes,)`` cost between each node and its facility, as in the network field.
    facilities
        Positions of the facilities.
    limit
        Greatest cost that counts as covered, ms or mm as the costs.
    direction
        Which way people or vehicles go.
    turnout, penalty
        Added to every answer, and to those of each facility, as in the network field.
    """

    node_cost: Int64s
    facilities: Positions
    limit: int
    direction: Direction = "to_facility"
    turnout: int = 0
    penalty: Int64s | None = None


@dataclass(frozen=True)
class Intervals:
    """Pieces of segments: ``low`` to ``high`` as shares of the length, sorted by segment, then place."""

    segment: Int64s
    low: Floats
    high: Floats


def network_parts(
    network: Network, costs: Costs, reach: Reach, homes: Positions, join_m: float = JOIN_M
) -> Int64s:
    """Tell which homes beyond the limit stand on the same part of the network.

    Parameters
    ----------
    network, costs
        Segments and their costs in the mode of the study.
    reach
        What the facilities reach.
    homes
        ``(n,)`` positions of the homes beyond the limit, all on a segment. One whose position is within the
        limit (only its access leg makes it too far) is an element of its own.
    join_m
        Covered stretches shorter than this join what they lie between.

    Returns
    -------
    Int64s
        ``(n,)`` label; homes of the same part have the same label.
    """
    used = np.flatnonzero((costs.forward >= 0) | (costs.backward >= 0))
    beyond = beyond_limit(network, costs, reach, used)
    held = _interval_of(beyond, homes)
    alone = held < 0
    elements, place = _with_points(beyond, homes, alone)
    first = network.n_nodes  # the elements are numbered after the nodes
    links = _links(network, used, elements, first)
    far_nodes = np.zeros(first, dtype=np.bool_)
    far_nodes[network.start[used]] = far_nodes[network.end[used]] = True
    far_nodes &= reach.node_cost > reach.limit
    sources = np.concatenate([np.flatnonzero(far_nodes), first + np.arange(len(elements.segment))])
    label = _joined(first + len(elements.segment), sources, links, int(half_up(np.array(join_m * MM_PER_M))))
    own = np.empty(len(held), dtype=np.int64)
    own[~alone] = place[: len(beyond.segment)][held[~alone]]
    own[alone] = place[len(beyond.segment) :]
    return label[first + own]


def beyond_limit(network: Network, costs: Costs, reach: Reach, used: Int64s) -> Intervals:
    """Find the pieces of the used segments from which (or to which) the way costs more than the limit.

    Parameters
    ----------
    network, costs, reach
        As in `network_parts`.
    used
        Segments that the mode may use.

    Returns
    -------
    Intervals
        Pieces in the digitised order of their segments.
    """
    by_start, by_end = _rates(costs, reach.direction)
    within = _share_within(reach.limit - reach.node_cost[network.start[used]], by_start[used])
    from_end = _share_within(reach.limit - reach.node_cost[network.end[used]], by_end[used])
    low, high = np.maximum(within, 0.0), np.minimum(1.0 - from_end, 1.0)
    served = _served(costs, reach)
    plain = (low < high) & ~np.isin(used, list(served))
    pieces = [(used[plain], low[plain], high[plain])]
    at = {int(segment): row for row, segment in enumerate(used.tolist())}
    for segment, covered in served.items():
        row = at[segment]  # facilities stand on segments that the mode may use
        rest = _without(float(low[row]), float(high[row]), covered)
        pieces.append((np.full(len(rest), segment), rest[:, 0], rest[:, 1]))
    segment_of, lows, highs = (np.concatenate(column) for column in zip(*pieces, strict=True))
    order = np.lexsort((lows, segment_of))
    return Intervals(segment_of[order].astype(np.int64), lows[order], highs[order])


def _rates(costs: Costs, direction: Direction) -> tuple[Int64s, Int64s]:
    """Cost of a whole segment for places served over its start, and for those served over its end."""
    if direction == "to_facility":  # one leaves over the start against the digitised order
        return costs.backward, costs.forward
    return costs.forward, costs.backward


def _share_within(slack: Int64s, rate: Int64s) -> Floats:
    """Share of a segment that the slack left at one end pays for; -1 when not even that end is within."""
    share = np.full(len(slack), -1.0)
    open_ = (rate >= 0) & (slack >= 0)
    share[open_] = np.minimum(slack[open_] / np.maximum(rate[open_], 1), 1.0)
    share[open_ & (rate == 0)] = 1.0
    return share


def _served(costs: Costs, reach: Reach) -> dict[int, list[tuple[float, float]]]:
    """Stretches that a facility on the same segment covers, by segment."""
    served: dict[int, list[tuple[float, float]]] = {}
    by_start, by_end = _rates(costs, reach.direction)
    segment = reach.facilities.segment
    started = reach.turnout + penalties(reach.penalty, len(segment))
    slack = reach.limit - started - costs.access(reach.facilities.access_m)
    for row in np.flatnonzero((segment >= 0) & (slack >= 0)):
        own = int(segment[row])
        place, left = float(reach.facilities.fraction[row]), slack[row : row + 1]
        before = max(_share_within(left, by_end[own : own + 1])[0], 0.0)
        after = max(_share_within(left, by_start[own : own + 1])[0], 0.0)
        served.setdefault(own, []).append((place - before, place + after))
    return served


def _without(low: float, high: float, covered: list[tuple[float, float]]) -> Floats:
    """Cut covered stretches out of one piece."""
    rest = []
    for start, end in sorted(covered):
        if start > low and low < high:
            rest.append((low, min(start, high)))
        low = max(low, end)
    if low < high:
        rest.append((low, high))
    return np.array(rest, dtype=np.float64).reshape(-1, 2)


def _interval_of(beyond: Intervals, homes: Positions) -> Int64s:
    """Give the piece that holds each home, -1 for none."""
    n, m = len(beyond.segment), len(homes.segment)
    segment = np.concatenate([beyond.segment, homes.segment])
    place = np.concatenate([beyond.low, homes.fraction])
    kind = np.concatenate([np.zeros(n), np.ones(m)])
    order = np.lexsort((kind, place, segment))
    row = np.where(order < n, order, -1)
    last = np.maximum.accumulate(row)  # pieces are numbered in this same order
    held = np.empty(m, dtype=np.int64)
    is_home = order >= n
    held[order[is_home] - n] = last[is_home]
    if n:
        fits = (beyond.segment[held] == homes.segment) & (homes.fraction <= beyond.high[held]) & (held >= 0)
        held[~fits] = -1
    return held


def _with_points(beyond: Intervals, homes: Positions, alone: Bools) -> tuple[Intervals, Int64s]:
    """Add homes that stand alone as pieces without length; also tell where each piece went."""
    point = homes.fraction[alone]
    segment = np.concatenate([beyond.segment, homes.segment[alone].astype(np.int64)])
    low, high = np.concatenate([beyond.low, point]), np.concatenate([beyond.high, point])
    order = np.lexsort((high, low, segment))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return Intervals(segment[order], low[order], high[order]), place


def _links(network: Network, used: Int64s, elements: Intervals, first: int) -> tuple[Int64s, Int64s, Int64s]:
    """Covered stretches: between nodes, between a node and an element, between elements; lengths in mm."""
    own, low, high = elements.segment, elements.low, elements.high
    number = first + np.arange(len(own))
    opens, closes = np.ones(len(own), dtype=np.bool_), np.ones(len(own), dtype=np.bool_)
    opens[1:] = closes[:-1] = own[1:] != own[:-1]
    clear = used[~np.isin(used, own)]
    inner = np.flatnonzero(~opens)
    ends = [
        (network.start[clear], network.end[clear], network.length_m[clear]),
        (network.start[own[opens]], number[opens], low[opens] * network.length_m[own[opens]]),
        (number[closes], network.end[own[closes]], (1.0 - high[closes]) * network.length_m[own[closes]]),
        (number[inner - 1], number[inner], (low[inner] - high[inner - 1]) * network.length_m[own[inner]]),
    ]
    tail, head, length = (np.concatenate(column) for column in zip(*ends, strict=True))
    return tail.astype(np.int64), head.astype(np.int64), half_up(length * MM_PER_M)


def _joined(n: int, sources: Int64s, links: tuple[Int64s, Int64s, Int64s], join_mm: int) -> Int64s:
    """Label nodes and elements: joined when less than ``join_mm`` of links lies between them."""
    tail, head, length = _shortest_of_each(n, *links)
    if not len(sources):
        return np.arange(n, dtype=np.int64)
    distance, _, source = dijkstra(
        _two_way(n, tail, head, length),
        indices=sources,
        limit=join_mm,
        min_only=True,
        return_predecessors=True,
    )
    near = np.isfinite(distance[tail]) & np.isfinite(distance[head])
    tail, head, length = tail[near], head[near], length[near]
    short = distance[tail] + length + distance[head] < join_mm
    one, other = source[tail[short]].astype(np.int64), source[head[short]].astype(np.int64)
    label = connected_components(_two_way(n, one, other, np.ones(len(one))), directed=False)[1]
    return np.asarray(label, dtype=np.int64)


def _shortest_of_each(n: int, tail: Int64s, head: Int64s, length: Int64s) -> tuple[Int64s, Int64s, Int64s]:
    """Keep the shortest of parallel links; a sparse matrix would add them up."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((length, low * n + high))
    key = (low * n + high)[order]
    kept = order[np.append(True, key[1:] != key[:-1])[: len(key)]]
    kept = kept[low[kept] != high[kept]]
    return low[kept], high[kept], length[kept]


def _two_way(n: int, tail: Int64s, head: Int64s, value: Int64s | Floats) -> csr_array:
    """Links as a matrix, both ways; stored zeros are links without length."""
    both = (np.concatenate([tail, head]), np.concatenate([head, tail]))
    return coo_array((np.concatenate([value, value]).astype(np.float64), both), shape=(n, n)).tocsr()
