import dataclasses
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from gis_service.errors import GisError
from gis_service.files.road_tables import RoadTable
from gis_service.files.roads import read_ferries, read_roads
from tests.osm_file import write_osm

LINE = shapely.LineString([(0, 0), (100, 0)])


def write(path: Path, **columns: list[Any]) -> str:
    n = len(next(iter(columns.values()))) if columns else 1
    gpd.GeoDataFrame(columns, geometry=[LINE] * n, crs="EPSG:9209").to_file(path)
    return str(path)


def roads(path: Path, **columns: list[Any]) -> RoadTable:
    return read_roads(write(path, **columns))[0]


def test_own_classes_and_those_of_openstreetmap_are_known(tmp_path: Path) -> None:
    table = roads(tmp_path / "a.gpkg", **{"class": ["national", "trunk", "Alley", "boulevard", None]})
    assert table.road_class == ["national", "national", "alley", "", ""]
    assert table.unknown == {"": 1, "boulevard": 1}


def test_roads_without_a_class_are_unknown_and_counted(tmp_path: Path) -> None:
    assert roads(tmp_path / "a.gpkg", width=[3.0]).unknown == {"": 1}


def test_every_way_to_write_one_way_is_read(tmp_path: Path) -> None:
    values: list[str | None] = ["yes", "no", "-1", "FT", "TF", "B", "true", "1", "0", None, "maybe"]
    table = roads(tmp_path / "a.gpkg", oneway=values)
    assert table.oneway.tolist() == [1, 0, -1, 1, -1, 0, 1, 1, 0, 0, 0]
    assert table.unknown_oneway == {"maybe": 1}


@pytest.mark.parametrize("values", [[1, 0, -1], [1.0, 0.0, -1.0]])
def test_one_way_may_be_a_number(values: list[object], tmp_path: Path) -> None:
    assert roads(tmp_path / "a.gpkg", oneway=values).oneway.tolist() == [1, 0, -1]


def test_one_way_may_be_true_or_false(tmp_path: Path) -> None:
    assert roads(tmp_path / "a.gpkg", oneway=[True, False]).oneway.tolist() == [1, 0]


LETTERS: list[tuple[dict[str, list[Any]], list[int]]] = [
    ({"fclass": ["primary"] * 4, "oneway": ["F", "T", "B", None]}, [1, -1, 0, 0]),
    ({"fclass": ["primary"] * 2, "oneway": ["F", "T"]}, [1, -1]),
    ({"loai": ["commune"] * 3, "oneway": ["f", "t", "b"]}, [1, -1, 0]),
    ({"loai": ["commune"] * 2, "oneway": ["F", "T"]}, [0, 1]),
    ({"loai": ["commune"] * 3, "oneway": ["FT", "TF", "B"]}, [1, -1, 0]),
    ({"fclass": ["primary"] * 3, "oneway": ["F", "T", "yes"]}, [0, 1, 1]),
]


@pytest.mark.parametrize(("columns", "expected"), LETTERS)
def test_f_and_t_are_directions_beside_b_or_fclass_and_else_false_and_true(
    columns: dict[str, list[Any]], expected: list[int], tmp_path: Path
) -> None:
    path = write(tmp_path / "a.gpkg", **columns)
    table, _ = read_roads(path, class_column=next(iter(columns)))
    assert (table.oneway.tolist(), table.unknown_oneway) == (expected, {})


def test_level_width_and_surface_come_from_their_columns(tmp_path: Path) -> None:
    table = roads(
        tmp_path / "a.gpkg",
        bridge=["yes", "no", None],
        tunnel=[None, "yes", None],
        width=["3.5", None, "2"],
        surface=["asphalt", "gravel", None],
    )
    assert table.level.tolist() == [1, -1, 0]
    np.testing.assert_array_equal(table.width_m, [3.5, np.nan, 2.0])
    assert table.paved.tolist() == [True, False, True]


