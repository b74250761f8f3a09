"""A small city of six communes on a grid: enough land, lanes and people for the laws of the demo city."""

from collections.abc import Sequence

import numpy as np
import shapely

from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.roads import CityRoads
from gis_service.analysis.demo_city.units import Unit
from gis_service.analysis.demo_city.villages import Villages
from gis_service.analysis.demo_city.waters import Water

SIDE_M = 3_000.0
PEOPLE = (9_317, 14_200, 5_001, 21_460, 3_333, 7_777)
_TYPES = ("ward", "commune", "commune", "township", "commune", "commune")
_WEST, _SOUTH = 590_000.0, 2_260_000.0
_HEARTS = ((800.0, 800.0), (2_200.0, 900.0), (1_500.0, 2_200.0))
_RADII = (420.0, 300.0, 260.0)


def units(people: Sequence[int] = PEOPLE) -> tuple[Unit, ...]:
    """Give six communes: two districts, three successors."""
    return tuple(
        Unit(
            code=f"{10_001 + at}",
            name=f"Giấy {at + 1}",
            full_name=f"{'Phường' if _TYPES[at] == 'ward' else 'Xã'} Giấy {at + 1}",
            unit_type=_TYPES[at],
            district_code=str(1 + at // 3),
            district="Thành phố Giấy" if at < 3 else "Huyện Mực",
            successor=f"{20_001 + at // 2}",
            people=persons,
            xy=_corner(at, 1_500, 1_500),
            box=None,
        )
        for at, persons in enumerate(people)
    )


def _corner(at: int, x: float, y: float) -> tuple[float, float]:
    return _WEST + SIDE_M * (at % 3) + x, _SOUTH + SIDE_M * (at // 3) + y


def land(people: Sequence[int] = PEOPLE) -> Land:
    """Give square communes with a river along the south and a lake in the first."""
    outlines = np.array([shapely.box(*_corner(at, 0, 0), *_corner(at, SIDE_M, SIDE_M)) for at in range(6)])
    river = shapely.box(_WEST, _SOUTH, _WEST + 3 * SIDE_M, _SOUTH + 150)
    lake = shapely.Point(_corner(0, 800, 960)).buffer(60)
    waters = (
        Water("w1", "Sông Mực", "river", shapely.MultiPolygon([river]), None),
        Water("w2", "Hồ Giấy", "lake", shapely.MultiPolygon([lake]), None),
    )
    water = shapely.union_all([river, lake])
    shapely.prepare(water)
    return Land(units(people), outlines, shapely.union_all(outlines), waters, water)


def villages(people: Sequence[int] = PEOPLE) -> Villages:
    """Give each commune three round villages; the first is the main one and has half of the people."""
    xy, unit, persons, shapes = [], [], [], []
    for at, total in enumerate(people):
        shares = (total - 2 * (total // 4), total // 4, total // 4)
        for (x, y), radius, share in zip(_HEARTS, _RADII, shares, strict=True):
            xy.append(_corner(at, x, y))
            unit.append(at)
            persons.append(share)
            shapes.append(shapely.Point(xy[-1]).buffer(radius))
    n = len(xy)
    return Villages(
        xy=np.array(xy),
        unit=np.array(unit, dtype=np.int32),
        name=tuple(f"Thôn {at + 1}" for at in range(n)),
        kind=("village",) * n,
        people=np.array(persons, dtype=np.int64),
        shape=np.array(shapes, dtype=object),
        is_main=np.arange(n) % 3 == 0,
    )


def roads() -> CityRoads:
    """Give two great roads through the main villages, district roads between them, and lanes every 70 m."""
    lines, classes, names = [], [], []

    def draw(x0: float, y0: float, x1: float, y1: float, road_class: str, name: str = "") -> None:
        lines.append(shapely.LineString([(x0, y0), (x1, y1)]))
        classes.append(road_class)
        names.append(name)

    east, north = _WEST + 3 * SIDE_M, _SOUTH + 2 * SIDE_M
    for row, road_class in enumerate(("national", "provincial")):
        y = _corner(3 * row, 0, 805)[1]
        draw(_WEST, y, east, y, road_class, f"Đường {row + 1}")
    for column in range(3):
        x = _corner(column, 805, 0)[0]
        draw(x, _SOUTH + 200, x, north, "district", f"ĐH.{column + 1}")
    for at in range(6):
        for (x, y), radius in zip(_HEARTS, _RADII, strict=True):
            cx, cy = _corner(at, x, y)
            for step in np.arange(-radius + 60, radius - 50, 70.0):
                half = float(np.sqrt(radius**2 - step**2)) - 4
                draw(cx - half, cy + step, cx + half, cy + step, "village_lane")
                draw(cx + step, cy - half, cx + step, cy + half, "alley")
    pieces = shapely.get_parts(shapely.node(shapely.multilinestrings(np.array(lines))))
    source = shapely.STRtree(lines).nearest(shapely.line_interpolate_point(pieces, 0.5, normalized=True))
    n = len(pieces)
    yes = np.ones(n, dtype=np.bool_)
    kinds = tuple(classes[at] for at in source.tolist())
    return CityRoads(
        lines=np.asarray(pieces, dtype=object),
        road_class=kinds,
        name=tuple(names[at] for at in source.tolist()),
        oneway=np.zeros(n, dtype=np.int8),
        level=np.zeros(n, dtype=np.int8),
        width_m=np.array([9.0 if name in {"national", "provincial"} else 3.0 for name in kinds]),
        paved=yes,
        on_foot=yes,
        on_wheels=yes,
        by_car=yes,
        is_bridge=~yes,
    )
