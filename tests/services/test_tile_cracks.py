"""No crack opens between neighbours at any zoom, whatever their tiles are made of."""

import itertools
from collections.abc import Callable, Iterator

import mapbox_vector_tile
import pytest
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Engine

from gis_service.analysis import generalise
from gis_service.db.engine import open_engine, transaction
from gis_service.db.tile_rows import RowQuery
from gis_service.services import near_tiles
from gis_service.services.overview_tiles import OverviewTile
from gis_service.services.overviews import digest
from gis_service.services.tile_grid import tile_box, tile_of
from tests.overview_town import COMMUNE, SOUTH, WEST, WIDE, build_communes, crooked_areas, recipe

Zxy = tuple[int, int, int]


@pytest.fixture(scope="module")
def town(make_database: Callable[[], str]) -> Iterator[Engine]:
    """Give communes with crooked borders, and their overview."""
    engine = open_engine(make_database())
    build_communes(engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generalise, "FEW_POINTS", 1000)
        assert digest(engine, recipe(COMMUNE))
        yield engine
    engine.dispose()


def commune_tile(engine: Engine, zxy: Zxy) -> bytes:
    """Make a tile as the service does: of the overview, and from zoom 14 on of the rows."""
    if not near_tiles.is_near(zxy[0]):
        return OverviewTile(engine, recipe(COMMUNE), None, zxy).make().content
    query = RowQuery(COMMUNE, recipe(COMMUNE).table.columns, tile_box(*zxy, 1 / 64))
    with transaction(engine) as connection:
        return near_tiles.draw(connection, query, zxy, None).content


def areas_of(content: bytes) -> list[BaseGeometry]:
    found = mapbox_vector_tile.decode(content)[COMMUNE]["features"] if content else []
    return [shapely.geometry.shape(one["geometry"]) for one in found]


def where_borders_meet(z: int) -> tuple[int, int]:
    """Give column and row of a tile in the town; near by of one in which four areas meet."""
    longitude, latitude = WEST + WIDE * 0.5, SOUTH + WIDE * 0.5
    if z > 16:
        longitude, latitude = crooked_areas()[12].exterior.coords[0]
    return tile_of(longitude, latitude, z)


@pytest.mark.parametrize("z", range(25))
def test_no_crack_opens_between_communes_at_any_zoom(town: Engine, z: int) -> None:
    assert shapely.coverage_is_valid(crooked_areas())
    x, y = where_borders_meet(z)
    for zxy in ((z, x, y), (z, x + 1, y), (z, x, y + 1)):
        if max(zxy[1:]) >= 1 << z:
            # Beyond the end of the world.
            continue
        areas = areas_of(commune_tile(town, zxy))
        together = shapely.union_all(areas)
        cracks = [shapely.Polygon(ring) for part in shapely.get_parts(together) for ring in part.interiors]
        twice = [one & other for one, other in itertools.combinations(areas, 2) if one.overlaps(other)]
        assert all(area.is_valid for area in areas)
        # Corners are whole units: a sliver no wider than one of them may stay, and nothing that can be seen.
        assert all(shape.buffer(-0.5).is_empty for shape in cracks + twice), zxy
        assert z < 17 or zxy != (z, x, y) or len(areas) == 4
        # The tile in the middle lies inside the town.
        if z > generalise.LAST_ZOOM - 1 and zxy == (z, x, y):
            assert together.area >= 4096 * 4096
