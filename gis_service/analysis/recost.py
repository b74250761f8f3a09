"""Prices a contracted graph anew: junctions and chains stay what they are, only what they cost is another.

Contraction looks at directions and not at costs, so that many questions that differ in speeds alone share
one contraction.
"""

from dataclasses import replace

import numpy as np

from gis_service.analysis.graph import Arcs, Graph
from gis_service.analysis.modes import Costs, require_cost
from gis_service.types import Bools, Int32s, Int64s


class Repricer:
    """What stays of a graph when its segments cost something else.

    Parameters
    ----------
    graph
        As ``build_graph`` makes it.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        used = np.flatnonzero(graph.chain >= 0)
        chain = graph.chain[used]
        order = np.lexsort([graph.place[used], chain])
        self._segment, self._chain = used[order], chain[order]
        self._first = np.searchsorted(self._chain, np.arange(len(graph.cost)))
        self._onward = _ArcOrder(graph.onward, graph, graph.forward, graph.backward)
        self._reverse = _ArcOrder(graph.reverse, graph, graph.backward, graph.forward)

    def graph(self, costs: Costs) -> Graph:
        """Give the graph with other costs, equal to that which ``build_graph`` would make of them.

        Parameters
        ----------
        costs
            In each direction allowed where those of the graph are.

        Raises
        ------
        WrongUse
            ``road_cost_too_large`` when a chain costs more than an arc can hold.
        """
        cost = np.where(costs.forward >= 0, costs.forward, costs.backward)
        running = np.concatenate([np.zeros(1, np.int64), np.cumsum(cost[self._segment])])
        start = running[self._first]
        before = np.zeros(len(cost), np.int64)
        before[self._segment] = running[:-1] - start[self._chain]
        total = np.append(start[1:], running[-1]) - start if len(start) else start
        require_cost(float(total.max(initial=0)))
        return replace(
            self._graph,
            before=before,
            segment_cost=cost,
            cost=total,
            onward=self._onward.priced(total),
            reverse=self._reverse.priced(total),
        )


class _ArcOrder:
    """Which chain each arc stands for; arcs between the same two junctions are told apart by cost alone."""

    def __init__(self, arcs: Arcs, graph: Graph, ahead: Bools, astern: Bools) -> None:
        self._arcs = arcs
        number = np.arange(len(graph.cost))
        source = np.concatenate([graph.tail[ahead], graph.head[astern]])
        target = np.concatenate([graph.head[ahead], graph.tail[astern]])
        order = np.lexsort([target, source])
        self._of_chain: Int64s = np.concatenate([number[ahead], number[astern]])[order]
        pair = np.stack([source[order], target[order]])
        same = (pair[:, 1:] == pair[:, :-1]).all(axis=0)
        beside = np.append(same, False) | np.insert(same, 0, False)
        self._parallel = np.flatnonzero(beside)
        self._pair = np.cumsum(np.insert(~same, 0, True))[self._parallel] if len(order) else self._parallel

    def priced(self, total: Int64s) -> Arcs:
        """Give the arcs with the costs of their chains, in rows as ``build_graph`` lays them out."""
        cost: Int32s = total[self._of_chain].astype(np.int32)
        parallel = cost[self._parallel]
        cost[self._parallel] = parallel[np.lexsort([parallel, self._pair])]
        return replace(self._arcs, cost=cost)
