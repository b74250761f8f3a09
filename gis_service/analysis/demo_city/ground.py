"""Finds a place for everything that is built in the demo city: in a village, by a road of some standing."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis_service.analysis.demo_city.ages import GROUPS, unit_groups
from gis_service.analysis.demo_city.features import generator
from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.roads import CityRoads
from gis_service.analysis.demo_city.roadside import Frontage, roadside
from gis_service.analysis.demo_city.seats import district_seats
from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.types import Bools, Floats, Int64s

_FRONTAGE = Frontage("services", step_m=32.0, setback_m=(5.0, 11.0), smallest="village_lane")
_CLEAR_M = 18.0
"""Nothing else is built so near to a service."""
_RANK_M = 45.0
"""A greater road is worth this much of a way, for each class."""
_FRONT_M = 2.0
"""How far a place lies behind the front of its block."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands.

    Parameters
    ----------
    xy
        Metres of the metric CRS.
    unit, village
        Rows of ``land.units`` and of the villages.
    heading
        Direction of the road beside it, radians from east; the place lies on its left.
    """

    xy: tuple[float, float]
    unit: int
    village: int
    heading: float

    def back(self, distance_m: float) -> tuple[float, float]:
        """Give the point this far behind the place, away from its road."""
        x, y = self.xy
        return x - distance_m * float(np.sin(self.heading)), y + distance_m * float(np.cos(self.heading))


class Ground:
    """The places that are still free; each is given away once.

    Parameters
    ----------
    land, villages, roads
        The city, in one metric CRS.
    """

    def __init__(self, land: Land, villages: Villages, roads: CityRoads) -> None:
        self.land, self.villages, self.roads = land, villages, roads
        self.groups = unit_groups(land.units)
        """``(n_units, 7)`` persons of each group."""
        self._side = roadside(land, villages, roads, _FRONTAGE)
        self._free: Bools = np.ones(len(self._side), dtype=np.bool_)
        self._tree = cKDTree(self._side.xy)
        self._first = np.searchsorted(self._side.village, np.arange(len(villages.people) + 1))
        self._taken: list[tuple[float, float]] = []
        self._of_unit = _by_unit(villages, len(land.units))

    @property
    def units(self) -> tuple[Unit, ...]:
        """The communes of 2024."""
        return self.land.units

    def children(self, group: str) -> Int64s:
        """Give the persons of a group in every unit."""
        ages: Int64s = self.groups[:, GROUPS.index(group)]
        return ages

    def villages_of(self, unit: int) -> list[int]:
        """Give the villages of a unit: the main one, then the others from the greatest to the smallest."""
        return self._of_unit[unit]

    def heart(self, village: int) -> tuple[float, float]:
        """Give the heart of a village."""
        x, y = self.villages.xy[village]
        return float(x), float(y)

    def take(self, village: int, near: tuple[float, float] | None = None, smallest: str = "commune") -> Place:
        """Give a free place in a village away.

        Parameters
        ----------
        village
            Its row.
        near
            Where it is wanted; the heart of the village when left out.
        smallest
            The least road that it may stand by; when nothing is free there, any road will do, and without
            one the place itself.
        """
        x, y = self.heart(village) if near is None else near
        rows = np.arange(self._first[village], self._first[village + 1])
        rows = rows[self._free[rows]]
        fine = rows[self._side.rank[rows] <= ROAD_CLASSES.index(smallest)]
        rows = fine if fine.size else rows
        unit = int(self.villages.unit[village])
        if not rows.size:
            return Place((x, y), unit, village, 0.0)
        away = np.hypot(*(self._side.xy[rows] - (x, y)).T) + _RANK_M * self._side.rank[rows]
        row = int(rows[np.argmin(away)])
        here = self._side.xy[row]
        self._free[self._tree.query_ball_point(here, _CLEAR_M)] = False
        self._taken.append((float(here[0]), float(here[1])))
        return Place(self._taken[-1], unit, village, float(self._side.heading[row]))

    def somewhere(self, village: int, draws: np.random.Generator, spread_m: float = 250.0) -> Place:
        """Give a free place around the heart of a village away."""
        x, y = self.heart(village)
        dx, dy = draws.normal(0, spread_m, 2)
        return self.take(village, (x + dx, y + dy))

    def is_built_on(self, shape: shapely.Geometry, besides: Place) -> bool:
        """Tell whether something else than one place stands in an area."""
        others = np.array([xy for xy in self._taken if xy != besides.xy]).reshape(-1, 2)
        return bool(shapely.contains_xy(shape, *others.T).any())

    def keep_free(self, shape: shapely.Geometry) -> None:
        """Let nothing else be built on an area."""
        x, y = shapely.get_coordinates(shapely.centroid(shape))[0]
        reach = float(shapely.hausdorff_distance(shapely.Point(x, y), shape))
        rows = np.array(self._tree.query_ball_point((x, y), reach), dtype=np.int64)
        self._free[rows[shapely.contains_xy(shape, *self._side.xy[rows].T)]] = False

    def seats(self) -> dict[str, int]:
        """Give the unit that holds the seat of each district, see `district_seats`."""
        return district_seats(self.units)


def _by_unit(villages: Villages, n_units: int) -> list[list[int]]:
    order = np.lexsort([-villages.people, ~villages.is_main, villages.unit])
    first = np.searchsorted(villages.unit[order], np.arange(n_units + 1))
    return [order[start:end].tolist() for start, end in pairwise(first)]


def apportion(weights: Int64s | Floats, total: int, at_least: int = 1) -> Int64s:
    """Share a number of services out to units by weight.

    Parameters
    ----------
    weights
        ``(n,)``, not negative.
    total
        Number to share out; what ``at_least`` asks for beyond it is given all the same.
    at_least
        Each unit gets this many first.

    Returns
    -------
    Int64s
        ``(n,)``; each further one goes to the unit with the most weight for each it would then have, and
        among equal ones to the first (highest averages).
    """
    counts = np.full(len(weights), at_least, dtype=np.int64)
    for _ in range(total - at_least * len(weights)):
        counts[int(np.argmax(weights / (counts + 1)))] += 1
    return counts


def blob(place: tuple[float, float], area_m2: float, name: str) -> shapely.Polygon:
    """Draw a rounded area around a place, of about this size."""
    draws = generator(name)
    angle = np.linspace(0, 2 * np.pi, 28, endpoint=False)
    radius = np.ones(len(angle))
    for n in (2, 3, 4):
        radius += draws.uniform(-0.13, 0.13) * np.cos(n * angle + draws.uniform(0, 2 * np.pi))
    radius *= np.sqrt(area_m2 / np.pi / np.mean(radius**2))
    ring = np.column_stack([place[0] + radius * np.cos(angle), place[1] + radius * np.sin(angle)])
    return shapely.Polygon(np.round(ring, 2))


def block(place: Place, length_m: float, depth_m: float) -> shapely.Polygon:
    """Draw a rectangle with its front along the road, the place just inside it."""
    centre = place.back(depth_m / 2 - _FRONT_M)
    along = np.array([np.cos(place.heading), np.sin(place.heading)]) * length_m / 2
    across = np.array([-along[1], along[0]]) * depth_m / length_m
    corners = [along + across, along - across, -along - across, -along + across]
    return shapely.Polygon(np.round(np.array(corners) + centre, 2))


def lower_first(name: str) -> str:
    """Write a unit's name as it stands inside another: ``Xã An Khê`` becomes ``xã An Khê``."""
    return name[:1].lower() + name[1:]


@dataclass(frozen=True, slots=True)
class Standing:
    """A service at its place.

    Parameters
    ----------
    code, name
        As in its layer.
    place
        Where it stands.
    values
        Further fields.
    shape
        Its area; the place itself when left out.
    """

    code: str
    name: str
    place: Place
    values: dict[str, object]
    shape: shapely.Geometry | None = None


def address_of(ground: Ground, village: int) -> str:
    """Give village and commune; the middle of a town, which bears the town's name, needs no other word."""
    unit = ground.units[int(ground.villages.unit[village])]
    name = ground.villages.name[village]
    if name == unit.name or ground.villages.kind[village] == "town":
        return unit.full_name
    return f"{name}, {lower_first(unit.full_name)}"


def where(ground: Ground, place: Place) -> dict[str, object]:
    """Give the fields that tell where a service is."""
    unit = ground.units[place.unit]
    return {"address": address_of(ground, place.village), "commune_code": unit.successor}
