"""Text files are written whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gis_service.errors import ErrorCode, GisError
from gis_service.files.texts import check_text_out, write_text_whole


def test_pieces_become_one_file_with_the_line_ends_they_have(tmp_path: Path) -> None:
    write_text_whole(tmp_path / "new" / "a.csv", ["tên\r\n", "Đông\n"])
    assert (tmp_path / "new" / "a.csv").read_bytes() == "tên\r\nĐông\n".encode()


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    out.write_text("mine")

    def broken() -> Iterator[str]:
        yield "half"
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_text_whole(out, broken())
    assert out.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("name", "overwrite", "code"),
    [
        ("a.dxf", False, ErrorCode.OUTPUT_FORMAT_UNKNOWN),
        ("csv", True, ErrorCode.OUTPUT_FORMAT_UNKNOWN),
        ("there.csv", False, ErrorCode.OUTPUT_EXISTS),
    ],
)
def test_where_nothing_can_be_written_that_is_said(
    tmp_path: Path, name: str, code: ErrorCode, *, overwrite: bool
) -> None:
    (tmp_path / "there.csv").touch()
    with pytest.raises(GisError) as caught:
        check_text_out(tmp_path / name, (".csv",), overwrite=overwrite)
    assert caught.value.code == code


def test_a_file_may_be_replaced_when_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "there.CSV").touch()
    check_text_out(tmp_path / "there.CSV", (".csv",), overwrite=True)
