"""What of a layer is shown from afar: bands of zooms, what can be seen of an outline, when rows are gathered.

All of it is decided by figures: how many rows the fullest tile of each zoom would hold, and how large they
are. Nothing here knows a database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import shapely

from gis_service.types import Geometries, Int64s

Kind = Literal["none", "each", "coverage", "lines"]
"""How shapes are simplified: not at all, each by itself, with shared borders, or as lines joined by class."""

KINDS: tuple[Kind, ...] = get_args(Kind)
BANDS = ((0, 5), (6, 7), (8, 9), (10, 10), (11, 11), (12, 12), (13, 13))
"""First and last zoom of each band. From the zoom after the last one on, rows are shown as they are."""
LAST_ZOOM = BANDS[-1][1]
"""Last zoom that overviews are for."""
CELLS = 64
"""Gathered rows stand in cells, so many along the side of a tile: as wide as the rim that a tile has."""
CELL_STEPS = 6
"""Zooms between a tile and one of its cells: 2 ** 6 = 64."""
GROUPS_FROM = 11
"""Lines are joined within tiles of this zoom, or of a later band's: what one edit can change has an end."""
MOST_ROWS = 5_000
"""Rows that a tile shows one by one: at about 100 bytes each they are its 500 kB."""
FEW_POINTS = 5_000
"""A layer of fewer corners is drawn as it is at any zoom."""
FEW_AREAS = 5_000
"""So many areas are looked at as a whole, whether they share borders."""
_TILE_UNITS = 4096
_SEEN_UNITS = 4
"""Half a pixel of a tile that is drawn 512 pixels wide, in the units of tiles."""
_AROUND_M = 40_075_016.685578488
_COUNTED_ZOOM = 13


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of the rows of a layer.

    Parameters
    ----------
    columns, rows, counts
        (n,) tiles of zoom 13 that hold the middles of rows, and how many rows each.
    points
        Corners of all geometries together.
    size
        Mean of the longer side of the rows' boxes, as a share of the world's width.
    """

    columns: Int64s
    rows: Int64s
    counts: Int64s
    points: int
    size: float

    @property
    def count(self) -> int:
        """Rows of the layer."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True)
class Plan:
    """How the overview of a layer is made.

    Parameters
    ----------
    kind
        What is done to shapes.
    gathered_to
        Last zoom at which rows are gathered: points and small areas in cells, lines by class; -1 for none.
    """

    kind: Kind
    gathered_to: int

    @property
    def has_cells(self) -> bool:
        """Whether rows are gathered in cells."""
        return self.kind != "lines" and self.gathered_to >= 0

    @property
    def levels(self) -> tuple[int, ...]:
        """Zooms that shapes are kept for: the last one of each band."""
        if self.kind == "none":
            return ()
        first = self.gathered_to + 1 if self.has_cells else 0
        return tuple(last for _, last in BANDS if last >= first)

    def is_joined(self, level: int) -> bool:
        """Tell whether the lines of a level are joined by class."""
        return self.kind == "lines" and next(low for low, last in BANDS if last == level) <= self.gathered_to

    def level_of(self, zoom: int) -> int | None:
        """Give the level that tiles of a zoom are made of; None where they are made of the rows."""
        if zoom > LAST_ZOOM:
            return None
        if self.has_cells and zoom <= self.gathered_to:
            return zoom
        return None if self.kind == "none" else next(last for _, last in BANDS if zoom <= last)


NOTHING = Plan("none", -1)
"""The rows themselves at all zooms."""


def kind_of(name: str) -> Kind:
    """Give the kind of that name."""
    return next(kind for kind in KINDS if kind == name)


def tolerance_m(level: int) -> float:
    """Give how far a line may be moved at a zoom without being seen, in metres of Web Mercator."""
    return _SEEN_UNITS * _AROUND_M / _TILE_UNITS / (1 << level)


def plan(figures: Figures, dimension: int | None, *, may_gather: bool, is_coverage: bool) -> Plan:
    """Choose how a layer is shown from afar.

    Parameters
    ----------
    figures
        Of its rows.
    dimension
        0 points, 1 lines, 2 areas; None for mixed ones, which are never gathered.
    may_gather
        Whether rows may stand for each other; never those that a study reads or writes.
    is_coverage
        Whether its areas share borders.
    """
    dense = _dense_to(figures) if may_gather and dimension is not None else -1
    is_detailed = figures.points >= FEW_POINTS
    if dimension == 0:
        return Plan("none", dense)
    if dimension == 1:
        return Plan("lines" if dense >= 0 else "each", dense) if is_detailed else NOTHING
    if is_coverage:
        return Plan("coverage", -1) if is_detailed else NOTHING
    cells = min(dense, _small_to(figures)) if dimension == 2 else -1  # noqa: PLR2004  areas
    return Plan("each" if is_detailed else "none", cells)


def _dense_to(figures: Figures) -> int:
    """Give the last zoom at which some tile would hold more rows than it can show."""
    for zoom in range(LAST_ZOOM, -1, -1):
        shift = _COUNTED_ZOOM - zoom
        tiles = ((figures.columns >> shift) << zoom) + (figures.rows >> shift)
        _, place = np.unique(tiles, return_inverse=True)
        if figures.count and np.bincount(place, figures.counts).max() > MOST_ROWS:
            return zoom
    return -1


def _small_to(figures: Figures) -> int:
    """Give the last zoom at which a row is, in the mean, no wider than a cell."""
    return max((z for z in range(LAST_ZOOM + 1) if figures.size <= 1 / (CELLS << z)), default=-1)


def share_borders(areas: Geometries) -> bool:
    """Tell whether areas neither overlap nor differ along the borders that they share.

    Parameters
    ----------
    areas
        (n,) polygons and multipolygons, in any one plane system.
    """
    return bool(shapely.coverage_is_valid(areas))


def simplify_coverage(areas: Geometries, levels: Sequence[int]) -> dict[int, Geometries]:
    """Simplify areas together, so that a border that two of them share is still one line.

    Parameters
    ----------
    areas
        (n,) polygons and multipolygons in Web Mercator.
    levels
        Zooms that they are shown at.

    Returns
    -------
    (n,) in the same order, by level. Where areas overlap, each border goes its own way.
    """
    found: dict[int, Geometries] = {}
    for level in sorted(levels, reverse=True):
        # Corners go in the order of what is lost by them, so a level goes on where the finer one has stopped.
        areas = _simplified(areas, tolerance_m(level))
        found[level] = areas
    return found


def _simplified(areas: Geometries, tolerance: float) -> Geometries:
    simplified: Geometries
    try:
        # The library is told the root of the area of the triangle that a corner makes: where it is smaller,
        # the corner goes.
        simplified = shapely.coverage_simplify(areas, tolerance)
    except shapely.errors.GEOSException:
        # Borders that cross themselves, for instance: there is nothing to keep together.
        simplified = shapely.simplify(areas, tolerance)
    return simplified
