"""Contraction keeps junctions, directions and exact offsets; the order keeps near places near."""

import numpy as np
import pytest
import shapely

from gis_service.analysis.graph import Graph, build_graph, hilbert_distance
from gis_service.analysis.modes import mode, segment_costs
from gis_service.analysis.network import Roads, build_network
from gis_service.errors import WrongUse

Path = list[tuple[float, float]]


def graph(paths: list[Path], oneway: list[int] | None = None, name: str = "motorbike") -> Graph:
    lines = np.array([shapely.LineString(path) for path in paths] + [None], object)[:-1]
    roads = Roads.plain(lines, oneway=np.array(oneway or [0] * len(paths), np.int8))
    network = build_network(roads)
    return build_graph(network, segment_costs(network, mode(name), "network_distance"))


A, B, C, D = (0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (10.0, 10.0)


@pytest.mark.parametrize(
    ("name", "paths", "oneway", "chains", "nodes"),
    [
        ("a road drawn in two pieces is one chain", [[A, B], [B, C]], [0, 0], 1, 2),
        ("a junction stays", [[A, B], [B, C], [B, D]], [0, 0, 0], 3, 4),
        ("one-ways in line are one chain", [[A, B], [B, C]], [1, 1], 1, 2),
        ("also when drawn against each other", [[A, B], [C, B]], [1, -1], 1, 2),
        ("a one-way after a two-way is a chain of its own", [[A, B], [B, C]], [0, 1], 2, 3),
        ("one-ways that face each other stay apart", [[A, B], [C, B]], [1, 1], 2, 3),
        ("a ring alone keeps one node", [[A, B], [B, D], [D, A]], [0, 0, 0], 1, 1),
        ("a ring of one-ways too", [[A, B], [B, D], [D, A]], [1, 1, 1], 1, 1),
        ("a ring on a stalk hangs on its junction", [[A, B], [B, C, D, B]], [0, 0], 2, 2),
        ("parallel roads between two places are a ring", [[A, C], [A, D, C]], [0, 0], 1, 1),
    ],
)
def test_what_becomes_a_chain(
    name: str, paths: list[Path], oneway: list[int], chains: int, nodes: int
) -> None:
    result = graph(paths, oneway)
    assert (len(result.cost), result.n_nodes) == (chains, nodes), name
    assert result.cost.sum() == result.segment_cost.sum()


def test_a_position_keeps_its_offset_whichever_way_its_segment_was_drawn() -> None:
    result = graph([[A, B], [C, B]])
    offsets = result.offset(np.array([0, 1], np.int32), np.array([0.25, 0.25]))
    assert offsets.tolist() == [2_500, 17_500]


def test_the_hilbert_curve_steps_from_cell_to_neighbouring_cell() -> None:
    cells = np.array([(x, y) for x in range(16) for y in range(16)], float)
    path = cells[np.argsort(hilbert_distance(cells, bits=4))]
    assert (np.abs(np.diff(path, axis=0)).sum(axis=1) == 1).all()
    assert len(np.unique(hilbert_distance(cells, bits=4))) == 256


def test_the_arcs_of_a_junction_stand_in_the_order_of_their_heads_then_of_their_costs() -> None:
    rng = np.random.default_rng(3)
    spots = rng.integers(0, 5, (60, 2, 2)) * 10.0
    ways = rng.choice([0, 1, -1], 60).tolist()
    bent = [[tuple(a), (a + b) / 2 + rng.uniform(1, 4, 2), tuple(b)] for a, b in spots if (a != b).any()]
    result = graph([[tuple(xy) for xy in path] for path in bent], ways[: len(bent)])
    for arcs, turned in ((result.onward, False), (result.reverse, True)):
        tail = np.repeat(np.arange(result.n_nodes), np.diff(arcs.start))
        ends = (result.tail, result.head)
        expected = [
            (int(ends[side][chain]), int(ends[1 - side][chain]), int(result.cost[chain]))
            for side, allowed in enumerate((result.forward, result.backward))
            for chain in np.flatnonzero(allowed)
        ]
        expected = sorted(
            (end, start, cost) if turned else (start, end, cost) for start, end, cost in expected
        )
        assert list(zip(*(part.tolist() for part in (tail, arcs.head, arcs.cost)), strict=True)) == expected
        assert len(expected) > 100


def test_a_chain_that_costs_more_than_an_arc_can_hold_is_refused() -> None:
    far = 1.2e6
    pieces: list[Path] = [[(0.0, 0.0), (far, 0.0)], [(far, 0.0), (2 * far, 0.0)]]
    with pytest.raises(WrongUse) as refused:
        graph(pieces)
    assert refused.value.code == "road_cost_too_large"
    assert "{" not in str(refused.value) + refused.value.remedy("vi")
