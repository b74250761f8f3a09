"""Reads people of a raster: the inhabited cells of a window, and how many live in the others."""

from dataclasses import dataclass

import numpy as np
import pyproj

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.rasters import Cells, OpenRaster, RasterSource, open_raster, written_as
from gis_service.types import BBox, Floats, Int64s


@dataclass(frozen=True)
class PopulationCells:
    """Inhabited cells of a raster.

    Parameters
    ----------
    crs
        System of the raster; any.
    affine
        ``(a, b, c, d, e, f)`` with ``x = a col + b row + c`` and ``y = d col + e row + f``.
    cells
        ``(n, 2)`` row and column, in row-major order.
    people
        ``(n,)`` persons, positive.
    extent
        Box of the whole raster: west, south, east, north.
    beyond
        Persons of cells outside the box that was asked for.
    """

    crs: pyproj.CRS
    affine: tuple[float, float, float, float, float, float]
    cells: Int64s
    people: Floats
    extent: BBox
    beyond: float = 0.0


def read_cells(
    source: RasterSource, box: tuple[BBox, pyproj.CRS] | None = None, total: float | None = None
) -> PopulationCells:
    """Read the inhabited cells of a raster of persons per cell, strip by strip.

    Parameters
    ----------
    source
        The raster.
    box
        The cells to keep (all whose centre lies in the box of this system); the others are only summed, so
        that a raster of a whole country costs the memory of a province.
    total
        Persons of the whole raster, where they are known: then nothing is read outside the box.

    Raises
    ------
    NotFound, RefusedInput
        As `open_raster`; ``raster_nodata`` for negative cells, ``raster_cells_too_many``, and ``table_empty``
        for a raster without anybody.
    """
    with open_raster(source.path, source.nodata, source.name) as raster:
        wanted = _box_in(raster.crs, box)
        window = (0, 0, *raster.shape) if total is None or wanted is None else _window(raster, wanted)
        parts, inhabited = [], 0
        for top, rows in raster.strips(window):
            values = raster.read(top, window[1], rows, window[3])
            parts.append(_cells(raster, (top, window[1], values), wanted))
            inhabited += len(parts[-1].people)
            source.require_few(inhabited)
        negative = sum(part.negative for part in parts)
        if negative:
            _refuse_negative(raster, min(part.lowest for part in parts), negative)
    people = np.concatenate([np.empty(0), *(part.people for part in parts)])
    beyond = float(sum(part.beyond for part in parts))
    if total is not None:
        beyond = max(0.0, total - float(people.sum()))
    if not people.size and not beyond:
        raise RefusedInput(ErrorCode.TABLE_EMPTY, path=raster.path, rows=0)
    return PopulationCells(
        crs=raster.crs,
        affine=raster.affine,
        cells=np.concatenate([np.empty((0, 2), np.int64), *(part.cells for part in parts)]),
        people=people,
        extent=raster.extent,
        beyond=beyond,
    )


def _refuse_negative(raster: OpenRaster, lowest: float, count: int) -> None:
    raise RefusedInput(
        ErrorCode.RASTER_NODATA,
        path=raster.path,
        count=count,
        cells=raster.shape[0] * raster.shape[1],
        value=written_as(raster, lowest),
        nodata=raster.nodata,
    )


def _box_in(crs: pyproj.CRS, box: tuple[BBox, pyproj.CRS] | None) -> BBox | None:
    if box is None:
        return None
    change = pyproj.Transformer.from_crs(box[1], crs, always_xy=True)
    west, south, east, north = change.transform_bounds(*box[0])
    return (float(west), float(south), float(east), float(north))


def _window(raster: OpenRaster, box: BBox) -> Cells:
    """Give the rows and columns that a box in the system of the raster touches; none where it does not."""
    a, b, c, d, e, f = raster.affine
    west, south, east, north = box
    x, y = np.array([west, west, east, east]) - c, np.array([south, north, south, north]) - f
    columns, rows = (e * x - b * y) / (a * e - b * d), (a * y - d * x) / (a * e - b * d)
    (top, bottom), (left, right) = (
        np.clip([np.floor(found.min()), np.ceil(found.max())], 0, size).astype(int).tolist()
        for found, size in zip((rows, columns), raster.shape, strict=True)
    )
    if bottom <= top or right <= left:
        return 0, 0, 0, 0
    return top, left, bottom - top, right - left


@dataclass(frozen=True)
class _Part:
    """What one strip of a raster holds: inhabited cells in the box, persons elsewhere, cells below zero."""

    people: Floats
    cells: Int64s
    beyond: float
    negative: int
    lowest: float


def _cells(raster: OpenRaster, strip: tuple[int, int, Floats], wanted: BBox | None) -> _Part:
    """Look through one strip: its first row and column, and its values."""
    top, left, values = strip
    rows, columns = np.nonzero(values > 0)  # nan is not above zero
    people, rows, columns = values[rows, columns], rows + top, columns + left
    a, b, c, d, e, f = raster.affine
    x, y = c + a * (columns + 0.5) + b * (rows + 0.5), f + d * (columns + 0.5) + e * (rows + 0.5)
    inside = np.ones(len(people), dtype=bool)
    if wanted is not None:
        inside = (x >= wanted[0]) & (x <= wanted[2]) & (y >= wanted[1]) & (y <= wanted[3])
    beyond, people = float(people[~inside].sum()), people[inside]
    cells = np.column_stack([rows[inside], columns[inside]]).astype(np.int64)
    below = values[values < 0]
    return _Part(people, cells, beyond, int(below.size), float(below.min(initial=0.0)))
