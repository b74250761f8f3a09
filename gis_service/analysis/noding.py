"""Cuts lines where they meet on the same level, so that every junction is a node.

The work is done on *bits*, the straight pieces between neighbouring vertices, found in pairs by a tree:

* an **end** of a line joins whatever it touches, on any level (a bridge begins on the ground);
* the **middles** of two lines join where they cross or touch, on the same level only;
* a **ferry** joins at its ends only.

*Touching* means within 1 cm, the rounding that a change of coordinate system leaves. Nothing else is moved:
lengths are those of the lines as they were drawn.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_service.types import Bools, Floats, Geometries, Int8s, Int32s, Int64s

TOUCH_M = 0.01
_SAME_M = 1e-6
"""Places closer than this are one place computed twice, not the ends of a tiny piece."""


@dataclass(frozen=True, slots=True)
class Noded:
    """Segments between nodes: ``start``, ``end``, ``line``, ``shape`` of shape ``(n_segments,)``.

    ``tiny`` counts the pieces of at most 1 cm that became part of a node.
    """

    node_xy: Floats
    start: Int32s
    end: Int32s
    line: Int32s
    shape: Geometries
    tiny: int


@dataclass(frozen=True, slots=True)
class _Vertices:
    """All vertices of all lines in a row; a vertex id is its place in the row."""

    xy: Floats
    line: Int64s
    along: Floats
    """Metres from the start of the line."""
    is_end: Bools
    """Where a line is cut anyway."""
    is_free: Bools
    """Where a line ends as it was drawn: such an end joins whatever it touches, on any level."""


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Places where lines are cut, and pairs of points that are one node.

    A point is a vertex, or a crossing numbered on after the vertices.
    """

    line: Int64s
    along: Floats
    point: Int64s
    joined: Int64s
    """``(n, 2)`` points that are the same node."""
    crossing_xy: Floats


def node_lines(lines: Geometries, level: Int8s, is_ferry: Bools) -> Noded:
    """Cut lines at their common points.

    Parameters
    ----------
    lines
        ``(n,)`` LineString in a metric CRS. Lines shorter than 1 cm give no segment.
    level
        ``(n,)`` level of each line.
    is_ferry
        ``(n,)`` lines that join at their ends only.

    Returns
    -------
    Noded
        Segments in the order of the lines, then along them.
    """
    vertices = _vertices(lines)
    cuts = _find_cuts(vertices, level, is_ferry, _near_pairs(vertices))
    return _split(vertices, cuts)


def node_into(lines: Geometries, level: Int8s, is_ferry: Bools, is_free: Bools) -> Noded:
    """Cut the last line and segments that were noded before at the points that these have in common with it.

    Parameters
    ----------
    lines, level, is_ferry
        As of `node_lines`.
    is_free
        ``(n, 2)`` whether a line as it was drawn begins at the start of each segment, and ends at its end.
    """
    vertices = _vertices(lines)
    place = np.flatnonzero(vertices.is_end)
    free = np.zeros_like(vertices.is_end)
    free[place] = is_free.ravel()
    vertices = replace(vertices, is_free=free)
    one, other = _near_pairs(vertices)
    new = len(lines) - 1
    concerned = (vertices.line[one] == new) | (vertices.line[other] == new)
    return _split(vertices, _find_cuts(vertices, level, is_ferry, (one[concerned], other[concerned])))


