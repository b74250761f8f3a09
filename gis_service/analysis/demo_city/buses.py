"""Bus stops of the demo city, along its national and provincial roads."""

from collections.abc import Iterator

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis_service.analysis.demo_city.features import Features, generator, points_of, table
from gis_service.analysis.demo_city.ground import Ground
from gis_service.analysis.demo_city.safety import nearest_units
from gis_service.analysis.demo_city.units import Unit
from gis_service.types import Floats, Geometries

_PEOPLE_PER_STOP = 4_650
_APART_M = 280.0
_OFF_M = 7.0
_NEAR_VILLAGE_M = 500.0
"""Only stops this near to the heart of a village have a shelter."""
_SHELTER = 0.35
_LEAST_ROUTE_M = 3_000.0


def make_bus_stops(ground: Ground) -> Features:
    """Put stops along every named great road: each is a route, and where two meet a stop serves both.

    Returns
    -------
    Features
        Stops on one side of their road, at least 280 m apart; about one for each 4,650 people.
    """
    routes = list(_routes(ground))
    total = round(sum(unit.people for unit in ground.units) / _PEOPLE_PER_STOP)
    length = sum(shapely.length(line) for _name, lines in routes for line in lines)
    step = max(float(length) / max(total, 1), _APART_M)
    stops: list[Floats] = []
    served: list[list[str]] = []
    for number, (_name, lines) in enumerate(routes, 1):
        for xy in _along(lines, step):
            near = [at for at, other in enumerate(stops) if np.hypot(*(other - xy)) < _APART_M]
            if not near:
                stops.append(xy)
                served.append([f"{number:02d}"])
            elif f"{number:02d}" not in served[near[0]]:
                served[near[0]].append(f"{number:02d}")
    return _features(ground, np.array(stops).reshape(-1, 2), served)


def _routes(ground: Ground) -> Iterator[tuple[str, Geometries]]:
    """Give the lines of every national and provincial road, joined as far as they go, by name."""
    roads = ground.roads
    great = np.isin(np.array(roads.road_class), ["national", "provincial"])
    names = np.array(roads.name)
    inside = shapely.STRtree(roads.lines).query(ground.land.province, predicate="intersects")
    here = np.zeros(len(names), dtype=np.bool_)
    here[inside] = True
    for name in sorted(set(names[great & here].tolist()) - {""}):
        rows = great & here & (names == name)
        lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(roads.lines[rows])))
        if shapely.length(lines).sum() >= _LEAST_ROUTE_M:
            yield name, lines


def _along(lines: Geometries, step_m: float) -> Iterator[Floats]:
    """Give places along lines, beside them on the right."""
    for line in lines:
        count = int(shapely.length(line) // step_m)
        at = (np.arange(count) + 0.5) * (shapely.length(line) / max(count, 1))
        here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
        there = shapely.get_coordinates(shapely.line_interpolate_point(line, at + 2.0))
        ahead = there - here
        ahead /= np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
        yield from here + _OFF_M * np.column_stack([ahead[:, 1], -ahead[:, 0]])


def _called(ground: Ground, village: int, commune: Unit) -> str:
    """Name a stop after village and commune, in the middle of a town after the town alone."""
    name = ground.villages.name[village]
    if name == commune.name or ground.villages.kind[village] == "town":
        return commune.name
    return f"{name}, {commune.name}"


def _features(ground: Ground, xy: Floats, served: list[list[str]]) -> Features:
    nearest = cKDTree(ground.villages.xy).query(xy)
    away, village = np.atleast_1d(nearest[0]), np.atleast_1d(nearest[1])
    draws = generator("bus stops")
    shelter = draws.random(len(xy)) < _SHELTER
    unit = nearest_units(ground, xy)
    seen: dict[str, int] = {}
    rows = []
    for at in range(len(xy)):
        commune = ground.units[unit[at]]
        where = _called(ground, int(village[at]), commune)
        seen[where] = seen.get(where, 0) + 1
        title = f"Điểm dừng {where}" + (f" ({seen[where]})" if seen[where] > 1 else "")
        code = f"xb_{at + 1:04d}"
        covered = bool(shelter[at] and away[at] < _NEAR_VILLAGE_M)
        rows.append((code, title, "main", ", ".join(served[at]), covered, commune.successor))
    columns = table(("code", "name", "role", "routes", "shelter", "commune_code"), rows)
    return Features(points_of(xy), columns)
