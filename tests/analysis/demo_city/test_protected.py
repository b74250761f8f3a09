from collections import Counter

import shapely

from gis_service.analysis.demo_city.protected import ProtectedArea, make_protected_areas
from tests.analysis.demo_city.delta import land, patches


def areas(kind: str) -> list[ProtectedArea]:
    return [area for area in make_protected_areas(land(), patches()) if area.kind == kind]


def test_each_kind_is_there() -> None:
    found = make_protected_areas(land(), patches())
    kinds = Counter(area.kind for area in found)
    assert kinds == {"reserve": 2, "protective_forest": 1, "dyke_corridor": 4, "heritage": 2}
    assert len({area.code for area in found}) == len(found)
    assert all(area.shape.is_valid for area in found)


def test_the_reserves_lie_at_the_river_mouths_half_in_the_sea() -> None:
    sea = next(water.shape for water in land().waters if water.kind == "sea")
    mouths = [
        water.centre.intersection(land().province.buffer(50.0))
        for water in land().waters
        if water.name in {"Sông Hồng", "Sông Trà Lý"} and water.centre is not None
    ]
    for reserve in areas("reserve"):
        assert reserve.shape.intersection(sea).area > 0.3 * reserve.shape.area
        assert min(reserve.shape.distance(mouth) for mouth in mouths) < 1_000.0


def test_the_corridors_of_the_dikes_follow_the_rivers_on_dry_land() -> None:
    for corridor in areas("dyke_corridor"):
        assert corridor.shape.intersection(land().water).area < 1.0
        assert shapely.hausdorff_distance(corridor.shape, corridor.shape.buffer(-1.0)) < 200.0
        assert corridor.shape.distance(land().water) < 100.0
