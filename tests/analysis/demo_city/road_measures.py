"""Measures of a road network that tests of the small and of the whole demo city share."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gis_service.analysis.demo_city.roads import CityFerries, CityRoads
from gis_service.analysis.graph import build_graph
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import ROAD_CLASSES, Ferries, Network, Roads, build_network
from gis_service.types import Bools, Floats


def network_of(roads: CityRoads, ferries: CityFerries) -> Network:
    lines = Roads(
        lines=roads.lines,
        road_class=np.array([ROAD_CLASSES.index(name) for name in roads.road_class], np.int8),
        oneway=roads.oneway,
        level=roads.level,
        width_m=roads.width_m,
        paved=roads.paved,
        on_foot=roads.on_foot,
        on_wheels=roads.on_wheels,
        by_car=roads.by_car,
    )
    return build_network(lines, Ferries(ferries.lines, np.full(len(ferries.lines), 600_000)))


@dataclass(frozen=True)
class Reach:
    """The directed edges of a mode, and which places are on the largest part with ways there and back."""

    n_arcs: int
    on_main: Bools


def reach(network: Network, name: str, xy: Floats) -> Reach:
    graph = build_graph(network, segment_costs(network, mode(name), "network_time"))
    start, head = graph.onward.start, graph.onward.head
    source = np.repeat(np.arange(graph.n_nodes), np.diff(start))
    arcs = csr_array((np.ones(len(head)), (source, head)), shape=(graph.n_nodes, graph.n_nodes))
    part = connected_components(arcs, directed=True, connection="strong")[1]
    main = part == np.bincount(part).argmax()
    used = np.flatnonzero(graph.node >= 0)
    nearest = used[cKDTree(network.node_xy[used]).query(xy)[1]]
    return Reach(len(head), main[graph.node[nearest]])


def lanes_of(roads: CityRoads) -> Bools:
    return np.isin(roads.road_class, ["village_lane", "alley"])


def ends_of(roads: CityRoads) -> Floats:
    first, last = shapely.get_point(roads.lines, 0), shapely.get_point(roads.lines, -1)
    return shapely.get_coordinates(np.concatenate([first, last]))
