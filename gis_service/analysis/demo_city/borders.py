"""Smooth borders that neighbours share, drawn from the steps of a grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from scipy.ndimage import gaussian_filter1d
from shapely import LineString, Polygon

from gis_service.analysis.demo_city.grid import Grid
from gis_service.analysis.demo_city.waters import Shores
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s

_SNAP_M = 0.01
_TOLERANCE_M = 8.0
_SIGMA = 1.5
"""Breadth of the smoothing in steps of the grid."""
_REACH = 8


@dataclass(frozen=True)
class Bank:
    """One side of sông Trà Lý.

    Parameters
    ----------
    land
        Its area, EPSG:9209.
    members
        ``(n,)`` rows of the units that lie there.
    owner
        ``(rows, columns)`` which of the members holds each cell of the grid, -1 none.
    """

    land: Polygon
    members: Int64s
    owner: Int32s


def halves(shores: Shores) -> tuple[Polygon, Polygon]:
    """Cut the province along sông Trà Lý: north bank, south bank; EPSG:9209."""
    parts = shapely.get_parts(shapely.ops.split(shores.province, _beyond(shores.tra_ly)))
    two = parts[np.argsort(-shapely.area(parts))[:2]]
    north, south = sorted(two, key=lambda part: -part.centroid.y)
    return north, south


def draw_borders(banks: Sequence[Bank], grid: Grid, shores: Shores, count: int) -> Geometries:
    """Turn owned cells into outlines.

    Parameters
    ----------
    banks
        Both sides of sông Trà Lý, which is a border everywhere.
    grid
        The cells.
    shores
        Lines around the province, kept as they are.
    count
        Number of units; each owns at least one cell.

    Returns
    -------
    Geometries
        ``(count,)`` polygons, one part each: a partition whose neighbours share every vertex.
    """
    lines = [LineString(shores.province.exterior), _beyond(shores.tra_ly)]
    for bank in banks:
        lines += _arcs(bank, grid)
    pieces = _pieces(lines, shores.province)
    outlines = _joined(pieces, _whose(pieces, banks, grid), count)
    return np.asarray(
        shapely.coverage_simplify(outlines, _TOLERANCE_M, simplify_boundary=False), dtype=object
    )


def _beyond(line: LineString) -> LineString:
    """Prolong a line by a few metres at both ends, so that it surely crosses what it ends at."""
    xy = shapely.get_coordinates(line)
    first = xy[0] + (xy[0] - xy[1]) / np.hypot(*(xy[0] - xy[1])) * 5.0
    last = xy[-1] + (xy[-1] - xy[-2]) / np.hypot(*(xy[-1] - xy[-2])) * 5.0
    return LineString([first, *xy, last])


def _arcs(bank: Bank, grid: Grid) -> list[LineString]:
    """Trace the borders between units as smooth lines from junction to junction."""
    owner = bank.owner
    upright = (owner[:, 1:] != owner[:, :-1]) & (owner[:, 1:] >= 0) & (owner[:, :-1] >= 0)
    level = (owner[1:] != owner[:-1]) & (owner[1:] >= 0) & (owner[:-1] >= 0)
    row, column = np.nonzero(upright)
    one = np.stack([np.column_stack([column + 1, row]), np.column_stack([column + 1, row + 1])], axis=1)
    row, column = np.nonzero(level)
    other = np.stack([np.column_stack([column, row + 1]), np.column_stack([column + 1, row + 1])], axis=1)
    steps = np.concatenate([one, other]) * grid.cell_m + np.array([grid.west, grid.south])
    arcs = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(shapely.linestrings(steps))))
    smooth = np.array([_smooth(shapely.get_coordinates(arc)) for arc in arcs], dtype=object)
    # A metre beyond the shore, so that noding finds every crossing; what sticks out bounds no polygon.
    return list(shapely.get_parts(shapely.intersection(smooth, bank.land.buffer(1.0))))


def _smooth(xy: Floats) -> LineString:
    """Round off the steps of the grid; the two ends stay where other arcs meet them."""
    middles = np.concatenate([xy[:1], (xy[1:] + xy[:-1]) / 2.0, xy[-1:]])
    # Mirrored at its ends through them, a line is not drawn away from them by the smoothing.
    reach = min(len(middles) - 1, _REACH)
    before = 2.0 * middles[0] - middles[reach:0:-1]
    after = 2.0 * middles[-1] - middles[-2 : -reach - 2 : -1]
    line = gaussian_filter1d(np.concatenate([before, middles, after]), _SIGMA, axis=0)[reach:-reach]
    line[0], line[-1] = xy[0], xy[-1]
    return LineString(line)


def _pieces(lines: list[LineString], province: Polygon) -> Geometries:
    """Cut the province along all lines."""
    noded = shapely.union_all(np.array(lines, dtype=object), grid_size=_SNAP_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.contains_properly(province.buffer(_SNAP_M), shapely.point_on_surface(faces))
    return np.asarray(faces[inside], dtype=object)


def _whose(pieces: Geometries, banks: Sequence[Bank], grid: Grid) -> Int64s:
    """Tell the unit of each piece by the cell under its middle."""
    middles = shapely.get_coordinates(shapely.point_on_surface(pieces))
    cells = grid.cell(middles)
    result = np.full(len(pieces), -1, dtype=np.int64)
    for bank in banks:
        here = shapely.contains_xy(bank.land, middles[:, 0], middles[:, 1])
        result[here] = bank.members[bank.owner[cells[here, 0], cells[here, 1]]]
    return result


def _joined(pieces: Geometries, whose: Int64s, count: int) -> Geometries:
    """Join the pieces of each unit; what lies apart from its largest piece goes to a neighbour's."""
    order = np.argsort(-shapely.area(pieces), kind="stable")
    pieces, whose = pieces[order], whose[order]
    one, other = shapely.STRtree(pieces).query(pieces, predicate="touches")
    border = shapely.length(shapely.intersection(pieces[one], pieces[other]))
    real = border > _SNAP_M
    one, other, border = one[real], other[real], border[real]
    settled = np.zeros(len(pieces), dtype=np.bool_)
    settled[np.unique(whose, return_index=True)[1]] = True
    _settle(one, other, whose, settled)
    while not settled.all():
        open_side = np.flatnonzero(~settled[one] & settled[other])
        longest = open_side[np.argmax(border[open_side])]
        whose[one[longest]] = whose[other[longest]]
        settled[one[longest]] = True
        _settle(one, other, whose, settled)
    return np.array(
        [shapely.coverage_union_all(pieces[whose == unit]) for unit in range(count)], dtype=object
    )


def _settle(one: Int64s, other: Int64s, whose: Int64s, settled: Bools) -> None:
    """Settle every piece that touches a settled one of its own unit."""
    while True:
        joins = ~settled[one] & settled[other] & (whose[one] == whose[other])
        if not joins.any():
            return
        settled[one[joins]] = True
