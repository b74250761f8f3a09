import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray

from gis_service.errors import GisError, WrongUse
from gis_service.files.population import PopulationTable, read_population
from gis_service.files.population_cells import PopulationCells

METRIC = pyproj.CRS.from_epsg(9209)


def table_of(source: str) -> PopulationTable:
    table = read_population(source)
    assert isinstance(table, PopulationTable)
    return table


def write_points(path: Path, **columns: list[Any]) -> str:
    n = len(next(iter(columns.values())))
    points = [shapely.Point(row, 0) for row in range(n)]
    gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:9209").to_file(path)
    return str(path)


def write_raster(path: Path, values: NDArray[np.float32], nodata: float | None = None) -> str:
    height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=1, dtype="float32",
        crs="EPSG:9209", transform=Affine(100, 0, 1000, 0, -100, 2000), nodata=nodata,
    ) as raster:  # fmt: skip
        raster.write(values, 1)
    return str(path)


@pytest.mark.parametrize("column", ["people", "population", "POP", "dan_so", "Dân số"])
def test_the_usual_columns_are_found(column: str, tmp_path: Path) -> None:
    table = table_of(write_points(tmp_path / "p.gpkg", **{column: [1.5, 0]}))
    assert table.kind == "points"
    assert table.people.tolist() == [1.5, 0]


def test_the_named_column_comes_first(tmp_path: Path) -> None:
    path = write_points(tmp_path / "p.gpkg", people=[1], aged=[5])
    assert read_population(path, people_column="aged").people.tolist() == [5]


BAD_PEOPLE: dict[str, dict[str, list[Any]]] = {
    "column_missing": {"persons": [1]},
    "people_missing": {"people": ["many", "3"]},
    "people_negative": {"people": [3, -1]},
}


@pytest.mark.parametrize("code", BAD_PEOPLE)
def test_bad_people_are_refused_with_their_row(code: str, tmp_path: Path) -> None:
    with pytest.raises(GisError) as refusal:
        read_population(write_points(tmp_path / "p.gpkg", **BAD_PEOPLE[code]))
    assert refusal.value.code == code
    assert "persons" in str(refusal.value) or "row" in str(refusal.value)


def test_points_and_polygons_in_one_file_are_refused(tmp_path: Path) -> None:
    mixed = [shapely.Point(0, 0), shapely.box(0, 0, 1, 1)]
    frame = gpd.GeoDataFrame({"people": [1, 2]}, geometry=mixed, crs="EPSG:9209")
    frame.to_parquet(tmp_path / "p.parquet")
    with pytest.raises(GisError) as refusal:
        read_population(str(tmp_path / "p.parquet"))
    assert refusal.value.code == "geometry_kind"


def test_raster_cells_come_row_by_row_without_empty_ones(tmp_path: Path) -> None:
    values = np.array([[5, 0, np.nan], [-1, 2.5, 7]], dtype=np.float32)
    table = read_population(write_raster(tmp_path / "p.tif", values, nodata=-1))
    assert isinstance(table, PopulationCells)
    assert table.people.tolist() == [5, 2.5, 7]
    assert table.cells.tolist() == [[0, 0], [1, 1], [1, 2]]
    assert table.affine == (100, 0, 1000, 0, -100, 2000)
    assert table.extent == (1000, 1800, 1300, 2000)


def test_cells_beyond_the_box_are_only_summed(tmp_path: Path) -> None:
    values = np.arange(1, 7, dtype=np.float32).reshape(2, 3)
    box = (1000.0, 1900.0, 1200.0, 2000.0)
    table = read_population(write_raster(tmp_path / "p.tif", values), box=(box, METRIC))
    assert table.people.tolist() == [1, 2]
    assert isinstance(table, PopulationCells)
    assert table.beyond == 3 + 4 + 5 + 6


@pytest.mark.parametrize("sentinel", [-99999.0, -3.4028234663852886e38])
def test_an_undeclared_nodata_is_refused_and_the_advice_works(sentinel: float, tmp_path: Path) -> None:
    values = np.array([[5, sentinel], [sentinel, 0]], dtype=np.float32)
    path = write_raster(tmp_path / "p.tif", values)
    with pytest.raises(GisError) as refusal:
        read_population(path)
    assert refusal.value.code == "raster_nodata"
    assert "2 of 4 cells are negative" in refusal.value.detail()
    said = re.search(r"--nodata=(\S+),", refusal.value.remedy())
    assert said is not None
    assert read_population(path, nodata=float(said[1])).people.tolist() == [5]


