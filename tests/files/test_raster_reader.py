"""Rasters of strangers: refused by their header, looked at in a closed-in process, copied cell by cell."""

import base64
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, MaskFlags

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.raster_limits import RasterLimits, RasterQuestion
from gis_service.files.readers.raster_make import make, windows
from gis_service.files.readers.raster_open import fits, opened
from gis_service.files.readers.raster_process import inspect_raster_file, is_geotiff, make_raster_file
from gis_service.files.readers.raster_sample import inspect
from gis_service.settings import Settings
from tests.raster_files import CELL_M, NORTH, PLACE, WEST, cells_in, cells_of, sparse, write_tif
from tests.tiff_tags import add_ascii_tag, tiles


def question(path: Path, **chosen: Any) -> RasterQuestion:  # noqa: ANN401
    return RasterQuestion("inspect", str(path), "field.tif", **chosen)


def looked_at(path: Path, **chosen: Any) -> dict[str, Any]:  # noqa: ANN401
    """Do in this process what the child does."""
    asked = question(path, **chosen)
    with opened(asked) as dataset:
        return inspect(dataset, asked)


def made(path: Path, **chosen: Any) -> Path:  # noqa: ANN401
    out = path.with_name("made.tif")
    asked = question(path, out=str(out), **chosen)
    with opened(asked) as dataset:
        make(dataset, asked)
    return out


def test_a_huge_empty_raster_is_refused_by_its_header(tmp_path: Path) -> None:
    path = sparse(tmp_path / "a.tif", 200_000, 200_000, 3, tiled=True, blockxsize=2048, blockysize=2048)
    assert path.stat().st_size < 8 << 20
    with pytest.raises(RefusedInput) as caught:
        inspect_raster_file(path)
    assert (caught.value.code, caught.value.status) == (ErrorCode.RASTER_TOO_LARGE, 413)
    assert "200000 × 200000" in caught.value.detail("en")


@pytest.mark.parametrize(
    ("size", "profile", "code"),
    [
        ((8, 8, 65), {}, "raster_too_large"),
        ((600_000, 1, 1), {}, "raster_too_large"),
        ((20_000, 20_000, 1), tiles(20_480), "raster_block_too_large"),
        ((8, 8, 1), {"dtype": "complex64"}, "raster_type_unfit"),
        ((8, 8, 1), {"transform": None, "crs": None}, "raster_not_placed"),
        ((8, 8, 1), {"transform": PLACE @ Affine.rotation(30)}, "raster_rotated"),
        ((8, 8, 1), {"transform": PLACE @ Affine.rotation(90)}, "raster_rotated"),
    ],
)
def test_what_must_not_be_read_is_refused_by_its_header(
    tmp_path: Path, size: tuple[int, int, int], profile: dict[str, Any], code: str
) -> None:
    path = sparse(tmp_path / "a.tif", *size, **profile)
    with pytest.raises(RefusedInput) as caught, opened(question(path)):
        pass
    assert caught.value.code == code
    assert "field.tif" in caught.value.detail("vi")


def test_a_raster_with_control_points_alone_is_refused(tmp_path: Path) -> None:
    points = [
        GroundControlPoint(0, 0, 106.2, 20.6),
        GroundControlPoint(0, 7, 106.3, 20.6),
        GroundControlPoint(7, 0, 106.2, 20.5),
    ]
    path = tmp_path / "a.tif"
    with rasterio.open(
        path, "w", width=8, height=8, count=1, driver="GTiff", dtype="uint8", gcps=points, crs="EPSG:4326"
    ):
        pass
    with pytest.raises(RefusedInput) as caught, opened(question(path)):
        pass
    assert caught.value.code is ErrorCode.RASTER_ROTATED
    assert "3 GCP" in caught.value.detail("en")


def test_settings_set_the_limits(tmp_path: Path) -> None:
    limits = RasterLimits.of(Settings(raster_max_mpix=1, raster_max_mb=1))
    for path in (sparse(tmp_path / "a.tif", 1001, 1000), sparse(tmp_path / "b.tif", 600, 600, 3)):
        with (
            pytest.raises(RefusedInput, match="million") as caught,
            opened(question(path, limits=limits)),
        ):
            pass
        assert caught.value.code is ErrorCode.RASTER_TOO_LARGE


