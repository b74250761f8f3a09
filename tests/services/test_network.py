from dataclasses import replace

import numpy as np
import pyproj
import pytest
import shapely

from gis_service.db.layer_rows import LayerRows
from gis_service.errors import GisError
from gis_service.files.road_tables import FerryTable, GateTable, RoadTable
from gis_service.services.network import FerryRules, ferries_of, metric_crs, roads_of, stops_of
from gis_service.services.study_roads import roads_from
from gis_service.types import LayerId

METRIC, DEGREES = pyproj.CRS.from_epsg(9209), pyproj.CRS.from_epsg(4326)
LINE = shapely.LineString([(106.3, 20.4), (106.31, 20.4)])


def road_table(crs: pyproj.CRS, *classes: str) -> RoadTable:
    n = len(classes)
    yes = np.ones(n, dtype=np.bool_)
    return RoadTable(
        crs=crs,
        lines=np.array([LINE] * n, dtype=object),
        road_class=list(classes),
        oneway=np.zeros(n, dtype=np.int8),
        level=np.zeros(n, dtype=np.int8),
        width_m=np.full(n, np.nan),
        paved=yes,
        on_foot=yes,
        on_wheels=yes,
        by_car=yes,
        unknown={},
        unknown_oneway={},
    )


def ferry_table(**minutes: float) -> FerryTable:
    known = {"headway_min": np.nan, "wait_min": np.nan, "from_hour": np.nan, "to_hour": np.nan, **minutes}
    headway, wait, first, last = (np.array([value]) for value in known.values())
    return FerryTable(METRIC, np.array([LINE], dtype=object), headway, wait, first, last)


def test_the_system_asked_for_comes_first() -> None:
    assert metric_crs(METRIC, road_table(DEGREES, "alley")) == METRIC


def test_else_the_roads_own_metric_system() -> None:
    assert metric_crs(None, road_table(METRIC, "alley")) == METRIC


def test_else_the_utm_zone_of_their_centre() -> None:
    assert metric_crs(None, road_table(DEGREES, "alley")).to_epsg() == 32648


def test_degrees_are_no_system_to_measure_in() -> None:
    with pytest.raises(GisError) as refusal:
        metric_crs(DEGREES, road_table(METRIC, "alley"))
    assert refusal.value.code == "crs_not_metric"


def test_an_unknown_class_counts_as_village_lane() -> None:
    assert roads_of(road_table(METRIC, "expressway", "alley", ""), METRIC).road_class.tolist() == [0, 6, 5]


def test_lines_come_in_the_metric_system() -> None:
    roads = roads_of(road_table(DEGREES, "alley"), METRIC)
    assert shapely.length(roads.lines)[0] == pytest.approx(1043, abs=2)


WAITS = [({}, 10.0), ({"headway_min": 30.0}, 15.0), ({"headway_min": 30.0, "wait_min": 4.0}, 4.0)]


@pytest.mark.parametrize(("told", "minutes"), WAITS)
def test_the_wait_is_told_or_half_the_headway_or_ten_minutes(told: dict[str, float], minutes: float) -> None:
    ferries = ferries_of([ferry_table(**told)], METRIC, hour=10)
    assert ferries is not None
    assert ferries.wait_ms.tolist() == [minutes * 60_000]
    assert ferries.told is not None
    assert ferries.told.tolist() == [bool(told)]


HOURS = [
    ({}, 4.99, False), ({}, 5.0, True), ({}, 20.99, True), ({}, 21.0, False),
    ({"from_hour": 22.0, "to_hour": 4.0}, 23.0, True), ({"from_hour": 22.0, "to_hour": 4.0}, 12.0, False),
    ({"from_hour": 22.0, "to_hour": 4.0}, 3.0, True), ({"to_hour": 23.0}, 22.0, True),
]  # fmt: skip


@pytest.mark.parametrize(("told", "hour", "runs"), HOURS)
def test_a_ferry_runs_in_its_hours(told: dict[str, float], hour: float, runs: bool) -> None:  # noqa: FBT001  a table
    assert (ferries_of([ferry_table(**told)], METRIC, hour) is not None) is runs


def test_other_rules_hold_for_ferries_that_tell_nothing() -> None:
    rules = FerryRules(wait_min=5.0, hours=(6.0, 18.0))
    ferries = ferries_of([ferry_table()], METRIC, 6.0, rules)
    assert ferries is not None
    assert ferries.wait_ms.tolist() == [300_000]
    assert ferries_of([ferry_table()], METRIC, 5.5, rules) is None


def test_no_ferry_is_no_ferry() -> None:
    assert ferries_of([], METRIC, hour=10) is None


def test_a_ferry_that_takes_no_cars_is_there_for_everybody_else() -> None:
    table = replace(ferry_table(), takes_cars=np.array([False]))
    assert ferries_of([table], METRIC, 10) is not None
    assert ferries_of([table], METRIC, 10, by_car=True) is None


def test_a_layer_may_tell_the_one_ways_of_each_mode() -> None:
    lines = np.array([LINE] * 3, dtype=object)
    columns: dict[str, list[object]] = {"oneway": [1, 1, None], "oneway_bicycle": [0, None, None]}
    roads = roads_from(LayerRows(LayerId("roads"), None, lines, columns), METRIC)
    assert roads.oneway.tolist() == [1, 1, 0]
    assert roads.oneway_bicycle is not None
    assert roads.oneway_motorbike is not None
    assert roads.oneway_bicycle.tolist() == [0, 1, 0]
    assert roads.oneway_motorbike.tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("mode", "stopped"), [("walk", [2]), ("bicycle", [1, 2]), ("motorbike", [1, 2]), ("car", [0, 1, 2])]
)
def test_a_barrier_stops_the_modes_it_stops(mode: str, stopped: list[int]) -> None:
    xy = np.array([(106.3, 20.4), (106.31, 20.4), (106.32, 20.4)])
    gates = GateTable(
        DEGREES,
        xy,
        np.array([True, True, False]),
        np.array([True, False, False]),
        np.zeros(3, dtype=np.bool_),
    )
    there = stops_of(gates, METRIC, mode)
    np.testing.assert_allclose(
        there, stops_of(replace(gates, by_car=~np.ones(3, bool)), METRIC, "car")[stopped]
    )
    assert len(stops_of(None, METRIC, mode)) == 0
