"""Looks at lines of a raster: figures of its bands, what its cells may be, a small picture.

Single lines at full resolution, never a reduced reading: that would ask the overviews, and a hostile file
says that they lie in another file.
"""

import base64
import struct
import time
import zlib
from dataclasses import dataclass, field

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.windows import Window

from gis_service.crs_text import settled_system
from gis_service.files.readers.raster_limits import PREVIEW_CELLS, Kind, RasterQuestion
from gis_service.files.readers.raster_mbtiles import PictureTiles
from gis_service.files.readers.raster_open import NoData, is_classes, shown
from gis_service.types import Bools

_SHARE_OF_TIME = 0.5
_LONGEST_S = 10.0
_COUNTED = 256
_STRETCHED = (2.0, 98.0)
_TEXT = 200

Cells = NDArray[np.generic]


@dataclass(slots=True)
class Figures:
    """Figures of one band, added up piece by piece."""

    least: float = np.inf
    most: float = -np.inf
    total: float = 0.0
    with_data: int = 0
    seen: int = 0
    found: set[int] | None = field(default_factory=set)

    def add(self, cells: Cells, known: Bools) -> None:
        """Take in cells, of which some have data."""
        self.seen += cells.size
        values = cells[known]
        if not values.size:
            return
        self.with_data += values.size
        self.least = min(self.least, float(values.min()))
        self.most = max(self.most, float(values.max()))
        self.total += float(values.sum(dtype=np.float64))
        if self.found is not None and values.dtype.kind in "iu":
            self.found |= {int(value) for value in np.unique(values)[: _COUNTED + 1]}
            if len(self.found) > _COUNTED:
                self.found = None

    def told(self) -> dict[str, float | None]:
        """Write the figures; nothing where no cell has data."""
        any_ = self.with_data > 0
        return {
            "min": self.least if any_ else None,
            "max": self.most if any_ else None,
            "mean": self.total / self.with_data if any_ and np.isfinite(self.total) else None,
            "known": self.with_data / max(1, self.seen),
        }


def describe(
    dataset: rasterio.DatasetReader, nodata: NoData, figures: list[Figures], kind: Kind | None
) -> dict[str, object]:
    """Write what is known of a raster, in the shape of :class:`RasterContents` without sample and preview."""
    t = dataset.transform
    dtype = np.dtype(dataset.dtypes[0])
    bands = [
        {
            "dtype": str(dtype),
            "nodata": nodata.written(),
            "about": _about(dataset, number),
            "scale": float(dataset.scales[number]),
            "offset": float(dataset.offsets[number]),
            **figures[number].told(),
        }
        for number in range(dataset.count)
    ]
    guessed: Kind = "classes" if is_classes(dataset, figures[0].found) else "values"
    return {
        "width": dataset.width,
        "height": dataset.height,
        "affine": [t.a, t.b, t.c, t.d, t.e, t.f],
        "crs": settled_system(dataset.crs.to_wkt() if dataset.crs else None),
        "bands": bands,
        "kind": kind or guessed,
        "masked": nodata.manner,
        "nodata_unfit": None if nodata.unfit is None else shown(nodata.unfit, dtype),
        "pages": max(0, len(dataset.subdatasets) - 1),
        "said": dataset.said if isinstance(dataset, PictureTiles) else {},
    }


def inspect(dataset: rasterio.DatasetReader, question: RasterQuestion) -> dict[str, object]:
    """Describe a raster by at most 256 of its lines, as many as there is time for."""
    nodata = NoData(dataset, question)
    height, width = dataset.height, dataset.width
    rows = _spread(height)
    columns = _spread(width)
    figures = [Figures() for _ in range(dataset.count)]
    picture = np.zeros((dataset.count, len(rows), len(columns)), dtype=dataset.dtypes[0])
    drawn = np.zeros(picture.shape, dtype=bool)
    until = time.monotonic() + min(_LONGEST_S, question.limits.seconds * _SHARE_OF_TIME)
    looked = 0
    for place, row in enumerate(rows):
        window = Window(0, int(row), width, 1)
        cells = dataset.read(window=window)
        known = nodata.known(cells, window)
        for band in range(dataset.count):
            figures[band].add(cells[band], known[band])
        picture[:, place], drawn[:, place] = cells[:, 0, columns], known[:, 0, columns]
        looked += 1
        if time.monotonic() > until:
            break
    told = describe(dataset, nodata, figures, question.kind)
    return told | {"exact": looked == height, "preview": _picture(dataset, picture, drawn, told["kind"])}


def _spread(count: int) -> NDArray[np.intp]:
    """Give at most 256 numbers below a count, evenly."""
    few = min(count, PREVIEW_CELLS)
    return ((np.arange(few) + 0.5) * count / few).astype(np.intp)


def _about(dataset: rasterio.DatasetReader, number: int) -> dict[str, str]:
    told = {
        "description": dataset.descriptions[number],
        "unit": dataset.units[number],
        "role": dataset.colorinterp[number].name,
    }
    return {name: str(value)[:_TEXT] for name, value in told.items() if value}


def _picture(dataset: rasterio.DatasetReader, cells: Cells, known: Bools, kind: object) -> str:
    """Draw what was seen: by its palette, as a photograph, or in greys between its usual values."""
    roles = list(dataset.colorinterp)
    shade = np.zeros((*cells.shape[1:], 4), dtype=np.uint8)
    if roles[0] is ColorInterp.palette:
        colours = np.zeros((_COUNTED, 4), dtype=np.uint8)
        for value, colour in dataset.colormap(1).items():
            if 0 <= value < _COUNTED:
                colours[value] = colour
        shade[:] = colours[np.clip(cells[0].astype(np.int64), 0, _COUNTED - 1)]
        shown_bands = [0]
    elif {ColorInterp.red, ColorInterp.green, ColorInterp.blue} <= set(roles):
        shown_bands = [roles.index(role) for role in (ColorInterp.red, ColorInterp.green, ColorInterp.blue)]
        for place, band in enumerate(shown_bands):
            shade[..., place] = (
                cells[band] if cells.dtype == np.uint8 else _grey(cells[band], known[band], kind)
            )
        shade[..., 3] = 255
    else:
        shown_bands = [0]
        shade[..., :3] = _grey(cells[0], known[0], kind)[..., None]
        shade[..., 3] = 255
    shade[~known[shown_bands].any(axis=0), 3] = 0
    return base64.b64encode(_png(shade)).decode("ascii")


def _grey(cells: Cells, known: Bools, kind: object) -> NDArray[np.uint8]:
    values = cells.astype(np.float64)
    if not known.any():
        return np.zeros(cells.shape, dtype=np.uint8)
    share = (0.0, 100.0) if kind == "classes" else _STRETCHED
    low, high = np.percentile(values[known], share)
    values[~known] = low
    grey: NDArray[np.uint8] = (np.clip((values - low) / (high - low or 1.0), 0, 1) * 255).astype(np.uint8)
    return grey


def _png(shade: NDArray[np.uint8]) -> bytes:
    """Write (rows, columns, 4) red, green, blue, alpha as PNG: GDAL knows no PNG in this process."""
    height, width = shade.shape[:2]
    lines = np.concatenate([np.zeros((height, 1), np.uint8), shade.reshape(height, -1)], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
