"""Facilities as a study counts them: entrances, sites, one unit each."""

import numpy as np
import shapely

from gis_service.analysis.zones import Zones, sorted_zones
from gis_service.services.coverage_inputs import Facilities
from gis_service.services.facilities import facilities_from
from gis_service.types import Geometries

ROAD = shapely.LineString([(-100, 50), (300, 50)])
PARK = shapely.box(60, 0, 200, 100)
"""Entered at x = 60 in the western unit and at x = 200 in the eastern one, where its middle is."""


def units() -> Zones:
    boxes = [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 300, 100)]
    return sorted_zones(["1", "2"], ["Tây", "Đông"], np.array(boxes, dtype=object))


def found(
    *shapes: shapely.Geometry, sites: list[object] | None = None, codes: list[object] | None = None
) -> Facilities:
    places: Geometries = np.empty(len(shapes), dtype=object)
    places[:] = shapes
    names = [f"Nơi {row}" for row in range(len(shapes))]
    roads = np.array([ROAD], dtype=object)
    return facilities_from(places, sites or [None] * len(shapes), names, roads, units(), codes)


def test_a_point_is_its_own_entrance_and_an_area_is_entered_where_roads_meet_its_edge() -> None:
    facilities = found(PARK, shapely.Point(5, 5))
    assert facilities.xy.tolist() == [[60, 50], [200, 50], [5, 5]]
    assert facilities.owners.tolist() == [0, 0, 1]
    assert (facilities.count, facilities.names) == (2, ("Nơi 0", "Nơi 1"))


def test_all_entrances_of_a_facility_are_of_one_unit_that_of_its_inner_point() -> None:
    assert found(PARK, shapely.Point(5, 5)).unit.tolist() == [1, 1, 0]


def test_the_code_of_a_unit_goes_before_the_place_and_an_unknown_one_does_not() -> None:
    assert found(PARK, shapely.Point(5, 5), codes=["1", None]).unit.tolist() == [0, 0, 0]
    assert found(PARK, codes=["99"]).unit.tolist() == [1, 1]


def test_equal_sites_are_one_and_no_site_is_a_site_alone() -> None:
    corners = [shapely.Point(x, 5) for x in range(4)]
    assert found(*corners, sites=["a", None, "a", None]).site.tolist() == [0, 1, 0, 2]


def test_a_facility_in_no_unit_has_none() -> None:
    assert found(shapely.Point(1000, 1000)).unit[0] < 0


def test_no_facilities_are_no_rows() -> None:
    assert found().xy.shape == (0, 2)
