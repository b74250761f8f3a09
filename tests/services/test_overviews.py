"""Overviews: level with their layers whoever writes, kept by what has changed, never older than they say."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import psycopg
import pytest
import shapely
from sqlalchemy import Engine, text

from gis_service.analysis import generalise
from gis_service.db import overviews as states
from gis_service.db.engine import open_engine, transaction
from gis_service.files.tile_store import TileStore
from gis_service.services import tile_freshness
from gis_service.services.overview_tiles import OverviewTile
from gis_service.services.overview_watch import Overviews, OverviewWatch
from gis_service.services.overviews import digest, plan_of
from gis_service.services.tile_cache import TileCache
from gis_service.services.tile_grid import tile_box, tile_of
from gis_service.types import LayerId
from tests.demo_city import catalogue
from tests.overview_town import (
    COMMUNE,
    HOUSE,
    ROAD,
    SOUTH,
    WEST,
    WIDE,
    build_communes,
    build_houses,
    build_roads,
    made_anew,
    recipe,
    rows_of,
    write,
)

Zxy = tuple[int, int, int]


@pytest.fixture(scope="module")
def town(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a database with the town, its overviews made; a tile holds few rows, so that it is a dense one."""
    engine = open_engine(make_database())
    build_houses(engine)
    build_communes(engine)
    build_roads(engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generalise, "MOST_ROWS", 600)
        patch.setattr(generalise, "FEW_POINTS", 1000)
        for layer in (HOUSE, COMMUNE, ROAD):
            assert digest(engine, recipe(layer))
        yield engine
    engine.dispose()


def middle_tile(z: int) -> Zxy:
    return z, *tile_of(WEST + WIDE * 0.5, SOUTH + WIDE * 0.5, z)


def tile(engine: Engine, layer: LayerId, zxy: Zxy) -> bytes:
    return OverviewTile(engine, recipe(layer), None, zxy).make().content


def features(content: bytes, layer: LayerId) -> list[dict[str, Any]]:
    return mapbox_vector_tile.decode(content)[layer]["features"] if content else []


def state(engine: Engine, layer: LayerId) -> states.OverviewState:
    with transaction(engine) as connection:
        found = states.state_of(connection, layer)
    assert found is not None
    return found


def test_the_way_is_chosen_by_shape_and_density(town: Engine) -> None:
    plans = {layer: plan_of(state(town, layer)) for layer in (HOUSE, COMMUNE, ROAD)}
    assert plans[COMMUNE] == generalise.Plan("coverage", -1)
    assert plans[ROAD].kind == "lines"
    assert plans[HOUSE].kind == "each"
    assert plans[HOUSE].gathered_to >= 11


