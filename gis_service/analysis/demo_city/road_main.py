"""Lays the main roads of the demo city: least ways between their stops, drawn together and smoothed."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay

from gis_service.analysis.demo_city.bridges import Bridge, Crossing
from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.road_bends import unbend
from gis_service.analysis.demo_city.road_routes import ROUTES
from gis_service.analysis.demo_city.road_web import Kind, straight
from gis_service.analysis.demo_city.villages import Villages
from gis_service.types import Bools, Floats, Int64s

Line = tuple[Floats, Kind]
"""``(n, 2)`` points in the flat plane, and the kind of road."""

_SEED = 20_202
_MESH_M = 430.0
_BANK_M = 160.0
_OFF_WATER_M = 45.0
_AROUND_M = 1_500.0
_REUSE = 0.6
"""A way along a main road that is there already counts this much of its length."""
_SMOOTHINGS = 14
_MENDINGS = 3


@dataclass(frozen=True, slots=True)
class _Mesh:
    """A mesh over dry land: points ``xy`` (n, 2), edges ``start``, ``end``, ``length_m``, stops by name."""

    xy: Floats
    start: Int64s
    end: Int64s
    length_m: Floats
    stops: dict[str, tuple[int, ...]]


def make_main_roads(
    land: Land, villages: Villages, bridges: Mapping[str, tuple[Bridge, Crossing]]
) -> list[Line]:
    """Lay national and provincial roads.

    Parameters
    ----------
    land, villages
        In EPSG:9209. Stops that the land does not have are left out of their routes.
    bridges
        By name; routes run up to them and go on behind them, the bridges themselves are not among the lines.

    Returns
    -------
    list
        Straight bits in the flat plane; no two run together.
    """
    mesh = _mesh(land, villages, bridges)
    best = _routed(mesh)
    used = np.flatnonzero(best < len(ROUTES))
    xy = _smoothed(mesh, used, land)
    at = unbend(xy)
    kinds = [Kind(route.road_class, route.name) for route in ROUTES]
    return [(at[[mesh.start[edge], mesh.end[edge]]], kinds[best[edge]]) for edge in used]


def _mesh(land: Land, villages: Villages, bridges: Mapping[str, tuple[Bridge, Crossing]]) -> _Mesh:
    points, stops = _stops(land, villages, bridges)
    fill = _filling(land)
    near = shapely.dwithin(shapely.multipoints(points), shapely.points(fill), _MESH_M / 2)
    xy = np.concatenate([points, fill[~near]])
    triangles = Delaunay(xy).simplices
    pairs = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    start, end = np.unique(pairs, axis=0).T.astype(np.int64)
    wet = land.water.buffer(_OFF_WATER_M / 2)
    shapely.prepare(wet)
    length = np.hypot(*(xy[end] - xy[start]).T)
    free = ~shapely.intersects(wet, straight(xy, start, end)) & (length < 5 * _MESH_M)
    return _Mesh(xy, start[free], end[free], length[free], stops)


def _stops(
    land: Land, villages: Villages, bridges: Mapping[str, tuple[Bridge, Crossing]]
) -> tuple[Floats, dict[str, tuple[int, ...]]]:
    """Give the points of the stops, and for each stop its points: one for a commune, two for a bridge."""
    points: list[Floats] = []
    stops: dict[str, tuple[int, ...]] = {}
    for name, (_, crossing) in bridges.items():
        stops[name] = (len(points), len(points) + 1)
        points += [crossing.xy[0], crossing.xy[1]]
    wanted = {stop for route in ROUTES for stop in route.stops}
    main = {int(villages.unit[row]): row for row in np.flatnonzero(villages.is_main)}
    for number, unit in enumerate(land.units):
        if unit.code in wanted:
            stops[unit.code] = (len(points),)
            points.append(villages.xy[main[number]])
    return np.array(points).reshape(-1, 2), stops


def _filling(land: Land) -> Floats:
    """Strew points over the dry land, away from the banks."""
    random = np.random.Generator(np.random.PCG64(_SEED))
    west, south, east, north = land.province.buffer(_AROUND_M).bounds
    x, y = np.meshgrid(np.arange(west, east, _MESH_M), np.arange(south, north, _MESH_M * 0.87))
    x[1::2] += _MESH_M / 2
    xy = np.column_stack([x.ravel(), y.ravel()])
    xy += random.uniform(-0.2, 0.2, xy.shape) * _MESH_M
    ground = land.province.difference(land.water.buffer(_BANK_M))
    shapely.prepare(ground)
    inside: Bools = shapely.contains_xy(ground, *xy.T)
    return xy[inside]


def _routed(mesh: _Mesh) -> Int64s:
    """Give each edge the number of the first route along it; ``len(ROUTES)`` where none runs."""
    best = np.full(len(mesh.start), len(ROUTES))
    edge_of = {(int(a), int(b)): edge for edge, (a, b) in enumerate(zip(mesh.start, mesh.end, strict=True))}
    for number, route in enumerate(ROUTES):
        stops = [mesh.stops[stop] for stop in route.stops if stop in mesh.stops]
        for before, after in pairwise(stops):
            cost = np.where(best < len(ROUTES), mesh.length_m * _REUSE, mesh.length_m)
            for pair in _way(mesh, cost, before, after):
                edge = edge_of[pair]
                best[edge] = min(best[edge], number)
    return best


def _way(mesh: _Mesh, cost: Floats, before: tuple[int, ...], after: tuple[int, ...]) -> list[tuple[int, int]]:
    """Give the edges of the least way between two stops; a bridge is entered at the end that is reached."""
    size = (len(mesh.xy), len(mesh.xy))
    graph = csr_array((cost, (mesh.start, mesh.end)), shape=size)
    least, previous, _ = dijkstra(
        graph, directed=False, indices=before, return_predecessors=True, min_only=True
    )
    node = min(after, key=lambda point: float(least[point]))
    way = []
    while previous[node] >= 0:
        way.append((int(min(node, previous[node])), int(max(node, previous[node]))))
        node = int(previous[node])
    return way


def _smoothed(mesh: _Mesh, used: Int64s, land: Land) -> Floats:
    """Draw bends out; where that would lead too near to water, the points stay where they were."""
    start, end = mesh.start[used], mesh.end[used]
    degree = np.bincount(np.concatenate([start, end]), minlength=len(mesh.xy))[:, None]
    fixed = degree[:, 0] < 2  # noqa: PLR2004
    fixed[[point for stop in mesh.stops.values() if len(stop) > 1 for point in stop]] = True
    wet = land.water.buffer(_OFF_WATER_M)
    shapely.prepare(wet)
    for _ in range(_MENDINGS):
        xy = mesh.xy.copy()
        for _ in range(_SMOOTHINGS):
            total = np.zeros_like(xy)
            np.add.at(total, start, xy[end])
            np.add.at(total, end, xy[start])
            xy = np.where(fixed[:, None], xy, xy / 2 + total / (2 * np.maximum(degree, 1)))
        near = shapely.intersects(wet, straight(xy, start, end))
        if not near.any():
            break
        fixed[np.concatenate([start[near], end[near]])] = True
    return xy
