"""What a raster holds of each polygon, with the exact share of every cell.

Rasters come window by window, so that one of any size takes the memory of a window. Polygons are brought to
the cells of the raster, never the raster to the polygons: people would be lost or doubled on the way.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely

from gis_service.analysis.kernels import window_shares, window_sums
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Floats, Geometries, Int64s

Affine: TypeAlias = tuple[float, float, float, float, float, float]
"""``(a, b, c, d, e, f)`` with ``x = a col + b row + c`` and ``y = d col + e row + f``."""
MAX_CELLS = 2_000_000
"""Cells of one window, unless somebody says otherwise."""
_READ_CELLS = 20_000
"""What it costs to read one more window, in cells."""


@dataclass(frozen=True)
class Outlines:
    """Polygons on the cells of a raster.

    Parameters
    ----------
    edges
        ``(m, 4)`` column, row, column, row of both ends of each edge, in cells; interiors on one side.
    start
        ``(n + 1,)`` first edge of each polygon.
    boxes
        ``(n, 4)`` first row and column of its cells inside the raster, and the row and column after the last.
    """

    edges: Floats
    start: Int64s
    boxes: Int64s

    def __len__(self) -> int:
        """Give the number of polygons."""
        return len(self.boxes)


@dataclass(frozen=True)
class Window:
    """A piece of a raster and the polygons that are looked for in it.

    Parameters
    ----------
    top, left, rows, columns
        First row and column, and how many.
    polygons
        Numbers of the polygons, rising.
    """

    top: int
    left: int
    rows: int
    columns: int
    polygons: Int64s


@dataclass(frozen=True)
class ZonalSums:
    """What a raster holds of each polygon.

    Parameters
    ----------
    total
        ``(n,)`` sum of value times share, in the unit of the raster; cells without data add nothing.
    cells
        ``(n,)`` cells of the raster inside the polygon, shares added; nothing for the part beyond the raster.
    known
        ``(n,)`` those of them with data.
    """

    total: Floats
    cells: Floats
    known: Floats


@dataclass(frozen=True)
class Shares:
    """Cells and the polygons they lie in, by polygon, then row, then column.

    Parameters
    ----------
    polygon, row, column
        ``(m,)`` whose share it is.
    share
        ``(m,)`` part of the cell that lies in the polygon, above 0, at most 1.
    """

    polygon: Int64s
    row: Int64s
    column: Int64s
    share: Floats


def outlines(polygons: Geometries, affine: Affine, shape: tuple[int, int]) -> Outlines:
    """Bring polygons to the cells of a raster.

    Parameters
    ----------
    polygons
        ``(n,)`` valid Polygons or MultiPolygons in the system of the raster; missing ones hold nothing.
    affine
        Of the raster; rotated and sheared ones too.
    shape
        Rows and columns of the raster.

    Raises
    ------
    RefusedInput
        ``raster_grid`` when the cells of the raster have no area.
    """
    a, b, c, d, e, f = affine
    area = a * e - b * d
    if not np.isfinite(area) or area == 0:
        raise RefusedInput(ErrorCode.RASTER_GRID, affine=", ".join(f"{value:g}" for value in affine))
    n = len(polygons)

    def to_cells(xy: Floats) -> Floats:
        x, y = xy[:, 0] - c, xy[:, 1] - f
        return np.column_stack([(e * x - b * y) / area, (a * y - d * x) / area])

    flat = shapely.force_2d(np.asarray(polygons, dtype=object))
    on_cells = shapely.orient_polygons(shapely.transform(flat, to_cells), exterior_cw=True)
    parts, owner = shapely.get_parts(on_cells, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    edges = np.ascontiguousarray(np.column_stack([xy[:-1], xy[1:]])[same])
    polygon = owner[part[ring[:-1][same]]]
    start = np.searchsorted(polygon, np.arange(n + 1))
    low = np.nan_to_num(shapely.bounds(on_cells), nan=0.0).reshape(-1, 4)
    rows, columns = shape
    first = np.floor(low[:, [1, 0]]).clip(0, [rows, columns])
    last = np.ceil(low[:, [3, 2]]).clip(0, [rows, columns])
    return Outlines(edges, start.astype(np.int64), np.column_stack([first, last]).astype(np.int64))


def windows(found: Outlines, max_cells: int = MAX_CELLS) -> Iterator[Window]:
    """Give the windows of a raster that hold polygons, each of a bounded size.

    Parameters
    ----------
    found
        As `outlines` gives them.
    max_cells
        Cells of a window at most, unless one row has more.

    Notes
    -----
    Polygons side by side share strips of rows; a few small ones far apart have a window each, whichever reads
    less of the raster.
    """
    boxes = found.boxes
    there = np.flatnonzero((boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1]))
    if not there.size:
        return
    strips = list(_strips(boxes, there, max_cells))
    own = int(np.prod(boxes[there, 2:] - boxes[there, :2], axis=1).sum()) + _READ_CELLS * len(there)
    if own < sum(window.rows * window.columns for window in strips) + _READ_CELLS * len(strips):
        for polygon in there[np.lexsort((boxes[there, 1], boxes[there, 0]))]:
            yield from _strips(boxes, np.array([polygon]), max_cells)
    else:
        yield from strips


def _strips(boxes: Int64s, chosen: Int64s, max_cells: int) -> Iterator[Window]:
    """Cut the common box of polygons into strips of rows, each as wide as those in it."""
    box = boxes[chosen]
    height = max(1, max_cells // max(1, int(box[:, 3].max() - box[:, 1].min())))
    for top in range(int(box[:, 0].min()), int(box[:, 2].max()), height):
        end = min(top + height, int(box[:, 2].max()))
        inside = chosen[(box[:, 0] < end) & (box[:, 2] > top)]
        if inside.size:
            left, right = int(boxes[inside, 1].min()), int(boxes[inside, 3].max())
            yield Window(top, left, end - top, right - left, inside.astype(np.int64))


def zonal_sums(found: Outlines, pieces: Iterable[tuple[Window, Floats]], min_share: float = 0.0) -> ZonalSums:
    """Sum a raster over polygons.

    Parameters
    ----------
    found
        As `outlines` gives them.
    pieces
        The windows of `windows` and their values, ``(rows, columns)``, nan where there is no data.
    min_share
        Cells of which a polygon holds a smaller share than this (0..1) are passed over.

    Returns
    -------
    ZonalSums
        Exact but for floating arithmetic: about one part in 10^12.

    References
    ----------
    The shares are those of exactextract (Baston, D., https://github.com/isciences/exactextract), reached
    another way: by adding up the signed areas that the edges leave (Green's theorem).

    Examples
    --------
    >>> square = np.array([shapely.box(0.5, 0.5, 2.5, 2.5)], dtype=object)
    >>> found = outlines(square, (1, 0, 0, 0, -1, 3), (3, 3))
    >>> zonal_sums(found, [(window, np.ones((3, 3))) for window in windows(found)]).total.tolist()
    [4.0]
    """
    sums = np.zeros((len(found), 3))
    for window, values in pieces:
        at = (window.top, window.left)
        plain = np.ascontiguousarray(values, dtype=np.float64)
        window_sums(found.edges, found.start, found.boxes, window.polygons, at, plain, min_share, sums)
    return ZonalSums(sums[:, 0], sums[:, 1], sums[:, 2])


def cell_shares(found: Outlines, window: Window) -> Shares:
    """Give the cells of a window that lie in polygons, and how much of each.

    Parameters
    ----------
    found, window
        As `outlines` and `windows` give them.
    """
    place = (window.top, window.left, window.rows, window.columns)
    polygon, row, column, share = window_shares(found.edges, found.start, found.boxes, window.polygons, place)
    return Shares(polygon, row, column, share)
