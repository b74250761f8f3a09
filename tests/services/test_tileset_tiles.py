"""Tiles of tilesets: from overviews where they are level, of the state of now, within the budget."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from gis_service.analysis import generalise
from gis_service.catalogue.loader import load_catalogue
from gis_service.db import overviews as states
from gis_service.db import tiles
from gis_service.db.engine import transaction
from gis_service.db.snapshot import snapshot
from gis_service.db.tile_changes import versions_of
from gis_service.files.tile_store import TileStore
from gis_service.services.collections import Collection
from gis_service.services.composites import Composite, thinning_of
from gis_service.services.drawn_layers import drawn, state_of
from gis_service.services.overview_tiles import TilePlace, way_in
from gis_service.services.overviews import digest
from gis_service.services.tile_cache import TileCache
from gis_service.services.tile_grid import tile_box, tile_of
from gis_service.services.tileset_tiles import TilesetTile, first_shares
from gis_service.services.tilesets import LoadedTileset, layers_of
from gis_service.settings import ROOT
from gis_service.types import LayerId
from tests.demo_city import catalogue as real_catalogue
from tests.filled_database import opened

CITY = real_catalogue()
BASE = CITY.tilesets["base"]
LAYERS = layers_of(CITY, BASE)
PLACE = (106.325, 20.484)
"""The middle of the small province, on its river."""
Zxy = tuple[int, int, int]


@pytest.fixture(scope="module")
def province(make_town_database: Callable[[str], str]) -> Iterator[Engine]:
    """Give the small province with its overviews made; a tile holds few rows, so that it is a dense one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generalise, "MOST_ROWS", 20)
        patch.setattr(generalise, "FEW_POINTS", 1)
        for engine in opened(make_town_database("small_province")):
            follow(engine)
            yield engine


def follow(engine: Engine) -> None:
    """Bring the overviews of all layers of the base map up to them."""
    for one in LAYERS:
        digest(engine, one.recipe)


def middle(z: int) -> Zxy:
    return z, *tile_of(*PLACE, z)


def base(engine: Engine, zxy: Zxy) -> TilesetTile:
    return TilesetTile(engine, BASE.query, LAYERS, zxy)


