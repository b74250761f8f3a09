"""Nothing is measured in degrees, in feet or in Web Mercator."""

import numpy as np
import pytest
import shapely

from gis_service.crs import STORAGE, crs_name, is_metric, parse_crs, require_metric, transform, utm_of
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
