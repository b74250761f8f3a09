"""Tiles of rasters against cells that are found by another way: pixel by pixel, with pyproj and numpy."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
from numpy.typing import NDArray

from gis_service.files.raster_drawing import Drawing, draw_tile, legend_colours, read_tile
from gis_service.files.raster_handles import RasterHandles
from tests.raster_files import CELL_M, NORTH, WEST, cells_of, write_tif

ZOOM = 15
HALF_WORLD_M = math.pi * 6_378_137.0
CLASSES = Drawing("classes", (1,), (), None, nearest=True)


@pytest.fixture
def handles() -> Iterator[RasterHandles]:
    held = RasterHandles(most=2)
    yield held
    held.close()


def tile_at(x: float, y: float) -> tuple[int, int, int]:
    """Give the tile that holds a place of EPSG:9209."""
    east, north = pyproj.Transformer.from_crs(9209, 3857, always_xy=True).transform(x, y)
    side = 2 * HALF_WORLD_M / 2**ZOOM
    return ZOOM, int((east + HALF_WORLD_M) / side), int((HALF_WORLD_M - north) / side)


def cells_under(zxy: tuple[int, int, int], cells: NDArray[Any]) -> NDArray[np.float64]:
    """Find the cell under the middle of each pixel; nan beyond the raster."""
    zoom, column, row = zxy
    pixel = 2 * HALF_WORLD_M / 2**zoom / 256
    middle = np.arange(256) + 0.5
    east = column * 256 * pixel - HALF_WORLD_M + middle * pixel
    north = HALF_WORLD_M - row * 256 * pixel - middle * pixel
    xs, ys = np.meshgrid(east, north)
    x, y = pyproj.Transformer.from_crs(3857, 9209, always_xy=True).transform(xs, ys)
    columns = np.floor((x - WEST) / CELL_M).astype(int)
    rows = np.floor((NORTH - y) / CELL_M).astype(int)
    inside = (columns >= 0) & (columns < cells.shape[1]) & (rows >= 0) & (rows < cells.shape[0])
    found = np.full(inside.shape, np.nan)
    found[inside] = cells[rows[inside], columns[inside]]
    return found


def test_each_pixel_is_the_cell_under_its_middle(tmp_path: Path, handles: RasterHandles) -> None:
    cells = cells_of("uint8", rows=80, columns=120) % 7
    path = write_tif(tmp_path / "a.tif", cells)
    zxy = tile_at(WEST + 600, NORTH - 400)
    with handles.lent(str(path)) as dataset:
        found = read_tile(dataset, CLASSES, zxy)[1]
    wanted = cells_under(zxy, cells[0])
    assert np.isnan(wanted).any()
    same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
    # GDAL bends by an eighth of a pixel, so that a pixel on the border of two cells may be either.
    assert same.mean() > 0.98


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
@pytest.mark.parametrize("nearest", [True, False])
def test_each_band_is_empty_where_it_alone_has_no_data(
    tmp_path: Path, handles: RasterHandles, dtype: str, *, nearest: bool
) -> None:
    cells = np.full((2, 64, 64), 20, dtype=dtype)
    cells[0, :, :32], cells[1, :32] = 99, 99
    path = write_tif(tmp_path / "a.tif", cells, nodata=99)
    drawing = Drawing("measures", (1, 2), ((0.0, 1.0),), "viridis", nearest=nearest)
    zxy = tile_at(WEST + 320, NORTH - 320)
    with handles.lent(str(path)) as dataset:
        found = read_tile(dataset, drawing, zxy)
    for band in (1, 2):
        wanted = cells_under(zxy, np.where(cells[band - 1] == 99, np.nan, 20.0))
        assert set(np.unique(found[band][~np.isnan(found[band])])) == {20.0}
        assert (np.isnan(found[band]) == np.isnan(wanted)).mean() > 0.97


@pytest.mark.parametrize("nodata", [None, 9])
def test_a_mask_leaves_cells_out_and_values_are_scaled(
    tmp_path: Path, handles: RasterHandles, nodata: float | None
) -> None:
    mask = np.full((64, 64), 255, dtype=np.uint8)
    mask[:, :32] = 0
    path = write_tif(tmp_path / "a.tif", np.full((1, 64, 64), 5, dtype=np.int16), mask, nodata=nodata)
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (100.0,)
    zxy = tile_at(WEST + 320, NORTH - 320)
    with handles.lent(str(path)) as dataset:
        found = read_tile(dataset, CLASSES, zxy)[1]
    wanted = cells_under(zxy, np.where(mask == 0, np.nan, 102.5))
    assert set(np.unique(found[~np.isnan(found)])) == {102.5}
    assert (np.isnan(found) == np.isnan(wanted)).mean() > 0.98


def test_a_photograph_is_seen_as_it_is_and_its_alpha_leaves_out(
    tmp_path: Path, handles: RasterHandles
) -> None:
    cells = np.zeros((4, 64, 64), dtype=np.uint8)
    cells[0], cells[1], cells[2], cells[3, :, 32:] = 200, 100, 50, 255
    path = write_tif(tmp_path / "a.tif", cells, photometric="RGB", ALPHA="YES")
    drawing = Drawing("photograph", (1, 2, 3), ((0.0, 255.0),) * 3, None, nearest=False)
    zxy = tile_at(WEST + 320, NORTH - 320)
    with handles.lent(str(path)) as dataset:
        found = read_tile(dataset, drawing, zxy)
        assert draw_tile(dataset, drawing, zxy, "png").startswith(b"\x89PNG")
        assert legend_colours(dataset, drawing, None) == ()
    seen = ~np.isnan(found[1])
    assert [np.unique(found[band][seen]).tolist() for band in (1, 2, 3)] == [[200.0], [100.0], [50.0]]
    wanted = cells_under(zxy, np.where(cells[3] == 0, np.nan, 1.0))
    assert (seen == ~np.isnan(wanted)).mean() > 0.97


def test_a_palette_gives_its_own_colours_and_its_legend_those_that_are_there(
    tmp_path: Path, handles: RasterHandles
) -> None:
    path = write_tif(tmp_path / "a.tif", np.full((1, 64, 64), 2, dtype=np.uint8), photometric="PALETTE")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {1: (10, 20, 30, 255), 2: (40, 50, 60, 255)})
    drawing = Drawing("palette", (1,), (), None, nearest=True)
    with handles.lent(str(path)) as dataset:
        assert legend_colours(dataset, drawing, (1.0, 2.0)) == ((1.0, "#0a141e"), (2.0, "#28323c"))
        assert draw_tile(dataset, drawing, tile_at(WEST + 320, NORTH - 320), "png")


def test_files_stay_open_and_no_more_than_may(tmp_path: Path, handles: RasterHandles) -> None:
    paths = [str(write_tif(tmp_path / f"{name}.tif", cells_of())) for name in "abc"]
    for path in paths:
        with handles.lent(path) as first, handles.lent(path) as second:
            assert first is not second
    assert len(handles) == 2
    with handles.lent(paths[2]) as again:
        assert not again.closed
        assert len(handles) == 1
    with pytest.raises(ZeroDivisionError), handles.lent(paths[2]):
        raise ZeroDivisionError
    assert len(handles) == 1


def test_threads_share_the_files_and_draw_the_same(tmp_path: Path, handles: RasterHandles) -> None:
    path = str(write_tif(tmp_path / "a.tif", cells_of("int16", rows=200, columns=200), tiled=True))
    drawing = Drawing("measures", (1,), ((-32768.0, 32767.0),), "viridis", nearest=False)
    places = [tile_at(WEST + 100 * step, NORTH - 100 * step) for step in range(16)]

    def drawn(zxy: tuple[int, int, int]) -> bytes:
        with handles.lent(path) as dataset:
            return draw_tile(dataset, drawing, zxy, "png")

    wanted = [drawn(zxy) for zxy in places]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(drawn, places * 2)) == wanted * 2
    assert any(wanted)
