"""What a file must not hold, and where it is told to stand."""

import gzip
import json
import os
import zipfile
from pathlib import Path

import pytest

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers import ArchiveLimits, Format, open_vector
from gis_service.files.readers.archive import unpack_gzip
from gis_service.files.readers.dxf_blocks import refuse_growth
from gis_service.files.readers.geojson_faults import explain, refuse_not_finite
from gis_service.files.readers.laid_out import lay_out
from gis_service.files.readers.markup import check_markup
from gis_service.files.readers.osm_definition import load_definition
from gis_service.files.readers.osm_frames import refuse_broken
from gis_service.files.readers.sniff import sniff
from gis_service.settings import ROOT
from tests.foreign_files import write_places
from tests.small_city import write_text

KML = '<kml xmlns="http://www.opengis.net/kml/2.2">{}</kml>'
PLACE = '{"type": "Point", "coordinates": [106, 20]}'


def features(*members: str) -> str:
    return '{"type": "FeatureCollection", "features": [\n' + ",\n".join(members) + "\n]}"


def feature(geometry: str = PLACE, properties: str = "{}") -> str:
    return f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'


def refused(path: Path, kind: Format = Format.GEOJSON) -> RefusedInput:
    if kind is Format.GEOJSON:
        return explain(path, "a.geojson", "as GDAL says")
    with pytest.raises(RefusedInput) as caught:
        check_markup(path, "a.kml", kind)
    return caught.value


NOT_FINITE = ["1e999", "NaN", "nan", "-Infinity", "1e+400", "9" * 400]


@pytest.mark.parametrize("value", NOT_FINITE)
def test_a_number_that_is_none_is_told_with_its_line_and_feature(tmp_path: Path, value: str) -> None:
    bad = feature(f'{{"type": "Point", "coordinates": [106, {value}]}}', '{"a": "NaN, ]1e999["}')
    error = refused(write_text(tmp_path / "a.geojson", features(feature(), bad)))
    assert error.code == ErrorCode.COORDINATE_NOT_FINITE
    assert str(error.params["where"]).endswith("dòng / line 3, #2)")


@pytest.mark.parametrize("sequence", [True, False])
def test_words_that_look_like_no_number_are_no_fault_in_text(tmp_path: Path, sequence: bool) -> None:  # noqa: FBT001
    text = features(feature(properties='{"a": "x, NaN, 1e999 , inf ,", "nan": 1, "b": "say \\"NaN\\""}'))
    refuse_not_finite(write_text(tmp_path / "a.geojson", text), "a.geojson", sequence=sequence)


def test_nan_in_a_document_that_gdal_would_take_is_refused(tmp_path: Path) -> None:
    bad = feature('{"type": "Point", "coordinates": [NaN, 20]}')
    with pytest.raises(RefusedInput) as caught, open_vector(write_text(tmp_path / "a.json", features(bad))):
        pytest.fail("it was opened")
    assert caught.value.code == ErrorCode.COORDINATE_NOT_FINITE


def test_brackets_in_brackets_without_end_are_refused_with_their_line(tmp_path: Path) -> None:
    deep = '{"type": "GeometryCollection", "geometries": [' * 20_000 + "]}" * 20_000
    error = refused(write_text(tmp_path / "a.geojson", features(feature(deep))))
    assert (error.code, error.params["line"]) == (ErrorCode.TOO_DEEPLY_NESTED, 2)
    folders = KML.format("<Folder>" * 5000 + "</Folder>" * 5000)
    assert refused(write_text(tmp_path / "a.kml", folders), Format.KML).code == ErrorCode.TOO_DEEPLY_NESTED


@pytest.mark.parametrize("whole", [0, 1, 7])
def test_a_document_cut_short_tells_how_many_features_it_gave(tmp_path: Path, whole: int) -> None:
    cut = features(*[feature()] * (whole + 1))[:-20]
    error = refused(write_text(tmp_path / "a.geojson", cut))
    assert (error.code, error.params["readable"]) == (ErrorCode.FILE_CORRUPT, whole)
    marks = KML.format("<Placemark><name>x</name></Placemark>\n" * (whole + 1))[:-20]
    error = refused(write_text(tmp_path / "a.kml", marks), Format.KML)
    assert (error.code, error.params["readable"]) == (ErrorCode.FILE_CORRUPT, whole)
    assert str(whole) in error.detail("vi")


