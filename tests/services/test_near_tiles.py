"""Tiles near by, drawn by the service, beside those that PostGIS makes of the same rows by itself."""

from collections.abc import Callable, Iterator
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from shapely.geometry import shape
from sqlalchemy import Engine, text

from gis_service.db.engine import open_engine, transaction
from gis_service.db.filters import Between, Condition
from gis_service.db.layers import Column, LayerTable, ensure_table
from gis_service.db.tile_rows import RowQuery
from gis_service.db.tiles import BUFFER, EXTENT, Importance, TileContent
from gis_service.errors import ErrorCode, Temporary
from gis_service.services import near_tiles
from gis_service.services.tile_grid import tile_box, tile_of
from gis_service.types import LayerId
from tests.overview_town import (
    COLUMNS,
    COMMUNE,
    HOUSE,
    ROAD,
    SOUTH,
    WEST,
    WIDE,
    build_communes,
    build_houses,
    build_roads,
)

ANY = LayerId("anything")
KINDS = ("text", "integer", "number", "boolean", "date", "timestamp")
MIXED = tuple(Column(f"a_{kind}", kind) for kind in KINDS)
TABLES = {ROAD: COLUMNS[ROAD], HOUSE: COLUMNS[HOUSE], COMMUNE: COLUMNS[COMMUNE], ANY: MIXED}
MIDDLE = (WEST + WIDE / 2, SOUTH + WIDE / 2)
BY_POSTGIS = (
    "SELECT ST_AsMVT(shown, :name, 4096, 'geom', 'fid') FROM (SELECT {fields}, ST_AsMVTGeom("
    "ST_Transform(geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom"
    " FROM layer.{layer} ORDER BY fid) AS shown WHERE geom IS NOT NULL"
)
SHAPES = (
    "ST_Point(:lon, :lat, 4326)",
    "ST_GeomFromText('MULTIPOINT(106.361 20.461, 106.3615 20.4612)', 4326)",
    "ST_MakeLine(ST_Point(:lon - 1, :lat - 0.3, 4326), ST_Point(:lon + 1, :lat + 0.4, 4326))",
    "ST_Multi(ST_Buffer(ST_MakeLine(ST_Point(:lon, :lat - 1, 4326), ST_Point(:lon, :lat, 4326)), 0.004))",
    "ST_Difference(ST_Buffer(ST_Point(:lon, :lat, 4326), 0.5), ST_Buffer(ST_Point(:lon, :lat, 4326), 0.003))",
    "ST_Buffer(ST_Point(:lon, :lat, 4326), 2)",
    "ST_Collect(ST_Point(:lon, :lat, 4326), ST_Buffer(ST_Point(:lon, :lat, 4326), 0.002))",
    "ST_GeomFromText('POLYGON((106.36 20.46, 106.37 20.47, 106.37 20.46, 106.36 20.47, 106.36 20.46))')",
    "ST_GeomFromText('POINT EMPTY', 4326)",
    "NULL",
)
SEEN = shapely.box(-BUFFER + 4, -BUFFER + 4, EXTENT + BUFFER - 4, EXTENT + BUFFER - 4)


@pytest.fixture(scope="module")
def town(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_database())
    build_houses(engine)
    build_communes(engine)
    build_roads(engine)
    with transaction(engine) as connection:
        ensure_table(connection, LayerTable(ANY, "Geometry", None, MIXED))
        for number, one in enumerate(SHAPES):
            values = "'Ưở %', -5, 0.125, true, '2025-07-01', '2025-07-01T08:00:00Z'"
            given = values if number % 3 else "NULL, 9007199254740993, NULL, false, NULL, NULL"
            connection.execute(
                text(
                    f"INSERT INTO layer.anything (geom, a_text, a_integer, a_number, a_boolean, a_date,"  # noqa: S608
                    f" a_timestamp) VALUES ({one}, {given.replace(':', chr(92) + ':')})"
                ),
                {"lon": MIDDLE[0], "lat": MIDDLE[1]},
            )
    yield engine
    engine.dispose()


def middle(z: int) -> tuple[int, int, int]:
    return z, *tile_of(*MIDDLE, z)


def query(layer: LayerId, zxy: tuple[int, int, int], condition: Condition | None) -> RowQuery:
    return RowQuery(
        layer, TABLES[layer], tile_box(*zxy, BUFFER / EXTENT), is_mixed=layer == ANY, condition=condition
    )


def drawn(
    engine: Engine,
    layer: LayerId,
    zxy: tuple[int, int, int],
    importance: Importance | None = None,
    condition: Condition | None = None,
) -> TileContent:
    with transaction(engine) as connection:
        return near_tiles.draw(connection, query(layer, zxy, condition), zxy, importance)


