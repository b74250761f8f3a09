import re
from collections.abc import Iterator

import mapbox_vector_tile
import pytest
from sqlalchemy import Connection, Engine, text

from gis_service.catalogue.loader import load_catalogue
from gis_service.services.demo import make_demo_city
from gis_service.services.ingest import load_file
from gis_service.services.tiles import tile_of
from gis_service.settings import ROOT

CATALOGUE = load_catalogue(ROOT / "layers", ROOT / "tiles", "thai_binh")
ZOOM = 9
TILE = dict(zip(("x", "y"), tile_of(106.34, 20.45, ZOOM), strict=True)) | {"z": ZOOM}


@pytest.fixture(scope="module")
def loaded(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Give a connection that sees the demo city loaded, and takes it back at the end.

    It holds locks on the layer tables, so no test beside it may use another connection.
    """
    city = make_demo_city(ROOT / "layers" / "thai_binh" / "census", tmp_path_factory.mktemp("demo"))
    with engine.connect() as opened:
        outer = opened.begin()
        for written in city.layers:
            report = load_file(opened, CATALOGUE, written.path, written.layer, author="test", message="demo")
            assert (report.features, report.dropped_columns) == (written.rows, ())
        yield opened
        outer.rollback()


@pytest.mark.parametrize("name", CATALOGUE.tilesets)
def test_a_query_answers_one_row_with_one_column_of_bytes(loaded: Connection, name: str) -> None:
    result = loaded.execute(text(CATALOGUE.tilesets[name].query), TILE)
    assert list(result.keys()) == ["tile"]
    assert isinstance(result.scalar_one(), bytes | memoryview)


@pytest.mark.parametrize("name", CATALOGUE.tilesets)
def test_a_tile_over_the_open_sea_is_empty_bytes(loaded: Connection, name: str) -> None:
    sea = {"z": 12, "x": 0, "y": 2048}
    assert bytes(loaded.execute(text(CATALOGUE.tilesets[name].query), sea).scalar_one()) == b""


@pytest.mark.parametrize("name", CATALOGUE.tilesets)
def test_a_tile_holds_the_layers_and_fields_that_are_promised(loaded: Connection, name: str) -> None:
    tileset = CATALOGUE.tilesets[name]
    tile = mapbox_vector_tile.decode(bytes(loaded.execute(text(tileset.query), TILE).scalar_one()))
    assert set(tile) == set(tileset.layers)
    for layer, content in tile.items():
        found = {key for feature in content["features"] for key in feature["properties"]}
        assert found == set(tileset.fields[layer])


@pytest.mark.parametrize("name", CATALOGUE.tilesets)
def test_a_query_can_use_the_spatial_index_of_every_layer(loaded: Connection, name: str) -> None:
    """Small tables are read whole whatever the index; with that closed off, the index must serve."""
    tileset = CATALOGUE.tilesets[name]
    with loaded.begin_nested() as inner:
        loaded.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(loaded.execute(text(f"EXPLAIN {tileset.query}"), TILE).scalars())
        inner.rollback()
    indexed = re.findall(r"(?:Index Scan using|Bitmap Index Scan on) (\w+)", plan)
    for layer in tileset.layers:
        assert any(layer in index and "geom" in index for index in indexed), plan


def test_the_base_map_shows_the_communes_and_offices_around_the_city(loaded: Connection) -> None:
    tile = mapbox_vector_tile.decode(
        bytes(loaded.execute(text(CATALOGUE.tilesets["base"].query), TILE).scalar_one())
    )
    names = {feature["properties"]["name"] for feature in tile["commune"]["features"]}
    assert {"Trần Lãm", "Vũ Phúc", "Trần Hưng Đạo"} <= names


def test_people_in_the_database_are_those_of_the_census(loaded: Connection) -> None:
    for table, column in [("residents", "people"), ("commune", "pop_2019"), ("commune_2019", "people")]:
        statement = text(f"SELECT sum({column}) FROM layer.{table}")  # noqa: S608 - names from this test
        assert loaded.execute(statement).scalar_one() == 1_860_447
