"""The network of one mode, contracted: chains of segments between real junctions, as sparse rows.

Contraction changes no answer: costs are whole numbers, rounded per segment before they are added, and a place
keeps its exact offset on its chain.
"""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.kernels import along_hilbert, lay_arcs, walk_chains
from gis_service.analysis.modes import Costs, half_up, require_cost
from gis_service.analysis.network import Network
from gis_service.types import Bools, Floats, Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Arcs:
    """Directed arcs as compressed sparse rows: those of node i are ``start[i]:start[i + 1]``."""

    start: Int32s
    """``(n_nodes + 1,)``."""
    head: Int32s
    """``(n_arcs,)`` node at the far end."""
    cost: Int32s
    """``(n_arcs,)`` ms or mm."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Chains and their junctions, in Hilbert order of the junctions.

    Parameters
    ----------
    node
        ``(n_network_nodes,)`` junction of each network node, -1 inside a chain or off the mode's network.
    chain
        ``(n_segments,)`` chain of each segment, -1 where the mode may not go.
    place
        ``(n_segments,)`` how many segments of the chain lie before it.
    along
        ``(n_segments,)`` whether the chain runs in the segment's digitised order.
    before
        ``(n_segments,)`` cost from the chain's first junction to the segment's near end.
    segment_cost
        ``(n_segments,)`` cost of the segment itself.
    tail, head
        ``(n_chains,)`` first and last junction.
    cost
        ``(n_chains,)`` cost of the whole chain.
    forward, backward
        ``(n_chains,)`` directions in which it may be travelled.
    onward, reverse
        Arcs as travelled, and turned round.
    """

    node: Int32s
    chain: Int32s
    place: Int32s
    along: Bools
    before: Int64s
    segment_cost: Int64s
    tail: Int32s
    head: Int32s
    cost: Int64s
    forward: Bools
    backward: Bools
    onward: Arcs
    reverse: Arcs

    @property
    def n_nodes(self) -> int:
        """Number of junctions."""
        return len(self.onward.start) - 1

    def offset(self, segment: Int32s, fraction: Floats) -> Int64s:
        """Give the cost from the chain's first junction to positions on segments.

        Parameters
        ----------
        segment
            ``(n,)`` segments of the mode.
        fraction
            ``(n,)`` share of the segment's length, in digitised order.

        Notes
        -----
        The part before a position is ``floor(cost * fraction + 0.5)`` in digitised order, that after it is
        the rest (METHODS, Time).
        """
        whole = self.segment_cost[segment]
        part = half_up(whole * fraction)
        return self.before[segment] + np.where(self.along[segment], part, whole - part)


def build_graph(network: Network, costs: Costs, *, contract: bool = True) -> Graph:
    """Contract a network for one mode and one measure.

    Parameters
    ----------
    network, costs
        As of ``build_network`` and ``segment_costs``.
    contract
        False keeps every segment as its own chain, for comparison in tests.

    Raises
    ------
    WrongUse
        ``road_cost_too_large`` when a chain costs more than an arc can hold.
    """
    forward, backward = costs.forward >= 0, costs.backward >= 0
    used = np.flatnonzero(forward | backward)
    cost = np.where(forward, costs.forward, costs.backward)
    inner = _passable(network, forward, backward, used) if contract else np.zeros(network.n_nodes, bool)
    incidence = _incidence(network, used)
    chain, place, along, before, tail, head, total = walk_chains(
        network.start, network.end, cost, used.astype(np.int32), inner, *incidence
    )
    require_cost(float(total.max(initial=0)))
    first = np.full(len(tail), -1, np.int64)
    first[chain[used[::-1]]] = used[::-1]  # the lowest segment of each chain
    ahead = np.where(along[first], forward[first], backward[first])
    astern = np.where(along[first], backward[first], forward[first])
    node, tail, head = _hilbert_order(network, tail, head)
    n_junctions = int(node.max(initial=-1)) + 1
    return Graph(
        node=node,
        chain=chain,
        place=place,
        along=along,
        before=before,
        segment_cost=cost,
        tail=tail,
        head=head,
        cost=total,
        forward=ahead,
        backward=astern,
        onward=Arcs(*lay_arcs(n_junctions, tail, head, total, ahead, astern)),
        reverse=Arcs(*lay_arcs(n_junctions, tail, head, total, astern, ahead)),
    )


def _passable(network: Network, forward: Bools, backward: Bools, used: Int64s) -> Bools:
    """Find nodes inside chains: two segments meet, and what enters by one may leave by the other."""
    n = network.n_nodes
    start, end = network.start[used], network.end[used]
    degree = np.bincount(start, minlength=n) + np.bincount(end, minlength=n)
    loop = start == end
    degree[start[loop]] = 0  # a loop hangs on a junction
    # Ways in and out at each node; with two segments, both kinds must be even-handed.
    into = np.bincount(end, forward[used], n) + np.bincount(start, backward[used], n)
    out = np.bincount(start, forward[used], n) + np.bincount(end, backward[used], n)
    both_ways = (into == 2) & (out == 2)  # noqa: PLR2004
    # One in and one out by different segments: no segment at the node is two-way.
    two_way = forward[used] & backward[used]
    n_two_way = np.bincount(start, two_way, n) + np.bincount(end, two_way, n)
    through = (into == 1) & (out == 1) & (n_two_way == 0)
    inner: Bools = (degree == 2) & (both_ways | through)  # noqa: PLR2004
    return inner


def _incidence(network: Network, used: Int64s) -> tuple[Int32s, Int32s]:
    """List the segments at each node as sparse rows."""
    node = np.concatenate([network.start[used], network.end[used]])
    segment = np.concatenate([used, used]).astype(np.int32)
    order = np.lexsort([segment, node])
    start = np.zeros(network.n_nodes + 1, np.int32)
    np.cumsum(np.bincount(node, minlength=network.n_nodes), out=start[1:])
    return start, segment[order]


def _hilbert_order(network: Network, tail: Int32s, head: Int32s) -> tuple[Int32s, Int32s, Int32s]:
    """Sort the junctions along a Hilbert curve: near places lie near in memory."""
    is_used = np.zeros(network.n_nodes, bool)
    is_used[tail] = is_used[head] = True
    used = np.flatnonzero(is_used)
    order = np.lexsort([used, hilbert_distance(network.node_xy[used])])
    node = np.full(network.n_nodes, -1, np.int32)
    node[used[order]] = np.arange(len(used), dtype=np.int32)
    return node, node[tail], node[head]


def hilbert_distance(xy: Floats, bits: int = 16) -> Int64s:
    """Give each point its place on a Hilbert curve over the bounding square.

    References
    ----------
    J. Skilling, "Programming the Hilbert curve", AIP Conf. Proc. 707 (2004), doi:10.1063/1.1751381.
    """
    if not len(xy):
        return np.empty(0, np.int64)
    low = xy.min(axis=0)
    extent = max(float((xy.max(axis=0) - low).max()), 1e-9)
    grid = ((xy - low) / extent * (2**bits - 1)).astype(np.int64)
    return along_hilbert(grid[:, 0].copy(), grid[:, 1].copy(), bits)
