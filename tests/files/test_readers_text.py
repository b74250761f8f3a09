"""How the text of a file is encoded: what it says, what is tried, and what is left for whoever knows."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers import inspect_file, open_vector
from gis_service.files.readers.encodings import codec_of, decoded, is_utf8, recoded
from gis_service.files.readers.sniff import Format, sniff
from gis_service.files.readers.tables import read_csv
from tests.foreign_files import write_places

TCVN3 = "Th\xb8i B\xd7nh"
"""Thái Bình as TCVN3 has it, one sign for one byte."""

CODECS = {
    "UTF-8": "utf-8",
    "65001": "utf-8",
    "ANSI 1252": "cp1252",
    "ANSI_1251": "cp1251",
    "ISO 8859-1": "iso8859-1",
    "88591": "iso8859-1",
    "WindowsCyrillic": "cp1251",
    "LDID/87": None,
    "windows-1258": None,
    "1258": None,
    "WindowsVietnamese": None,
    "TCVN-5712": None,
    "VISCII": None,
    "vni-windows": None,
    "klingon": None,
    "": None,
}


@pytest.mark.parametrize("name", CODECS)
def test_an_encoding_is_known_by_the_names_that_programs_write(name: str) -> None:
    assert codec_of(name) == CODECS[name]


@given(st.binary(max_size=40))
def test_text_that_nobody_knows_keeps_every_byte(raw: bytes) -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([raw.decode("latin-1")])], ["a"])
    (same,) = recoded(iter([batch]), None)
    assert same["a"][0].as_py().encode("latin-1") == raw


@given(st.text(st.characters(codec="cp1251"), max_size=20))
def test_text_of_a_named_encoding_is_decoded_names_of_columns_too(text: str) -> None:
    written = text.encode("cp1251").decode("latin-1")
    batch = pa.RecordBatch.from_arrays([pa.array([written, None]), pa.array([1, 2])], [written, "n"])
    (read,) = recoded(iter([batch]), "cp1251")
    assert read.schema.names[0] == text
    assert read.column(0).to_pylist() == [text, None]


def test_bytes_that_a_table_has_no_sign_for_stay() -> None:
    assert decoded("a\x81\x93", "cp1252") == "a\x81“"


@given(st.binary(max_size=30), st.integers(0, 5))
def test_utf8_is_told_as_python_tells_it(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, start: int
) -> None:
    path = tmp_path_factory.mktemp("text") / "a"
    path.write_bytes(raw)
    try:
        raw[start:].decode("utf-8")
        expected = True
    except UnicodeDecodeError:
        expected = False
    assert is_utf8(path, start) is expected


def test_a_table_in_an_unknown_encoding_is_refused_or_given_byte_by_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"tên,lon,lat\n{TCVN3},106,20\n".replace("ê", "\xaa").encode("latin-1"))
    with pytest.raises(RefusedInput) as caught:
        read_csv(path, "a.csv", None)
    assert caught.value.code == ErrorCode.TEXT_ENCODING_UNKNOWN
    opened = read_csv(path, "a.csv", None, strict=False)
    assert (opened.found.encoding, opened.found.as_bytes) == (None, True)
    assert next(opened.batches).column(opened.found.leading).to_pylist() == [TCVN3]
    assert read_csv(path, "a.csv", "TCVN3").found.as_bytes


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_table_with_a_byte_order_mark_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("mã;tên;x;y\n1;Đề Thám;600000,5;2260000\n".encode(encoding))
    assert sniff(path) is Format.CSV
    opened = read_csv(path, "a.csv", None)
    assert opened.found.encoding == {"utf-16": "UTF-16", "utf-8-sig": "UTF-8"}[encoding]
    assert next(opened.batches)["tên"].to_pylist() == ["Đề Thám"]


def test_a_value_that_is_too_long_is_found_in_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"code,text,lon,lat\n1,a,106,20\n2,{'x' * (9 << 20)},106,20\n", "utf-8")
    opened = read_csv(path, "a.csv", None)
    with pytest.raises(RefusedInput) as caught:
        list(opened.batches)
    assert caught.value.code == ErrorCode.VALUE_TOO_LONG
    assert (caught.value.params["column"], caught.value.params["feature"]) == ("text", 2)


def test_a_shapefile_in_an_unknown_encoding_is_given_byte_by_byte(tmp_path: Path) -> None:
    home = write_places(tmp_path, "shp").with_suffix("")
    (home / "places.cpg").unlink()
    table = home / "places.dbf"
    table.write_bytes(table.read_bytes().replace("Bồ Xuyên".encode(), TCVN3.encode("latin-1") + b"  "))
    (layer,) = inspect_file(home / "places.shp").layers
    assert layer.as_bytes
    with open_vector(home / "places.shp", strict_text=False) as source:
        (batch,) = source.batches()
    assert TCVN3 in batch["name"].to_pylist()


def test_rows_that_a_table_has_struck_out_are_no_loss(tmp_path: Path) -> None:
    home = write_places(tmp_path, "shp").with_suffix("")
    table = bytearray((home / "places.dbf").read_bytes())
    table[int.from_bytes(table[8:10], "little")] = ord("*")
    (home / "places.dbf").write_bytes(table)
    with open_vector(home / "places.shp") as source:
        assert (source.header.total, sum(batch.num_rows for batch in source.batches())) == (2, 2)


def test_a_document_in_another_encoding_is_read_by_its_declaration(tmp_path: Path) -> None:
    text = write_places(tmp_path, "kml").read_text("utf-8").replace("UTF-8", "windows-1252")
    path = tmp_path / "a.kml"
    path.write_bytes(text.replace("Bồ Xuyên", "Café – “x”").encode("cp1252", "replace"))
    with open_vector(path) as source:
        (batch,) = source.batches()
    assert (source.header.encoding, source.header.as_bytes) == ("windows-1252", False)
    assert "Café – “x”" in batch["Name"].to_pylist()
