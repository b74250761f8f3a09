"""The study area of a city that brings its outline as a layer: a small town that does not exist."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.crs import STORAGE, parse_crs, transform
from gis_service.db.engine import Connection, Engine
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services import studies
from gis_service.types import Geometries
from tests.filled_database import filled, taken_back

CITIES = Path(__file__).parents[1] / "cities"
METRIC = parse_crs("EPSG:5897")
X, Y = 575_000.0, 2_194_000.0
HOMES = (100.0, 900.0, 1500.0, 2500.0)
TOWN: dict[str, tuple[list[shapely.Geometry], dict[str, Any]]] = {
    "commune": ([shapely.box(X, Y - 500, X + 1000, Y + 500)], {"name": ["Xã Bến"]}),
    "town_outline": (
        [shapely.box(X - 500, Y - 600, X + 800, Y + 600), shapely.box(X + 800, Y - 600, X + 2000, Y + 600)],
        {},
    ),
    "residents": (
        [shapely.Point(X + at, Y) for at in HOMES],
        {"people": [10.0, 20.0, 30.0, 40.0], "age_0_14": [1.0] * 4, "age_15": [9.0, 19.0, 29.0, 39.0]},
    ),
    "roads": ([shapely.LineString([(X, Y), (X + 3000, Y)])], {"road_class": ["commune"]}),
    "clinic": ([shapely.Point(X, Y)], {"name": ["Phòng khám"]}),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(CITIES, CITIES / "no-tiles-here", "ben_nho")


@pytest.fixture(scope="module")
def town_engine(
    make_database: Callable[[], str], catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("ben_nho")
    files = []
    for layer, (shapes, columns) in TOWN.items():
        degrees = transform(points_or_areas(shapes), METRIC, STORAGE)
        codes = [f"{layer}{row}" for row in range(len(shapes))]
        frame = gpd.GeoDataFrame({"code": codes} | columns, geometry=list(degrees), crs=STORAGE)
        frame.to_file(folder / f"{layer}.gpkg", layer=layer)
        files.append((layer, folder / f"{layer}.gpkg"))
    yield from filled(make_database(), catalogue, files)


@pytest.fixture
def town(town_engine: Engine) -> Iterator[Connection]:
    yield from taken_back(town_engine)


def points_or_areas(shapes: list[shapely.Geometry]) -> Geometries:
    return shapely.get_parts(shapely.geometrycollections(shapes))


def run(connection: Connection, catalogue: Catalogue) -> dict[str, Any]:
    asked = {"standard": "clinic_walk_15min", "at": "2026-03-02T08:00"}
    return studies.run(connection, catalogue, "coverage", asked, "lan").document


def rows_of(document: dict[str, Any]) -> dict[str, float]:
    return {row["id"]: row["total"] for row in document["zones"]}


def test_people_inside_the_outline_without_a_unit_have_a_row_and_those_beyond_it_are_told(
    town: Connection, catalogue: Catalogue
) -> None:
    document = run(town, catalogue)
    assert rows_of(document) == {"commune0": 30, "outside": 30}
    assert document["totals"]["all"]["total"] == 60
    assert {"code": "people_beyond_study_area", "params": {"people": 40}} in document["notices"]
    assert document["inputs"]["outline"]["layer"] == "town_outline"
    assert document["generated_data"] is True


def test_until_the_outline_is_loaded_the_units_are_the_study_area(
    town: Connection, catalogue: Catalogue
) -> None:
    town.exec_driver_sql("DELETE FROM gis.version WHERE layer = 'town_outline'")
    document = run(town, catalogue)
    assert rows_of(document) == {"commune0": 30}
    assert {"code": "people_beyond_study_area", "params": {"people": 70}} in document["notices"]
    assert "outline" not in document["inputs"]


def test_units_known_by_points_have_the_outline_as_study_area_too(
    town: Connection, catalogue: Catalogue
) -> None:
    town.exec_driver_sql("ALTER TABLE layer.commune ALTER geom TYPE geometry(Geometry, 4326)")
    town.exec_driver_sql("UPDATE layer.commune SET geom = ST_Centroid(geom)")
    document = run(town, catalogue)
    assert rows_of(document) == {"commune0": 0, "outside": 60}
    assert {"code": "people_beyond_study_area", "params": {"people": 40}} in document["notices"]


def test_an_outline_without_any_area_is_refused(town: Connection, catalogue: Catalogue) -> None:
    town.exec_driver_sql("UPDATE layer.town_outline SET geom = NULL")
    with pytest.raises(RefusedInput) as refused:
        run(town, catalogue)
    assert refused.value.code == ErrorCode.STUDY_REFUSED
    assert (refused.value.params["name"], refused.value.params["value"]) == ("outline", "town_outline")
