"""Small MBTiles files of pictures inside the city, made for tests."""

import sqlite3
import warnings
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from gis_service.services.tile_grid import tile_of

ZOOM = 15
COLUMN, ROW = tile_of(106.35, 20.45, ZOOM)
SIDE = 256
Pixels = NDArray[Any]
TABLES = (
    "CREATE TABLE metadata (name text, value text)",
    "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)",
    "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)",
)
SHARED = (
    "CREATE TABLE map (zoom_level integer, tile_column integer, tile_row integer, tile_id text)",
    "CREATE UNIQUE INDEX map_index ON map (zoom_level, tile_column, tile_row)",
    "CREATE TABLE images (tile_id text PRIMARY KEY, tile_data blob)",
    "CREATE VIEW tiles AS SELECT map.*, tile_data FROM map JOIN images USING (tile_id)",
)
"""As programs write them that keep equal pictures once."""


def shades(bands: int = 3, side: int = SIDE, seed: int = 1, dtype: str = "uint8") -> Pixels:
    """Give pixels of any colours in squares of 32, which a JPEG keeps nearly."""
    draw = np.random.default_rng(seed)
    few = draw.integers(0, 256, (bands, side // 32, side // 32), dtype=dtype)
    return few.repeat(32, axis=1).repeat(32, axis=2)


def picture(driver: str, pixels: Pixels, palette: Mapping[int, Any] | None = None, **options: str) -> bytes:
    """Write pixels, (bands, rows, columns), as a picture."""
    bands, height, width = pixels.shape
    with warnings.catch_warnings(), MemoryFile() as memory:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(
            driver=driver, width=width, height=height, count=bands, dtype=pixels.dtype, **options
        ) as file:
            file.write(pixels)
            if palette is not None:
                file.write_colormap(1, palette)
        return bytes(memory.read())


def write_mbtiles(
    path: Path,
    tiles: Mapping[Any, object],
    schema: Sequence[str] = TABLES,
    further: Sequence[str] = (),
) -> Path:
    """Write tiles by zoom, column and row, the row counted from the south as it stands in such a file."""
    with closing(sqlite3.connect(path)) as file, file:
        for statement in schema:
            file.execute(statement)
        for number, (place, held) in enumerate(tiles.items()):
            if schema is SHARED:
                file.execute("INSERT INTO map VALUES (?, ?, ?, ?)", (*place, f"{number}"))
                file.execute("INSERT INTO images VALUES (?, ?)", (f"{number}", held))
            else:
                file.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (*place, held))
        for statement in further:
            file.execute(statement)
    return path


def at(column: int = 0, row: int = 0, zoom: int = ZOOM) -> tuple[int, int, int]:
    """Give the place of a tile so many columns to the east and rows to the south of the city's middle."""
    return zoom, (COLUMN >> (ZOOM - zoom)) + column, (1 << zoom) - 1 - (ROW >> (ZOOM - zoom)) - row
