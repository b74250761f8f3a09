"""Writes the same three places in every format that may be loaded, for the tests of the readers."""

import datetime as dt
import gzip
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from tests.osm_file import write_osm

NAMES = ["Đề Thám", "Lê Hồng Phong", "Bồ Xuyên"]
PLACES = [(106.30, 20.40), (106.31, 20.41), (106.32, 20.42)]
_BOXES = [shapely.box(x, y, x + 0.005, y + 0.005) for x, y in PLACES]
_DRIVERS = {
    "gpkg": "GPKG",
    "geojson": "GeoJSON",
    "geojsonl": "GeoJSONSeq",
    "fgb": "FlatGeobuf",
    "shp": "ESRI Shapefile",
    "gdb": "OpenFileGDB",
    "gml": "GML",
    "kml": "LIBKML",
    "kmz": "LIBKML",
    "tab": "MapInfo File",
    "mif": "MapInfo File",
    "gpx": "GPX",
    "dxf": "DXF",
    "dgn": "DGN",
}
_OF_SEVERAL_FILES = {"shp", "gdb", "gml", "tab", "mif"}
_POINTS = {"gpx"}
_LINES = {"dgn", "dxf"}
ENDINGS = (*_DRIVERS, "geojson.gz", "csv", "xlsx", "osm.pbf", "parquet")


def write_places(folder: Path, ending: str) -> Path:
    """Write the places in one format; what consists of several files is zipped.

    Parameters
    ----------
    folder
        Where to write.
    ending
        One of :data:`ENDINGS`.
    """
    if ending in _DRIVERS:
        return _by_gdal(folder, ending)
    path = folder / f"places.{ending}"
    if ending == "geojson.gz":
        path.write_bytes(gzip.compress(_by_gdal(folder, "geojson").read_bytes()))
    elif ending == "csv":
        rows = (f"{name},{x},{y}\n" for name, (x, y) in zip(NAMES, PLACES, strict=True))
        path.write_text("name,lon,lat\n" + "".join(rows), "utf-8")
    elif ending == "xlsx":
        rows_of = [[name, x, y] for name, (x, y) in zip(NAMES, PLACES, strict=True)]
        write_workbook(path, {"places": [["name", "lon", "lat"], *rows_of]})
    elif ending == "parquet":
        pq.write_table(_geoparquet(), path)
    else:
        stops = {
            place: {"highway": "bus_stop", "name": name} for place, name in zip(PLACES, NAMES, strict=True)
        }
        write_osm(path, [(PLACES, {"highway": "tertiary", "name": "Lý Bôn", "oneway": "-1"})], stops)
    return path


def _geoparquet() -> pa.Table:
    column = {"encoding": "WKB", "geometry_types": ["Polygon"]}
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
    columns = {"name": NAMES, "people": [10, 20, 30], "geometry": list(shapely.to_wkb(_BOXES))}
    return pa.table(columns).replace_schema_metadata({"geo": json.dumps(geo)})


def _by_gdal(folder: Path, ending: str) -> Path:
    home = folder / ending
    home.mkdir(parents=True, exist_ok=True)
    path = home / f"places.{ending}"
    shapes = shapely.points(PLACES) if ending in _POINTS else np.array(_BOXES)
    shapes = shapely.boundary(shapes) if ending in _LINES else shapes
    fields = {} if ending in _LINES else {"name": np.array(NAMES, dtype=object)}
    if ending not in _LINES | _POINTS | {"kml", "kmz"}:
        fields["people"] = np.array([10, 20, 30], dtype=np.int32)
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(shapes),
        field_data=list(fields.values()),
        fields=list(fields),
        geometry_type="Point" if ending in _POINTS else "LineString" if ending in _LINES else "Polygon",
        crs="EPSG:4326",
        driver=_DRIVERS[ending],
        encoding="UTF-8" if ending in {"tab", "mif", "shp"} else None,
    )
    if ending not in _OF_SEVERAL_FILES:
        return path
    inside = path.rglob("*") if ending == "gdb" else home.iterdir()
    return zipped(folder / f"{ending}.zip", sorted(inside), home)


def zipped(path: Path, files: Iterable[Path], home: Path) -> Path:
    """Zip files, by their names below a folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(home))
    return path


def write_workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """Write rows of cells as sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    # Otherwise two workbooks of the same cells are not the same bytes.
    book.properties.created = book.properties.modified = dt.datetime(2025, 7, 1)  # noqa: DTZ001  it wants no zone
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path
