"""The list of contents of an archive is bounded before anything is made of it."""

import struct
import zipfile
from pathlib import Path

import pytest

from gis_service.errors import ErrorCode, RefusedInput, Temporary
from gis_service.files.readers import archive_list
from gis_service.files.readers.archive import ArchiveLimits, is_workbook
from gis_service.files.readers.laid_out import lay_out

_LIST = b"PK\x01\x02"
_FEW = ArchiveLimits(max_entries=10)


def zipped(path: Path, entries: int, *, remark: bytes = b"", end: bytes = b"", method: int = 8) -> Path:
    """Zip some tables; each entry of the list bears a remark, and so does its end."""
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(entries):
            entry = zipfile.ZipInfo(f"{number}.csv")
            entry.comment, entry.compress_type = remark, method
            archive.writestr(entry, "name,lon,lat\n")
        archive.comment = end
    return path


def refusal_of(path: Path, limits: ArchiveLimits = _FEW) -> RefusedInput:
    with pytest.raises(RefusedInput) as caught:
        lay_out(path, path.parent, limits)
    assert str(path.parent) not in caught.value.detail("vi")
    return caught.value


@pytest.mark.parametrize("wide", [False, True])
def test_a_list_that_is_longer_than_its_entries_need_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, wide: bool
) -> None:
    if wide:
        # Its end is written as that of an archive beyond 4 GiB.
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
    path = zipped(tmp_path / "a.zip", 5, remark=b"x" * 60_000)
    assert (b"PK\x06\x06" in path.read_bytes()) is wide
    error = refusal_of(path)
    assert error.code is ErrorCode.ARCHIVE_TOO_LARGE
    assert 300_000 < int(str(error.params["value"])) < 301_000
    assert "its list of contents in bytes" in error.detail("en")
    assert not is_workbook(path, ArchiveLimits())


def test_entries_are_counted_before_zipfile_makes_anything_of_them(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", 11)
    content = bytearray(path.read_bytes())
    # The first of them asks for a release of the format that there is not: zipfile refuses it as it meets it.
    struct.pack_into("<H", content, content.index(_LIST) + 6, 99)
    path.write_bytes(content)
    error = refusal_of(path)
    assert (error.code, error.params["what"], error.params["value"]) == ("archive_too_large", "entries", 11)


def test_a_list_that_claims_more_than_the_file_holds_is_broken(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", 1)
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, len(content) - 10, 1 << 31)
    path.write_bytes(content)
    assert refusal_of(path).code is ErrorCode.FILE_CORRUPT


@pytest.mark.parametrize("end", [b"", b"trang thai 2025", _LIST * 10_000])
def test_an_archive_within_the_limit_is_read_whatever_is_remarked_in_it(tmp_path: Path, end: bytes) -> None:
    path = zipped(tmp_path / "a.zip", 10, end=end)
    out = tmp_path / "out"
    out.mkdir()
    assert len(lay_out(path, out, _FEW, every=True)) == 10


@pytest.mark.parametrize(("method", "called"), [(9, "Deflate64"), (12, "bzip2"), (14, "LZMA"), (98, "98")])
def test_what_is_packed_in_another_way_than_all_programs_do_is_to_be_packed_again(
    tmp_path: Path, method: int, called: str
) -> None:
    path = zipped(tmp_path / "a.zip", 2)
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, content.index(_LIST) + 10, method)
    path.write_bytes(content)
    error = refusal_of(path)
    assert (error.code, error.params["entry"]) == (ErrorCode.ARCHIVE_COMPRESSION, "0.csv")
    assert f"({called})" in error.detail("vi")
    assert "Deflate" in error.remedy("vi")


def test_an_archive_that_the_machine_has_no_memory_for_is_not_at_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(archive_list.Watched, "read", short)
    with pytest.raises(Temporary) as caught:
        lay_out(zipped(tmp_path / "a.zip", 1), tmp_path, _FEW)
    assert caught.value.code is ErrorCode.READING_MACHINE_SHORT
