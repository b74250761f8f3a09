"""The communes of 2024 of the demo city, brought from degrees to metres and to points of their own."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from gis_service.analysis.demo_city.unit_places import Moved, Place, Reason, place_units
from gis_service.analysis.demo_city.units import Unit
from gis_service.crs import DEMO_METRIC, STORAGE, transform
from gis_service.files.admin_units import AdminUnit
from gis_service.services.demo_facts import Facts, Notice
from gis_service.types import BBox

_CODES: dict[Reason, str] = {
    "coincides": "demo_points_coincide",
    "district": "demo_points_of_district",
    "street": "demo_points_of_street",
    "outside": "demo_points_outside",
}


def units_of(facts: Facts) -> tuple[list[Unit], list[Notice]]:
    """Give the communes of 2024 with their people, and tell whose point had to be moved.

    Parameters
    ----------
    facts
        What census and administrative lists say.

    Returns
    -------
    tuple
        The communes in the order of their codes, in EPSG:9209; one notice for each reason to move a point.
    """
    known = list(facts.units_2024.values())
    points, boxes = _points(known), _boxes(known)
    units = [
        Unit(
            code=unit.code,
            name=unit.name,
            full_name=unit.full_name,
            unit_type=unit.unit_type,
            district_code=unit.district_code,
            district=unit.district,
            successor=facts.parts_2024[unit.code][0].code_2025,
            people=sum(part.people for part in facts.parts_2024[unit.code]),
            xy=point,
            box=box,
        )
        for unit, point, box in zip(known, points, boxes, strict=True)
    ]
    later = list(facts.units_2025.values())
    successors = dict(zip((unit.code for unit in later), _points(later), strict=True))
    placed, moved = place_units(units, successors, facts.areas)
    return placed, list(_notices(moved))


def _points(units: Sequence[AdminUnit]) -> list[Place]:
    degrees = shapely.points([(unit.longitude, unit.latitude) for unit in units])
    metres = shapely.get_coordinates(transform(degrees, STORAGE, DEMO_METRIC))
    return [(float(x), float(y)) for x, y in metres]


def _boxes(units: Sequence[AdminUnit]) -> list[BBox | None]:
    """Bring boxes to metres by two corners; the system turns them by less than their accuracy."""
    with_box = [unit for unit in units if unit.box is not None]
    corners = np.array([unit.box for unit in with_box]).reshape(-1, 2)
    points = np.asarray(shapely.points(corners), dtype=object)
    metres = shapely.get_coordinates(transform(points, STORAGE, DEMO_METRIC))
    boxes: dict[str, BBox] = {
        unit.code: (float(row[0]), float(row[1]), float(row[2]), float(row[3]))
        for unit, row in zip(with_box, metres.reshape(-1, 4), strict=True)
    }
    return [boxes.get(unit.code) for unit in units]


def _notices(moved: Sequence[Moved]) -> Iterator[Notice]:
    by_reason: defaultdict[Reason, list[str]] = defaultdict(list)
    for one in moved:
        by_reason[one.reason].append(f"{one.unit.full_name} ({one.distance_m / 1000.0:.1f} km)")
    for reason, code in _CODES.items():
        if names := by_reason.get(reason):
            yield Notice(code, {"count": len(names), "names": ", ".join(names)})
