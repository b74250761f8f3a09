"""Nothing is measured in degrees, in feet or in Web Mercator."""

import numpy as np
import pyproj
import pytest
import shapely

from gis_service.crs import (
    STORAGE,
    VN2000_ZONES,
    crs_name,
    is_metric,
    lonlat_of,
    meridian_of,
    metres_apart,
    parse_crs,
    recognised,
    require_metric,
    transform,
    utm_of,
    vn2000_twin,
)
from gis_service.errors import ErrorCode, RefusedInput


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("EPSG:9209", True),  # VN-2000 TM-3, Thai Binh
        ("EPSG:32648", True),  # UTM 48N
        ("EPSG:4326", False),  # degrees
        ("EPSG:4756", False),  # VN-2000 in degrees
        ("EPSG:3857", False),  # Web Mercator: metres in name only
        ("EPSG:2263", False),  # US survey feet
    ],
)
def test_what_may_be_measured_in(name: str, metric: bool) -> None:  # noqa: FBT001 - a table
    assert is_metric(parse_crs(name)) is metric


def test_a_refusal_names_the_system_its_unit_and_the_way_out() -> None:
    with pytest.raises(RefusedInput) as refused:
        require_metric(parse_crs("EPSG:4326"), "roads.gpkg")
    assert refused.value.code == ErrorCode.CRS_NOT_METRIC
    said = str(refused.value)
    for part in ("roads.gpkg", "EPSG:4326", "degree", "--crs"):
        assert part in said


def test_data_without_a_system_and_unknown_systems_are_refused() -> None:
    with pytest.raises(RefusedInput) as missing:
        require_metric(None, "roads.shp")
    assert missing.value.code == ErrorCode.CRS_MISSING
    with pytest.raises(RefusedInput) as unknown:
        parse_crs("EPSG:0")
    assert unknown.value.code == ErrorCode.CRS_UNKNOWN


def test_thai_binh_city_stands_where_the_survey_says() -> None:
    """224 m off without the datum shift of Decision 05/2007; measured with PROJ's own operation."""
    place = np.array([shapely.Point(106.3366, 20.4463)], object)
    moved = transform(place, STORAGE, parse_crs("EPSG:9209"))[0]
    assert (moved.x, moved.y) == pytest.approx((587_095.876, 2_261_880.297), abs=0.01)
    assert transform(place, STORAGE, STORAGE) is place


@pytest.mark.parametrize(
    ("centre", "code"),
    [((106.3, 20.4), "EPSG:32648"), ((24.9, 60.2), "EPSG:32635"), ((-70, -33), "EPSG:32719")],
)
def test_the_utm_zone_is_that_of_the_centre(centre: tuple[float, float], code: str) -> None:
    x, y = centre
    assert crs_name(utm_of((x - 0.1, y - 0.1, x + 0.1, y + 0.1))) == code


TM3 = "+proj=tmerc +lat_0=0 +lon_0={meridian} +k=0.9999 +x_0=500000 +y_0=0 {datum} +units=m"
SHIFT_2 = "-191.90441429,-39.30318279,-111.45032835,{},{},{},0.252906278"
SHIFT_1 = "-192.873,-39.382,-111.202,{},{},{},0.0188"
ESRI = (
    'PROJCS["{name}",GEOGCS["{geogcs}",DATUM["{datum}",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",{meridian}],PARAMETER["Scale_Factor",{scale}],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def esri(name: str, meridian: float, scale: float, *, datum: str = "D_Vietnam_2000") -> str:
    geogcs = "GCS_WGS_1984" if datum == "D_WGS_1984" else "GCS_VN_2000"
    return ESRI.format(name=name, geogcs=geogcs, datum=datum, meridian=meridian, scale=scale)


def tm3(datum: str = "+ellps=WGS84", meridian: float = 105.5) -> str:
    return TM3.format(datum=datum, meridian=meridian)


def towgs84(shift: str, *rotations: float) -> str:
    return f"+ellps=WGS84 +towgs84={shift.format(*rotations)}"


RIGHT_2, WRONG_2 = (0.00928836, -0.01975479, 0.00427372), (-0.00928836, 0.01975479, -0.00427372)
GEOGCS = (
    'GEOGCS["VN-2000",DATUM["{datum}",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
)


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        (tm3(), "EPSG:9209"),
        (tm3(meridian=107.75), "EPSG:5899"),
        (tm3(towgs84(SHIFT_2, *RIGHT_2)), "EPSG:9209"),
        (tm3(towgs84(SHIFT_2, *WRONG_2)), "EPSG:9209"),
        (tm3(towgs84(SHIFT_1, 0.00205, 0.0005, -0.00335)), "EPSG:9209"),
        ("+proj=utm +zone=48 " + towgs84(SHIFT_1, 0.00205, 0.0005, -0.00335), "EPSG:3405"),
        ("+proj=longlat " + towgs84(SHIFT_2, *RIGHT_2), "EPSG:4756"),
        (esri("VN-2000_TM-3_105-30", 105.5, 0.9999), "EPSG:9209"),
        (esri("VN_2000_UTM_Zone_48N", 105.0, 0.9996), "EPSG:3405"),
        (esri("VN2000_TM3_105_30", 105.5, 0.9999, datum="D_WGS_1984"), "EPSG:9209"),
        (esri("He toa do VN 2000 mui 3 do", 106.25, 0.9999, datum="unknown"), "EPSG:9212"),
        (esri("KTT 105-45", 105.75, 0.9999, datum="D_unknown"), "EPSG:9210"),
        (GEOGCS.format(datum="Vietnam_2000"), "EPSG:4756"),
        (GEOGCS.format(datum="unknown"), "EPSG:4756"),
    ],
)
def test_vn2000_without_its_shift_is_recognised(written: str, taken: str) -> None:
    crs, told = recognised(parse_crs(written))
    assert crs_name(crs) == taken
    assert told is not None
    assert told.taken == taken
    assert told.written
    # Not only its name: the numbers move as those of the register's own system.
    assert crs.to_json_dict()["id"] == {"authority": "EPSG", "code": int(taken[5:])}


