"""Other ways to the cost of the nearest facility; each builds what it needs, and gives the search alone.

The facilities are junctions, and the arcs are turned round, so that every peer searches outwards from them.
Those without a search from several places at once are given one more junction, with free arcs to all of them.
"""

from collections.abc import Callable

import numpy as np
from city import Town  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
from scipy.sparse.csgraph import dijkstra

from gis_service.types import Floats, Int32s, Int64s

Search = Callable[[], Floats]
"""Gives ``(n,)`` ms, infinite without a way."""


def scipy_nearest(town: Town) -> Search:
    """Cost alone."""
    matrix = town.matrix()
    return lambda: dijkstra(matrix, indices=town.facility, min_only=True)


def scipy_named(town: Town) -> Search:
    """Cost, way and name of the facility."""
    matrix = town.matrix()
    return lambda: dijkstra(matrix, indices=town.facility, min_only=True, return_predecessors=True)[0]


def igraph_nearest(town: Town) -> Search:
    """Cost alone, from one more junction."""
    import igraph  # noqa: PLC0415  a peer of the bench set, not there for the other ways

    n = len(town.xy)
    tail, head, cost = _with_source(town)
    graph = igraph.Graph(n=n + 1, edges=np.column_stack([tail, head]), directed=True)
    weights = cost.tolist()
    return lambda: np.array(graph.distances(source=n, weights=weights, mode="out")[0][:n])


def rustworkx_nearest(town: Town) -> Search:
    """Cost alone, from one more junction."""
    import rustworkx  # noqa: PLC0415  as above

    n = len(town.xy)
    tail, head, cost = _with_source(town)
    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(n + 1))
    graph.add_edges_from(list(zip(tail.tolist(), head.tolist(), cost.astype(float).tolist(), strict=True)))

    def search() -> Floats:
        found = rustworkx.dijkstra_shortest_path_lengths(graph, n, float)
        answer = np.full(n + 1, np.inf)
        answer[list(found.keys())] = list(found.values())
        return answer[:n]

    return search


def networkx_nearest(town: Town) -> Search:
    """Cost alone, in pure Python."""
    import networkx as nx  # noqa: PLC0415  as above

    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(town.xy)))
    for tail, head, cost in zip(_tails(town).tolist(), town.head.tolist(), town.cost.tolist(), strict=True):
        if not graph.has_edge(tail, head) or graph[tail][head]["weight"] > cost:
            graph.add_edge(tail, head, weight=cost)
    places = set(town.facility.tolist())

    def search() -> Floats:
        lengths = nx.multi_source_dijkstra_path_length(graph, places)
        answer = np.full(len(town.xy), np.inf)
        answer[list(lengths.keys())] = list(lengths.values())
        return answer

    return search


def pandana_nearest(town: Town) -> Search:
    """Cost alone; it first builds a contraction hierarchy of its own, which is not counted."""
    import pandana  # noqa: PLC0415  as above
    import pandas as pd  # noqa: PLC0415

    x, y = pd.Series(town.xy[:, 0]), pd.Series(town.xy[:, 1])
    seconds = pd.DataFrame({"seconds": town.cost / 1000})
    # It looks from every junction for what lies ahead: the arcs as travelled.
    network = pandana.Network(x, y, pd.Series(town.head), pd.Series(_tails(town)), seconds, twoway=False)
    farthest = float(town.nearest.max()) / 1000 + 1
    network.set_pois("facilities", farthest, 1, x[town.facility], y[town.facility])

    def search() -> Floats:
        found = network.nearest_pois(farthest, "facilities", num_pois=1)[1].to_numpy() * 1000.0
        return np.where(found < farthest * 1000, found, np.inf)

    return search


def _tails(town: Town) -> Int32s:
    """Junction that each arc leaves."""
    return np.repeat(np.arange(len(town.xy), dtype=np.int32), np.diff(town.start))


def _with_source(town: Town) -> tuple[Int64s, Int64s, Int64s]:
    """Add one junction, and free arcs from it to the facilities."""
    m = len(town.facility)
    tail = np.concatenate([_tails(town), np.full(m, len(town.xy))]).astype(np.int64)
    head = np.concatenate([town.head, town.facility]).astype(np.int64)
    return tail, head, np.concatenate([town.cost, np.zeros(m)]).astype(np.int64)


PEERS: dict[str, Callable[[Town], Search]] = {
    "scipy": scipy_nearest,
    "scipy, named": scipy_named,
    "pandana": pandana_nearest,
    "igraph": igraph_nearest,
    "rustworkx": rustworkx_nearest,
    "networkx": networkx_nearest,
}
