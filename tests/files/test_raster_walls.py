"""Hostile rasters: nothing beside the file is read, nothing is connected to, and limits hold."""

import shutil
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio

from gis_service.errors import ErrorCode, GisError, RefusedInput, Temporary
from gis_service.files.readers import raster_process
from gis_service.files.readers.closed import missing_walls
from gis_service.files.readers.raster_contents import RasterContents
from gis_service.files.readers.raster_drivers import raster_environment
from gis_service.files.readers.raster_limits import RasterLimits, RasterQuestion
from gis_service.files.readers.raster_process import inspect_raster_file, make_raster_file
from tests.raster_files import CELL_M, cells_of, write_tif
from tests.tiff_tags import add_ascii_tag, set_tile, tile_of, tiles


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    for call in (inspect_raster_file, lambda one: make_raster_file(one, tmp_path / "out.tif")):
        with pytest.raises(RefusedInput) as caught:
            call(path)
        assert caught.value.code is ErrorCode.FORMAT_NOT_ALLOWED


@contextmanager
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """Listen on this machine; give the port, and who came."""
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    guest, _ = server.accept()
                except TimeoutError:
                    continue
                came.append(guest.recv(200))
                guest.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], came
        finally:
            ended.set()
            thread.join()


def overview_elsewhere(path: Path, other: str) -> Path:
    """Write a TIFF whose metadata say that its overviews lie in another file."""
    write_tif(path, np.full((1, 1200, 1200), 1, np.uint8))
    item = f'<Item name="OVERVIEW_FILE" domain="OVERVIEWS">{other}</Item>'
    add_ascii_tag(path, 42112, f"<GDALMetadata>{item}</GDALMetadata>\x00".encode())
    return path


def values_in(path: Path) -> set[int]:
    """Give the values of all cells and of all overviews."""
    with rasterio.open(path) as file:
        levels = len(file.overviews(1))
        found = set(np.unique(file.read()).tolist())
    for level in range(levels):
        with rasterio.open(path, OVERVIEW_LEVEL=level) as file:
            found |= set(np.unique(file.read()).tolist())
    return found


def test_no_other_file_is_read_for_overviews_masks_or_place(tmp_path: Path) -> None:
    canary = write_tif(tmp_path / "canary.tif", np.full((1, 600, 600), 77, np.uint8))
    path = overview_elsewhere(tmp_path / "a.tif", str(canary))
    # The same file, opened as anybody does, shows the canary: the trap is a trap.
    with rasterio.open(path) as naive:
        assert 77 in np.unique(naive.read(out_shape=(1, 300, 300))).tolist()
    (tmp_path / "a.tif.ovr").write_bytes(canary.read_bytes())
    (tmp_path / "a.tif.msk").write_bytes(canary.read_bytes())
    (tmp_path / "a.tfw").write_text("1\n0\n0\n-1\n0\n0\n")
    (tmp_path / "a.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:32648</SRS></PAMDataset>")
    out = tmp_path / "out"
    out.mkdir()
    told = make_raster_file(path, out / "made.tif")
    assert told.affine[0] == CELL_M
    assert "9209" in (told.crs or "")
    assert values_in(out / "made.tif") == {1}
    assert [one.name for one in out.iterdir()] == ["made.tif"]


def test_no_connection_is_opened(tmp_path: Path) -> None:
    with listener() as (port, came):
        path = overview_elsewhere(tmp_path / "a.tif", f"/vsicurl/http://127.0.0.1:{port}/a.tif")
        assert inspect_raster_file(path).width == 1200
        make_raster_file(path, tmp_path / "made.tif")
    assert came == []


def test_whatever_takes_the_reader_over_reaches_no_other_file_and_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if {"files", "sockets"} & set(missing_walls()):
        pytest.skip("the kernel cannot close a process in")
    path = write_tif(tmp_path / "a.tif", cells_of("int16"))
    (tmp_path / "other.txt").write_text("")
    monkeypatch.setattr(raster_process, "_READER", "tests.bad_files.curious")
    with pytest.raises(RefusedInput) as caught:
        inspect_raster_file(path)
    own, *others = str(caught.value.params["reason"]).split()
    assert (own, set(others)) == ("done", {"PermissionError"})


def test_gdal_knows_geotiff_alone_in_the_process() -> None:
    env = raster_environment("make")
    with rasterio.Env() as environment:
        known = set(environment.drivers())
    assert known - set(env["GDAL_SKIP"].split(",")) == {"GTiff", "COG"}
    assert not any("PASSWORD" in name or "DATABASE" in name for name in env)


