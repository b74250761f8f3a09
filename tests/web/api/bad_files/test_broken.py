"""Files that break off, lie, or would grow without end in whoever reads them."""

import json
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shapely.geometry import Point

from gis_service.files.readers import process
from tests.bad_files.counter import Counter
from tests.bad_files.made import HERE, collection, feature, packed, shapefile, written, zipped_parts
from tests.bad_files.marks import bad_input, quick_first
from tests.foreign_files import write_places

MANY = 3000


def many(folder: Path, ending: str) -> Path:
    xy = np.column_stack([np.linspace(106.30, 106.33, MANY), np.full(MANY, 20.4)])
    codes = {"code": [f"mã số {number}" for number in range(MANY)]}
    return written(folder, ending, [Point(x, y) for x, y in xy], codes, SPATIAL_INDEX="NO")


def broken_page(folder: Path) -> bytes:
    path = many(folder, "gpkg")
    content = bytearray(path.read_bytes())
    content[-8 * 4096 : -7 * 4096] = b"\xff" * 4096
    return bytes(content)


def lying_count(folder: Path) -> bytes:
    path = many(folder, "gpkg")
    with sqlite3.connect(path) as made:
        made.execute("DROP TRIGGER trigger_insert_feature_count_a")
        made.execute("UPDATE gpkg_ogr_contents SET feature_count = 100000")
    made.close()
    return path.read_bytes()


def changed(folder: Path, ending: str, place: slice, content: bytes) -> bytes:
    parts = shapefile(folder, [HERE] * 10, {"code": [str(number) for number in range(10)]})
    spoilt = bytearray(parts[ending])
    spoilt[place] = content
    return zipped_parts({**parts, ending: bytes(spoilt)})


def short_table(folder: Path) -> bytes:
    parts = shapefile(folder, [HERE] * 10, {"code": [str(number) for number in range(10)]})
    return zipped_parts({**parts, ".dbf": parts[".dbf"][:20]})


def unwritten_end(_: Path) -> bytes:
    """Give a table as a power cut leaves it: so long that its beginning looks sound, then nothing but NUL."""
    rows = "".join(f"mã số {number},106.3,20.4\n" for number in range(MANY))
    return f"code,lon,lat\n{rows}".encode() + bytes(3000)


def column_of_nul(folder: Path) -> bytes:
    """Give a GeoParquet that names a column of places which there is not, with a NUL in its name."""
    geo = {"primary_column": "pl\0ace", "columns": {"pl\0ace": {"encoding": "WKB"}}}
    table = pa.table({"code": ["a"]}).replace_schema_metadata({"geo": json.dumps(geo)})
    pq.write_table(table, folder / "a.parquet")
    return (folder / "a.parquet").read_bytes()


BROKEN: dict[str, Callable[[Path], bytes]] = {
    "GeoJSON": lambda _: collection(*[feature(code="a")] * 8)[:-60],
    "GeoPackage": lambda folder: many(folder, "gpkg").read_bytes()[:-120_000],
    "FlatGeobuf": lambda folder: many(folder, "fgb").read_bytes()[:-40_000],
    "KML": lambda folder: write_places(folder, "kml").read_bytes()[:-200],
    "an archive": lambda _: packed({"a.geojson": collection(feature())})[:-40],
    "a page of a GeoPackage": broken_page,
    "a count that lies": lying_count,
    "a table without a head": short_table,
    "an index of 268 million": lambda folder: changed(folder, ".shx", slice(24, 28), b"\x7f\xff\xff\xff"),
    "a head of a table": lambda folder: changed(folder, ".dbf", slice(8, 12), b"\xff\xff\xff\xff"),
    "the end of a table": unwritten_end,
    "a column of a GeoParquet": column_of_nul,
}
WHOLE = {"GeoJSON": 7, "a count that lies": MANY, "the end of a table": MANY, "a column of a GeoParquet": 0}
"""How many features can be read of what is broken, where that is certain."""


