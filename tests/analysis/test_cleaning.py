"""What stands in a network twice is left out; what differs in anything stays."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely

from gis_service.analysis.ferries import Ferries
from gis_service.analysis.modes import MODES, mode, segment_costs
from gis_service.analysis.network import Network, Roads, build_network, clean_network
from gis_service.types import Geometries

Path = list[tuple[float, float]]
STREET: Path = [(0, 0), (60, 0), (60, 40)]


def lines(*paths: Path) -> Geometries:
    return np.array([*(shapely.LineString(path) for path in paths), None], dtype=object)[:-1]


def drawn(network: Network) -> list[str]:
    return [shape.wkt for shape in network.shape]


@pytest.mark.parametrize(
    ("name", "paths", "kept", "lines_left_out", "segments_left_out"),
    [
        ("the same line", [STREET, STREET], 1, 1, 0),
        ("the same line turned round", [STREET, STREET[::-1]], 1, 1, 0),
        ("three times", [STREET, STREET, STREET[::-1]], 1, 2, 0),
        ("an overlap of two lines", [[(0, 0), (100, 0)], [(40, 0), (160, 0)]], 3, 0, 1),
        ("a vertex more in one of them", [[(0, 0), (100, 0)], [(0, 0), (50, 0), (100, 0)]], 2, 0, 2),
        ("half a centimetre beside", [[(0, 0), (100, 0)], [(0, 0.005), (100, 0.005)]], 1, 0, 1),
        ("two centimetres beside", [[(0, 0), (100, 0)], [(0, 0.02), (100, 0.02)]], 2, 0, 0),
        ("a detour between the same nodes", [[(0, 0), (100, 0)], [(0, 0), (50, 20), (100, 0)]], 2, 0, 0),
        (
            "a ring and its reverse",
            [[(0, 0), (9, 0), (9, 9), (0, 0)], [(0, 0), (9, 9), (9, 0), (0, 0)]],
            1,
            1,
            0,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_stands_there_twice_is_left_out_and_counted(
    name: str, paths: list[Path], kept: int, lines_left_out: int, segments_left_out: int
) -> None:
    network, cleaning = clean_network(Roads.plain(lines(*paths)))
    found = (network.n_segments, cleaning.duplicate_lines, cleaning.duplicates, cleaning.parallels)
    assert found == (kept, lines_left_out, segments_left_out, 0), name


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("road_class", 2, 3),
        ("oneway", 0, 1),
        ("oneway_bicycle", 0, 1),
        ("oneway_motorbike", 1, -1),
        ("level", 0, 1),
        ("width_m", np.nan, 2.0),
        ("paved", True, False),
        ("on_foot", True, False),
        ("on_wheels", False, True),
        ("by_car", True, False),
    ],
)
def test_segments_that_differ_in_one_attribute_both_stay(column: str, first: float, second: float) -> None:
    roads = Roads.plain(lines(STREET[:2], STREET[:2]))
    dtype = np.float64 if column == "width_m" else np.bool_ if isinstance(first, bool) else np.int8
    values: Any = np.array([first, second], dtype=dtype)
    network, cleaning = clean_network(replace(roads, **{column: values}))
    assert network.n_segments == 2
    assert (cleaning.duplicates, cleaning.parallels, cleaning.parallel_m) == (0, 1, 60.0)


def test_one_way_streets_are_equal_when_they_lead_the_same_way() -> None:
    there_and_back = lines(STREET[:2], STREET[1::-1])
    same, _ = clean_network(Roads.plain(there_and_back, oneway=np.array([1, -1], dtype=np.int8)))
    opposite, _ = clean_network(Roads.plain(there_and_back, oneway=np.array([1, 1], dtype=np.int8)))
    assert (same.n_segments, opposite.n_segments) == (1, 2)


def test_a_ferry_over_a_road_stays_and_the_same_boat_twice_does_not() -> None:
    way = lines(STREET[:2])
    roads = Roads.plain(lines(STREET[:2], [(0, 0), (0, -50)], [(60, 0), (60, -50)]))
    boats = Ferries(np.concatenate([way, way]), np.array([60_000, 60_000]))
    assert build_network(roads, boats).is_ferry.sum() == 1
    other = Ferries(np.concatenate([way, way]), np.array([60_000, 90_000]))
    assert build_network(roads, other).is_ferry.sum() == 2


def test_cleaning_changes_no_other_segment() -> None:
    rng = np.random.default_rng(5)
    paths = [np.cumsum(rng.uniform(-60, 100, (4, 2)), axis=0).tolist() for _ in range(30)]
    once = build_network(Roads.plain(lines(*paths)))
    twice, cleaning = clean_network(Roads.plain(lines(*paths, *(path[::-1] for path in paths[:20]))))
    assert cleaning.duplicate_lines == 20
    assert drawn(twice) == drawn(once)
    for name in MODES:
        before = segment_costs(once, mode(name), "network_time").forward
        np.testing.assert_array_equal(segment_costs(twice, mode(name), "network_time").forward, before)


def test_tiny_lines_and_pieces_are_counted_and_still_join_what_they_touched() -> None:
    network, cleaning = clean_network(
        Roads.plain(lines([(0, 0), (50, 0)], [(50, 0), (50.006, 0)], [(50.006, 0), (90, 0)]))
    )
    assert (network.n_segments, network.n_nodes) == (2, 3)
    assert cleaning.tiny_lines == 1
    _, cleaning = clean_network(
        Roads.plain(lines([(0, 0), (50, 0)], [(20, -9), (20, 9)], [(20.004, -9), (20.004, 9)]))
    )
    assert cleaning.tiny_pieces >= 1
    assert cleaning.duplicates >= 1


def test_an_empty_network_is_clean() -> None:
    network, cleaning = clean_network(Roads.plain(np.empty(0, dtype=object)))
    assert (network.n_segments, cleaning.duplicates, cleaning.tiny_lines) == (0, 0, 0)
