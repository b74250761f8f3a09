"""Reads rasters window by window: a file of any size takes the memory of one window."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyproj
import rasterio
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from gis_service.errors import ErrorCode, NotFound, RefusedInput
from gis_service.types import BBox, Floats

BAND_MARK = "|band="
"""Separates a raster from the band that is meant: ``people.tif|band=2``."""
RASTER_SUFFIXES = frozenset({".tif", ".tiff", ".vrt", ".img", ".asc"})
Cells = tuple[int, int, int, int]
"""A window of a raster: its first row and column, and how many of both."""
_CELLS = 2_000_000
_CACHE_BYTES = 128 * 2**20
"""What GDAL may keep of the blocks it has read; its own default is a twentieth of the machine."""
_ASIDE = (ColorInterp.alpha,)
"""Bands that tell where there is data, not what."""


@dataclass(frozen=True, slots=True)
class RasterSource:
    """One band of a raster, and how it is read.

    Parameters
    ----------
    path
        Of the file; ``FILE|band=2`` chooses a band of several.
    nodata
        As of `open_raster`.
    name
        What refusals call it; the path when None.
    most_cells
        Cells above zero that are taken in at most; None for any number.
    """

    path: str
    nodata: float | None = None
    name: str | None = None
    most_cells: int | None = None

    def require_few(self, cells: int) -> None:
        """Refuse more cells than may be taken in.

        Raises
        ------
        RefusedInput
            ``raster_cells_too_many``.
        """
        if self.most_cells is not None and cells > self.most_cells:
            name = self.path if self.name is None else self.name
            raise RefusedInput(ErrorCode.RASTER_CELLS_TOO_MANY, path=name, most=self.most_cells)


@dataclass(frozen=True)
class OpenRaster:
    """One band of a raster that is being read.

    Parameters
    ----------
    path
        Of the file, or what it is called.
    crs
        System of the raster; any.
    affine
        ``(a, b, c, d, e, f)`` with ``x = a col + b row + c`` and ``y = d col + e row + f``.
    shape
        Rows and columns.
    extent
        Box of the whole raster: west, south, east, north.
    nodata
        What means "no data" in the file, as it would be written; ``-`` when nothing does.
    """

    path: str
    crs: pyproj.CRS
    affine: tuple[float, float, float, float, float, float]
    shape: tuple[int, int]
    extent: BBox
    nodata: str
    _dataset: rasterio.DatasetReader
    _band: int
    _nodata_said: float | None

    def read(self, top: int, left: int, rows: int, columns: int) -> Floats:
        """Read a window of the band.

        Returns
        -------
        Floats
            ``(rows, columns)`` values by the scale and offset of the band; nan where there is no data.

        Raises
        ------
        RefusedInput
            ``table_unreadable``.
        """
        window = Window(left, top, columns, rows)
        try:
            return self._values(window)
        except RasterioIOError as error:
            reason = str(error).replace(self._dataset.name, self.path)
            raise RefusedInput(ErrorCode.TABLE_UNREADABLE, path=self.path, reason=reason) from error

    def strips(self, window: Cells | None = None) -> Iterator[tuple[int, int]]:
        """Give first row and rows of strips of about two million cells, whole blocks if possible.

        Parameters
        ----------
        window
            The part of the raster that is read; all of it when None.
        """
        first, _, height, width = (0, 0, *self.shape) if window is None else window
        block = int(self._dataset.block_shapes[self._band - 1][0])
        rows = max(1, _CELLS // max(1, width))
        rows = max(rows - rows % block, block) if block * width <= 2 * _CELLS else rows
        # Strips end where rows of blocks end, wherever the window begins.
        tops = [first, *range(first - first % rows + rows, first + height, rows)] if height else []
        for top, end in pairwise([*tops, first + height]):
            yield top, end - top

    def _values(self, window: Window) -> Floats:
        raster, band, said = self._dataset, self._band, self._nodata_said
        raw = raster.read(band, window=window)
        if said is None:
            known = raster.read_masks(band, window=window) > 0
        else:
            known = raw != _in_type(said, raw.dtype)
            if MaskFlags.nodata not in raster.mask_flag_enums[band - 1]:  # a mask that says nothing of values
                known &= raster.read_masks(band, window=window) > 0
        values: Floats = raw.astype(np.float64)
        scale, offset = raster.scales[band - 1], raster.offsets[band - 1]
        if (scale, offset) != (1.0, 0.0):
            values = values * scale + offset
        values[~(known & np.isfinite(values))] = np.nan
        return values


def is_raster(source: str) -> bool:
    """Tell by its name whether a file is a raster, with a band named or not."""
    return Path(str(source).partition(BAND_MARK)[0]).suffix.lower() in RASTER_SUFFIXES


@contextmanager
def open_raster(source: str, nodata: float | None = None, name: str | None = None) -> Iterator[OpenRaster]:
    """Open one band of a raster.

    Parameters
    ----------
    source
        Path of the file; ``FILE|band=2`` chooses a band of several.
    nodata
        Value that means "no data" instead of the one that the file declares, before scale and offset.
    name
        What refusals call it; the path when None.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``table_unreadable``, ``crs_missing``, and ``raster_band`` for a band that is not there or for several
        of which none was chosen.
    """
    text, _, asked = str(source).partition(BAND_MARK)
    if not Path(text).is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=text)
    shown = text if name is None else name
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES), _opened(text, shown) as dataset:
        if dataset.crs is None:
            raise RefusedInput(ErrorCode.CRS_MISSING, name=shown)
        band, t = _band(dataset, shown, asked), dataset.transform
        yield OpenRaster(
            path=shown,
            crs=pyproj.CRS.from_wkt(dataset.crs.to_wkt()),
            affine=(t.a, t.b, t.c, t.d, t.e, t.f),
            shape=(dataset.height, dataset.width),
            extent=_extent(dataset),
            nodata=_written(dataset, band, nodata),
            _dataset=dataset,
            _band=band,
            _nodata_said=nodata,
        )


def _opened(path: str, shown: str) -> rasterio.DatasetReader:
    try:
        return rasterio.open(path)
    except RasterioIOError as error:
        # What GDAL says of it names the file.
        reason = str(error).replace(path, shown)
        raise RefusedInput(ErrorCode.TABLE_UNREADABLE, path=shown, reason=reason) from error


def written_as(raster: OpenRaster, value: float) -> str:
    """Write a value so that ``--nodata`` finds the cells that hold it: the shortest number of its type."""
    kind = np.dtype(raster._dataset.dtypes[raster._band - 1])  # noqa: SLF001  of this file
    return str(kind.type(value)) if kind.kind == "f" else f"{value:g}"


def _band(dataset: rasterio.DatasetReader, path: str, asked: str) -> int:
    there = [number for number, kind in enumerate(dataset.colorinterp, 1) if kind not in _ASIDE]
    if not asked and len(there) == 1:
        return there[0]
    if asked.strip().isdigit() and int(asked) in there:
        return int(asked)
    names = [dataset.descriptions[number - 1] for number in there]
    shown = ", ".join(
        f"{number} ({name})" if name else str(number) for number, name in zip(there, names, strict=True)
    )
    raise RefusedInput(
        ErrorCode.RASTER_BAND,
        path=path,
        asked=asked or "-",
        bands=shown,
        example=f"{path}{BAND_MARK}{there[0]}",
    )


def _extent(dataset: rasterio.DatasetReader) -> BBox:
    """Give the box of a raster, of a rotated one too: that of its four corners."""
    rows, columns = (0, 0, dataset.height, dataset.height), (0, dataset.width, 0, dataset.width)
    corners = [dataset.transform @ (column, row) for row, column in zip(rows, columns, strict=True)]
    x, y = [float(corner[0]) for corner in corners], [float(corner[1]) for corner in corners]
    return (min(x), min(y), max(x), max(y))


def _written(dataset: rasterio.DatasetReader, band: int, said: float | None) -> str:
    value = dataset.nodatavals[band - 1] if said is None else said
    return "-" if value is None else f"{value:g}"


def _in_type(value: float, kind: "np.dtype[np.generic]") -> np.generic | float:
    """Give a value as cells of a type hold it; one that no cell can hold stays as it is and equals none."""
    with np.errstate(over="ignore"):
        return kind.type(value) if kind.kind == "f" else value
