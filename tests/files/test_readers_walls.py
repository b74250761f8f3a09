"""No file of a stranger makes its reader open another file or a connection, whatever the file asks for."""

import ctypes
import os
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gis_service.errors import GisError
from gis_service.files.readers import inspect_file, open_vector
from gis_service.settings import ROOT
from tests.foreign_files import write_places, write_workbook

SECRET = "canary-5f2c"  # noqa: S105  in a file that nobody may read
_OPENED = 0x20
_EVENT = struct.Struct("iIII")
GML = """<f:FeatureCollection xmlns:f="http://x/f" xmlns:gml="http://www.opengis.net/gml" xmlns:xsi="{xsi}"
 xmlns:xlink="http://www.w3.org/1999/xlink" xsi:schemaLocation="http://x/f {path} http://x/g {url}/a.xsd">
 <gml:featureMember><f:a gml:id="a.1"><f:name xlink:href="{url}/name">x</f:name><f:more xlink:href="{path}"/>
 <f:geom><gml:Point srsName="{url}/crs"><gml:coordinates>106,20</gml:coordinates></gml:Point></f:geom></f:a>
 </gml:featureMember></f:FeatureCollection>"""
KML = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>{url}/a.kml</href></Link>
 </NetworkLink><NetworkLink><Link><href>{path}</href></Link></NetworkLink><Style id="s"><IconStyle><Icon>
 <href>{url}/i.svg</href></Icon></IconStyle></Style><Placemark><name>x</name><styleUrl>{url}/s.kml#s</styleUrl>
 <Point><coordinates>106,20</coordinates></Point></Placemark></Document></kml>"""
GPX = """<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x" xmlns:xsi="{xsi}"
 xsi:schemaLocation="http://www.topografix.com/GPX/1/1 {path}"><wpt lat="20" lon="106"><name>x</name>
 <link href="{url}/a"/></wpt></gpx>"""
LINKED = """{{"type":"FeatureCollection",
 "crs":{{"type":"link","properties":{{"href":"{url}/crs","type":"esriwkt"}}}},
 "features":[{{"type":"Feature","properties":{{"a":"{path}"}},"geometry":{{"type":"Point","coordinates":[1,2]}}}}]}}"""
VRT = """<OGRVRTDataSource xmlns:g="http://www.opengis.net/gml"><SrcDataSource>{path}</SrcDataSource>
 </OGRVRTDataSource>"""
TAB = """!table\n!version 300\n!charset WindowsLatin1\n\nDefinition Table
  Type {kind} Charset "WindowsLatin1"\n  Fields 1\n    Table Char (100) ;
