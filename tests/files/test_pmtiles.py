"""Archives of tiles: what is put in comes out, by a reader of the specification and by GDAL."""

import itertools
import random
from pathlib import Path

import mapbox_vector_tile
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.files.pmtiles import PmtilesWriter, tile_id
from tests.pmtiles_reader import Archive, Zxy, zxy_of

BOX = 106.0, 20.0, 107.0, 21.0
addresses = st.integers(0, 6).flatmap(
    lambda z: st.tuples(st.just(z), st.integers(0, 2**z - 1), st.integers(0, 2**z - 1))
)


def write(path: Path, tiles: dict[Zxy, bytes], zooms: tuple[int, int] = (0, 6)) -> Archive:
    with PmtilesWriter(path, BOX, zooms) as out:
        for zxy in sorted(tiles, key=lambda one: tile_id(*one)):
            out.add(zxy, tiles[zxy])
        out.metadata = {"name": "Bản đồ thử"}
    found = Archive.of(path)
    found.check()
    return found


@given(zxy=addresses)
def test_a_tile_has_the_number_that_leads_back_to_it(zxy: Zxy) -> None:
    assert zxy_of(tile_id(*zxy)) == zxy


def test_neighbours_on_the_curve_are_neighbours_on_the_map() -> None:
    first = tile_id(5, 0, 0)
    curve = [zxy_of(first + step) for step in range(4**5)]
    assert len(set(curve)) == 4**5
    assert all(abs(a[1] - b[1]) + abs(a[2] - b[2]) == 1 for a, b in itertools.pairwise(curve))


@settings(max_examples=50)
@given(tiles=st.dictionaries(addresses, st.sampled_from([b"", b"sea", b"land", b"x" * 500]), min_size=1))
def test_what_is_put_in_comes_out(tmp_path_factory: pytest.TempPathFactory, tiles: dict[Zxy, bytes]) -> None:
    archive = write(tmp_path_factory.mktemp("tiles") / "map.pmtiles", tiles)
    kept = {zxy: content for zxy, content in tiles.items() if content}
    assert archive.tiles() == kept
    assert archive.counts[0] == len(kept)
    assert archive.counts[2] == len(set(kept.values()))


def test_many_tiles_lie_in_leaves(tmp_path: Path) -> None:
    dice = random.Random(1)  # noqa: S311 no secret
    tiles = {(8, x, y): dice.randbytes(dice.randrange(1, 9)) for x in range(128) for y in range(160)}
    archive = write(tmp_path / "map.pmtiles", tiles, (8, 8))
    assert archive.leaf_bytes > 0
    assert archive.tiles() == tiles


def test_equal_tiles_make_equal_files_that_say_what_they_show(tmp_path: Path) -> None:
    tiles = {(1, 0, 0): b"a", (1, 1, 1): b"b"}
    first = write(tmp_path / "one", tiles, (1, 3))
    assert first == write(tmp_path / "two", tiles, (1, 3))
    assert (first.zooms, first.box) == ((1, 3), BOX)
    assert first.metadata == {"name": "Bản đồ thử"}


def test_a_tile_that_comes_too_late_is_refused_and_no_file_is_left(tmp_path: Path) -> None:
    def write_late() -> None:
        with PmtilesWriter(tmp_path / "map", BOX, (0, 1)) as out:
            out.add((1, 0, 0), b"a")
            out.add((0, 0, 0), b"b")

    with pytest.raises(ValueError, match="too late"):
        write_late()
    assert not list(tmp_path.iterdir())


def test_gdal_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "map.pmtiles"
    names = {(2, 3, 1): "Thái Bình", (2, 3, 2): "Quỳnh Phụ"}
    tiles = {
        zxy: mapbox_vector_tile.encode(
            [{"name": "commune", "features": [{"geometry": "POINT (100 100)", "properties": {"name": name}}]}]
        )
        for zxy, name in names.items()
    }
    with PmtilesWriter(path, (90.0, -60.0, 180.0, 66.0), (2, 2)) as out:
        for zxy in sorted(tiles, key=lambda one: tile_id(*one)):
            out.add(zxy, tiles[zxy])
        out.metadata = {
            "vector_layers": [{"id": "commune", "fields": {"name": "String"}, "minzoom": 2, "maxzoom": 2}]
        }
    found = pyogrio.read_dataframe(path, layer="commune")
    assert set(found["name"]) == set(names.values())