@pytest.mark.parametrize(
    "written",
    [
        "EPSG:32648",
        "EPSG:4326",
        "EPSG:9209",
        "EPSG:2044",
        "+proj=utm +zone=48 +datum=WGS84",
        "+proj=utm +zone=48 +ellps=WGS84",
        tm3("+datum=WGS84"),
        tm3("+ellps=WGS84 +towgs84=0,0,0,0,0,0,0"),
        tm3("+ellps=GRS80"),
        tm3(meridian=105.4),
        tm3().replace("500000", "0"),
        tm3().replace("0.9999", "0.9996"),
        tm3().replace("+units=m", "+units=us-ft"),
        esri("WGS_1984_UTM_Zone_48N", 105.0, 0.9996, datum="D_WGS_1984"),
        "+proj=longlat +ellps=WGS84",
    ],
)
def test_what_is_not_vn2000_is_not_taken_for_it(written: str) -> None:
    given = parse_crs(written)
    assert recognised(given) == (given, None)


def in_system(crs: pyproj.CRS, longitude: float, latitude: float) -> shapely.Point:
    x, y = shapely.get_coordinates(transform(shapely.points([[longitude, latitude]]), STORAGE, crs))[0]
    return shapely.Point(x, y)


def test_a_meridian_of_no_province_gets_the_shift_too_when_it_says_what_it_is() -> None:
    written = esri("VN-2000 KTT 106-20", 106.3333333, 0.9999, datum="unknown")
    crs, told = recognised(parse_crs(written))
    assert told is not None
    assert told.taken == crs_name(crs)
    assert crs.to_authority() is None
    expected = in_system(parse_crs(tm3(towgs84(SHIFT_2, *RIGHT_2), 106.3333333)), 106.3366, 20.4463)
    assert in_system(crs, 106.3366, 20.4463).distance(expected) < 0.001
    assert in_system(parse_crs(written), 106.3366, 20.4463).distance(expected) == pytest.approx(224, abs=3)


def test_heights_are_left_out() -> None:
    assert crs_name(recognised(parse_crs("EPSG:9209+5773"))[0]) == "EPSG:9209"
    assert crs_name(recognised(parse_crs("EPSG:4979"))[0]) == "EPSG:4326"


@pytest.mark.parametrize("code", VN2000_ZONES)
def test_each_zone_moves_by_the_published_shift_and_lies_224_m_from_no_shift(code: int) -> None:
    zone = parse_crs(f"EPSG:{code}")
    meridian, scale = float(meridian_of(zone) or 0), "0.9996" if code in {3405, 3406} else "0.9999"
    shifted = parse_crs(tm3(towgs84(SHIFT_2, *RIGHT_2), meridian).replace("0.9999", scale))
    without = parse_crs(tm3(meridian=meridian).replace("0.9999", scale))
    here = in_system(zone, meridian + 0.4, 16.0)
    assert here.distance(in_system(shifted, meridian + 0.4, 16.0)) < 0.001
    assert here.distance(in_system(without, meridian + 0.4, 16.0)) == pytest.approx(224, abs=3)
    back = transform(np.array([here], object), zone, STORAGE)[0]
    assert (back.x, back.y) == pytest.approx((meridian + 0.4, 16.0), abs=1e-8)


def test_points_are_placed_as_geometries_are() -> None:
    zone = parse_crs("EPSG:9209")
    there = lonlat_of(np.array([587_095.876]), np.array([2_261_880.297]), zone)
    assert np.ravel(there) == pytest.approx((106.3366, 20.4463), abs=1e-7)
    assert lonlat_of(*there, STORAGE) == there
    assert meridian_of(STORAGE) is None


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        (esri("TM3_10530", 105.5, 0.9999, datum="D_WGS_1984"), "EPSG:9209"),
        (tm3("+datum=WGS84"), "EPSG:9209"),
        (tm3("+datum=WGS84", 107.75), "EPSG:5899"),
        (esri("WGS_1984_UTM_Zone_48N", 105.0, 0.9996, datum="D_WGS_1984"), None),
        (tm3("+ellps=GRS80"), None),
        (tm3("+datum=WGS84", 105.4), None),
        ("EPSG:9209", None),
        ("EPSG:32648", None),
        ("EPSG:4326", None),
    ],
)
def test_a_zone_of_vn2000_under_the_name_of_wgs84_is_seen(written: str, zone: str | None) -> None:
    twin = vn2000_twin(parse_crs(written))
    assert (None if twin is None else crs_name(twin)) == zone


def test_a_place_read_in_the_other_of_the_twins_moves_by_224_m() -> None:
    moved = metres_apart(parse_crs(tm3("+datum=WGS84")), parse_crs("EPSG:9209"), 106.34, 20.45)
    assert moved == pytest.approx(224, abs=1)
