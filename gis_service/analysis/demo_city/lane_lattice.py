"""Points for the lanes of a village: jittered rows along its length, or along the road through it."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.demo_city.road_bends import bend, unbend
from gis_service.analysis.demo_city.road_web import Web
from gis_service.analysis.demo_city.villages import Villages
from gis_service.types import Bools, Floats, Int64s

SPACING_M = {"village": (58.0, 66.0), "town": (52.0, 62.0)}
"""Between points along the rows, and between rows."""
_JITTER = {"village": 0.17, "town": 0.08}
_INSIDE_M = 7.0
_OFF_ROAD_M = 26.0
_LONGISH = 1.7
"""A village so many times longer than broad has its rows along its length."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Points of all villages.

    Parameters
    ----------
    at
        ``(n, 2)`` metres in the flat plane.
    village
        ``(n,)`` row of the village.
    row
        ``(n,)`` number of its row, counted over the whole commune in towns, where streets go on from one
        street group into the next.
    """

    at: Floats
    village: Int64s
    row: Int64s


def is_town(villages: Villages) -> Bools:
    """Tell which settlements are parts of towns and wards, shape ``(n_villages,)``."""
    return np.array([kind != "village" for kind in villages.kind])


def lattice_guides(villages: Villages) -> Int64s:
    """Give the settlement whose heart and direction each takes over: in towns the main one, else itself."""
    main = np.zeros(int(villages.unit.max(initial=-1)) + 1, np.int64)
    main[villages.unit[villages.is_main]] = np.flatnonzero(villages.is_main)
    return np.where(is_town(villages), main[villages.unit], np.arange(len(villages.unit)))


def headings(web: Web, villages: Villages, heart: Int64s) -> Floats:
    """Give the direction of the rows in each village.

    Parameters
    ----------
    web
        Roads up to the villages.
    villages
        In the metric CRS of the city.
    heart
        ``(n_villages,)`` node of each.

    Returns
    -------
    Floats
        ``(n_villages,)`` radians: that of the longer side, or that of the best road where a village is about
        as broad as long.
    """
    heading = _road_headings(web, heart)
    boxes = shapely.minimum_rotated_rectangle(villages.shape)
    corners = shapely.get_coordinates(boxes).reshape(-1, 5, 2)
    sides = np.diff(corners[:, :3], axis=1)
    length = np.hypot(*sides.transpose(2, 0, 1))
    longer = sides[np.arange(len(sides)), np.argmax(length, axis=1)]
    longish = length.max(axis=1) > _LONGISH * length.min(axis=1)
    heading = np.where(longish, np.arctan2(longer[:, 1], longer[:, 0]), heading)
    return heading[lattice_guides(villages)]


def _road_headings(web: Web, heart: Int64s) -> Floats:
    """Give the direction of the best, and among equal ones the longest, road at each heart."""
    node = np.concatenate([web.start, web.end])
    edge = np.tile(np.arange(web.n_edges), 2)
    order = np.lexsort((edge, -web.length_m[edge], web.road_class[edge], node))
    nodes, first = np.unique(node[order], return_index=True)
    at = np.searchsorted(nodes, heart)
    best = edge[order[first[np.minimum(at, len(first) - 1)]]]
    ahead = bend(web.at[web.end[best]]) - bend(web.at[web.start[best]])
    known = nodes[np.minimum(at, len(nodes) - 1)] == heart
    return np.where(known, np.arctan2(ahead[:, 1], ahead[:, 0]), 0.0)


def make_lattice(web: Web, villages: Villages, heading: Floats, random: np.random.Generator) -> Lattice:
    """Strew points over the built-up areas, none on top of a road.

    Parameters
    ----------
    web
        All roads through the villages.
    villages
        In the metric CRS of the city.
    heading
        ``(n_villages,)`` radians.
    random
        Source of chance.
    """
    parts = []
    inner = shapely.buffer(villages.shape, -_INSIDE_M, quad_segs=2)
    shapely.prepare(inner)
    guide = lattice_guides(villages)
    for village, town in enumerate(is_town(villages)):
        manner = "town" if town else "village"
        spacing = np.array(SPACING_M[manner])
        origin = villages.xy[guide[village]]
        ahead = np.array([np.cos(heading[village]), np.sin(heading[village])])
        turn = np.column_stack([ahead, [-ahead[1], ahead[0]]])  # its columns point along the rows and across
        corners = (shapely.get_coordinates(villages.shape[village]) - origin) @ turn
        low = np.floor(corners.min(axis=0) / spacing).astype(int)
        high = np.ceil(corners.max(axis=0) / spacing).astype(int) + 1
        column, row = (place.ravel() for place in np.meshgrid(*map(np.arange, low, high)))
        local = np.column_stack([column, row + 0.5]) * spacing
        local += random.uniform(-_JITTER[manner], _JITTER[manner], local.shape) * spacing
        xy = origin + local @ turn.T
        kept = shapely.contains_xy(inner[village], *xy.T)
        parts.append((xy[kept], np.full(int(kept.sum()), village), row[kept]))
    xy, owner, rows = (np.concatenate(part) for part in zip(*parts, strict=True))
    at = unbend(xy)
    free = np.ones(len(at), bool)
    points = np.asarray(shapely.points(at), dtype=object)
    tree = shapely.STRtree(points)
    free[tree.query(web.segments, predicate="dwithin", distance=_OFF_ROAD_M)[1]] = False
    return Lattice(at[free], owner[free], rows[free])