def test_a_declared_nodata_that_is_wrong_is_refused_and_told(tmp_path: Path) -> None:
    values = np.array([[5, -99999]], dtype=np.float32)
    with pytest.raises(GisError) as refusal:
        read_population(write_raster(tmp_path / "p.tif", values, nodata=-9999))
    assert 'the value taken for "no data" is -9999' in refusal.value.detail()


def test_nodata_is_for_rasters_only(tmp_path: Path) -> None:
    with pytest.raises(WrongUse):
        read_population(write_points(tmp_path / "p.gpkg", people=[1]), nodata=-1)


def test_codes_of_areas_are_those_of_the_file_else_the_rows(tmp_path: Path) -> None:
    coded = table_of(write_points(tmp_path / "a.gpkg", people=[1, 2], Mã=["07", "03"]))
    assert coded.codes == ("07", "03")
    twice = table_of(write_points(tmp_path / "b.gpkg", people=[1, 2], code=["1", "1"]))
    assert twice.codes == ("1", "2")


def test_a_raster_without_anybody_is_empty(tmp_path: Path) -> None:
    with pytest.raises(GisError) as refusal:
        read_population(write_raster(tmp_path / "p.tif", np.zeros((2, 2), dtype=np.float32)))
    assert refusal.value.code == "table_empty"


def test_a_raster_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.tif").write_bytes(b"not a picture")
    with pytest.raises(GisError) as refusal:
        read_population(str(tmp_path / "p.tif"))
    assert refusal.value.code == "table_unreadable"


def write_places(path: Path, places: list[Any], people: list[Any]) -> str:
    gpd.GeoDataFrame({"people": people}, geometry=places, crs="EPSG:9209").to_file(path)
    return str(path)


ZERO = shapely.Point(0, 0)


def test_people_without_a_place_are_counted_and_row_numbers_hold(tmp_path: Path) -> None:
    table = table_of(write_places(tmp_path / "p.gpkg", [None, ZERO, None], [2.5, 10, 0]))
    assert (table.lost_rows, table.lost_people) == (1, 2.5)
    assert table.people.tolist() == [0, 10, 0]


def test_a_table_with_empty_coordinates_counts_its_people_too(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("lon,lat,people\n106.3,20.4,10\n,,4\nx,20.4,1\n", "utf-8")
    table = table_of(str(tmp_path / "p.csv"))
    assert (table.lost_rows, table.lost_people, table.people.sum()) == (2, 5, 10)


def test_an_area_that_encloses_nothing_is_no_place(tmp_path: Path) -> None:
    flat = shapely.Polygon([(0, 0), (1, 1), (2, 2)])
    table = table_of(write_places(tmp_path / "p.gpkg", [flat, shapely.box(0, 0, 1, 1)], [3, 9]))
    assert (table.lost_rows, table.lost_people, table.kind) == (1, 3, "polygons")


def test_most_people_without_a_place_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GisError) as refusal:
        read_population(write_places(tmp_path / "p.gpkg", [ZERO, None, None], [10, 8, 8]))
    assert refusal.value.code == "people_placeless"
    assert "2 rows (the first: 2)" in refusal.value.detail()
    assert "16 of 26 people" in refusal.value.detail()


BAD_ROWS = [([None, ZERO], ["1", "many"], "people_missing"), ([None, ZERO], [1, -2], "people_negative")]


@pytest.mark.parametrize(("places", "people", "code"), BAD_ROWS)
def test_bad_people_are_counted_in_rows_of_the_file(
    places: list[Any], people: list[Any], code: str, tmp_path: Path
) -> None:
    with pytest.raises(GisError) as refusal:
        read_population(write_places(tmp_path / "p.gpkg", places, people))
    assert refusal.value.code == code
    assert "2" in str(refusal.value.params["row"])


def test_a_missing_number_is_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(GisError) as refusal:
        read_population(write_places(tmp_path / "p.gpkg", [ZERO, ZERO], [1.5, None]))
    assert "float64" not in refusal.value.detail()


def test_a_single_point_in_a_multipoint_is_a_point_and_several_are_refused(tmp_path: Path) -> None:
    one, two = shapely.MultiPoint([(5, 6)]), shapely.MultiPoint([(0, 0), (1, 1)])
    table = table_of(write_places(tmp_path / "one.gpkg", [one], [3]))
    assert (table.kind, table.geometry.tolist()) == ("points", [shapely.Point(5, 6)])
    with pytest.raises(GisError) as refusal:
        read_population(write_places(tmp_path / "two.gpkg", [one, two], [3, 4]))
    assert refusal.value.code == "people_multipoint"
    assert "row 2 holds 2 points" in refusal.value.detail()
