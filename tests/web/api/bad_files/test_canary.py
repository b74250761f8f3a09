"""No upload makes the service open another file or a connection, whatever it names or is called."""

import gzip
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bad_files.counter import ENGLISH, Counter
from tests.bad_files.made import HERE, collection, feature, packed, shapefile, workbook, zipped_parts
from tests.bad_files.marks import quick_first
from tests.files.test_raster_walls import overview_elsewhere
from tests.files.test_readers_walls import MADE, SECRET, TEXTS, VRT, Bait
from tests.foreign_files import write_places


@pytest.fixture
def bait(tmp_path: Path) -> Iterator[Bait]:
    made = Bait(tmp_path)
    yield made
    made.close()


def with_triggers(folder: Path, bait: Bait) -> bytes:
    """Give a GeoPackage that attaches another file, and writes, whenever anything is done to it."""
    path = write_places(folder, "gpkg")
    with sqlite3.connect(path) as made:
        for when in ("INSERT", "UPDATE", "DELETE"):
            asks = f"SELECT load_extension('{bait.path}')"
            made.execute(f"CREATE TRIGGER t{when} AFTER {when} ON places BEGIN {asks}; END")
        made.execute(f"CREATE VIEW gpkg_metadata AS SELECT readfile('{bait.path}') AS metadata")
        made.execute("CREATE VIRTUAL TABLE o USING rtree(id, a, b)")
    made.close()
    return path.read_bytes()


def with_formulas(folder: Path, bait: Bait) -> bytes:
    return workbook(folder, [["name", "lon", "lat"], [f"=WEBSERVICE('{bait.url}')", 106.3, 20.4]])


def with_encoding(folder: Path, bait: Bait) -> bytes:
    parts = shapefile(folder, [HERE], {"code": ["a"]})
    return zipped_parts(parts | {".cpg": str(bait.path).encode(), ".prj": f"{bait.url}/crs".encode()})


MORE: dict[str, Callable[[Path, Bait], bytes]] = {
    "a VRT in a zip": lambda _, bait: packed({"a.geojson": bait.fill(VRT).encode()}),
    "a VRT beside a Shapefile": lambda folder, bait: packed(
        {f"a{ending}": part for ending, part in shapefile(folder, [HERE], {"code": ["a"]}).items()}
        | {"a.vrt": bait.fill(VRT).encode(), "a.shp.xml": bait.fill(VRT).encode()}
    ),
    "a compressed VRT": lambda _, bait: gzip.compress(bait.fill(VRT).encode()),
    "links of a KMZ": lambda _, bait: packed({"doc.kml": bait.fill(TEXTS["kml"]).encode()}),
    "values that name files": lambda _, bait: (
        f"code,name,lon,lat\n@{bait.path},/vsicurl/{bait.url},106,20\n".encode()
    ),
    "a table of addresses": lambda _, bait: f"wkt;name\n@{bait.path};x\n/vsicurl/{bait.url};y\n".encode(),
    "a GeoPackage with triggers": with_triggers,
    "a workbook that asks": with_formulas,
    "an encoding that is a file": with_encoding,
    "a raster with overviews in a file": lambda folder, bait: overview_elsewhere(
        folder / "a.tif", str(bait.path)
    ).read_bytes(),
    "a raster with overviews at an address": lambda folder, bait: overview_elsewhere(
        folder / "a.tif", f"/vsicurl/{bait.url}/a.tif"
    ).read_bytes(),
}
WAYS: dict[str, Callable[[Path, Bait], bytes]] = {
    **{name: lambda _, bait, text=text: bait.fill(text).encode() for name, text in TEXTS.items()},  # type: ignore[misc]
    **{make.__name__: lambda folder, bait, make=make: make(folder, bait).read_bytes() for make in MADE},  # type: ignore[misc]
    **MORE,
}


QUICK = (
    "vrt",
    "gml",
    "with_views",
    "a GeoPackage with triggers",
    "values that name files",
    "a raster with overviews in a file",
)


def leads_nowhere(counter: Counter, bait: Bait, content: bytes, name: str) -> None:
    bait.touched()
    answer = counter.desk.send(content, name, **ENGLISH)
    said = answer.text
    if answer.status_code == 201:
        id_ = answer.get_json()["id"]
        counter.sent.append(id_)
        said += counter.desk.get(id_, "/preview").text + counter.desk.get(id_, "/faults").text
    else:
        assert 400 <= answer.status_code < 500, said
    assert SECRET not in said
    assert bait.touched() == []


@pytest.mark.parametrize("way", quick_first(WAYS, QUICK))
def test_what_a_file_names_is_not_opened(counter: Counter, bait: Bait, tmp_path: Path, way: str) -> None:
    leads_nowhere(counter, bait, WAYS[way](tmp_path, bait), "lớp.geojson")


NAMES = [
    "/vsicurl/{url}/a.geojson",
    "GeoJSON:{path}",
    "a.geojson@{path}",
    "{path}",
    "../../{path}",
    "CSV:{path},GEOM=x",
]


@pytest.mark.slow
def test_what_a_file_is_called_is_not_opened(counter: Counter, bait: Bait) -> None:
    for name in NAMES:
        leads_nowhere(counter, bait, collection(feature(code="a")), bait.fill(name))