def test_footways_and_steps_are_for_walkers_only(tmp_path: Path) -> None:
    table = roads(tmp_path / "a.gpkg", highway=["footway", "residential"])
    assert (table.on_foot.tolist(), table.on_wheels.tolist()) == ([True, True], [False, True])


def test_the_named_columns_are_used(tmp_path: Path) -> None:
    path = write(tmp_path / "a.gpkg", loai=["provincial"], chieu=["TF"])
    table, ferries = read_roads(path, class_column="loai", oneway_column="chieu")
    assert (table.road_class, table.oneway.tolist(), ferries) == (["provincial"], [-1], None)


def test_a_named_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GisError) as refusal:
        read_roads(write(tmp_path / "a.gpkg", loai=["x"]), class_column="klasse")
    assert refusal.value.code == "column_missing"
    assert "loai" in refusal.value.detail()


def test_a_line_in_several_pieces_is_several_roads(tmp_path: Path) -> None:
    both = shapely.MultiLineString([[(0, 0), (1, 0)], [(2, 0), (3, 0)]])
    gpd.GeoDataFrame(geometry=[both], crs="EPSG:9209").to_file(tmp_path / "a.gpkg")
    assert len(read_roads(str(tmp_path / "a.gpkg"))[0].lines) == 2


def test_points_are_no_roads(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs="EPSG:9209").to_file(tmp_path / "a.gpkg")
    with pytest.raises(GisError) as refusal:
        read_roads(str(tmp_path / "a.gpkg"))
    assert refusal.value.code == "geometry_kind"


def test_an_extract_gives_roads_and_ferries(tmp_path: Path) -> None:
    line = ((106.3, 20.4), (106.301, 20.4))
    ways = [(line, {"highway": "primary"}), (line, {"route": "ferry"}), (line, {"highway": "corridor"})]
    table, ferries = read_roads(str(write_osm(tmp_path / "a.osm.pbf", ways)))
    assert table.road_class == ["provincial", ""]
    assert table.unknown == {"corridor": 1}
    assert ferries is not None
    assert len(ferries.lines) == 1


def test_ferries_tell_headway_wait_and_hours(tmp_path: Path) -> None:
    path = write(
        tmp_path / "f.gpkg",
        headway_min=[20, None],
        wait_min=[None, 4],
        from_hour=["06:30", None],
        to_hour=["18", None],
    )
    ferries = read_ferries(path)
    assert ferries is not None
    np.testing.assert_array_equal(ferries.headway_min, [20, np.nan])
    np.testing.assert_array_equal(ferries.wait_min, [np.nan, 4])
    np.testing.assert_array_equal(ferries.from_hour, [6.5, np.nan])
    np.testing.assert_array_equal(ferries.to_hour, [18, np.nan])


def test_an_empty_ferry_file_is_no_ferry(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"a": []}, geometry=gpd.GeoSeries([], crs="EPSG:9209")).to_file(
        tmp_path / "f.gpkg", geometry_type="LineString"
    )
    assert read_ferries(str(tmp_path / "f.gpkg")) is None


EAST = ((106.3, 20.4), (106.301, 20.4))
OSM_TAGS = [
    {"highway": "motorway"},
    {"highway": "primary", "junction": "roundabout"},
    {"highway": "primary", "oneway": "reversible"},
    {"highway": "residential", "access": "private", "foot": "yes"},
    {"highway": "service", "access": "no", "motorcycle": "yes"},
    {"highway": "secondary", "motorcar": "no", "foot": "no"},
    {"highway": "tertiary", "bridge": "yes", "width": "3,5", "surface": "compacted"},
    {"highway": "tertiary", "layer": "-2", "tunnel": "yes"},
    {"highway": "tertiary", "layer": "0", "bridge": "yes"},
    {"highway": "footway", "level": "3"},
    {"highway": "construction"},
    {"highway": "corridor"},
    {"railway": "rail"},
    {"route": "ferry", "interval": "00:30"},
]