def test_cells_hold_every_house_once(town: Engine) -> None:
    with transaction(town) as connection:
        middle = "ST_XMin(geom) / 2 + ST_XMax(geom) / 2, ST_YMin(geom) / 2 + ST_YMax(geom) / 2"
        rows = connection.execute(text(f"SELECT {middle}, floors, area_m2 FROM layer.house")).all()  # noqa: S608
    for z in range(plan_of(state(town, HOUSE)).gathered_to + 1):
        houses, floors, area = 0, 0.0, 0.0
        for x, y in {tile_of(row[0], row[1], z) for row in rows}:
            per_cell = Counter(tile_of(row[0], row[1], z + generalise.CELL_STEPS) for row in rows)
            for one in features(tile(town, HOUSE, (z, x, y)), HOUSE):
                across, up = shapely.geometry.shape(one["geometry"]).centroid.coords[0]
                if not (0 < across < 4096 and 0 < up < 4096):
                    continue
                cell = (x * 64 + int(across // 64), y * 64 + 63 - int(up // 64))
                told = one["properties"]
                assert told["gis:count"] == per_cell[cell]
                houses += told["gis:count"]
                floors, area = floors + told["sum:floors"], area + told["sum:area_m2"]
        assert houses == len(rows)
        assert floors == sum(row[2] for row in rows)
        assert area == pytest.approx(sum(row[3] for row in rows))


def test_names_keep_their_letters(town: Engine) -> None:
    names = {one["properties"]["name"] for one in features(tile(town, COMMUNE, middle_tile(9)), COMMUNE)}
    assert "Xã Đông Ưở 12" in names
    classes = {one["properties"]["road_class"] for one in features(tile(town, ROAD, middle_tile(9)), ROAD)}
    assert classes == {"quốc lộ", "ngõ"}


MARK = "0123456789abcdef"
BASE = (
    "SELECT ST_AsMVT(shown, :layer, 4096, 'geom', 'fid') FROM (SELECT fid, {columns},"
    " ST_AsMVTGeom({shape}, ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom"
    " FROM layer.{layer} ORDER BY fid) AS shown WHERE geom IS NOT NULL"
)
COLUMNS = {HOUSE: "kind, floors, area_m2", COMMUNE: "name", ROAD: "road_class, name"}


def of_rows(engine: Engine, layer: LayerId, zxy: Zxy, shape: str = "ST_Transform(geom, 3857)") -> bytes:
    """Make a tile of the rows of a layer by a query of its own."""
    statement = BASE.format(layer=layer, columns=COLUMNS[layer], shape=shape)
    z, x, y = zxy
    with transaction(engine) as connection:
        made = connection.execute(text(statement), {"layer": layer, "z": z, "x": x, "y": y}).scalar_one()
    return bytes(made or b"")


def test_houses_of_the_next_zoom_are_their_outlines(town: Engine) -> None:
    assert plan_of(state(town, HOUSE)).gathered_to == 12
    metres = 4 * 40_075_016.685578488 / 4096 / 2**13
    shape = f"ST_SimplifyPreserveTopology(ST_Transform(geom, 3857), {metres!r})"
    assert tile(town, HOUSE, middle_tile(13)) == of_rows(town, HOUSE, middle_tile(13), shape)


EDITS = {
    HOUSE: [
        "UPDATE layer.house SET geom = ST_Translate(geom, 0.001 * {n}, 0.0007) WHERE fid % 50 = {n}",
        "DELETE FROM layer.house WHERE fid % 61 = {n}",
        "UPDATE layer.house SET floors = floors + {n} WHERE fid % 37 = {n}",
        "INSERT INTO layer.house (geom) SELECT ST_Translate(geom, 0, 1) FROM layer.house WHERE fid % 71={n}",
    ],
    COMMUNE: [
        "UPDATE layer.commune SET name = 'Xã Mới {n}' WHERE fid = {n}",
        "UPDATE layer.commune SET geom = ST_Multi(ST_Buffer(geom, -0.002)) WHERE fid = {n}",
        "DELETE FROM layer.commune WHERE fid = {n} + 4",
    ],
    ROAD: [
        "UPDATE layer.road SET road_class = 'ngõ' WHERE fid % 40 = {n}",
        "DELETE FROM layer.road WHERE fid % 43 = {n}",
        "UPDATE layer.road SET geom = ST_Translate(geom, 0, 0.003 * {n}) WHERE fid % 47 = {n}",
    ],
}


@pytest.mark.parametrize("layer", [HOUSE, COMMUNE, ROAD])
def test_kept_by_what_has_changed_it_is_what_it_would_be_made_anew(town: Engine, layer: LayerId) -> None:
    dice = random.Random(5)  # noqa: S311  reproducible, no secret
    before = state(town, layer)
    for number in range(4):
        for statement in dice.sample(EDITS[layer], 2):
            write(town, statement.format(n=dice.randrange(1, 9)))
        if number != 1:
            assert digest(town, recipe(layer))
    after = state(town, layer)
    assert after.number > before.number
    assert after.rows_then == before.rows_then, "not made as a whole in between"
    assert not digest(town, recipe(layer)), "it is level"
    kept = rows_of(town, layer)
    assert kept == made_anew(town, recipe(layer))


def test_where_it_is_behind_a_tile_is_made_of_the_rows_and_elsewhere_of_it(town: Engine) -> None:
    zxy = middle_tile(12)
    far = (12, zxy[1], zxy[2] + 1)
    assert tile(town, HOUSE, zxy) != of_rows(town, HOUSE, zxy)
    gathered = tile(town, HOUSE, far)
    west, south, east, north = tile_box(*zxy)
    write(
        town,
        "UPDATE layer.house SET floors = 77"
        " WHERE geom @ ST_MakeEnvelope(:west, :south, :east, :north, 4326) AND fid % 5 = 0",
        west=west + (east - west) / 4,
        south=south + (north - south) / 2,
        east=east,
        north=north,
    )
    assert tile(town, HOUSE, zxy) == of_rows(town, HOUSE, zxy)
    assert tile(town, HOUSE, far) == gathered
    with town.connect() as connection:
        connection.execute(text("DELETE FROM layer.house"))
        assert tile(town, HOUSE, zxy) == of_rows(town, HOUSE, zxy)
        connection.rollback()
    digest(town, recipe(HOUSE))
    assert tile(town, HOUSE, zxy) != of_rows(town, HOUSE, zxy)


def test_a_tile_of_the_rows_is_kept_until_the_overview_has_come_up(town: Engine, tmp_path: Path) -> None:
    cache, zxy = cache_of(town, tmp_path), middle_tile(plan_of(state(town, ROAD)).gathered_to)
    source = OverviewTile(town, recipe(ROAD), None, zxy)
    write(town, "UPDATE layer.road SET name = 'Đường Mới' WHERE fid = 415")
    behind = cache.give(MARK, zxy, source)
    assert behind.content == of_rows(town, ROAD, zxy)
    assert cache.give(MARK, zxy, source) is behind, "nobody makes it twice"
    digest(town, recipe(ROAD))
    time.sleep(tile_freshness.BELIEVED_S + 0.05)
    level = cache.give(MARK, zxy, source)
    assert level.content == tile(town, ROAD, zxy) != behind.content
    write(town, "UPDATE layer.road SET name = 'Đường Xa' WHERE fid = 1")
    digest(town, recipe(ROAD))
    assert cache_of(town, tmp_path).give(MARK, zxy, source).content == level.content


@pytest.mark.parametrize("layer", [HOUSE, ROAD])
def test_where_shapes_stand_alone_the_rows_give_what_the_overview_will_give(
    town: Engine, layer: LayerId
) -> None:
    zxy = middle_tile(plan_of(state(town, layer)).gathered_to + 1)
    source = OverviewTile(town, recipe(layer), None, zxy)
    moved = f"UPDATE layer.{layer} SET geom = ST_Translate(geom, 0.0005, 0.0003)"  # noqa: S608  our own
    write(town, f"{moved} WHERE fid BETWEEN 400 AND 450")
    behind = source.make()
    assert f"rows.{layer}" not in behind.made_of
    digest(town, recipe(layer))
    level = source.unchanged(behind.made_of)
    assert level is not None
    assert level != behind.made_of
    assert source.make().content == behind.content


def test_whoever_takes_an_overview_away_has_it_made_again(town: Engine) -> None:
    zxy = middle_tile(11)
    gathered = tile(town, HOUSE, zxy)
    write(town, "DROP TABLE overview.house")
    assert tile(town, HOUSE, zxy) == of_rows(town, HOUSE, zxy)
    with transaction(town) as connection:
        assert states.levels(connection)[HOUSE].level is None
    assert digest(town, recipe(HOUSE))
    assert tile(town, HOUSE, zxy) == gathered


def test_one_that_is_made_in_another_way_is_not_read(town: Engine) -> None:
    zxy = middle_tile(11)
    never = recipe(HOUSE, may_gather=False)
    assert OverviewTile(town, never, None, zxy).make().content == of_rows(town, HOUSE, zxy)
    assert digest(town, never)
    shown = features(OverviewTile(town, never, None, zxy).make().content, HOUSE)
    assert {one["id"] for one in shown} == {
        one["id"] for one in features(of_rows(town, HOUSE, zxy), HOUSE)
    }, "of a layer that studies read every row is in its tile"
    assert digest(town, recipe(HOUSE))


def test_who_watches_keeps_all_of_them_level(town: Engine) -> None:
    files = catalogue()
    defined = files.layers[COMMUNE]
    named = tuple(one for one in defined.fields if one.name == "name")
    watch = OverviewWatch(Overviews(town, replace(files, layers={COMMUNE: replace(defined, fields=named)})))
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        write(town, "UPDATE layer.commune SET name = 'Xã Khác' WHERE fid = 3")
        until(lambda: is_level(town, COMMUNE))
        write(town, "DELETE FROM layer.commune WHERE fid = 4")
        until(lambda: is_level(town, COMMUNE))
    finally:
        watch.end()
        thread.join()
    digest(town, recipe(COMMUNE))


def cache_of(engine: Engine, folder: Path) -> TileCache:
    return TileCache(engine, TileStore(folder), most_bytes=1 << 20, most_stored=1 << 20, at_once=3)


def is_level(engine: Engine, layer: LayerId) -> bool:
    with transaction(engine) as connection:
        found = states.levels(connection)[layer]
    return found.level == found.newest


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


CELLS_AT = (
    "SELECT ST_AsMVT(shown, 'house', 4096, 'geom', 'fid') FROM ("
    'SELECT CAST(NULL AS bigint) AS fid, n AS "gis:count", floors AS "sum:floors", area AS "sum:area_m2",'
    " ST_AsMVTGeom(ST_TileEnvelope(:z + 6, x, y), ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom"
    " FROM (SELECT floor((ST_X(middle) + 180) / 360 * :side)\\:\\:int AS x,"
    " floor((1 - asinh(tan(radians(ST_Y(middle)))) / pi()) / 2 * :side)\\:\\:int AS y, count(*) AS n,"
    " sum(floors)\\:\\:float8 AS floors, sum(area_m2\\:\\:numeric)\\:\\:float8 AS area"
    " FROM (SELECT ST_Centroid(Box2D(geom)\\:\\:geometry) AS middle, floors, area_m2 FROM history.house"
    " WHERE version_from <= :v AND (version_to IS NULL OR version_to > :v)) AS states GROUP BY 1, 2) AS cells"
    " ORDER BY x, y) AS shown WHERE geom IS NOT NULL"
)
ROWS_AT = (
    "SELECT ST_AsMVT(shown, 'house', 4096, 'geom', 'fid') FROM (SELECT fid, kind, floors, area_m2,"
    " ST_AsMVTGeom(ST_Transform(geom, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom"
    " FROM history.house WHERE version_from <= :v AND (version_to IS NULL OR version_to > :v)"
    " ORDER BY fid) AS shown WHERE geom IS NOT NULL"
)


@dataclass
class Told:
    """When versions were committed, at the latest, and what was given to whoever asked."""

    until: float
    committed: list[tuple[float, int]] = field(default_factory=list)
    given: list[tuple[float, Zxy, bytes, int]] = field(default_factory=list)

    def write(self, engine: Engine, seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311  reproducible, no secret
        while time.monotonic() < self.until:
            edit = dice.choice(EDITS[HOUSE][:3]).format(n=dice.randrange(1, 9))
            with engine.connect() as connection:
                connection.execute(text(f"{edit} AND fid % 7 = {seed}"))
                if dice.random() < 0.3:
                    connection.rollback()
                    continue
                version = connection.execute(text("SELECT max(id) FROM gis.version")).scalar_one()
                connection.commit()
            self.committed.append((time.monotonic(), version))
            time.sleep(dice.uniform(0.3, 0.9))

    def read(self, engine: Engine, folder: Path, seed: int) -> None:
        dice, cache = random.Random(seed), cache_of(engine, folder)  # noqa: S311  reproducible, no secret
        while time.monotonic() < self.until:
            z, begun = dice.choice((10, 11, 12)), time.monotonic()
            source = OverviewTile(engine, recipe(HOUSE), None, middle_tile(z))
            tile = cache.give(MARK, middle_tile(z), source)
            self.given.append((begun, middle_tile(z), tile.content, tile.made_of[HOUSE]))
            time.sleep(0.01)

    def follow(self, engine: Engine) -> None:
        while time.monotonic() < self.until:
            digest(engine, recipe(HOUSE))
            time.sleep(0.02)


def test_who_asks_a_second_after_a_commit_never_gets_an_older_state(town: Engine, tmp_path: Path) -> None:
    told = Told(time.monotonic() + 3)
    work: list[Callable[[], None]] = [
        *(partial(told.write, town, seed) for seed in (1, 2)),
        *(partial(told.read, town, tmp_path, seed) for seed in (3, 4)),
        partial(told.follow, town),
    ]
    with ThreadPoolExecutor(len(work)) as pool:
        for ended in [pool.submit(each) for each in work]:
            ended.result()
    assert len(told.committed) >= 3
    known: dict[tuple[Zxy, int], set[bytes]] = {}
    gathered = 0
    for begun, zxy, content, version in told.given:
        due = max((made for at, made in told.committed if at < begun - 1.0), default=0)
        states_then = [version, *(made for _, made in told.committed if made >= due)]
        found = [one for one in states_then if one >= due and content in tiles_at(town, zxy, one, known)]
        assert found, (begun, zxy, version, due)
        gathered += b"gis:count" in content
    assert 0 < gathered < len(told.given), "some were of cells, some of the rows"


def tiles_at(engine: Engine, zxy: Zxy, version: int, known: dict[tuple[Zxy, int], set[bytes]]) -> set[bytes]:
    """Make the tile of cells and the tile of rows of a state, from the history, by queries of their own."""
    if (zxy, version) not in known:
        z, x, y = zxy
        values = {"z": z, "x": x, "y": y, "v": version, "side": 2 ** (z + 6)}
        with transaction(engine) as connection:
            made = (connection.execute(text(one), values).scalar_one() for one in (CELLS_AT, ROWS_AT))
            known[zxy, version] = {bytes(one or b"") for one in made}
    return known[zxy, version]


def test_a_layer_that_is_emptied_past_the_service_has_an_empty_overview(town: Engine) -> None:
    url = town.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as editor:
        editor.execute("TRUNCATE layer.commune")
        editor.execute("UPDATE layer.road SET geom = NULL WHERE fid % 9 = 0")
    assert tile(town, COMMUNE, middle_tile(9)) == b""
    for layer in (COMMUNE, ROAD):
        assert digest(town, recipe(layer))
    assert rows_of(town, COMMUNE) == []
    assert rows_of(town, ROAD) == made_anew(town, recipe(ROAD))
