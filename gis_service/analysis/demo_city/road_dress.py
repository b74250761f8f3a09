"""What the demo city's roads are made of: how wide, paved or not, one-way or not, and for whom."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gis_service.analysis.demo_city.noise import smooth_noise
from gis_service.analysis.demo_city.road_lines import Lines
from gis_service.analysis.demo_city.road_web import Web
from gis_service.analysis.network import ALLEY, ROAD_CLASSES, VILLAGE_LANE
from gis_service.types import Bools, Floats, Int8s, Int32s

_SEED = 20_207
_NARROW_SHARE = 0.40
"""Of all lanes, by number, under 2.5 m wide; no car passes."""
_ALLEY_SHARE = 0.55
"""Of the narrow ones, under 2 m wide: alleys."""
_WIDTH_M = {
    "expressway": (22.0, 24.0),
    "national": (11.0, 14.0),
    "provincial": (7.5, 9.5),
    "district": (5.5, 7.0),
    "commune": (3.5, 5.5),
}
_STREET_M, _LANE_M, _NARROW_M, _ALLEY_M = (5.0, 8.0), (2.5, 3.9), (2.0, 2.4), (1.1, 1.9)
_FOOTPATH_M = 1.2
"""A dead end this narrow is for walkers only."""
_EARTH_SHARE = 0.12
"""Of the lanes, unpaved besides the tracks: those of whole neighbourhoods."""
_EARTH_M = 1_500.0
"""Breadth of such a neighbourhood."""
_ONEWAY_SHARE = 0.35
"""Of the streets of towns."""
_DEAD_END = 0.8
"""How much likelier a dead end is to be narrow."""
_CAR_M = 2.5


@dataclass(frozen=True, slots=True)
class Dress:
    """Attributes of lines, each ``(n,)``, as in ``roads.CityRoads``."""

    road_class: Int8s
    width_m: Floats
    paved: Bools
    on_wheels: Bools
    by_car: Bools
    oneway: Int8s


def dress(web: Web, lines: Lines) -> Dress:
    """Give every line its width, its surface, its rights and its direction.

    Parameters
    ----------
    web
        The finished web.
    lines
        As drawn from it.
    """
    random = np.random.Generator(np.random.PCG64(_SEED))
    road_class = web.of_kind("road_class")[lines.kind].astype(np.int8)
    track = web.of_kind("is_track")[lines.kind].astype(bool)
    street = web.of_kind("is_street")[lines.kind].astype(bool)
    degree = np.bincount(np.concatenate([lines.tail, lines.head]), minlength=web.n_nodes)
    dead_end = (degree[lines.tail] == 1) | (degree[lines.head] == 1)
    width, road_class = _widths(road_class, street, dead_end, random)
    paved = ~track & ~_of_earth(lines, (road_class >= VILLAGE_LANE) & ~street)
    on_wheels = ~((width <= _FOOTPATH_M) & dead_end)
    by_car = (width >= _CAR_M) & (road_class < ALLEY)
    wanted = _wanted_oneways(lines, street & ~dead_end, random)
    oneway = _kept_oneways(lines, wanted, on_wheels, web.n_nodes)
    return Dress(road_class, width, paved, on_wheels, by_car, oneway)


def _of_earth(lines: Lines, may: Bools) -> Bools:
    """Choose lanes of earth where a smooth field of chance is lowest."""
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines.shape, 0.5, normalized=True))
    field = smooth_noise(middle, _EARTH_M, _SEED)
    bound = np.quantile(field[may], _EARTH_SHARE) if may.any() else 0.0
    earth: Bools = may & (field < bound)
    return earth


def _widths(
    road_class: Int8s, street: Bools, dead_end: Bools, random: np.random.Generator
) -> tuple[Floats, Int8s]:
    """Give widths in metres, and the classes with the narrowest lanes made alleys."""
    n = len(road_class)
    bounds = np.array([_WIDTH_M.get(name, _LANE_M) for name in ROAD_CLASSES])[road_class]
    bounds[street] = _STREET_M
    lane = road_class >= VILLAGE_LANE
    wish = random.random(n) - _DEAD_END * dead_end + 10.0 * street
    order = np.flatnonzero(lane)[np.argsort(wish[lane], kind="stable")]
    n_narrow = round(_NARROW_SHARE * len(order))
    narrow, alley = order[:n_narrow], order[: round(_ALLEY_SHARE * n_narrow)]
    bounds[narrow] = _NARROW_M
    bounds[alley] = _ALLEY_M
    width = np.round(bounds[:, 0] + (bounds[:, 1] - bounds[:, 0]) * random.random(n), 1)
    classes = road_class.copy()
    classes[alley] = ALLEY
    return width, classes


def _wanted_oneways(lines: Lines, may: Bools, random: np.random.Generator) -> Int8s:
    """Make whole streets one-way, all of a street in one direction."""
    kinds = int(lines.kind.max(initial=0)) + 1
    chosen = random.random(kinds) < _ONEWAY_SHARE
    turned = np.where(random.random(kinds) < 0.5, 1.0, -1.0)  # noqa: PLR2004 (either way alike)
    ends = shapely.get_coordinates(shapely.get_point(lines.shape, -1))
    ahead = ends - shapely.get_coordinates(shapely.get_point(lines.shape, 0))
    direction = np.sign((ahead[:, 0] + 0.37 * ahead[:, 1]) * turned[lines.kind])
    return np.where(may & chosen[lines.kind], direction, 0).astype(np.int8)


def _kept_oneways(lines: Lines, wanted: Int8s, on_wheels: Bools, n_nodes: int) -> Int8s:
    """Open one-ways again until everybody who could come and go on two-way streets still can.

    A one-way that leads from one strongly connected part of the network to another cuts something off; with
    all of these opened, parts that hung together still do, both ways.
    """
    oneway = np.where(on_wheels, wanted, 0).astype(np.int8)
    while True:
        part = _strong_parts(lines, oneway, on_wheels, n_nodes)
        cutting = (oneway != 0) & (part[lines.tail] != part[lines.head])
        if not cutting.any():
            return oneway
        oneway[cutting] = 0


def _strong_parts(lines: Lines, oneway: Int8s, on_wheels: Bools, n_nodes: int) -> Int32s:
    ahead, astern = on_wheels & (oneway >= 0), on_wheels & (oneway <= 0)
    source = np.concatenate([lines.tail[ahead], lines.head[astern]])
    target = np.concatenate([lines.head[ahead], lines.tail[astern]])
    graph = csr_array((np.ones(len(source)), (source, target)), shape=(n_nodes, n_nodes))
    part: Int32s = connected_components(graph, directed=True, connection="strong")[1]
    return part