@pytest.mark.parametrize(
    ("dtype", "bands", "profile"),
    [
        ("uint8", 1, {}),
        ("uint8", 3, {"interleave": "band", "photometric": "RGB"}),
        ("uint8", 4, {"photometric": "RGB", "alpha": "YES"}),
        ("int8", 1, {}),
        ("uint16", 2, {"compress": "lzw", "tiled": True, "blockxsize": 32, "blockysize": 48}),
        ("int16", 1, {"nodata": -32768}),
        ("uint32", 1, {}),
        ("int32", 1, {"compress": "deflate"}),
        ("int64", 1, {}),
        ("uint64", 1, {}),
        ("float32", 2, {"nodata": -9999}),
        ("float64", 1, {"nodata": np.nan}),
    ],
)
def test_the_made_file_has_the_same_cells(
    tmp_path: Path, dtype: str, bands: int, profile: dict[str, Any]
) -> None:
    cells = cells_of(dtype, bands, rows=700, columns=530)
    out = made(write_tif(tmp_path / "a.tif", cells, **profile))
    with rasterio.open(tmp_path / "a.tif") as source, rasterio.open(out) as copy:
        assert np.array_equal(copy.read(), cells)
        assert copy.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert set(copy.block_shapes) == {(512, 512)}
        assert copy.overviews(1) == [2]
        assert (copy.transform, copy.crs, copy.colorinterp) == (
            source.transform,
            source.crs,
            source.colorinterp,
        )
        assert str(copy.nodata) == str(source.nodata)


def test_windows_cover_every_cell_once() -> None:
    seen = np.zeros((1300, 2100), dtype=int)
    for window in windows(2100, 1300, row_bytes=200):
        seen[
            window.row_off : window.row_off + window.height, window.col_off : window.col_off + window.width
        ] += 1
    assert (seen == 1).all()


def test_a_mask_of_its_own_is_kept(tmp_path: Path) -> None:
    mask = np.full((64, 64), 255, dtype=np.uint8)
    mask[:10] = 0
    path = write_tif(tmp_path / "a.tif", cells_of(), mask)
    told = looked_at(path)
    assert told["masked"] == "mask"
    assert told["bands"][0]["known"] == pytest.approx(54 / 64)
    with rasterio.open(made(path)) as copy:
        assert MaskFlags.per_dataset in copy.mask_flag_enums[0]
        assert np.array_equal(copy.read_masks(1), mask)


def test_a_palette_and_the_names_of_bands_are_kept(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of() % 4)
    with rasterio.open(path, "r+") as file:
        file.write_colormap(
            1, {0: (0, 0, 0, 255), 1: (200, 10, 10, 255), 2: (9, 9, 9, 255), 3: (1, 2, 3, 255)}
        )
        file.set_band_description(1, "lớp phủ")
        file.update_tags(remark="not taken over")
    assert looked_at(path)["kind"] == "classes"
    with rasterio.open(made(path)) as copy:
        assert copy.colormap(1)[1] == (200, 10, 10, 255)
        assert copy.descriptions == ("lớp phủ",)
        assert copy.colorinterp == (ColorInterp.palette,)
        assert "remark" not in copy.tags()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (cells_of() % 7, "classes"),
        (cells_of("uint16"), "values"),
        (np.round(cells_of("float32")), "values"),
        (cells_of(bands=3) % 7, "values"),
    ],
)
def test_what_cells_are_is_guessed_by_how_they_look(tmp_path: Path, cells: Any, kind: str) -> None:  # noqa: ANN401
    path = write_tif(tmp_path / "a.tif", cells)
    assert looked_at(path)["kind"] == kind
    assert looked_at(path, kind="classes")["kind"] == "classes"


@pytest.mark.parametrize(("kind", "resampled"), [("classes", {0, 100}), ("values", {50})])
def test_overviews_take_means_of_values_and_never_of_classes(
    tmp_path: Path, kind: str, resampled: set[int]
) -> None:
    cells = np.zeros((1, 1024, 1024), dtype=np.uint8)
    cells[:, :, ::2] = 100
    out = made(write_tif(tmp_path / "a.tif", cells), kind=kind)
    with rasterio.open(out, OVERVIEW_LEVEL=0) as small:
        assert set(np.unique(small.read()).tolist()) <= resampled


