"""Opens a GeoTIFF in its reader process and refuses what must not be read, before any cell is."""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Compression, MaskFlags
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.raster_limits import BLOCK_BYTES, LONGEST_SIDE, MOST_BANDS, RasterQuestion
from gis_service.files.readers.raster_mbtiles import opened_tiles
from gis_service.files.readers.raster_tags import declared_nodata
from gis_service.types import Bools

_MIB = 2**20
_MILLION = 1_000_000
_FEW_CLASSES = 64
_FITTING = frozenset(
    ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64")
)


@contextmanager
def opened(question: RasterQuestion) -> Iterator[rasterio.DatasetReader]:
    """Open a GeoTIFF, or an MBTiles of pictures as one raster, of which the header is acceptable.

    Raises
    ------
    RefusedInput
        ``raster_too_large``, ``raster_block_too_large``, ``raster_type_unfit``, ``raster_rotated``,
        ``raster_not_placed``; of an MBTiles as :func:`opened_tiles`.
    rasterio.errors.RasterioIOError
        For what is no GeoTIFF.
    """
    if question.pictures:
        with opened_tiles(question) as tiles:
            _check_size(tiles, question)
            yield tiles
        return
    # Only what stands in the file itself tells where it lies: no world file, no .aux.xml.
    with ExitStack() as stack:
        with warnings.catch_warnings():
            # That it has no place is found below, and refused.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            dataset = stack.enter_context(
                rasterio.open(question.path, driver="GTiff", GEOREF_SOURCES="INTERNAL")
            )
        _check_size(dataset, question)
        _check_type(dataset, question.file)
        if question.task != "warp":
            _check_place(dataset, question.file)
        yield dataset


def _check_size(dataset: rasterio.DatasetReader, question: RasterQuestion) -> None:
    limits = question.limits
    width, height, bands = dataset.width, dataset.height, dataset.count
    cell = max(np.dtype(kind).itemsize for kind in dataset.dtypes)
    unpacked = width * height * bands * cell
    fits = (
        width * height <= limits.cells
        and max(width, height) <= LONGEST_SIDE
        and bands <= MOST_BANDS
        and unpacked <= limits.unpacked_bytes
    )
    if not fits:
        raise RefusedInput(
            ErrorCode.RASTER_TOO_LARGE,
            file=question.file,
            width=width,
            height=height,
            bands=bands,
            mb=f"{unpacked / _MIB:,.0f}",
            limit_mpix=f"{limits.cells / _MILLION:,.0f}",
            limit_side=LONGEST_SIDE,
            limit_bands=MOST_BANDS,
            limit_mb=f"{limits.unpacked_bytes / _MIB:,.0f}",
        )
    together = bands if dataset.interleaving is not None and dataset.interleaving.value == "PIXEL" else 1
    rows, columns = max(dataset.block_shapes, key=lambda shape: shape[0] * shape[1])
    block = rows * columns * cell * together
    if block > BLOCK_BYTES:
        raise RefusedInput(
            ErrorCode.RASTER_BLOCK_TOO_LARGE,
            file=question.file,
            rows=rows,
            columns=columns,
            mb=f"{block / _MIB:,.0f}",
            limit_mb=BLOCK_BYTES // _MIB,
        )


def _check_type(dataset: rasterio.DatasetReader, file: str) -> None:
    unfit = sorted(set(dataset.dtypes) - _FITTING)
    if unfit or len(set(dataset.dtypes)) > 1:
        found = ", ".join(unfit or sorted(set(dataset.dtypes)))
        raise RefusedInput(ErrorCode.RASTER_TYPE_UNFIT, file=file, found=found)


def _check_place(dataset: rasterio.DatasetReader, file: str) -> None:
    place: Affine = dataset.transform
    if place.is_identity:
        points = dataset.gcps[0] or ()
        if points or dataset.rpcs:
            how = f"{len(points)} GCP" if points else "RPC"
            raise RefusedInput(ErrorCode.RASTER_ROTATED, file=file, how=how)
        raise RefusedInput(ErrorCode.RASTER_NOT_PLACED, file=file)
    numbers = (place.a, place.b, place.c, place.d, place.e, place.f)
    if not np.isfinite(numbers).all() or not place.a or not place.e:
        if place.b and place.d and np.isfinite(numbers).all():
            raise RefusedInput(ErrorCode.RASTER_ROTATED, file=file, how="90°")
        raise RefusedInput(ErrorCode.RASTER_NOT_PLACED, file=file)
    if place.b or place.d:
        angle = float(np.degrees(np.arctan2(place.d, place.a)))
        raise RefusedInput(ErrorCode.RASTER_ROTATED, file=file, how=f"{angle:.4g}°")


