"""A town for studies: two communes, a street, a river with a ferry, one office; people of two ages."""

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
LANDING = X + 4500
TOWN: dict[str, tuple[Sequence[shapely.Geometry], dict[str, Any]]] = {
    "commune": (
        [shapely.box(X, Y - 500, X + 2000, Y + 500), shapely.box(X + 2000, Y - 500, X + 6000, Y + 500)],
        {"name": ["Đông", "Tây"], "full_name": ["Xã Đông", "Xã Tây"], "unit_type": ["commune"] * 2},
    ),
    "residents": (
        [shapely.Point(X + at, Y + 10) for at in (100, 1100, 3900, 5500)],
        {"people": [10.0, 20.5, 30.0, 40.0], "age_60": [1.0, 2.0, 3.0, 4.0]},
    ),
    "roads": (
        [shapely.LineString([(X, Y), (X + 4000, Y)]), shapely.LineString([(LANDING, Y), (X + 6000, Y)])],
        {"road_class": ["commune", "alley"]},
    ),
    "ferries": (
        [shapely.LineString([(X + 4000, Y), (LANDING, Y)])],
        {"name": ["Đò"], "headway_min": [20.0], "runs_from": ["06:00"], "runs_to": ["18:00"]},
    ),
    "one_stop_office": (
        [shapely.Point(X + 5, Y)],
        {"name": ["Một cửa"], "open_to": [np.datetime64("2030-01-01")]},
    ),
    "settlement": ([shapely.Point(X + 5500, Y)], {"name": ["Thôn Bến"]}),
}


def as_array(shapes: Sequence[shapely.Geometry]) -> Geometries:
    result = np.empty(len(shapes), dtype=object)
    result[:] = shapes
    return result


def town_files_in(folder: Path) -> list[tuple[str, Path]]:
    """Write the layers of the town, each as a file that loads."""
    files = []
    for layer, (shapes, columns) in TOWN.items():
        degrees = transform(as_array(shapes), METRIC, STORAGE)
        codes = [f"{layer}{row}" for row in range(len(shapes))]
        frame = gpd.GeoDataFrame({"code": codes} | columns, geometry=list(degrees), crs=STORAGE)
        frame.to_file(folder / f"{layer}.gpkg", layer=layer)
        files.append((layer, folder / f"{layer}.gpkg"))
    return files
