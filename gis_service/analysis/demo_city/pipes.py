"""Water mains and sewers of the demo city: trees along the roads of its towns and great villages."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array, coo_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree

from gis_service.analysis.demo_city.features import Features, generator, table
from gis_service.analysis.demo_city.ground import Ground
from gis_service.analysis.demo_city.seats import TOWN_TYPES
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.types import Floats, Geometries, Int64s

_OPERATORS = ("Công ty cấp nước mẫu", "Công ty thoát nước mẫu")
_TOWN_PEOPLE = 1_600
"""A village of this many people has pipes."""
_SHOWN_M = 90.0
"""Pieces with less pipe behind them are connections of houses, which the layer does not hold."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of pipe.

    Parameters
    ----------
    prefix
        Prefix of its codes.
    smallest
        The least road that it lies in.
    beside_m
        Where it lies, from the centre line, east and north.
    diameters_mm
        From the ends of the tree to its root.
    """

    prefix: str
    smallest: str
    beside_m: tuple[float, float]
    diameters_mm: tuple[int, ...]


WATER = Kind("on", "village_lane", (0.9, 0.7), (63, 90, 110, 160, 200, 300, 400))
SEWER = Kind("ct", "village_lane", (-0.8, -1.0), (300, 400, 600, 800, 1_000, 1_200))


@dataclass(frozen=True, slots=True)
class Trees:
    """Road pieces that pipes lie in: ``line`` their rows, ``behind_m`` the length of pipe behind each."""

    line: Int64s
    behind_m: Floats


def make_water_mains(ground: Ground) -> Features:
    """Lay water mains: thick near the heart of the town, thin at the ends."""
    trees = _trees(ground, WATER)
    draws = generator("water mains")
    diameter = _diameters(trees, WATER)
    year = _years(draws, len(trees.line))
    rows = []
    for at, size in enumerate(diameter.tolist()):
        old = year[at] < 2005  # noqa: PLR2004 (plastic pipes since then)
        material = ("cast_iron" if old else "hdpe") if size >= 160 else ("pvc" if old else "hdpe")  # noqa: PLR2004
        rows.append((f"{WATER.prefix}_{at + 1:05d}", size, material, int(year[at]), _OPERATORS[0]))
    columns = table(("code", "diameter_mm", "material", "built_year", "operator"), rows)
    return Features(_laid(ground, trees, WATER), columns)


def make_sewers(ground: Ground) -> Features:
    """Lay sewers: combined ones in the old parts, apart for waste water and rain in newer ones."""
    trees = _trees(ground, SEWER)
    draws = generator("sewers")
    diameter = _diameters(trees, SEWER)
    year = _years(draws, len(trees.line))
    apart = draws.random(len(trees.line)) < 0.5  # noqa: PLR2004 (a coin)
    rows = []
    for at, size in enumerate(diameter.tolist()):
        newer = year[at] >= 2012  # noqa: PLR2004 (apart since then)
        kind = ("sanitary" if apart[at] else "storm") if newer else "combined"
        material = "hdpe" if newer and size <= 600 else "concrete"  # noqa: PLR2004
        rows.append((f"{SEWER.prefix}_{at + 1:05d}", kind, size, material, int(year[at]), _OPERATORS[1]))
    columns = table(("code", "kind", "diameter_mm", "material", "built_year", "operator"), rows)
    return Features(_laid(ground, trees, SEWER), columns)


def _years(draws: np.random.Generator, n: int) -> Int64s:
    years: Int64s = np.round(draws.triangular(1992, 2014, 2024, n)).astype(np.int64)
    return years


def _diameters(trees: Trees, kind: Kind) -> Int64s:
    """Choose the diameter by the length behind: doubling it three times is one size up."""
    step = np.floor(np.log2(np.maximum(trees.behind_m / 120.0, 1.0)) * 0.8).astype(np.int64)
    sizes: Int64s = np.array(kind.diameters_mm)[np.minimum(step, len(kind.diameters_mm) - 1)]
    return sizes


def _laid(ground: Ground, trees: Trees, kind: Kind) -> Geometries:
    """Draw pipes beside the centre lines of their roads."""
    lines = ground.roads.lines[trees.line]
    moved = shapely.transform(lines, lambda xy: np.round(xy + kind.beside_m, 2))
    return np.asarray(moved, dtype=object)


def _trees(ground: Ground, kind: Kind) -> Trees:
    """Find a least spanning tree of the roads of every town, rooted at its heart."""
    lines, town = _roads_of_towns(ground, kind)
    ends = [shapely.get_coordinates(shapely.get_point(ground.roads.lines[lines], at)) for at in (0, -1)]
    _, node = np.unique(
        np.column_stack([np.round(np.concatenate(ends), 2), np.tile(town, 2)]), axis=0, return_inverse=True
    )
    tail, head = np.split(node.ravel(), 2)
    n = int(node.max(initial=-1)) + 1
    length = shapely.length(ground.roads.lines[lines])
    # Of two pieces between the same ends only the shorter is kept: a matrix holds one.
    order = np.lexsort([lines, length])
    low, high = np.minimum(tail, head)[order], np.maximum(tail, head)[order]
    _, first = np.unique(low * (n + 1) + high, return_index=True)
    chosen = order[first]
    chosen = chosen[tail[chosen] != head[chosen]]
    low, high = np.minimum(tail, head)[chosen], np.maximum(tail, head)[chosen]
    # The row is kept in the matrix beside the length: lengths in whole centimetres, ties to the lower row.
    weight = coo_matrix((np.round(length[chosen] * 100) + 1, (low, high)), shape=(n, n)).tocsr()
    tree = minimum_spanning_tree(weight).tocoo()
    number = {(a, b): row for a, b, row in zip(low.tolist(), high.tolist(), chosen.tolist(), strict=True)}
    rows = np.array([number[a, b] for a, b in zip(tree.row.tolist(), tree.col.tolist(), strict=True)], int)
    xy = np.zeros((n, 2))
    xy[tail], xy[head] = ends[0], ends[1]
    behind = _behind(tree, length[rows], xy, ground.villages.xy[_town_of(n, tail, head, town)])
    shown = behind >= _SHOWN_M
    return Trees(lines[rows[shown]], behind[shown])


def _town_of(n: int, tail: Int64s, head: Int64s, town: Int64s) -> Int64s:
    of = np.zeros(n, dtype=np.int64)
    of[tail], of[head] = town, town
    return of


def _roads_of_towns(ground: Ground, kind: Kind) -> tuple[Int64s, Int64s]:
    """Give the roads inside towns and great villages, with the village of each."""
    villages = ground.villages
    in_town = np.array([unit.unit_type in TOWN_TYPES for unit in ground.units])[villages.unit]
    served = np.flatnonzero(in_town | (villages.people >= _TOWN_PEOPLE))
    rank = np.array([ROAD_CLASSES.index(name) for name in ground.roads.road_class])
    built = np.flatnonzero((rank <= ROAD_CLASSES.index(kind.smallest)) & ~ground.roads.is_bridge)
    middle = shapely.line_interpolate_point(ground.roads.lines[built], 0.5, normalized=True)
    village, line = shapely.STRtree(middle).query(villages.shape[served], predicate="contains")
    order = np.lexsort([line, village])
    return built[line[order]], served[village[order]]


def _behind(
    tree: "coo_array[np.float64, tuple[int, int]]", length: Floats, xy: Floats, heart: Floats
) -> Floats:
    """Give the length of pipe behind each piece of a forest, its own included, seen from the hearts."""
    n = len(xy)
    both = coo_matrix(
        (np.ones(2 * len(length)), (np.r_[tree.row, tree.col], np.r_[tree.col, tree.row])), shape=(n, n)
    ).tocsr()
    count, part = connected_components(both, directed=False)
    order = np.lexsort([np.hypot(*(xy - heart).T), part])
    roots = order[np.searchsorted(part[order], np.arange(count))]
    parent = np.full(n, -1, dtype=np.int64)
    depth_order = []
    for root in roots.tolist():
        reached, before = breadth_first_order(both, root, directed=False)
        parent[reached] = before[reached]
        depth_order.append(reached)
    up = {}
    for piece, (a, b) in enumerate(zip(tree.row.tolist(), tree.col.tolist(), strict=True)):
        up[a if parent[a] == b else b] = piece
    behind = length.astype(np.float64).copy()
    for reached in depth_order:
        for node in reached[:0:-1].tolist():
            above = int(parent[node])
            if above in up:
                behind[up[above]] += behind[up[node]]
    return behind