def same(one: object, other: object) -> None:
    for name in (field.name for field in dataclasses.fields(RoadTable) if field.name not in {"crs", "lines"}):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_an_extract_saved_as_a_table_is_read_by_the_same_rules(tmp_path: Path) -> None:
    extract = write_osm(tmp_path / "a.osm.pbf", [(EAST, tags) for tags in OSM_TAGS])
    expected, boats = read_roads(str(extract))
    pyogrio.read_dataframe(extract, layer="lines").to_file(tmp_path / "a.gpkg")
    found, same_boats = read_roads(str(tmp_path / "a.gpkg"))
    same(found, expected)
    assert len(expected.lines) == 11
    assert expected.of_osm
    assert boats is not None
    assert same_boats is not None
    assert same_boats.headway_min.tolist() == boats.headway_min.tolist() == [30]


@pytest.mark.parametrize("column", ["highway", "class", "loai"])
def test_tags_in_columns_are_read_by_the_same_rules(column: str, tmp_path: Path) -> None:
    ways = [tags for tags in OSM_TAGS if "highway" in tags and "level" not in tags]
    expected, _ = read_roads(str(write_osm(tmp_path / "a.osm.pbf", [(EAST, tags) for tags in ways])))
    names = sorted({name for tags in ways for name in tags})
    columns = {column if name == "highway" else name: [tags.get(name) for tags in ways] for name in names}
    found, _ = read_roads(write(tmp_path / "a.gpkg", **columns), class_column=column)
    same(found, expected)


def test_tags_of_access_mean_nothing_in_a_file_of_other_classes(tmp_path: Path) -> None:
    table = roads(tmp_path / "a.gpkg", **{"class": ["commune"], "access": ["private"], "foot": ["no"]})
    assert (table.on_foot.tolist(), table.by_car.tolist()) == ([True], [True])


LEVELS: list[tuple[dict[str, list[Any]], list[int], str]] = [
    ({"level": [1, 2]}, [0, 0], "level"),
    ({"layer": [0, 3]}, [0, 0], "layer"),
    ({"level": [0, 0]}, [0, 0], ""),
    ({"level": [1, 0], "bridge": ["yes", None]}, [1, 0], ""),
    ({"level": [-1.0, None], "tunnel": ["yes", None]}, [-1, 0], ""),
    ({"level": [12, 40], "bridge": ["yes", None]}, [1, 0], "level"),
    ({"level": ["I", "II"], "bridge": ["yes", None]}, [1, 0], "level"),
    ({"layer": [2, -1], "highway": ["primary", "primary"]}, [2, -1], ""),
    ({"level": [4, 5], "highway": ["primary", "primary"]}, [0, 0], ""),
    ({"level": [4, 5], "highway": ["primary", "primary"], "bridge": ["yes", None]}, [1, 0], ""),
    ({"level": [4, 5], "highway": ["primary", "primary"], "layer": [0, 2]}, [0, 2], ""),
]


@pytest.mark.parametrize(("columns", "levels", "ignored"), LEVELS)
def test_a_level_counts_where_the_file_says_what_is_a_bridge(
    columns: dict[str, list[Any]], levels: list[int], ignored: str, tmp_path: Path
) -> None:
    table = roads(tmp_path / "a.gpkg", **columns)
    assert (table.level.tolist(), table.level_ignored) == (levels, ignored)


def test_roads_and_ferries_without_a_line_are_counted(tmp_path: Path) -> None:
    lines: list[Any] = [LINE, None, None]
    frame = gpd.GeoDataFrame({"a": [1, 2, 3]}, geometry=lines, crs="EPSG:9209")
    frame.to_file(tmp_path / "a.gpkg")
    assert read_roads(str(tmp_path / "a.gpkg"))[0].without_geometry == 2
    ferries = read_ferries(str(tmp_path / "a.gpkg"))
    assert ferries is not None
    assert ferries.without_geometry == 2


