"""The settlements of the demo city: compact villages in the paddy, street groups in the towns."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.seats import CITY_PREFIX, district_name, district_seats
from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.demo_city.village_names import village_names
from gis_service.analysis.demo_city.village_shapes import built_up
from gis_service.analysis.sharing import spread
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s

_SEED = 7_001
_PEOPLE_EACH = {"commune": 1_000.0, "township": 1_150.0, "ward": 1_400.0}
_SITE_M2_EACH = {"commune": 128.0, "township": 95.0, "ward": 70.0}
"""Built-up land for each person: houses with gardens and ponds in a village, narrow houses in a town."""
_FEWEST = 4
_RIVER_M = 60.0
"""Nobody builds between a river and its dike."""
_CANAL_M = 8.0
_BORDER_M = 18.0


@dataclass(frozen=True, slots=True)
class Villages:
    """Settlements in the order of their units, then of their numbers; the main one is the first of its unit.

    Parameters
    ----------
    xy
        ``(n, 2)`` hearts inside the shapes, metres of EPSG:9209.
    unit
        ``(n,)`` rows in ``land.units``.
    name, kind
        ``Thôn An Khang``; ``village``, ``street_group`` or ``town``. The main settlement of a township is the
        town and bears its name, that of a ward bears the ward's; the one at the seat of a city is the city.
    people
        ``(n,)`` persons, adding up exactly to those of each unit.
    shape
        ``(n,)`` polygons of the built-up area, off the water, disjoint.
    is_main
        ``(n,)`` exactly one for each unit: its offices, market and health station stand there.
    """

    xy: Floats
    unit: Int32s
    name: tuple[str, ...]
    kind: tuple[str, ...]
    people: Int64s
    shape: Geometries
    is_main: Bools


@dataclass(frozen=True)
class _Group:
    """The settlements of one unit."""

    xy: Floats
    names: list[str]
    kinds: list[str]
    people: Int64s
    shapes: Geometries


def make_villages(land: Land) -> Villages:
    """Settle the people of every commune.

    Parameters
    ----------
    land
        Communes with their outlines and waters.

    Returns
    -------
    Villages
        At least four settlements for each commune, of uneven size.
    """
    canals = shapely.union_all([water.shape for water in land.waters if water.kind == "canal"])
    wet = land.water.buffer(_RIVER_M, quad_segs=4).union(canals.buffer(_CANAL_M, quad_segs=2))
    seats = set(district_seats(land.units).values())
    groups = [
        _settle(unit, _dry(land.outlines[row], wet), is_seat=row in seats)
        for row, unit in enumerate(land.units)
    ]
    counts = [len(group.names) for group in groups]
    first = np.zeros(sum(counts), dtype=np.bool_)
    first[np.concatenate([[0], np.cumsum(counts)[:-1]])] = True
    return Villages(
        xy=np.concatenate([group.xy for group in groups]),
        unit=np.repeat(np.arange(len(groups), dtype=np.int32), counts),
        name=tuple(name for group in groups for name in group.names),
        kind=tuple(kind for group in groups for kind in group.kinds),
        people=np.concatenate([group.people for group in groups]),
        shape=np.concatenate([group.shapes for group in groups]),
        is_main=first,
    )


def _dry(outline: Polygon, wet: BaseGeometry) -> BaseGeometry:
    """Give the part of a commune where houses may stand."""
    return shapely.difference(shapely.buffer(outline, -_BORDER_M, quad_segs=2), wet)


def _settle(unit: Unit, room: BaseGeometry, *, is_seat: bool) -> _Group:
    random = np.random.Generator(np.random.PCG64([_SEED, int(unit.code)]))
    count = max(_FEWEST, round(unit.people / _PEOPLE_EACH[unit.unit_type]))
    places = _places(unit, room, count, random)
    # Sizes are skewed: the main village is the largest, the others fall off as a lognormal does.
    weight: Floats = np.exp(random.normal(0.0, 0.45, len(places)))
    weight[0] = weight.max() * 1.35
    people = spread(unit.people, weight)
    shapes = built_up(places, people.astype(np.float64) * _SITE_M2_EACH[unit.unit_type], room, random)
    names = village_names(len(places), unit.unit_type, random)
    kinds = ["village" if unit.unit_type == "commune" else "street_group"] * len(places)
    if unit.unit_type != "commune":
        names = [unit.name, *names[:-1]]
        if unit.unit_type == "township":
            kinds[0] = "town"
        elif is_seat and unit.district.startswith(CITY_PREFIX):
            names[0], kinds[0] = district_name(unit), "town"
    return _Group(_hearts(places, shapes), names, kinds, people, shapes)


def _places(unit: Unit, room: BaseGeometry, count: int, random: np.random.Generator) -> Floats:
    """Choose places far from one another, the first at the unit's own point."""
    narrower = room.buffer(-60.0)
    inner = room if narrower.is_empty else narrower
    first = shapely.get_coordinates(shapely.shortest_line(inner, shapely.Point(unit.xy)))[0]
    west, south, east, north = inner.bounds
    candidates = random.uniform((west, south), (east, north), (60 * count + 400, 2))
    candidates = candidates[shapely.contains_xy(inner, candidates[:, 0], candidates[:, 1])]
    chosen = [first]
    nearest = np.hypot(*(candidates - first).T)
    batch = max(8, len(candidates) // count)
    for _place in range(count - 1):
        # The farthest of a handful, not of all: villages keep apart without standing in rank and file.
        tried = random.choice(len(candidates), size=min(batch, 12, len(candidates)), replace=False)
        best = tried[int(np.argmax(nearest[tried]))]
        chosen.append(candidates[best])
        nearest = np.minimum(nearest, np.hypot(*(candidates - candidates[best]).T))
    return np.array(chosen)


def _hearts(places: Floats, shapes: Geometries) -> Floats:
    """Give the place where it lies well inside its shape, else a point that does."""
    core = shapely.buffer(shapes, -15.0)
    core = np.where(shapely.is_empty(core), shapes, core)
    inside = shapely.contains_xy(core, places[:, 0], places[:, 1])
    return np.where(inside[:, None], places, shapely.get_coordinates(shapely.point_on_surface(core)))
