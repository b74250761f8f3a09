"""What is no file of places, or a program in the guise of one, is refused by its bytes, whatever its name."""

import pytest

from tests.bad_files.counter import Counter
from tests.bad_files.made import packed
from tests.bad_files.marks import bad_input

LAYERS = (
    b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>%s</SrcDataSource></OGRVRTLayer>"
    b"</OGRVRTDataSource>"
)
VECTOR, REMOTE = LAYERS % b"/etc/passwd", LAYERS % b"/vsicurl/http://127.0.0.1/a.csv"
RASTER = (
    b"<VRTDataset rasterXSize='1' rasterYSize='1'><VRTRasterBand band='1' subClass='VRTRawRasterBand'/>"
    b"</VRTDataset>"
)
PROGRAMS = {
    "a vector VRT": VECTOR,
    "a vector VRT with a mark and a remark": b"\xef\xbb\xbf<?xml version='1.0'?><!-- x -->" + VECTOR,
    "a raster VRT": RASTER,
    "a VRT of another machine": REMOTE,
    "a VRT in a zip": packed({"a.geojson": VECTOR}),
    "a web map service": b"<GDAL_WMS><Service name='WMS'><ServerUrl>http://127.0.0.1/</ServerUrl></Service></GDAL_WMS>",
    "a web feature service": b"<OGRWFSDataSource><URL>http://127.0.0.1/wfs</URL></OGRWFSDataSource>",
    "capabilities": b"<wfs:WFS_Capabilities xmlns:wfs='http://www.opengis.net/wfs' xmlns:gml='http://www.opengis.net/gml'/>",
    "an address of features": b"OAPIF:http://127.0.0.1/collections/a",
    "an address of a database": b"PG:host=127.0.0.1 user=postgres",
    "a pipeline": b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}',
    "a tileset": b'{"tilejson": "3.0.0", "tiles": ["http://127.0.0.1/{z}/{x}/{y}.pbf"], "name": "a"}',
    "a topology": b'{"type": "Topology", "objects": {}, "arcs": []}',
    "a web page": b"<!DOCTYPE html><html><body>404</body></html>",
    "an ELF program": b"\x7fELF\x02\x01\x01" + bytes(64),
    "a database that is no GeoPackage": b"SQLite format 3\x00" + bytes(4096),
}


@pytest.mark.parametrize("name", ["a.geojson", "a.shp"])
@pytest.mark.parametrize(
    "what",
    [
        pytest.param(what, marks=bad_input(1 if "VRT" in what else 2, (422, "format_not_allowed")))
        for what in PROGRAMS
    ],
)
def test_a_program_is_no_file_of_places_under_any_name(counter: Counter, what: str, name: str) -> None:
    told = counter.refused(PROGRAMS[what], name)
    assert (told["status"], told["code"]) == (422, "format_not_allowed")
