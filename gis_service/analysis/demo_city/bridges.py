"""Where the demo city's roads cross its rivers: few bridges, each with a name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.waters import Water
from gis_service.types import Floats

_SEARCH_M = 450.0
_SEARCH_STEP_M = 50.0
_REACH_M = 2_500.0
_FAR_M = 3_000.0
_CLEAR_M = 130.0
_MARGIN_M = 70.0


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge as planned.

    Parameters
    ----------
    name
        On its sign.
    river
        Name of the water.
    near
        Where it is wanted, metres of EPSG:9209; it stands where the river is narrow thereabouts.
    high
        Whether it passes over the dike road without joining it.
    """

    name: str
    river: str
    near: tuple[float, float]
    high: bool = False


@dataclass(frozen=True, slots=True)
class Crossing:
    """A straight way over the water.

    Parameters
    ----------
    xy
        ``(2, 2)`` its two ends on dry land, metres.
    water
        What it crosses.
    """

    xy: Floats
    water: Water


BRIDGES = (
    Bridge("Cầu Tân Đệ", "Sông Hồng", (575_150.0, 2_261_600.0), high=True),
    Bridge("Cầu Triều Dương", "Sông Luộc", (565_500.0, 2_285_200.0), high=True),
    Bridge("Cầu Nghìn", "Sông Hóa", (597_000.0, 2_286_000.0), high=True),
    Bridge("Cầu Tịnh Xuyên", "Sông Trà Lý", (576_900.0, 2_269_400.0)),
    Bridge("Cầu Bo", "Sông Trà Lý", (587_100.0, 2_265_300.0)),
    Bridge("Cầu Thái Bình", "Sông Trà Lý", (588_600.0, 2_262_900.0)),
    Bridge("Cầu Trà Giang", "Sông Trà Lý", (599_000.0, 2_267_900.0)),
    Bridge("Cầu Trà Lý", "Sông Trà Lý", (609_300.0, 2_264_700.0)),
)


def place_bridges(land: Land, bridges: Sequence[Bridge] = BRIDGES) -> dict[str, tuple[Bridge, Crossing]]:
    """Put the bridges over the rivers that the land has.

    Parameters
    ----------
    land
        In EPSG:9209.
    bridges
        Those whose river is missing or farther than 3 km from where they are wanted are left out.

    Returns
    -------
    dict
        By name: the bridge, and where it runs from bank to bank.
    """
    placed = {}
    for bridge in bridges:
        crossing = cross(land, bridge.river, bridge.near, _CLEAR_M if bridge.high else _MARGIN_M)
        if crossing is not None:
            placed[bridge.name] = (bridge, crossing)
    return placed


def cross(land: Land, river: str, near: tuple[float, float], margin_m: float) -> Crossing | None:
    """Find the shortest straight way over a river around a place.

    Parameters
    ----------
    land
        In a metric CRS.
    river
        Name of the water.
    near
        Metres.
    margin_m
        How far the ends stand from the water.

    Returns
    -------
    Crossing | None
        None where the river is missing or too far away.
    """
    water = next((water for water in land.waters if water.name == river), None)
    if water is None or water.centre is None or water.centre.distance(shapely.Point(near)) > _FAR_M:
        return None
    middle = water.centre.project(shapely.Point(near))
    along = middle + np.arange(-_SEARCH_M, _SEARCH_M + 1, _SEARCH_STEP_M)
    along = along[(along >= _SEARCH_M) & (along <= water.centre.length - _SEARCH_M)]
    ways = [way for at in along if (way := _straight_across(land, water, float(at), margin_m)) is not None]
    if not ways:
        return None
    return Crossing(min(ways, key=lambda way: round(float(np.hypot(*(way[1] - way[0]))), 2)), water)


def _straight_across(land: Land, water: Water, along: float, margin_m: float) -> Floats | None:
    """Give the two ends of the way square to the current, or None where more than the river is in the way."""
    behind, here, ahead = (
        shapely.get_coordinates(shapely.line_interpolate_point(water.centre, along + step))[0]
        for step in (-80.0, 0.0, 80.0)
    )
    current = (ahead - behind) / np.hypot(*(ahead - behind))
    square = np.array([-current[1], current[0]])
    ray = shapely.LineString([here - square * _REACH_M, here + square * _REACH_M])
    wet = shapely.get_parts(ray.intersection(water.shape))
    middle = shapely.Point(here)
    spans = [span for span in wet if span.distance(middle) < 1.0]
    if not spans:
        return None
    reach = [float((xy - here) @ square) for xy in shapely.get_coordinates(spans[0])]
    ends = np.array([here + square * (min(reach) - margin_m), here + square * (max(reach) + margin_m)])
    dry = not shapely.intersects(land.water, shapely.points(ends)).any()
    only = shapely.length(shapely.intersection(land.water, shapely.LineString(ends))) <= spans[0].length + 1.0
    return ends if dry and only else None
