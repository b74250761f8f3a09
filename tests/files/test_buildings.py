from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from gis_service.errors import GisError
from gis_service.files.buildings import read_buildings, read_land


def write(path: Path, *shapes: shapely.Geometry | None, **columns: list[Any]) -> str:
    gpd.GeoDataFrame(columns, geometry=np.array(shapes, dtype=object), crs="EPSG:9209").to_file(path)
    return str(path)


HOUSE = shapely.box(0, 0, 10, 8)


@pytest.mark.parametrize("column", ["storeys", "levels", "Số tầng", "building:levels"])
def test_storeys_height_and_class_are_found_by_their_names(column: str, tmp_path: Path) -> None:
    told: dict[str, list[Any]] = {column: ["3", "2,5", "many"], "Height": ["9 m", None, 4]}
    found = read_buildings(
        write(tmp_path / "b.gpkg", HOUSE, HOUSE, HOUSE, **told, building=["yes", None, "a"])
    )
    assert np.array_equal(found.storeys, [3, 2.5, np.nan], equal_nan=True)
    assert np.array_equal(found.height_m, [9, np.nan, 4], equal_nan=True)
    assert found.classes == ("yes", "", "a")


def test_buildings_that_say_nothing_are_buildings(tmp_path: Path) -> None:
    found = read_buildings(write(tmp_path / "b.gpkg", HOUSE, None, number=[1, 2]))
    assert (len(found.footprints), found.classes, found.without_geometry) == (1, ("",), 1)
    assert np.isnan(found.storeys).all()


def test_buildings_of_points_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GisError) as refusal:
        read_buildings(write(tmp_path / "b.gpkg", shapely.Point(0, 0), number=[1]))
    assert refusal.value.code == "geometry_kind"


def test_a_footprint_that_crosses_itself_is_repaired(tmp_path: Path) -> None:
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert shapely.area(read_buildings(write(tmp_path / "b.gpkg", bow, number=[1])).footprints).tolist() == [
        2
    ]


def test_the_buildings_of_an_extract_are_all_read(shared_data: Path) -> None:
    extract = shared_data / "helsinki" / "Helsinki.osm.pbf"
    if not extract.exists():
        pytest.skip(f"no {extract}")
    found = read_buildings(str(extract))
    assert len(found.footprints) >= 385
    assert (found.storeys > 0).any()
    assert "yes" in found.classes


def test_land_must_say_its_use(tmp_path: Path) -> None:
    land = read_land(write(tmp_path / "l.gpkg", HOUSE, HOUSE, use=["residential_rural", None]))
    assert land.classes == ("residential_rural", "")
    with pytest.raises(GisError) as refusal:
        read_land(write(tmp_path / "m.gpkg", HOUSE, number=[1]))
    assert refusal.value.code == "column_missing"
