"""Tiles within their budget: what is most important stays, the same each time, and how much is said."""

from collections.abc import Callable, Iterator

import mapbox_vector_tile
import pytest
from sqlalchemy import Engine, event

from gis_service.db import tiles
from gis_service.db.engine import open_engine, transaction
from gis_service.db.tiles import Importance, TileContent, vector_tile
from gis_service.services.tile_grid import tile_box, tile_of
from tests.overview_town import HOUSE, ROAD, SOUTH, WEST, WIDE, build_houses, build_roads

BUDGET = 20_000
ZXY = (11, *tile_of(WEST + WIDE / 2, SOUTH + WIDE / 2, 11))
BY_AREA = Importance(2, None, "floors")
BY_CLASS = Importance(1, ("road_class", ("quốc lộ", "it's: ngõ", "ngõ")))


@pytest.fixture(scope="module")
def town(make_database: Callable[[], str]) -> Iterator[Engine]:
    engine = open_engine(make_database())
    build_houses(engine)
    build_roads(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "BUDGET", BUDGET)


def draw(engine: Engine, importance: Importance | None, layer: str = "house") -> TileContent:
    fields = ["kind", "area_m2", "floors"] if layer == "house" else ["road_class", "name"]
    asked = HOUSE if layer == "house" else ROAD
    with transaction(engine) as connection:
        return vector_tile(connection, asked, fields, ZXY, tile_box(*ZXY, 1 / 64), importance=importance)


def ids(tile: TileContent, layer: str = "house") -> set[int]:
    return {feature["id"] for feature in mapbox_vector_tile.decode(tile.content)[layer]["features"]}


def test_a_tile_within_the_budget_is_whole(town: Engine) -> None:
    tile = draw(town, BY_AREA)
    assert tile.shown == tile.of == len(ids(tile))
    assert BUDGET < len(tile.content) <= tiles.BUDGET


@pytest.mark.usefixtures("_small")
def test_of_a_tile_beyond_the_budget_the_largest_areas_stay(town: Engine) -> None:
    whole, tile = draw(town, None), draw(town, BY_AREA)
    assert BUDGET / 2 < len(tile.content) <= BUDGET
    assert (tile.shown, tile.of) == (len(ids(tile)), len(ids(whole)))
    assert ids(tile) < ids(whole)
    # Houses of five sizes: all the larger ones before any of the smaller.
    sizes = [fid % 5 for fid in ids(tile)]
    left_out = {fid % 5 for fid in ids(whole) - ids(tile)}
    assert min(sizes) >= max(left_out)
    assert draw(town, BY_AREA).content == tile.content


@pytest.mark.usefixtures("_small")
def test_however_far_it_is_thinned_the_rows_are_read_twice_at_most(town: Engine) -> None:
    asked: list[str] = []

    def note(*said: object) -> None:
        asked.append(str(said[2]))

    event.listen(town, "before_cursor_execute", note)
    try:
        tile = draw(town, BY_AREA)
    finally:
        event.remove(town, "before_cursor_execute", note)
    assert sum("ST_AsMVT(" in statement for statement in asked) == 2
    assert len(tile.content) > 0.8 * BUDGET


@pytest.mark.parametrize("budget", [300, 1_000, 5_000])
@pytest.mark.parametrize("layer", ["house", "road"])
def test_where_no_aim_is_met_the_weight_of_rows_still_keeps_the_budget(
    town: Engine, monkeypatch: pytest.MonkeyPatch, budget: int, layer: str
) -> None:
    monkeypatch.setattr(tiles, "BUDGET", budget)
    monkeypatch.setattr(tiles, "_AIMS", ())
    tile = draw(town, BY_AREA if layer == "house" else BY_CLASS, layer)
    assert 0 < len(tile.content) <= budget
    assert 0 < tile.shown == len(ids(tile, layer)) < tile.of


@pytest.mark.usefixtures("_small")
def test_roads_stay_by_what_they_are_for(town: Engine) -> None:
    tile = draw(town, BY_CLASS, "road")
    assert len(tile.content) <= BUDGET
    features = mapbox_vector_tile.decode(tile.content)["road"]["features"]
    great = sum(feature["properties"]["road_class"] == "quốc lộ" for feature in features)
    whole = mapbox_vector_tile.decode(draw(town, None, "road").content)["road"]["features"]
    assert great == sum(feature["properties"]["road_class"] == "quốc lộ" for feature in whole)


@pytest.mark.usefixtures("_small")
def test_what_studies_read_is_never_thinned(town: Engine) -> None:
    tile = draw(town, None)
    assert len(tile.content) > BUDGET
    assert tile.shown == tile.of == len(ids(tile))


def test_the_order_is_told_in_words() -> None:
    assert BY_CLASS.order == ("road_class", "$length")
    assert BY_AREA.order == ("$area", "floors")
    assert Importance(0, ("kind", ("a",)), "people").order == ("people", "kind")
