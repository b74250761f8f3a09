"""Archives: bombs, places outside, several data sets, parts that lack; unpacked by our own hand."""

import gzip
import io
import stat
import zipfile
from pathlib import Path

import pytest

from tests.bad_files.counter import Counter, codes, fault
from tests.bad_files.made import HERE, THERE, collection, feature, packed, shapefile, zipped_parts
from tests.bad_files.marks import bad_input, quick_first

POINTS = collection(feature(code="a"))
LINK = zipfile.ZipInfo("a.geojson")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16
NAMED = [
    "../a.geojson",
    "x/../../a.geojson",
    "/etc/a.geojson",
    "C:\\a.geojson",
    "..\\a.geojson",
    "a\n.geojson",
]
BOMBS = {
    "unpacked it is too large": packed({"a.geojson": bytes(5 << 20)}),
    "it grows too much": packed({"a.geojson": bytes(3 << 20)}),
    "a compressed file grows too much": gzip.compress(bytes(3 << 20)),
    "an archive in an archive": packed({"a.zip": packed({"a.geojson": POINTS})}),
    "an archive in it under another name": packed({"a.geojson": packed({"a.geojson": POINTS})}),
    "more entries than anybody needs": packed({f"{number}.txt": b"" for number in range(51)}),
}


def lying(content: bytes) -> bytes:
    """Say of every member that it is one byte long."""
    data = bytearray(content)
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = data[22:26] = (1).to_bytes(4, "little")
    return bytes(data)


def linked() -> bytes:
    """Pack a link to another file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(LINK, "/etc/passwd")
    return out.getvalue()


def twice() -> bytes:
    """Pack two members whose names differ by capitals alone."""
    return packed({"a.geojson": POINTS, "A.geojson": POINTS})


@bad_input(3, (413, "archive_too_large"))
@pytest.mark.parametrize("what", BOMBS)
def test_an_archive_without_measure_is_not_unpacked(counter: Counter, what: str) -> None:
    told = counter.refused(BOMBS[what], "lớp.zip")
    assert (told["status"], told["code"]) == (413, "archive_too_large")


@bad_input(3, (422, "archive_compression"))
def test_an_archive_of_which_a_piece_grows_without_end_is_not_unpacked(counter: Counter) -> None:
    told = counter.refused(packed({"a.geojson": POINTS}, zipfile.ZIP_BZIP2), "lớp.zip")
    assert (told["status"], told["code"]) == (422, "archive_compression")
    assert "a.geojson is packed in a way that is not accepted (bzip2)" in told["detail"]


def test_an_archive_that_lies_about_its_size_comes_to_nothing(counter: Counter) -> None:
    told = counter.refused(lying(packed({"a.geojson": bytes(5 << 20)})), "lớp.zip")
    assert told["code"] in {"archive_too_large", "file_corrupt"}


@bad_input(4, (422, "archive_unsafe_path"))
@pytest.mark.parametrize("name", NAMED)
def test_a_name_that_leads_out_of_the_archive_is_refused(counter: Counter, name: str) -> None:
    told = counter.refused(packed({name: POINTS}), "lớp.zip")
    assert (told["status"], told["code"]) == (422, "archive_unsafe_path")


@bad_input(4, (422, "archive_unsafe_path"))
@pytest.mark.parametrize("content", [linked(), twice()], ids=["a link", "two names in one place"])
def test_a_member_that_is_no_file_of_its_own_is_refused(counter: Counter, content: bytes) -> None:
    assert counter.refused(content, "lớp.zip")["code"] == "archive_unsafe_path"


NOTHING = {
    "a file without a byte": (b"", "a.geojson"),
    "a file of blanks": (b" \n\n", "a.csv"),
    "a collection without features": (collection(), "a.geojson"),
    "a table without rows": (b"code,lon,lat\n", "a.csv"),
    "an archive without entries": (packed({}), "a.zip"),
    "an archive of a folder": (packed({"dữ liệu/": b""}), "a.zip"),
    "an archive of an empty file": (packed({"a.geojson": b""}), "a.zip"),
}


@bad_input(23, (422, "no_features"))
@pytest.mark.parametrize(
    "what", quick_first(NOTHING, [*NOTHING.keys() - {"a table without rows", "an archive of an empty file"}])
)
def test_what_holds_nothing_is_said_so(counter: Counter, what: str) -> None:
    told = counter.refused(*NOTHING[what])
    assert (told["status"], told["code"]) == (422, "no_features")


@bad_input(5, (201, "file_layer_choice"))
def test_of_several_shapefiles_one_is_chosen(counter: Counter, tmp_path: Path) -> None:
    parts = shapefile(tmp_path, [HERE, THERE], {"code": ["a", "b"]})
    both = {f"{stem}{ending}": part for stem in ("chợ", "trạm") for ending, part in parts.items()}
    # One of them lacks its table: the other can be chosen all the same.
    both |= {f"hỏng{ending}": part for ending, part in parts.items() if ending != ".dbf"}
    told = counter.seen(packed(both), "lớp.zip")
    layers = {layer["name"]: layer.get("features") for layer in told["layers"]}
    assert (codes(told), layers) == (["file_layer_choice"], {"chợ": 2, "trạm": 2, "hỏng": None})
    (broken,) = [layer["fault"] for layer in told["layers"] if layer["name"] == "hỏng"]
    assert (broken["code"], broken["detail"]) == ("shapefile_incomplete", "lớp.zip lacks .dbf.")
    counter.chosen(told["id"], layer="market")
    assert counter.not_published(told["id"])["code"] == "file_layer_choice"
    told = counter.chosen(told["id"], layer=None, name="trạm")
    assert (told["faults"], [layer["name"] for layer in told["layers"]]) == ([], ["trạm"])


@bad_input(5, (422, "shapefile_incomplete"))
def test_a_shapefile_without_its_table_is_refused(counter: Counter, tmp_path: Path) -> None:
    parts = shapefile(tmp_path, [HERE], {"code": ["a"]})
    del parts[".dbf"]
    told = counter.refused(zipped_parts(parts), "lớp.zip")
    assert (told["status"], told["code"]) == (422, "shapefile_incomplete")
    assert ".dbf" in told["detail"]


@bad_input(5, (201, "shapefile_incomplete"))
def test_the_index_of_a_shapefile_is_made_anew_when_that_is_chosen(counter: Counter, tmp_path: Path) -> None:
    parts = shapefile(tmp_path, [HERE, THERE], {"code": ["a", "b"]})
    del parts[".shx"]
    told = counter.seen(zipped_parts(parts), "lớp.zip")
    found = fault(told, "shapefile_incomplete")
    assert (found["severity"], found["repair"], ".shx" in found["detail"]) == ("error", "index", True)
    told = counter.chosen(told["id"], repairs=["index"], layer="market", columns={"code": "code"})
    assert "shapefile_incomplete" not in codes(told)
    assert told["layers"][0]["about"]["index_rebuilt"] == "yes"
