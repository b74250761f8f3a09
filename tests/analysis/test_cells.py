"""People in square cells, and which numbers of them everybody may see."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.cells import SMALLEST_SHOWN, cell_at, cells_of, hidden_cells, is_small
from gis_service.types import Floats, Int32s, Int64s

xs = st.integers(0, 5)
place = st.tuples(xs, xs, st.integers(0, 40_000), st.integers(-1, 3), st.integers(-1, 2))


def middles(corners: list[tuple[int, int]]) -> Floats:
    return (np.array(corners, dtype=np.float64).reshape(-1, 2) + 0.5) * 250.0


def test_cells_lie_on_whole_multiples_of_their_side() -> None:
    xy = np.array([[499.9, 250.0], [500.0, 0.0], [-0.1, 0.0], [251.0, 499.0]])
    cells = cells_of(xy)
    assert cell_at(xy).tolist() == [[1, 1], [2, 0], [-1, 0], [1, 1]]
    assert cells.ids == ["-1_0", "2_0", "1_1"]
    assert cells.of_place.tolist() == [2, 1, 0, 2]
    assert cells.centre_xy.tolist() == [[-125, 125], [625, 125], [375, 375]]
    assert cells.sums(np.array([1, 2, 4, 8])).tolist() == [4, 2, 9]


def test_a_cell_belongs_to_the_unit_of_most_of_its_people_and_of_equals_to_the_lowest() -> None:
    cells = cells_of(middles([(0, 0)] * 3 + [(1, 0)] * 2))
    unit: Int32s = np.array([7, 2, 2, 5, 3], dtype=np.int32)
    assert cells.most(unit, np.array([9, 5, 5, 4, 4])).tolist() == [2, 3]


def test_without_places_there_are_no_cells() -> None:
    cells = cells_of(np.empty((0, 2)))
    nobody = np.empty(0, dtype=np.int64)
    assert len(cells) == 0
    assert cells.ids == []
    assert hidden_cells(cells, nobody, [nobody.astype(np.int32)]).tolist() == []


def test_the_smallest_other_cell_of_a_unit_is_hidden_with_a_lone_small_one() -> None:
    cells = cells_of(middles([(0, 0), (1, 0), (2, 0), (3, 0)]))
    people: Int64s = np.array([5_000, 40_000, 12_000, 11_000])
    unit: Int32s = np.array([0, 0, 0, 1], dtype=np.int32)
    assert hidden_cells(cells, people, [unit]).tolist() == [True, False, True, False]


def test_two_hidden_cells_whose_sum_is_small_are_told_by_it_so_a_third_is_hidden() -> None:
    cells = cells_of(middles([(0, 0), (1, 0), (2, 0)]))
    people: Int64s = np.array([1_000, 1_000, 12_000])
    assert hidden_cells(cells, people, [np.zeros(3, dtype=np.int32)]).all()


def test_a_cell_over_the_border_carries_the_hiding_into_the_other_unit() -> None:
    cells = cells_of(middles([(0, 0), (1, 0), (1, 0), (2, 0), (3, 0)]))
    people: Int64s = np.array([5_000, 8_000, 8_000, 90_000, 30_000])
    unit: Int32s = np.array([0, 0, 1, 1, 1], dtype=np.int32)
    assert hidden_cells(cells, people, [unit]).tolist() == [True, True, False, True]


@given(st.lists(place, max_size=25))
def test_no_known_sum_tells_a_hidden_cell(rows: list[tuple[int, int, int, int, int]]) -> None:
    cells = cells_of(middles([row[:2] for row in rows]))
    people = np.array([row[2] for row in rows], dtype=np.int64)
    parts = [np.array([row[at] for row in rows], dtype=np.int32) for at in (3, 4)]
    sums = cells.sums(people)
    hidden = hidden_cells(cells, people, parts)
    assert hidden[is_small(sums)].all()
    for part in parts:
        for label in np.unique(part[part >= 0]):
            inside = np.unique(cells.of_place[(part == label) & (people > 0)])
            out = inside[hidden[inside]]
            if 0 < len(out) < len(inside):
                assert len(out) >= 2
                assert sums[out].sum() >= SMALLEST_SHOWN
