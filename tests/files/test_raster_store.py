"""Files of rasters: kept whole by their content, collected when no version names them."""

import hashlib
import os
import stat
import time
from pathlib import Path

import pytest

from gis_service.files.raster_store import LEFT_ALONE_S, RasterStore


def kept(store: RasterStore, content: bytes) -> str:
    with store.drafting() as folder:
        draft = folder / "a.tif"
        draft.write_bytes(content)
        return store.keep(draft).sha256


def test_a_file_is_found_by_its_content(tmp_path: Path) -> None:
    store = RasterStore(tmp_path / "rasters")
    digest = kept(store, b"cells")
    assert digest == hashlib.sha256(b"cells").hexdigest() == kept(store, b"cells")
    found = store.find(digest)
    assert found is not None
    assert found.read_bytes() == b"cells"
    assert [one.name for one in store.folder.iterdir()] == [f"{digest}.tif"]
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700


def kept_without_writing(store: RasterStore) -> None:
    with store.drafting() as folder:
        (folder / "half.tif").write_bytes(b"half")
        store.keep(folder / "whole.tif")


@pytest.mark.parametrize("name", ["0" * 64, "../a", "", "A" * 64])
def test_what_is_not_here_is_not_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.tif").write_bytes(b"")
    assert RasterStore(tmp_path / "rasters").find(name) is None


def test_a_draft_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = RasterStore(tmp_path / "rasters")
    with pytest.raises(FileNotFoundError):
        kept_without_writing(store)
    assert list(store.folder.iterdir()) == []


def test_only_what_is_old_and_nobody_names_is_collected(tmp_path: Path) -> None:
    store = RasterStore(tmp_path / "rasters")
    named, old, young = (kept(store, content) for content in (b"named", b"old", b"young"))
    dead = store.folder / ".part-dead"
    dead.mkdir()
    (store.folder / "readme.txt").write_text("of somebody else")
    before = time.time() - LEFT_ALONE_S - 60
    for path in (
        store.folder / f"{named}.tif",
        store.folder / f"{old}.tif",
        dead,
        store.folder / "readme.txt",
    ):
        os.utime(path, (before, before))
    assert store.collect({named}) == len(b"old")
    assert {one.name for one in store.folder.iterdir()} == {f"{named}.tif", f"{young}.tif", "readme.txt"}
    kept(store, b"old")
    assert store.collect({named}) == 0
    assert RasterStore(tmp_path / "none").collect(set()) == 0
