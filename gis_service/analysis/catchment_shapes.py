"""Polygons of catchments, for drawing only: people are never counted by them.

They are the reached stretches of road with as much room on both sides as the rest of the limit allows on the
straight way between home and road, and no more than a cap; water cuts them. No such polygon is right for
counting: whoever lives behind a wall, or is joined to another road, is inside and not reached, or the other
way round. Whether a home is reached is answered at the home.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.field import Direction
from gis_service.analysis.graph import Graph
from gis_service.analysis.modes import Costs
from gis_service.analysis.network import Network
from gis_service.analysis.reached import Reached, along_lines, reached, reached_lines
from gis_service.analysis.snap import Positions
from gis_service.types import Bools, Floats, Geometries, Int64s

DRAWN_M = 50.0
"""Most that a catchment is drawn beside a road, in metres."""
_QUARTER = 2
"""Corners in a quarter of a circle: these are pictures, and there are many of them."""
_BEND_M = 2.0
"""Bends of a road that are smaller than this are not drawn, away from the water."""
_WALL_M = 0.01
"""Half the width that a wall without an area is given, so that it cuts."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """What catchments are drawn on, in the CRS of the network.

    Parameters
    ----------
    barriers
        Polygons or lines (water). No polygon enters one; beyond it there is one only where a reached road
        leads.
    within
        Only this part is drawn, as it is in the whole; None for everything.
    """

    barriers: Geometries | None = None
    within: BaseGeometry | None = None


EVERYTHING = Canvas()


@dataclass(frozen=True, slots=True)
class _Asked:
    network: Network
    costs: Costs
    walls: Geometries


def catchment_polygons(  # noqa: PLR0913  as network_field
    network: Network,
    costs: Costs,
    facilities: Positions,
    limits: Sequence[int],
    *,
    direction: Direction = "to_facility",
    turnout: int = 0,
    penalty: Int64s | None = None,
    graph: Graph | None = None,
    canvas: Canvas = EVERYTHING,
) -> Geometries:
    """Draw what lies within each limit; for the eye, never for counting.

    Parameters
    ----------
    network, costs, facilities, limits, direction, turnout, penalty, graph
        As for `gis_service.analysis.reached.reached`.
    canvas
        What is in the way, and what part is drawn.

    Returns
    -------
    Geometries
        ``(n_limits,)`` MultiPolygon in the CRS of the network, each within the next; empty where no road is
        reached. A ferry is no ground, and is not drawn.
    """
    cap = int(costs.access(np.array([DRAWN_M]))[0])
    cuts = sorted({cut for limit in limits for cut in (limit - cap, limit) if cut >= 0})
    pieces = reached(
        network,
        costs,
        facilities,
        cuts,
        direction=direction,
        turnout=turnout,
        penalty=penalty,
        graph=graph,
    )
    pieces = pieces.take(~network.is_ferry[pieces.segment])
    within, barriers = canvas.within, canvas.barriers
    if within is not None:
        pieces = pieces.take(_near(network, pieces, within))
    walls = np.empty(0, dtype=object) if barriers is None else _with_area(barriers)
    asked = _Asked(network, costs, walls)
    found: list[BaseGeometry] = []
    inner: BaseGeometry = shapely.MultiPolygon()
    drawn_to = -1
    for limit in limits:
        own = np.maximum(pieces.cost_first, pieces.cost_last)
        wide = pieces.take((own <= limit - cap) & (own > drawn_to))
        narrow = pieces.take((own <= limit) & (own > limit - cap))
        shapes = np.concatenate([_wide(asked, wide), _narrow(asked, narrow, limit)])
        # Apart from the large one: joined with many small ones it would be taken apart for each of them.
        inner = only_areas(shapely.union(inner, shapely.union_all(shapes)))
        found.append(inner if within is None else only_areas(shapely.intersection(inner, within)))
        drawn_to = limit - cap  # what is drawn at full width once stays as it is
    return np.array([*found, None], dtype=object)[:-1]


def _near(network: Network, pieces: Reached, within: BaseGeometry) -> Bools:
    """Tell which stretches may be drawn inside: all of a segment or none, for a whole one is drawn as one."""
    segment, row = np.unique(pieces.segment, return_inverse=True)
    shapely.prepare(within)
    near: Bools = np.asarray(shapely.dwithin(within, network.shape[segment], DRAWN_M + _BEND_M))
    return near[row]


def _with_area(barriers: Geometries) -> Geometries:
    flat = shapely.get_dimensions(barriers) < 2  # noqa: PLR2004 the dimensions of an area
    walls = barriers.copy()
    walls[flat] = shapely.buffer(barriers[flat], _WALL_M)
    return walls


def only_areas(shape: BaseGeometry) -> BaseGeometry:
    """Give the areas of a shape as one MultiPolygon, without the lines and points that it may hold beside."""
    parts = shapely.get_parts(shape)
    areas = parts[shapely.get_dimensions(parts) == 2]  # noqa: PLR2004 as above
    return shapely.MultiPolygon(areas.tolist())


def _wide(asked: _Asked, pieces: Reached) -> Geometries:
    """Draw stretches with the full room beside them; a segment that is in them as a whole once."""
    lines = _whole_lines(asked.network, pieces)
    plain = np.ones(len(lines), dtype=np.bool_)
    if len(asked.walls):
        near = shapely.STRtree(asked.walls).query(lines, predicate="dwithin", distance=DRAWN_M + _BEND_M)[0]
        plain[near] = False  # a line that is not exactly where the road is might leap over a narrow ditch
    bends = lines.copy()
    bends[plain] = shapely.simplify(lines[plain], _BEND_M)
    return _dry(lines, shapely.buffer(bends, DRAWN_M, quad_segs=_QUARTER), asked.walls)


def _whole_lines(network: Network, pieces: Reached) -> Geometries:
    """Give the lines of stretches, those that make up a segment as one."""
    if not len(pieces):
        return np.empty(0, dtype=object)
    segment, first, row = np.unique(pieces.segment, return_index=True, return_inverse=True)
    steps = np.zeros(len(segment), dtype=np.int64)
    np.add.at(steps, row, pieces.last - pieces.first + 1)
    is_whole = steps == pieces.whole[first] + 1
    parts = pieces.take(~is_whole[row])
    return np.concatenate([network.shape[segment[is_whole]], reached_lines(network, parts)])


def _narrow(asked: _Asked, pieces: Reached, limit: int) -> Geometries:
    """Draw stretches where the limit leaves less and less room beside them, straight bit by straight bit."""
    if not len(pieces):
        return np.empty(0, dtype=object)
    lines = reached_lines(asked.network, pieces)
    xy, row = shapely.get_coordinates(lines, return_index=True)
    cost = _cost_along(pieces, lines, xy, row)
    room = np.clip(_metres(asked.costs, limit - cost), 0.0, DRAWN_M)
    bit = np.flatnonzero(row[1:] == row[:-1])
    angle = np.arange(4 * _QUARTER) * (np.pi / (2 * _QUARTER))
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    discs = xy[:, None, :] + room[:, None, None] * circle[None, :, :]
    corners = np.concatenate([discs[bit], discs[bit + 1]], axis=1)
    owner = np.repeat(np.arange(len(bit)), corners.shape[1])
    around = shapely.multipoints(corners.reshape(-1, 2), indices=owner)
    hulls: Geometries = np.asarray(shapely.convex_hull(around), dtype=object)
    areas = shapely.get_dimensions(hulls) == 2  # noqa: PLR2004 as above
    ways = shapely.linestrings(np.stack([xy[bit], xy[bit + 1]], axis=1)[areas])
    return _dry(np.asarray(ways, dtype=object), hulls[areas], asked.walls)


def _cost_along(pieces: Reached, lines: Geometries, xy: Floats, row: Int64s) -> Floats:
    """Give the cost at each corner of the lines; it goes evenly from one end to the other."""
    share = along_lines(xy, row) / np.maximum(shapely.length(lines), np.finfo(np.float64).tiny)[row]
    rise = (pieces.cost_last - pieces.cost_first).astype(np.float64)
    cost: Floats = pieces.cost_first[row] + share * rise[row]
    return cost


def _metres(costs: Costs, cost: Floats) -> Floats:
    """Give how far a cost leads on the straight way between home and road: the reverse of `Costs.access`."""
    per_m = float(costs.access(np.array([1000.0]))[0]) / 1000.0
    return cost / per_m


def _dry(lines: Geometries, shapes: Geometries, walls: Geometries) -> Geometries:
    """Cut water out of shapes, and leave of each only the parts that its line runs through."""
    if not len(walls) or not len(shapes):
        return shapes
    shapely.prepare(walls)
    row, wall = shapely.STRtree(walls).query(shapes, predicate="intersects")
    cut: Geometries = shapes.copy()
    while len(row):  # one wall of each shape at a time: few meet more than one
        wet, first = np.unique(row, return_index=True)
        cut[wet] = shapely.difference(cut[wet], walls[wall[first]])
        row, wall = np.delete(row, first), np.delete(wall, first)
    wet = np.flatnonzero(cut != shapes)
    parts, own = shapely.get_parts(cut[wet], return_index=True)
    reaches = shapely.intersects(parts, lines[wet][own])
    dry = np.ones(len(shapes), dtype=np.bool_)
    dry[wet] = False
    return np.concatenate([shapes[dry], parts[reaches]])
