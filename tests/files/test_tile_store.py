"""Tiles on disk: whole or not there, and no more of them than there is room for."""

import os
from pathlib import Path

import pytest

from gis_service.files.tile_store import BLOCK, StoredTile, TileStore
from gis_service.types import LayerId

MARK = "0123456789abcdef"
TILE = StoredTile("Thái Bình".encode() * 10, {LayerId("wifi"): 7})


def test_a_tile_is_read_as_it_was_kept(tmp_path: Path) -> None:
    store = TileStore(tmp_path / "tiles")
    assert store.find(MARK, (3, 1, 2)) is None
    store.keep(MARK, (3, 1, 2), TILE)
    assert store.find(MARK, (3, 1, 2)) == TILE
    assert store.find(MARK, (3, 2, 1)) is None
    empty = StoredTile(b"", {})
    store.keep(MARK, (3, 1, 2), empty)
    assert store.find(MARK, (3, 1, 2)) == empty
    assert [path.name for path in tmp_path.rglob("*.part")] == []


@pytest.mark.parametrize("length", [0, 3, 5, 20, 60])
def test_a_tile_that_is_not_whole_is_none(tmp_path: Path, length: int) -> None:
    store = TileStore(tmp_path)
    store.keep(MARK, (3, 1, 2), TILE)
    (path,) = (each for each in tmp_path.rglob("2") if each.is_file())
    path.write_bytes(path.read_bytes()[:length])
    assert store.find(MARK, (3, 1, 2)) is None


def test_a_tile_that_is_dropped_leaves_no_folder_behind(tmp_path: Path) -> None:
    store = TileStore(tmp_path)
    store.keep(MARK, (3, 1, 2), TILE)
    store.drop(MARK, (3, 1, 2))
    store.drop(MARK, (3, 1, 2))
    assert store.find(MARK, (3, 1, 2)) is None
    assert list(tmp_path.iterdir()) == []


def test_the_tiles_made_longest_ago_make_room(tmp_path: Path) -> None:
    store = TileStore(tmp_path)
    for x in range(10):
        store.keep(MARK, (5, x, 0), TILE)
        os.utime(tmp_path / MARK / "5" / str(x) / "0", (x, x))
    # Each in a column of its own: a block for the tile and one for the folder.
    assert store.shrink(4 * 2 * BLOCK) == 6
    assert [x for x in range(10) if store.find(MARK, (5, x, 0))] == [6, 7, 8, 9]
    assert sorted(path.name for path in (tmp_path / MARK / "5").iterdir()) == ["6", "7", "8", "9"]
    assert store.shrink(4 * 2 * BLOCK) == 0
    assert store.shrink(0) == 4
    assert list(tmp_path.iterdir()) == []


def test_no_more_room_is_taken_than_is_counted(tmp_path: Path) -> None:
    store, large = TileStore(tmp_path), StoredTile(bytes(3 * BLOCK), {})
    for x in range(20):
        store.keep(MARK, (22, x, 0), large if x % 5 == 0 else TILE)
        store.keep(MARK, (22, 0, x), TILE)
    most = 30 * BLOCK
    assert store.shrink(most) > 0
    inside = (tmp_path / MARK / "22").rglob("*")
    assert 0 < sum(-(-path.stat().st_size // BLOCK) * BLOCK for path in inside) <= most


def test_a_mark_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no mark"):
        TileStore(tmp_path).find("../../etc/passwd", (0, 0, 0))
