"""Laws of coverage: what must hold for every city, whatever its roads, people and units."""

from dataclasses import dataclass, replace

import numpy as np
import pyproj
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.analysis.demand import Demand
from gis_service.analysis.modes import mode
from gis_service.analysis.network import Roads, build_network
from gis_service.analysis.zones import Zones, sorted_zones, zone_of
from gis_service.services.coverage import (
    CoverageInputs,
    CoverageParameters,
    CoverageResult,
    Facilities,
    run_coverage,
)
from gis_service.types import Floats

METRIC = pyproj.CRS.from_epsg(32648)
SIDE = 4000
places = st.tuples(st.integers(0, SIDE), st.integers(0, SIDE))


@dataclass(frozen=True)
class City:
    homes: list[tuple[int, int]]
    people: list[int]
    facilities: list[tuple[int, int]]
    roads: list[tuple[tuple[int, int], tuple[int, int]]]
    units: tuple[int, ...] = (0, 1, 2)

    def inputs(self, moved: tuple[float, float] = (0.0, 0.0)) -> CoverageInputs:
        xy = np.array(self.homes, dtype=float).reshape(-1, 2) + moved
        people = np.array(self.people, dtype=np.int64)
        groups = {"all": people, "age_60": people // 3}
        demand = Demand(xy, groups, np.arange(len(xy), dtype=np.int32))
        zones = self.zones(moved)
        places_ = np.array(self.facilities, dtype=float).reshape(-1, 2) + moved
        ends = [np.array(road, dtype=float) + moved for road in self.roads]
        lines = np.array([shapely.LineString(pair) for pair in ends], dtype=object)
        return CoverageInputs(
            references={"city": "made up"},
            crs=METRIC,
            demand=demand,
            zones=zones,
            zone=zone_of(xy, zones, shapely.box(*moved, moved[0] + SIDE, moved[1] + 3500)),
            facilities=facilities_at(places_, zones),
            network=build_network(Roads.plain(lines)),
        )

    def zones(self, moved: tuple[float, float]) -> Zones:
        """Three units side by side; the upper part of the study area is in none."""
        x, y = moved
        boxes = [shapely.box(x + low, y, x + low + 1500, y + 3000) for low in (0, 1500, 3000)]
        ids, names = (["123"[unit] for unit in self.units], ["abc"[unit] for unit in self.units])
        return sorted_zones(ids, names, np.array([boxes[unit] for unit in self.units], dtype=object))


def facilities_at(xy: Floats, zones: Zones) -> Facilities:
    return Facilities(xy, np.arange(len(xy), dtype=np.int32), zone_of(xy, zones))


roads = st.tuples(places, places).filter(lambda pair: pair[0] != pair[1])
cities = st.integers(1, 25).flatmap(
    lambda n: st.builds(
        City,
        homes=st.lists(places, min_size=n, max_size=n),
        people=st.lists(st.integers(1, 90_000), min_size=n, max_size=n),
        facilities=st.lists(places, max_size=4),
        roads=st.lists(roads, min_size=1, max_size=6),
    )
)
ways = st.sampled_from(
    [
        CoverageParameters("school", "straight_radius", 900.0, groups=("age_60",)),
        CoverageParameters("school", "network_distance", 1500.0, mode("walk"), groups=("age_60",)),
        CoverageParameters("school", "network_time", 600.0, mode("walk"), direction="from_facility"),
        CoverageParameters("school", "network_time", 300.0, mode("motorbike"), catchment="own_unit"),
        CoverageParameters("school", "straight_radius", 1200.0, catchment="own_unit"),
    ]
)


def covered(result: CoverageResult) -> int:
    return result.coverage.totals["all"].covered


@settings(max_examples=60, deadline=None)
@given(cities, ways)
def test_everybody_is_covered_or_in_exactly_one_gap_place(city: City, asked: CoverageParameters) -> None:
    result = run_coverage(city.inputs(), asked)
    totals = result.coverage.totals["all"]
    assert totals.total == totals.covered + totals.uncovered
    assert totals.no_road + totals.no_path == totals.unreachable <= totals.uncovered
    assert totals.no_road >= 0
    assert totals.no_path >= 0
    assert sum(place.people for place in result.gaps) == totals.uncovered
    homes = np.concatenate([np.empty(0, np.int64), *[place.homes for place in result.gaps]])
    assert sorted(homes.tolist()) == np.flatnonzero(~result.covered).tolist()


@settings(max_examples=60, deadline=None)
@given(cities, ways)
def test_the_access_is_a_part_of_the_way(city: City, asked: CoverageParameters) -> None:
    field = run_coverage(city.inputs(), asked).field
    assert bool(np.all((field.access >= 0) & (field.access <= field.cost)))
    assert bool(np.all(field.access[field.facility < 0] == 0))


@settings(max_examples=60, deadline=None)
@given(cities, ways)
def test_no_gap_place_mixes_those_without_a_way_with_others(city: City, asked: CoverageParameters) -> None:
    result = run_coverage(city.inputs(), replace(asked, scattered_people=0))
    for place in result.gaps:
        if place.kind in {"network", "no_path"}:
            assert bool(np.all(result.reached[place.homes] == (place.kind == "network")))
        if place.kind == "roadless":
            assert bool(np.all(result.field.no_road[place.homes]))


@settings(max_examples=60, deadline=None)
@given(cities, ways)
def test_rows_add_up_to_the_totals_in_every_group(city: City, asked: CoverageParameters) -> None:
    document = run_coverage(city.inputs(), asked).document
    for figure in ("total", "covered", "uncovered", "unreachable"):
        rows = sum(round(row[figure] * 1000) for row in document["zones"])
        assert rows == round(document["totals"]["all"][figure] * 1000)
    for row in document["zones"]:
        assert round(row["covered"] * 1000) + round(row["uncovered"] * 1000) == round(row["total"] * 1000)


@settings(max_examples=40, deadline=None)
@given(cities, ways, places)
def test_one_facility_more_never_covers_fewer(
    city: City, asked: CoverageParameters, place: tuple[int, int]
) -> None:
    more = replace(city, facilities=[*city.facilities, place])
    before, after = run_coverage(city.inputs(), asked), run_coverage(more.inputs(), asked)
    assert bool(np.all(before.covered <= after.covered))
    assert bool(np.all(before.field.cost >= after.field.cost))


@settings(max_examples=40, deadline=None)
@given(cities, ways, st.floats(0, 3000))
def test_a_larger_limit_holds_everybody_of_a_smaller_one(
    city: City, asked: CoverageParameters, extra: float
) -> None:
    wider = replace(asked, limit=asked.limit + extra)
    narrow, wide = run_coverage(city.inputs(), asked), run_coverage(city.inputs(), wider)
    assert bool(np.all(narrow.covered <= wide.covered))


@settings(max_examples=40, deadline=None)
@given(cities, ways, st.randoms(use_true_random=False))
def test_the_order_of_people_changes_nothing(city: City, asked: CoverageParameters, shuffle: object) -> None:
    order = list(range(len(city.homes)))
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    turned = replace(city, homes=[city.homes[i] for i in order], people=[city.people[i] for i in order])
    one, other = run_coverage(city.inputs(), asked).document, run_coverage(turned.inputs(), asked).document
    for part in ("id", "totals", "zones", "gaps", "notices"):
        assert one[part] == other[part]


@settings(max_examples=40, deadline=None)
@given(cities, ways, st.randoms(use_true_random=False))
def test_the_order_of_facilities_and_units_changes_no_figure(
    city: City, asked: CoverageParameters, shuffle: object
) -> None:
    order, units = list(range(len(city.facilities))), [0, 1, 2]
    shuffle.shuffle(order)  # type: ignore[attr-defined]
    shuffle.shuffle(units)  # type: ignore[attr-defined]
    turned = replace(city, facilities=[city.facilities[i] for i in order], units=tuple(units))
    one, other = run_coverage(city.inputs(), asked).document, run_coverage(turned.inputs(), asked).document
    for part in ("totals", "zones"):
        assert one[part] == other[part]
    assert [gap["people"] for gap in one["gaps"]] == [gap["people"] for gap in other["gaps"]]


@settings(max_examples=40, deadline=None)
@given(cities, st.tuples(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6)))
def test_moving_everything_by_one_vector_changes_no_straight_figure(
    city: City, vector: tuple[int, int]
) -> None:
    asked = CoverageParameters("school", "straight_radius", 900.0)
    here = run_coverage(city.inputs(), asked).document
    there = run_coverage(city.inputs((float(vector[0]), float(vector[1]))), asked).document
    assert here["totals"] == there["totals"]
    assert here["zones"] == there["zones"]
    sizes = [sorted((gap["people"], gap["homes"]) for gap in document["gaps"]) for document in (here, there)]
    assert sizes[0] == sizes[1]


@settings(max_examples=40, deadline=None)
@given(cities)
def test_the_own_unit_never_reaches_more_than_any_unit(city: City) -> None:
    asked = CoverageParameters("school", "network_distance", 1500.0, mode("walk"))
    own = run_coverage(city.inputs(), replace(asked, catchment="own_unit"))
    free = run_coverage(city.inputs(), asked)
    assert bool(np.all(own.field.cost >= free.field.cost))
    units = facilities_at(np.array(city.facilities, dtype=float).reshape(-1, 2), city.zones((0.0, 0.0))).unit
    chosen = own.field.facility >= 0
    assert own.zone[chosen].tolist() == units[own.field.facility[chosen]].tolist()


@settings(max_examples=25, deadline=None)
@given(cities, ways)
def test_the_same_run_gives_the_equal_document(city: City, asked: CoverageParameters) -> None:
    assert run_coverage(city.inputs(), asked).document == run_coverage(city.inputs(), asked).document
