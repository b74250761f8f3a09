"""Dead ends of the demo city's roads: alleys between the lanes of a village, tracks into the paddy."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.road_bends import bend
from gis_service.analysis.demo_city.road_web import Kind, Web, bent
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.network import ROAD_CLASSES, VILLAGE_LANE
from gis_service.types import Bools, Floats, Geometries, Int64s

_ALLEY_SEED, _TRACK_SEED = 20_205, 20_206
_ALLEY_SHARE = 0.32
"""Of the lanes of a village, how many have an alley."""
_ALLEY_M = (15.0, 26.0)
_ALLEY_CLEAR_M = 9.0
_LANE_M = 34.0
"""No alley leaves a shorter bit of lane."""
_TRACK_M = (160.0, 520.0)
_TRACK_CLEAR_M = 45.0
_TRACK_STEP_M = 900.0
"""One track for so many metres of country road, on either side."""
_OFF_WATER_M = 25.0
_ROOT = 0.35
"""The part of a spur next to its own road may be near to it ..."""
_OFF = 0.02
"""... but touches none beyond this part."""
_DISTRICT = ROAD_CLASSES.index("district")


@dataclass(frozen=True, slots=True)
class _Spurs:
    """Wanted dead ends: ``edge`` (n,) they leave, ``share`` (n,) where, ``tip`` (n, 2) in the flat plane."""

    edge: Int64s
    share: Floats
    tip: Floats


def add_alleys(web: Web, villages: Villages) -> Web:
    """Add short dead ends to the lanes inside the villages.

    Parameters
    ----------
    web
        With all lanes.
    villages
        In the metric CRS of the city.
    """
    random = np.random.Generator(np.random.PCG64(_ALLEY_SEED))
    lane = (web.road_class == VILLAGE_LANE) & (web.length_m >= _LANE_M)
    middle = bend((web.at[web.start] + web.at[web.end]) / 2)
    edge = np.flatnonzero(lane & _within(middle, villages.shape))
    edge = edge[random.random(len(edge)) < _ALLEY_SHARE]
    spurs = _square(web, edge, random.uniform(0.4, 0.6, len(edge)), random, _ALLEY_M)
    inside = _within(bend(spurs.tip), villages.shape)
    return _grown(web, spurs, inside, _ALLEY_CLEAR_M, Kind(VILLAGE_LANE))


def add_tracks(web: Web, land: Land, villages: Villages) -> Web:
    """Add tracks of earth from the country roads into the paddy.

    Parameters
    ----------
    web
        With all lanes and alleys.
    land, villages
        In the metric CRS of the city.
    """
    random = np.random.Generator(np.random.PCG64(_TRACK_SEED))
    country = np.flatnonzero((web.road_class >= _DISTRICT) & ~web.is_bridge)
    count = random.poisson(web.length_m[country] / _TRACK_STEP_M)
    edge = np.repeat(country, np.minimum(count, 1))
    spurs = _square(web, edge, random.uniform(0.3, 0.7, len(edge)), random, _TRACK_M)
    wet = land.water.buffer(_OFF_WATER_M)
    shapely.prepare(wet)
    tips = np.asarray(shapely.points(bend(spurs.tip)), dtype=object)
    good = ~_within(bend(spurs.tip), villages.shape) & shapely.intersects(land.province, tips)
    roots = _roots(web, spurs.edge, spurs.share)
    good &= ~_within(bend(roots), villages.shape)
    nodes = np.arange(len(edge))
    ways = bent(np.concatenate([roots, spurs.tip]), nodes, nodes + len(edge))
    good &= ~shapely.intersects(wet, ways)
    return _grown(web, spurs, good, _TRACK_CLEAR_M, Kind(VILLAGE_LANE, is_track=True))


def _within(xy: Floats, shapes: Geometries) -> Bools:
    inside = np.zeros(len(xy), bool)
    points = np.asarray(shapely.points(xy), dtype=object)
    inside[shapely.STRtree(shapes).query(points, predicate="intersects")[0]] = True
    return inside


def _square(
    web: Web, edge: Int64s, share: Floats, random: np.random.Generator, length_m: tuple[float, float]
) -> _Spurs:
    """Let spurs leave their edges at about a right angle, to either side."""
    ahead = (web.at[web.end[edge]] - web.at[web.start[edge]]) / web.length_m[edge][:, None]
    side = np.where(random.random(len(edge)) < 0.5, 1.0, -1.0)  # noqa: PLR2004 (left or right alike)
    lean = random.uniform(-0.25, 0.25, len(edge))
    way = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * side[:, None] + ahead * lean[:, None]
    reach = random.uniform(*length_m, len(edge))
    return _Spurs(edge, share, _roots(web, edge, share) + way * reach[:, None])


def _roots(web: Web, edge: Int64s, share: Floats) -> Floats:
    """Give the places where spurs leave their edges."""
    return web.at[web.start[edge]] * (1 - share[:, None]) + web.at[web.end[edge]] * share[:, None]


def _grown(web: Web, spurs: _Spurs, good: Bools, clear_m: float, kind: Kind) -> Web:
    """Add the spurs that keep clear of every road and of each other."""
    root = _roots(web, spurs.edge, spurs.share)
    outer = root + (spurs.tip - root) * _ROOT
    free = np.asarray(shapely.linestrings(np.stack([outer, spurs.tip], axis=1)), dtype=object)
    beyond = np.stack([root + (spurs.tip - root) * _OFF, spurs.tip], axis=1)
    whole = np.asarray(shapely.linestrings(beyond), dtype=object)
    good = good.copy()
    reach = min(clear_m, 0.9 * float(np.hypot(*(outer - root).T).min(initial=clear_m)))
    roads = shapely.STRtree(web.segments)
    good[roads.query(free, predicate="dwithin", distance=reach)[0]] = False
    good[roads.query(whole, predicate="intersects")[0]] = False
    kept = np.flatnonzero(good)
    one, other = shapely.STRtree(whole[kept]).query(whole[kept], predicate="dwithin", distance=clear_m)
    good[kept[one[one > other]]] = False  # of two that are too near the later goes
    first = web.n_nodes
    number = int(good.sum())
    web = web.split(spurs.edge[good], spurs.share[good])
    nodes = np.arange(number)
    return web.with_edges(spurs.tip[good], first + nodes, first + number + nodes, [kind] * number)
