"""Land under water in floods of the demo city: outside the river dikes, and low land behind the coast."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.coast import coast_of
from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.noise import smooth_noise
from gis_service.analysis.demo_city.polygons import as_multi, polygonal

_STEP_M = 200.0
_LEAST_M2 = 2_000.0
_BREADTHS_M = {10: 0.45, 20: 0.7, 100: 1.6}
"""Breadth of the flooded belt for each return period in years, as a part of the usual foreland."""
_DEPTHS_M = {10: 0.8, 20: 1.3, 100: 2.1}
_FORELAND_M = {"Sông Hồng": 900.0, "Sông Trà Lý": 320.0, "Sông Luộc": 380.0, "Sông Hóa": 260.0}
_SHORE_M = 800.0


@dataclass(frozen=True, slots=True)
class FloodArea:
    """Land under water at a return period; the longer period covers the land of the shorter.

    Parameters
    ----------
    code, name
        ``fl0310``, ``Bãi ngoài đê sông Trà Lý``.
    return_period_years, depth_m
        How rare, how deep in its middle.
    shape
        EPSG:9209, inside the province, without the river itself.
    """

    code: str
    name: str
    return_period_years: int
    depth_m: float
    shape: MultiPolygon


def make_flood_areas(land: Land) -> tuple[FloodArea, ...]:
    """Give the flooded land along each river and the coast for 10, 20 and 100 years."""
    belts: list[tuple[str, BaseGeometry, float]] = [
        (f"Bãi ngoài đê {water.name[0].lower()}{water.name[1:]}", water.centre, _FORELAND_M[water.name])
        for water in land.waters
        if water.kind == "river" and water.centre is not None
    ]
    belts.append(("Vùng trũng ven biển", coast_of(land), _SHORE_M))
    result = []
    for number, (name, line, foreland) in enumerate(belts, start=1):
        for years, part in _BREADTHS_M.items():
            belt = _belt(line, foreland * part, 70 + number)
            shape = polygonal(belt.intersection(land.province).difference(land.water), _LEAST_M2)
            code = f"fl{number:02d}{years:03d}"
            result.append(FloodArea(code, name, years, _DEPTHS_M[years], as_multi(shape)))
    return tuple(result)


def _belt(line: BaseGeometry, breadth_m: float, seed: int) -> BaseGeometry:
    """Draw a belt of uneven breadth around a line; the broader one holds the narrower of the same seed."""
    points = shapely.get_coordinates(shapely.segmentize(line, _STEP_M))
    breadth = breadth_m * (1.0 + 0.7 * np.clip(smooth_noise(points, 3_500.0, seed), -1.0, 1.0))
    discs = shapely.buffer(shapely.points(points), np.maximum(breadth, 60.0), quad_segs=6)
    # Between two discs the belt is their hull, else a narrow belt would be a string of pearls.
    pairs = shapely.geometrycollections(np.stack([discs[:-1], discs[1:]], axis=1))
    near = np.hypot(*np.diff(points, axis=0).T) <= 2.0 * _STEP_M
    hulls = np.asarray(shapely.convex_hull(pairs), dtype=object)
    return shapely.union_all(hulls[near]).simplify(5.0)
