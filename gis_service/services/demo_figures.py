"""Measures what the demo city promises: how large its network is, and who is on it."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import ROAD_CLASSES, Ferries, Network, Roads, build_network
from gis_service.analysis.snap import snap
from gis_service.services.demo_build import City
from gis_service.types import Floats, Int64s

MEASURED = ("walk", "motorbike")
"""Modes that the network is measured in."""
NARROW_M = 2.5
_MS_PER_MIN = 60_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured.

    Parameters
    ----------
    arcs
        Directed edges after contraction, by mode.
    connected
        Share of the people whose home joins the greatest strongly connected part of the network, by mode.
    narrow
        Share of village lanes and alleys, by number, that are narrower than 2.5 m.
    bridges
        Bridges, by their names.
    ferries
        Ferry lines.
    """

    arcs: dict[str, int]
    connected: dict[str, float]
    narrow: float
    bridges: int
    ferries: int


def measure(city: City) -> Figures:
    """Measure a demo city with the network engine itself."""
    network = _network(city)
    arcs, connected = {}, {}
    people = city.residents.people
    for name in MEASURED:
        costs = segment_costs(network, mode(name), "network_time")
        graph = build_graph(network, costs)
        homes = snap(city.residents.xy, network, costs)
        arcs[name] = len(graph.onward.head)
        connected[name] = _connected(graph, homes.segment.astype(np.int64), people)
    names, classes = np.array(city.roads.name), np.array(city.roads.road_class)
    lanes = np.isin(classes, ["village_lane", "alley"])
    narrow = float(np.mean(city.roads.width_m[lanes] < NARROW_M))
    bridges = len(set(names[city.roads.is_bridge].tolist()))
    return Figures(arcs, connected, narrow, bridges, len(city.ferries.lines))


def _network(city: City) -> Network:
    made = city.roads
    rank = np.array([ROAD_CLASSES.index(name) for name in made.road_class], dtype=np.int8)
    roads = Roads(
        lines=made.lines,
        road_class=rank,
        oneway=made.oneway,
        level=made.level,
        width_m=made.width_m,
        paved=made.paved,
        on_foot=made.on_foot,
        on_wheels=made.on_wheels,
        by_car=made.by_car,
    )
    wait: Floats = np.asarray(city.ferries.headway_min, dtype=np.float64) / 2 * _MS_PER_MIN
    return build_network(roads, Ferries(city.ferries.lines, np.round(wait).astype(np.int64)))


def _connected(graph: Graph, segment: Int64s, people: Int64s) -> float:
    """Give the share of people on the strongly connected part that holds the most of them."""
    arcs = graph.onward
    n = graph.n_nodes
    matrix = csr_matrix((np.ones(len(arcs.head), np.int8), arcs.head, arcs.start), shape=(n, n))
    _, part = connected_components(matrix, directed=True, connection="strong")
    there = segment >= 0
    chain = graph.chain[segment[there]]
    tail, head = part[graph.tail[chain]], part[graph.head[chain]]
    held = np.bincount(tail, weights=people[there] * (tail == head), minlength=n)
    return float(held.max() / people.sum())
