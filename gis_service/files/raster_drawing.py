"""Draws a square of the map from a raster that is open: warped by GDAL, coloured here, written as a picture.

What is read is a cloud-optimised GeoTIFF of our own making, never a stranger's file: those are read in a
closed-in process, which makes ours of them (``files/readers/raster_make.py``).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.io import MemoryFile
from rasterio.vrt import WarpedVRT

from gis_service.crs import TILE_SRID
from gis_service.files.raster_colours import COLORMAPS, STEPS, hex_of, ramp, wheel
from gis_service.types import Bools, Floats

__all__ = ["COLORMAPS", "Drawing", "Ends", "Kind", "Picture", "draw_tile", "legend_colours", "read_tile"]

Ends = tuple[float, float]
"""Value of the first colour, and of the last."""
Picture = Literal["png", "webp"]
Kind = Literal["measures", "photograph", "palette", "classes"]
PIXELS = 256
"""Of a side of a tile."""
_HALF_WORLD_M = math.pi * 6_378_137.0
_MEMORY_MB = 64
_LEGEND_STEPS = 5
_LEGEND_CLASSES = 32
_SHADE = NDArray[np.uint8]
_WRITTEN: Mapping[Picture, tuple[str, Mapping[str, str]]] = {
    # Level 3 packs in a quarter of the time of the usual 6, into a tenth more.
    "png": ("PNG", {"ZLEVEL": "3"}),
    # Without loss, so that a colour is the one that the legend shows.
    "webp": ("WEBP", {"LOSSLESS": "YES"}),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a raster is drawn, with nothing left open.

    Parameters
    ----------
    kind
        ``measures`` by a ramp between two ends; ``photograph`` of three bands; ``palette`` by the colours of
        the file; ``classes`` by colours that are told apart.
    bands
        Numbers of the bands that are read, in order.
    ends
        One pair for measures, one for each band of a photograph, none for classes.
    colormap
        Name of the ramp of measures; None otherwise.
    nearest
        Whether cells are taken as they are, as codes have to be, and not mixed with their neighbours.
    nodata
        Value of cells that are left out, as the file holds it, in place of its own.
    formula
        What is computed of the bands, as text; empty when the band itself is drawn.
    compute
        Gives it from the values of the bands by number, nan where there is no data.
    """

    kind: Kind
    bands: tuple[int, ...]
    ends: tuple[Ends, ...]
    colormap: str | None
    nearest: bool
    nodata: float | None = None
    formula: str = ""
    compute: Callable[[Mapping[int, Floats]], Floats] | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from any other drawing."""
        return self.kind, self.bands, self.ends, self.colormap, self.nearest, self.nodata, self.formula


def draw_tile(
    dataset: rasterio.DatasetReader, drawing: Drawing, zxy: tuple[int, int, int], picture: Picture
) -> bytes:
    """Draw one tile; empty where the raster has no data.

    Parameters
    ----------
    dataset
        An open raster of ours.
    drawing
        How it is drawn.
    zxy
        Zoom, column, row of WebMercatorQuad.
    picture
        Format of the picture.
    """
    values = read_tile(dataset, drawing, zxy)
    shade = np.zeros((4, PIXELS, PIXELS), dtype=np.uint8)
    # One band may be shown as several colours, so that a grey photograph stays grey.
    shown = [values[band] for band in drawing.bands] if drawing.compute is None else [drawing.compute(values)]
    known: Bools = np.logical_and.reduce([~np.isnan(one) for one in shown])
    if not known.any():
        return b""
    shade[3][known] = 255
    colours = _colours(dataset, drawing, [one[known] for one in shown])
    for part in range(3):
        shade[part][known] = colours[:, part]
    if colours.shape[1] > 3:  # noqa: PLR2004  colours of a palette may be transparent
        shade[3][known] = colours[:, 3]
    return _written(shade, picture, _place(zxy)) if shade[3].any() else b""


def read_tile(
    dataset: rasterio.DatasetReader, drawing: Drawing, zxy: tuple[int, int, int]
) -> dict[int, Floats]:
    """Read the bands of a drawing on the pixels of a tile.

    Returns
    -------
    ``(256, 256)`` values by band, by its scale and offset; nan where there is no data.
    """
    nodata = dataset.nodata if drawing.nodata is None else drawing.nodata
    alpha = dataset.colorinterp.index(ColorInterp.alpha) + 1 if _has_alpha(dataset) else None
    # Values tell of each band by itself where it has no data. What a mask or the rim leaves out has to be
    # told by a band: a mask that is asked for by itself warps everything once more.
    adds = alpha is None and nodata is None
    with WarpedVRT(
        dataset,
        crs=_mercator(),
        transform=_place(zxy),
        width=PIXELS,
        height=PIXELS,
        resampling=Resampling.nearest if drawing.nearest else Resampling.bilinear,
        add_alpha=adds,
        warp_mem_limit=_MEMORY_MB,
        # A cell is left out of the bands that have no data for it, and never mixed into their neighbours.
        **({} if nodata is None else {"src_nodata": nodata, "nodata": nodata, "UNIFIED_SRC_NODATA": "NO"}),
    ) as warped:
        masks = [warped.count] if adds else [] if alpha is None else [alpha]
        cells = warped.read([*drawing.bands, *masks])
    left_out = cells[-1] == 0 if masks else np.zeros((PIXELS, PIXELS), dtype=bool)
    found = {}
    for number, held in zip(drawing.bands, cells[: len(drawing.bands)], strict=True):
        values: Floats = held.astype(np.float64)
        values[left_out | ~np.isfinite(values)] = np.nan
        if nodata is not None:
            values[held == _in_type(nodata, held.dtype)] = np.nan
        found[number] = values * dataset.scales[number - 1] + dataset.offsets[number - 1]
    return found


def _has_alpha(dataset: rasterio.DatasetReader) -> bool:
    return ColorInterp.alpha in dataset.colorinterp


def _in_type(value: float, kind: "np.dtype[Any]") -> np.generic:
    """Give a value as cells of a type hold it."""
    with np.errstate(over="ignore"):
        held: np.generic = kind.type(value)
        return held


def legend_colours(
    dataset: rasterio.DatasetReader, drawing: Drawing, ends: Ends | None
) -> tuple[tuple[float, str], ...]:
    """Give values and their colours, rising: five of measures, every class, none of a photograph.

    Parameters
    ----------
    dataset, drawing
        As of `draw_tile`.
    ends
        Lowest and highest value of the band; classes are looked for between them.
    """
    if drawing.kind == "photograph":
        return ()
    if drawing.kind == "measures":
        (low, high), colours = drawing.ends[0], ramp(drawing.colormap or "")
        shares = np.linspace(0, 1, _LEGEND_STEPS)
        return tuple(
            (float(low + share * (high - low)), hex_of(colours[round(share * (STEPS - 1))]))
            for share in shares
        )
    low, high = (0, -1) if ends is None else (int(ends[0]), int(ends[1]))
    codes = np.arange(low, min(high, low + STEPS - 1) + 1)
    found = _class_colours(dataset, drawing, codes.astype(np.float64))
    shown = [(float(code), hex_of(one)) for code, one in zip(codes, found, strict=True) if _is_seen(one)]
    return tuple(shown[:_LEGEND_CLASSES])


def _colours(dataset: rasterio.DatasetReader, drawing: Drawing, values: list[Floats]) -> _SHADE:
    """Give the colours, (n, 3) or with alpha (n, 4), of the cells with data."""
    if drawing.kind == "measures":
        return ramp(drawing.colormap or "")[_steps(values[0], drawing.ends[0])]
    if drawing.kind == "photograph":
        parts = [_steps(one, ends) for one, ends in zip(values, drawing.ends, strict=True)]
        return np.column_stack(parts).astype(np.uint8)
    return _class_colours(dataset, drawing, values[0])


def _class_colours(dataset: rasterio.DatasetReader, drawing: Drawing, codes: Floats) -> _SHADE:
    whole = np.rint(codes).astype(np.int64)
    if drawing.kind == "classes":
        colours = wheel()
        return colours[whole % len(colours)]
    table = np.zeros((STEPS, 4), dtype=np.uint8)
    for code, colour in dataset.colormap(drawing.bands[0]).items():
        if 0 <= code < STEPS:
            table[code] = colour
    return table[np.clip(whole, 0, STEPS - 1)]


def _steps(values: Floats, ends: Ends) -> NDArray[np.int64]:
    """Give the number of the colour of each value, 0..255; what lies beyond the ends has their colours."""
    low, high = ends
    share = (values - low) / (high - low) if high > low else np.zeros(values.shape)
    return np.rint(np.clip(share, 0.0, 1.0) * (STEPS - 1)).astype(np.int64)


def _is_seen(colour: NDArray[np.uint8]) -> bool:
    return len(colour) == 3 or bool(colour[3])  # noqa: PLR2004  without a part for alpha


def _written(shade: _SHADE, picture: Picture, place: Affine) -> bytes:
    driver, options = _WRITTEN[picture]
    with (
        rasterio.Env(GDAL_PAM_ENABLED="NO"),
        MemoryFile() as memory,
    ):
        # The place is not in the picture; without one rasterio warns that there is none.
        with memory.open(
            driver=driver, width=PIXELS, height=PIXELS, count=4, dtype="uint8", transform=place, **options
        ) as file:
            file.write(shade)
        return bytes(memory.read())


def _place(zxy: tuple[int, int, int]) -> Affine:
    zoom, column, row = zxy
    side = 2 * _HALF_WORLD_M / (1 << zoom)
    pixel = side / PIXELS
    return Affine(pixel, 0.0, -_HALF_WORLD_M + column * side, 0.0, -pixel, _HALF_WORLD_M - row * side)


def _mercator() -> CRS:
    return CRS.from_epsg(TILE_SRID)