def test_pieces_of_a_ferry_that_join_are_one_ferry(tmp_path: Path) -> None:
    joined = shapely.MultiLineString([[(0, 0), (50, 0)], [(100, 0), (50, 0)]])
    apart = shapely.MultiLineString([[(0, 9), (50, 9)], [(60, 9), (99, 9)]])
    frame = gpd.GeoDataFrame({"wait_min": [4, 6]}, geometry=[joined, apart], crs="EPSG:9209")
    frame.to_file(tmp_path / "f.gpkg")
    ferries = read_ferries(str(tmp_path / "f.gpkg"))
    assert ferries is not None
    assert shapely.length(ferries.lines).tolist() == [100, 50, 39]
    assert ferries.wait_min.tolist() == [4, 6, 6]


def test_points_are_no_ferries(tmp_path: Path) -> None:
    gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs="EPSG:9209").to_file(tmp_path / "f.gpkg")
    with pytest.raises(GisError) as refusal:
        read_ferries(str(tmp_path / "f.gpkg"))
    assert refusal.value.code == "geometry_kind"
    assert "row 1 is a Point (1 row" in refusal.value.detail()


def test_only_classes_of_openstreetmap_make_a_table_its_data(tmp_path: Path) -> None:
    assert roads(tmp_path / "a.gpkg", **{"class": ["primary"]}).of_osm
    assert not roads(tmp_path / "b.gpkg", **{"class": ["commune"]}).of_osm


def test_a_table_in_which_no_road_is_there_today_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GisError) as refusal:
        roads(tmp_path / "a.gpkg", highway=["construction", "proposed"])
    assert refusal.value.code == "table_empty"


def test_an_exported_layer_of_roads_reads_as_the_layer_is(tmp_path: Path) -> None:
    lines = [shapely.LineString([(0, y), (100, y)]) for y in (0, 10, 20)]
    columns = {
        "road_class": ["national", "alley", "commune"],
        "oneway": [0, -1, 1],
        "level": [1, 0, 0],
        "is_bridge": [True, False, False],
        "width_m": [12.0, 1.2, None],
        "paved": [True, False, None],
        "on_foot": [True, True, None],
        "on_wheels": [True, False, None],
        "by_car": [True, False, None],
    }
    path = tmp_path / "roads.gpkg"
    gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:9209").to_file(path)
    table, boats = read_roads(str(path))
    assert boats is None
    assert table.road_class == ["national", "alley", "commune"]
    assert table.oneway.tolist() == [0, -1, 1]
    assert table.level.tolist() == [1, 0, 0]
    assert table.level_ignored == ""
    assert table.paved.tolist() == [True, False, True]
    assert (table.on_foot.tolist(), table.on_wheels.tolist()) == ([True] * 3, [True, False, True])
    assert table.by_car.tolist() == [True, False, True]


def test_an_exported_layer_of_ferries_tells_hours_and_cars(tmp_path: Path) -> None:
    lines = [shapely.LineString([(0, y), (100, y)]) for y in (0, 10)]
    columns = {"runs_from": ["04:30", None], "runs_to": ["22:00", None], "takes_cars": [True, False]}
    path = tmp_path / "ferries.gpkg"
    gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:9209").to_file(path)
    table = read_ferries(str(path))
    assert table is not None
    assert table.from_hour[0] == 4.5
    assert table.to_hour[0] == 22
    assert np.isnan(table.from_hour[1])
    assert table.takes_cars is not None
    assert table.takes_cars.tolist() == [True, False]


def test_a_table_tells_the_one_ways_of_bicycles_and_motorbikes(tmp_path: Path) -> None:
    table = roads(
        tmp_path / "a.gpkg",
        **{"class": ["commune"] * 4},
        oneway=["yes", "yes", "no", "-1"],
        oneway_bicycle=["no", None, "yes", ""],
        oneway_motorbike=[None, "-1", None, "0"],
    )
    assert table.oneway.tolist() == [1, 1, 0, -1]
    assert table.oneway_bicycle is not None
    assert table.oneway_motorbike is not None
    assert table.oneway_bicycle.tolist() == [0, 1, 1, -1]
    assert table.oneway_motorbike.tolist() == [1, -1, 0, 0]
