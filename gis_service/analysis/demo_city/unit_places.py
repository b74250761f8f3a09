"""Brings the communes' points and boxes, as their source gives them, to places that can be worked with."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.demo_city.waters import make_shores, make_waters
from gis_service.types import BBox, Floats

Place: TypeAlias = tuple[float, float]
Reason: TypeAlias = Literal["coincides", "district", "street", "outside"]

LARGEST_BOX_M2 = 150e6
"""A larger box is the district's: the largest commune measures under 50 km²."""
SMALLEST_BOX_M2 = 0.5e6
"""A smaller box of a rural commune is a street's or a building's."""
SHORE_M = 500.0
"""Points come to stand this far inside the province's border."""
_STEP_M = 250.0
_ENOUGH_ROOM = 1.6
"""Reaches to the nearest neighbour beyond which more room is no better."""
_FROM_PARTS = 0.3
"""How much the other parts' places say about a part: little, for points are where names stand."""
_BELIEVED = 1.5
"""Farther than so many radii from its commune of 2025, a street of the unit's name is another street."""
_PULL_PER_M = 0.0003


@dataclass(frozen=True, slots=True)
class Moved:
    """A unit whose point could not stay where its source has it.

    Parameters
    ----------
    unit
        The unit at its new place.
    reason
        It coincided with others, was its district's or a street's, or lay outside the province.
    distance_m
        How far it was moved.
    """

    unit: Unit
    reason: Reason
    distance_m: float


def place_units(
    units: Sequence[Unit], successors: Mapping[str, Place], areas_km2: Mapping[str, float]
) -> tuple[list[Unit], list[Moved]]:
    """Move apart points that coincide, and into the province points outside it.

    Parameters
    ----------
    units
        Communes of 2024 with points and boxes of their source, EPSG:9209.
    successors
        Points of the communes of 2025 by code, EPSG:9209: a hint for units whose own point is not known.
    areas_km2
        Official areas of 2025 by code, km².

    Returns
    -------
    tuple
        The units in the order of their codes, at places of their own; and what was moved, in that order.
    """
    shores = make_shores(sum(areas_km2.values()) * 1e6)
    rivers = shapely.union_all([water.shape for water in make_waters(shores) if water.kind != "canal"])
    dry = shores.province.difference(rivers)
    inside = dry.buffer(-SHORE_M / 4.0).intersection(shores.province.buffer(-SHORE_M))
    reasons = _reasons(units)
    placed = {unit.code: _brought_in(unit, dry, inside) for unit in units if unit.code not in reasons}
    free = _free_places(inside)
    for unit in sorted((unit for unit in units if unit.code in reasons), key=lambda unit: unit.code):
        others = list(placed.values())
        if not _believed(unit, reasons[unit.code], successors, areas_km2):
            hint = _hint(unit, others, successors, areas_km2)
        else:
            hint = unit.xy
        placed[unit.code] = replace(unit, xy=_roomiest(free, hint, others), box=None)
    before = {unit.code: unit.xy for unit in units}
    result = [placed[code] for code in sorted(placed)]
    moved = [
        Moved(unit, reasons.get(unit.code, "outside"), _apart(unit.xy, before[unit.code]))
        for unit in result
        if unit.xy != before[unit.code]
    ]
    return result, moved


def _reasons(units: Sequence[Unit]) -> dict[str, Reason]:
    """Find the units whose point says nothing about them."""
    at: defaultdict[Place, list[Unit]] = defaultdict(list)
    for unit in units:
        at[unit.xy].append(unit)
    result: dict[str, Reason] = {}
    for unit in units:
        area = _area(unit.box)
        if len(at[unit.xy]) > 1:
            result[unit.code] = "coincides"
        elif area > LARGEST_BOX_M2:
            result[unit.code] = "district"
        elif unit.box and unit.unit_type == "commune" and area < SMALLEST_BOX_M2:
            result[unit.code] = "street"
    return result


def _area(box: BBox | None) -> float:
    return 0.0 if box is None else (box[2] - box[0]) * (box[3] - box[1])


def _brought_in(unit: Unit, dry: BaseGeometry, inside: BaseGeometry) -> Unit:
    """Move a point in the water or abroad to the nearest place well inside, if possible in its box."""
    point = shapely.Point(unit.xy)
    if dry.contains(point):
        return unit
    own = inside.intersection(shapely.box(*unit.box)) if unit.box else inside
    room = inside if own.is_empty else own
    x, y = shapely.get_coordinates(shapely.shortest_line(room, point))[0]
    return replace(unit, xy=(float(x), float(y)))


def _free_places(inside: BaseGeometry) -> Floats:
    west, south, east, north = inside.bounds
    x, y = np.meshgrid(np.arange(west, east, _STEP_M), np.arange(south, north, _STEP_M))
    shapely.prepare(inside)
    within = shapely.contains_xy(inside, x, y)
    return np.column_stack([x[within], y[within]])


def _believed(
    unit: Unit, reason: Reason, successors: Mapping[str, Place], areas_km2: Mapping[str, float]
) -> bool:
    """Tell whether a street of the unit's name may be its own: it lies near the commune of 2025."""
    near = _BELIEVED * _radius(areas_km2[unit.successor])
    return reason == "street" and _apart(unit.xy, successors[unit.successor]) < near


def _hint(
    unit: Unit, placed: Sequence[Unit], successors: Mapping[str, Place], areas_km2: Mapping[str, float]
) -> Place:
    """Guess the place of a part of a commune of 2025 from the whole's point and the other parts' points."""
    whole = np.array(successors[unit.successor])
    parts = [other for other in placed if other.successor == unit.successor]
    known = sum(other.people for other in parts)
    if known == 0:
        return float(whole[0]), float(whole[1])
    middle = np.array([np.array(other.xy) * other.people for other in parts]).sum(axis=0) / known
    away = (whole - middle) * _FROM_PARTS * known / unit.people
    reach = _radius(areas_km2[unit.successor])
    beyond = whole + away * min(1.0, reach / max(float(np.hypot(*away)), 1.0))
    return float(beyond[0]), float(beyond[1])


def _radius(area_km2: float) -> float:
    """Give the radius in metres of the circle of an area."""
    return float(np.sqrt(area_km2 * 1e6 / np.pi))


def _apart(one: Place, other: Place) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))


def _roomiest(free: Floats, hint: Place, placed: Sequence[Unit]) -> Place:
    """Find the free place with most room among the boxes of others, near to the hint."""
    room = np.full(len(free), _ENOUGH_ROOM)
    for other in placed:
        west, south, east, north = other.box or _around(other.xy)
        x, y = free[:, 0] - other.xy[0], free[:, 1] - other.xy[1]
        across = np.where(x > 0, x / max(east - other.xy[0], 300.0), x / min(west - other.xy[0], -300.0))
        along = np.where(y > 0, y / max(north - other.xy[1], 300.0), y / min(south - other.xy[1], -300.0))
        room = np.minimum(room, np.hypot(across, along))
    far = np.hypot(free[:, 0] - hint[0], free[:, 1] - hint[1])
    best = free[int(np.argmax(room - _PULL_PER_M * far))]
    return float(best[0]), float(best[1])


def _around(xy: Place) -> BBox:
    """Stand in for a box that is not known: a square of the size of a commune."""
    half = 1_300.0
    return xy[0] - half, xy[1] - half, xy[0] + half, xy[1] + half
