"""The roads between the villages of the demo city: a relative neighbourhood graph around the frame.

Two places are neighbours when no third one is much nearer to both: roads meet at wide angles, and nobody is
left out. Water that bars the way takes neighbours away; a least spanning tree over what is free puts back as
much as it takes to keep everybody joined.

References
----------
G. T. Toussaint, "The relative neighbourhood graph of a finite planar set", Pattern Recognition 12 (1980),
doi:10.1016/0031-3203(80)90066-7.
"""

from dataclasses import replace

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.road_bends import bend, unbend
from gis_service.analysis.demo_city.road_web import Kind, Web, bent, straight
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.network import VILLAGE_LANE
from gis_service.types import Bools, Floats, Int64s

_REACH_M = 3_500.0
_OFF_WATER_M = 25.0
_JOIN_M = 600.0
"""A village so near to a road of the frame gets a side road square to it."""
_ON_ROAD_M = 30.0
"""A village so near has its heart on the road."""
_APART_M = 45.0
"""Side roads leave a road no nearer to each other than this."""
_WITNESSES = 16
_BETWEEN = 0.92
"""Who is nearer to both than this part of their distance stands between two villages; at 1 the graph would be
that of Toussaint, below it there are some cross roads more."""
_SHARP = float(np.cos(np.radians(25)))
"""Cosine of the least angle between a road of the frame and one that leaves it."""
_NEAR_NOTHING = 1e-6


def join_villages(web: Web, land: Land, villages: Villages) -> tuple[Web, Int64s]:
    """Link the hearts of the villages with the frame and with each other.

    Parameters
    ----------
    web
        The frame.
    land, villages
        In EPSG:9209.

    Returns
    -------
    tuple
        The web with roads between villages, all of them village lanes as yet; and ``(n_villages,)`` the node
        at the heart of each village.
    """
    web, heart = _with_hearts(web, villages)
    free = _may_be_joined(web, land)
    start, end = _candidates(web, land, free)
    length = np.hypot(*(web.at[end] - web.at[start]).T)
    village = web.degree() == 0
    # Along a dike one node is as near as the next: were it not strict there, roads would fan out to it.
    between = length * np.where(village[start] & village[end], _BETWEEN, 1 - _NEAR_NOTHING)
    near = _neighbours(web.at[free], web.at[start], web.at[end], between)
    near &= ~_sharp(web, start, end)
    near |= _spanning(web, start, end, length)
    kinds = [Kind(VILLAGE_LANE)] * int(near.sum())
    return web.with_edges(np.empty((0, 2)), start[near], end[near], kinds), heart


def _with_hearts(web: Web, villages: Villages) -> tuple[Web, Int64s]:
    """Put a node at each heart, and one on the nearest road of the frame where a side road may leave it."""
    at = unbend(villages.xy)
    open_edges = np.flatnonzero(~web.is_bridge)
    tree = shapely.STRtree(web.segments[open_edges])
    points = np.asarray(shapely.points(at), dtype=object)
    (who, which), distance = tree.query_nearest(
        points, max_distance=_JOIN_M, return_distance=True, all_matches=False
    )
    edge = open_edges[which]
    ahead = web.at[web.end[edge]] - web.at[web.start[edge]]
    length = web.length_m[edge]
    along = np.einsum("ij,ij->i", at[who] - web.at[web.start[edge]], ahead) / length
    wanted = (along > _APART_M) & (along < length - _APART_M)
    wanted &= _first_of_each_stretch(edge, along)
    foot = np.full(len(at), -1)
    foot[who[wanted]] = web.n_nodes + np.arange(int(wanted.sum()))
    web = web.split(edge[wanted], along[wanted] / length[wanted])
    on_road = np.zeros(len(at), bool)
    on_road[who[distance <= _ON_ROAD_M]] = True
    # A heart beside the road without a foot of its own takes the nearest node of that road.
    nearest = cKDTree(web.at).query(at)[1]
    heart = np.where(on_road, np.where(foot >= 0, foot, nearest), -1)
    alone = np.flatnonzero(heart < 0)
    heart[alone] = web.n_nodes + np.arange(len(alone))
    return replace(web, at=np.concatenate([web.at, at[alone]])), heart.astype(np.int64)


