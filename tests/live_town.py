"""A town for live questions: a street, a ferry over a river, two offices of which one has closed, few people.

Places lie on a line, so that every way can be counted by hand; some homes and cells hold fewer than ten.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis_service.crs import STORAGE, parse_crs, transform
from gis_service.types import Geometries

METRIC = parse_crs("EPSG:9209")
X, Y = 570_000.0, 2_260_000.0
STREET_M, LANDING_M, END_M = 4000.0, 4500.0, 6000.0
HOMES_M = (100, 300, 1100, 1150, 1900, 2100, 2600, 3100, 3900, 4700, 5500, 5700)
PEOPLE = (40.0, 3.0, 20.5, 12.0, 4.0, 30.0, 15.0, 11.0, 2.5, 60.0, 25.0, 6.0)
MOTORBIKE = {"standard": "one_stop_office_motorbike_10min", "at": "2026-03-03T10:00"}


def _unit(names: list[str]) -> dict[str, Any]:
    return {
        "name": names,
        "full_name": [f"Xã {name}" for name in names],
        "unit_type": ["commune"] * len(names),
    }


def box(west: float, east: float) -> shapely.Polygon:
    """A piece of the town between two distances along its line, 1 km wide."""
    return shapely.box(X + west, Y - 500, X + east, Y + 500)


def _line(start: float, end: float) -> shapely.LineString:
    return shapely.LineString([(X + start, Y), (X + end, Y)])


LAYERS: dict[str, tuple[Sequence[shapely.Geometry], dict[str, Any]]] = {
    "commune": ([box(0, 2000), box(2000, END_M)], _unit(["Đông", "Tây"])),
    "commune_2024": (
        [box(0, 1000), box(1000, 2000), box(2000, END_M)],
        _unit(["Cũ Một", "Cũ Hai", "Cũ Ba"]) | {"successor": ["commune0", "commune0", "commune1"]},
    ),
    "residents": (
        [shapely.Point(X + at, Y + 10) for at in HOMES_M],
        {"people": list(PEOPLE), "age_60": [value / 5 for value in PEOPLE]},
    ),
    "roads": ([_line(0, STREET_M), _line(LANDING_M, END_M)], {"road_class": ["commune", "alley"]}),
    "ferries": (
        [_line(STREET_M, LANDING_M)],
        {"name": ["Đò"], "headway_min": [20.0], "runs_from": ["06:00"], "runs_to": ["18:00"]},
    ),
    "rivers": ([box(STREET_M + 100, LANDING_M - 100)], {"kind": ["river"]}),
    "one_stop_office": (
        [shapely.Point(X + 5, Y), shapely.Point(X + 5800, Y)],
        {
            "name": ["Một cửa Đông", "Một cửa Tây"],
            "open_to": [np.datetime64("NaT"), np.datetime64("2025-07-01")],
            "branch_rank": [None, 1],
        },
    ),
    "settlement": (
        [shapely.Point(X + 200, Y), shapely.Point(X + 5500, Y)],
        {"name": ["Thôn Chợ", "Thôn Bến"]},
    ),
}


def degrees(along: float, beside: float = 0.0) -> tuple[float, float]:
    """Longitude and latitude of a place so many metres along the line of the town, and beside it."""
    (point,) = transform(as_array([shapely.Point(X + along, Y + beside)]), METRIC, STORAGE)
    return point.x, point.y


def as_array(shapes: Sequence[shapely.Geometry]) -> Geometries:
    result = np.empty(len(shapes), dtype=object)
    result[:] = shapes
    return result


def write_town(folder: Path) -> list[tuple[str, Path]]:
    """Write each layer of the town as a file; give layer and file."""
    files = []
    for layer, (shapes, columns) in LAYERS.items():
        places = transform(as_array(shapes), METRIC, STORAGE)
        codes = [f"{layer}{row}" for row in range(len(shapes))]
        named = {"code": codes} | ({} if "name" in columns else {"name": codes}) | columns
        frame = gpd.GeoDataFrame(named, geometry=list(places), crs=STORAGE)
        frame.to_file(folder / f"{layer}.gpkg", layer=layer)
        files.append((layer, folder / f"{layer}.gpkg"))
    return files
