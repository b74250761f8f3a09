"""Protected areas of the demo city: wetlands at the river mouths, mangrove, dike corridors, two monuments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import shapely
from shapely import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.coast import coast_of
from gis_service.analysis.demo_city.land import Land
from gis_service.analysis.demo_city.land_use import Patch
from gis_service.analysis.demo_city.polygons import as_multi, polygonal

_LEAST_M2 = 1_000.0
_DIKE_M = 90.0
"""From the bank of the river to the foot of its dike."""
_CORRIDOR_M = 45.0
_RESERVES = {
    "Thái Thụy": "Khu bảo tồn đất ngập nước Thái Thụy",
    "Tiền Hải": "Khu bảo tồn thiên nhiên Tiền Hải",
}
_WETLAND_M = (2_600.0, 700.0)
"""How far a wetland reserve reaches from the coast towards the sea and into the land."""
_MONUMENTS = {
    ("Duy Nhất", "Vũ Thư"): "Khu di tích chùa Keo",
    ("Tiến Đức", "Hưng Hà"): "Khu di tích đền Trần",
}
_MONUMENT_M = 260.0


@dataclass(frozen=True, slots=True)
class ProtectedArea:
    """An area with limits on building.

    Parameters
    ----------
    code, name, kind
        ``pr01``, its name, a value of the layer ``protected_area``.
    shape
        EPSG:9209.
    """

    code: str
    name: str
    kind: str
    shape: MultiPolygon


def make_protected_areas(land: Land, patches: Sequence[Patch]) -> tuple[ProtectedArea, ...]:
    """Give the protected areas.

    Parameters
    ----------
    land
        Communes and waters.
    patches
        Use of land; its coastal forest is protective forest.
    """
    found = [*_reserves(land), *_forest(patches), *_corridors(land), *_monuments(land)]
    kept = [(name, kind, polygonal(shape, _LEAST_M2)) for name, kind, shape in found]
    return tuple(
        ProtectedArea(f"pr{number:02d}", name, kind, as_multi(shape))
        for number, (name, kind, shape) in enumerate((row for row in kept if not row[2].is_empty), start=1)
    )


def _reserves(land: Land) -> Iterator[tuple[str, str, BaseGeometry]]:
    coast = coast_of(land)
    sea = shapely.union_all([water.shape for water in land.waters if water.kind == "sea"])
    for district, name in _RESERVES.items():
        rows = [row for row, unit in enumerate(land.units) if unit.district.endswith(district)]
        home = shapely.union_all(land.outlines[rows])
        own = coast.intersection(home.buffer(1.0))
        # The reserve lies at the river's mouth, the southern third of the district's coast.
        west, south, east, north = own.bounds
        mouth = own.intersection(shapely.box(west, south, east, south + (north - south) / 3.0))
        outer, inner = _WETLAND_M
        wet = mouth.buffer(outer).intersection(sea).union(mouth.buffer(inner).intersection(home))
        yield name, "reserve", wet


def _forest(patches: Sequence[Patch]) -> Iterator[tuple[str, str, BaseGeometry]]:
    forest = shapely.union_all([patch.shape for patch in patches if patch.use == "forest"])
    yield "Rừng ngập mặn phòng hộ ven biển", "protective_forest", forest


def _corridors(land: Land) -> Iterator[tuple[str, str, BaseGeometry]]:
    for water in land.waters:
        if water.kind == "river":
            foot = water.shape.buffer(_DIKE_M, quad_segs=4)
            corridor = foot.buffer(_CORRIDOR_M, quad_segs=4).difference(foot).difference(land.water)
            name = f"Hành lang bảo vệ đê {water.name[0].lower()}{water.name[1:]}"
            yield name, "dyke_corridor", corridor.intersection(land.province)


def _monuments(land: Land) -> Iterator[tuple[str, str, BaseGeometry]]:
    for unit in land.units:
        for (commune, district), name in _MONUMENTS.items():
            if unit.name == commune and unit.district.endswith(district):
                yield name, "heritage", Point(unit.xy).buffer(_MONUMENT_M)
