import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.land_use import areas_by_use
from tests.analysis.demo_city.delta import land, patches, villages
from tests.demo_city import catalogue as real_catalogue


def shapes_of(*uses: str) -> BaseGeometry:
    return shapely.union_all([patch.shape for patch in patches() if patch.use in uses])


@pytest.mark.slow
def test_no_two_uses_overlap() -> None:
    shapes = np.array([patch.shape for patch in patches()], dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = one < other
    both = shapely.area(shapely.intersection(shapes[one[pairs]], shapes[other[pairs]]))
    assert both.sum() < 2.0


def test_the_uses_cover_the_province() -> None:
    covered = shapely.union_all([patch.shape for patch in patches()])
    assert land().province.difference(covered).area < 5_000.0


def test_there_are_a_few_thousand_valid_patches_with_codes_of_their_own() -> None:
    found = patches()
    assert 3_000 < len(found) < 7_000
    assert len({patch.code for patch in found}) == len(found)
    assert all(patch.shape.is_valid and patch.shape.area >= 120.0 for patch in found)


def test_no_field_is_as_large_as_a_commune() -> None:
    assert max(patch.shape.area for patch in patches() if patch.use == "farmland") < 8e6


@pytest.mark.parametrize(
    ("use", "least_km2", "most_km2"),
    [
        ("farmland", 1_000.0, 1_350.0),
        ("residential_rural", 170.0, 240.0),
        ("residential_urban", 8.0, 30.0),
        ("water", 40.0, 80.0),
        ("aquaculture", 10.0, 60.0),
        ("forest", 3.0, 15.0),
        ("coastal_flat", 20.0, 80.0),
        ("industry", 2.0, 15.0),
        ("cemetery", 3.0, 12.0),
        ("public_building", 1.0, 5.0),
        ("commerce", 0.5, 4.0),
        ("green_space", 0.2, 3.0),
    ],
)
def test_each_use_has_a_plausible_share(use: str, least_km2: float, most_km2: float) -> None:
    assert least_km2 < areas_by_use(patches())[use] / 1e6 < most_km2


def test_houses_stand_in_the_settlements_only() -> None:
    homes = shapes_of("residential_rural", "residential_urban")
    assert homes.difference(shapely.union_all(villages().shape)).area < 1.0


def test_ponds_forest_and_flats_lie_at_the_sea() -> None:
    sea = next(water.shape for water in land().waters if water.kind == "sea")
    for patch in patches():
        if patch.use in {"aquaculture", "forest", "coastal_flat"}:
            assert patch.shape.distance(sea) < 3_000.0


def test_every_use_is_a_value_of_the_layer() -> None:
    catalogue = real_catalogue()
    field = next(field for field in catalogue.layers["land_use"].fields if field.name == "use")
    assert {patch.use for patch in patches()} <= set(field.values or ())
