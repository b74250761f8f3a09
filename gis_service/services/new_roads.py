"""Roads and bridges that are added to those of a study: in its metric system, and joined to them."""

from dataclasses import replace

import numpy as np
import pyproj
import shapely

from gis_service.analysis.links import REACH_M, SHORTEST_M, brought_to, linked, on_roads
from gis_service.analysis.network import ROAD_CLASSES, Network, Roads
from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.closure_rules import NewRoad
from gis_service.services.study_standard import refused


def road_of(asked: NewRoad, crs: pyproj.CRS) -> Roads:
    """Give a new road as the layer of roads would: one line in a metric CRS.

    Raises
    ------
    RefusedInput
        ``place_outside`` for a vertex that the CRS does not know.
    """
    line = transform(np.array([shapely.LineString(asked.line)], dtype=object), STORAGE, crs)
    known = np.isfinite(shapely.get_coordinates(line)).all(axis=1)
    if not known.all():
        lon, lat = asked.line[int(np.argmin(known))]
        raise RefusedInput(ErrorCode.PLACE_OUTSIDE, lon=lon, lat=lat)
    return Roads(
        lines=np.asarray(line, dtype=object),
        road_class=np.array([ROAD_CLASSES.index(asked.road_class)], np.int8),
        oneway=np.array([asked.oneway], np.int8),
        level=np.array([asked.level], np.int8),
        width_m=np.array([np.nan if asked.width_m is None else asked.width_m]),
        paved=np.array([asked.paved]),
        on_foot=np.array([asked.on_foot]),
        on_wheels=np.array([asked.on_wheels]),
        by_car=np.array([asked.by_car]),
    )


def with_new_road(network: Network, asked: NewRoad, road: Roads, name: str) -> Network:
    """Add a road to a network, its ends brought to the roads that they were drawn near to.

    Parameters
    ----------
    network
        With the roads that were added before: a road may begin at one of these.
    asked, road
        What was asked for, and the same as `road_of` gives it.
    name
        Of the input, for what is said of it.

    Raises
    ------
    RefusedInput
        ``new_road_off_network`` for an end without a road near it; ``study_refused`` for a road from a
        place to itself.
    """
    line = road.lines[0]
    ends = on_roads(network, line)
    for end, (lon, lat) in zip(ends, (asked.line[0], asked.line[-1]), strict=True):
        if end.is_empty:
            raise RefusedInput(
                ErrorCode.NEW_ROAD_OFF_NETWORK, name=name, lon=lon, lat=lat, metres=round(REACH_M)
            )
    line = brought_to(line, ends)
    if line.length < SHORTEST_M:
        raise refused(f"{name}/line", f"{line.length:.2f} m", f">= {SHORTEST_M:g} m")
    return linked(network, replace(road, lines=np.array([line], dtype=object)), asked.kmh)