def test_a_bracket_too_many_is_no_number(tmp_path: Path) -> None:
    assert (
        refused(write_text(tmp_path / "a.geojson", features(feature()) + "}")).code == ErrorCode.FILE_CORRUPT
    )


DECLARED = (
    '<?xml version="1.0"{}?><!DOCTYPE {} [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>{}'
)
ROOTS = {
    "kml": "<kml><Document><name>&b;</name></Document></kml>",
    "gpx": "<gpx><name>&a;</name></gpx>",
    "osm": "<osm/>",
    "gml": '<f:x xmlns:f="x" xmlns:gml="http://www.opengis.net/gml"/>',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "iso-8859-1"])
@pytest.mark.parametrize("root", ROOTS)
def test_a_document_that_declares_entities_is_refused_before_it_is_read(
    tmp_path: Path, root: str, encoding: str
) -> None:
    said = "" if encoding.startswith("utf") else f' encoding="{encoding}"'
    path = tmp_path / "a.xml"
    path.write_bytes(DECLARED.format(said, root, ROOTS[root]).encode(encoding))
    with pytest.raises(RefusedInput) as caught:
        sniff(path)
    assert caught.value.code == ErrorCode.XML_FORBIDDEN_CONSTRUCT


def test_a_declaration_behind_any_number_of_remarks_is_found(tmp_path: Path) -> None:
    remarks = "<!-- x -->" * 20_000
    text = DECLARED.format("", "kml", KML.format("<Document/>")).replace("<!DOCTYPE", f"{remarks}<!DOCTYPE")
    assert refused(write_text(tmp_path / "a.kml", text), Format.KML).code == ErrorCode.XML_FORBIDDEN_CONSTRUCT


WIDE: dict[str, tuple[str, ErrorCode]] = {
    "two thousand columns": (json.dumps({f"c{n}": n for n in range(2000)}), ErrorCode.TOO_MANY_FIELDS),
    "two megabytes of text": (json.dumps({"a": "x" * (2 << 20)}), ErrorCode.VALUE_TOO_LONG),
}


@pytest.mark.parametrize("name", WIDE)
def test_what_no_table_has_room_for_is_refused(tmp_path: Path, name: str) -> None:
    properties, expected = WIDE[name]
    path = write_text(tmp_path / "a.geojson", features(feature(), feature(properties=properties)))
    with pytest.raises(RefusedInput) as caught, open_vector(path) as source:
        list(source.batches())
    assert caught.value.code == expected
    assert caught.value.detail("vi") != caught.value.detail("en")


def drawing(levels: int, each: int, grid: int = 1) -> str:
    """Draw blocks that insert one another, the last one in rows and columns."""
    said = ["0", "SECTION", "2", "BLOCKS"]
    for level in range(levels):
        inside = ["0", "INSERT", "8", "0", "2", f"B{level - 1}"] if level else ["0", "POINT", "8", "0"]
        said += ["0", "BLOCK", "8", "0", "2", f"B{level}", *(inside * each), "0", "ENDBLK", "8", "0"]
    placed = ["0", "INSERT", "8", "0", "2", f"B{levels - 1}", "70", str(grid), "71", str(grid)]
    return "\n".join(
        [*said, "0", "ENDSEC", "0", "SECTION", "2", "ENTITIES", *placed, "0", "ENDSEC", "0", "EOF", ""]
    )


GROWN = {(6, 10, 1): False, (8, 10, 1): True, (1, 1, 3000): True, (5000, 1, 1): False}


@pytest.mark.parametrize("size", GROWN)
def test_a_drawing_that_would_grow_without_end_is_refused(tmp_path: Path, size: tuple[int, int, int]) -> None:
    path = write_text(tmp_path / "a.dxf", drawing(*size))
    assert sniff(path) is Format.DXF
    if not GROWN[size]:
        refuse_growth(path, "a.dxf")
        return
    with pytest.raises(RefusedInput) as caught:
        refuse_growth(path, "a.dxf")
    assert caught.value.code == ErrorCode.FILE_REJECTED_READER_LIMIT


