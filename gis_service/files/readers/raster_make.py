"""Makes a cloud-optimised GeoTIFF of our own of a raster: the same cells, nothing else of the file.

A clean copy first, window by window, of cells, mask, system, place, palette and what the bands are called.
What else a file holds (metadata, overviews, references to other files) is left behind.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
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
    with WarpedVRT(
        dataset,
        crs=system,
        transform=place,
        width=width,
        height=height,
        resampling=_resampling(question),
        dtype=_working_type(dataset, question),
        # Corners that the turned raster does not fill are no data; without a value for it, a band says so.
        add_alpha=dataset.nodata is None and ColorInterp.alpha not in dataset.colorinterp,
        warp_mem_limit=64,
    ) as turned:
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


def _resampling(question: RasterQuestion) -> Resampling:
    if question.kind == "classes":
        return Resampling.nearest
    return Resampling.sum if question.summed else Resampling.bilinear


def _working_type(dataset: rasterio.DatasetReader, question: RasterQuestion) -> str | None:
    """Give the type of the cells that are made; parts of a few whole persons would be rounded away."""
    is_whole = np.dtype(dataset.dtypes[0]).kind in "iu"
    return "float32" if question.summed and is_whole else None


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
