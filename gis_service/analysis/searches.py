"""One search from all facilities of a contracted network, and the questions that can be put to it.

A way to a facility is one whole number, ``cost << bits | facility`` (``kernels.answers``): ways are in order
of their costs, then of the rows of their facilities.
"""

import numpy as np

from gis_service.analysis.beginnings import Direction, beginnings, facility_bits
from gis_service.analysis.graph import Graph
from gis_service.analysis.kernels import FAR, ask_positions, nearest_at, nearest_ways
from gis_service.analysis.network import Network
from gis_service.analysis.snap import Positions
from gis_service.types import Bools, Floats, Int32s, Int64s

__all__ = ["UNREACHED", "Direction", "Search"]

UNREACHED: int = int(FAR)
"""Cost of a home without an answer."""


class Search:
    """The ways from every junction to its ``k`` nearest facilities of different sites.

    Parameters
    ----------
    graph
        Contracted graph of one mode.
    facilities
        Their positions; those that join no road are left out.
    start_cost
        ``(n_facilities,)`` ms or mm, 0 or more: access, turn-out and penalty.
    site
        ``(n_facilities,)`` site of each facility.
    direction
        Whether one travels to the facility or from it.
    k
        How many facilities of different sites.
    limit
        Ways that cost more count as none; ``None`` for no limit.
    wanted
        ``(n_junctions,)`` junctions that matter: the search stops as soon as these are known, and looks for
        the nearest facility alone.

    Raises
    ------
    WrongUse
        ``search_cost_too_large`` when a way could cost more than its number can hold.
    """

    def __init__(
        self,
        graph: Graph,
        facilities: Positions,
        start_cost: Int64s,
        site: Int32s,
        direction: Direction,
        *,
        k: int = 2,
        limit: int | None = None,
        wanted: Bools | None = None,
    ) -> None:
        self.graph, self.site = graph, site.astype(np.int32)
        self.bits = facility_bits(graph, start_cost)
        self.limit = UNREACHED if limit is None else min(limit, UNREACHED)
        to = direction == "to_facility"
        begun = beginnings(graph, facilities, start_cost, self.bits, direction)
        ahead, astern = (graph.forward, graph.backward) if to else (graph.backward, graph.forward)
        self._chains = (graph.tail, graph.head, graph.cost, ahead, astern)
        turned = graph.reverse if to else graph.onward
        arcs = (turned.start, turned.head, turned.cost)
        seeds = (begun.node, begun.way)
        self._ways: Int64s = (
            nearest_ways(arcs, seeds, self.site, self.bits, k, self._longest_way())
            if wanted is None
            else nearest_at(arcs, seeds, wanted, self.bits)
        )
        order = np.lexsort([begun.placed, begun.chain])
        row = np.zeros(len(graph.cost) + 1, np.int64)
        np.cumsum(np.bincount(begun.chain, minlength=len(graph.cost)), out=row[1:])
        self._stops = (row, begun.place[order], begun.offset[order], begun.start_way[order])

    def _longest_way(self) -> int:
        """Give the largest way within the limit, whatever its facility."""
        return min(((self.limit + 1) << self.bits) - 1, UNREACHED)

    def ask(self, segment: Int32s, fraction: Floats) -> tuple[Int64s, Int32s]:
        """Ask for positions on segments.

        Parameters
        ----------
        segment, fraction
            ``(n,)`` segments of the mode, and shares of their lengths in digitised order.

        Returns
        -------
        tuple of Int64s and Int32s
            ``(k, n)`` cost and facility, the nearest first; ``UNREACHED`` and -1 where there is none.
        """
        both = np.ones(len(segment), bool)
        return self._read(self._ask(self._ways, segment, fraction, both, both))

    def _ask(self, ways: Int64s, segment: Int32s, fraction: Floats, ahead: Bools, astern: Bools) -> Int64s:
        """Put the ways of the junctions to positions, from which one may set out ahead, astern or both."""
        graph = self.graph
        offset = graph.offset(segment, fraction)
        positions = (graph.chain[segment], graph.place[segment], offset, ahead, astern)
        found: Int64s = ask_positions(positions, self._chains, ways, self.site, self.bits, self._stops)
        return found

    def _read(self, ways: Int64s) -> tuple[Int64s, Int32s]:
        """Part ways into cost and facility; those beyond the limit are none."""
        there = ways <= self._longest_way() if self.limit < UNREACHED else ways < FAR
        cost = np.where(there, ways >> self.bits, UNREACHED)
        facility = np.where(there, ways & ((1 << self.bits) - 1), -1)
        return cost, facility.astype(np.int32)

    def node_cost(self, network: Network) -> Int64s:
        """Give the cost of the nearest at every network node; inside a chain one sets out either way."""
        graph = self.graph
        cost = np.full(network.n_nodes, UNREACHED, np.int64)
        junction = graph.node >= 0
        cost[junction] = self._read(self._ways[0])[0][graph.node[junction]]
        used = np.flatnonzero(graph.chain >= 0).astype(np.int32)
        for node, fraction in ((network.start, 0.0), (network.end, 1.0)):
            inside = used[~junction[node[used]]]
            ahead = graph.along[inside] == (fraction == 0.0)
            ways = self._ask(self._ways[:1], inside, np.full(len(inside), fraction), ahead, ~ahead)
            np.minimum.at(cost, node[inside], self._read(ways[0])[0])
        return cost
