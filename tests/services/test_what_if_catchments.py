"""Edits of facilities that not everybody may use are answered at once, as they are kept."""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pytest
import shapely

from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE
from gis_service.db.engine import Connection
from gis_service.errors import GisError
from gis_service.services import studies
from tests.filled_database import load_frame
from tests.live_town import degrees
from tests.what_if_edits import add, capacity, close, figures, move, remove, what_if, without_added

ASKED: dict[str, Any] = {
    "service": "health_station",
    "standard": None,
    "measure": "network_distance",
    "limit": 2500,
    "mode": "walk",
    "at": "2026-03-03T10:00",
}
FIRST, SECOND, THIRD = (f"health_station{number}" for number in range(3))


@pytest.fixture(scope="module")
def town_url(make_town_database: Callable[[str], str]) -> str:
    return make_town_database("live_town")


@pytest.fixture
def stations(town: Connection, catalogue: Catalogue) -> Connection:
    """Give the town with three stations: one for each unit, and one for nobody in particular."""
    places = [shapely.Point(degrees(along)) for along in (100, 3900, 5500)]
    codes = [FIRST, SECOND, THIRD]
    columns = {"code": codes, "name": codes, "serves": ["commune1", "commune0", None]}
    load_frame(town, catalogue, "health_station", gpd.GeoDataFrame(columns, geometry=places, crs=STORAGE))
    return town


@pytest.mark.parametrize("catchment", ["own_unit", "assigned"])
@pytest.mark.parametrize(
    "edits",
    [
        [remove(FIRST)],
        [move(SECOND, 1900), capacity(SECOND, 20)],
        [move(FIRST, 2500), remove(SECOND), close(classes=["alley"])],
        [move(THIRD, 100)],
        [remove(FIRST), remove(SECOND), remove(THIRD)],
    ],
)
def test_edits_are_answered_at_once_as_they_are_kept(
    stations: Connection, catalogue: Catalogue, edits: list[dict[str, Any]], catchment: str
) -> None:
    asked = ASKED | {"catchment": catchment}
    found = what_if(stations, catalogue, edits, **asked)
    kept = studies.run(stations, catalogue, "what_if", asked | {"edits": edits}, "lan").document
    assert figures(found) == without_added(kept)
    assert found["edits_hash"] == kept["edits_hash"]


@pytest.mark.parametrize(
    ("catchment", "edits", "code"),
    [
        ("assigned", [add("x", 100)], "study_refused"),
        ("own_unit", [add("x", 5500), close(classes=["alley"])], "what_if_no_road"),
        ("own_unit", [remove("nobody")], "what_if_facility_unknown"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    stations: Connection, catalogue: Catalogue, catchment: str, edits: list[dict[str, Any]], code: str
) -> None:
    with pytest.raises(GisError) as caught:
        what_if(stations, catalogue, edits, **ASKED, catchment=catchment)
    assert caught.value.code == code
