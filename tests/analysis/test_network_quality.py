"""What a report of a network finds: worked out by hand on towns of a few streets."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.ferries import Ferries
from gis_service.analysis.modes import Costs, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network
from gis_service.analysis.network_quality import components, loose_ends, people_of_components, traps
from gis_service.types import Geometries

Path = list[tuple[float, float]]
MAIN: Path = [(0, 0), (100, 0), (200, 0)]


def shapes(*paths: Path) -> Geometries:
    return np.array([*(shapely.LineString(path) for path in paths), None], dtype=object)[:-1]


def town(
    *paths: Path, oneway: list[int] | None = None, ferry: Path | None = None, how: str = "car"
) -> tuple[Network, Costs]:
    ways = None if oneway is None else np.array(oneway, dtype=np.int8)
    boats = None if ferry is None else Ferries(shapes(ferry), np.array([60_000]))
    network = build_network(Roads.plain(shapes(*paths), oneway=ways), boats)
    return network, segment_costs(network, mode(how), "network_time")


def test_parts_are_told_with_the_longest_first() -> None:
    network, costs = town([(0, 500), (50, 500)], MAIN, [(100, 0), (100, 80)], [(0, 900), (60, 900)])
    parts = components(network, costs)
    assert parts.length_m.tolist() == [280, 60, 50]
    assert parts.nodes.tolist() == [4, 2, 2]
    assert parts.segments.tolist() == [3, 1, 1]
    assert parts.of_segment.tolist() == [2, 0, 0, 0, 1]


def test_a_ferry_joins_what_a_closed_road_parts() -> None:
    paths: list[Path] = [[(0, 0), (100, 0)], [(150, 0), (300, 0)]]
    assert len(components(*town(*paths)).length_m) == 2
    assert len(components(*town(*paths, ferry=[(100, 0), (150, 0)])).length_m) == 1
    network, costs = town(*paths)
    network.closed[0] = True
    shut = components(network, segment_costs(network, mode("car"), "network_time"))
    assert (shut.of_segment.tolist(), shut.length_m.tolist()) == ([-1, 0], [150])
    assert len(costs.forward) == 2


def test_people_count_where_their_nearest_road_is() -> None:
    parts = components(*town(MAIN, [(0, 500), (50, 500)]))
    people = np.array([1500, 20_000, 300, 7], dtype=np.int64)
    segment = np.array([0, 1, -1, 0], dtype=np.int32)
    found = people_of_components(parts, segment, people)
    assert found.tolist() == [1507, 20_000, 300]
    assert found.sum() == people.sum()


@pytest.mark.parametrize(
    ("name", "paths", "gaps"),
    [
        ("an end 3 m short", [MAIN, [(50, 3), (50, 90)]], [3.0]),
        ("one that touches", [MAIN, [(50, 0.005), (50, 90)]], []),
        ("one beyond the widest gap", [MAIN, [(50, 15.5), (50, 90)]], []),
        ("one at the widest gap", [MAIN, [(50, 15), (50, 90)]], [15.0]),
        ("a stub of 10 m on its own road", [MAIN, [(100, 0), (100, 10)]], []),
        ("two ends that miss each other", [MAIN, [(204, 3), (300, 3)]], [5.0, 5.0]),
        ("the smallest gap first", [MAIN, [(50, 9), (50, 90)], [(70, -2), (70, -90)]], [2.0, 9.0]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_ends_that_just_miss_a_road_are_found(name: str, paths: list[Path], gaps: list[float]) -> None:
    found = loose_ends(*town(*paths))
    assert found.gap_m.tolist() == pytest.approx(gaps), name


def test_a_loose_end_tells_its_place_and_the_road_it_misses() -> None:
    network, costs = town(MAIN, [(50, 3), (50, 90)])
    found = loose_ends(network, costs)
    assert found.xy.tolist() == [[50, 3]]
    assert network.line[found.segment].tolist() == [1]
    assert network.line[found.other].tolist() == [0]


def test_a_landing_that_misses_the_road_is_a_loose_end() -> None:
    network, costs = town(MAIN, ferry=[(202, 0), (900, 0)])
    found = loose_ends(network, costs)
    assert found.gap_m.tolist() == [2.0]
    assert network.is_ferry[found.segment].all()


LOOP: Path = [(0, 0), (0, 100), (100, 100), (100, 0), (0, 0)]


@pytest.mark.parametrize(
    ("name", "paths", "oneway", "out", "into"),
    [
        ("a one-way loop", [LOOP], [1], [], []),
        ("a spur that leads away", [LOOP, [(0, 0), (-90, 0)]], [0, 1], [1], []),
        ("a spur that comes from nowhere", [LOOP, [(0, 0), (-90, 0)]], [0, -1], [], [1]),
        (
            "a spur, and a two-way lane at its end",
            [LOOP, [(0, 0), (-90, 0)], [(-90, 0), (-90, 20)]],
            [0, 1, 0],
            [1],
            [],
        ),
        ("two spurs to one place", [LOOP, [(0, 0), (-90, 0)], [(0, 100), (-90, 0)]], [0, 1, 1], [1, 2], []),
        ("in by one, out by the other", [LOOP, [(0, 0), (-90, 0)], [(0, 100), (-90, 0)]], [0, 1, -1], [], []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_one_ways_without_a_way_out_or_in_are_found(
    name: str, paths: list[Path], oneway: list[int], out: list[int], into: list[int]
) -> None:
    network, costs = town(*paths, oneway=oneway)
    found = traps(network, costs)
    assert np.unique(network.line[found.no_way_out]).tolist() == out, name
    assert np.unique(network.line[found.no_way_in]).tolist() == into, name
    walkers = traps(*town(*paths, oneway=oneway, how="walk"))
    assert len(walkers.no_way_out) == len(walkers.no_way_in) == 0


def test_an_empty_network_has_no_faults() -> None:
    network, costs = town()
    assert len(components(network, costs).length_m) == 0
    assert len(loose_ends(network, costs).gap_m) == 0
    assert len(traps(network, costs).no_way_out) == 0
    nobody = people_of_components(components(network, costs), np.array([-1], np.int32), np.array([5]))
    assert nobody.tolist() == [5]
