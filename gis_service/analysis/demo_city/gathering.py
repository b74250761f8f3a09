"""Markets and parks of the demo city."""

import numpy as np
import shapely

from gis_service.analysis.demo_city.features import generator
from gis_service.analysis.demo_city.ground import (
    Ground,
    Place,
    Standing,
    apportion,
    blob,
    block,
    where,
)
from gis_service.analysis.demo_city.seats import TOWN_TYPES

_PEOPLE_PER_MARKET = 8_450
_PEOPLE_PER_PARK = 46_500
_CITY_PARK_M2, _AREA_PARK_M2 = 52_000.0, 11_000.0
_TRIES = 60
_FRONT = 1.6
"""Length of a market's front for each metre of its depth."""


def make_markets(ground: Ground) -> list[Standing]:
    """Give towns and the more populous communes markets; the great ones have an area, others a point."""
    people = np.array([unit.people for unit in ground.units], dtype=np.float64)
    total = round(float(people.sum()) / _PEOPLE_PER_MARKET)
    seats = set(ground.seats().values())
    in_town = np.array([unit.unit_type in TOWN_TYPES for unit in ground.units])
    # Half the weight of the second market: nearly every commune has one before the greatest have three.
    counts = apportion(np.sqrt(people) * np.where(in_town, 1.6, 1.0), total, at_least=0)
    draws = generator("markets")
    markets = []
    for row, count in enumerate(counts.tolist()):
        unit, villages = ground.units[row], ground.villages_of(row)
        for number in range(count):
            rank = 1 if row in seats and not number else 2 if in_town[row] and not number else 3
            village = villages[number % len(villages)]
            place = ground.take(village)
            name = f"Chợ {_called(ground, village, number)}"
            area = {1: 9_000.0, 2: 4_500.0, 3: 1_600.0}[rank] * draws.uniform(0.8, 1.3)
            values = {
                "role": "main",
                "capacity": int(area / 16),
                "market_class": rank,
                "daily": bool(rank < 3 or draws.random() < 0.45),  # noqa: PLR2004 (the third class)
                "site_area_m2": round(area),
            }
            shape = _market_shape(ground, place, area) if rank < 3 else None  # noqa: PLR2004
            code = f"cho_{unit.code}_{number + 1}"
            markets.append(Standing(code, name, place, values | where(ground, place), shape))
    return markets


def _called(ground: Ground, village: int, number: int) -> str:
    """Name a market after its commune, a further one after its village, which in a town has but a number."""
    unit = ground.units[int(ground.villages.unit[village])]
    if not number:
        return unit.name
    if unit.unit_type in TOWN_TYPES:
        return f"{unit.name} {number + 1}"
    return f"{ground.villages.name[village]}, {unit.name}"


def _market_shape(ground: Ground, place: Place, area_m2: float) -> shapely.Polygon | None:
    depth = float(np.sqrt(area_m2 / _FRONT))
    shape = block(place, depth * _FRONT, depth)
    if _in_the_way(ground, shape, place, []):
        return None
    ground.keep_free(shape)
    return shape


def make_parks(ground: Ground) -> list[Standing]:
    """Give the city its parks, every district one of some size, and wards and towns their gardens."""
    total = max(round(sum(unit.people for unit in ground.units) / _PEOPLE_PER_PARK), 1)
    seats = list(ground.seats().values())
    city = max(seats, key=lambda row: (ground.units[row].unit_type == "ward", ground.units[row].people))
    towns = sorted(
        (row for row, unit in enumerate(ground.units) if unit.unit_type in TOWN_TYPES),
        key=lambda row: (-ground.units[row].people, row),
    )
    wanted = [(city, "city_park", _CITY_PARK_M2)] + [(row, "area_park", _AREA_PARK_M2) for row in seats]
    draws = generator("parks")
    wanted += [
        (towns[number % len(towns)], "garden", float(draws.uniform(700, 4_500)))
        for number in range(max(total - len(wanted), 0))
    ]
    parks: list[Standing] = []
    for number, (row, kind, area) in enumerate(wanted[:total], 1):
        found = _room(ground, row, area, [park.shape for park in parks if park.shape is not None], number)
        if found is not None:
            place, shape = found
            title = "Vườn hoa" if kind == "garden" else "Công viên"
            same = sum(park.name.startswith(f"{title} {ground.units[row].name}") for park in parks)
            name = f"{title} {ground.units[row].name}" + (f" {same + 1}" if same else "")
            values = {"role": "main", "kind": kind, "site_area_m2": round(shapely.area(shape))}
            parks.append(
                Standing(
                    f"cv_{number:02d}",
                    name,
                    place,
                    values | where(ground, place),
                    shapely.MultiPolygon([shape]),
                )
            )
    return parks


def _room(
    ground: Ground, unit: int, area_m2: float, others: list[shapely.Geometry], number: int
) -> tuple[Place, shapely.Polygon] | None:
    """Find room in a unit: a great park at the edge of a village, a garden anywhere."""
    draws = generator(f"park {number}")
    villages = ground.villages_of(unit)
    reach = np.sqrt(area_m2 / np.pi)
    for attempt in range(_TRIES):
        village = villages[attempt % len(villages)]
        ring = shapely.get_coordinates(ground.villages.shape[village])
        near = ring[int(draws.integers(len(ring)))]
        if area_m2 < _AREA_PARK_M2:
            near = near + (ground.heart(village) - near) * draws.uniform(0.2, 0.8)
        place = ground.take(village, (float(near[0]), float(near[1])), "village_lane")
        centre = place.back(float(reach) - 4)
        shape = blob(centre, area_m2, f"park {number} {attempt}")
        if not _in_the_way(ground, shape, place, others):
            ground.keep_free(shape)
            return place, shape
    return None


def _in_the_way(ground: Ground, shape: shapely.Polygon, place: Place, others: list[shapely.Geometry]) -> bool:
    """Tell whether an area would lie on water, on what is built, or beyond its commune."""
    waters = [water.shape for water in ground.land.waters]
    barred = shapely.intersects(shape, np.array([*waters, *others], dtype=object))
    if np.any(barred) or ground.is_built_on(shape, place):
        return True
    return not shapely.contains(ground.land.outlines[place.unit], shape)
