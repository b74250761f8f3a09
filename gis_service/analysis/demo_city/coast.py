"""The line where the demo city's land meets the sea."""

import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.land import Land

_NEAR_M = 1.0


def coast_of(land: Land) -> BaseGeometry:
    """Give the coast as a line, EPSG:9209."""
    sea = shapely.union_all([water.shape for water in land.waters if water.kind == "sea"])
    return sea.boundary.intersection(land.province.boundary.buffer(_NEAR_M))
