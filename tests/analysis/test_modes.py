"""Speeds and rights by road class, as METHODS prints them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from gis_service.analysis.ferries import Ferries
from gis_service.analysis.modes import half_up, mode, segment_costs
from gis_service.analysis.network import ROAD_CLASSES, Network, Roads, build_network
from gis_service.errors import WrongUse

X = None


def one_road(name: str = "commune", columns: dict[str, object] | None = None) -> Network:
    line = np.array([shapely.LineString([(0, 0), (1000, 0)]), None], object)[:-1]
    roads = Roads.plain(line, np.array([ROAD_CLASSES.index(name)], np.int8))
    values = {key: np.array([value], getattr(roads, key).dtype) for key, value in (columns or {}).items()}
    return build_network(Roads(**{key: values.get(key, getattr(roads, key)) for key in Roads.__slots__}))


@pytest.mark.parametrize(
    ("name", "speeds"),
    [
        ("walk", [X, 4.8, 4.8, 4.8, 4.8, 4.8, 4.8]),
        ("bicycle", [X, 12, 12, 12, 12, 12, 12]),
        ("motorbike", [X, 45, 40, 35, 28, 18, 10]),
        ("car", [80, 50, 45, 38, 28, 15, X]),
    ],
)
def test_a_kilometre_takes_what_the_class_allows(name: str, speeds: list[float | None]) -> None:
    for road_class, kmh in zip(ROAD_CLASSES, speeds, strict=True):
        costs = segment_costs(one_road(road_class), mode(name), "network_time")
        expected = -1 if kmh is None else int(3_600_000 / kmh + 0.5)
        assert (costs.forward[0], costs.backward[0]) == (expected, expected), road_class


@pytest.mark.parametrize(
    ("name", "columns", "allowed"),
    [
        ("car", {"width_m": 2.4}, (False, False)),
        ("car", {"width_m": 2.5}, (True, True)),
        ("car", {"width_m": np.nan}, (True, True)),
        ("motorbike", {"width_m": 1.0}, (True, True)),
        ("car", {"by_car": False}, (False, False)),
        ("motorbike", {"on_wheels": False}, (False, False)),
        ("walk", {"on_foot": False}, (False, False)),
        ("motorbike", {"oneway": 1}, (True, False)),
        ("motorbike", {"oneway": -1}, (False, True)),
        ("walk", {"oneway": 1}, (True, True)),
    ],
)
def test_who_may_go_where(name: str, columns: dict[str, object], allowed: tuple[bool, bool]) -> None:
    costs = segment_costs(one_road(columns=columns), mode(name), "network_time")
    assert (costs.forward[0] >= 0, costs.backward[0] >= 0) == allowed


@pytest.mark.parametrize(("name", "factor"), [("walk", 1), ("bicycle", 1), ("motorbike", 0.7), ("car", 0.7)])
def test_unpaved_roads_slow_engines_down(name: str, factor: float) -> None:
    paved = segment_costs(one_road(), mode(name), "network_time").forward[0]
    unpaved = segment_costs(one_road(columns={"paved": False}), mode(name), "network_time").forward[0]
    assert unpaved == pytest.approx(paved / factor, abs=1)


def test_a_flat_speed_holds_for_all_classes_and_surfaces() -> None:
    flat = mode("motorbike", flat_kmh=20)
    for road_class in ROAD_CLASSES[1:]:
        costs = segment_costs(one_road(road_class, {"paved": False}), flat, "network_time")
        assert costs.forward[0] == 180_000
    assert flat.access_kmh == 10
    assert mode("walk", flat_kmh=4).access_kmh == 4


@pytest.mark.parametrize(
    ("walker", "ms"), [("all", 750_000), ("elderly", 1_125_000), ("children", 1_000_000)]
)
def test_groups_walk_at_their_own_speed(walker: str, ms: int) -> None:
    walking = mode("walk", walker=walker)
    costs = segment_costs(one_road(), walking, "network_time")
    assert costs.forward[0] == ms
    assert costs.access(np.array([1000.0])).tolist() == [ms]


def test_single_classes_can_be_given_another_speed() -> None:
    changed = mode("motorbike", speeds={"commune": 36, "alley": None})
    assert segment_costs(one_road("commune"), changed, "network_time").forward[0] == 100_000
    assert segment_costs(one_road("alley"), changed, "network_time").forward[0] == -1


@pytest.mark.parametrize(
    "call",
    [
        lambda: mode("boat"),
        lambda: mode("walk", flat_kmh=0),
        lambda: mode("car", flat_kmh=float("nan")),
        lambda: mode("car", speeds={"footpath": 5}),
        lambda: mode("car", speeds={"commune": -3}),
    ],
)
def test_impossible_speeds_are_refused(call: object) -> None:
    with pytest.raises(WrongUse, match="Expected"):
        call()  # type: ignore[operator]


def test_a_ferry_costs_its_wait_and_nobody_lives_on_it() -> None:
    line = np.array([shapely.LineString([(0, 0), (800, 0)]), None], object)[:-1]
    network = build_network(Roads.plain(line[:0]), Ferries(line, np.array([600_000])))
    costs = segment_costs(network, mode("motorbike"), "network_time")
    assert costs.forward.tolist() == [600_000 + 360_000]
    assert not costs.snappable.any()
    assert segment_costs(network, mode("walk"), "network_distance").forward.tolist() == [800_000]


def test_a_ferry_goes_at_the_speed_its_mode_tells() -> None:
    lines = np.array([shapely.LineString([(0, 0), (1000, 0)]), shapely.LineString([(2000, 0), (3000, 0)])])
    ferries = Ferries(np.array([shapely.LineString([(1000, 0), (2000, 0)])]), np.zeros(1, dtype=np.int64))
    network = build_network(Roads.plain(lines), ferries)
    for kmh, ms in ((8.0, 450_000), (6.0, 600_000)):
        costs = segment_costs(network, replace(mode("walk"), ferry_kmh=kmh), "network_time")
        assert costs.forward[network.is_ferry].tolist() == [ms]


@pytest.mark.parametrize("kmh", [1e-3, 1e-300])
def test_a_speed_at_which_a_road_takes_weeks_is_refused_not_wrapped_round(kmh: float) -> None:
    with pytest.raises(WrongUse) as refused:
        segment_costs(one_road(), mode("walk", flat_kmh=kmh), "network_time")
    assert refused.value.code == "road_cost_too_large"


def test_walkable_lines_are_open_on_foot_and_no_expressways() -> None:
    line = shapely.LineString([(0, 0), (1, 0)])
    classes = np.array([ROAD_CLASSES.index(name) for name in ("expressway", "national", "alley")], np.int8)
    roads = Roads.plain(np.array([line, line.reverse(), line], object), classes)
    assert len(roads.walkable) == 2
    closed = replace(roads, on_foot=np.array([True, True, False]))
    assert closed.walkable.tolist() == [line.reverse()]


def test_a_half_is_rounded_up_even_where_floating_arithmetic_lost_its_last_bit() -> None:
    assert half_up(np.array([2.5, 4344.499999999999, 4344.49999, 7.0])).tolist() == [3, 4345, 4344, 7]


ONE_WAY = {"oneway": 1, "oneway_bicycle": 0, "oneway_motorbike": -1}


@pytest.mark.parametrize(
    ("name", "forward", "backward"),
    [("walk", True, True), ("bicycle", True, True), ("motorbike", False, True), ("car", True, False)],
)
def test_each_mode_obeys_its_own_one_way(name: str, forward: bool, backward: bool) -> None:  # noqa: FBT001 a table
    line = np.array([shapely.LineString([(0, 0), (1000, 0)]), None], object)[:-1]
    ways: dict[str, Any] = {column: np.array([way], dtype=np.int8) for column, way in ONE_WAY.items()}
    costs = segment_costs(build_network(replace(Roads.plain(line), **ways)), mode(name), "network_time")
    assert (bool(costs.forward[0] >= 0), bool(costs.backward[0] >= 0)) == (forward, backward)


def test_motorbikes_and_bicycles_do_as_cars_where_nothing_else_is_said() -> None:
    for name in ("bicycle", "motorbike"):
        costs = segment_costs(one_road(columns={"oneway": -1}), mode(name), "network_time")
        assert (costs.forward[0], costs.backward[0] > 0) == (-1, True)
