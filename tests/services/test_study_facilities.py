"""Facilities as their layer has them: areas that are not sound, and none that counts on the day."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import text

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.services import studies
from tests.filled_database import load_frame
from tests.live_town import METRIC, X, Y, as_array

DAY = "2026-03-03T10:00"
OUT_AND_BACK = ((50, -50), (150, -50), (150, 0), (1000, 0), (150, 0), (150, 50), (50, 50))
SPIKED = shapely.Polygon([(X + x, Y + y) for x, y in OUT_AND_BACK])
"""A park of 100 m on which the first home stands; its outline runs out along the street and back."""
FLAT = shapely.Polygon([(X + 3900, Y), (X + 3950, Y), (X + 3900, Y)])


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


def load_parks(town: Connection, catalogue: Catalogue, at: Sequence[float], **columns: object) -> None:
    boxes = as_array([shapely.box(X + place, Y - 9, X + place + 9, Y + 9) for place in at])
    names = [f"park{row}" for row in range(len(at))]
    frame = gpd.GeoDataFrame(
        {"code": names, "name": names} | columns,
        geometry=list(transform(boxes, METRIC, STORAGE)),
        crs=STORAGE,
    )
    load_frame(town, catalogue, "park", frame)


def everybody(town: Connection, catalogue: Catalogue, **asked: object) -> dict[str, Any]:
    inputs = {"service": "park", "beside": [], "at": DAY} | asked
    found: dict[str, Any] = studies.run(town, catalogue, "coverage", inputs, "lan").document["totals"]["all"]
    return found


@pytest.mark.parametrize(
    ("asked", "people"),
    [
        ({"measure": "inside_area"}, 40),
        ({"measure": "straight_radius", "limit": 149}, 40),
        ({"measure": "straight_radius", "limit": 151}, 43),
        ({"measure": "network_distance", "mode": "walk", "limit": 61}, 40),
        ({"measure": "network_distance", "mode": "walk", "limit": 161}, 43),
    ],
)
def test_areas_that_are_not_sound_are_read_as_what_they_enclose(
    town: Connection, catalogue: Catalogue, asked: dict[str, Any], people: float
) -> None:
    """The second home stands 150 m east of the park, both 10 m beside the street."""
    load_parks(town, catalogue, (60, 3900, 5500))
    for row, shape in enumerate((SPIKED, FLAT, shapely.Polygon())):
        (place,) = transform(as_array([shape]), METRIC, STORAGE)
        told = {"wkt": shapely.MultiPolygon([place]).wkt, "code": f"park{row}"}
        change = text("UPDATE layer.park SET geom = ST_GeomFromText(:wkt, 4326) WHERE code = :code")
        town.execute(change, told)
    found = everybody(town, catalogue, **asked)
    assert (found["covered"], found["unreachable"]) == (people, 0)


def test_where_no_area_counts_on_the_day_nobody_is_inside(town: Connection, catalogue: Catalogue) -> None:
    load_parks(town, catalogue, (100,), open_to=[date(2026, 3, 3)])
    found = everybody(town, catalogue, measure="inside_area")
    assert (found["covered"], found["unreachable"]) == (0, found["total"])
