"""Cells of overviews within the budget of a tile: with many sums they are wider, and still add up."""

import re
from collections.abc import Callable, Iterator

import pytest
import shapely
from sqlalchemy import Engine, text

from gis_service.analysis import generalise
from gis_service.db import tiles
from gis_service.db.engine import open_engine, transaction
from gis_service.services.composite_tiles import CompositeTile, PartTile
from gis_service.services.overview_tiles import OverviewTile
from gis_service.services.overviews import digest, plan_of
from gis_service.services.tile_grid import tile_box, tile_of
from tests.overview_town import (
    COMMUNE,
    GROUPS,
    HOUSE,
    PEOPLE,
    build_communes,
    build_houses,
    build_people,
    recipe,
)
from tests.services.test_overviews import features, middle_tile, state


@pytest.fixture(scope="module")
def town(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give a database with houses and communes, their overviews made; a tile holds few rows."""
    engine = open_engine(make_database())
    build_houses(engine)
    build_communes(engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generalise, "MOST_ROWS", 600)
        patch.setattr(generalise, "FEW_POINTS", 1000)
        for layer in (HOUSE, COMMUNE):
            assert digest(engine, recipe(layer))
        yield engine
    engine.dispose()


def test_cells_of_many_groups_become_wider_before_a_tile_is_too_large(town: Engine) -> None:
    zxy = middle_tile(10)
    build_people(town, tile_box(*zxy))
    assert digest(town, recipe(PEOPLE))
    assert plan_of(state(town, PEOPLE)).gathered_to >= zxy[0]
    made = OverviewTile(town, recipe(PEOPLE), None, zxy).make()
    assert made.thinned == "wider=2"
    assert tiles.BUDGET / 5 < len(made.content) <= tiles.BUDGET
    cells = features(made.content, PEOPLE)
    assert sum(one["properties"]["gis:count"] for one in cells) == 72 * 72
    few = OverviewTile(town, recipe(PEOPLE), None, zxy, fields=GROUPS[:1]).make()
    assert few.thinned == ""
    assert len(features(few.content, PEOPLE)) == 64 * 64


def test_neighbours_in_cells_of_two_widths_count_nobody_twice(
    town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(town) as connection:
        middle = "ST_XMin(geom) / 2 + ST_XMax(geom) / 2, ST_YMin(geom) / 2 + ST_YMax(geom) / 2"
        places = connection.execute(text(f"SELECT {middle} FROM layer.house")).all()  # noqa: S608
    z = 11
    assert plan_of(state(town, HOUSE)).gathered_to >= z
    addresses = {tile_of(lon, lat, z) for lon, lat in places}
    whole = [OverviewTile(town, recipe(HOUSE), None, (z, x, y)).make() for x, y in addresses]
    monkeypatch.setattr(tiles, "BUDGET", sorted(len(one.content) for one in whole)[len(whole) // 2])
    found = {one: OverviewTile(town, recipe(HOUSE), None, (z, *one)).make() for one in addresses}
    assert {one.thinned for one in found.values()} >= {"", "wider=2"}
    houses = 0
    for made in found.values():
        for one in features(made.content, HOUSE):
            across, up = shapely.geometry.shape(one["geometry"]).centroid.coords[0]
            if 0 < across < 4096 and 0 < up < 4096:
                houses += one["properties"]["gis:count"]
    assert houses == len(places)


def test_a_composite_tells_its_people_in_wider_cells(town: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    zxy = middle_tile(11)
    parts = tuple(
        PartTile(OverviewTile(town, recipe(layer), None, zxy), layer == HOUSE) for layer in (HOUSE, COMMUNE)
    )
    whole = CompositeTile(town, parts, zxy).make()
    assert whole.thinned == ""
    own = len(parts[1].tile.make().content)
    monkeypatch.setattr(tiles, "BUDGET", own + (len(whole.content) - own) // 2)
    made = CompositeTile(town, parts, zxy).make()
    assert len(made.content) <= tiles.BUDGET
    assert re.fullmatch(r"wider=[248]", made.thinned)
    counted = [
        sum(one["properties"]["gis:count"] for one in features(tile.content, HOUSE)) for tile in (whole, made)
    ]
    assert counted[1] >= counted[0] > 0
    # What studies use is never thinned: what it takes is said.
    monkeypatch.setattr(tiles, "BUDGET", own // 2)
    beyond = CompositeTile(town, parts, zxy).make()
    assert len(features(beyond.content, COMMUNE)) == len(features(whole.content, COMMUNE))
    assert beyond.thinned.endswith(f"bytes={len(beyond.content)}")