def _vertices(lines: Geometries) -> _Vertices:
    xy, line = shapely.get_coordinates(lines, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    first = np.ones(len(xy), bool)
    first[1:] = line[1:] != line[:-1]
    keep = first | (step > 0)  # a vertex drawn twice is one vertex
    xy, line, first, step = xy[keep], line[keep], first[keep], step[keep]
    step[first] = 0.0
    total = np.cumsum(step)
    along = total - np.repeat(total[first], np.diff(np.append(np.flatnonzero(first), len(xy))))
    last = np.append(first[1:], True)
    is_end = first | last[: len(xy)]
    return _Vertices(xy, line.astype(np.int64), along, is_end, is_end)


def _find_cuts(vertices: _Vertices, level: Int8s, is_ferry: Bools, pairs: tuple[Int64s, Int64s]) -> _Cuts:
    one, other = pairs
    same_level = (level[vertices.line[one]] == level[vertices.line[other]]) & ~(
        is_ferry[vertices.line[one]] | is_ferry[vertices.line[other]]
    )
    touched = np.zeros(len(one), bool)
    found: list[tuple[Int64s, Floats, Int64s]] = []
    joined: list[Int64s] = []
    for vertex, base, others_level in (
        (one, other, same_level),
        (one + 1, other, same_level),
        (other, one, same_level),
        (other + 1, one, same_level),
    ):
        near, at, to_vertex = _touch(vertices, vertex, base)
        touched |= near
        own_end = vertices.is_free[vertex]
        may = near & ~is_ferry[vertices.line[base]] & (others_level | own_end)
        met = np.where(to_vertex >= 0, to_vertex, 0)
        may |= near & (to_vertex >= 0) & vertices.is_free[met] & (own_end | ~is_ferry[vertices.line[vertex]])
        corner, middle = may & (to_vertex >= 0), may & (to_vertex < 0)
        joined.append(np.column_stack([vertex[corner], to_vertex[corner]]))
        found += [(vertices.line[at], vertices.along[at], at) for at in (vertex[may], to_vertex[corner])]
        found.append((vertices.line[base[middle]], vertices.along[base[middle]] + at[middle], vertex[middle]))
    free = same_level & ~touched
    crossing_xy, cuts = _cross(vertices, one[free], other[free])
    ends = np.flatnonzero(vertices.is_end)
    found += [*cuts, (vertices.line[ends], vertices.along[ends], ends)]
    line, along, point = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return _Cuts(line, along, point, np.concatenate(joined), crossing_xy)


def _near_pairs(vertices: _Vertices) -> tuple[Int64s, Int64s]:
    """Pairs of bits within touching distance, named by first vertices; neighbours in a line left out."""
    bit = np.flatnonzero(
        vertices.line[1:] == vertices.line[:-1]
    )  # bit i runs from vertex bit[i] to bit[i] + 1
    ends = np.stack([vertices.xy[bit], vertices.xy[bit + 1]], axis=1)
    shapes: Geometries = np.asarray(shapely.linestrings(ends), dtype=object)
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=TOUCH_M)
    keep = one < other
    one, other = bit[one[keep]], bit[other[keep]]
    neighbours = (other == one + 1) & (vertices.line[one] == vertices.line[other])
    return one[~neighbours], other[~neighbours]


def _touch(vertices: _Vertices, vertex: Int64s, base: Int64s) -> tuple[Bools, Floats, Int64s]:
    """Tell whether a vertex touches a bit, how many metres along it, and at which of its vertices (or -1)."""
    origin = vertices.xy[base]
    direction = vertices.xy[base + 1] - origin
    length = np.hypot(*direction.T)
    unit = direction / length[:, None]
    at = np.clip(np.einsum("ij,ij->i", vertices.xy[vertex] - origin, unit), 0.0, length)
    off = np.hypot(*(origin + unit * at[:, None] - vertices.xy[vertex]).T)
    to_vertex = np.where(at <= TOUCH_M, base, np.where(length - at <= TOUCH_M, base + 1, -1))
    return off <= TOUCH_M, at, to_vertex


