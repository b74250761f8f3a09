"""Several tilesets and layers in one tile: of one state, never older than their layers, within one budget."""

from collections.abc import Callable, Iterator
from pathlib import Path

import mapbox_vector_tile
import pytest
import shapely
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.db import tiles as rows
from gis_service.db.engine import open_engine, transaction
from gis_service.db.layers import ensure_table
from gis_service.errors import NotFound, WrongUse
from gis_service.services import composites, tiles, tilesets
from gis_service.services.collections import Collection
from gis_service.services.composites import Composite, Part, composite_of
from gis_service.services.context import Context
from gis_service.services.layers import table_of
from gis_service.services.overview_recipes import recipe_of
from gis_service.services.overviews import digest
from gis_service.services.tile_grid import tile_of
from gis_service.services.tile_memory import Tile
from gis_service.services.tilesets import LoadedTileset
from gis_service.settings import Settings
from gis_service.types import LayerId
from tests.overview_town import crooked_areas

CAMERA, POWER, OFFICE, AREA = (
    LayerId("camera"),
    LayerId("power_line"),
    LayerId("one_stop_office"),
    LayerId("commune"),
)
BASE_LAYERS = ("land_use", "rivers", "roads", "ferries", "district_2024", "settlement")
FILL = """
INSERT INTO layer.camera (geom, code, name)
SELECT ST_Point(106.3 + n * 0.0001, 20.4, 4326), 'w' || n, 'Máy quay số ' || n
  FROM generate_series(1, 400) AS n;
INSERT INTO layer.one_stop_office (geom, code, name)
SELECT ST_Point(106.3 + n * 0.001, 20.4, 4326), 'o' || n, 'Một cửa ' || n FROM generate_series(1, 20) AS n;
INSERT INTO layer.power_line (geom, code)
SELECT ST_Translate(ST_GeomFromText('LINESTRING(106.3 20.4, 106.32 20.4)', 4326), 0, n * 0.0001), 'p' || n
  FROM generate_series(1, 40) AS n;
INSERT INTO layer.settlement (geom, code, name, kind)
VALUES (ST_Point(106.31, 20.4, 4326), 's', 'Tiền Hải', 'town');
"""
ADD_AREA = "INSERT INTO layer.commune (geom, code, name) VALUES (ST_GeomFromWKB(:shape, 4326), :name, :name)"
ZXY = (9, *tile_of(106.31, 20.4, 9))


@pytest.fixture(scope="module")
def context(
    make_database: Callable[[], str], catalogue: Catalogue, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Context]:
    engine = open_engine(make_database())
    with transaction(engine) as connection:
        for layer in (CAMERA, POWER, OFFICE, AREA, *BASE_LAYERS):
            ensure_table(connection, table_of(catalogue.layers[LayerId(layer)]))
        connection.exec_driver_sql(FILL)
        for number, area in enumerate(crooked_areas()):
            values = {"shape": shapely.to_wkb(area), "name": f"x{number}"}
            connection.execute(text(ADD_AREA), values)
    folder: Path = tmp_path_factory.mktemp("composites")
    yield Context(engine, catalogue, Settings(data_dir=folder))
    engine.dispose()


def layer(context: Context, name: str) -> Collection:
    return Collection(context.catalogue.layers[LayerId(name)], "public", None, None)


def base(context: Context) -> LoadedTileset:
    definition = context.catalogue.tilesets["base"]
    return LoadedTileset(definition, tuple(layer(context, name) for name in definition.layers))


def names(tile: Tile, inside: str) -> set[str]:
    found = mapbox_vector_tile.decode(tile.content).get(inside, {"features": []})
    return {one["properties"]["name"] for one in found["features"]}


def look(context: Context) -> None:
    with transaction(context.engine) as connection:
        context.tiles.freshness.look(connection)


@pytest.mark.parametrize("z", [9, 14, 15])
def test_a_composite_is_its_parts_side_by_side(context: Context, z: int) -> None:
    zxy = (z, *tile_of(106.31, 20.4, z))
    alone = [layer(context, name) for name in (CAMERA, AREA, POWER, OFFICE)]
    # The base map ends before.
    sets = [base(context)] if z < 15 else []
    parts: list[Part] = [*alone, *sets]
    tile = composites.tile(context, composite_of(parts), zxy)
    apart = [
        *(tiles.tile(context, one.definition, zxy) for one in alone),
        *(tilesets.tile(context, one.definition, *zxy) for one in sets),
    ]
    decoded = mapbox_vector_tile.decode(tile.content)
    expected = mapbox_vector_tile.decode(b"".join(one.content for one in apart))
    assert decoded == expected
    assert set(decoded) == {CAMERA, AREA, POWER, OFFICE} | ({"settlement"} if sets else set())
    assert all(tile.made_of[name] == number for one in apart for name, number in one.made_of.items())
    assert composites.tile(context, composite_of(parts[::-1]), zxy) is tile


