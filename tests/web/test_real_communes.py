"""A province's own file: the real outlines of the 65 communes, loaded as a user would and served."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient

from gis_service.app import create_app
from gis_service.db.engine import open_engine, transaction
from gis_service.services.ingest import load_file
from gis_service.settings import Settings
from tests.demo_city import catalogue as real_catalogue

TILE = "/api/collections/commune/tiles/WebMercatorQuad/9/225/407"


@pytest.fixture(scope="module")
def province(
    make_database: Callable[[], str], shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    url = make_database()
    engine = open_engine(url)
    catalogue = real_catalogue()
    with transaction(engine) as connection:
        path = shared_data / "thai_binh" / "communes_2025.geojson"
        load_file(connection, catalogue, path, "commune", author="lan")
    engine.dispose()
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("var"), database_url=url))
    yield app.test_client()
    app.extensions["gis"].close()


def items(client: FlaskClient, query: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/collections/commune/items?{query}").get_json()
    return answer


def test_all_65_are_served_with_their_people(province: FlaskClient) -> None:
    features = items(province, "limit=100")["features"]
    assert len(features) == 65
    assert sum(feature["properties"]["pop_2019"] for feature in features) == 1_860_447
    assert {feature["geometry"]["type"] for feature in features} <= {"Polygon", "MultiPolygon"}
    assert "Trần Hưng Đạo" in {feature["properties"]["name"] for feature in features}


def test_a_box_in_the_city_finds_the_wards_around_it(province: FlaskClient) -> None:
    found = items(province, "bbox=106.33,20.44,106.345,20.452")["features"]
    assert 0 < len(found) < 8
    names = {feature["properties"]["full_name"] for feature in found}
    assert any(name.startswith("Phường") for name in names)


def test_a_tile_shows_outlines(province: FlaskClient) -> None:
    answer = province.get(TILE)
    assert answer.status_code == 200
    shapes = mapbox_vector_tile.decode(answer.data)["commune"]["features"]
    assert len(shapes) > 10
    assert {shape["geometry"]["type"] for shape in shapes} <= {"Polygon", "MultiPolygon"}
