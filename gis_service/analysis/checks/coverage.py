"""Areas that should tile the ground without overlap or gap, and how they are brought to it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyproj
import shapely

from gis_service.analysis.checks.findings import SHOWN
from gis_service.crs import STORAGE, transform
from gis_service.types import Bools, Floats, Geometries, Int64s

MOST_VERTICES = 5_000_000
"""Vertices of all areas together up to which overlaps and gaps are looked for."""
LEAST_OVERLAP_M2 = 0.01
"""Overlaps under a square decimetre come from rounding and are left alone."""
LEAST_GAP_M2 = 0.01
"""Gaps under a square decimetre likewise."""
SNAP_M = 0.001
"""Vertices nearer to each other than this become one: a hair's breadth does not outlive the way to
degrees."""
_PAIRS = 2000
"""Pairs of areas that are laid over each other between two pauses."""
_POLYGONAL = (3, 6)
_BOUNDED = 0.6
"""Share of the border of a gap that areas make up, at least: all but its ends."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas that lie over each other.

    Parameters
    ----------
    first, second
        Rows, the lower first.
    area_m2
        Of what both hold.
    place
        (2,) a point in it, in the metric system.
    """

    first: int
    second: int
    area_m2: float
    place: Floats


@dataclass(frozen=True, slots=True)
class Gap:
    """A narrow strip between areas that none of them holds.

    Parameters
    ----------
    rows
        Areas around it, ascending.
    area_m2, width_m
        Its size; the width is twice the area over the perimeter.
    place
        (2,) a point in it, in the metric system.
    """

    rows: tuple[int, ...]
    area_m2: float
    width_m: float
    place: Floats


@dataclass(frozen=True, slots=True)
class CoverageFaults:
    """What keeps areas from tiling the ground.

    Parameters
    ----------
    overlaps
        The largest first.
    gaps
        The largest first.
    """

    overlaps: tuple[Overlap, ...]
    gaps: tuple[Gap, ...]

    @property
    def overlap_m2(self) -> float:
        """Area of all overlaps."""
        return sum(overlap.area_m2 for overlap in self.overlaps)


def check_coverage(
    areas: Geometries, gap_m: float, pause: Callable[[], None] = lambda: None
) -> CoverageFaults:
    """Find overlaps, and gaps up to a width.

    Parameters
    ----------
    areas
        (n,) valid polygons in a projected system in metres; other rows are passed over.
    gap_m
        Widest gap that is told; wider ones are places without an area, such as a lake.
    pause
        Called between one part of the work and the next; who has no more time raises in it.

    Notes
    -----
    Only areas with an edge that does not match are compared (GEOS, ``CoverageInvalidEdges``): a coverage
    without fault costs one pass.
    """
    rows = np.flatnonzero(_areal(areas))
    edges = np.asarray(shapely.coverage_invalid_edges(areas[rows], gap_m), dtype=object)
    suspects = rows[~np.asarray(shapely.is_missing(edges) | shapely.is_empty(edges))]
    if not suspects.size:
        return CoverageFaults((), ())
    wrong = edges[~np.asarray(shapely.is_missing(edges) | shapely.is_empty(edges))]
    pause()
    return CoverageFaults(_overlaps(areas, suspects, pause), _gaps(areas, wrong, gap_m, pause))


def clean_coverage(areas: Geometries, metric: pyproj.CRS, gap_m: float) -> Geometries:
    """Close overlaps and narrow gaps; each goes to the neighbour with the longest common border.

    Parameters
    ----------
    areas
        (n,) valid polygons in longitude and latitude; other rows stay as they are.
    metric
        Projected system in metres.
    gap_m
        Widest gap that is closed; one that is open at an end is not.

    Returns
    -------
    Geometries
        (n,) areas whose borders match; one that has lost all of its ground is empty. Vertices that were there
        keep their longitude and latitude, and areas that stay the same all of their bytes.

    References
    ----------
    GEOS 3.14, ``CoverageCleaner``.
    """
    rows = np.flatnonzero(_areal(areas))
    plane = transform(areas[rows], STORAGE, metric)
    if not rows.size or shapely.coverage_is_valid(plane, gap_m):
        return areas
    cleaned = plane.copy()
    # Shapely's hints do not know it yet.
    cleaned[:] = shapely.coverage_clean(  # type: ignore[attr-defined]
        plane, gap_width=gap_m, snapping_distance=SNAP_M
    )
    changed = ~np.asarray(shapely.equals_exact(plane, cleaned, 0.0, normalize=True))
    back = transform(cleaned[changed], metric, STORAGE)
    # The way there and back ends a hair beside: what was a vertex gets its own degrees again.
    known, first = np.unique(_complex(plane), return_index=True)
    wanted = _complex(cleaned[changed])
    at = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    was = known[at] == wanted
    degrees = shapely.get_coordinates(back)
    degrees[was] = shapely.get_coordinates(areas[rows])[first[at[was]]]
    result = areas.copy()
    result[rows[changed]] = shapely.set_coordinates(back, degrees)
    return result


def _complex(geometries: Geometries) -> "np.ndarray[tuple[int], np.dtype[np.complex128]]":
    """Give plane coordinates as one number each, so that equal vertices are found by sorting."""
    return np.ascontiguousarray(shapely.get_coordinates(geometries)).view(np.complex128)[:, 0]


def _areal(areas: Geometries) -> Bools:
    kinds = np.isin(shapely.get_type_id(areas), _POLYGONAL)
    return np.asarray(kinds & ~np.asarray(shapely.is_empty(areas)))


def _overlaps(areas: Geometries, suspects: Int64s, pause: Callable[[], None]) -> tuple[Overlap, ...]:
    chosen = areas[suspects]
    left, right = shapely.STRtree(chosen).query(chosen, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    common = np.empty(len(left), dtype=object)
    for start in range(0, len(left), _PAIRS):
        pause()
        part = slice(start, start + _PAIRS)
        common[part] = shapely.intersection(chosen[left[part]], chosen[right[part]])
    size = np.asarray(shapely.area(common), dtype=float)
    order = [int(pair) for pair in np.argsort(-size, kind="stable") if size[pair] >= LEAST_OVERLAP_M2]
    points = shapely.get_coordinates(shapely.point_on_surface(common[order])) if order else np.zeros((0, 2))
    return tuple(
        Overlap(int(suspects[left[pair]]), int(suspects[right[pair]]), float(size[pair]), point)
        for pair, point in zip(order, points, strict=True)
    )


def _gaps(areas: Geometries, edges: Geometries, gap_m: float, pause: Callable[[], None]) -> tuple[Gap, ...]:
    """Find what lies uncovered beside edges without a match, closed or open at its ends."""
    strips = shapely.buffer(edges, gap_m, cap_style="flat", join_style="mitre")
    tree = shapely.STRtree(areas)
    near = np.unique(tree.query(strips, predicate="intersects")[1])
    pause()
    ground = shapely.union_all(areas[near])
    pause()
    pieces = shapely.get_parts(shapely.difference(shapely.union_all(strips), ground))
    pieces = pieces[shapely.area(pieces) >= LEAST_GAP_M2]
    pause()
    bounded = shapely.length(shapely.intersection(shapely.boundary(pieces), shapely.boundary(ground)))
    # A strip beyond the outermost border of all has areas on one of its sides only.
    pieces = pieces[bounded >= _BOUNDED * shapely.length(pieces)]
    points = shapely.get_coordinates(shapely.point_on_surface(pieces))
    around: list[list[int]] = [[] for _ in pieces]
    for piece, row in tree.query(pieces, predicate="intersects").T.tolist():
        around[piece].append(row)
    found = [
        Gap(tuple(sorted(rows)), float(size), float(2 * size / length), point)
        for rows, size, length, point in zip(
            around, shapely.area(pieces), shapely.length(pieces), points, strict=True
        )
    ]
    return tuple(sorted(found, key=lambda gap: -gap.area_m2))


def words_of_overlap(overlap: Overlap, numbers: Int64s) -> str:
    """Say it without words of a language: the two features and the area."""
    return f"{numbers[overlap.first]} ∩ {numbers[overlap.second]}: {overlap.area_m2:.2f} m²"


def words_of_gap(gap: Gap, numbers: Int64s) -> str:
    """Say it without words of a language: the features around it, its width and its area."""
    around = " | ".join(str(numbers[row]) for row in gap.rows[:SHOWN])
    return f"{around}: {gap.width_m:.2f} m, {gap.area_m2:.2f} m²"
