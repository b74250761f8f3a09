"""MBTiles of pictures as rasters: the same cells at the same place, and strangers' databases only read."""

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from gis_service.errors import ErrorCode, NotFound, RefusedInput
from gis_service.files.readers.raster_limits import RasterLimits, RasterQuestion
from gis_service.files.readers.raster_mbtiles import MOST_PICTURE_BYTES, opened_tiles
from gis_service.files.readers.raster_open import opened
from gis_service.files.readers.raster_process import (
    inspect_raster_file,
    is_mbtiles,
    is_raster,
    make_raster_file,
)
from gis_service.files.readers.raster_sample import inspect
from tests.mbtiles_files import COLUMN, ROW, SHARED, SIDE, TABLES, ZOOM, at, picture, shades, write_mbtiles

HALF_WORLD_M = 20_037_508.342789244
PLAIN = picture("PNG", shades())


def question(path: Path, **chosen: Any) -> RasterQuestion:  # noqa: ANN401
    return RasterQuestion("inspect", str(path), "ảnh.mbtiles", pictures=True, **chosen)


def cells_of(path: Path) -> np.ndarray[Any, Any]:
    with opened(question(path)) as tiles:
        found: np.ndarray[Any, Any] = tiles.read(window=Window(0, 0, tiles.width, tiles.height))
        return found


