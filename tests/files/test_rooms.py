"""Folders of reading: on the disk of the service, gone with their process; a full disk is no file's fault."""

import errno
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gis_service.errors import ErrorCode, GisError, RefusedInput, Temporary
from gis_service.files.readers import ArchiveLimits, ReaderLimits, archive, open_vector
from gis_service.files.readers import child as reader
from gis_service.files.readers import raster_child as raster_reader
from gis_service.files.readers.raster_limits import RasterQuestion
from gis_service.files.readers.stream import BATCH_BYTES, BATCH_ROWS, Question
from gis_service.files.rooms import blaming_the_machine, lent, sweep_rooms
from gis_service.settings import ROOT

TABLE = "code,lon,lat\na,106.3,20.4\n"
KILLED = """
import os, sys
from pathlib import Path
from gis_service.files.rooms import lent
with lent(Path(sys.argv[1])) as folder:
    (folder / "0.csv").write_text("much")
    os.kill(os.getpid(), 9)
"""


class Usage(NamedTuple):
    """What `shutil.disk_usage` gives."""

    total: int
    used: int
    free: int


def with_room(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, 0, free))


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.csv", TABLE)
    return path


def compressed(path: Path) -> Path:
    path.write_bytes(gzip.compress(TABLE.encode()))
    return path


def error_of(path: Path, limits: ReaderLimits | None = None) -> GisError:
    with pytest.raises(GisError) as caught, open_vector(path, limits=limits) as source:
        list(source.batches())
    return caught.value


def failing(number: int) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_folder_is_lent_empty_and_goes_with_all_it_holds(tmp_path: Path) -> None:
    home = tmp_path / "reading"
    with lent(home) as folder:
        assert (folder.parent, list(folder.iterdir())) == (home, [])
        (folder / "a").mkdir()
        assert sweep_rooms(home) == 0
        assert (folder / "a").is_dir()
    assert list(home.iterdir()) == []
    assert home.stat().st_mode & 0o777 == 0o700


def test_what_a_killed_process_leaves_is_swept_and_what_others_hold_stays(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert [path.read_text() for path in tmp_path.glob("*/0.csv")] == ["much"]
    with lent(tmp_path) as held:
        assert sweep_rooms(tmp_path) == 1
        assert {path.name for path in tmp_path.iterdir()} == {held.name, f"{held.name}.lock"}
    assert sweep_rooms(tmp_path / "nothing") == 0


def test_files_are_read_where_the_limits_say_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none such"))
    limits = ReaderLimits(home=Path("data/reading"))
    with open_vector(zipped(tmp_path / "a.zip"), limits=limits) as source:
        assert len(list(Path("data/reading").glob("*/0.csv"))) == 1
        assert sum(batch.num_rows for batch in source.batches()) == 1
    assert list(Path("data/reading").iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "upload_disk_full"),
        (errno.EDQUOT, "upload_disk_full"),
        (errno.EMFILE, "reading_machine_short"),
        (errno.EIO, "reading_machine_short"),
    ],
)
def test_the_machine_is_blamed_for_what_is_its_own(tmp_path: Path, number: int, code: str) -> None:
    with pytest.raises(Temporary) as caught, blaming_the_machine(tmp_path / "not" / "made"):
        failing(number)()
    assert caught.value.code == code


def test_other_errors_of_the_system_are_left_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), blaming_the_machine(tmp_path):
        failing(errno.ENOENT)()


def test_a_disk_that_is_full_while_a_file_is_unpacked_is_not_the_files_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_write", failing(errno.ENOSPC))
    assert error_of(zipped(tmp_path / "a.zip")).code == "upload_disk_full"
    path = compressed(tmp_path / "a.csv.gz")
    monkeypatch.setattr(gzip, "open", failing(errno.EDQUOT))
    assert error_of(path).code == "upload_disk_full"


@pytest.mark.parametrize("write", [zipped, compressed])
def test_room_is_asked_for_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], Path]
) -> None:
    path = write(tmp_path / "a.bin")
    monkeypatch.setattr(archive, "_write", failing(errno.EIO))
    with_room(monkeypatch, 1 << 20)
    error = error_of(path, ReaderLimits(archive=ArchiveLimits(free_bytes=1 << 20)))
    assert isinstance(error, Temporary)
    assert (error.code, error.params) == ("upload_disk_full", {"needed_mb": 1, "free_mb": 1})


def test_a_reader_that_fails_on_a_full_disk_does_not_blame_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"FeatureCollection","features":[{"type":')
    assert isinstance(error_of(path), RefusedInput)
    with_room(monkeypatch, 0)
    assert error_of(path).code == "upload_disk_full"


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), ValueError(f"Write error: {os.strerror(errno.ENOSPC)}")]
)
def test_the_reader_processes_tell_of_a_full_disk(tmp_path: Path, error: Exception) -> None:
    question = Question(str(tmp_path / "0.csv"), "csv", "a.csv", None, None, 1, 1)
    assert reader._reason(question, error)[0] == "upload_disk_full"
    out = str(tmp_path / "out.tif")
    made = RasterQuestion("make", str(tmp_path / "source.tif"), "a.tif", out=out)
    assert raster_reader._reason(made, error)[0] == "raster_disk_full"


def parquet(path: Path, length: int, rows: int) -> Path:
    """Write a few kilobytes that stand for many of text."""
    pq.write_table(pa.table({"code": ["x" * length] * rows}), path)
    return path


def test_a_small_parquet_does_not_unpack_beyond_the_limit(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", 4_000, 5_000)
    assert path.stat().st_size < 50_000
    error = error_of(path, ReaderLimits(archive=ArchiveLimits(max_bytes=8 << 20)))
    assert (error.code, error.params["what"]) == (ErrorCode.ARCHIVE_TOO_LARGE, "bytes")


def test_rows_come_in_batches_that_the_parent_has_room_for(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", 20_000, BATCH_ROWS)
    with open_vector(path) as source:
        sizes = [(batch.num_rows, batch.nbytes) for batch in source.batches()]
    assert sum(rows for rows, _ in sizes) == BATCH_ROWS
    assert len(sizes) == 2
    assert all(size <= BATCH_BYTES for _, size in sizes)
