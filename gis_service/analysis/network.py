"""The road network as planar segments between nodes; the same for every mode."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.analysis.ferries import Ferries, through_ferries
from gis_service.analysis.noding import node_lines
from gis_service.types import Bools, Floats, Geometries, Int8s, Int32s, Int64s

__all__ = [
    "ALLEY",
    "EXPRESSWAY",
    "ROAD_CLASSES",
    "UNKNOWN_CLASS",
    "VILLAGE_LANE",
    "Ferries",
    "Network",
    "Roads",
    "build_network",
]

ROAD_CLASSES = ("expressway", "national", "provincial", "district", "commune", "village_lane", "alley")
EXPRESSWAY, VILLAGE_LANE, ALLEY = 0, 5, 6
UNKNOWN_CLASS = VILLAGE_LANE
"""An unknown class counts as village lane (METHODS, Speeds)."""


@dataclass(frozen=True, slots=True)
class Roads:
    """Road lines as they come, one row per line, in a metric CRS.

    Parameters
    ----------
    lines
        ``(n,)`` LineString.
    road_class
        ``(n,)`` index into ``ROAD_CLASSES``.
    oneway
        ``(n,)`` 0 both ways, 1 along the digitised order, -1 against it.
    level
        ``(n,)`` 0 on the ground, above it positive; the middles of two lines meet only on the same level.
    width_m
        ``(n,)`` metres, nan where unknown.
    paved
        ``(n,)``.
    on_foot, on_wheels, by_car
        ``(n,)`` access rights that the source gives to walkers, to bicycles and motorbikes, to cars.
    """

    lines: Geometries
    road_class: Int8s
    oneway: Int8s
    level: Int8s
    width_m: Floats
    paved: Bools
    on_foot: Bools
    on_wheels: Bools
    by_car: Bools

    @property
    def walkable(self) -> Geometries:
        """The lines that people may walk on: open on foot, and no expressways (METHODS, Speeds)."""
        walkable: Geometries = self.lines[self.on_foot & (self.road_class != EXPRESSWAY)]
        return walkable

    @classmethod
    def plain(
        cls, lines: Geometries, road_class: Int8s | None = None, oneway: Int8s | None = None
    ) -> "Roads":
        """Make roads of which only lines, perhaps class and one-way, are known: open to all, paved."""
        n = len(lines)
        yes = np.ones(n, bool)
        return cls(
            lines=lines,
            road_class=np.full(n, UNKNOWN_CLASS, np.int8) if road_class is None else road_class,
            oneway=np.zeros(n, np.int8) if oneway is None else oneway,
            level=np.zeros(n, np.int8),
            width_m=np.full(n, np.nan),
            paved=yes,
            on_foot=yes,
            on_wheels=yes,
            by_car=yes,
        )


@dataclass(frozen=True, slots=True)
class Network:
    """Segments between neighbouring nodes (line ends, crossings), in order of their source lines.

    Parameters
    ----------
    node_xy
        ``(n_nodes, 2)`` metres.
    start, end
        ``(n_segments,)`` nodes in digitised order.
    line
        ``(n_segments,)`` row of the source line; ferries count on after the roads.
    length_m
        ``(n_segments,)`` planar length in metres.
    shape
        ``(n_segments,)`` LineString in digitised order.
    is_ferry, wait_ms
        ``(n_segments,)`` whether it is a ferry, and the wait before boarding.
    road_class, oneway, width_m, paved, on_foot, on_wheels, by_car
        ``(n_segments,)`` as in ``Roads``.
    """

    node_xy: Floats
    start: Int32s
    end: Int32s
    line: Int32s
    length_m: Floats
    shape: Geometries
    is_ferry: Bools
    wait_ms: Int64s
    road_class: Int8s
    oneway: Int8s
    width_m: Floats
    paved: Bools
    on_foot: Bools
    on_wheels: Bools
    by_car: Bools

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_xy)

    @property
    def n_segments(self) -> int:
        """Number of segments; their ids are 0 to n - 1."""
        return len(self.start)


def build_network(roads: Roads, ferries: Ferries | None = None) -> Network:
    """Node road lines and ferries into one network.

    Parameters
    ----------
    roads
        Lines in a metric CRS (the caller's duty: ``crs.require_metric``).
    ferries
        Joined to roads at their ends only; lines that meet where nobody can board are one ferry.

    Returns
    -------
    Network
        All components stay, however small. Segment ids follow the order of the lines and, within a line, its
        digitised order: ties are broken by them.
    """
    if ferries is None:
        ferries = Ferries(np.empty(0, object), np.empty(0, np.int64))
    ferries = through_ferries(ferries, roads.lines)
    n_roads, n_ferries = len(roads.lines), len(ferries.lines)
    lines = np.concatenate([roads.lines, ferries.lines])
    is_ferry = np.repeat([False, True], [n_roads, n_ferries])
    level = np.concatenate([roads.level, np.zeros(n_ferries, np.int8)])
    noded = node_lines(lines, level, is_ferry)

    def spread(values: NDArray[Any], ferry_value: float) -> NDArray[Any]:
        filler = np.full(n_ferries, ferry_value, values.dtype)
        return np.concatenate([values, filler])[noded.line]

    return Network(
        node_xy=noded.node_xy,
        start=noded.start,
        end=noded.end,
        line=noded.line,
        length_m=shapely.length(noded.shape),
        shape=noded.shape,
        is_ferry=is_ferry[noded.line],
        wait_ms=np.concatenate([np.zeros(n_roads, np.int64), ferries.wait_ms])[noded.line],
        road_class=spread(roads.road_class, UNKNOWN_CLASS),
        oneway=spread(roads.oneway, 0),
        width_m=spread(roads.width_m, np.nan),
        paved=spread(roads.paved, True),
        on_foot=spread(roads.on_foot, True),
        on_wheels=spread(roads.on_wheels, True),
        by_car=spread(roads.by_car, True),
    )
