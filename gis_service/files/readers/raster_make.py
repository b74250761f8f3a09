"""Makes a cloud-optimised GeoTIFF of our own of a raster: the same cells, nothing else of the file.

A clean copy first, window by window, of cells, mask, system, place, palette and what the bands are called.
What else a file holds (metadata, overviews, references to other files) is left behind.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform
from rasterio.windows import Window

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.raster_limits import LONGEST_SIDE, RasterQuestion
from gis_service.files.readers.raster_open import NoData
from gis_service.files.readers.raster_sample import Figures, describe

TILE = 512
"""Cells of a side of a tile of our own."""
_WINDOW_BYTES = 64 << 20
_EXACT_BYTES = 2
"""Width of whole numbers up to which a float of 32 bits holds each of them."""
_PLAIN = frozenset(
    {ColorInterp.palette, ColorInterp.alpha, ColorInterp.red, ColorInterp.green, ColorInterp.blue}
)


def make(dataset: rasterio.DatasetReader, question: RasterQuestion) -> dict[str, object]:
    """Write our own file of a raster; tell what it holds, by all of its cells."""
    nodata = NoData(dataset, question)
    out = Path(str(question.out))
    draft = out.with_suffix(".draft.tif")
    figures = _copy(dataset, nodata, draft, question)
    told = describe(dataset, nodata, figures, question.kind)
    _optimise(draft, out, classes=told["kind"] == "classes")
    with rasterio.open(out, driver="GTiff") as made:
        # The system that was chosen, as it can be read again.
        told["crs"] = made.crs.to_wkt() if made.crs else None
    return told | {"exact": True, "preview": None}


def warp(dataset: rasterio.DatasetReader, question: RasterQuestion) -> dict[str, object]:
    """Write a raster of ours in another system, north up.

    Raises
    ------
    RefusedInput
        ``raster_too_large`` when it would become so.
    """
    system = rasterio.crs.CRS.from_wkt(question.crs)
    place, width, height = calculate_default_transform(
        dataset.crs, system, dataset.width, dataset.height, *dataset.bounds
    )
    if question.summed:
        # The grid ends within the cells of the edge: one cell more on every side takes their other parts.
        place, width, height = place @ Affine.translation(-1, -1), width + 2, height + 2
    with ExitStack() as stack:
        turned = _turned(dataset, question, stack, crs=system, transform=place, width=width, height=height)
        unpacked = width * height * turned.count * np.dtype(turned.dtypes[0]).itemsize
        limits = question.limits
        if (
            width * height > limits.cells
            or max(width, height) > LONGEST_SIDE
            or unpacked > limits.unpacked_bytes
        ):
            raise RefusedInput(
                ErrorCode.RASTER_WARP_TOO_LARGE, file=question.file, width=width, height=height
            )
        return make(turned, question)


def _turned(
    dataset: rasterio.DatasetReader,
    question: RasterQuestion,
    stack: ExitStack,
    **grid: Any,  # noqa: ANN401  of rasterio
) -> Any:  # noqa: ANN401  a raster as rasterio opens it
    """Lay a raster over another grid: bands that add up by sums, others by what lies between cells."""
    between = Resampling.nearest if question.kind == "classes" else Resampling.bilinear
    data = {at + 1 for at, kind in enumerate(dataset.colorinterp) if kind != ColorInterp.alpha}
    ways = {Resampling.sum if band in question.summed else between for band in data}
    is_bare = dataset.nodata is None and len(data) == dataset.count
    options = grid | {"dtype": _working_type(dataset, question), "warp_mem_limit": 64}
    if len(ways) > 1 and is_bare:
        # Each way fills other cells at the edge: there is no one band to say which have data.
        options["nodata"] = np.nan
    else:
        # Corners that the turned raster does not fill are no data; without a value for it, a band says so.
        options["add_alpha"] = is_bare
    opened = {way: stack.enter_context(WarpedVRT(dataset, resampling=way, **options)) for way in sorted(ways)}
    if len(opened) == 1:
        return next(iter(opened.values()))
    return _TwoWays(opened[between], opened[Resampling.sum], question.summed)


class _TwoWays:
    """A raster that was laid over another grid in two ways, of which each band has its own.

    Parameters
    ----------
    between, sums
        The same raster in both ways.
    summed
        Bands that are taken from ``sums``.
    """

    def __init__(self, between: WarpedVRT, sums: WarpedVRT, summed: Sequence[int]) -> None:
        self._between, self._sums, self._summed = between, sums, [band - 1 for band in summed]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  of rasterio
        return getattr(self._between, name)

    def read(self, *, window: Window) -> NDArray[np.generic]:
        """Give the cells of all bands."""
        cells: NDArray[np.generic] = self._between.read(window=window)
        sums = self._sums.read(window=window)
        if ColorInterp.alpha in self._between.colorinterp:
            alpha = self._between.colorinterp.index(ColorInterp.alpha)
            # Only a sum reaches so far out: the other bands have nothing there.
            cells[:, cells[alpha] == 0] = np.nan
            cells[alpha] = sums[alpha]
        cells[self._summed] = sums[self._summed]
        return cells


def _working_type(dataset: rasterio.DatasetReader, question: RasterQuestion) -> str | None:
    """Give the type of the cells that are made; parts of a few whole persons would be rounded away."""
    kind = np.dtype(dataset.dtypes[0])
    if not question.summed or kind.kind == "f":
        return None
    return "float32" if kind.itemsize <= _EXACT_BYTES else "float64"


def windows(width: int, height: int, row_bytes: int) -> Iterator[Window]:
    """Cut a raster into windows of whole tiles of ours, each of some 64 MiB at most.

    Parameters
    ----------
    row_bytes
        Of all bands of one cell.
    """
    across = max(TILE, _WINDOW_BYTES // (TILE * row_bytes) // TILE * TILE)
    for top in range(0, height, TILE):
        for left in range(0, width, across):
            yield Window(left, top, min(across, width - left), min(TILE, height - top))


def _copy(
    dataset: rasterio.DatasetReader, nodata: NoData, draft: Path, question: RasterQuestion
) -> list[Figures]:
    kind = np.dtype(dataset.dtypes[0])
    figures = [Figures() for _ in range(dataset.count)]
    system = rasterio.crs.CRS.from_wkt(question.crs) if question.crs else dataset.crs
    with ExitStack() as stack:
        copy = stack.enter_context(
            rasterio.open(
                draft,
                "w",
                driver="GTiff",
                width=dataset.width,
                height=dataset.height,
                count=dataset.count,
                dtype=kind,
                crs=system,
                transform=dataset.transform,
                nodata=None if nodata.value is None else nodata.value,
                tiled=True,
                blockxsize=TILE,
                blockysize=TILE,
                compress="lzw",
                BIGTIFF="IF_SAFER",
            )
        )
        _name(dataset, copy)
        for window in windows(dataset.width, dataset.height, kind.itemsize * dataset.count):
            cells = dataset.read(window=window)
            copy.write(cells, window=window)
            mask = nodata.mask(window)
            if mask is not None:
                copy.write_mask(mask, window=window)
            known = nodata.known(cells, window)
            for band in range(dataset.count):
                figures[band].add(cells[band], known[band])
    return figures


def _name(dataset: rasterio.DatasetReader, copy: rasterio.io.DatasetWriter) -> None:
    """Take over what the bands are and are called."""
    if set(dataset.colorinterp) & _PLAIN:
        copy.colorinterp = dataset.colorinterp
    if dataset.colorinterp[0] is ColorInterp.palette:
        copy.write_colormap(1, dataset.colormap(1))
    for number in range(dataset.count):
        if text := dataset.descriptions[number]:
            copy.set_band_description(number + 1, text)
    if any(dataset.units):
        copy.units = [unit or "" for unit in dataset.units]
    if set(dataset.scales) != {1.0} or set(dataset.offsets) != {0.0}:
        copy.scales, copy.offsets = dataset.scales, dataset.offsets


def _optimise(draft: Path, out: Path, *, classes: bool) -> None:
    rasterio.shutil.copy(
        draft,
        out,
        driver="COG",
        BLOCKSIZE=str(TILE),
        COMPRESS="DEFLATE",
        PREDICTOR="YES",
        OVERVIEWS="IGNORE_EXISTING",
        OVERVIEW_RESAMPLING="NEAREST" if classes else "AVERAGE",
        BIGTIFF="IF_SAFER",
        STATISTICS="NO",
    )
    draft.unlink()
