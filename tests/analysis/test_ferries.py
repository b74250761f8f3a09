"""A ferry drawn in several lines is boarded once."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.ferries import Ferries, through_ferries
from gis_service.analysis.network import Roads, build_network
from gis_service.types import Geometries

Path = list[tuple[float, float]]
A, B, C, D = (0.0, 0.0), (0.0, 100.0), (0.0, 200.0), (0.0, 300.0)


def lines(*paths: Path) -> Geometries:
    return np.array([shapely.LineString(path) for path in paths] + [None], dtype=object)[:-1]


def joined(ferries: list[Path], roads: list[Path] | None = None, waits: list[int] | None = None) -> Ferries:
    wait = np.array([600_000] * len(ferries) if waits is None else waits, dtype=np.int64)
    return through_ferries(Ferries(lines(*ferries), wait), lines(*(roads or [])))


@pytest.mark.parametrize(
    "pieces",
    [
        [[A, B], [B, C], [C, D]],
        [[A, B], [C, B], [D, C]],
        [[C, D], [A, B], [B, C]],
        [[A, B], [(0.0, 100.004), C], [C, D]],  # as near as a change of coordinate system leaves them
    ],
)
def test_pieces_that_meet_end_to_end_are_one_ferry(pieces: list[Path]) -> None:
    found = joined(pieces)
    assert found.wait_ms.tolist() == [600_000]
    assert found.lines[0].length == pytest.approx(300, abs=0.01)
    ends = {found.lines[0].coords[0], found.lines[0].coords[-1]}
    assert ends == {A, D}


@pytest.mark.parametrize(
    "road", [[B, (50.0, 100.0)], [(-50.0, 100.0), (50.0, 100.0)], [(0.0, 100.005), (9.0, 100.0)]]
)
def test_a_pier_where_a_road_meets_stays_a_stop(road: Path) -> None:
    assert len(joined([[A, B], [B, C]], [road]).lines) == 2
    assert len(joined([[A, B], [B, C]], [[(1.0, 100.0), (50.0, 100.0)]]).lines) == 1


def test_where_three_ferries_meet_is_a_stop() -> None:
    found = joined([[A, B], [B, C], [B, (80.0, 100.0)], [(80.0, 100.0), (90.0, 100.0)]])
    assert sorted(line.length for line in found.lines) == [90, 100, 100]


def test_ferries_keep_the_order_of_their_first_pieces() -> None:
    found = joined([[(500.0, 0.0), (500.0, 90.0)], [A, B], [(900.0, 0.0), (900.0, 50.0)], [B, C]])
    assert [line.length for line in found.lines] == [90, 200, 50]


def test_a_round_trip_is_one_ferry_and_nothing_is_lost() -> None:
    found = joined([[A, B], [B, (50.0, 50.0)], [(50.0, 50.0), A]])
    assert len(found.lines) == 1
    assert found.lines[0].length == pytest.approx(100 + 2 * 50 * 2**0.5)


@pytest.mark.parametrize(
    ("told", "wait"),
    [([False, False], 600_000), ([True, False], 150_000), ([True, True], 300_000), (None, 600_000)],
)
def test_the_wait_is_the_one_a_piece_tells_and_the_longest_of_several(
    told: list[bool] | None, wait: int
) -> None:
    waits = np.array([150_000, 300_000 if told == [True, True] else 600_000], dtype=np.int64)
    known = None if told is None else np.array(told)
    found = through_ferries(Ferries(lines([A, B], [B, C]), waits, known), lines())
    assert found.wait_ms.tolist() == [wait]


def test_no_ferry_is_no_trouble() -> None:
    assert len(joined([]).lines) == 0


def test_the_network_waits_once_for_a_ferry_of_several_lines() -> None:
    ferries = Ferries(lines([A, B], [B, C]), np.array([600_000, 600_000]))
    apart = build_network(Roads.plain(lines([(-50.0, 0.0), A], [C, (-50.0, 200.0)])), ferries)
    assert apart.wait_ms.tolist() == [0, 0, 600_000]
    stop = build_network(Roads.plain(lines([(-50.0, 0.0), A], [B, (-50.0, 100.0)])), ferries)
    assert stop.wait_ms.tolist() == [0, 0, 600_000, 600_000]
