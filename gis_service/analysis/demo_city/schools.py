"""Kindergartens and schools of the demo city, sized to the children of their communes."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.demo_city.features import generator
from gis_service.analysis.demo_city.ground import Ground, Place, Standing, apportion, where
from gis_service.analysis.demo_city.seats import TOWN_TYPES

_TOWN_AREA = 9.0
"""Site area for each pupil in wards and townships, m2."""
_VILLAGE_AREA = 15.0
"""The same in communes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of school.

    Parameters
    ----------
    layer, prefix, title
        Layer, prefix of its codes, what its names begin with.
    group
        Ages that it is for.
    people_per_school
        Persons of all ages for each; at least one stands in every commune when ``everywhere``.
    class_size
        Pupils in a class.
    private
        Share of private ones among the further ones of a commune.
    """

    layer: str
    prefix: str
    title: str
    group: str
    people_per_school: float
    class_size: int
    everywhere: bool = True
    private: float = 0.0


KINDS = (
    Kind("kindergarten", "mn", "Trường Mầm non", "age_3_5", 6_200, 27, private=0.6),
    Kind("school_primary", "th", "Trường Tiểu học", "age_6_10", 6_650, 32),
    Kind("school_lower_secondary", "thcs", "Trường THCS", "age_11_14", 7_150, 38),
    Kind("school_upper_secondary", "thpt", "Trường THPT", "age_15_17", 46_500, 42, everywhere=False),
)


def make_schools(ground: Ground, kind: Kind) -> list[Standing]:
    """Give communes their schools of one kind, by the children in them."""
    total = round(sum(unit.people for unit in ground.units) / kind.people_per_school)
    children = ground.children(kind.group)
    if not kind.everywhere:
        return _for_districts(ground, kind, total)
    draws = generator(kind.layer)
    schools = []
    for row, count in enumerate(apportion(children, total).tolist()):
        unit = ground.units[row]
        for number in range(count):
            villages = ground.villages_of(row)
            # The first stands in the main village, further ones in the next.
            place = ground.somewhere(villages[number % len(villages)], draws)
            name = f"{kind.title} {unit.name}" + (f" {number + 1}" if count > 1 else "")
            code = f"{kind.prefix}_{unit.code}_{number + 1}"
            wanted = children[row] / count * draws.uniform(0.9, 1.15)
            private = number > 0 and draws.random() < kind.private
            schools.append(_school(ground, kind, (code, name), place, wanted, private=private))
    return schools


def _for_districts(ground: Ground, kind: Kind, total: int) -> list[Standing]:
    """Place schools of whole districts: at the seat first, then in its other towns and greatest communes."""
    draws = generator(kind.layer)
    children = ground.children(kind.group)
    districts = sorted({unit.district_code for unit in ground.units})
    seats = ground.seats()
    rows_of = {
        code: sorted(
            (row for row, unit in enumerate(ground.units) if unit.district_code == code),
            key=lambda row: (
                row != seats[ground.units[row].district_code],
                ground.units[row].unit_type not in TOWN_TYPES,
                -ground.units[row].people,
                row,
            ),
        )
        for code in districts
    }
    weights = children.astype(float)
    sums = [sum(weights[row] for row in rows_of[code]) for code in districts]
    counts = apportion(np.array(sums), total)
    schools = []
    for code, count, pupils in zip(districts, counts.tolist(), sums, strict=True):
        for number in range(count):
            row = rows_of[code][number % len(rows_of[code])]
            place = ground.somewhere(ground.villages_of(row)[0], draws, 400)
            name = f"{kind.title} {ground.units[row].name}"
            wanted = pupils / count * draws.uniform(0.85, 1.1)
            schools.append(
                _school(ground, kind, (f"{kind.prefix}_{code}_{number + 1:02d}", name), place, wanted)
            )
    return schools


def _school(
    ground: Ground,
    kind: Kind,
    called: tuple[str, str],
    place: Place,
    wanted: float,
    *,
    private: bool = False,
) -> Standing:
    capacity = max(int(round(wanted / 5) * 5), 20)
    in_town = ground.units[place.unit].unit_type in TOWN_TYPES
    values: dict[str, object] = {
        "role": "main",
        "capacity": capacity,
        "classes": -(-capacity // kind.class_size),
        "ownership": "private" if private else "public",
        "site_area_m2": float(capacity * (_TOWN_AREA if in_town else _VILLAGE_AREA)),
    }
    return Standing(*called, place, values | where(ground, place))
