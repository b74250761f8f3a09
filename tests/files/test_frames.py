from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gis_service.errors import GisError
from gis_service.files.frames import find_column, read_frame, require_column, require_kinds

WRITERS = {
    "a.gpkg": lambda frame, path: frame.to_file(path),
    "a.geojson": lambda frame, path: frame.to_file(path),
    "a.fgb": lambda frame, path: frame.to_file(path),
    "a.shp": lambda frame, path: frame.to_file(path),
    "a.shp.zip": lambda frame, path: frame.to_file(path, driver="ESRI Shapefile"),
    "a.parquet": lambda frame, path: frame.to_parquet(path),
    "a.csv": lambda frame, path: (
        frame.assign(lon=frame.geometry.x, lat=frame.geometry.y)
        .drop(columns="geometry")
        .to_csv(path, index=False)
    ),
}


@pytest.fixture
def places() -> gpd.GeoDataFrame:
    geometry = [shapely.Point(106.3, 20.4), shapely.Point(106.4, 20.5)]
    return gpd.GeoDataFrame({"name": ["Đông Hưng", "Vũ Thư"]}, geometry=geometry, crs="EPSG:4326")


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_places(name: str, places: gpd.GeoDataFrame, tmp_path: Path) -> None:
    WRITERS[name](places, tmp_path / name)
    frame = read_frame(tmp_path / name)
    found = dict(zip(frame["name"], shapely.get_coordinates(frame.geometry).tolist(), strict=True))
    assert found == {"Đông Hưng": [106.3, 20.4], "Vũ Thư": [106.4, 20.5]}
    assert frame.crs == "EPSG:4326"


