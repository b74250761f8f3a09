"""Where lanes may run: pairs of places in the villages with nothing between them."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import Delaunay

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.lane_lattice import SPACING_M, is_town
from gis_service.analysis.demo_city.road_bends import bend
from gis_service.analysis.demo_city.road_web import Web, straight
from gis_service.analysis.demo_city.villages import Villages
from gis_service.types import Bools, Floats, Int64s

NO_ROW = -(10**6)
_NOWHERE = -1
_ON_ROAD_M = 58.0
_OFF_WATER_M = 6.0
_LONGEST = 2.1
"""No lane runs so many times the distance between two rows without a corner."""
_NEXT_DOOR_M = 95.0


@dataclass(frozen=True, slots=True)
class Places:
    """Where the nodes of the web are.

    Parameters
    ----------
    village
        ``(n,)`` row of the village, or -1.
    row
        ``(n,)`` row of the lattice, or ``NO_ROW``.
    """

    village: Int64s
    row: Int64s


@dataclass(frozen=True, slots=True)
class Links:
    """Possible lanes.

    Parameters
    ----------
    start, end
        ``(n,)`` nodes.
    village
        ``(n,)`` that of the first node.
    row
        ``(n,)`` row of the lattice in which both are, or ``NO_ROW``.
    inside
        ``(n,)`` whether it stays in the built-up area.
    """

    start: Int64s
    end: Int64s
    village: Int64s
    row: Int64s
    inside: Bools


def possible_links(web: Web, land: Land, villages: Villages, place: Places) -> Links:
    """Give the pairs of a triangulation within villages, and short ones between next-door neighbours.

    Parameters
    ----------
    web
        All roads, and the points of the lattice as nodes without edges.
    land, villages
        In the metric CRS of the city.
    place
        Of every node of the web.

    Returns
    -------
    Links
        None crosses another one, a road or water.
    """
    start, end = _pairs(web, np.flatnonzero(place.village != _NOWHERE))
    one, other = place.village[start], place.village[end]
    longest = np.where(one == other, _LONGEST * SPACING_M["village"][1], _NEXT_DOOR_M)
    near = np.hypot(*(web.at[end] - web.at[start]).T) < longest
    start, end, one, other = start[near], end[near], one[near], other[near]
    fine = np.ones(len(start), bool)
    fine[shapely.STRtree(web.segments).query(straight(web.at, start, end), predicate="crosses")[0]] = False
    real = straight(bend(web.at), start, end)
    inside = (villages.unit[one] == villages.unit[other]) & is_town(villages)[one]  # a town's streets go on
    same = one == other
    shapely.prepare(villages.shape)
    inside[same] = shapely.covers(villages.shape[one[same]], real[same])
    wet = land.water.buffer(_OFF_WATER_M)
    shapely.prepare(wet)
    fine &= ~shapely.intersects(wet, real)
    alike = (place.row[start] == place.row[end]) & (villages.unit[one] == villages.unit[other])
    row = np.where(alike, place.row[start], NO_ROW)
    return Links(start[fine], end[fine], one[fine], row[fine], inside[fine])


def _pairs(web: Web, node: Int64s) -> tuple[Int64s, Int64s]:
    """Give the pairs of a triangulation that are no edges yet."""
    triangles = node[Delaunay(web.at[node]).simplices]
    pairs = np.unique(np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    known = np.sort(np.column_stack([web.start, web.end]), axis=1) @ [web.n_nodes, 1]
    start, end = pairs[~np.isin(pairs @ [web.n_nodes, 1], known)].T.astype(np.int64)
    return start, end


def with_doors(web: Web, villages: Villages) -> tuple[Web, Int64s]:
    """Put nodes on the roads through villages, from which lanes leave; and name the village of every node.

    Parameters
    ----------
    web
        All roads.
    villages
        In the metric CRS of the city.

    Returns
    -------
    tuple
        The web, and the row of the village of each of its nodes or -1, ``(n_nodes,)``.
    """
    count = np.maximum(np.round(web.length_m / _ON_ROAD_M).astype(np.int64) - 1, 0)
    count[web.is_bridge] = 0
    edge = np.repeat(np.arange(web.n_edges), count)
    place = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    share = (place + 1.0) / (count[edge] + 1.0)
    at = web.at[web.start[edge]] * (1 - share[:, None]) + web.at[web.end[edge]] * share[:, None]
    inside = _village_at(bend(at), villages)
    door = inside != _NOWHERE
    own = _village_at(bend(web.at), villages)
    return web.split(edge[door], share[door]), np.concatenate([own, inside[door]])


def _village_at(xy: Floats, villages: Villages) -> Int64s:
    tree = shapely.STRtree(villages.shape)
    point, village = tree.query(np.asarray(shapely.points(xy), dtype=object), predicate="intersects")
    found = np.full(len(xy), _NOWHERE, np.int64)
    found[point[::-1]] = village[::-1]
    return found
