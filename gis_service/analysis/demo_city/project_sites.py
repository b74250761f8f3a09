"""Where the sample projects stand: done ones at a service that is there, others where one is missed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from gis_service.analysis.demo_city.features import Features, generator, points_of
from gis_service.analysis.demo_city.ground import Ground, blob
from gis_service.analysis.demo_city.project_kinds import Kind
from gis_service.types import Floats

_EACH = 2
"""Projects in one commune of 2025, unless there are fewer communes than that asks for."""
_TRIES = 20
"""Places that are looked at for an area off the water."""
_STRETCH_M = 2_500.0
_UNFIT = (("ownership", "private"), ("kind", "garden"))
"""What the scheme does not build: private schools, and gardens too small for the cost of a park."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where a project stands.

    Parameters
    ----------
    shape
        Point, line or area in metres.
    name
        Name of the service or of the commune of 2024, as it stands in that of the project.
    commune
        Code of the commune of 2025.
    """

    shape: shapely.Geometry
    name: str
    commune: str


class Sites:
    """Gives sites away, few in any one commune.

    Parameters
    ----------
    ground
        Free places.
    facilities
        Services by layer.
    count
        Number of projects that need a site.
    """

    def __init__(self, ground: Ground, facilities: Mapping[str, Features], count: int) -> None:
        self._ground, self._facilities = ground, facilities
        self._successor = np.array([unit.successor for unit in ground.units])[ground.villages.unit]
        self._each = max(_EACH, -(-count // len(set(self._successor.tolist()))))
        self._given: Counter[str] = Counter()
        self._used: set[tuple[str, int]] = set()
        self._away: dict[str, Floats] = {}

    def _give(self, shape: shapely.Geometry, name: str, commune: str) -> Site:
        self._given[commune] += 1
        return Site(shape, name, commune)

    def _has_room(self, commune: str) -> bool:
        return self._given[commune] < self._each

    def branch(self, kind: Kind) -> Site | None:
        """Give the next former office: the first of `branch_rank` in a commune that has room."""
        offices = self._facilities["one_stop_office"]
        ranks = offices.columns["branch_rank"]
        units = {unit.code: unit.name for unit in self._ground.units}
        for row in sorted(
            (row for row, rank in enumerate(ranks) if rank is not None), key=lambda row: int(str(ranks[row]))
        ):
            commune = str(offices.columns["commune_code"][row])
            if ("office", row) not in self._used and self._has_room(commune):
                self._used.add(("office", row))
                code = str(offices.columns["code"][row]).removeprefix("o2024_")
                return self._give(offices.geometry[row], f"{kind.title} {units[code]}", commune)
        return None

    def standing(self, kind: Kind, draws: np.random.Generator) -> Site | None:
        """Give a service that is there: what has been built must be on the map; none when all are taken."""
        layer = str(kind.service)
        there = self._facilities[layer]
        for row in draws.permutation(len(there)).tolist():
            commune = str(there.columns["commune_code"][row])
            unfit = any(there.columns[name][row] == value for name, value in _UNFIT if name in there.columns)
            if unfit or (layer, row) in self._used or not self._has_room(commune):
                continue
            self._used.add((layer, row))
            shape = there.geometry[row]
            if kind.geometry == "point" and shape.area > 0:
                shape = points_of(shapely.get_coordinates(shapely.point_on_surface(shape)))[0]
            return self._give(shape, str(there.columns["name"][row]), commune)
        return None

    def missed(self, kind: Kind, name: str) -> Site:
        """Give a place where many people live far from the service, each new one counting for the next.

        Parameters
        ----------
        kind
            What is to be built.
        name
            Tells this project's chance from that of others.
        """
        village = self._missed(kind)
        unit = self._ground.units[int(self._ground.villages.unit[village])]
        return self._give(self._shape(kind, village, name), f"{kind.title} {unit.name}", unit.successor)

    def _missed(self, kind: Kind) -> int:
        villages = self._ground.villages
        away = self._away.get(kind.title)
        if away is None:
            away = self._distances(kind)
        room = np.array([self._has_room(code) for code in self._successor.tolist()])
        village = int(np.argmax(np.where(room, villages.people * away, -1.0)))
        here: Floats = np.hypot(*(villages.xy - villages.xy[village]).T)
        self._away[kind.title] = np.minimum(away, here)
        return village

    def _distances(self, kind: Kind) -> Floats:
        villages = self._ground.villages
        if kind.service not in self._facilities:
            return generator(kind.title).uniform(500, 1_500, len(villages.people))
        there = shapely.point_on_surface(self._facilities[str(kind.service)].geometry)
        return np.asarray(cKDTree(shapely.get_coordinates(there)).query(villages.xy)[0], dtype=np.float64)

    def _shape(self, kind: Kind, village: int, name: str) -> shapely.Geometry:
        if kind.geometry == "point":
            return shapely.Point(self._ground.somewhere(village, generator(name), 120).xy)
        if kind.geometry == "line":
            return _stretch(self._ground, village)
        return _area(self._ground, kind, village, name)


def _area(ground: Ground, kind: Kind, village: int, name: str) -> shapely.MultiPolygon:
    """Draw an area behind a road of the village, off the water; a park is smaller than other areas."""
    draws = generator(name)
    size = draws.uniform(8_000, 30_000) if kind.service == "park" else draws.uniform(20_000, 90_000)
    shape = shapely.Polygon()
    for attempt in range(_TRIES):
        place = ground.somewhere(village, draws, 150)
        shape = blob(place.back(float(np.sqrt(size / np.pi))), float(size), f"{name} {attempt}")
        if not shapely.intersects(ground.land.water, shape):
            break
    return shapely.MultiPolygon([shape])


def _stretch(ground: Ground, village: int) -> shapely.Geometry:
    """Give the great road nearest to a village, as far as it goes under its name within a few kilometres."""
    roads = ground.roads
    great = np.flatnonzero(np.isin(np.array(roads.road_class), ["provincial", "district", "national"]))
    heart = shapely.Point(ground.heart(village))
    nearest = int(great[shapely.STRtree(roads.lines[great]).nearest(heart)])
    names = np.array(roads.name)
    same = roads.lines[great[names[great] == names[nearest]]]
    within = same[shapely.dwithin(same, roads.lines[nearest], _STRETCH_M)]
    parts = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(within)))
    longest: shapely.Geometry = parts[int(np.argmax(shapely.length(parts)))]
    return longest
