"""Roads on the dikes along rivers and the sea of the demo city."""

import numpy as np
import shapely
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.road_bends import unbend
from gis_service.analysis.demo_city.road_web import Kind
from gis_service.analysis.demo_city.waters import Water
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.types import Floats

DIKE_M = 40.0
"""From the edge of the water to the crown of the dike."""
_INSIDE_M = 25.0
_SHORTEST_M = 500.0
_SIMPLE_M = 4.0
_STEP_M = 260.0
_COMMUNE = ROAD_CLASSES.index("commune")


def make_dikes(land: Land) -> list[tuple[Floats, Kind]]:
    """Lay a dike road along every bank inside the province.

    Parameters
    ----------
    land
        In a metric CRS.

    Returns
    -------
    list
        Straight bits, each ``(2, 2)`` in the flat plane, with the kind of road.
    """
    inside = land.province.buffer(-_INSIDE_M)
    shapely.prepare(inside)
    barring = [water for water in land.waters if water.kind in {"river", "sea"}]
    if not barring:
        return []
    shapes = np.array([water.shape for water in barring], dtype=object)
    banks = shapely.union_all(shapes).buffer(DIKE_M, quad_segs=4).boundary.intersection(inside)
    lines = shapely.get_parts(shapely.line_merge(_lines_of(banks)))
    lines = shapely.simplify(lines[shapely.length(lines) >= _SHORTEST_M], _SIMPLE_M)
    lines = shapely.segmentize(lines, _STEP_M)
    dikes = []
    for line in lines:
        xy = shapely.get_coordinates(line)
        at = unbend(xy)
        middles = np.asarray(shapely.points((xy[1:] + xy[:-1]) / 2), dtype=object)
        nearest = np.argmin(shapely.distance(shapes[:, None], middles[None, :]), axis=0)
        dikes += [(at[bit : bit + 2], _kind(barring[water])) for bit, water in enumerate(nearest)]
    return dikes


def _kind(water: Water) -> Kind:
    name = "Đường đê biển" if water.kind == "sea" else f"Đường đê {_lower_first(water.name)}"
    return Kind(_COMMUNE, name)


def _lines_of(geometry: BaseGeometry) -> MultiLineString:
    parts = shapely.get_parts(geometry)
    return MultiLineString(list(parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]))


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