def test_a_layer_of_several_is_named_as_qgis_does(places: gpd.GeoDataFrame, tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    places.to_file(path, layer="one")
    places[:1].to_file(path, layer="two")
    with pytest.raises(GisError) as refusal:
        read_frame(path)
    assert refusal.value.code == "layer_choice"
    assert f"{path}|layername=one" in str(refusal.value)
    assert len(read_frame(f"{path}|layername=two")) == 1


def test_rows_without_a_place_are_left_out_and_counted(places: gpd.GeoDataFrame, tmp_path: Path) -> None:
    places.loc[0, "geometry"] = None
    places.to_file(tmp_path / "a.gpkg")
    frame = read_frame(tmp_path / "a.gpkg")
    assert frame["name"].tolist() == ["Vũ Thư"]
    assert frame.attrs["without_geometry"] == 1


BAD = {
    "missing.gpkg": (None, "file_not_found"),
    "not_a_map.gpkg": (b"hello", "table_unreadable"),
    "not_a_zip.zip": (b"hello", "table_unreadable"),
    "broken.parquet": (b"hello", "table_unreadable"),
    "empty.csv": (b"", "table_unreadable"),
    "no_coordinates.csv": (b"name\nA\n", "column_missing"),
    "metres.csv": (b"x,y\n500000,2260000\n", "coordinates_not_degrees"),
    "no_rows.csv": (b"lon,lat\n", "table_empty"),
    "no_number.csv": (b"lon,lat\na,b\n", "table_empty"),
    "metres.geojson": (
        b'{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[500000,2260000]}}',
        "coordinates_not_degrees",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused(name: str, tmp_path: Path) -> None:
    content, code = BAD[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(GisError) as refusal:
        read_frame(tmp_path / name)
    assert refusal.value.code == code
    assert name in refusal.value.detail("vi")
    assert refusal.value.remedy("vi")


def test_a_file_without_a_system_is_refused(places: gpd.GeoDataFrame, tmp_path: Path) -> None:
    places.to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(GisError) as refusal:
        read_frame(tmp_path / "a.shp")
    assert refusal.value.code == "crs_missing"


def test_columns_are_found_whatever_their_case_and_accents() -> None:
    table = pd.DataFrame({"Dân số": [1], "POP": [2]})
    assert find_column(table, ["people", "pop"]) == "POP"
    assert find_column(table, ["dan_so"]) == "Dân số"
    assert find_column(table, ["people"]) is None


def test_a_missing_column_is_answered_with_those_there_are() -> None:
    table = pd.DataFrame({"populatoin": [1], "name": ["a"]})
    with pytest.raises(GisError) as refusal:
        require_column(table, ["population"], path="p.gpkg", option="--people-column")
    assert "populatoin, name" in refusal.value.detail()
    assert refusal.value.remedy().endswith("--people-column populatoin")


def test_a_wrong_kind_of_geometry_names_its_first_row(places: gpd.GeoDataFrame) -> None:
    with pytest.raises(GisError) as refusal:
        require_kinds(places, ["LineString"], path="roads.gpkg")
    assert refusal.value.code == "geometry_kind"
    assert "row 1 is a Point (2 rows" in refusal.value.detail()


@pytest.mark.parametrize(
    ("sign", "longitude"), [(";", "106,3"), (";", "106.3"), ("\t", "106.3"), ("|", "106.3")]
)
def test_the_sign_between_columns_is_found(sign: str, longitude: str, tmp_path: Path) -> None:
    rows = [("name", "lon", "lat", "people"), ("Đông Hưng, Thái Bình", longitude, "20,5", "3")]
    rows[1] = rows[1] if longitude == "106,3" else (rows[1][0], longitude, "20.5", "3")
    (tmp_path / "a.csv").write_text("\n".join(sign.join(row) for row in rows), "utf-8")
    frame = read_frame(tmp_path / "a.csv")
    assert shapely.get_coordinates(frame.geometry).tolist() == [[106.3, 20.5]]
    assert frame[["name", "people"]].to_numpy().tolist() == [["Đông Hưng, Thái Bình", 3]]


GROUPED: list[tuple[str, list[str], list[object]]] = [
    ("106,3;20,5", ["1.234", "12.345.678", "7"], [1234, 12_345_678, 7]),
    ("106,3;20,5", ["1.234,5", "0,5", "-2.000"], [1234.5, 0.5, -2000]),
    ("106,3;20,5", ["12.500", "1.5", "7"], ["12.500", "1.5", "7"]),
    ("106,3;20,5", ["0.500", "1.250", "7"], ["0.500", "1.250", "7"]),
    ("106,3;20,5", ["001.002", "3.004", "7"], ["001.002", "3.004", "7"]),
    ("106,3;20,5", ["1.234", "05", "7"], ["1.234", "05", "7"]),
    ("106,3;20,5", ["1.234", "x", "7"], ["1.234", "x", "7"]),
    ("106,3;20.500", ["1.234", "1", "2"], [1234, 1, 2]),
    ("106.3;20.5", ["1.234", "2.5", "x"], ["1.234", "2.5", "x"]),
    ("106;20", ["1.234", "2.345", "x"], ["1.234", "2.345", "x"]),
]


@pytest.mark.parametrize(("place", "written", "read"), GROUPED)
def test_points_part_thousands_beside_coordinates_with_decimal_commas(
    place: str, written: list[str], read: list[object], tmp_path: Path
) -> None:
    rows = ["lon;lat;people", *(f"{place};{value}" for value in written)]
    (tmp_path / "a.csv").write_text("\n".join(rows), "utf-8")
    frame = read_frame(tmp_path / "a.csv")
    assert frame["people"].tolist() == read
    assert (frame.geometry.y < 21).all()


@pytest.mark.parametrize("name", ["code", "site_id", "zone id", "siteid", "Mã xã", "ma_dvhc", "FID", "site"])
def test_points_in_codes_are_no_thousands(name: str, tmp_path: Path) -> None:
    rows = [f"lon;lat;people;{name}", "106,3;20,5;1.234;36.001", "106,4;20,5;12.345;36.002"]
    (tmp_path / "a.csv").write_text("\n".join(rows), "utf-8")
    frame = read_frame(tmp_path / "a.csv")
    assert frame["people"].tolist() == [1234, 12_345]
    assert frame[name].tolist() == ["36.001", "36.002"]


def test_rows_without_a_place_can_be_kept_where_they_stand(places: gpd.GeoDataFrame, tmp_path: Path) -> None:
    places.loc[0, "geometry"] = None
    places.to_file(tmp_path / "a.gpkg")
    frame = read_frame(tmp_path / "a.gpkg", keep_missing=True)
    assert frame["name"].tolist() == ["Đông Hưng", "Vũ Thư"]
    assert frame.attrs["without_geometry"] == 1


def test_an_empty_file_may_be_allowed_but_not_one_of_rows_without_places(
    places: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    places["geometry"] = None
    places.to_file(tmp_path / "a.gpkg")
    with pytest.raises(GisError) as refusal:
        read_frame(tmp_path / "a.gpkg", allow_empty=True)
    assert refusal.value.code == "table_empty"