def features(content: bytes, layer: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(content).get(layer, {}).get("features", [])
    return found


def sources(engine: Engine, z: int) -> dict[str, str]:
    """Tell what is read of each layer of the base map in the middle tile of a zoom."""
    found: dict[str, str] = {}
    with snapshot(engine) as connection:
        for one in LAYERS:
            layer = one.recipe.table.layer
            version, box = versions_of(connection, [layer])[layer], tile_box(*middle(z), 1 / 64)
            state = state_of(connection, one) if z < 14 else None
            way = way_in(connection, one.recipe, TilePlace(z, box, one.seen), state, version)
            found[layer] = drawn(one, way, z).rows.source
    return found


def test_from_afar_the_base_map_is_made_of_overviews(province: Engine) -> None:
    for z in range(9, 13):
        found = sources(province, z)
        for layer in ("land_use", "rivers", "roads", "district_2024"):
            assert found[layer] == f'overview."{layer}"', z
    assert all(source.startswith("layer.") for source in sources(province, 14).values())


def test_joined_roads_keep_the_names_that_the_base_map_shows(province: Engine) -> None:
    with transaction(province) as connection:
        kinds = connection.execute(text("SELECT DISTINCT f_name FROM overview.roads WHERE fid IS NULL")).all()
    assert {row[0] for row in kinds} == {None, "QL10"}
    named = features(base(province, middle(9)).make().content, "roads")
    assert "QL10" in {one["properties"].get("name") for one in named}


def test_the_tile_of_an_overview_shows_what_the_rows_show(province: Engine) -> None:
    for z in (9, 11, 12):
        seen = base(province, middle(z)).make().content
        with transaction(province) as connection:
            for one in LAYERS:
                states.withdraw(connection, one.recipe.table.layer)
        of_rows = base(province, middle(z)).make().content
        follow(province)
        for layer in BASE.layers:
            words = [
                {tuple(sorted(one["properties"].items())) for one in features(tile, layer)}
                for tile in (seen, of_rows)
            ]
            assert words[0] == words[1], (z, layer)


def test_tiles_of_several_layers_say_up_to_which_zoom_rows_are_gathered(province: Engine) -> None:
    def collection(layer: str) -> Collection:
        return Collection(CITY.layers[LayerId(layer)], "public", None, None)

    whole = LoadedTileset(BASE, tuple(map(collection, BASE.layers)))
    with snapshot(province) as connection:
        told = thinning_of(connection, CITY, Composite((whole,))).layers
        alone = thinning_of(connection, CITY, Composite(tuple(map(collection, BASE.layers)))).layers
    roads = LayerId("roads")
    assert told[roads].gathered_to == alone[roads].gathered_to
    assert alone[roads].gathered_to is not None
    assert (told[roads].gathered, "gis:count" in alone[roads].gathered) == ((), True)
    # Areas are drawn one by one.
    assert told[LayerId("rivers")].gathered_to is None


def test_a_change_is_in_the_tile_before_the_overview_has_it_and_after(province: Engine) -> None:
    tile = base(province, middle(11))
    before = tile.make()
    with transaction(province) as connection:
        connection.execute(text("UPDATE layer.roads SET name = 'QL39' WHERE name = 'QL10'"))
    assert tile.unchanged(before.made_of) is None
    assert sources(province, 11)["roads"].startswith("layer.")
    between = tile.make()
    assert "QL39" in {one["properties"].get("name") for one in features(between.content, "roads")}
    digest(province, next(one.recipe for one in LAYERS if one.recipe.table.layer == "roads"))
    assert tile.unchanged(between.made_of) is None
    after = tile.make()
    assert "QL39" in {one["properties"].get("name") for one in features(after.content, "roads")}
    assert tile.unchanged(after.made_of) == after.made_of


def test_a_change_elsewhere_leaves_the_tile_as_it_is(province: Engine) -> None:
    tile = base(province, middle(14))
    made = tile.make()
    with transaction(province) as connection:
        connection.execute(
            text(
                "INSERT INTO layer.ferries (geom, code, name, headway_min, runs_from, runs_to) VALUES"
                " (ST_GeomFromText('LINESTRING(107 21, 107.1 21)', 4326), 'z', 'Đò xa', 1, '05:00', '21:00')"
            )
        )
    level = tile.unchanged(made.made_of)
    assert level is not None
    assert level[LayerId("ferries")] > made.made_of[LayerId("ferries")]


# Its box holds the tile, the line goes round it.
ROUND_IT = (
    "INSERT INTO layer.ferries (geom, code, name, headway_min, runs_from, runs_to) VALUES"
    " (ST_GeomFromText('LINESTRING(106 20.2, 106 20.8, 106.7 20.8)', 4326), 'r', 'Đò', 1, '05:00', '21:00')"
)


@pytest.mark.parametrize(
    ("zoom", "edit"),
    [
        (9, "UPDATE layer.land_use SET geom = ST_Translate(geom, 0.001, 0)"),
        (11, "UPDATE layer.roads SET geom = ST_Translate(geom, 0.0005, 0) WHERE road_class = 'village_lane'"),
        (11, "INSERT INTO layer.land_use (geom, use) SELECT geom, 'farmland' FROM layer.land_use LIMIT 2"),
        (11, "UPDATE layer.settlement SET name = name || '!' WHERE kind = 'village'"),
        (11, "UPDATE layer.district_2024 SET name = name || '!'"),
        (13, ROUND_IT),
    ],
)
def test_what_a_tile_does_not_show_makes_it_no_other(province: Engine, zoom: int, edit: str) -> None:
    tile = base(province, middle(zoom))
    made = tile.make()
    with transaction(province) as connection:
        assert connection.execute(text(edit)).rowcount
    level = tile.unchanged(made.made_of)
    assert level is not None
    assert tile.make().content == made.content
    follow(province)
    # A border of what it shows may be another now.
    if tile.unchanged(level) is not None:
        assert tile.make().content == made.content


def test_a_class_that_comes_into_a_tile_or_leaves_it_makes_it_another(province: Engine) -> None:
    tile = base(province, middle(11))
    for was, is_ in (("national", "alley"), ("alley", "national")):
        made = tile.make()
        with transaction(province) as connection:
            change = text("UPDATE layer.roads SET road_class = :is WHERE road_class = :was")
            assert connection.execute(change, {"is": is_, "was": was}).rowcount
        assert tile.unchanged(made.made_of) is None
        assert tile.make().content != made.content
        follow(province)


def test_a_field_that_has_changed_leaves_the_shapes_of_the_overview_in_use(province: Engine) -> None:
    tile = base(province, middle(11))
    with transaction(province) as connection:
        connection.execute(text("UPDATE layer.land_use SET use = 'forest' WHERE use = 'residential_rural'"))
    assert 'overview."land_use"' in sources(province, 11)["land_use"]
    between = tile.make()
    assert {one["properties"]["use"] for one in features(between.content, "land_use")} == {"forest"}
    follow(province)
    assert tile.unchanged(between.made_of) is not None
    assert tile.make().content == between.content
    with transaction(province) as connection:
        connection.execute(text("UPDATE layer.land_use SET geom = ST_Translate(geom, 0.0001, 0)"))
    assert sources(province, 11)["land_use"].startswith("layer.")


def test_a_shape_that_crosses_itself_is_looked_for_all_the_same(province: Engine) -> None:
    tile = base(province, middle(12))
    made = tile.make()
    with transaction(province) as connection:
        connection.execute(
            text(
                "UPDATE layer.land_use SET use = 'forest', geom = ST_GeomFromText('MULTIPOLYGON(((106.2 20.4,"
                " 106.4 20.6, 106.4 20.4, 106.2 20.6, 106.2 20.4)))', 4326) WHERE fid = 1"
            )
        )
    assert tile.unchanged(made.made_of) is None


@pytest.mark.parametrize("budget", [1_000, 700])
def test_a_tile_beyond_the_budget_keeps_what_is_most_important(
    province: Engine, monkeypatch: pytest.MonkeyPatch, budget: int
) -> None:
    zxy = middle(11)
    whole = base(province, zxy).make()
    assert whole.thinned == ""
    assert len(whole.content) > 1_000
    monkeypatch.setattr(tiles, "BUDGET", budget)
    tile = base(province, zxy).make()
    assert len(tile.content) <= budget
    shown = sum(len(features(tile.content, layer)) for layer in BASE.layers)
    of = sum(len(features(whole.content, layer)) for layer in BASE.layers)
    assert tile.thinned == f"shown={shown}, of={of}"
    # Units are never thinned, water is light, and of the roads the greatest stay.
    for layer in ("district_2024", "rivers"):
        assert features(tile.content, layer) == features(whole.content, layer)
    great = [
        [one for one in features(made.content, "roads") if one["properties"]["road_class"] == "national"]
        for made in (tile, whole)
    ]
    assert great[0] == great[1]
    assert base(province, zxy).make().content == tile.content


def test_every_tile_given_while_rows_change_is_that_of_the_rows(province: Engine, tmp_path: Path) -> None:
    """The tileset of the tests draws shapes as they are; another query makes the same of the tables."""
    city = load_catalogue(ROOT / "layers", ROOT / "tests" / "tiles", "thai_binh")
    units = city.tilesets["units"]
    layers = layers_of(city, units)
    cache = TileCache(province, TileStore(tmp_path), most_bytes=1 << 22, most_stored=1 << 22, at_once=2)
    dice, rows = random.Random(5), units.query  # noqa: S311  a lot that is always the same
    for layer in units.layers:
        table = f"(SELECT *, ST_Transform(geom, 3857) AS g FROM layer.{layer})"  # noqa: S608  our own names
        rows = rows.replace(f"drawn_{layer}", table)
    rows = rows.replace("c.geom", "c.g").replace("o.geom", "o.g")
    one = "WHERE fid = (SELECT fid FROM layer.one_stop_office ORDER BY fid OFFSET :n LIMIT 1)"
    writes = (
        f"UPDATE layer.one_stop_office SET geom = ST_Translate(geom, :by, 0) {one}",  # noqa: S608
        f"UPDATE layer.one_stop_office SET name = name || '!' {one}",  # noqa: S608
        "UPDATE layer.commune SET name = upper(name) WHERE code = '11'",
    )
    for _ in range(12):
        with transaction(province) as connection:
            values = {"n": dice.randrange(15), "by": dice.uniform(-0.02, 0.02)}
            connection.execute(text(dice.choice(writes)), values)
        for z in (11, 14):
            zxy = middle(z)
            made = TilesetTile(province, units.query, layers, zxy)
            with transaction(province) as connection:
                cache.freshness.look(connection)
            tile = cache.give("abcdef0123456789", zxy, made)
            with snapshot(province) as connection:
                address = dict(zip("zxy", zxy, strict=True))
                expected = connection.execute(text(rows), address).scalar_one()
            assert mapbox_vector_tile.decode(tile.content) == mapbox_vector_tile.decode(bytes(expected))


SIZES = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d", "e"]),
    st.integers(1, 2_000_000),
    min_size=1,
)


@given(SIZES, st.sets(st.sampled_from(["a", "b", "c", "d", "e"])), st.integers(1, 1_000_000))
def test_the_heaviest_layers_are_thinned_to_one_weight(
    sizes: dict[str, int], may: set[str], budget: int
) -> None:
    shares = first_shares(sizes, may, budget)
    assert set(shares) <= may & set(sizes)
    assert all(0 < share < 1 for share in shares.values())
    left = {name: size * shares.get(name, 1) for name, size in sizes.items()}
    fixed = sum(size for name, size in sizes.items() if name not in may)
    if fixed < budget:
        assert sum(left.values()) <= budget + 1
    if shares:
        caps = [left[name] for name in shares]
        assert max(caps) - min(caps) < 1e-3 * max(caps)
        assert all(left[name] <= min(caps) * (1 + 1e-9) for name in may & set(sizes) if name not in shares)