@settings(max_examples=25)
@given(
    places=st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=6),
    corner=st.tuples(st.integers(0, 4 * SIDE - 1), st.integers(0, 4 * SIDE - 1)),
    size=st.tuples(st.integers(1, 2 * SIDE), st.integers(1, 2 * SIDE)),
)
def test_any_window_holds_the_pixels_of_its_pictures(
    places: set[tuple[int, int]],
    corner: tuple[int, int],
    size: tuple[int, int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    path = tmp_path_factory.mktemp("a") / "a.mbtiles"
    whole = np.zeros((4, 4 * SIDE, 4 * SIDE), np.uint8)
    held: dict[tuple[int, int, int], bytes] = {}
    for number, (column, row) in enumerate(sorted(places)):
        colour = np.array([number + 1, 7 * number, 90 + number, 255], np.uint8)
        part = whole[:, row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
        part[:] = colour[:, None, None]
        held[at(column, row)] = picture("PNG", part[:3])
    write_mbtiles(path, held)
    west, north = min(x for x, _ in places) * SIDE, min(y for _, y in places) * SIDE
    with opened(question(path)) as tiles:
        left, top = min(corner[0], tiles.width - 1), min(corner[1], tiles.height - 1)
        right, bottom = min(tiles.width, left + size[0]), min(tiles.height, top + size[1])
        found = tiles.read(window=Window(left, top, right - left, bottom - top))
    np.testing.assert_array_equal(found, whole[:, north + top : north + bottom, west + left : west + right])


def test_it_lies_where_its_tiles_lie(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", {at(1, 2): PLAIN, at(0, 0, 12): PLAIN})
    with opened(question(path)) as tiles:
        tile = 2 * HALF_WORLD_M / 2**ZOOM
        place = tiles.transform
        assert (place.c, place.f) == pytest.approx(
            ((COLUMN + 1) * tile - HALF_WORLD_M, HALF_WORLD_M - (ROW + 2) * tile)
        )
        assert (place.a, place.e) == pytest.approx((tile / SIDE, -tile / SIDE))
        assert (tiles.width, tiles.height, tiles.crs.to_epsg()) == (SIDE, SIDE, 3857)


def test_pictures_of_every_kind_become_red_green_blue_and_alpha(tmp_path: Path) -> None:
    grey, colours = shades(1), shades(4)
    palette = {0: (0, 0, 0, 0), 1: (10, 20, 30, 255)}
    classes = (grey > 100).astype(np.uint8)
    white = np.full((1, SIDE, SIDE), 255, np.uint8)
    painted = np.where(classes, np.array([10, 20, 30, 255])[:, None, None], 0)
    known = np.concatenate([colours[:3], white])
    for held, expected, off in (
        (picture("PNG", colours[:3]), known, 0),
        (picture("PNG", colours), colours, 0),
        (picture("PNG", grey), np.concatenate([grey] * 3 + [white]), 0),
        (picture("PNG", np.concatenate([grey, colours[3:]])), np.concatenate([grey] * 3 + [colours[3:]]), 0),
        (picture("PNG", classes, palette), painted, 0),
        (picture("JPEG", colours[:3], QUALITY="98"), known, 60),
        (picture("JPEG", grey, QUALITY="98"), np.concatenate([grey] * 3 + [white]), 4),
        (picture("WEBP", colours[:3], LOSSLESS="YES"), known, 0),
    ):
        path = tmp_path / "a.mbtiles"
        path.unlink(missing_ok=True)
        found = cells_of(write_mbtiles(path, {at(): held}))
        assert np.abs(found.astype(int) - expected).max() <= off
    large = cells_of(write_mbtiles(tmp_path / "b.mbtiles", {at(): picture("PNG", shades(3, 512))}))
    np.testing.assert_array_equal(large[:3], shades(3, 512))


def test_a_view_over_shared_pictures_is_read(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", {at(): PLAIN, at(1): PLAIN}, SHARED)
    assert is_mbtiles(path)
    np.testing.assert_array_equal(cells_of(path)[:3, :, SIDE:], shades())


def view(select: str) -> tuple[str, ...]:
    return (TABLES[1].replace("TABLE tiles", "TABLE held"), f"CREATE VIEW tiles AS {select}")


ALL = "SELECT * FROM held"
HELD = {at(): PLAIN}


@pytest.mark.parametrize(
    ("held", "code", "told"),
    [
        ({}, "mbtiles_empty", "tiles"),
        ({at(): b"\x1f\x8b\x08\x00"}, "mbtiles_vector", "pbf"),
        ({at(): b"\x1a\x05layer"}, "mbtiles_vector", "pbf"),
        ({at(): b"GIF89a"}, "mbtiles_picture_unfit", "GIF89a"),
        ({at(): b"<svg onload='x'/>"}, "mbtiles_picture_unfit", "<svg"),
        ({at(): "text"}, "mbtiles_picture_unfit", "str"),
        ({at(): None}, "mbtiles_picture_unfit", "NoneType"),
        ({at(): PLAIN[:60]}, "mbtiles_picture_unfit", "PNG"),
        ({at(): PLAIN[:-200]}, "mbtiles_picture_unfit", "PNG"),
        ({at(): picture("JPEG", shades())[:-200]}, "mbtiles_picture_unfit", "JPEG"),
        ({at(): picture("PNG", shades(3, 128))}, "mbtiles_picture_unfit", "128 × 128"),
        ({at(): picture("PNG", shades(1, dtype="uint16"))}, "mbtiles_picture_unfit", "uint16"),
        ({at(): PLAIN, at(1): picture("PNG", shades(3, 512))}, "mbtiles_picture_unfit", "512 × 512"),
        ({at(): PLAIN + bytes(MOST_PICTURE_BYTES)}, "mbtiles_picture_unfit", "kB"),
        ({at(): PLAIN + bytes(2 * MOST_PICTURE_BYTES)}, "file_corrupt", "too big"),
        ({(25, 1, 1): PLAIN}, "mbtiles_place_unfit", "25"),
        ({(-1, 0, 0): PLAIN}, "mbtiles_place_unfit", "-1"),
        ({("đây", 0, 0): PLAIN}, "mbtiles_place_unfit", "đây"),
        ({(3, 8, 0): PLAIN}, "mbtiles_place_unfit", "8"),
        ({(3, 0, 2**70 / 2): PLAIN}, "mbtiles_place_unfit", "3"),
        ({(3, "x", 0): PLAIN}, "mbtiles_place_unfit", "x"),
        ({(24, 0, 0): PLAIN, (24, 2**24 - 1, 0): PLAIN}, "raster_too_large", "4294967296"),
    ],
)
def test_what_is_no_picture_in_its_place_is_refused(
    tmp_path: Path, held: dict[Any, object], code: str, told: str
) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", held)
    with pytest.raises(RefusedInput) as caught, opened(question(path)) as tiles:
        tiles.read(window=Window(0, 0, tiles.width, tiles.height))
    assert caught.value.code == code
    assert told in caught.value.detail("vi")
    assert "ảnh.mbtiles" in caught.value.detail("vi")


@pytest.mark.parametrize(
    "schema",
    [
        view("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT i, i, i, x'00' FROM n"),
        view(f"SELECT 1, 1, 1, randomblob(100000000) FROM ({ALL})"),  # noqa: S608
        view("SELECT 1, 1, 1, readfile('/etc/passwd')"),
        view("SELECT 1, 1, 1, load_extension('/tmp/x.so')"),
        view("SELECT name, 1, 1, file FROM pragma_database_list"),
        view("SELECT * FROM gone"),
        ("CREATE TABLE others (zoom_level, tile_column)",),
        (*view(ALL), "CREATE VIRTUAL TABLE words USING fts5(text)"),
        ("CREATE VIRTUAL TABLE tiles USING fts5(zoom_level, tile_column, tile_row, tile_data)",),
    ],
)
def test_a_schema_that_does_more_than_select_is_refused(tmp_path: Path, schema: tuple[str, ...]) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", {}, schema)
    with pytest.raises(RefusedInput) as caught, opened(question(path)):
        pass
    assert caught.value.code is ErrorCode.FILE_CORRUPT
    assert str(tmp_path) not in caught.value.detail("vi")


def test_nothing_is_written_and_no_journal_beside_it_is_played_back(tmp_path: Path) -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON tiles BEGIN DELETE FROM tiles; END"
    path = write_mbtiles(tmp_path / "a.mbtiles", HELD, further=[trigger])
    with closing(sqlite3.connect(tmp_path / "b.mbtiles")) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.executescript(";".join(TABLES))
        other.execute("INSERT INTO tiles VALUES (1, 0, 0, x'00')")
        other.commit()
        shutil.copy(tmp_path / "b.mbtiles-wal", tmp_path / "a.mbtiles-wal")
    before = {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()}
    np.testing.assert_array_equal(cells_of(path)[:3], shades())
    assert {entry.name: entry.read_bytes() for entry in tmp_path.iterdir()} == before


def test_only_databases_of_tiles_are_taken_for_them(tmp_path: Path) -> None:
    tiles = write_mbtiles(tmp_path / "a", HELD)
    named = write_mbtiles(tmp_path / "b", {}, ("CREATE TABLE t (x)", "PRAGMA application_id = 0x4d504258"))
    package = write_mbtiles(tmp_path / "c", HELD, further=["CREATE TABLE gpkg_contents (table_name)"])
    plain = write_mbtiles(tmp_path / "d", {}, ("CREATE TABLE t (x)",))
    (tmp_path / "e").write_bytes(b"tile_column")
    found = [is_mbtiles(path) for path in (tiles, named, package, plain, tmp_path / "e")]
    assert found == [True, True, False, False, False]
    assert is_raster(tiles)
    with pytest.raises(NotFound):
        is_mbtiles(tmp_path / "none")


def test_a_torn_database_is_refused(tmp_path: Path) -> None:
    path = write_mbtiles(tmp_path / "a.mbtiles", HELD)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(RefusedInput) as caught, opened_tiles(question(path)) as tiles:
        tiles.read(window=Window(0, 0, 1, 1))
    assert caught.value.code is ErrorCode.FILE_CORRUPT


@settings(max_examples=25)
@given(places=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1))
def test_a_damaged_database_is_read_or_refused_and_nothing_else(
    places: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write_mbtiles(tmp_path_factory.mktemp("a") / "a.mbtiles", HELD)
    content = bytearray(path.read_bytes())
    for share, value in places:
        # Most of all where the schema and the index stand.
        content[int(share**3 * len(content))] = value
    path.write_bytes(content)
    with suppress(RefusedInput), opened(question(path)) as tiles:
        tiles.read(window=Window(0, 0, tiles.width, 1))


def test_its_figures_and_its_small_picture(tmp_path: Path) -> None:
    asked = question(write_mbtiles(tmp_path / "a.mbtiles", {at(): PLAIN, at(1, 1): PLAIN}))
    with opened(asked) as tiles:
        told: dict[str, Any] = inspect(tiles, asked)
    assert told["said"] == {}
    assert (told["kind"], told["masked"], told["nodata_unfit"]) == ("values", "alpha", None)
    roles = [band["about"]["role"] for band in told["bands"]]
    assert roles == ["red", "green", "blue", "alpha"]
    assert told["bands"][0]["known"] == pytest.approx(0.5)
    assert told["preview"]


def test_what_it_says_of_itself_is_plain_text(tmp_path: Path) -> None:
    credit = '<a href="x">Sở NNMT</a> 2025' + "." * 500
    told = [
        f"INSERT INTO metadata VALUES ('{name}', '{value}')"  # noqa: S608  ours
        for name, value in (("name", "Ảnh bay"), ("attribution", credit), ("format", "png"))
    ]
    path = write_mbtiles(
        tmp_path / "a.mbtiles", HELD, further=[*told, "INSERT INTO metadata VALUES (1, x'00')"]
    )
    with opened_tiles(question(path)) as tiles:
        assert tiles.said == {"title": "Ảnh bay", "source": ("Sở NNMT 2025" + "." * 500)[:200]}


def test_its_process_makes_a_geotiff_of_ours_with_the_same_cells(tmp_path: Path) -> None:
    pictures = {at(column, row): picture("PNG", shades(seed=column)) for column, row in ((0, 0), (2, 1))}
    path = write_mbtiles(tmp_path / "a.mbtiles", pictures)
    limits = RasterLimits(seconds=60)
    seen = inspect_raster_file(path, RasterQuestion("inspect", "", "a", limits))
    (tmp_path / "out").mkdir()
    made = make_raster_file(path, tmp_path / "out" / "a.tif", RasterQuestion("make", "", "a", limits))
    assert (seen.width, seen.height, made.width, made.height) == (3 * SIDE, 2 * SIDE) * 2
    assert (made.exact, made.masked, made.kind) == (True, "alpha", "values")
    with rasterio.open(tmp_path / "out" / "a.tif") as file:
        np.testing.assert_array_equal(file.read(), cells_of(path))
        assert file.crs.to_epsg() == 3857
