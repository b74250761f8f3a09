import numpy as np
import pytest
import shapely

from gis_service.analysis import dasymetric
from gis_service.analysis.buildings import Buildings, weigh_buildings
from gis_service.analysis.dasymetric import (
    FallBack,
    Ground,
    PeopleOfZones,
    Pieces,
    Spread,
    demand_by_raster,
    demand_in_buildings,
    people_of_zones,
)
from gis_service.analysis.lattice import Lattice
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.types import Geometries

WEST, EAST = shapely.box(0, 0, 300, 300), shapely.box(300, 0, 600, 300)


def shapes(*geometries: shapely.Geometry | None) -> Geometries:
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result


def homes(*corners: tuple[float, float], storeys: float = 1.0, name: str = "") -> Buildings:
    footprints = shapes(*(shapely.box(x, y, x + 10, y + 10) for x, y in corners))
    n = len(corners)
    return weigh_buildings(footprints, np.full(n, storeys), np.full(n, np.nan), [name] * n)


def known(*people: float, polygons: tuple[shapely.Geometry, ...] = (WEST, EAST)) -> PeopleOfZones:
    codes = [str(row) for row in range(len(polygons))]
    return people_of_zones(shapes(*polygons), {"all": np.array(people)}, codes)


def totals(spread: Spread, rows: int, group: str = "all") -> list[int]:
    sums = np.zeros(rows, dtype=np.int64)
    np.add.at(sums, spread.demand.source, spread.demand.people[group])
    return [int(one) for one in sums]


def test_people_live_in_buildings_by_floor_area() -> None:
    low, high = homes((0, 0), (50, 50)), homes((100, 100), storeys=4)
    both = Buildings(np.vstack([low.xy, high.xy]), np.append(low.weight, high.weight), {})
    found = demand_in_buildings(known(6, polygons=(WEST,)), both)
    assert found.demand.xy.tolist() == [[5, 5], [55, 55], [105, 105]]
    assert found.demand.people["all"].tolist() == [1000, 1000, 4000]
    assert found.fall_backs == ()


def test_a_remainder_goes_to_the_western_then_the_southern_building() -> None:
    found = demand_in_buildings(known(0.004, polygons=(WEST,)), homes((90, 0), (0, 40), (0, 20)))
    assert found.demand.xy.tolist() == [[5, 25], [5, 45], [95, 5]]
    assert found.demand.people["all"].tolist() == [2, 1, 1]


def test_every_group_of_a_zone_keeps_its_total() -> None:
    groups = {"all": np.array([10.001, 7.0]), "age_3_5": np.array([1.234, 0.0])}
    people = people_of_zones(shapes(WEST, EAST), groups, ["a", "b"])
    found = demand_in_buildings(people, homes((0, 0), (20, 0), (40, 0), (400, 0)))
    assert totals(found, 2) == [10_001, 7000]
    assert totals(found, 2, "age_3_5") == [1234, 0]


def test_a_building_on_a_border_belongs_to_the_lower_code() -> None:
    found = demand_in_buildings(known(5, 9), homes((295, 100), (400, 0)))  # the first one's place is x = 300
    assert found.demand.source.tolist() == [0, 1]
    turned = people_of_zones(shapes(WEST, EAST), {"all": np.array([5.0, 9.0])}, ["2", "1"])
    assert demand_in_buildings(turned, homes((295, 100), (10, 0))).demand.source.tolist() == [1, 0]


def test_factories_hold_nobody_and_a_zone_of_them_falls_back() -> None:
    found = demand_in_buildings(known(5, polygons=(WEST,)), homes((0, 0), name="industrial"))
    assert found.fall_backs == (FallBack("area", ("0",), 5000),)
    assert len(found.demand.xy) == 36
    assert found.demand.step_m == 50


def test_a_zone_without_a_building_lives_on_its_residential_land_once() -> None:
    twice = shapes(shapely.box(400, 0, 500, 300), shapely.box(400, 0, 500, 300))
    found = demand_in_buildings(known(5, 12), homes((0, 0)), Ground(residential=twice))
    assert found.fall_backs == (FallBack("land_use", ("1",), 12_000),)
    east = found.demand.xy[found.demand.source == 1]
    assert len(east) == 12
    assert sorted(set(east[:, 0].tolist())) == [425, 475]
    assert totals(found, 2) == [5000, 12_000]


def test_land_that_only_touches_a_zone_is_none_of_it() -> None:
    beside = Ground(residential=shapes(shapely.box(600, 0, 900, 300)))
    found = demand_in_buildings(known(5, 12), homes((0, 0)), beside)
    assert found.fall_backs == (FallBack("area", ("1",), 12_000),)


