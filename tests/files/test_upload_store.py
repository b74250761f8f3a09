"""The bytes of uploads: added at the end alone, checked before they count, refused where there is no room."""

import errno
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.errors import ErrorCode, GisError
from gis_service.files.upload_store import Checksum, UploadStore
from gis_service.settings import ROOT

ID = "0b8d0c6e-5a4f-4c36-8f5e-0a9f2f1f5c11"
MOST = 1000


@pytest.fixture
def store(tmp_path: Path) -> UploadStore:
    return UploadStore(tmp_path / "uploads", 0)


def content(store: UploadStore, id_: str = ID) -> bytes:
    return store.path(id_).read_bytes()


def code_of(store: UploadStore, offset: int, *chunks: bytes, checksum: Checksum | None = None) -> str:
    with pytest.raises(GisError) as refused:
        store.append(ID, offset, chunks, most=MOST, checksum=checksum)
    assert refused.value.detail("vi")
    assert refused.value.remedy("en")
    return refused.value.code


def test_parts_follow_each_other_and_the_length_is_the_offset(store: UploadStore) -> None:
    assert store.size(ID) == 0
    assert store.append(ID, 0, [b"ab", b"c"], most=MOST) == 3
    assert store.append(ID, 3, [b"de"], most=MOST) == store.size(ID) == 5
    assert content(store) == b"abcde"


@pytest.mark.parametrize("offset", [0, 2, 4, 10**18])
def test_a_part_from_another_offset_is_refused_and_nothing_is_added(store: UploadStore, offset: int) -> None:
    store.append(ID, 0, [b"abc"], most=MOST)
    assert code_of(store, offset, b"x") == "upload_offset_wrong"
    assert content(store) == b"abc"


def test_what_would_grow_too_large_is_refused_as_a_whole(store: UploadStore) -> None:
    store.append(ID, 0, [b"abc"], most=MOST)
    assert code_of(store, 3, b"x" * 900, b"y" * 98) == "upload_too_large"
    assert content(store) == b"abc"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_part_counts_only_when_its_checksum_is_right(store: UploadStore, algorithm: str) -> None:
    good = Checksum(algorithm, hashlib.new(algorithm, b"abc").digest())
    assert code_of(store, 0, b"abd", checksum=good) == "upload_checksum_wrong"
    assert store.size(ID) == 0
    assert store.append(ID, 0, [b"a", b"bc"], most=MOST, checksum=good) == 3
    assert sorted(entry.name for entry in store.path(ID).parent.iterdir()) == ["data"]


def cut() -> Iterator[bytes]:
    yield b"abc"
    raise ConnectionResetError


def test_what_came_before_the_line_was_cut_stays(store: UploadStore) -> None:
    with pytest.raises(ConnectionResetError):
        store.append(ID, 0, cut(), most=MOST)
    assert content(store) == b"abc"


def test_of_a_part_with_a_checksum_nothing_stays_when_the_line_was_cut(store: UploadStore) -> None:
    with pytest.raises(ConnectionResetError):
        store.append(ID, 0, cut(), most=MOST, checksum=Checksum("sha1", b""))
    assert content(store) == b""


def test_of_two_who_add_at_once_one_is_refused(store: UploadStore) -> None:
    def meanwhile() -> Iterator[bytes]:
        yield b"a"
        assert code_of(store, 1, b"x") == "upload_busy"
        yield b"b"

    assert store.append(ID, 0, meanwhile(), most=MOST) == 2
    assert content(store) == b"ab"


def test_a_full_disk_is_told_and_the_rest_stays(store: UploadStore) -> None:
    store.append(ID, 0, [b"abc"], most=MOST)
    path = store.path(ID)
    kept = path.rename(path.with_name("kept"))
    # The kernel's own full disk.
    path.symlink_to("/dev/full")
    assert code_of(store, 0, b"x") == "upload_disk_full"
    path.unlink()
    kept.rename(path)
    assert content(store) == b"abc"


def test_the_room_that_is_set_aside_is_left_alone(tmp_path: Path) -> None:
    store = UploadStore(tmp_path / "uploads", 1 << 60)
    with pytest.raises(GisError) as refused:
        store.require_room(1 << 20)
    assert (refused.value.code, refused.value.status) == ("upload_disk_full", 507)
    assert code_of(store, 0, b"x") == "upload_disk_full"


def test_another_error_of_the_disk_is_not_taken_for_a_full_one(
    store: UploadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> int:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "write", fails)
    with pytest.raises(OSError, match="broken"):
        store.append(ID, 0, [b"x"], most=MOST)


def test_no_name_leads_out_of_the_folder(store: UploadStore) -> None:
    with pytest.raises(ValueError, match="UUID"):
        store.append("../../etc", 0, [b"x"], most=MOST)
    store.append(ID.upper(), 0, [b"x"], most=MOST)
    assert [entry.name for entry in store.folder.iterdir()] == [ID]
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_a_dropped_upload_is_gone_and_dropping_it_again_is_no_error(store: UploadStore) -> None:
    store.append(ID, 0, [b"x"], most=MOST)
    store.drop(ID)
    store.drop(ID)
    with pytest.raises(GisError) as gone:
        store.path(ID)
    assert gone.value.code == ErrorCode.UPLOAD_GONE


def test_only_folders_of_uploads_that_are_old_enough_are_listed(store: UploadStore) -> None:
    assert store.kept(0) == []
    store.append(ID, 0, [b"x"], most=MOST)
    (store.folder / "something else").mkdir()
    young = str(uuid.uuid4())
    store.append(young, 0, [b"x"], most=MOST)
    past = time.time() - 100
    os.utime(store.folder / ID, (past, past))
    assert store.kept(50) == [ID]
    assert sorted(store.kept(-10)) == sorted([ID, young])


KILLED = """
import os, signal, sys
from pathlib import Path
from gis_service.files.upload_store import UploadStore
def chunks():
    yield b"abc"
    yield b"def"
    os.kill(os.getpid(), signal.SIGKILL)
UploadStore(Path(sys.argv[1]), 0).append(sys.argv[2], 0, chunks(), most=100)
"""


def test_a_killed_writer_leaves_what_it_wrote_and_no_lock(store: UploadStore) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, store.folder, ID], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert store.size(ID) == 6
    assert store.append(ID, 6, [b"ghi"], most=MOST) == 9
    assert content(store) == b"abcdefghi"


@given(
    whole=st.binary(max_size=60),
    sizes=st.lists(st.integers(1, 20), max_size=12),
    twice=st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_however_a_file_is_cut_and_repeated_it_comes_together(
    whole: bytes, sizes: list[int], twice: list[bool]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = UploadStore(Path(folder), 0)
        store.append(ID, 0, [], most=len(whole))
        for size, again in zip([*sizes, len(whole)], [*twice, True], strict=False):
            at = store.size(ID)
            part = whole[at : at + size]
            store.append(ID, at, [part[:1], part[1:]], most=len(whole))
            if again and part:
                with pytest.raises(GisError):
                    store.append(ID, at, [part], most=len(whole))
        store.append(ID, store.size(ID), [whole[store.size(ID) :]], most=len(whole))
        assert content(store) == whole
