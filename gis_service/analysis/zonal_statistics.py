"""Figures of a raster for each polygon: how much, how high, how its values are spread."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gis_service.analysis.zonal import Outlines, Window, cell_shares
from gis_service.types import Floats, Int64s

_ROUNDING = 1e-12
"""Sums of shares differ in their last digits by the order in which they were added."""


@dataclass(frozen=True)
class ZonalStatistics:
    """Figures for each of ``n`` polygons; nan where a polygon holds no cell with data.

    Parameters
    ----------
    cells
        ``(n,)`` cells of the raster inside the polygon, shares added.
    count
        ``(n,)`` those of them with data.
    total
        ``(n,)`` sum of value times share, in the unit of the raster; 0 without data.
    mean
        ``(n,)`` total by count.
    least, most
        ``(n,)`` lowest and highest value of any cell that the polygon holds a part of.
    quantiles
        ``(n, k)`` the least value at or below which so great a share of the cells lies.
    """

    cells: Floats
    count: Floats
    total: Floats
    mean: Floats
    least: Floats
    most: Floats
    quantiles: Floats


@dataclass(frozen=True)
class _Known:
    """Parts of cells with data: whose, what value, how much of the cell."""

    polygon: Int64s
    value: Floats
    share: Floats


def cells_looked_at(found: Outlines) -> int:
    """Tell how many cells the boxes of polygons hold: what figures of them cost, before anything is read."""
    boxes = found.boxes
    return int(np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1).sum())


def zonal_statistics(
    found: Outlines, pieces: Iterable[tuple[Window, Floats]], shares: Sequence[float]
) -> ZonalStatistics:
    """Work out the figures of a raster for polygons.

    Parameters
    ----------
    found
        As :func:`gis_service.analysis.zonal.outlines` gives them.
    pieces
        The windows of :func:`gis_service.analysis.zonal.windows` and their values, nan without data.
    shares
        Which quantiles, each above 0 and at most 1.

    Notes
    -----
    Every part of a cell with data is kept until the end, 24 bytes each: whoever asks bounds
    `cells_looked_at`.

    Examples
    --------
    >>> import shapely
    >>> from gis_service.analysis.zonal import outlines, windows
    >>> half = np.array([shapely.box(0, 0, 1.5, 1)], dtype=object)
    >>> found = outlines(half, (1, 0, 0, 0, -1, 1), (1, 2))
    >>> told = zonal_statistics(found, [(w, np.array([[2.0, 8.0]])) for w in windows(found)], [0.5])
    >>> told.total.tolist(), told.count.tolist(), told.quantiles.tolist()
    ([6.0], [1.5], [[2.0]])
    """
    n, cells, parts = len(found), np.zeros(len(found)), [_Known(*_NONE)]
    for window, values in pieces:
        held = cell_shares(found, window)
        value = values[held.row - window.top, held.column - window.left]
        cells += _sums(held.polygon, held.share, n)
        has = ~np.isnan(value)
        parts.append(_Known(held.polygon[has], value[has], held.share[has]))
    polygon = np.concatenate([part.polygon for part in parts])
    value = np.concatenate([part.value for part in parts])
    share = np.concatenate([part.share for part in parts])
    # By polygon, then by value: the order that quantiles are counted in.
    order = np.lexsort((value, polygon))
    known = _Known(polygon[order], value[order], share[order])
    count = _sums(known.polygon, known.share, n)
    total = _sums(known.polygon, known.share * known.value, n)
    first = np.searchsorted(known.polygon, np.arange(n + 1))
    any_ = first[1:] > first[:-1]
    mean, least, most = (np.full(n, np.nan) for _ in range(3))
    mean[any_] = total[any_] / count[any_]
    least[any_], most[any_] = known.value[first[:-1][any_]], known.value[first[1:][any_] - 1]
    return ZonalStatistics(cells, count, total, mean, least, most, _quantiles(known, first, shares))


_NONE = np.empty(0, np.int64), np.empty(0), np.empty(0)


def _sums(polygon: Int64s, parts: Floats, n: int) -> Floats:
    return np.bincount(polygon, parts, minlength=n).astype(np.float64)


def _quantiles(known: _Known, first: Int64s, shares: Sequence[float]) -> Floats:
    found = np.full((len(first) - 1, len(shares)), np.nan)
    for polygon, (begin, end) in enumerate(zip(first[:-1].tolist(), first[1:].tolist(), strict=True)):
        if begin == end:
            continue
        below = np.cumsum(known.share[begin:end])
        wanted = np.asarray(shares) * below[-1] * (1 - _ROUNDING)
        found[polygon] = known.value[begin + np.searchsorted(below, wanted)]
    return found
