"""Small GeoTIFFs inside the city, made for tests."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning

from gis_service.files.readers.raster_contents import RasterContents, read_raster_contents
from gis_service.files.readers.raster_limits import RasterQuestion
from gis_service.files.readers.raster_make import make, warp
from gis_service.files.readers.raster_open import opened
from gis_service.files.readers.raster_sample import inspect

CELL_M = 10.0
WEST, NORTH = 590_000.0, 2_270_000.0
"""In EPSG:9209, near the middle of Thai Binh."""
PLACE = Affine(CELL_M, 0.0, WEST, 0.0, -CELL_M, NORTH)

SPARSE: dict[str, Any] = {"driver": "GTiff", "SPARSE_OK": True, "BIGTIFF": "YES", "dtype": "uint8"}
Cells = NDArray[Any]
_TASKS = {"inspect": inspect, "make": make, "warp": warp}


def cells_of(dtype: str = "uint8", bands: int = 1, rows: int = 64, columns: int = 64, seed: int = 1) -> Cells:
    """Give cells of any values of their type, (bands, rows, columns)."""
    draw = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return draw.normal(20, 8, (bands, rows, columns)).astype(dtype)
    bounds = np.iinfo(dtype)
    return draw.integers(bounds.min, bounds.max, (bands, rows, columns), dtype=dtype, endpoint=True)


def write_tif(path: Path, cells: Cells, mask: Cells | None = None, **profile: Any) -> Path:  # noqa: ANN401
    """Write cells as a GeoTIFF in the system of the city, unless something else is said."""
    bands, height, width = cells.shape
    told = {"crs": "EPSG:9209", "transform": PLACE, "driver": "GTiff", **profile}
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(path, "w", width=width, height=height, count=bands, dtype=cells.dtype, **told) as file,
    ):
        file.write(cells)
        if mask is not None:
            file.write_mask(mask)
    return path


def sparse(path: Path, width: int, height: int, bands: int = 1, **profile: Any) -> Path:  # noqa: ANN401
    """Write a file that claims cells and holds none."""
    told = {**SPARSE, "transform": PLACE, "crs": "EPSG:9209", **profile}
    with warnings.catch_warnings():
        # One without a place is written on purpose.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", width=width, height=height, count=bands, **told):
            pass
    return path


def cells_in(path: Path) -> Cells:
    """Read all cells of a file."""
    with rasterio.open(path) as file:
        found: Cells = file.read()
        return found


def answer_here(question: RasterQuestion, folder: Path) -> RasterContents:
    """Answer a question to the reader of rasters in this process instead of one of its own."""
    assert Path(question.path).parent == folder
    with warnings.catch_warnings(), opened(question) as dataset:
        # Of rasterio itself, when it warps.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return read_raster_contents(json.dumps(_TASKS[question.task](dataset, question)).encode())
