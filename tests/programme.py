"""A programme of a few projects in the town on one street: every way to be at fault, every way to count."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import geopandas as gpd
import shapely

from gis_service.crs import STORAGE, transform
from gis_service.types import Geometries
from tests.live_town import METRIC, X, Y, as_array

DAY = date(2026, 6, 30)
ASKED = {"day": DAY.isoformat(), "standards": {"one_stop_office": "one_stop_office_walk_15min"}}
"""On foot 1,200 m are within the limit."""
COLUMNS = (
    *("code", "name", "sector", "service", "phase", "priority", "status"),
    *("planned_from", "planned_to", "actual_from", "actual_to", "cost_million_vnd"),
)
OFFICE = "one_stop_office"


def at(along: float, beside: float = 0.0) -> shapely.Point:
    return shapely.Point(X + along, Y + beside)


Row = tuple[shapely.Geometry, tuple[Any, ...]]


def row(place: shapely.Geometry, code: str, service: str | None, *told: object) -> Row:
    """Give a row: phase, priority, status, four days, cost."""
    days = [None if day is None else date.fromisoformat(str(day)) for day in told[3:7]]
    sector = "safety" if service == "camera" else "e_government"
    return place, (code, f"Dự án {code}", sector, service, *told[:3], *days, told[7])


PROGRAMME: Sequence[Row] = (
    row(
        at(2500),
        "mid",
        OFFICE,
        "phase_1",
        1,
        "commissioned",
        *("2021-01-01", "2022-06-01", "2021-02-01", "2022-07-01"),
        1000.0,
    ),
    row(
        at(20, 15),
        "old",
        OFFICE,
        "phase_2",
        2,
        "commissioned",
        *("2023-01-01", "2024-01-01", "2023-01-01", "2024-03-01"),
        500.0,
    ),
    row(
        shapely.box(X + 4700, Y - 30, X + 4800, Y + 30),
        "area",
        OFFICE,
        "phase_3",
        2,
        "under_way",
        *("2026-01-01", "2026-12-01", "2026-02-01", None),
        800.0,
    ),
    row(at(3500), "late", OFFICE, "phase_3", 1, "proposed", "2027-01-01", "2027-05-01", None, None, 900.0),
    row(at(5600), "far", OFFICE, "phase_3", 3, "approved", "2028-01-01", "2028-05-01", None, None, 400.0),
    row(at(5000), "gone", OFFICE, "phase_2", 3, "stopped", "2024-01-01", "2024-05-01", None, None, 400.0),
    row(at(900), "eye", "camera", "phase_1", 3, "commissioned", None, "2021-05-01", None, "2021-06-01", 50.5),
)


def frame_of(rows: Sequence[Row] = PROGRAMME) -> gpd.GeoDataFrame:
    """Give projects as a table in degrees."""
    places: Geometries = as_array([place for place, _ in rows])
    columns: Mapping[str, list[Any]] = {
        name: [told[number] for _, told in rows] for number, name in enumerate(COLUMNS)
    }
    return gpd.GeoDataFrame(columns, geometry=list(transform(places, METRIC, STORAGE)), crs=STORAGE)