def _cross(
    vertices: _Vertices, one: Int64s, other: Int64s
) -> tuple[Floats, list[tuple[Int64s, Floats, Int64s]]]:
    """Find where bits that touch at none of their vertices cross in their middles."""
    p, q = vertices.xy[one], vertices.xy[other]
    r, s = vertices.xy[one + 1] - p, vertices.xy[other + 1] - q
    denominator = r[:, 0] * s[:, 1] - r[:, 1] * s[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        d = q - p
        t = (d[:, 0] * s[:, 1] - d[:, 1] * s[:, 0]) / denominator
        u = (d[:, 0] * r[:, 1] - d[:, 1] * r[:, 0]) / denominator
        hit = (t > 0) & (t < 1) & (u > 0) & (u < 1)
    one, other, t, u = one[hit], other[hit], t[hit], u[hit]
    xy = p[hit] + r[hit] * t[:, None]
    point = len(vertices.xy) + np.arange(len(xy))
    cuts = [
        (vertices.line[base], vertices.along[base] + share * np.hypot(*vector.T), point)
        for base, share, vector in ((one, t, r[hit]), (other, u, s[hit]))
    ]
    return xy, cuts


def _split(vertices: _Vertices, cuts: _Cuts) -> Noded:
    """Turn cuts into nodes and segments; cuts within touching distance on one line are one node."""
    n_vertices = len(vertices.xy)
    # Of the cuts that are one node the line's own end counts first, then a vertex, then a computed place.
    is_vertex = cuts.point < n_vertices
    own = np.where(is_vertex, vertices.line[np.where(is_vertex, cuts.point, 0)], -1) == cuts.line
    rank = np.where(own, np.where(vertices.is_end[np.where(is_vertex, cuts.point, 0)], 0, 1), 2)
    order = np.lexsort([cuts.point, rank, cuts.along, cuts.line])
    line, along, point, rank = cuts.line[order], cuts.along[order], cuts.point[order], rank[order]
    new_run = np.ones(len(line), bool)
    new_run[1:] = (line[1:] != line[:-1]) | (along[1:] - along[:-1] > TOUCH_M)
    run = np.cumsum(new_run) - 1
    same = np.flatnonzero(~new_run)
    tiny = int(np.count_nonzero(along[same] - along[same - 1] > _SAME_M))
    joined = np.concatenate([cuts.joined, np.column_stack([point[same - 1], point[same]])])
    best = np.lexsort([point, along, rank, run])
    chosen = best[np.unique(run[best], return_index=True)[1]]
    line, along, point = line[chosen], along[chosen], point[chosen]

    xy = np.concatenate([vertices.xy, cuts.crossing_xy])
    node_of_point = _same_node(len(xy), joined)
    first = np.flatnonzero(line[1:] == line[:-1])
    start, end = node_of_point[point[first]], node_of_point[point[first + 1]]
    used, ends = np.unique(np.concatenate([start, end]), return_inverse=True)
    return Noded(
        node_xy=xy[used],
        start=ends[: len(first)].astype(np.int32),
        end=ends[len(first) :].astype(np.int32),
        line=line[first].astype(np.int32),
        shape=_shapes(vertices, line[first], along[first], along[first + 1]),
        tiny=tiny,
    )


def _same_node(n_points: int, joined: Int64s) -> Int64s:
    """Give each point the lowest point that is the same node."""
    pairs = coo_array((np.ones(len(joined), bool), (joined[:, 0], joined[:, 1])), shape=(n_points, n_points))
    _, label = connected_components(pairs, directed=False)
    _, lowest = np.unique(label, return_index=True)
    return np.asarray(lowest[label], dtype=np.int64)


def _shapes(vertices: _Vertices, line: Int64s, start: Floats, end: Floats) -> Geometries:
    """Cut the pieces from ``start`` to ``end`` metres out of their lines."""
    if not len(line):
        return np.empty(0, object)
    # One sortable coordinate for the whole row of vertices: the lines laid end to end.
    longest = np.zeros(int(vertices.line[-1]) + 1)
    np.maximum.at(longest, vertices.line, vertices.along + 1.0)
    offset = np.cumsum(longest) - longest
    key = offset[vertices.line] + vertices.along
    low = np.searchsorted(key, offset[line] + start, side="right")
    high = np.searchsorted(key, offset[line] + end, side="left")
    count = high - low
    owner = np.repeat(np.arange(len(line)), count)
    inner = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    edges = np.arange(len(line))
    xy = np.concatenate([_place(vertices, low, start), vertices.xy[inner], _place(vertices, high, end)])
    piece = np.concatenate([edges, owner, edges])
    place = np.concatenate([np.zeros(len(line)), np.ones(len(inner)), np.full(len(line), 2.0)])
    order = np.lexsort([place, piece])  # stable: inner vertices keep their order
    return np.asarray(shapely.linestrings(xy[order], indices=piece[order]), dtype=object)


def _place(vertices: _Vertices, after: Int64s, along: Floats) -> Floats:
    """Interpolate the place ``along`` metres on the bit that ends at vertex ``after`` (exact at vertices)."""
    before = np.maximum(after - 1, 0)
    gap = vertices.along[np.minimum(after, len(vertices.xy) - 1)] - vertices.along[before]
    share = np.where(gap > 0, (along - vertices.along[before]) / np.where(gap > 0, gap, 1.0), 0.0)
    following = np.minimum(after, len(vertices.xy) - 1)
    xy = vertices.xy[before] + (vertices.xy[following] - vertices.xy[before]) * share[:, None]
    xy[share == 0] = vertices.xy[before[share == 0]]
    xy[share == 1] = vertices.xy[following[share == 1]]
    return xy
