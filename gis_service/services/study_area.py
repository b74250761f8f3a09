"""The study area: the outline of the city where it is a layer, and the unit of each place in it."""

from collections.abc import Sequence

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.zones import BEYOND, NO_UNIT, Zones, zone_by_code, zone_of
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.study_layers import StudyLayers
from gis_service.types import Floats, Int32s, Text

AREAS = 2
"""Dimension of a polygon."""


def read_outline(layers: StudyLayers, crs: pyproj.CRS) -> BaseGeometry | None:
    """Read the outline of the city: the union of the areas of its layer.

    Parameters
    ----------
    layers
        Which layers; ``outline`` is among them when ``city.yaml`` names one that is loaded.
    crs
        Metric system of the study.

    Returns
    -------
    BaseGeometry or None
        None when the city has none: then the union of the units is the study area.

    Raises
    ------
    RefusedInput
        ``study_refused`` for a layer without any area.
    """
    if "outline" not in layers.layers:
        return None
    shapes = layers.read("outline").geometry
    shapes = transform(shapely.force_2d(shapes[~shapely.is_missing(shapes)]), STORAGE, crs)
    shapes = shapely.get_parts(shapely.make_valid(shapes))
    areas = shapes[shapely.get_dimensions(shapes) == AREAS]
    if not len(areas):
        layer = layers.layers["outline"]
        expected = Text("lớp có đối tượng dạng vùng", "a layer with areas")
        raise RefusedInput(ErrorCode.STUDY_REFUSED, name="outline", value=layer, expected=expected)
    return shapely.union_all(areas)


def units_in(
    xy: Floats,
    zones: Zones,
    codes: Sequence[object],
    outline: BaseGeometry | None,
    area: Zones | None = None,
) -> Int32s:
    """Find the unit of each place, inside the study area.

    Parameters
    ----------
    xy
        ``(n, 2)`` places in the metric system of the study.
    zones
        Units; where they have no areas the codes tell who lives in which.
    codes
        ``n`` codes stored with the places.
    outline
        As `read_outline` gives it.
    area
        Units whose union is the study area instead of that of ``zones``; of units known by points everybody
        is inside.

    Returns
    -------
    Int32s
        As `gis_service.analysis.zones.zone_of`; a place on the outline is inside.
    """
    if area is not None:
        unit = zone_of(xy, zones) if zones.have_areas else zone_by_code(codes, zones)
        inside = zone_of(xy, area) != BEYOND if area.have_areas else np.ones(len(xy), dtype=np.bool_)
        return np.where(inside, np.maximum(unit, NO_UNIT), BEYOND).astype(np.int32)
    if zones.have_areas:
        return zone_of(xy, zones, outline)
    zone = zone_by_code(codes, zones)
    if outline is not None:
        shapely.prepare(outline)
        zone[~shapely.intersects_xy(outline, xy[:, 0], xy[:, 1])] = BEYOND
    return np.asarray(zone, dtype=np.int32)