def test_blocks_that_insert_one_another_come_to_an_end(tmp_path: Path) -> None:
    text = drawing(2, 2).replace("B1", "B0")
    refuse_growth(write_text(tmp_path / "a.dxf", text), "a.dxf")


@pytest.mark.parametrize("change", [(-1, None), (60, None), (1, 5), (0, 255)])
def test_an_extract_whose_blocks_are_broken_is_refused(
    tmp_path: Path, change: tuple[int, int | None]
) -> None:
    path = write_places(tmp_path, "osm.pbf")
    refuse_broken(path, "a.osm.pbf")
    place, byte = change
    content = bytearray(path.read_bytes())
    if byte is None:
        del content[place:]
    else:
        content[place] = byte
    path.write_bytes(content)
    with pytest.raises(RefusedInput) as caught:
        refuse_broken(path, "a.osm.pbf")
    assert caught.value.code == ErrorCode.FILE_CORRUPT


PACKED: dict[str, tuple[bytes, ErrorCode]] = {
    "too much": (os.urandom(5000), ErrorCode.ARCHIVE_TOO_LARGE),
    "a bomb": (b"0" * 100_000, ErrorCode.ARCHIVE_TOO_LARGE),
    "an archive": (gzip.compress(b"x"), ErrorCode.ARCHIVE_TOO_LARGE),
}


@pytest.mark.parametrize("name", PACKED)
def test_a_compressed_file_is_held_to_the_limits_of_archives(tmp_path: Path, name: str) -> None:
    content, expected = PACKED[name]
    path = tmp_path / "a.geojson.gz"
    path.write_bytes(gzip.compress(content))
    with pytest.raises(RefusedInput) as caught:
        unpack_gzip(path, tmp_path, ArchiveLimits(max_bytes=4000, max_ratio=20))
    assert caught.value.code == expected


def test_a_compressed_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson.gz"
    path.write_bytes(gzip.compress(os.urandom(3000))[:-500])
    with pytest.raises(RefusedInput) as caught:
        lay_out(path, tmp_path, ArchiveLimits())
    assert caught.value.code == ErrorCode.FILE_CORRUPT


def test_the_definition_of_openstreetmap_layers_is_sound() -> None:
    assert {"roads", "ferries", "hospital", "land_use"} <= load_definition(
        ROOT / "layers" / "osm.yaml"
    ).keys()


FAULTY = [
    "layers: {a: {from: [circles], where: [], fields: {}}}",
    "layers: {a: {from: [lines], where: [{oneway: yes}], fields: {}}}",
    "layers: {a: {from: [lines], where: [], fields: {x: {values: {a: b}}}}}",
    "layers: {a: {from: [lines], where: [], fields: {x: {tag: t, values: {yes: 1}}}}}",
    "layers: {a: {from: [lines], where: [], colour: red, fields: {}}}",
    "layers: {a: {where: []}}",
    "layers: [",
]


@pytest.mark.parametrize("text", FAULTY)
def test_a_definition_with_a_fault_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        load_definition(write_text(tmp_path / "osm.yaml", text))
    assert caught.value.code == ErrorCode.OSM_LAYERS_FAULTY


def test_an_archive_with_an_entry_without_a_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "name,lon,lat\n")
    path.write_bytes(path.read_bytes().replace(b"a.csv", b"\x00.csv"))
    with pytest.raises(RefusedInput) as caught:
        lay_out(path, tmp_path, ArchiveLimits())
    assert caught.value.code == ErrorCode.ARCHIVE_UNSAFE_PATH


def test_an_archive_whose_packing_is_broken_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", os.urandom(500))
    content = bytearray(path.read_bytes())
    content[60:300] = b"\xff" * 240
    path.write_bytes(content)
    with pytest.raises(RefusedInput) as caught:
        lay_out(path, tmp_path, ArchiveLimits())
    assert caught.value.code == ErrorCode.FILE_CORRUPT
