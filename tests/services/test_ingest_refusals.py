"""Refusing what cannot be loaded, with every fault and its place."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point
from sqlalchemy import text

from gis_service.analysis.checks.findings import Repair
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, GisError, NotFound
from gis_service.services.ingest import LoadOptions, load_file
from tests.layer_files import BOW, CITY, SQUARE, frame, load, refusal, write_gdal, write_parquet, zipped
from tests.small_city import city_with, field, layer, write_text


def points(*xy: tuple[float, float], **columns: object) -> gpd.GeoDataFrame:
    data: dict[str, object] = {"code": [f"c{number}" for number in range(len(xy))]} | columns
    return gpd.GeoDataFrame(data, geometry=[Point(*place) for place in xy], crs="EPSG:4326")


HERE = (106.3, 20.4)
REFUSED: dict[str, tuple[gpd.GeoDataFrame, str, ErrorCode, str]] = {
    "wrong type": (
        points(HERE),
        "area",
        ErrorCode.GEOMETRY_TYPE_WRONG,
        "feature 1: Wrong geometry type: Point",
    ),
    "lines for points": (
        gpd.GeoDataFrame({"code": ["a"]}, geometry=[LineString([HERE, (106.4, 20.4)])], crs="EPSG:4326"),
        "clinic",
        ErrorCode.GEOMETRY_TYPE_WRONG,
        "LineString",
    ),
    "no geometry": (
        gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=np.array([Point(HERE), None]), crs="EPSG:4326"),
        "clinic",
        ErrorCode.GEOMETRY_MISSING,
        "feature 2",
    ),
    "bow tie": (
        gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=[SQUARE, BOW], crs="EPSG:4326"),
        "area",
        ErrorCode.GEOMETRY_INVALID,
        "feature 2: Invalid geometry: Self-intersection[106.35 20.45]",
    ),
    "another country": (points((2.35, 48.85)), "clinic", ErrorCode.OUTSIDE_CITY, "x 2.35, y 48.85"),
    "swapped axes": (points((20.4, 106.3)), "clinic", ErrorCode.AXES_SWAPPED, "x 20.4, y 106.3"),
    "double key": (
        points(HERE, HERE, HERE, code=["a", "b", "a"]),
        "clinic",
        ErrorCode.DUPLICATE_KEY,
        "feature 3: Duplicate key: code = 'a'",
    ),
    "key left empty": (
        points(HERE, HERE, code=["a", None]),
        "clinic",
        ErrorCode.VALUE_MISSING,
        "feature 2: Required value missing: code",
    ),
    "word for a number": (
        points(HERE, beds=["nhiều"]),
        "clinic",
        ErrorCode.VALUE_WRONG_TYPE,
        "feature 1: Value of the wrong type: beds = 'nhiều' (integer)",
    ),
    "value off the list": (
        points(HERE, kind=["phụ"]),
        "kinds",
        ErrorCode.VALUE_NOT_ALLOWED,
        "feature 1: Value not allowed: kind = 'phụ' (text)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_with_a_fault_is_refused_with_the_place_of_the_fault(
    connection: Connection, tmp_path: Path, name: str
) -> None:
    made, layer_id, code, words = REFUSED[name]
    error = refusal(connection, write_parquet(made, tmp_path / "a.parquet"), layer_id)
    assert error.code == code
    assert words in "\n".join(f"{fault.place('en')}: {fault.words('en')}" for fault in error.faults)


def test_vietnamese_readers_hear_of_faults_in_vietnamese(connection: Connection, tmp_path: Path) -> None:
    path = write_parquet(points(HERE, beds=["nhiều"]), tmp_path / "a.parquet")
    (fault,) = refusal(connection, path).faults
    assert fault.place("vi") == "đối tượng 1"
    assert fault.words("vi") == "Giá trị sai kiểu: beds = 'nhiều' (integer)"


def test_all_faults_are_told_at_once_and_all_are_counted(connection: Connection, tmp_path: Path) -> None:
    made = points(*[HERE] * 300, (2.0, 48.0), beds=["x"] * 300 + ["1"])
    error = refusal(connection, write_gdal(made, tmp_path / "a.gpkg"))
    assert error.code == ErrorCode.FEATURES_REFUSED
    assert error.params["summary"] == "outside_city 1, value_wrong_type 300"
    assert len(error.faults) == 101


def test_infinite_coordinates_are_refused(connection: Connection, tmp_path: Path) -> None:
    path = write_parquet(points(HERE, (np.inf, 20.4)), tmp_path / "a.parquet")
    error = refusal(connection, path)
    assert (error.code, error.faults[0].place("en")) == (ErrorCode.COORDINATE_NOT_FINITE, "feature 2")


def test_repair_makes_polygons_valid_and_counts_them(connection: Connection, tmp_path: Path) -> None:
    made = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=[SQUARE, BOW], crs="EPSG:4326")
    report = load(
        connection,
        write_gdal(made, tmp_path / "a.gpkg"),
        "area",
        LoadOptions(repairs=frozenset({Repair.GEOMETRY})),
    )
    assert {"code": "geometries_repaired", "params": {"count": 1}} in report.notices
    assert connection.execute(text("SELECT bool_and(ST_IsValid(geom)) FROM layer.area")).scalar_one()


def test_a_missing_required_column_is_named(connection: Connection, tmp_path: Path) -> None:
    error = refusal(connection, write_gdal(frame()[["name", "geometry"]], tmp_path / "a.gpkg"))
    assert error.code == ErrorCode.FIELD_MISSING
    assert error.params["fields"] == "code"


def test_columns_that_nobody_asked_for_are_left_out_and_told(connection: Connection, tmp_path: Path) -> None:
    report = load(connection, write_gdal(frame(2, ghi_chu=["x", "y"]), tmp_path / "a.gpkg"))
    assert report.dropped_columns == ("ghi_chu",)


def test_a_shapefile_without_prj_needs_a_crs_and_takes_one(connection: Connection, tmp_path: Path) -> None:
    made = frame().to_crs("EPSG:9209").drop(columns=["seen", "open"])
    made.to_file(tmp_path / "a.shp", encoding="utf-8")
    (tmp_path / "a.prj").unlink()
    archive = zipped(tmp_path / "a.shp")
    error = refusal(connection, archive)
    assert error.code == ErrorCode.NEEDS_CRS
    assert "--crs EPSG:9209" in error.remedy("en")
    assert load(connection, archive, options=LoadOptions(crs="EPSG:9209")).features == 5


def test_a_crs_nobody_knows_is_refused(connection: Connection, tmp_path: Path) -> None:
    error = refusal(
        connection, write_gdal(frame(), tmp_path / "a.gpkg"), options=LoadOptions(crs="EPSG:999999")
    )
    assert error.code == ErrorCode.CRS_UNKNOWN


@pytest.mark.parametrize(
    ("text_", "code"),
    [
        ("code,x,y\na,612000,2260000\n", ErrorCode.NEEDS_CRS),
        ("code,beds\na,1\n", ErrorCode.COORDINATES_MISSING),
        ("code,lon,lat\n", ErrorCode.NO_FEATURES),
        ("code,lon,lat\na,106.3\n", ErrorCode.FILE_CORRUPT),
        ("code,lon,lat\na,n/a,20.4\n", ErrorCode.COORDINATE_UNREADABLE),
        ("code,lon,lat\na,20.4,106.3\n", ErrorCode.AXES_SWAPPED),
    ],
)
def test_tables_of_text_are_refused_with_what_is_wrong(
    connection: Connection, tmp_path: Path, text_: str, code: ErrorCode
) -> None:
    assert refusal(connection, write_text(tmp_path / "a.csv", text_)).code == code


def test_an_unknown_layer_is_answered_with_near_names(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        load(connection, tmp_path / "a.gpkg", "clinics")
    assert caught.value.code == ErrorCode.LAYER_UNKNOWN
    assert caught.value.params["near"] == "clinic"


def test_a_file_that_is_not_there_is_said_so(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        load(connection, tmp_path / "none.gpkg")
    assert caught.value.code == ErrorCode.FILE_NOT_FOUND


def test_a_file_without_features_is_refused(connection: Connection, tmp_path: Path) -> None:
    error = refusal(connection, write_gdal(frame().iloc[:0], tmp_path / "a.gpkg"))
    assert error.code == ErrorCode.NO_FEATURES


UGLY: dict[str, tuple[str, dict[str, Any], ErrorCode | int]] = {
    "gdal/first_geometry_null.gpkg": ("any", {}, ErrorCode.NEEDS_CRS),
    "gdal/huge_feature_count.gpkg": ("any", {"name": "test"}, ErrorCode.FIELD_MISSING),
    "gdal/pointnan.shp": ("any", {"crs": "EPSG:4326"}, ErrorCode.FIELD_MISSING),
    "gdal/extentnan.shp": ("any", {}, ErrorCode.SHAPEFILE_INCOMPLETE),
    "gdal/samples.kml": ("any", {}, ErrorCode.FILE_LAYER_CHOICE),
    "gdal/billionlaugh.osm": ("any", {}, ErrorCode.XML_FORBIDDEN_CONSTRUCT),
    "gdal/utf-8.dxf": ("any", {}, ErrorCode.NEEDS_CRS),
    "gdal/all_geoms.mif": ("any", {}, ErrorCode.NEEDS_CRS),
    "gdal/tab-win1251.MAP": ("any", {}, ErrorCode.FORMAT_NOT_ALLOWED),
    "gdal/csv_with_utf8_bom.csv": ("any", {}, ErrorCode.FILE_CORRUPT),
    "gdal/multipolygon_as_invalid_polygon.shp": ("any", {"crs": "EPSG:4326"}, ErrorCode.FIELD_MISSING),
    "gdal/srs_name.geojson": ("any", {}, ErrorCode.FIELD_MISSING),
    "pyshp/latin1.shp": ("any", {}, ErrorCode.SHAPEFILE_INCOMPLETE),
    "pyshp/REL.zip": ("any", {}, ErrorCode.FIELD_MISSING),
    "pyshp/empty_zipfile.zip": ("any", {}, ErrorCode.NO_FEATURES),
    "pyshp/blockgroups_multishapefile.zip": ("any", {}, ErrorCode.FILE_LAYER_CHOICE),
    "vietnamese/tcvn3_raw.shp": ("district", {}, ErrorCode.TEXT_ENCODING_UNKNOWN),
    "vietnamese/viscii_raw.shp": ("district", {}, ErrorCode.TEXT_ENCODING_UNKNOWN),
    "vietnamese/cp1258_raw.shp": ("district", {}, ErrorCode.TEXT_ENCODING_UNKNOWN),
    "vietnamese/tcvn3_mojibake_utf8_noprj.shp": ("district", {}, ErrorCode.NEEDS_CRS),
}
DISTRICTS = [field("ten"), field("danso", "integer")]


@pytest.mark.parametrize("name", UGLY)
def test_real_ugly_files_are_refused_for_what_is_wrong_with_them(
    connection: Connection, shared_data: Path, name: str
) -> None:
    layer_id, options, expected = UGLY[name]
    city: Catalogue = city_with(CITY.layers["any"], layer("district", "MultiPolygon", DISTRICTS, key=None))
    path = shared_data / "ugly" / name
    with pytest.raises(GisError) as caught:
        load_file(connection, city, path, layer_id, author="lan", options=LoadOptions(**options))
    assert caught.value.code == expected
    assert str(path.parent) not in caught.value.detail("en"), "no folder of the machine is told"
