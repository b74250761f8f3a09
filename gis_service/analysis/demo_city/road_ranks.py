"""Which of the country roads are district roads, which commune roads, and which stay lanes and tracks."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.road_web import Kind, Web
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.network import ROAD_CLASSES, VILLAGE_LANE
from gis_service.types import Floats, Int32s, Int64s

_SEED = 20_203
_DISTRICT, _COMMUNE = ROAD_CLASSES.index("district"), ROAD_CLASSES.index("commune")
_WORTH = np.array([0.5, 0.55, 0.65, 1.0, 0.9, 1.0, 1.0])
"""A metre of each class counts this much of a metre: people go round by the better road."""
_ROUND_ABOUT = 3.0
"""A way so many times longer than the straight line is nobody's way."""
_TRACK_SHARE = 0.35
_NEAR_NOTHING = 1e-9


def rank_roads(web: Web, land: Land, villages: Villages, heart: Int64s) -> Web:
    """Raise the ways between communes to district roads, those within a commune to commune roads.

    Parameters
    ----------
    web
        With the roads between villages, all lanes as yet.
    land, villages
        In a metric CRS.
    heart
        ``(n_villages,)`` node of each village.

    Returns
    -------
    Web
        District roads are numbered (``ĐH.301``: the first of the third district); some of what is left are
        tracks of earth.
    """
    seat = np.full(len(land.units), -1)
    seat[villages.unit[villages.is_main]] = heart[villages.is_main]
    ways = _Ways(web, seat[seat >= 0])
    web = _districts(web, land, ways, np.flatnonzero(seat >= 0))
    web = _communes(web, ways, villages, heart, np.flatnonzero(seat >= 0))
    lanes = np.flatnonzero(web.road_class == VILLAGE_LANE)
    random = np.random.Generator(np.random.PCG64(_SEED))
    tracks = lanes[random.random(len(lanes)) < _TRACK_SHARE]
    return web.with_kinds(tracks, [Kind(VILLAGE_LANE, is_track=True)] * len(tracks))


class _Ways:
    """Least ways from every commune's main village to every node."""

    def __init__(self, web: Web, sources: Int64s) -> None:
        cost = web.length_m * _WORTH[web.road_class]
        size = (web.n_nodes, web.n_nodes)
        graph = csr_array((cost, (web.start, web.end)), shape=size)
        self.at, self.sources = web.at, sources
        found = dijkstra(graph, directed=False, indices=sources, return_predecessors=True)
        self.cost: Floats = found[0]
        self.before: Int32s = found[1]
        self._edge = {
            (int(min(a, b)), int(max(a, b))): edge
            for edge, (a, b) in enumerate(zip(web.start, web.end, strict=True))
        }

    def edges(self, source: int, target: int) -> list[int]:
        """Give the edges of the way from a source, by its row, to a node; none where it is nobody's way."""
        apart = float(np.hypot(*(self.at[self.sources[source]] - self.at[target])))
        if not self.cost[source, target] <= _ROUND_ABOUT * apart:
            return []
        way, node = [], target
        while (previous := int(self.before[source, node])) >= 0:
            way.append(self._edge[min(node, previous), max(node, previous)])
            node = previous
        return way


def _districts(web: Web, land: Land, ways: _Ways, units: Int64s) -> Web:
    """Link neighbouring communes."""
    name: dict[int, str] = {}
    numbers: dict[str, int] = {}
    codes = sorted({unit.district_code for unit in land.units})
    for one, other in _neighbouring(ways.at[ways.sources]):
        new = [edge for edge in ways.edges(one, int(ways.sources[other])) if edge not in name]
        new = [edge for edge in new if web.road_class[edge] > _COMMUNE]
        district = land.units[units[one]].district_code
        if new:
            numbers[district] = numbers.get(district, 0) + 1
            number = 100 * (1 + codes.index(district)) + numbers[district]
            name |= dict.fromkeys(new, f"ĐH.{number}")
    return web.with_kinds(np.array(list(name), np.int64), [Kind(_DISTRICT, text) for text in name.values()])


def _neighbouring(at: Floats) -> list[tuple[int, int]]:
    """Give the pairs of places with no third one nearer to both."""
    apart = np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
    pairs = np.column_stack(np.triu_indices(len(at), 1))
    alone = [
        not (np.maximum(apart[one], apart[other]) < apart[one, other] * (1 - _NEAR_NOTHING)).any()
        for one, other in pairs
    ]
    return [(int(one), int(other)) for one, other in pairs[alone]]


def _communes(web: Web, ways: _Ways, villages: Villages, heart: Int64s, units: Int64s) -> Web:
    """Link every village with the main one of its commune."""
    source = {int(unit): row for row, unit in enumerate(units)}
    found: set[int] = set()
    for village in range(len(heart)):
        found.update(ways.edges(source[int(villages.unit[village])], int(heart[village])))
    raised = _lower(web, sorted(found))
    return web.with_kinds(raised, [Kind(_COMMUNE)] * len(raised))


def _lower(web: Web, edges: Sequence[int]) -> Int64s:
    chosen = np.array(edges, np.int64)
    return chosen[web.road_class[chosen] > _COMMUNE]
