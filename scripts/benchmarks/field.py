"""Ways to the cost from every crossing of a city of 400,000 directed roads to the nearest of 200 facilities.

Ours also finds the second nearest on another site and says which facility it is; the peers do not.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis_service.analysis.graph import Arcs, build_graph
from gis_service.analysis.kernels import FAR, two_nearest
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Roads, build_network
from gis_service.types import Int32s, Int64s

SIDE, STEP_M, FACILITIES, TIMES = 400, 85.0, 200, 5


def prepare(folder: Path) -> None:
    """Make the city once: a perturbed grid with gaps, one-ways and all classes, contracted for motorbikes."""
    rng = np.random.default_rng(1)
    grid = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij"), axis=-1) * STEP_M
    grid += rng.uniform(-25, 25, grid.shape)
    pairs = [np.stack([grid[:-1], grid[1:]], 2), np.stack([grid[:, :-1], grid[:, 1:]], 2)]
    streets = np.concatenate([pair.reshape(-1, 2, 2) for pair in pairs])
    streets = streets[rng.random(len(streets)) > 0.24]  # noqa: PLR2004  share of the streets left out
    n = len(streets)
    roads = Roads.plain(
        np.asarray(shapely.linestrings(streets), dtype=object),
        rng.integers(1, 7, n).astype(np.int8),
        rng.choice([0, 1, -1], n, p=[0.9, 0.05, 0.05]).astype(np.int8),
    )
    network = build_network(roads)
    arcs = build_graph(network, segment_costs(network, mode("motorbike"), "network_time")).reverse
    facility = rng.choice(len(arcs.start) - 1, FACILITIES, replace=False).astype(np.int32)
    np.savez(folder / "city.npz", start=arcs.start, head=arcs.head, cost=arcs.cost, facility=facility)


def ours(arcs: Arcs, facility: Int32s) -> Int64s:
    """Two nearest facilities with their names, in whole milliseconds."""
    number = np.arange(len(facility), dtype=np.int32)
    nothing = np.zeros(len(facility), np.int64)
    return two_nearest(arcs.start, arcs.head, arcs.cost, facility, nothing, number, number)[0]


def scipy_nearest(arcs: Arcs, facility: Int32s) -> Int64s:
    """Nearest facility only, without its name, in floating numbers."""
    n = len(arcs.start) - 1
    matrix = csr_array((arcs.cost.astype(float), arcs.head, arcs.start), shape=(n, n))
    found = dijkstra(matrix, indices=facility, min_only=True)
    answer = np.full(n, FAR, np.int64)
    answer[np.isfinite(found)] = found[np.isfinite(found)]
    return answer


def networkx_nearest(arcs: Arcs, facility: Int32s) -> Int64s:
    """Nearest facility only, in pure Python."""
    import networkx as nx  # noqa: PLC0415  a peer of the bench set, not there for the other ways

    graph: nx.DiGraph[int] = nx.DiGraph()
    source = np.repeat(np.arange(len(arcs.start) - 1), np.diff(arcs.start))
    graph.add_nodes_from(range(len(arcs.start) - 1))
    for tail, head, cost in zip(source.tolist(), arcs.head.tolist(), arcs.cost.tolist(), strict=True):
        if not graph.has_edge(tail, head) or graph[tail][head]["weight"] > cost:
            graph.add_edge(tail, head, weight=cost)
    begin = time.perf_counter()
    lengths = nx.multi_source_dijkstra_path_length(graph, set(facility.tolist()))
    SPENT.append(time.perf_counter() - begin)
    found = np.full(len(graph), FAR, np.int64)
    found[list(lengths.keys())] = list(lengths.values())
    return found


SPENT: list[float] = []
"""Seconds of the search alone, where a peer has to build its graph first."""
WAYS: dict[str, Callable[[Arcs, Int32s], Int64s]] = {
    "ours": ours,
    "scipy": scipy_nearest,
    "networkx": networkx_nearest,
}


def main(way: str, folder: Path) -> None:
    """Run one way several times and tell the median; the answers must be equal."""
    if way == "prepare":
        prepare(folder)
        return
    city = np.load(folder / "city.npz")
    arcs, facility = Arcs(city["start"], city["head"], city["cost"]), city["facility"]
    search, times = WAYS[way], 1 if way == "networkx" else TIMES
    answer = search(arcs, facility)  # compiles, warms the caches
    if way == "ours" and not np.array_equal(answer, scipy_nearest(arcs, facility)):
        raise SystemExit("ours and scipy differ")
    spent = []
    for _ in range(times):
        SPENT.clear()
        begin = time.perf_counter()
        search(arcs, facility)
        spent.append(SPENT[0] if SPENT else time.perf_counter() - begin)
    print(json.dumps({"seconds": float(np.median(spent)), "done": len(arcs.head)}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
