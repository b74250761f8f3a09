"""Of the texts that name a system only those that name no file come to PROJ."""

import json

import pyproj
import pytest

from gis_service.crs import parse_chosen_crs, parse_stranger_crs
from gis_service.crs_text import LONGEST, names_no_file, plain_system, settled_system
from gis_service.errors import ErrorCode, RefusedInput
from tests.hostile_files import NOT_ON_EARTH, REACHING

ZONE = pyproj.CRS.from_epsg(9209)
MERCATOR = pyproj.CRS.from_epsg(3857)
SHIFTED = pyproj.CRS(
    "+proj=tmerc +lon_0=105.5 +k=0.9999 +x_0=500000 +ellps=WGS84 +towgs84=-191.9,-39.3,-111.45,0,0,0,0.25"
)
PLAIN = {
    "EPSG:9209": ZONE,
    " epsg:9209 ": ZONE,
    "urn:ogc:def:crs:EPSG::9209": ZONE,
    "http://www.opengis.net/def/crs/EPSG/0/9209": ZONE,
    "EPSG:9209+5773": pyproj.CRS("EPSG:9209+5773"),
    "OGC:CRS84": pyproj.CRS("OGC:CRS84"),
    ZONE.to_wkt(): ZONE,
    ZONE.to_wkt("WKT1_GDAL"): ZONE,
    ZONE.to_json(): ZONE,
    SHIFTED.to_wkt(): SHIFTED,
    SHIFTED.to_json(): SHIFTED,
    MERCATOR.to_wkt("WKT1_GDAL"): MERCATOR,
    pyproj.CRS.from_epsg(27700).to_wkt(): pyproj.CRS.from_epsg(27700),
}


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_systems_are_read_as_proj_reads_them(text: str) -> None:
    assert parse_stranger_crs(text).equals(PLAIN[text], ignore_axis_order=True)
    assert settled_system(text) == plain_system(text)


@pytest.mark.parametrize("name", REACHING)
def test_what_names_a_file_never_comes_to_proj(name: str) -> None:
    assert plain_system(REACHING[name]) is None
    with pytest.raises(RefusedInput) as caught:
        parse_stranger_crs(REACHING[name])
    assert caught.value.code is ErrorCode.CRS_UNKNOWN
    shown = settled_system(REACHING[name])
    assert shown is not None
    assert plain_system(shown) is None


@pytest.mark.parametrize("name", ["WKT2", "PROJJSON"])
def test_what_names_a_file_is_seen_in_what_proj_made_of_it_too(name: str) -> None:
    assert not names_no_file(pyproj.CRS(REACHING[name]).to_json_dict())
    assert names_no_file(SHIFTED.to_json_dict())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9209",
        "WGS 84",
        "hello",
        "EPSG:0",
        "+proj=longlat +datum=WGS84",
        "[]",
        "{}",
        "5",
        '{"type": 5}',
        '{"type": "GeographicCRS", "name": NaN}',
        "{" * 5_000,
        '{"type":' + "[" * 5_000,
        ZONE.to_wkt() + " " * LONGEST + "x",
        MERCATOR.to_wkt("WKT1_GDAL").replace("+wktext", "+nadgrids=/nowhere/x"),
        MERCATOR.to_wkt("WKT1_GDAL").replace("@null", "@null,/nowhere/x"),
        ZONE.to_json().replace('"name"', '"\\u0070roj=x"', 1),
        json.dumps({"type": "GeographicCRS", "init": "x"}),
    ],
)
def test_anything_else_is_unknown_and_told_briefly(text: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        parse_stranger_crs(text)
    assert caught.value.code is ErrorCode.CRS_UNKNOWN
    assert len(caught.value.detail("vi")) < 300


@pytest.mark.parametrize("name", NOT_ON_EARTH)
def test_a_system_of_no_place_on_earth_cannot_be_chosen(name: str) -> None:
    with pytest.raises(RefusedInput) as caught:
        parse_chosen_crs(NOT_ON_EARTH[name])
    assert caught.value.code is ErrorCode.CRS_UNKNOWN


@pytest.mark.parametrize("text", ["EPSG:9209+5773", "EPSG:4979", "EPSG:3857", "OGC:CRS84", SHIFTED.to_wkt()])
def test_systems_with_heights_or_a_shift_can_be_chosen(text: str) -> None:
    assert parse_chosen_crs(text) == parse_stranger_crs(text)
