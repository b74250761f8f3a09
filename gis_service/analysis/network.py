"""The road network as planar segments between nodes; the same for every mode."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.analysis.cleaning import Cleaning, Drawn, twins
from gis_service.analysis.ferries import Ferries, through_ferries
from gis_service.analysis.gates import cut_at, part_at
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
    "clean_network",
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
        ``(n,)`` 0 both ways, 1 along the digitised order, -1 against it: for cars, and for all other modes
        that obey one-ways where nothing else is said.
    level
        ``(n,)`` 0 on the ground, above it positive; the middles of two lines meet only on the same level.
    width_m
        ``(n,)`` metres, nan where unknown.
    paved
        ``(n,)``.
    on_foot, on_wheels, by_car
        ``(n,)`` access rights that the source gives to walkers, to bicycles and motorbikes, to cars.
    oneway_bicycle, oneway_motorbike
        ``(n,)`` the same for these two modes; as ``oneway`` when None.
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
    oneway_bicycle: Int8s | None = None
    oneway_motorbike: Int8s | None = None

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
    road_class, oneway, oneway_bicycle, oneway_motorbike, level, width_m, paved, on_foot, on_wheels, by_car
        ``(n_segments,)`` as in ``Roads``.
    closed
        ``(n_segments,)`` closed to all modes, as by a flood; nothing is closed in a network as it is built.
    told_kmh
        ``(n_segments,)`` speed that is told for the segment itself, nan for that of its class; None for all.
    factor
        ``(n_segments,)`` its speed is multiplied by this; None for 1 everywhere.
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
    oneway_bicycle: Int8s
    oneway_motorbike: Int8s
    level: Int8s
    width_m: Floats
    paved: Bools
    on_foot: Bools
    on_wheels: Bools
    by_car: Bools
    closed: Bools
    told_kmh: Floats | None = None
    factor: Floats | None = None

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_xy)

    @property
    def n_segments(self) -> int:
        """Number of segments; their ids are 0 to n - 1."""
        return len(self.start)


def build_network(roads: Roads, ferries: Ferries | None = None, stops: Floats | None = None) -> Network:
    """Node road lines and ferries into one network, and leave out what stands in it twice.

    Parameters
    ----------
    roads
        Lines in a metric CRS (the caller's duty: ``crs.require_metric``).
    ferries
        Joined to roads at their ends only; lines that meet where nobody can board are one ferry.
    stops
        ``(n, 2)`` vertices of roads that nobody may pass, such as bollards in a network for cars: the roads
        end there, on both sides.

    Returns
    -------
    Network
        All components stay, however small. Segment ids follow the order of the lines and, within a line, its
        digitised order: ties are broken by them. Of segments that are equal in all but their number the
        lowest stays.
    """
    return clean_network(roads, ferries, stops)[0]


def clean_network(
    roads: Roads, ferries: Ferries | None = None, stops: Floats | None = None
) -> tuple[Network, Cleaning]:
    """Build a network as `build_network` does, and tell what was left out of it."""
    if ferries is None:
        ferries = Ferries(np.empty(0, object), np.empty(0, np.int64))
    ferries = through_ferries(ferries, roads.lines)
    lines = np.concatenate([roads.lines, ferries.lines])
    columns = _columns(roads, ferries)
    first, _ = twins(_drawn(*_ends(lines), lines, columns))
    kept = np.unique(first)
    stops = np.empty((0, 2)) if stops is None else stops
    pieces, source = cut_at(lines[kept], stops)
    source = kept[source]
    noded = node_lines(pieces, columns["level"][source], columns["is_ferry"][source])
    line = source[noded.line]
    cleaning = Cleaning(
        duplicate_lines=len(lines) - len(kept),
        duplicate_m=float(shapely.length(np.delete(lines, kept)).sum()),
        tiny_lines=len(np.setdiff1d(kept, line)),
        tiny_pieces=noded.tiny,
    )
    network = Network(
        node_xy=noded.node_xy,
        start=noded.start,
        end=noded.end,
        line=line.astype(np.int32),
        length_m=shapely.length(noded.shape),
        shape=noded.shape,
        closed=np.zeros(len(line), dtype=np.bool_),
        **{name: values[line] for name, values in columns.items()},
    )
    network, cleaning = _without_twins(network, columns, cleaning)
    start, end, node_xy = part_at(network.start, network.end, network.node_xy, stops)
    return replace(network, start=start, end=end, node_xy=node_xy), cleaning


def _columns(roads: Roads, ferries: Ferries) -> dict[str, NDArray[Any]]:
    """Give what is known of each line, roads first; ferries let everybody pass."""
    n_roads, n_ferries = len(roads.lines), len(ferries.lines)

    def with_ferries(values: NDArray[Any], ferry_value: float) -> NDArray[Any]:
        return np.concatenate([values, np.full(n_ferries, ferry_value, values.dtype)])

    def oneway(own: Int8s | None) -> NDArray[Any]:
        return with_ferries(roads.oneway if own is None else own, 0)

    return {
        "is_ferry": np.repeat([False, True], [n_roads, n_ferries]),
        "wait_ms": np.concatenate([np.zeros(n_roads, np.int64), ferries.wait_ms]),
        "road_class": with_ferries(roads.road_class, UNKNOWN_CLASS),
        "oneway": with_ferries(roads.oneway, 0),
        "oneway_bicycle": oneway(roads.oneway_bicycle),
        "oneway_motorbike": oneway(roads.oneway_motorbike),
        "level": with_ferries(roads.level, 0),
        "width_m": with_ferries(roads.width_m, np.nan),
        "paved": with_ferries(roads.paved, True),
        "on_foot": with_ferries(roads.on_foot, True),
        "on_wheels": with_ferries(roads.on_wheels, True),
        "by_car": with_ferries(roads.by_car, True),
    }


def _ends(lines: Geometries) -> tuple[Int64s, Int64s]:
    """Give a number to each place that a line begins or ends at."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    row = np.arange(len(lines))
    ends = [np.searchsorted(line, row, side="left"), np.searchsorted(line, row, side="right") - 1]
    # As complex numbers: pairs are told apart as fast as numbers are.
    _, place = np.unique(xy[np.concatenate(ends)] @ np.array([1, 1j]), return_inverse=True)
    return place[: len(lines)], place[len(lines) :]


def _drawn(
    start: Int32s | Int64s, end: Int32s | Int64s, shape: Geometries, columns: Mapping[str, NDArray[Any]]
) -> Drawn:
    """Tell what makes one stretch stand for another: all that any mode may ask."""
    directed = tuple(values for name, values in columns.items() if name.startswith("oneway"))
    alike = tuple(values for name, values in columns.items() if not name.startswith("oneway"))
    return Drawn(start, end, shape, alike, directed)


def _without_twins(network: Network, names: Iterable[str], cleaning: Cleaning) -> tuple[Network, Cleaning]:
    """Leave out segments that are equal to a lower one."""
    columns = {name: getattr(network, name) for name in names}
    first, is_copy = twins(_drawn(network.start, network.end, network.shape, columns))
    kept = first == np.arange(network.n_segments)
    parallel = is_copy & kept
    cleaning = replace(
        cleaning,
        duplicates=int(np.count_nonzero(~kept)),
        duplicate_m=cleaning.duplicate_m + float(network.length_m[~kept].sum()),
        parallels=int(np.count_nonzero(parallel)),
        parallel_m=float(network.length_m[parallel].sum()),
    )
    if kept.all():
        return network, cleaning
    told = [column.name for column in fields(Network) if getattr(network, column.name) is not None]
    rows = [name for name in told if name != "node_xy"]
    return replace(network, **{name: getattr(network, name)[kept] for name in rows}), cleaning
