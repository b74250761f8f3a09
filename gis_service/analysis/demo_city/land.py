"""The land of the demo city: communes of 2024 as one partition, and its waters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.outlines import make_outlines
from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.demo_city.waters import Water, make_shores, make_waters
from gis_service.types import Geometries

_BARRING = ("river", "lake", "sea")


@dataclass(frozen=True, slots=True)
class Land:
    """What the demo city stands on, EPSG:9209.

    Parameters
    ----------
    units
        Communes of 2024 in the order of their codes.
    outlines
        ``(n_units,)`` polygons: a partition of the province without gaps or overlaps; rivers belong to it,
        the sea does not.
    province
        Their union.
    waters
        Rivers, canals, lakes, sea.
    water
        Union of those that bar the way: rivers, lakes, the sea; prepared.
    """

    units: tuple[Unit, ...]
    outlines: Geometries
    province: BaseGeometry
    waters: tuple[Water, ...]
    water: BaseGeometry


def make_land(units: Sequence[Unit], areas_km2: Mapping[str, float]) -> Land:
    """Draw outlines and waters around the points of the communes.

    Parameters
    ----------
    units
        Communes of 2024, their points inside the province.
    areas_km2
        Official area of each commune of 2025 by code, km²; their sum is the province's.
    """
    in_order = tuple(sorted(units, key=lambda unit: unit.code))
    areas_m2 = {code: area * 1e6 for code, area in areas_km2.items()}
    shores = make_shores(sum(areas_m2.values()))
    waters = make_waters(shores)
    outlines = make_outlines(in_order, areas_m2, shores, waters)
    barring = np.array([water.shape for water in waters if water.kind in _BARRING], dtype=object)
    water = shapely.union_all(barring)
    shapely.prepare(water)
    return Land(in_order, outlines, shapely.coverage_union_all(outlines), waters, water)
