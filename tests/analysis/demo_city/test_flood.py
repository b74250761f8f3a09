from functools import cache
from itertools import pairwise

import pytest
import shapely

from gis_service.analysis.demo_city.flood import FloodArea, make_flood_areas
from tests.analysis.demo_city.delta import land


@cache
def by_place() -> dict[str, list[FloodArea]]:
    found: dict[str, list[FloodArea]] = {}
    for area in make_flood_areas(land()):
        found.setdefault(area.name, []).append(area)
    return found


@pytest.mark.slow
def test_each_river_and_the_coast_have_three_return_periods() -> None:
    found = by_place()
    assert len(found) == 5
    assert all([area.return_period_years for area in areas] == [10, 20, 100] for areas in found.values())
    codes = [area.code for areas in found.values() for area in areas]
    assert len(set(codes)) == len(codes)


def test_rarer_floods_are_deeper_and_cover_the_land_of_the_others() -> None:
    for areas in by_place().values():
        for often, rare in pairwise(areas):
            assert rare.depth_m > often.depth_m
            assert rare.shape.area > often.shape.area
            assert often.shape.difference(rare.shape).area < 0.01 * often.shape.area


def test_flooded_land_is_valid_dry_at_other_times_and_inside_the_province() -> None:
    for areas in by_place().values():
        for area in areas:
            assert area.shape.is_valid
            assert area.shape.intersection(land().water).area < 1.0
            assert area.shape.difference(land().province).area < 1.0


def test_only_the_land_near_water_is_flooded() -> None:
    flooded = shapely.union_all([area.shape for areas in by_place().values() for area in areas])
    assert 0.05 < flooded.area / land().province.area < 0.3
