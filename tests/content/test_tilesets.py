import re
from collections.abc import Callable, Iterator
from typing import Any

import mapbox_vector_tile
import pytest
from sqlalchemy import Connection, text

from gis_service.db.tileset_tiles import whole_query
from gis_service.services.drawn_layers import drawn, not_drawn
from gis_service.services.overview_tiles import Way
from gis_service.services.tile_grid import tile_box, tile_of
from gis_service.services.tilesets import layers_of
from tests.demo_city import catalogue as real_catalogue
from tests.filled_database import opened

CATALOGUE = real_catalogue()
PLACE = (106.325, 20.484)
"""The middle of the small province, on its river."""


def tile_at(zoom: int) -> dict[str, int]:
    """Give the address of the tile over the middle of the province."""
    x, y = tile_of(*PLACE, zoom)
    return {"z": zoom, "x": x, "y": y}


CLOSE = tile_at(11)


@pytest.fixture(scope="module")
def loaded(make_town_database: Callable[[str], str]) -> Iterator[Connection]:
    """Give a connection that sees the small province loaded."""
    for engine in opened(make_town_database("small_province")):
        with engine.connect() as connection:
            yield connection


def composed(name: str, zoom: int) -> str:
    """Give the query of a tileset over the rows of its layers."""
    layers = layers_of(CATALOGUE, CATALOGUE.tilesets[name])
    given = [drawn(one, Way(None), zoom) if one.zooms.has(zoom) else not_drawn(one) for one in layers]
    return whole_query(CATALOGUE.tilesets[name].query, given)


def boxed(address: dict[str, int]) -> dict[str, float]:
    """Give the address with the box of the tile and its rim, in which rows are looked for."""
    box = tile_box(address["z"], address["x"], address["y"], 1 / 64)
    return {**address, **dict(zip(("west", "south", "east", "north"), box, strict=True))}


def content(connection: Connection, name: str, address: dict[str, int]) -> bytes:
    return bytes(connection.execute(text(composed(name, address["z"])), boxed(address)).scalar_one())


def features(connection: Connection, address: dict[str, int], layer: str) -> list[dict[str, Any]]:
    """Give the features of one layer of the base map; none when the tile does not hold the layer."""
    tile: dict[str, Any] = mapbox_vector_tile.decode(content(connection, "base", address))
    found: list[dict[str, Any]] = tile.get(layer, {}).get("features", [])
    return found


def values(connection: Connection, address: dict[str, int], layer: str, field: str) -> set[Any]:
    return {one["properties"].get(field) for one in features(connection, address, layer)}


@pytest.mark.parametrize("name", CATALOGUE.tilesets)
def test_a_query_answers_one_row_with_one_column_of_bytes(loaded: Connection, name: str) -> None:
    result = loaded.execute(text(composed(name, CLOSE["z"])), boxed(CLOSE))
    assert list(result.keys()) == ["tile"]
    assert isinstance(result.scalar_one(), bytes | memoryview)


@pytest.mark.parametrize("name", CATALOGUE.tilesets)
def test_a_tile_over_the_open_sea_is_empty_bytes(loaded: Connection, name: str) -> None:
    assert content(loaded, name, {"z": 12, "x": 0, "y": 2048}) == b""


@pytest.mark.parametrize("name", CATALOGUE.tilesets)
def test_tiles_hold_the_layers_and_fields_that_are_promised(loaded: Connection, name: str) -> None:
    tileset = CATALOGUE.tilesets[name]
    found: dict[str, set[str]] = {}
    for zoom in (10, 11, 12):
        tile = mapbox_vector_tile.decode(content(loaded, name, tile_at(zoom)))
        for layer, held in tile.items():
            keys = {key for feature in held["features"] for key in feature["properties"]}
            found[layer] = found.get(layer, set()) | keys
    assert found == {layer: set(fields) for layer, fields in tileset.fields.items()}


@pytest.mark.parametrize("zoom", [10, 11])
@pytest.mark.parametrize("name", CATALOGUE.tilesets)
def test_a_query_can_use_the_spatial_index_of_every_layer(loaded: Connection, name: str, zoom: int) -> None:
    """Small tables are read whole whatever the index; with that closed off, the index must serve."""
    with loaded.begin_nested() as inner:
        # Nor is a small table read in the order of its key.
        loaded.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"))
        asked = text(f"EXPLAIN {composed(name, zoom)}")
        plan = "\n".join(loaded.execute(asked, boxed(tile_at(zoom))).scalars())
        inner.rollback()
    indexed = re.findall(r"(?:Index Scan using|Bitmap Index Scan on) (\w+)", plan)
    for layer, zooms in CATALOGUE.tilesets[name].zooms.items():
        assert any(layer in index and "geom" in index for index in indexed) is zooms.has(zoom), plan


def test_the_base_map_names_the_sea_the_river_and_each_district_once_each(loaded: Connection) -> None:
    whole = tile_at(9)
    districts = features(loaded, whole, "district_2024")
    assert sorted(one["properties"]["name"] for one in districts) == ["Kiến Xương", "Tiền Hải"]
    assert {one["geometry"]["type"] for one in districts} == {"Point"}
    water = features(loaded, whole, "rivers")
    shapes = {one["properties"].get("name"): one["geometry"]["type"] for one in water}
    assert shapes["Biển Đông"] == "Point"
    assert shapes["Sông Trà Lý"] in {"LineString", "MultiLineString"}
    assert len([one for one in water if one["properties"].get("name")]) == 2


def test_the_name_of_a_river_lies_along_its_middle(loaded: Connection) -> None:
    lines = [
        one["geometry"]["coordinates"]
        for one in features(loaded, CLOSE, "rivers")
        if one["geometry"]["type"] == "LineString"
    ]
    banks = next(
        one["geometry"]["coordinates"]
        for one in features(loaded, CLOSE, "rivers")
        if one["geometry"]["type"] == "Polygon" and one["properties"]["kind"] == "river"
    )
    low, high = (limit(y for _, y in banks[0]) for limit in (min, max))
    quarter = (high - low) / 4
    assert lines
    assert all(low + quarter < y < high - quarter for line in lines for _, y in line)


@pytest.mark.parametrize(
    ("zoom", "classes"),
    [
        (6, {"national"}),
        (9, {"national", "district"}),
        (10, {"national", "district", "commune"}),
        (13, {"national", "district", "commune", "village_lane"}),
    ],
)
def test_roads_come_in_by_their_class(loaded: Connection, zoom: int, classes: set[str]) -> None:
    middle = tile_at(zoom)
    # One tile of a close zoom need not hold every class; the province is looked at along its width.
    steps = range(-2, 3) if zoom > 11 else (0,)
    tiles = [middle | {"x": middle["x"] + step} for step in steps]
    assert set().union(*(values(loaded, tile, "roads", "road_class") for tile in tiles)) == classes


def test_lesser_settlements_wait_for_a_closer_view(loaded: Connection) -> None:
    assert values(loaded, tile_at(9), "settlement", "kind") == {"town"}
    assert "village" in values(loaded, tile_at(12), "settlement", "kind")


def test_built_up_land_is_drawn_close_up_only(loaded: Connection) -> None:
    assert features(loaded, tile_at(10), "land_use") == []
    assert values(loaded, CLOSE, "land_use", "use") == {"residential_rural"}
