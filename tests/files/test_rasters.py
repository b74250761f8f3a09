from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from gis_service.errors import GisError
from gis_service.files.population import read_population
from gis_service.files.population_cells import PopulationCells
from gis_service.files.rasters import is_raster, open_raster

NAN = float("nan")


def write(path: Path, *bands: object, dtype: str = "float32", **profile: object) -> str:
    first = np.asarray(bands[0])
    profile = {"crs": "EPSG:9209", "transform": Affine(100, 0, 1000, 0, -100, 2000)} | profile
    with rasterio.open(
        path, "w", driver="GTiff", height=first.shape[0], width=first.shape[1], count=len(bands),
        dtype=dtype, **profile,
    ) as raster:  # fmt: skip
        for number, band in enumerate(bands, 1):
            raster.write(np.asarray(band, dtype=dtype), number)
    return str(path)


def values_of(source: str, nodata: float | None = None) -> list[list[float]]:
    with open_raster(source, nodata) as raster:
        found: list[list[float]] = raster.read(0, 0, *raster.shape).tolist()
    return found


@pytest.mark.parametrize(
    ("dtype", "nodata", "cells", "read"),
    [
        ("float32", None, [[1, NAN]], [[1, NAN]]),
        ("float32", NAN, [[1, NAN]], [[1, NAN]]),
        ("float32", -99999, [[1, -99999]], [[1, NAN]]),
        ("float32", -3.4028234663852886e38, [[1, -3.4028234663852886e38]], [[1, NAN]]),
        ("float64", -9999, [[1, float("inf")]], [[1, NAN]]),
        ("uint8", 255, [[1, 255]], [[1, NAN]]),
        ("int16", -32768, [[1, -32768]], [[1, NAN]]),
        ("uint16", None, [[1, 65535]], [[1, 65535]]),
    ],
)
def test_no_data_is_nan_whatever_the_type(
    dtype: str, nodata: float | None, cells: list[list[float]], read: list[list[float]], tmp_path: Path
) -> None:
    path = write(tmp_path / "p.tif", cells, dtype=dtype, nodata=nodata)
    assert np.array_equal(values_of(path), read, equal_nan=True)


def test_a_value_said_to_be_no_data_takes_the_place_of_the_declared_one(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", [[7, 0, -5]], nodata=0)
    assert np.array_equal(values_of(path, -5.0), [[7, 0, NAN]], equal_nan=True)
    whole = write(tmp_path / "w.tif", [[7, 255]], dtype="uint8")
    assert values_of(whole, -99999.0) == [[7, 255]]


@pytest.mark.parametrize(("nodata", "read"), [(None, [[NAN, 6]]), (6.0, [[NAN, NAN]])])
def test_a_mask_hides_cells(nodata: float | None, read: list[list[float]], tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", [[5, 6]])
    with rasterio.open(path, "r+") as raster:
        raster.write_mask(np.array([[False, True]]))
    assert np.array_equal(values_of(path, nodata), read, equal_nan=True)


def test_scale_and_offset_are_taken_after_no_data(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", [[2, 9]], dtype="int16", nodata=9)
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.5,), (10.0,)
    assert np.array_equal(values_of(path), [[11, NAN]], equal_nan=True)


def test_a_band_of_several_must_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", [[1]], [[2]])
    assert values_of(f"{path}|band=2") == [[2]]
    for asked in ("", "|band=3", "|band=0", "|band=x"):
        with pytest.raises(GisError) as refusal:
            values_of(path + asked)
        assert refusal.value.code == "raster_band"
        assert "|band=1" in refusal.value.remedy()
    assert is_raster(f"{path}|band=2")


def test_a_band_of_transparency_is_no_choice_and_hides_cells(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", [[1, 2]], [[255, 0]], dtype="uint8")
    with rasterio.open(path, "r+") as raster:
        raster.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
    assert np.array_equal(values_of(path), [[1, NAN]], equal_nan=True)


def test_the_box_of_a_turned_raster_holds_its_corners(tmp_path: Path) -> None:
    turned = Affine.translation(1000, 2000) @ Affine.rotation(45) @ Affine.scale(100, -100)
    path = write(tmp_path / "p.tif", [[3, 0]], transform=turned)
    with open_raster(path) as raster:
        side = 100 / np.sqrt(2)
        assert raster.extent == pytest.approx((1000, 2000 - side, 1000 + 3 * side, 2000 + 2 * side))
    found = read_population(path)
    assert isinstance(found, PopulationCells)
    assert found.people.tolist() == [3]


@pytest.mark.parametrize(
    ("profile", "code"), [({"crs": None}, "crs_missing"), ({"tiled": True}, "table_unreadable")]
)
def test_what_cannot_be_placed_or_read_is_refused(profile: dict[str, Any], code: str, tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", np.ones((512, 512)), compress="deflate", **profile)
    if code == "table_unreadable":  # cut off in the middle of the cells
        whole = Path(path).read_bytes()
        Path(path).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(GisError) as refusal:
        values_of(path)
    assert refusal.value.code == code


def test_a_raster_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(GisError) as refusal:
        values_of(str(tmp_path / "none.tif|band=1"))
    assert refusal.value.code == "file_not_found"


def test_a_large_raster_is_read_in_strips_of_whole_blocks(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=30_000, width=30_000, count=1, dtype="uint8", tiled=True,
        crs="EPSG:9209", transform=Affine(2, 0, 0, 0, -2, 0), SPARSE_OK=True, compress="deflate",
    ) as raster:  # fmt: skip
        raster.write(np.array([[4]], dtype="uint8"), 1, window=rasterio.windows.Window(29_999, 29_999, 1, 1))
    with open_raster(str(path)) as raster:
        strips = list(raster.strips())
        assert raster.read(29_999, 29_998, 1, 2).tolist() == [[0, 4]]
    assert max(rows for _, rows in strips) * 30_000 <= 8_000_000
    assert sum(rows for _, rows in strips) == 30_000
