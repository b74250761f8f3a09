"""Overviews of the layers of the city: every one can be made, followed, and drawn from."""

from collections.abc import Callable, Iterator

import mapbox_vector_tile
import pytest
from sqlalchemy import Engine, text

from gis_service.analysis import generalise
from gis_service.db import overviews as states
from gis_service.db.engine import transaction
from gis_service.services.features import has_geometry
from gis_service.services.overview_recipes import importance_of, recipe_of
from gis_service.services.overview_tiles import OverviewTile
from gis_service.services.overviews import digest, plan_of
from gis_service.services.tile_grid import tile_of
from tests.demo_city import catalogue
from tests.filled_database import opened

CITY = catalogue()
PLACE = (106.325, 20.484)
"""The middle of the small province."""


@pytest.fixture(scope="module")
def province(make_town_database: Callable[[str], str]) -> Iterator[Engine]:
    """Give the small province, where a tile holds a handful of rows and no layer is small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generalise, "MOST_ROWS", 20)
        patch.setattr(generalise, "FEW_POINTS", 1)
        yield from opened(make_town_database("small_province"))


def test_every_layer_has_an_overview_that_follows_it(province: Engine) -> None:
    with transaction(province) as connection:
        there = states.levels(connection)
    kinds = set()
    for layer, definition in CITY.layers.items():
        if layer not in there or not has_geometry(definition):
            continue
        recipe, importance = recipe_of(CITY, definition), importance_of(CITY, definition)
        assert digest(province, recipe), layer
        with transaction(province) as connection:
            connection.execute(text(f"UPDATE layer.{layer} SET geom = geom WHERE fid % 9 = 0"))  # noqa: S608
            connection.execute(text(f"DELETE FROM layer.{layer} WHERE fid % 11 = 0"))  # noqa: S608
            rows = connection.execute(
                text(f"SELECT count(*) FROM layer.{layer} WHERE NOT ST_IsEmpty(geom)")  # noqa: S608
            ).scalar_one()
        digest(province, recipe)
        with transaction(province) as connection:
            state = states.state_of(connection, definition.id)
        assert state is not None
        plan = plan_of(state)
        kinds.add((plan.kind, plan.has_cells))
        if importance is None:
            assert plan.gathered_to == -1, layer
        zxy = (8, *tile_of(*PLACE, 8))
        content = OverviewTile(province, recipe, importance, zxy).make().content
        features = mapbox_vector_tile.decode(content)[layer]["features"] if content else []
        if plan.has_cells:
            assert sum(one["properties"]["gis:count"] for one in features) == rows, layer
        elif plan.is_joined(9):
            assert sum(one["properties"]["gis:count"] for one in features) <= rows, layer
        elif rows:
            assert features, layer
    assert {("none", True), ("lines", False), ("coverage", False), ("each", False)} <= kinds