def test_a_full_disk_is_not_held_against_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = write_tif(tmp_path / "a.tif", cells_of("uint16"), compress="deflate")
    whole.write_bytes(whole.read_bytes()[:-1000])
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 << 20))
    (tmp_path / "out").mkdir()
    with pytest.raises(Temporary) as caught:
        make_raster_file(whole, tmp_path / "out" / "made.tif")
    assert caught.value.code is ErrorCode.RASTER_DISK_FULL
    assert "3 MiB" in caught.value.detail("en")


@pytest.mark.parametrize("damage", ["half", "offsets", "strips"])
def test_a_damaged_file_is_refused_and_leaves_nothing(tmp_path: Path, damage: str) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of("uint16", rows=256, columns=256), compress="deflate")
    data = bytearray(path.read_bytes())
    if damage == "half":
        data = data[: len(data) // 2]
    elif damage == "offsets":
        data[4:8] = struct.pack("<I", len(data) * 2)
    else:
        data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path.write_bytes(data)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(GisError) as caught:
        make_raster_file(path, out / "made.tif")
    assert caught.value.code in {ErrorCode.FILE_CORRUPT, ErrorCode.FILE_REJECTED_READER_LIMIT}
    assert str(tmp_path) not in caught.value.detail("en")
    assert not (out / "made.tif").exists()


@pytest.mark.parametrize("compress", ["deflate", "jpeg", "zstd"])
def test_a_block_that_unpacks_to_more_than_it_says_is_refused_or_cut(tmp_path: Path, compress: str) -> None:
    small, large = ({**tiles(side), "compress": compress} for side in (64, 8192))
    path = write_tif(tmp_path / "a.tif", np.zeros((1, 64, 64), np.uint8), **small)
    bomb = write_tif(tmp_path / "b.tif", np.zeros((1, 8192, 8192), np.uint8), **large)
    data, tile = bytearray(path.read_bytes()), tile_of(bomb)
    place = len(data)
    data += tile
    set_tile(data, place, len(tile))
    path.write_bytes(data)
    limits = RasterLimits(memory_bytes=1 << 30, seconds=20)
    told = told_or_refused(path, limits)
    assert told is None or (told.width, told.height) == (64, 64)


def told_or_refused(path: Path, limits: RasterLimits) -> RasterContents | None:
    try:
        return inspect_raster_file(path, RasterQuestion("inspect", "", path.name, limits))
    except RefusedInput:
        return None


def test_time_and_memory_are_limited(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", np.zeros((1, 4096, 4096), np.float64), **tiles(4096))
    limits = RasterLimits(memory_bytes=300 << 20)
    with pytest.raises(RefusedInput) as caught:
        inspect_raster_file(path, RasterQuestion("inspect", "", "field.tif", limits))
    assert caught.value.code is ErrorCode.FILE_REJECTED_READER_LIMIT
    with pytest.raises(RefusedInput) as caught:
        inspect_raster_file(path, RasterQuestion("inspect", "", "field.tif", RasterLimits(seconds=0)))
    assert caught.value.code is ErrorCode.FILE_REJECTED_READER_LIMIT


def test_a_reader_that_somebody_kills_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_tif(tmp_path / "a.tif", cells_of("int16"))
    monkeypatch.setattr(raster_process, "_READER", "tests.bad_files.killed")
    with pytest.raises(Temporary) as caught:
        inspect_raster_file(path)
    assert caught.value.code is ErrorCode.READING_MACHINE_SHORT
    monkeypatch.setattr(raster_process, "_READER", "tests.bad_files.falling")
    with pytest.raises(RefusedInput):
        inspect_raster_file(path)


@pytest.mark.slow
def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    draw = np.random.default_rng(7)
    whole = write_tif(tmp_path / "a.tif", cells_of("uint16"), compress="lzw", nodata=7).read_bytes()
    limits = RasterLimits(memory_bytes=1 << 30, seconds=20)
    for number in range(60):
        data = bytearray(whole)
        for place in draw.integers(0, len(data), draw.integers(1, 12)):
            data[place] = draw.integers(0, 256)
        path = tmp_path / "mutated.tif"
        path.write_bytes(data[: draw.integers(16, len(data))] if number % 5 == 0 else data)
        told_or_refused(path, limits)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.tif", "mutated.tif"]
