from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.facilities import make_facilities
from gis_service.analysis.demo_city.features import Features
from gis_service.analysis.demo_city.ground import Ground
from gis_service.analysis.demo_city.grounds import with_grounds
from gis_service.analysis.demo_city.land_use import Patch, make_land_use
from gis_service.analysis.demo_city.waters import Water
from tests.analysis.demo_city import paper_city


@pytest.fixture(scope="module")
def before() -> tuple[Patch, ...]:
    land = paper_city.land()
    _west, south, east, north = land.province.bounds
    sea = shapely.MultiPolygon([shapely.box(east, south, east + 5_000, north)])
    whole = replace(land, waters=(*land.waters, Water("w3", "Biển Giấy", "sea", sea, None)))
    return make_land_use(whole, paper_city.villages())


@pytest.fixture(scope="module")
def facilities() -> dict[str, Features]:
    ground = Ground(paper_city.land(), paper_city.villages(), paper_city.roads())
    return make_facilities(ground, {f"{20_001 + at}": f"Xã Mới {at + 1}" for at in range(3)})


@pytest.fixture(scope="module")
def after(before: tuple[Patch, ...], facilities: dict[str, Features]) -> tuple[Patch, ...]:
    return with_grounds(before, facilities)


def land_of(patches: tuple[Patch, ...], *uses: str) -> BaseGeometry:
    return shapely.union_all([patch.shape for patch in patches if not uses or patch.use in uses])


def test_parks_are_green(after: tuple[Patch, ...], facilities: dict[str, Features]) -> None:
    parks = shapely.union_all(facilities["park"].geometry)
    assert parks.area > 0
    assert parks.difference(land_of(after, "green_space")).area < 0.001 * parks.area


def test_hospitals_and_offices_stand_on_public_land(
    after: tuple[Patch, ...], facilities: dict[str, Features]
) -> None:
    public = land_of(after, "public_building")
    for layer in ("hospital", "one_stop_office"):
        assert shapely.dwithin(facilities[layer].geometry, public, 0.01).all()


def test_the_land_stays_whole_and_without_overlaps(
    before: tuple[Patch, ...], after: tuple[Patch, ...]
) -> None:
    assert land_of(before).symmetric_difference(land_of(after)).area < 500.0
    shapes = np.array([patch.shape for patch in after], dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = one < other
    assert shapely.area(shapely.intersection(shapes[one[pairs]], shapes[other[pairs]])).sum() < 1.0
    assert shapely.is_valid(shapes).all()
    assert len({patch.code for patch in after}) == len(after)


def test_water_and_fields_give_no_land_to_buildings(
    before: tuple[Patch, ...], after: tuple[Patch, ...], facilities: dict[str, Features]
) -> None:
    parks = shapely.union_all(facilities["park"].geometry)
    for use in ("water", "farmland"):
        lost = land_of(before, use).difference(land_of(after, use))
        assert lost.difference(parks).area < 500.0
