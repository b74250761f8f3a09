"""What may be wrong with a network: islands, ends that just miss a road, streets that one cannot leave.

Nothing is mended here. Roads are drawn by people who know them, so a report says where to look.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from gis_service.analysis.modes import Costs
from gis_service.analysis.network import Network
from gis_service.analysis.noding import TOUCH_M
from gis_service.types import Bools, Floats, Int32s, Int64s

GAP_M = 15.0
"""An end farther from the next road than this is taken for a real end."""


@dataclass(frozen=True, slots=True)
class Components:
    """Parts of a network in its mode, the longest first: what hangs together, one-ways left aside.

    Parameters
    ----------
    of_segment
        ``(n_segments,)`` part of each segment, -1 where the mode may not go.
    nodes, segments
        ``(n,)`` their numbers.
    length_m
        ``(n,)`` metres.
    """

    of_segment: Int32s
    nodes: Int64s
    segments: Int64s
    length_m: Floats


@dataclass(frozen=True, slots=True)
class LooseEnds:
    """Ends of roads that lie near a road that they do not touch, the smallest gap first.

    Parameters
    ----------
    xy
        ``(n, 2)`` the ends, metres.
    gap_m
        ``(n,)`` straight metres to the other road.
    segment, other
        ``(n,)`` the segment that ends there, and the one it just misses.
    """

    xy: Floats
    gap_m: Floats
    segment: Int64s
    other: Int64s


@dataclass(frozen=True, slots=True)
class Traps:
    """One-way segments that lead away from the rest of their part for good, or come from nowhere.

    The rest is the longest set of roads with ways between any two places on them. ``no_way_out`` are segments
    from whose far end no way leads there, ``no_way_in`` those to whose near end no way leads from there.
    """

    no_way_out: Int64s
    no_way_in: Int64s


def components(network: Network, costs: Costs) -> Components:
    """Find the parts of a network that a mode can use.

    Parameters
    ----------
    network, costs
        As of ``build_network`` and ``segment_costs``; ferries join what they connect.
    """
    used = np.flatnonzero((costs.forward >= 0) | (costs.backward >= 0))
    start, end = network.start[used], network.end[used]
    label = _labels(network.n_nodes, start, end, directed=False)
    known, of_used = np.unique(label[start], return_inverse=True)
    length: Floats = np.bincount(of_used, network.length_m[used], len(known)).astype(np.float64)
    order = np.argsort(-length, kind="stable")
    place = np.empty(len(known), dtype=np.int32)
    place[order] = np.arange(len(known), dtype=np.int32)
    of_segment = np.full(network.n_segments, -1, dtype=np.int32)
    of_segment[used] = place[of_used]
    nodes = np.unique(np.concatenate([start, end]))
    row = place[np.searchsorted(known, label[nodes])]
    return Components(
        of_segment=of_segment,
        nodes=np.bincount(row, minlength=len(known)).astype(np.int64),
        segments=np.bincount(of_segment[used], minlength=len(known)).astype(np.int64),
        length_m=length[order],
    )


def people_of_components(parts: Components, segment: Int32s, people: Int64s) -> Int64s:
    """Count the people whose nearest road lies in each part.

    Parameters
    ----------
    parts
        As `components` gives them.
    segment
        ``(n,)`` segment that each row of people is joined to, -1 without a road.
    people
        ``(n,)`` whole thousandths.

    Returns
    -------
    Int64s
        ``(n_parts + 1,)`` whole thousandths; the last of those without a road.
    """
    n = len(parts.length_m)
    part = np.where(segment >= 0, parts.of_segment[np.maximum(segment, 0)] if len(parts.of_segment) else n, n)
    found = np.zeros(n + 1, dtype=np.int64)
    np.add.at(found, part, people)
    return found


def loose_ends(network: Network, costs: Costs, max_gap_m: float = GAP_M) -> LooseEnds:
    """Find ends of roads and ferries that lie near another road and do not touch it.

    A short stub lies near the road it leaves: a road that shares a node with the segment of the end does not
    count.

    Parameters
    ----------
    network, costs
        As of ``build_network`` and ``segment_costs``.
    max_gap_m
        Widest gap, metres; narrower than 1 cm is no gap.
    """
    used = np.flatnonzero((costs.forward >= 0) | (costs.backward >= 0))
    ends = np.concatenate([network.start[used], network.end[used]])
    owner = np.concatenate([used, used])
    single = np.bincount(ends, minlength=network.n_nodes)[ends] == 1
    node, own = ends[single], owner[single]
    roads = np.flatnonzero(costs.snappable)
    places = np.asarray(shapely.points(network.node_xy[node]), dtype=object)
    row, near = shapely.STRtree(network.shape[roads]).query(places, predicate="dwithin", distance=max_gap_m)
    other, mine = roads[near], own[row]
    joined = np.zeros(len(row), dtype=np.bool_)
    for one in (network.start, network.end):
        for two in (network.start, network.end):
            joined |= one[mine] == two[other]
    row, other = row[~joined], other[~joined]
    gap = np.asarray(shapely.distance(places[row], network.shape[other]), dtype=np.float64)
    order = np.lexsort([other, gap, row])
    order = order[gap[order] > TOUCH_M]
    _, first = np.unique(row[order], return_index=True)
    nearest = order[first]
    nearest = nearest[np.lexsort([node[row[nearest]], gap[nearest]])]
    return LooseEnds(
        xy=network.node_xy[node[row[nearest]]],
        gap_m=gap[nearest],
        segment=own[row[nearest]].astype(np.int64),
        other=other[nearest].astype(np.int64),
    )


def traps(network: Network, costs: Costs) -> Traps:
    """Find one-way segments that one cannot leave, or cannot come to.

    Parameters
    ----------
    network, costs
        As of ``build_network`` and ``segment_costs``; nobody is trapped in a mode that ignores one-ways.
    """
    ahead, astern = np.flatnonzero(costs.forward >= 0), np.flatnonzero(costs.backward >= 0)
    tail = np.concatenate([network.start[ahead], network.end[astern]])
    head = np.concatenate([network.end[ahead], network.start[astern]])
    one_way = np.flatnonzero((costs.forward >= 0) != (costs.backward >= 0))
    if not len(one_way):
        return Traps(one_way, one_way)
    n = network.n_nodes
    centre = _centres(n, tail, head, np.concatenate([network.length_m[ahead], network.length_m[astern]]))
    comes, goes = _reached(n, tail, head, centre), _reached(n, head, tail, centre)
    forward = costs.forward[one_way] >= 0
    far = np.where(forward, network.end[one_way], network.start[one_way])
    near = np.where(forward, network.start[one_way], network.end[one_way])
    return Traps(one_way[~goes[far]], one_way[~comes[near]])


def _centres(n: int, tail: Int32s, head: Int32s, length: Floats) -> Int64s:
    """Give a node of the longest set with ways between any two of its nodes, in each part of the network."""
    part, strong = _labels(n, tail, head, directed=False), _labels(n, tail, head, directed=True)
    nodes = np.unique(np.concatenate([tail, head]))
    inside = strong[tail] == strong[head]
    size = np.bincount(strong[tail[inside]], length[inside], minlength=n)
    order = nodes[np.lexsort([nodes, strong[nodes], -size[strong[nodes]], part[nodes]])]
    return order[np.unique(part[order], return_index=True)[1]].astype(np.int64)


def _reached(n: int, tail: Int32s, head: Int32s, centre: Int64s) -> Bools:
    """Tell which nodes can be reached from the centre of their part."""
    # One more node leads to all centres, so that one search will do.
    tails = np.concatenate([tail, np.full(len(centre), n)])
    arcs = _arcs(n + 1, tails, np.concatenate([head, centre]))
    found = np.zeros(n + 1, dtype=np.bool_)
    found[breadth_first_order(arcs, n, directed=True, return_predecessors=False)] = True
    return found[:n]


def _labels(n: int, start: Int32s, end: Int32s, *, directed: bool) -> Int32s:
    arcs = _arcs(n, start, end)
    _, label = connected_components(arcs, directed=directed, connection="strong" if directed else "weak")
    return np.asarray(label, dtype=np.int32)


def _arcs(n: int, tail: Int32s | Int64s, head: Int32s | Int64s) -> csr_array:
    return coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n, n)).tocsr()