def test_a_change_of_any_part_is_in_the_next_tile(context: Context) -> None:
    both = composite_of([layer(context, "one_stop_office"), base(context)])
    before = composites.tile(context, both, ZXY)
    changes = (
        ("one_stop_office", "UPDATE layer.one_stop_office SET name = 'Mới' WHERE code = 'o3'", "Mới"),
        ("settlement", "UPDATE layer.settlement SET name = 'Diêm Điền'", "Diêm Điền"),
    )
    for changed, statement, name in changes:
        with transaction(context.engine) as connection:
            connection.execute(text(statement))
        look(context)
        after = composites.tile(context, both, ZXY)
        assert name in names(after, changed)
        assert after.etag != before.etag
        before = after
    digest(context.engine, recipe_of(context.catalogue, context.catalogue.layers[LayerId("settlement")]))
    look(context)
    assert composites.tile(context, both, ZXY).content == before.content


def test_a_change_elsewhere_leaves_the_tile_in_place(context: Context) -> None:
    both = composite_of([layer(context, "one_stop_office"), layer(context, "power_line")])
    zxy = (15, *tile_of(106.31, 20.4, 15))
    before = composites.tile(context, both, zxy)
    with transaction(context.engine) as connection:
        connection.execute(
            text(
                "INSERT INTO layer.power_line (geom, code)"
                " SELECT ST_Translate(geom, 0, 1), 'far' FROM layer.power_line WHERE code = 'p1'"
            )
        )
    look(context)
    assert composites.tile(context, both, zxy) is before


@pytest.mark.parametrize(("z", "budget"), [(9, 9_000), (14, 6_000)])
def test_beyond_the_budget_the_heaviest_part_is_thinned(
    context: Context, monkeypatch: pytest.MonkeyPatch, z: int, budget: int
) -> None:
    zxy = (z, *tile_of(106.31, 20.4, z))
    parts: list[Part] = [
        layer(context, "camera"),
        layer(context, "one_stop_office"),
        layer(context, "power_line"),
    ]
    whole = composites.tile(context, composite_of(parts), zxy)
    assert whole.thinned == ""
    assert len(whole.content) > budget
    monkeypatch.setattr(rows, "BUDGET", budget)
    # Another tile than the one that is kept.
    tile = composites.tile(context, composite_of([*parts, layer(context, "ferries")]), zxy)
    assert budget / 2 < len(tile.content) <= budget
    counts = {
        name: [len(mapbox_vector_tile.decode(one.content)[name]["features"]) for one in (tile, whole)]
        for name in ("camera", "one_stop_office", "power_line")
    }
    # Studies read the offices; the lines are light.
    assert counts["one_stop_office"][0] == counts["one_stop_office"][1]
    assert counts["power_line"][0] == counts["power_line"][1]
    assert counts["camera"][0] < counts["camera"][1]
    shown, of = (sum(count[at] for count in counts.values()) for at in (0, 1))
    assert tile.thinned == f"shown={shown}, of={of}"


def test_zooms_are_merged_and_parts_come_and_go(context: Context) -> None:
    both = composite_of([layer(context, "one_stop_office"), base(context)])
    assert both.zooms == (0, 24)
    low = composites.tile(context, both, (4, *tile_of(106.31, 20.4, 4)))
    assert set(mapbox_vector_tile.decode(low.content)) == {"one_stop_office"}
    with pytest.raises(NotFound, match="has no zoom 15"):
        composites.tile(context, Composite((base(context),)), (15, 0, 0))


def test_what_cannot_stand_in_one_tile_is_refused(context: Context) -> None:
    with pytest.raises(WrongUse, match="the layer roads"):
        composite_of([base(context), layer(context, "roads")])
    with pytest.raises(WrongUse, match="9 parts"):
        composites.names_in(",".join("abcdefghi"))
    assert composites.names_in("a,b") == ["a", "b"]
