"""Lines are cut where they meet on the same level, and nowhere else."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.noding import Noded, node_lines

Path = list[tuple[float, float]]


def noded(*paths: Path, level: list[int] | None = None, ferry: list[bool] | None = None) -> Noded:
    lines = np.array([shapely.LineString(path) for path in paths] + [None], object)[:-1]
    levels = np.array(level or [0] * len(paths), np.int8)
    return node_lines(lines, levels, np.array(ferry or [False] * len(paths)))


EAST: Path = [(0, 0), (100, 0)]
NORTH: Path = [(50, -50), (50, 50)]


@pytest.mark.parametrize(
    ("name", "paths", "level", "ferry", "nodes", "segments"),
    [
        ("a crossing is a node", [EAST, NORTH], [0, 0], None, 5, 4),
        ("a bridge is not", [EAST, NORTH], [0, 1], None, 4, 2),
        ("an end joins the middle of another level", [EAST, [(50, 0), (50, 50)]], [0, 1], None, 4, 3),
        ("ends join on any level", [EAST, [(100, 0), (200, 0)]], [0, 1], None, 3, 2),
        ("a ferry crosses without joining", [EAST, NORTH], [0, 0], [False, True], 4, 2),
        ("a ferry joins at its end", [EAST, [(50, 0), (50, 50)]], [0, 0], [False, True], 4, 3),
        (
            "a road's end does not join a ferry's middle",
            [EAST, [(50, 0), (50, 50)]],
            [0, 0],
            [True, False],
            4,
            2,
        ),
        ("an end 5 mm short still joins", [EAST, [(50, 0.005), (50, 50)]], [0, 0], None, 4, 3),
        ("an end 5 cm short does not", [EAST, [(50, 0.05), (50, 50)]], [0, 0], None, 4, 2),
        (
            "three middles in one place are one node",
            [EAST, NORTH, [(20, -30), (80, 30)]],
            [0, 0, 0],
            None,
            7,
            6,
        ),
        ("shared vertices join", [[(0, 0), (50, 0), (100, 0)], NORTH], [0, 0], None, 5, 4),
        ("twice the same line is two segments", [EAST, EAST], [0, 0], None, 2, 2),
        ("an overlap is cut at its ends", [EAST, [(40, 0), (160, 0)]], [0, 0], None, 4, 4),
        ("a ring has one node", [[(0, 0), (9, 0), (9, 9), (0, 0)]], [0], None, 1, 1),
        ("a line crosses itself", [[(0, 0), (10, 0), (10, 10), (5, -5)]], [0], None, 3, 3),
        ("under a centimetre there is no road", [[(0, 0), (0.004, 0)]], [0], None, 0, 0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_where_lines_join(
    name: str, paths: list[Path], level: list[int], ferry: list[bool] | None, nodes: int, segments: int
) -> None:
    result = noded(*paths, level=level, ferry=ferry)
    assert (len(result.node_xy), len(result.start)) == (nodes, segments), name


def test_segments_follow_their_lines_in_digitised_order() -> None:
    result = noded([(100, 0), (70, 0), (30, 0), (0, 0)], NORTH)
    assert [shape.wkt for shape in result.shape] == [
        "LINESTRING (100 0, 70 0, 50 0)",
        "LINESTRING (50 0, 30 0, 0 0)",
        "LINESTRING (50 -50, 50 0)",
        "LINESTRING (50 0, 50 50)",
    ]
    assert result.line.tolist() == [0, 0, 1, 1]
    assert result.end[0] == result.start[1] == result.end[2] == result.start[3]


def test_cutting_keeps_every_metre() -> None:
    rng = np.random.default_rng(3)
    paths = [np.cumsum(rng.uniform(-60, 100, (5, 2)), axis=0).tolist() for _ in range(40)]
    result = noded(*paths)
    drawn = [shapely.LineString(path).length for path in paths]
    cut = np.bincount(result.line, shapely.length(result.shape), len(paths))
    np.testing.assert_allclose(cut, drawn, rtol=1e-12)
    assert len(result.start) > 100
