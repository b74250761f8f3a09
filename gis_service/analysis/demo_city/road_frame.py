"""The frame of the demo city's road web: main roads, bridges, dikes and landings, joined where they meet."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.demo_city.bridges import Bridge, Crossing, place_bridges
from gis_service.analysis.demo_city.ferries import Ferry, place_ferries
from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.road_bends import bend, unbend
from gis_service.analysis.demo_city.road_dikes import make_dikes
from gis_service.analysis.demo_city.road_main import Line, make_main_roads
from gis_service.analysis.demo_city.road_routes import PROVINCIAL, ROUTES
from gis_service.analysis.demo_city.road_web import Kind, Web, empty_web
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.analysis.noding import node_lines
from gis_service.types import Floats

_COMMUNE = ROAD_CLASSES.index("commune")
_BRIDGE_STUB_M, _FERRY_STUB_M = 2_600.0, 1_800.0
_STUB_BITS = 6
_TURNS = tuple(np.radians(turn) for turn in (0, 20, -20, 40, -40, 60, -60))


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame.

    Parameters
    ----------
    web
        Main roads, bridges, dikes and the roads beyond the border.
    ferries
        Each ferry with its two ends ``(2, 2)`` in the flat plane, which are nodes of the web.
    """

    web: Web
    ferries: list[tuple[Ferry, Floats]]


def make_frame(land: Land, villages: Villages) -> Frame:
    """Lay the roads that all others join.

    Parameters
    ----------
    land, villages
        In EPSG:9209.
    """
    dikes = make_dikes(land)
    bridges = {
        name: (bridge, crossing if bridge.high else _to_dikes(crossing, dikes))
        for name, (bridge, crossing) in place_bridges(land).items()
    }
    ferries = [(ferry, _to_dikes(crossing, dikes)) for ferry, crossing in place_ferries(land)]
    lines = [*dikes, *make_main_roads(land, villages, bridges)]
    for bridge, crossing in bridges.values():
        road_class = _class_over(bridge)
        lines.append((unbend(crossing.xy), Kind(road_class, bridge.name, int(bridge.high), is_bridge=True)))
        lines += _stubs(land, crossing, Kind(road_class, _road_over(bridge)), _BRIDGE_STUB_M)
    for _, crossing in ferries:
        lines += _stubs(land, crossing, Kind(_COMMUNE), _FERRY_STUB_M)
    return Frame(_noded(lines), [(ferry, unbend(crossing.xy)) for ferry, crossing in ferries])


def _class_over(bridge: Bridge) -> int:
    return min((route.road_class for route in ROUTES if bridge.name in route.stops), default=PROVINCIAL)


def _road_over(bridge: Bridge) -> str:
    return next((route.name for route in ROUTES if bridge.name in route.stops), "")


def _to_dikes(crossing: Crossing, dikes: Sequence[Line]) -> Crossing:
    """Shorten a way over the water to where it meets the dike roads, if there are any."""
    ends = unbend(crossing.xy)
    way = shapely.LineString(ends)
    met = [shapely.get_coordinates(way.intersection(shapely.LineString(dike))) for dike, _ in dikes]
    points = np.concatenate([*met, np.empty((0, 2))])
    along = (points - ends.mean(axis=0)) @ (ends[1] - ends[0])
    if (along < 0).any():
        ends[0] = points[along < 0][np.argmax(along[along < 0])]
    if (along > 0).any():
        ends[1] = points[along > 0][np.argmin(along[along > 0])]
    return Crossing(bend(ends), crossing.water)


def _stubs(land: Land, crossing: Crossing, kind: Kind, length_m: float) -> list[Line]:
    """Go on a little beyond the border, where the other bank belongs to somebody else."""
    lines: list[Line] = []
    for near, far in (crossing.xy, crossing.xy[::-1]):
        if shapely.contains_xy(land.province, *far):
            continue
        for turn in _TURNS:
            ahead = (far - near) / np.hypot(*(far - near))
            across = np.array([-ahead[1], ahead[0]])
            way = ahead * np.cos(turn) + across * np.sin(turn)
            xy = far + way * np.linspace(0, length_m, _STUB_BITS)[:, None]
            line = shapely.LineString(xy)
            if not line.intersects(land.water) and not line.intersects(land.province):
                lines.append((unbend(xy), kind))
                break
    return lines


def _noded(lines: Sequence[Line]) -> Web:
    """Join lines where they meet: every bit of them becomes an edge, and none is there twice."""
    bits = [(line[at : at + 2], kind) for line, kind in lines for at in range(len(line) - 1)]
    drawn = shapely.linestrings(np.stack([bit for bit, _ in bits]))
    level = np.array([kind.level for _, kind in bits], np.int8)
    noded = node_lines(np.asarray(drawn, dtype=object), level, np.zeros(len(bits), bool))
    pair = np.sort(np.column_stack([noded.start, noded.end]), axis=1).astype(np.int64)
    road_class = np.array([bits[line][1].road_class for line in noded.line])
    order = np.lexsort([noded.line, road_class, pair[:, 1], pair[:, 0]])
    order = order[pair[order, 0] != pair[order, 1]]
    first = np.unique(pair[order], axis=0, return_index=True)[1]
    kept = np.sort(order[first])
    kinds = [bits[line][1] for line in noded.line[kept]]
    return empty_web().with_edges(noded.node_xy, pair[kept, 0], pair[kept, 1], kinds)
