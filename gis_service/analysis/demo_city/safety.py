"""Fire stations and public cameras of the demo city."""

import numpy as np
import shapely

from gis_service.analysis.demo_city.features import Features, generator, points_of, table
from gis_service.analysis.demo_city.ground import Ground, Standing, lower_first, where
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.types import Floats, Int64s

_CITY_STATIONS = 2
_PEOPLE_PER_CAMERA = 3_700
_CAMERAS_APART_M = 60.0
_CROSSING = 3
"""Roads that meet where a camera is worth its while."""
_CAMERA_OFF_M = 6.0


def make_fire_stations(ground: Ground) -> list[Standing]:
    """Give every district a fire station at its seat, by a great road, and the city a second one."""
    stations = []
    for district, seat in ground.seats().items():
        unit = ground.units[seat]
        in_city = unit.unit_type == "ward"
        villages = [
            village
            for row, other in enumerate(ground.units)
            if other.district_code == district and (row == seat or (in_city and other.unit_type == "ward"))
            for village in ground.villages_of(row)[:1]
        ]
        villages.sort(key=lambda village: ground.villages.unit[village] != seat)
        for number, village in enumerate(villages[:: max(len(villages) - 1, 1)][:_CITY_STATIONS], 1):
            place = ground.take(village, smallest="district")
            name = f"Đội Cảnh sát chữa cháy {lower_first(unit.district)}"
            values = {
                "role": "main" if number == 1 else "branch",
                "capacity": 7 if in_city else 3,
                "site_area_m2": 4_000.0 if in_city else 2_400.0,
            }
            title = name if number == 1 else f"{name}, điểm số {number}"
            stations.append(
                Standing(f"pccc_{district}_{number}", title, place, values | where(ground, place))
            )
    return stations


def make_cameras(ground: Ground) -> Features:
    """Put cameras at the greatest crossings, no two of them near each other."""
    total = round(sum(unit.people for unit in ground.units) / _PEOPLE_PER_CAMERA)
    xy, road = _crossings(ground)
    kept: list[int] = []
    for row in range(len(xy)):
        if len(kept) == total:
            break
        if kept and np.min(np.hypot(*(xy[kept] - xy[row]).T)) < _CAMERAS_APART_M:
            continue
        kept.append(row)
    return _camera_features(ground, xy[kept], road[kept])


def _crossings(ground: Ground) -> tuple[Floats, Int64s]:
    """Give places where roads of commune class and greater meet, the greatest and busiest first."""
    rank = np.array([ROAD_CLASSES.index(name) for name in ground.roads.road_class])
    rows = np.flatnonzero(rank <= ROAD_CLASSES.index("commune"))
    ends = np.concatenate(
        [shapely.get_coordinates(shapely.get_point(ground.roads.lines[rows], at)) for at in (0, -1)]
    )
    line = np.tile(rows, 2)
    places, place, count = np.unique(np.round(ends, 2), axis=0, return_inverse=True, return_counts=True)
    weight = np.bincount(place.ravel(), weights=0.5 ** rank[line], minlength=len(places))
    first = np.full(len(places), len(ground.roads.lines))
    np.minimum.at(first, place.ravel(), line)
    fine = np.flatnonzero(count >= _CROSSING)
    near = shapely.STRtree(ground.villages.shape)
    built = np.unique(near.query(shapely.points(places[fine]), predicate="dwithin", distance=150.0)[0])
    fine = fine[built]
    order = fine[np.lexsort([fine, -weight[fine]])]
    return places[order], first[order]


def _camera_features(ground: Ground, xy: Floats, road: Int64s) -> Features:
    draws = generator("cameras")
    purposes = draws.choice(["traffic", "security", "environment"], len(xy), p=[0.62, 0.3, 0.08])
    views = np.round(draws.uniform(0, 360, len(xy)))
    angle = draws.uniform(0, 2 * np.pi, len(xy))
    stands = xy + _CAMERA_OFF_M * np.column_stack([np.cos(angle), np.sin(angle)])
    unit = nearest_units(ground, stands)
    names = ground.roads.name
    rows = [
        (
            f"cam_{at + 1:04d}",
            f"Camera {names[road[at]] or 'giao lộ'}, {ground.units[unit[at]].name}",
            str(purposes[at]),
            float(views[at]),
            ground.units[unit[at]].successor,
        )
        for at in range(len(xy))
    ]
    columns = table(("code", "name", "purpose", "direction_deg", "commune_code"), rows)
    return Features(points_of(stands), columns)


def nearest_units(ground: Ground, xy: Floats) -> Int64s:
    """Give the unit that holds each place, or the nearest one."""
    found = shapely.STRtree(ground.land.outlines).query_nearest(
        shapely.points(xy), all_matches=False, return_distance=False
    )
    units: Int64s = found[1][np.argsort(found[0], kind="stable")].astype(np.int64)
    return units