class NoData:
    """Tells which cells have data.

    Parameters
    ----------
    dataset
        The raster.
    question
        Says which value means "no data", where somebody has chosen one.

    Raises
    ------
    RefusedInput
        ``raster_nodata_unfit`` when no cell can hold the chosen value.
    """

    def __init__(self, dataset: rasterio.DatasetReader, question: RasterQuestion) -> None:
        self._dataset = dataset
        self._kind = np.dtype(dataset.dtypes[0])
        self._said = question.nodata_said
        told = None if question.task == "warp" else declared_nodata(Path(question.path))
        self.unfit = told if told is not None and not fits(told, self._kind) else None
        if self._said and question.nodata is not None and not fits(question.nodata, self._kind):
            raise RefusedInput(
                ErrorCode.RASTER_NODATA_UNFIT,
                file=question.file,
                nodata=question.nodata,
                dtype=str(self._kind),
            )
        # A GeoTIFF has one such value for all of its bands.
        fitting = [value for value in dataset.nodatavals if value is not None and fits(value, self._kind)]
        self.value: float | None = question.nodata if self._said else (fitting[0] if fitting else None)
        flags = {flag for band in dataset.mask_flag_enums for flag in band}
        self.has_alpha = ColorInterp.alpha in dataset.colorinterp
        self.has_mask = MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags and not self.has_alpha

    @property
    def manner(self) -> str:
        """How "no data" is told."""
        if self.has_alpha:
            return "alpha"
        if self.has_mask:
            return "mask"
        return "none" if self.value is None else "nodata"

    def mask(self, window: Window) -> NDArray[np.uint8] | None:
        """Give the mask of a window, 0 for no data; None where the raster has none of its own."""
        if not self.has_mask:
            return None
        found: NDArray[np.uint8] = self._dataset.read_masks(1, window=window)
        return found

    def known(self, cells: NDArray[np.generic], window: Window) -> Bools:
        """Tell for ``(bands, rows, columns)`` cells of a window which have data."""
        known: Bools = np.isfinite(cells) if self._kind.kind == "f" else np.ones(cells.shape, dtype=bool)
        if self.value is not None and np.isfinite(self.value):
            known &= cells != self._kind.type(self.value)
        mask = self.mask(window)
        if mask is not None:
            known &= mask > 0
        if self.has_alpha:
            alpha = self._dataset.colorinterp.index(ColorInterp.alpha)
            around = known[alpha].copy()
            known &= cells[alpha] > 0
            known[alpha] = around
        return known

    def written(self) -> str | None:
        """Write the value as a number of the type."""
        return None if self.value is None else shown(self.value, self._kind)


def fits(value: float, kind: "np.dtype[np.generic]") -> bool:
    """Tell whether a cell of a type can hold a value."""
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            return bool(not np.isfinite(value) or np.isfinite(kind.type(value)))
    bounds = np.iinfo(str(kind))
    return float(value).is_integer() and bounds.min <= value <= bounds.max


def shown(value: float, kind: "np.dtype[np.generic]") -> str:
    """Write a value as the shortest number of its type."""
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            return str(kind.type(value))
    return str(int(value)) if float(value).is_integer() else f"{value:g}"


def is_classes(dataset: rasterio.DatasetReader, found: set[int] | None) -> bool:
    """Guess whether cells hold classes: a palette, or whole numbers in one band of which few are in use.

    Parameters
    ----------
    found
        Numbers that were seen; None for more than are counted.
    """
    if ColorInterp.palette in dataset.colorinterp:
        return True
    plain = [kind for kind in dataset.colorinterp if kind != ColorInterp.alpha]
    whole = np.dtype(dataset.dtypes[0]).kind in "iu"
    lossy = dataset.compression in (Compression.jpeg, Compression.webp)
    return whole and not lossy and len(plain) == 1 and found is not None and len(found) <= _FEW_CLASSES
