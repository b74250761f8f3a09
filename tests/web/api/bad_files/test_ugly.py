"""Every ugly file of the shared data, sent as people have it: a preview, or a clear refusal.

A few of them in every run; that the readers take or refuse each of them, every run sees
(`tests/files/test_readers_ugly.py`).
"""

import io
import zipfile
from collections import defaultdict
from pathlib import Path

import pytest

from tests.bad_files.counter import Counter, codes
from tests.bad_files.marks import quick_first

PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg", ".tab", ".dat", ".map", ".id"}
REFUSED = {
    "gdal/billionlaugh.osm": "xml_forbidden_construct",
    "gdal/csv_with_utf8_bom.csv": "file_corrupt",
    "gdal/extentnan.zip": "shapefile_incomplete",
    "gdal/truncated.kml": "file_corrupt",
    "pyshp/ATTRIBUTION": "no_features",
    "pyshp/empty_zipfile.zip": "no_features",
}
SEEN: dict[str, tuple[list[str], list[int | None]]] = {
    "gdal/all_geoms.mif": (["needs_crs", "duplicate_features", "kinds_mixed"], [16]),
    "gdal/first_geometry_null.gpkg": (["geometry_missing", "needs_crs"], [2]),
    "gdal/huge_feature_count.gpkg": (["file_layer_choice"], [None, None]),
    "gdal/insert-recursive-pair.dxf": (["needs_crs"], [1]),
    "gdal/mixed_shape_type_non_conformant.zip": (["needs_crs", "kinds_mixed"], [6]),
    "gdal/multipolygon_as_invalid_polygon.zip": (["needs_crs"], [2]),
    "gdal/point_with_utf8bom.json": (["outside_city"], [1]),
    "gdal/pointnan.zip": (["geometry_missing", "needs_crs"], [2]),
    "gdal/prjwithutf8bom.zip": (["outside_city"], [1]),
    "gdal/samples.kml": (["file_layer_choice"], [3, 1, 1, 1, 0, 6, 0, 4, 1, 4]),
    "gdal/slightly_overlapping_polygons.zip": (["geometry_invalid", "needs_crs"], [1]),
    "gdal/srs_name.geojson": (["outside_city"], [1]),
    "gdal/tab-win1251.zip": (["outside_city", "kinds_mixed"], [3]),
    "gdal/utf-8.dxf": (["needs_crs"], [1]),
    "pyshp/REL.zip": (["outside_city"], [1]),
    "pyshp/blockgroups_multishapefile.zip": (["file_layer_choice"], [663, 663]),
    "pyshp/corrupt_too_long.zip": (["needs_crs", "duplicate_features"], [10]),
    "pyshp/latin1.zip": (["shapefile_incomplete"], []),
    "vietnamese/cp1258_raw.zip": (["text_encoding_unknown", "text_legacy"], [8]),
    "vietnamese/tcvn3_mojibake_utf8_noprj.zip": (["needs_crs", "text_legacy"], [8]),
    "vietnamese/tcvn3_raw.zip": (["text_encoding_unknown", "text_legacy"], [8]),
    "vietnamese/viscii_raw.zip": (["text_encoding_unknown", "text_legacy"], [8]),
}
"""What is found in a file, and the features of its layers as far as it says."""
QUICK = ("vietnamese/tcvn3_raw.zip", "pyshp/latin1.zip")


@pytest.fixture(scope="session")
def sent(shared_data: Path) -> dict[str, bytes]:
    """Give the files by what they are called; those of several parts are zipped, as people send them."""
    home, sets = shared_data / "ugly", defaultdict(list)
    for path in sorted(each for each in home.rglob("*") if each.is_file()):
        name = path.relative_to(home)
        sets[name.with_suffix("") if path.suffix.lower() in PARTS else name].append(path)
    files = {}
    for name, paths in sets.items():
        if len(paths) == 1 and paths[0].suffix.lower() != ".shp":
            files[str(name)] = paths[0].read_bytes()
            continue
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for path in paths:
                archive.write(path, path.name)
        files[f"{name}.zip"] = out.getvalue()
    return files


@pytest.mark.parametrize("name", quick_first(SEEN, QUICK))
def test_an_ugly_file_is_shown_with_what_is_wrong(
    counter: Counter, sent: dict[str, bytes], name: str
) -> None:
    told = counter.seen(sent[name], Path(name).name)
    assert (codes(told), [layer.get("features") for layer in told["layers"]]) == SEEN[name]


@pytest.mark.parametrize("name", quick_first(REFUSED, ["gdal/truncated.kml", "pyshp/empty_zipfile.zip"]))
def test_an_ugly_file_is_refused_clearly(counter: Counter, sent: dict[str, bytes], name: str) -> None:
    assert counter.refused(sent[name], Path(name).name)["code"] == REFUSED[name]


def test_no_ugly_file_is_left_out(sent: dict[str, bytes]) -> None:
    assert sent.keys() == SEEN.keys() | REFUSED.keys()