def test_the_fall_back_stays_out_of_the_river() -> None:
    river = Ground(barriers=shapes(shapely.box(0, 0, 300, 250)))
    found = demand_in_buildings(known(6, polygons=(WEST,)), homes((900, 900)), river)
    assert sorted(set(found.demand.xy[:, 1].tolist())) == [275]


def test_zones_that_overlap_or_have_holes_lose_and_double_nobody() -> None:
    holed = shapely.box(0, 0, 600, 600) - shapely.box(100, 100, 500, 500)
    inner = shapely.box(50, 50, 550, 550)
    people = known(10, 20, 30, polygons=(holed, inner, inner))
    found = demand_in_buildings(people, homes((20, 20), (60, 60), (300, 300)))
    # The first zone holds two of the buildings, the second the one in the hole; the third lives all over it.
    assert totals(found, 3) == [10_000, 20_000, 30_000]
    assert [one.zones for one in found.fall_backs] == [("2",)]


def test_nobody_needs_no_place_but_people_do() -> None:
    found = demand_in_buildings(known(5, 0, polygons=(WEST, shapely.Polygon())), homes((0, 0)))
    assert totals(found, 2) == [5000, 0]
    with pytest.raises(RefusedInput) as refused:
        known(5, 1, polygons=(WEST, shapely.Polygon()))
    assert (refused.value.code, refused.value.params["row"]) == (ErrorCode.DEMAND_PLACE_MISSING, 2)


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_bad_people_of_a_zone_are_refused(bad: float) -> None:
    with pytest.raises(RefusedInput) as refused:
        known(5, bad)
    assert refused.value.code == ErrorCode.PEOPLE_INVALID


def test_zones_without_the_group_of_all_are_refused() -> None:
    with pytest.raises(WrongUse):
        people_of_zones(shapes(WEST), {"age_60": np.ones(1)}, ["1"])


def pieces(
    *boxes: tuple[float, float, float, float], zone: tuple[int, ...], value: tuple[float, ...]
) -> Pieces:
    areas = shapes(*(shapely.box(*one) for one in boxes))
    return Pieces(np.array(zone, np.int64), np.array(value, float), lambda rows: areas[rows])


def test_a_raster_of_weights_shares_out_the_total_of_a_zone() -> None:
    parts = pieces((0, 0, 50, 50), (50, 0, 100, 50), (300, 0, 350, 50), zone=(0, 0, 1), value=(0.5, 1.5, 0.1))
    found = demand_by_raster(known(4, 9), parts)
    assert found.demand.people["all"].tolist() == [1000, 3000, 9000]
    assert found.demand.source.tolist() == [0, 0, 1]


def test_people_of_a_large_cell_stand_on_its_lattice_and_no_weight_falls_back() -> None:
    found = demand_by_raster(known(4, 9), pieces((0, 0, 150, 100), zone=(0,), value=(2.0,)))
    assert found.demand.xy[found.demand.source == 0].tolist() == [
        [25, 25], [25, 75], [75, 25], [75, 75], [125, 25], [125, 75],
    ]  # fmt: skip
    assert found.fall_backs == (FallBack("area", ("1",), 9000),)
    assert totals(found, 2) == [4000, 9000]


@pytest.mark.parametrize("at_once", [1, 2])
def test_some_parts_of_cells_at_a_time_are_the_places_of_all(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    boxes = [(0, 0, 150, 100), (150, 0, 190, 40), (0, 100, 120, 220), (300, 0, 450, 80), (90, 90, 90, 90)]
    parts = pieces(*boxes, zone=(0, 0, 0, 1, 1), value=(2.0, 0.5, 1.25, 3.0, 9.0))
    whole = demand_by_raster(known(4, 9), parts).demand
    monkeypatch.setattr(dasymetric, "_AT_ONCE", at_once)
    found = demand_by_raster(known(4, 9), parts).demand
    assert np.array_equal(found.xy, whole.xy)
    assert np.array_equal(found.people["all"], whole.people["all"])
    # A part without an area takes nobody.
    assert [found.people["all"][found.source == zone].sum() for zone in (0, 1)] == [4000, 9000]


def test_weights_of_more_places_than_may_be_made_are_refused_before_any_is() -> None:
    parts = pieces((0, 0, 150, 100), (0, 100, 150, 200), zone=(0, 0), value=(2.0, 1.0))
    assert len(demand_by_raster(known(4, 0), parts, Ground(lattice=Lattice(most=12))).demand.xy) == 12
    with pytest.raises(RefusedInput) as refused:
        demand_by_raster(known(4, 0), parts, Ground(lattice=Lattice(most=11)))
    assert (refused.value.code, refused.value.params["places"]) == (ErrorCode.PLACES_TOO_MANY, 12)