def _first_of_each_stretch(edge: Int64s, along: Floats) -> Bools:
    """Keep one side road for each stretch of an edge."""
    stretch = np.column_stack([edge, np.floor(along / (2 * _APART_M))])
    first = np.zeros(len(edge), bool)
    first[np.unique(stretch, axis=0, return_index=True)[1]] = True
    # Two in neighbouring stretches may still be close: of those the second goes.
    order = np.lexsort([along, edge])
    order = order[first[order]]
    close = (np.diff(along[order], prepend=-np.inf) < _APART_M) & (np.diff(edge[order], prepend=-1) == 0)
    first[order[close]] = False
    return first


def _may_be_joined(web: Web, land: Land) -> Int64s:
    """Give the nodes on dry land inside the province, without the heads of high bridges."""
    points = np.asarray(shapely.points(bend(web.at)), dtype=object)
    wet = land.water.buffer(_OFF_WATER_M)
    shapely.prepare(wet)
    shapely.prepare(land.province)
    dry = ~shapely.intersects(wet, points) & shapely.intersects(land.province, points)
    high = web.of_kind("level")[web.kind] > 0
    dry[web.start[high]] = False
    dry[web.end[high]] = False
    return np.flatnonzero(dry)


def _candidates(web: Web, land: Land, free: Int64s) -> tuple[Int64s, Int64s]:
    """Give the pairs of a triangulation that cross no road of the frame and no water."""
    triangles = free[Delaunay(web.at[free]).simplices]
    pairs = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    known = np.sort(np.column_stack([web.start, web.end]), axis=1)
    pairs = np.unique(pairs, axis=0)
    coded = pairs @ [web.n_nodes, 1]
    pairs = pairs[~np.isin(coded, known @ [web.n_nodes, 1])]
    start, end = pairs.T.astype(np.int64)
    short = np.hypot(*(web.at[end] - web.at[start]).T) < _REACH_M
    start, end = start[short], end[short]
    crossed = shapely.STRtree(web.segments).query(straight(web.at, start, end), predicate="crosses")[0]
    wet = land.water.buffer(_OFF_WATER_M)
    shapely.prepare(wet)
    bad = shapely.intersects(wet, bent(web.at, start, end))
    bad[crossed] = True
    return start[~bad], end[~bad]


def _neighbours(at: Floats, tail: Floats, head: Floats, between: Floats) -> Bools:
    """Tell which pairs have nobody nearer to both than a distance of their own, ``between``."""
    tree = cKDTree(at)
    alone = np.ones(len(tail), bool)
    for here, there in ((tail, head), (head, tail)):
        distance, witness = tree.query(here, k=min(_WITNESSES, len(at)))
        to_there = np.hypot(*(at[witness] - there[:, None, :]).transpose(2, 0, 1))
        alone &= ~(np.maximum(distance, to_there) < between[:, None]).any(axis=1)
    return alone


def _sharp(web: Web, start: Int64s, end: Int64s) -> Bools:
    """Tell which pairs would leave a road of the frame at a sharp angle."""
    node, angle = _spokes(web.at, web.start, web.end)
    order = np.argsort(node, kind="stable")
    node, angle = node[order], angle[order]
    mine, my_angle = _spokes(web.at, start, end)
    first, last = np.searchsorted(node, mine, "left"), np.searchsorted(node, mine, "right")
    count = last - first
    spoke = np.repeat(np.arange(len(mine)), count)
    other = np.arange(len(spoke)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    sharp = np.zeros(len(mine), bool)
    sharp[spoke[np.cos(my_angle[spoke] - angle[other]) > _SHARP]] = True
    return sharp[: len(start)] | sharp[len(start) :]


def _spokes(at: Floats, start: Int64s, end: Int64s) -> tuple[Int64s, Floats]:
    """Give each edge twice, as seen from either end: the node, and the direction from it in radians."""
    ahead = at[end] - at[start]
    angle = np.arctan2(ahead[:, 1], ahead[:, 0])
    return np.concatenate([start, end]), np.concatenate([angle, angle + np.pi])


def _spanning(web: Web, start: Int64s, end: Int64s, length: Floats) -> Bools:
    """Tell which candidates a least spanning tree needs besides the frame, which costs nearly nothing."""
    tails, heads = np.concatenate([web.start, start]), np.concatenate([web.end, end])
    cost = np.concatenate([np.full(web.n_edges, _NEAR_NOTHING), length])
    tree = minimum_spanning_tree(csr_array((cost, (tails, heads)), shape=(web.n_nodes, web.n_nodes))).tocoo()
    chosen = np.sort(np.column_stack([tree.row, tree.col]), axis=1) @ [web.n_nodes, 1]
    needed: Bools = np.isin(np.sort(np.column_stack([start, end]), axis=1) @ [web.n_nodes, 1], chosen)
    return needed
