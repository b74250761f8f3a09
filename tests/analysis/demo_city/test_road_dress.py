"""One-ways, widths and names of streets."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gis_service.analysis.demo_city.road_dress import _kept_oneways, dress
from gis_service.analysis.demo_city.road_lines import Lines, draw_lines
from gis_service.analysis.demo_city.road_web import Kind, empty_web
from gis_service.analysis.demo_city.street_names import street_names

NODES = 8
EDGES = st.lists(
    st.tuples(
        st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.sampled_from([-1, 0, 0, 1]), st.booleans()
    ),
    min_size=1,
    max_size=30,
)


def parts_of(edges: list[tuple[int, int]]) -> int:
    source, target = np.array(edges, int).reshape(-1, 2).T
    graph = csr_array((np.ones(len(source)), (source, target)), shape=(NODES, NODES))
    return int(connected_components(graph, directed=True, connection="strong")[0])


@given(EDGES)
def test_one_ways_never_cut_anybody_off(drawn: list[tuple[int, int, int, bool]]) -> None:
    tail, head, wanted, open_to = (np.array(column) for column in zip(*drawn, strict=True))
    lines = Lines(np.empty(len(drawn), object), tail, head, np.zeros(len(drawn), np.int32))
    oneway = _kept_oneways(lines, wanted.astype(np.int8), open_to, NODES)
    both = [(int(a), int(b)) for a, b, may in zip(tail, head, open_to, strict=True) if may]
    allowed = [
        way
        for (a, b), direction in zip(both, oneway[open_to], strict=True)
        for way, is_open in (((a, b), direction >= 0), ((b, a), direction <= 0))
        if is_open
    ]
    assert parts_of(allowed) == parts_of(both + [(b, a) for a, b in both])
    assert np.isin(oneway, [0, *wanted]).all()


def test_a_ring_of_one_way_streets_stays() -> None:
    ring = np.arange(4)
    lines = Lines(np.empty(4, object), ring, (ring + 1) % 4, np.zeros(4, np.int32))
    assert _kept_oneways(lines, np.ones(4, np.int8), np.ones(4, bool), 4).tolist() == [1, 1, 1, 1]


def test_a_one_way_dead_end_is_opened() -> None:
    lines = Lines(np.empty(1, object), np.array([0]), np.array([1]), np.zeros(1, np.int32))
    assert _kept_oneways(lines, np.ones(1, np.int8), np.ones(1, bool), 2).tolist() == [0]


def test_lines_run_from_junction_to_junction_and_change_with_the_kind() -> None:
    at = np.array([[0.0, 0.0], [300.0, 0.0], [600.0, 100.0], [900.0, 0.0], [600.0, 400.0], [1200.0, 0.0]])
    road, lane = Kind(4), Kind(5)
    start, end = np.array([0, 1, 2, 2, 3]), np.array([1, 2, 3, 4, 5])
    web = empty_web().with_edges(at, start, end, [road, road, road, lane, lane])
    lines = draw_lines(web, np.empty(0, np.int64))
    ends = {frozenset(pair) for pair in zip(lines.tail.tolist(), lines.head.tolist(), strict=True)}
    assert ends == {frozenset(pair) for pair in ((0, 2), (2, 3), (2, 4), (3, 5))}
    stays = draw_lines(web, np.array([1]))
    assert len(stays.shape) == 5


def test_corners_are_cut_but_junctions_stay() -> None:
    at = np.array([[0.0, 0.0], [300.0, 0.0], [300.0, 300.0]])
    web = empty_web().with_edges(at, np.array([0, 1]), np.array([1, 2]), [Kind(4), Kind(4)])
    line = draw_lines(web, np.empty(0, np.int64)).shape[0]
    uncut = draw_lines(web, np.array([1])).shape
    assert line.coords[0] == uncut[0].coords[0]
    assert line.coords[-1] == uncut[1].coords[-1]
    assert line.length < shapely.length(uncut).sum() - 50


def test_a_bridge_is_dressed_as_its_class_asks() -> None:
    at = np.array([[0.0, 0.0], [600.0, 0.0], [300.0, -300.0], [300.0, 300.0]])
    kinds = [Kind(4), Kind(1, "Cầu", 1, is_bridge=True)]
    web = empty_web().with_edges(at, np.array([0, 2]), np.array([1, 3]), kinds)
    dressed = dress(web, draw_lines(web, np.empty(0, np.int64)))
    assert dressed.road_class.tolist() == [4, 1]
    assert dressed.width_m[1] > dressed.width_m[0]
    assert dressed.by_car.all()


def test_no_name_comes_twice_in_one_town() -> None:
    names = street_names(["336", "344", "336"] * 60)
    for town in ("336", "344"):
        mine = [
            name for name, of in zip(names, ["336", "344", "336"] * 60, strict=True) if of == town and name
        ]
        assert len(set(mine)) == len(mine)
        assert len(mine) >= 60
    assert names[-1] == ""