begin_metadata\n"\\IsSeamless" = "TRUE"\nend_metadata\n"""
DXF = """0\nSECTION\n2\nTABLES\n0\nENDSEC\n0\nSECTION\n2\nBLOCKS
0\nBLOCK\n8\n0\n2\nx\n70\n4\n10\n0\n20\n0\n3\nx\n1\n{path}\n0\nENDBLK\n0\nENDSEC\n0
SECTION\n2\nENTITIES\n0\nINSERT\n8\n0\n2\nx\n10\n1\n20\n1\n0\nENDSEC\n0\nEOF\n"""
TEXTS = {
    "vrt": VRT,
    "gml": GML,
    "kml": KML,
    "gpx": GPX,
    "geojson": LINKED,
    "dxf": DXF,
    "open.tab": '!Table\n!Version 100\n\nOpen Table "{path}" Hide\n',
    "linked.tab": TAB.replace("{kind}", "LINKED"),
    "service.xml": "<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>",
    "tiles.json": '{{"tilejson": "3.0.0", "tiles": ["{url}/{{z}}"]}}',
}


class Bait:
    """A file that tells who opens it, and an address that tells who connects to it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "secret.csv"
        self.path.write_text(f"code,name,lon,lat\n1,{SECRET},106,20\n", "utf-8")
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.setblocking(False)
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        libc = ctypes.CDLL(None)
        self._watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        libc.inotify_add_watch(self._watch, os.fsencode(self.path), _OPENED)

    def touched(self) -> list[str]:
        """Say what was opened since."""
        found = []
        with suppress(BlockingIOError):
            found += ["file"] * (len(os.read(self._watch, 4096)) // _EVENT.size)
        with suppress(BlockingIOError):
            self._server.accept()[0].close()
            found.append("connection")
        return found

    def close(self) -> None:
        os.close(self._watch)
        self._server.close()

    def fill(self, text: str) -> str:
        xsi = "http://www.w3.org/2001/XMLSchema-instance"
        return text.format(path=self.path, url=self.url, xsi=xsi)


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    made = Bait(tmp_path)
    yield made
    made.close()


def what_came_of(path: Path) -> str:
    """Read a file; give all that came out of it."""
    try:
        with open_vector(path, strict_text=False) as source:
            return str(source.header) + "".join(str(batch.to_pydict()) for batch in source.batches())
    except GisError as error:
        return error.detail("en")


def test_the_bait_tells_who_takes_it(bait: Bait) -> None:
    assert bait.touched() == []
    bait.path.read_bytes()
    port = int(bait.url.rpartition(":")[2])
    socket.create_connection(("127.0.0.1", port)).close()
    assert bait.touched() == ["file", "connection"]


@pytest.mark.parametrize("name", TEXTS)
def test_text_that_names_other_places_leads_nowhere(bait: Bait, tmp_path: Path, name: str) -> None:
    path = tmp_path / f"upload.{name}"
    path.write_text(bait.fill(TEXTS[name]), "utf-8")
    said = what_came_of(path)
    assert bait.touched() == []
    assert SECRET not in said


def with_views(path: Path, bait: Bait) -> Path:
    path = write_places(path, "gpkg")
    with sqlite3.connect(path) as made:
        view = f"CREATE VIEW v AS SELECT fid, geom, load_extension('{bait.path}') AS x FROM places"  # noqa: S608  ours
        made.execute(view)
        made.execute(
            "INSERT INTO gpkg_contents(table_name, data_type, srs_id) VALUES ('v', 'features', 4326)"
        )
        made.execute("INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4326, 0, 0)")
        made.execute("CREATE TABLE loose (word TEXT)")
    made.close()
    return path


def with_programs(path: Path, bait: Bait) -> Path:
    path = with_views(path, bait)
    with sqlite3.connect(path) as made:
        made.execute("CREATE VIEW w AS SELECT ogr_geocode('Paris') AS x")
    made.close()
    return path


def with_outer_links(path: Path, bait: Bait) -> Path:
    book = write_workbook(path / "b.xlsx", {"a": [["name", "lon", "lat"], ["x", 106, 20]]})
    types = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr(
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            "<Relationship "
            f'Id="rId1" Type="{types}externalLinkPath" Target="{bait.path}" TargetMode="External"/>'
            "</Relationships>",
        )
    return book


def with_outer_schema(path: Path, bait: Bait) -> Path:
    target = path / "gml.zip"
    schema = f"""<schema xmlns="http://www.w3.org/2001/XMLSchema"><include schemaLocation="{bait.path}"/>
     <import namespace="x" schemaLocation="{bait.url}/x.xsd"/></schema>"""
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.gml", bait.fill(GML))
        archive.writestr("a.xsd", schema)
    return target


def with_another_table(path: Path, bait: Bait) -> Path:
    target = path / "tab.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.tab", TAB.replace("{kind}", "NATIVE"))
        archive.writestr("a.dat", str(bait.path))
    return target


def with_outer_system(path: Path, bait: Bait) -> Path:
    source = write_places(path, "shp").with_suffix("")
    (source / "places.prj").write_text(f"{bait.url}/crs")
    (source / "places.cpg").write_text(str(bait.path))
    return source / "places.shp"


MADE: list[Callable[[Path, Bait], Path]] = [
    with_views,
    with_programs,
    with_outer_links,
    with_outer_schema,
    with_another_table,
    with_outer_system,
]


@pytest.mark.parametrize("make", MADE)
def test_a_file_that_names_other_places_leads_nowhere(
    bait: Bait, tmp_path: Path, make: Callable[[Path, Bait], Path]
) -> None:
    path = make(tmp_path, bait)
    bait.touched()
    said = what_came_of(path)
    assert bait.touched() == []
    assert SECRET not in said


def test_of_a_geopackage_only_plain_tables_are_shown(bait: Bait, tmp_path: Path) -> None:
    contents = inspect_file(with_views(tmp_path, bait))
    assert [layer.name for layer in contents.layers] == ["places"]


def test_the_limit_of_time_ends_a_reader_otherwise_than_who_kills_it() -> None:
    endless = "from gis_service.files.readers.walls import limit_time; limit_time(1)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", endless], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGXCPU
