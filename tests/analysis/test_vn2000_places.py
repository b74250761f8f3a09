"""Zones of VN-2000: which a province works in, and where numbers lie in them."""

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.vn2000_places import Zone, coordinates_in, is_around, place_in, zones_of
from gis_service.crs import DEMO_METRIC, metres_apart

BOX = (106.10, 20.23, 106.68, 20.75)
ZONES = zones_of(DEMO_METRIC, BOX)


def test_a_province_works_in_its_own_zone_and_in_the_wide_one_that_it_lies_in() -> None:
    assert [(zone.system, zone.width, zone.meridian) for zone in ZONES] == [
        ("EPSG:9209", 3, 105.5),
        ("EPSG:3405", 6, 105.0),
    ]
    coast = zones_of(pyproj.CRS.from_epsg(9217), (108.9, 11.7, 109.4, 12.9))
    assert [(zone.system, zone.width) for zone in coast] == [("EPSG:9217", 3), ("EPSG:3406", 6)]


def test_a_province_in_another_system_has_the_zones_that_it_lies_in() -> None:
    assert [zone.width for zone in zones_of(pyproj.CRS.from_epsg(32648), BOX)] == [3, 6]


@given(st.floats(BOX[0], BOX[2]), st.floats(BOX[1], BOX[3]), st.sampled_from(ZONES))
def test_coordinates_lead_back_to_their_place(longitude: float, latitude: float, zone: Zone) -> None:
    metres = coordinates_in(zone, (longitude, latitude))
    assert metres is not None
    back = place_in(zone, metres)
    # There and back by way of another ellipsoid: below 2 mm.
    assert back == pytest.approx((longitude, latitude), abs=2e-8)


def test_the_shift_of_the_datum_is_not_left_out() -> None:
    bare = pyproj.CRS("+proj=tmerc +lon_0=105.5 +k=0.9999 +x_0=500000 +ellps=WGS84")
    assert 150 < metres_apart(ZONES[0].crs, bare, *BOX[:2]) < 300


def test_around_takes_the_margin_in() -> None:
    assert is_around((105.95, 20.3), BOX)
    assert not is_around((105.8, 20.3), BOX)
