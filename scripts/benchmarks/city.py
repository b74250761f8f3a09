"""Towns for questions of speed: a made city of any size, and the middle of Helsinki from its OSM extract.

The city is a perturbed grid of 85 m with four classes of roads, two rivers that few roads cross, one-way
lanes and dead ends: what makes the roads of a city easy or hard to search, and nothing to look at.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gis_service.analysis.graph import Graph, build_graph
from gis_service.analysis.modes import Costs, half_up, mode, segment_costs
from gis_service.analysis.network import Network, build_network
from gis_service.files.roads import read_roads
from gis_service.services.network import metric_crs, roads_of
from gis_service.types import Bools, Floats, Int32s, Int64s

STEP_M = 85.0
SIDES = {"0.1 M": 179, "0.5 M": 400, "2 M": 800}
"""Crossings along one side of the cities of about so many directed edges."""
EXTRACT = "Helsinki"
"""The part that is asked on foot in the middle of a real town, when its extract is there."""
# Every so many lines of the grid, from the fastest class down; km/h as on a free road.
_EVERY = {65.0: 40, 42.0: 10, 32.0: 4}
_LOCAL, _ARTERIAL = 22.0, 42.0
_DROPPED, _ONE_WAY, _SPURS, _BRIDGES = 0.24, 0.12, 0.15, 0.6


@dataclass(frozen=True, slots=True)
class Town:
    """What every way is asked with: the junctions, the ways between them, and where the facilities are.

    Parameters
    ----------
    xy
        ``(n,)`` metres, in the order of the junctions.
    start, head, cost
        Arcs as sparse rows, turned round: those of a junction lead to where one may come from.
    facility
        ``(m,)`` junctions.
    nearest
        ``(n,)`` what the nearest facility costs in ms, as scipy has it; -1 where no way leads.
    """

    xy: Floats
    start: Int32s
    head: Int32s
    cost: Int32s
    facility: Int32s
    nearest: Int64s

    def moved(self, seed: int) -> "Town":
        """Give the same town with as many facilities in other places."""
        n, matrix = len(self.xy), self.matrix()
        places = np.random.default_rng(seed).choice(n, len(self.facility), replace=False).astype(np.int32)
        found = dijkstra(matrix, indices=places, min_only=True)
        nearest = np.where(np.isfinite(found), found, -1).astype(np.int64)
        return replace(self, facility=places, nearest=nearest)

    def matrix(self) -> csr_array:
        """Give the arcs as scipy has them."""
        return csr_array((self.cost.astype(float), self.head, self.start), shape=(len(self.xy),) * 2)

    def save(self, file: Path) -> None:
        """Write it down for the ways."""
        np.savez(file, **{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def load(cls, file: Path) -> "Town":
        """Read it again."""
        with np.load(file) as found:
            return cls(**found)


@dataclass(frozen=True, slots=True)
class Streets:
    """Undirected pieces of road between numbered places.

    Parameters
    ----------
    xy
        ``(n_places, 2)`` metres.
    start, end
        ``(n,)`` places.
    cost
        ``(n,)`` ms.
    both_ways
        ``(n,)``; the others lead from start to end only.
    """

    xy: Floats
    start: Int64s
    end: Int64s
    cost: Int64s
    both_ways: Bools

    def contracted(self) -> tuple[Graph, Floats]:
        """Contract the strongly connected part of them as the product does; with places of the junctions."""
        n, m = len(self.xy), len(self.start)
        ends = np.concatenate([self.start, self.end[self.both_ways]])
        heads = np.concatenate([self.end, self.start[self.both_ways]])
        _, part = connected_components(
            coo_array((np.ones(len(ends), bool), (ends, heads)), shape=(n, n)), connection="strong"
        )
        largest = np.bincount(part).argmax()
        kept = (part[self.start] == largest) & (part[self.end] == largest)
        yes = np.ones(m, bool)
        network = Network(
            node_xy=self.xy,
            start=self.start.astype(np.int32),
            end=self.end.astype(np.int32),
            line=np.arange(m, dtype=np.int32),
            length_m=np.hypot(*(self.xy[self.start] - self.xy[self.end]).T),
            shape=np.empty(m, object),
            is_ferry=~yes,
            wait_ms=np.zeros(m, np.int64),
            road_class=np.zeros(m, np.int8),
            oneway=(~self.both_ways).astype(np.int8),
            oneway_bicycle=(~self.both_ways).astype(np.int8),
            oneway_motorbike=(~self.both_ways).astype(np.int8),
            level=np.zeros(m, np.int8),
            width_m=np.full(m, np.nan),
            paved=yes,
            on_foot=yes,
            on_wheels=yes,
            by_car=yes,
            closed=~yes,
        )
        forward = np.where(kept, self.cost, -1)
        costs = Costs(forward, np.where(self.both_ways, forward, -1), yes, None)
        return _contracted(network, costs)


def extract(file: Path) -> tuple[Graph, Floats]:
    """Read an extract as the product does, contract it for walkers; with places of the junctions."""
    table, _ = read_roads(str(file))
    network = build_network(roads_of(table, metric_crs(None, table)))
    return _contracted(network, segment_costs(network, mode("walk"), "network_time"))


def extract_file() -> Path:
    """Give where the extract lies; it may not be there."""
    shared = Path(os.environ.get("GIS_SHARED_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    return shared / "helsinki" / "Helsinki.osm.pbf"


def town(graph: Graph, xy: Floats, n_facilities: int) -> Town:
    """Put facilities on junctions, and let scipy tell what the nearest costs."""
    arcs = graph.reverse
    nowhere = np.empty(n_facilities, np.int32)
    return Town(xy, arcs.start, arcs.head, arcs.cost, nowhere, np.empty(0, np.int64)).moved(2)


def _contracted(network: Network, costs: Costs) -> tuple[Graph, Floats]:
    graph = build_graph(network, costs)
    xy = np.empty((graph.n_nodes, 2))
    junction = graph.node >= 0
    xy[graph.node[junction]] = network.node_xy[junction]
    return graph, xy


def made_city(side: int, seed: int = 1) -> Streets:
    """Make the streets of a city of ``side`` by ``side`` crossings and 15 % as many dead ends."""
    rng = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(side * side), side)
    xy = np.column_stack([column, row]) * STEP_M + rng.uniform(-25, 25, (side * side, 2))
    place = np.arange(side * side).reshape(side, side)
    start = np.concatenate([place[:, :-1].ravel(), place[:-1].ravel()])
    end = np.concatenate([place[:, 1:].ravel(), place[1:].ravel()])
    line = np.where(end == start + 1, row[start], column[start])  # streets run along the lines of the grid
    kmh = np.full(len(start), _LOCAL)
    for speed, every in sorted(_EVERY.items()):  # the fastest last, it stands
        kmh[line % every == 0] = speed
    kept = (kmh > _LOCAL) | (rng.random(len(start)) > _DROPPED)
    kept &= ~_over_a_river(xy, start, end) | ((kmh >= _ARTERIAL) & (rng.random(len(start)) < _BRIDGES))
    start, end, kmh = start[kept], end[kept], kmh[kept]
    one_way = (kmh == _LOCAL) & (rng.random(len(start)) < _ONE_WAY)
    turned = one_way & (rng.random(len(start)) < 0.5)  # noqa: PLR2004  as many one way as the other
    start, end = np.where(turned, end, start), np.where(turned, start, end)

    door = np.flatnonzero(rng.random(side * side) < _SPURS)
    angle, reach = rng.uniform(0, 2 * np.pi, len(door)), rng.uniform(15, 40, len(door))
    tip = xy[door] + np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]
    start = np.concatenate([start, door])
    end = np.concatenate([end, np.arange(len(door)) + len(xy)])
    xy = np.concatenate([xy, tip])
    kmh = np.concatenate([kmh, np.full(len(door), _LOCAL)]) * rng.uniform(0.92, 1.08, len(start))
    length = np.hypot(*(xy[start] - xy[end]).T)
    both_ways = np.concatenate([~one_way, np.ones(len(door), bool)])
    return Streets(xy, start, end, half_up(length * 3600 / kmh), both_ways)


def _over_a_river(xy: Floats, start: Int64s, end: Int64s) -> Bools:
    """Tell which streets cross one of two winding rivers, that run from south to north."""
    across: Bools = np.zeros(len(start), bool)
    width = xy[:, 0].max()
    for middle, swing, waves in ((0.33, 0.06, 3.0), (0.68, 0.04, 5.0)):
        bank = xy[:, 0] > width * (middle + swing * np.sin(xy[:, 1] / width * waves * 2 * np.pi))
        across |= bank[start] != bank[end]
    return across
