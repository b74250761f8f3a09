"""A road or a bridge that is added to a network: joined where it touches, as if it had always been there.

The network is that of all roads with this one behind them, but for the numbers of its junctions, and for a
stretch that is drawn along a road that is there, which stays twice and changes no answer. Only what the new
road touches is cut, and every other segment is the same object as before.
"""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.noding import TOUCH_M, Noded, node_into
from gis_service.types import Bools, Int32s, Int64s

REACH_M = 30.0
"""An end that was drawn so near to a road is on it: as exactly as a hand draws on a map of a commune."""
SHORTEST_M = 1.0
"""A shorter road is none."""
_OF_NODES = ("node_xy", "start", "end")


def on_roads(network: Network, line: shapely.LineString, reach_m: float = REACH_M) -> list[shapely.Point]:
    """Give the place on a road that each end of a line belongs to; an empty point for an end without a road.

    Parameters
    ----------
    network
        In the metric CRS of the line.
    line
        Two vertices or more.
    reach_m
        Metres that an end may be from its road.

    Returns
    -------
    list
        For the first and the last vertex; of roads equally near the one with the lower number counts. Ferries
        are no roads.
    """
    found = []
    for vertex in (line.coords[0], line.coords[-1]):
        place = shapely.Point(vertex[:2])
        rows = _around(network, place.buffer(reach_m).bounds)
        rows = rows[~network.is_ferry[rows]]
        apart = shapely.distance(network.shape[rows], place)
        if not len(rows) or apart.min() > reach_m:
            found.append(shapely.Point())
            continue
        road = network.shape[rows[int(np.argmin(apart))]]
        found.append(road.interpolate(road.project(place)))
    return found


def brought_to(line: shapely.LineString, ends: list[shapely.Point]) -> shapely.LineString:
    """Move the first and the last vertex of a line to places that `on_roads` gave."""
    inner = [xy[:2] for xy in line.coords[1:-1]]
    return shapely.LineString([ends[0].coords[0], *inner, ends[1].coords[0]])


def linked(network: Network, road: Roads, kmh: float | None = None) -> Network:
    """Add a road to a network.

    Its ends join what they touch on any level, its middle only what lies on the same level (`noding`): a
    bridge, on a level of its own, is joined at its ends alone.

    Parameters
    ----------
    network
        As it was built, with what was closed and changed since.
    road
        One line in the CRS of the network.
    kmh
        Its speed; None for that of its class.

    Returns
    -------
    Network
        The pieces of a segment that is cut stand in its place, those of the new road behind all others.
    """
    rows = _around(network, road.lines[0].bounds, TOUCH_M)
    n = len(rows)
    noded = node_into(
        np.append(network.shape[rows], road.lines),
        np.append(network.level[rows], road.level),
        np.append(network.is_ferry[rows], np.zeros(1, np.bool_)),
        np.vstack([_drawn_ends(network, rows), np.ones((1, 2), np.bool_)]),
    )
    pieces = np.bincount(noded.line, minlength=n + 1)
    node, node_xy = _nodes(network, rows, noded)
    count = np.ones(network.n_segments, np.int64)
    count[rows] = np.maximum(pieces[:n], 1)
    source = np.repeat(np.arange(network.n_segments), count)
    new = noded.line == n
    columns = _columns(network, road, source, int(pieces[n]), kmh)
    start, end, shape = (getattr(network, name)[source] for name in ("start", "end", "shape"))
    first = np.cumsum(count) - count
    for at in np.flatnonzero(pieces[:n] > 1).tolist():
        own = np.flatnonzero(noded.line == at)
        here = first[rows[at]] + np.arange(len(own))
        start[here[1:]], end[here[:-1]] = node[noded.start[own[1:]]], node[noded.end[own[:-1]]]
        shape[here] = noded.shape[own]
    columns |= {
        "node_xy": node_xy,
        "start": np.append(start, node[noded.start[new]]),
        "end": np.append(end, node[noded.end[new]]),
        "shape": np.append(shape, noded.shape[new]),
    }
    cut = np.append(count[source] > 1, np.ones(int(pieces[n]), np.bool_))
    length = np.append(network.length_m[source], np.zeros(int(pieces[n])))
    length[cut] = shapely.length(columns["shape"][cut])
    return replace(network, **columns, length_m=length)


def _around(network: Network, box: tuple[float, ...], more_m: float = 0.0) -> Int64s:
    """Find the segments whose boxes meet a box, with some metres more on each side."""
    west, south, east, north = box
    bounds = shapely.bounds(network.shape)
    meets: Bools = (bounds[:, 0] <= east + more_m) & (bounds[:, 2] >= west - more_m)
    meets &= (bounds[:, 1] <= north + more_m) & (bounds[:, 3] >= south - more_m)
    return np.flatnonzero(meets)


def _drawn_ends(network: Network, rows: Int64s) -> Bools:
    """Tell at which ends of segments the lines end that they were drawn with; segments are in their order."""
    line, last = network.line, network.n_segments - 1
    begins = (rows == 0) | (line[np.maximum(rows - 1, 0)] != line[rows])
    ends = (rows == last) | (line[np.minimum(rows + 1, last)] != line[rows])
    return np.column_stack([begins, ends])


def _nodes(network: Network, rows: Int64s, noded: Noded) -> tuple[Int32s, NDArray[np.float64]]:
    """Name the nodes of some segments as the network does; new ones come behind those that it has."""
    n = len(rows)
    node = np.full(len(noded.node_xy), network.n_nodes, np.int64)
    for row, own, side in ((noded.start, network.start, "left"), (noded.end, network.end, "right")):
        at = np.searchsorted(noded.line, np.arange(n), side) - (side == "right")  # type: ignore[call-overload]
        there = noded.line[np.clip(at, 0, len(noded.line) - 1)] == np.arange(n)
        np.minimum.at(node, row[at[there]], own[rows[there]])
    fresh = np.flatnonzero(node == network.n_nodes)
    node[fresh] = network.n_nodes + np.arange(len(fresh))
    return node.astype(np.int32), np.vstack([network.node_xy, noded.node_xy[fresh]])


def _columns(
    network: Network, road: Roads, source: Int64s, n_new: int, kmh: float | None
) -> dict[str, NDArray[Any]]:
    """Give what is known of each segment: of the pieces what it was, of the new road what it says."""
    alone = build_network(road)
    told = network if kmh is None else _with_told(network)
    found = {}
    for name in (column.name for column in fields(Network)):
        values = getattr(told, name)
        if values is None or name in (*_OF_NODES, "shape", "length_m"):
            continue
        own = {
            "line": network.line.max(initial=-1) + 1,
            "told_kmh": np.nan if kmh is None else kmh,
            "factor": 1.0,
        }
        new = own[name] if name in own else getattr(alone, name)[0]
        found[name] = np.append(values[source], np.full(n_new, new, values.dtype))
    return found


def _with_told(network: Network) -> Network:
    if network.told_kmh is not None:
        return network
    return replace(network, told_kmh=np.full(network.n_segments, np.nan))
