"""The web of straight edges while it is being built."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.demo_city.road_web import Kind, Web, bent, empty_web

LANE, ROAD = Kind(5), Kind(4, "Đường đê")


def square() -> Web:
    at = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [50.0, 50.0], [60.0, 50.0]])
    start, end = np.array([0, 1, 2, 4]), np.array([1, 2, 3, 5])
    return empty_web().with_edges(at, start, end, [LANE, ROAD, LANE, LANE])


def test_equal_kinds_are_kept_once() -> None:
    web = square()
    assert web.kinds == (LANE, ROAD)
    assert web.kind.tolist() == [0, 1, 0, 0]
    assert web.road_class.tolist() == [5, 4, 5, 5]


def test_edges_can_be_given_another_kind() -> None:
    bridge = Kind(1, "Cầu Bo", 1, is_bridge=True)
    web = square().with_kinds(np.array([2, 3]), [bridge, ROAD])
    assert [web.kinds[kind] for kind in web.kind] == [LANE, ROAD, bridge, ROAD]
    assert web.is_bridge.tolist() == [False, False, True, False]


# Apart by what a length can tell: cuts closer than that are one place.
shares = st.integers(10, 990).map(lambda thousandths: thousandths / 1000)


@given(st.lists(st.tuples(st.integers(0, 3), shares), max_size=12, unique_by=lambda cut: cut[1]))
def test_a_split_adds_an_edge_for_each_node_and_no_length(cuts: list[tuple[int, float]]) -> None:
    web = square()
    edge, share = np.array([cut[0] for cut in cuts], np.int64), np.array([cut[1] for cut in cuts])
    split = web.split(edge, share)
    assert split.n_edges == web.n_edges + len(cuts)
    assert split.n_nodes == web.n_nodes + len(cuts)
    assert np.isclose(split.length_m.sum(), web.length_m.sum())
    assert split.length_m.min() > 0


def test_a_split_puts_its_nodes_where_they_are_wanted_and_keeps_kinds() -> None:
    split = square().split(np.array([1, 1]), np.array([0.75, 0.25]))
    assert split.at[6:].tolist() == [[10.0, 7.5], [10.0, 2.5]]
    assert list(zip(split.start[1:4], split.end[1:4], strict=True)) == [(1, 7), (7, 6), (6, 2)]
    assert split.kind.tolist() == [0, 1, 1, 1, 0, 0]


def test_what_hangs_together_has_one_number() -> None:
    label = square().components()
    assert len(set(label[:4])) == 1
    assert label[4] == label[5] != label[0]
    assert square().degree().tolist() == [1, 2, 2, 1, 1, 1]


def test_bent_edges_share_their_ends() -> None:
    lines = bent(square().at, square().start, square().end)
    assert lines[0].coords[-1] == lines[1].coords[0]
    assert len(lines[0].coords) == 9
