"""Ways to the sums of a raster of 5,000 x 5,000 cells over 300 polygons, read from a file.

Two sets of polygons: a partition of the whole raster with 24,000 vertices, and small ones of about 100 cells.
Ours and exactextract take the exact share of each cell; rasterstats and ``centres`` (rasterize and bincount)
take cells whose centre lies inside. The note tells the largest error of a sum against cutting cells with GEOS
where they are few, and against the sum of the whole raster for the partition.
"""

import json
import math
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import rasterio.features
import shapely
from affine import Affine

from gis_service.analysis.zonal import outlines, windows, zonal_sums
from gis_service.files.rasters import open_raster
from gis_service.types import Floats, Geometries

TIMES = 5
SIDE, COUNT, STEP_M, VERTICES = 5000, 300, 100.0, 24_000
GRID = Affine(STEP_M, 0.0, 300_000.0, 0.0, -STEP_M, 2_500_000.0)


def prepare(folder: Path) -> None:
    """Write the raster and both sets of polygons once."""
    draw = np.random.default_rng(3)
    values = draw.random((SIDE, SIDE), dtype=np.float32) * 20
    with rasterio.open(
        folder / "people.tif", "w", driver="GTiff", height=SIDE, width=SIDE, count=1, dtype="float32",
        crs="EPSG:9209", transform=GRID, tiled=True, blockxsize=256, blockysize=256,
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    west, north, wide = GRID.c, GRID.f, SIDE * STEP_M
    frame = shapely.box(west, north - wide, west + wide, north)
    seeds = draw.uniform([west, north - wide], [west + wide, north], (COUNT, 2))
    cells = shapely.intersection(
        shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(seeds), extend_to=frame)), frame
    )
    step = float(shapely.length(cells).sum()) / VERTICES
    corners = draw.uniform([west, north - wide], [west + wide - 2000, north - 2000], (COUNT, 2))
    small = shapely.buffer(shapely.points(corners + 1000), 5.64 * STEP_M, quad_segs=8)
    for name, shapes in (("partition", shapely.segmentize(cells, step)), ("small", small)):
        gpd.GeoDataFrame({"code": range(COUNT)}, geometry=shapes, crs="EPSG:9209").to_file(
            folder / f"{name}.gpkg"
        )


def ours(path: Path, polygons: gpd.GeoDataFrame) -> Floats:
    """Exact, window by window."""
    shapes = np.asarray(polygons.geometry, dtype=object)
    with open_raster(str(path)) as raster:
        found = outlines(shapes, raster.affine, raster.shape)
        read = ((one, raster.read(one.top, one.left, one.rows, one.columns)) for one in windows(found))
        return zonal_sums(found, read).total


def exactextract(path: Path, polygons: gpd.GeoDataFrame) -> Floats:
    """Exact, polygon by polygon; a peer of the bench set, as the next one is."""
    found = import_module("exactextract").exact_extract(str(path), polygons, ["sum"], output="pandas")
    return np.array(found["sum"], dtype=np.float64)


def rasterstats(path: Path, polygons: gpd.GeoDataFrame) -> Floats:
    """Cells whose centre lies inside, polygon by polygon."""
    found = import_module("rasterstats").zonal_stats(polygons, str(path), stats=["sum"], nodata=-1)
    return np.array([one["sum"] for one in found], dtype=np.float64)


def centres(path: Path, polygons: gpd.GeoDataFrame) -> Floats:
    """Cells whose centre lies inside, all at once: the polygons are drawn as a raster of their numbers."""
    with rasterio.open(path) as raster:
        values, grid = raster.read(1), raster.transform
    shapes = zip(polygons.geometry, range(1, len(polygons) + 1), strict=True)
    number = rasterio.features.rasterize(shapes, values.shape, transform=grid, dtype="int32")
    return np.bincount(number.ravel(), values.ravel(), len(polygons) + 1)[1:].astype(np.float64)


def one_pass(path: Path, polygons: gpd.GeoDataFrame) -> Callable[[], float]:
    """Give a way to add up every cell that the windows of the polygons hold once, from memory."""
    with open_raster(str(path)) as raster:
        found = outlines(np.asarray(polygons.geometry, dtype=object), raster.affine, raster.shape)
        read = [raster.read(one.top, one.left, one.rows, one.columns) for one in windows(found)]
    return lambda: math.fsum(float(cells.sum()) for cells in read)


WAYS: dict[str, Callable[[Path, gpd.GeoDataFrame], Floats]] = {
    "ours": ours,
    "exactextract": exactextract,
    "rasterstats": rasterstats,
    "centres": centres,
}


def truth(path: Path, polygons: Geometries) -> Floats:
    """Cut the cells of a few polygons with GEOS."""
    result = []
    with rasterio.open(path) as raster:
        for polygon in polygons:
            window = rasterio.features.geometry_window(raster, [polygon])
            values, grid = raster.read(1, window=window), raster.window_transform(window)
            row, column = np.divmod(np.arange(values.size), values.shape[1])
            west, north = grid.c + column * STEP_M, grid.f - row * STEP_M
            cells = shapely.box(west, north - STEP_M, west + STEP_M, north)
            share = shapely.area(shapely.intersection(cells, polygon)) / STEP_M**2
            result.append(float((share * values.ravel()).sum(dtype=np.float64)))
    return np.array(result)


def error(part: str, path: Path, polygons: gpd.GeoDataFrame, found: Floats) -> float:
    """Give the largest relative error: of each small polygon, of all of a partition together."""
    if part == "small":
        wanted = truth(path, np.asarray(polygons.geometry, dtype=object))
        return float(np.abs(found / wanted - 1).max())
    with rasterio.open(path) as raster:
        return float(abs(found.sum() / raster.read(1).sum(dtype=np.float64) - 1))


def timed(ask: Callable[[], object], done: int) -> dict[str, float]:
    """Ask several times and give the median."""
    spent = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - begin)
    return {"seconds": float(np.median(spent)), "done": done}


def main(way: str, folder: Path) -> None:
    """Run one way, and tell how far its sums are off."""
    if way == "prepare":
        prepare(folder)
        return
    part, _, name = way.partition(": ")
    path, polygons = folder / "people.tif", gpd.read_file(folder / f"{part}.gpkg")
    if name == "one pass":
        print(json.dumps(timed(one_pass(path, polygons), len(polygons))))
        return
    found = WAYS[name](path, polygons)  # compiles, and reads the file into the machine's memory
    cpu = time.process_time()
    told = timed(lambda: WAYS[name](path, polygons), len(polygons))
    cpu = (time.process_time() - cpu) / TIMES
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # before the error is looked for
    off = error(part, path, polygons, found)
    print(json.dumps(told | {"note": f"CPU {cpu:.3f} s, peak {peak_mib:.0f} MiB, error {off:.0e}"}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