@bad_input(18, (422, "file_corrupt"))
@pytest.mark.parametrize("what", quick_first(BROKEN, [*WHOLE, "a page of a GeoPackage", "a head of a table"]))
def test_what_cannot_be_read_to_its_end_tells_how_far_it_can(
    counter: Counter, tmp_path: Path, what: str
) -> None:
    told = counter.refused(BROKEN[what](tmp_path), "lớp.bin")
    assert (told["status"], told["code"]) == (422, "file_corrupt")
    readable = int(told["detail"].rpartition("before the fault: ")[2].rstrip("."))
    assert 0 <= readable <= MANY
    assert WHOLE.get(what, readable) == readable


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "' + "&a;" * 10 + '"><!ENTITY c "' + "&b;" * 10 + '">]>'
)
OUTER = '<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/hostname">]>'
DOCUMENTS = {
    "KML": '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>&c;</name></Document></kml>',
    "GML": '<f:x xmlns:f="x" xmlns:gml="http://www.opengis.net/gml"><gml:name>&c;</gml:name></f:x>',
    "GPX": '<gpx version="1.1"><wpt lat="20.4" lon="106.3"><name>&c;</name></wpt></gpx>',
    "a style": "<StyledLayerDescriptor><NamedLayer><Name>&c;</Name></NamedLayer></StyledLayerDescriptor>",
    "metadata": "<metadata><idinfo>&c;</idinfo></metadata>",
}


@bad_input(19, (422, "xml_forbidden_construct"))
@pytest.mark.parametrize("declared", [BOMB, OUTER], ids=["a bomb", "a file"])
@pytest.mark.parametrize("what", DOCUMENTS)
def test_a_document_with_entities_is_refused(counter: Counter, what: str, declared: str) -> None:
    told = counter.refused(f'<?xml version="1.0"?>{declared}{DOCUMENTS[what]}'.encode(), "lớp.xml")
    assert (told["status"], told["code"]) == (422, "xml_forbidden_construct")


@bad_input(19, (422, "xml_forbidden_construct"))
def test_a_workbook_with_entities_is_refused(counter: Counter, tmp_path: Path) -> None:
    source, target = write_places(tmp_path, "xlsx"), tmp_path / "b.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            declared = OUTER.encode() if member.filename.endswith("sheet1.xml") else b""
            new.writestr(member.filename, declared + old.read(member))
    assert counter.refused(target.read_bytes(), "lớp.xlsx")["code"] == "xml_forbidden_construct"


def nested(depth: int) -> bytes:
    inner = json.dumps({"type": "Point", "coordinates": [106.3, 20.4]})
    deep = '{"type": "GeometryCollection", "geometries": [' * depth + inner + "]}" * depth
    return collection(f'{{"type": "Feature", "properties": {{}}, "geometry": {deep}}}')


DEEP = {
    "collections": nested(20_000),
    "brackets": b'{"type": "FeatureCollection", "features": ' + b"[" * 100_000,
    "folders": b'<kml xmlns="http://www.opengis.net/kml/2.2">'
    + b"<Folder>" * 5000
    + b"</Folder>" * 5000
    + b"</kml>",
}


@bad_input(20, (422, "too_deeply_nested"))
@pytest.mark.parametrize("what", quick_first(DEEP, ["collections"]))
def test_what_is_nested_without_end_is_refused(counter: Counter, what: str) -> None:
    told = counter.refused(DEEP[what])
    assert (told["status"], told["code"]) == (422, "too_deeply_nested")


@bad_input(29, (422, "file_rejected_reader_limit"))
@pytest.mark.parametrize("way", ["memory", "time", "crash"])
def test_a_reader_that_is_ended_refuses_the_file_and_nothing_else(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    content = many(tmp_path, "gpkg").read_bytes()
    if way == "crash":
        # Whatever makes a library fall: the process is gone without a word.
        monkeypatch.setattr(process, "_READER", "tests.bad_files.falling")
    else:
        settings = counter.desk.context.settings
        tight = {"memory": {"reader_memory_mb": 64}, "time": {"reader_seconds": 1}}[way]
        few = counter.with_settings(settings.model_copy(update=tight))
        monkeypatch.setitem(counter.desk.client.application.extensions, "gis", few)
    if way == "time":
        monkeypatch.setattr(process, "_READER", "tests.bad_files.sleeping")
    told = counter.refused(content, "lớp.gpkg")
    assert (told["status"], told["code"]) == (422, "file_rejected_reader_limit")