def by_postgis(engine: Engine, layer: LayerId, zxy: tuple[int, int, int]) -> bytes:
    fields = ", ".join(("fid", *(one.name for one in TABLES[layer])))
    values = {"name": layer, **dict(zip("zxy", zxy, strict=True))}
    with transaction(engine) as connection:
        made = connection.execute(text(BY_POSTGIS.format(fields=fields, layer=layer)), values).scalar_one()
    return bytes(made or b"")


def features(content: bytes, layer: LayerId) -> dict[int, dict[str, Any]]:
    found = mapbox_vector_tile.decode(content)[layer]["features"] if content else []
    return {one["id"]: one for one in found}


@pytest.mark.parametrize(
    ("layer", "z"), [(HOUSE, 14), (HOUSE, 16), (COMMUNE, 14), (COMMUNE, 17), (ANY, 14), (ANY, 16), (ANY, 19)]
)
def test_a_tile_shows_what_postgis_would(town: Engine, layer: LayerId, z: int) -> None:
    zxy = middle(z)
    ours = features(drawn(town, layer, zxy).content, layer)
    theirs = features(by_postgis(town, layer, zxy), layer)
    assert ours
    for fid in ours | theirs:
        # One of the two may round to nothing what lies on the rim.
        if (found := ours.get(fid)) and (due := theirs.get(fid)):
            assert found["properties"] == due["properties"]
            one, other = (shape(each["geometry"]) & SEEN for each in (found, due))
            assert one.is_valid
            # Both are rounded; theirs has lost corners that are half a unit off a straight line.
            assert (
                (one ^ other)
                .difference((shape(due["geometry"]).boundary | other.boundary).buffer(2))
                .is_empty
            )
        else:
            assert not (shape((found or theirs[fid])["geometry"]) & SEEN).buffer(-1).area


def test_points_are_the_same_bytes(town: Engine) -> None:
    with transaction(town) as connection:
        connection.execute(
            text(
                "CREATE TABLE layer.spot AS SELECT fid, ST_Centroid(geom) AS geom, kind, floors,"
                " area_m2 FROM layer.house"
            )
        )
    spot = LayerId("spot")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TABLES, spot, COLUMNS[HOUSE])
        for z in (14, 15, 17):
            content = drawn(town, spot, middle(z)).content
            assert content
            assert content == by_postgis(town, spot, middle(z))


def test_only_rows_that_fulfil_the_condition_are_drawn(town: Engine) -> None:
    found = features(drawn(town, HOUSE, middle(14), condition=Between("floors", 2, 3)).content, HOUSE)
    assert {one["properties"]["floors"] for one in found.values()} == {2, 3}


def test_a_tile_beyond_the_budget_keeps_the_largest_and_uses_the_room(
    town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_tiles, "BUDGET", 3_000)
    by_area = Importance(2, None, "floors")
    whole, tile = drawn(town, HOUSE, middle(14)), drawn(town, HOUSE, middle(14), by_area)
    assert 2_900 < len(tile.content) <= 3_000
    kept, all_of_them = features(tile.content, HOUSE), features(whole.content, HOUSE)
    assert (tile.shown, tile.of) == (len(kept), len(all_of_them)) == (tile.shown, whole.shown)
    sizes, left_out = {fid % 5 for fid in kept}, {fid % 5 for fid in all_of_them.keys() - kept.keys()}
    assert min(sizes) >= max(left_out), "houses of five sizes: all the larger ones before any of the smaller"
    assert drawn(town, HOUSE, middle(14), by_area) == tile


def test_roads_beyond_the_budget_stay_by_what_they_are_for(
    town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("quốc lộ", "it's: 5 % ngõ", "ngõ")
    whole = features(drawn(town, ROAD, middle(14)).content, ROAD).values()
    great = sum(one["properties"]["road_class"] == "quốc lộ" for one in whole)
    monkeypatch.setattr(near_tiles, "BUDGET", 400)
    tile = drawn(town, ROAD, middle(14), Importance(1, ("road_class", words)))
    kept = [one["properties"]["road_class"] for one in features(tile.content, ROAD).values()]
    assert 0 < len(kept) < len(whole)
    assert kept.count("quốc lộ") == min(great, len(kept))


def test_where_nothing_lies_there_is_nothing(town: Engine) -> None:
    assert drawn(town, HOUSE, (14, 0, 0)) == TileContent(b"", 0, 0)


def test_a_table_that_lacks_a_field_is_told_as_such(town: Engine) -> None:
    query = RowQuery(HOUSE, [*COLUMNS[HOUSE], Column("newer", "text")], tile_box(*middle(14)))
    with pytest.raises(Temporary) as refused, transaction(town) as connection:
        query.read(connection)
    assert refused.value.code is ErrorCode.LAYER_TABLE_BEHIND