def test_figures_are_those_of_the_cells_with_data(tmp_path: Path) -> None:
    cells = cells_of("float32")
    cells[0, :5] = -9999
    told = looked_at(write_tif(tmp_path / "a.tif", cells, nodata=-9999))
    known = cells[0, 5:].astype(float)
    band = told["bands"][0]
    assert (band["min"], band["max"]) == (known.min(), known.max())
    assert band["mean"] == pytest.approx(known.mean())
    assert (band["known"], band["nodata"], told["exact"]) == (pytest.approx(59 / 64), "-9999.0", True)


def test_a_raster_without_any_data_has_no_figures(tmp_path: Path) -> None:
    told = looked_at(write_tif(tmp_path / "a.tif", np.zeros((1, 9, 9), np.uint8), nodata=0))
    assert {told["bands"][0][name] for name in ("min", "max", "mean")} == {None}


def test_a_value_for_no_data_that_no_cell_can_hold_is_told_and_left_out(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of())
    # rasterio does not write such a file; tag 42113 is text, and many programs do.
    add_ascii_tag(path, 42113, b"-9999\x00")
    told = looked_at(path)
    assert (told["nodata_unfit"], told["masked"], told["bands"][0]["known"]) == ("-9999", "none", 1.0)
    with rasterio.open(made(path)) as copy:
        assert copy.nodata is None


def test_a_chosen_value_goes_before_the_declared_one(tmp_path: Path) -> None:
    cells = np.tile(np.array([0, 255], np.uint8), (1, 8, 4))
    path = write_tif(tmp_path / "a.tif", cells, nodata=0)
    assert looked_at(path)["bands"][0]["min"] == 255
    assert looked_at(path, nodata=255.0, nodata_said=True)["bands"][0]["max"] == 0
    assert looked_at(path, nodata_said=True)["bands"][0]["known"] == 1
    with pytest.raises(RefusedInput) as caught:
        looked_at(path, nodata=-1.0, nodata_said=True)
    assert caught.value.code is ErrorCode.RASTER_NODATA_UNFIT


@pytest.mark.parametrize(
    ("value", "dtype", "fit"),
    [(255, "uint8", True), (256, "uint8", False), (0.5, "int16", False), (1e39, "float32", False),
     (np.nan, "float32", True), (np.nan, "int16", False)],
)  # fmt: skip
def test_a_value_fits_a_type_or_does_not(value: float, dtype: str, fit: bool) -> None:  # noqa: FBT001
    assert fits(value, np.dtype(dtype)) == fit


def test_the_process_tells_the_whole_header_and_a_picture(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of(bands=3, rows=300, columns=200), photometric="RGB")
    told = inspect_raster_file(path)
    assert (told.width, told.height, len(told.bands), told.pages) == (200, 300, 3, 0)
    assert told.corners[0] == (WEST, NORTH)
    assert told.corners[2] == (WEST + 200 * CELL_M, NORTH - 300 * CELL_M)
    assert not told.exact
    assert [band.about["role"] for band in told.bands] == ["red", "green", "blue"]
    picture = base64.b64decode(told.preview or "")
    assert struct.unpack(">II", picture[16:24]) == (200, 256)


@pytest.mark.parametrize("profile", [{}, {"BIGTIFF": "YES"}, {"ENDIANNESS": "BIG"}])
def test_every_byte_order_and_size_of_tiff_is_known(tmp_path: Path, profile: dict[str, Any]) -> None:
    assert is_geotiff(write_tif(tmp_path / "a.tif", cells_of(), **profile))


def test_all_cells_are_those_of_the_source_through_the_process(tmp_path: Path) -> None:
    cells = cells_of("int16", 2, rows=130, columns=90)
    path = write_tif(tmp_path / "a.tif", cells)
    told = make_raster_file(path, tmp_path / "made.tif")
    assert told.exact
    assert [(band.min, band.max) for band in told.bands] == [(band.min(), band.max()) for band in cells]
    assert np.array_equal(cells_in(tmp_path / "made.tif"), cells)
