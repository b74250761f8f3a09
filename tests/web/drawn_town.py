"""A service with raster layers on the map, for tests over HTTP."""

import math
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from flask import Flask
from flask.testing import FlaskClient
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from gis_service.files.readers import raster_process
from gis_service.services.raster_load import load_raster
from gis_service.services.transactions import writing
from tests.raster_files import answer_here, write_tif
from tests.web.made_layers import both

ZOOM, COLUMN, ROW = 14, 13035, 7231
"""A tile in Thai Binh; the raster covers it exactly, 256 cells by 256, so that cells are pixels."""
HALF_WORLD_M = math.pi * 6_378_137.0
SIDE = 2 * HALF_WORLD_M / 2**ZOOM
CELL = SIDE / 256
WEST, NORTH = COLUMN * SIDE - HALF_WORLD_M, HALF_WORLD_M - ROW * SIDE
PLACE = Affine(CELL, 0, WEST, 0, -CELL, NORTH)
TILE = f"{ZOOM}/{ROW}/{COLUMN}"
BANDS = [
    {"name": "z", "unit": "m", "label": both("Độ cao", "Height")},
    {"name": "depth", "unit": "m", "label": both("Độ sâu", "Depth")},
]
HEIGHTS = np.arange(256 * 256, dtype=np.float32).reshape(256, 256) % 1000
DEPTHS = np.full((256, 256), 500.0, dtype=np.float32)
EMPTY = -9999.0
"""No data; of the first ten rows."""


def cells(shift: float = 0.0) -> NDArray[np.float32]:
    found = np.stack([HEIGHTS + shift, DEPTHS]).astype(np.float32)
    found[:, :10] = EMPTY
    return found


@dataclass(frozen=True)
class Town:
    """A service with raster layers of each visibility, a layer of two zones, and tokens by role."""

    app: Flask
    client: FlaskClient
    tokens: dict[str, dict[str, str]]
    folder: Path

    def load(self, layer: str, shift: float = 0.0) -> int:
        """Make another version of a raster."""
        context = self.app.extensions["gis"]
        file = write_tif(
            self.folder / "next.tif", cells(shift), crs="EPSG:3857", transform=PLACE, nodata=EMPTY
        )
        with pytest.MonkeyPatch.context() as patch, writing(context) as connection:
            patch.setattr(raster_process, "_answer", answer_here)
            done = load_raster(connection, context.catalogue, context.rasters, file, layer, author="lan")
        return int(done.version)

    def picture(self, query: str = "", layer: str = "height", tile: str = TILE) -> NDArray[np.uint8]:
        """Give red, green, blue and alpha of a tile."""
        response = self.client.get(f"/api/collections/{layer}/map/tiles/WebMercatorQuad/{tile}{query}")
        assert response.status_code == 200, response.get_data(as_text=True)
        return seen(response.get_data())


def seen(content: bytes) -> NDArray[np.uint8]:
    with warnings.catch_warnings(), MemoryFile(content) as file:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with file.open() as opened:
            found: NDArray[np.uint8] = opened.read()
            return found


def lonlat(right: float, down: float) -> tuple[float, float]:
    """Give a place in the tile by shares of its sides."""
    x, y = WEST + right * SIDE, NORTH - down * SIDE
    return (
        math.degrees(x / 6_378_137.0),
        math.degrees(math.atan(math.sinh(y / 6_378_137.0))),
    )
