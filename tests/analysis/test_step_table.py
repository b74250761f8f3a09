"""Step tables: what a reader may add up, and that nothing of it is one to nine people."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.analysis.cells import is_small
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.step_rests import hide_rests, rests
from gis_service.analysis.step_table import AFTER_STEPS, Series, Told, marks_of, nested, sums_within, told_by
from gis_service.types import Bools, Floats, Int64s
from tests.step_people import People, people_of

towns = st.builds(
    people_of,
    seed=st.integers(0, 10_000),
    homes=st.integers(0, 150),
    units=st.integers(1, 6),
    steps=st.integers(1, 9),
    grouped=st.booleans(),
)


def told_of(town: People) -> Told:
    return told_by([town.unit, town.fine], town.guarded, town.everybody, town.n_steps + AFTER_STEPS)


def told_alone(labels: list[Int64s], series: Series, n_marks: int) -> tuple[Bools, list[Bools]]:
    found = told_by(labels, [series], series, n_marks)
    assert (found.everybody == found.city).all()
    return found.city, found.units


def within(label: Int64s, series: list[Series], units: int, n_marks: int) -> Int64s:
    """People up to each mark, with nobody before the first."""
    sums = sums_within(label, units, series, n_marks)
    return np.concatenate([np.zeros((*sums.shape[:2], 1), dtype=np.int64), sums], axis=2)


def open_(told: Bools) -> Bools:
    return np.concatenate([np.ones((*told.shape[:-1], 1), dtype=np.bool_), told], axis=-1)


def test_a_mark_holds_those_whose_cost_is_at_most_its_own() -> None:
    cost = np.array([0, 1, 15_000, 15_001, 30_001, UNREACHED, UNREACHED])
    arrives = np.array([True, True, True, True, True, True, False])
    assert marks_of(cost, arrives, np.array([0, 15_000, 30_000])).tolist() == [0, 1, 1, 2, 3, 3, 4]


def test_round_steps_are_kept_first_and_few_people_merged_with_a_neighbour() -> None:
    # 41 steps of 15 s, six people in each: the step of 10 minutes is told, and then every second one or so.
    mark, people = np.arange(41), np.full(41, 6000)
    city, _ = told_alone([np.zeros(41, dtype=np.int64)], Series(mark, people), 41 + AFTER_STEPS)
    assert city[[40, 20, 41, 42]].tolist() == [True, True, True, True]
    assert not city[[0, 39]].any()


def test_a_city_of_nine_people_tells_nothing_and_one_of_nobody_everything() -> None:
    nobody, few = np.zeros(3, dtype=np.int64), np.array([3000, 3000, 3000])
    place = np.zeros(3, dtype=np.int64)
    city, (units,) = told_alone([place], Series(np.arange(3), few), 5)
    assert not city.any()
    assert not units.any()
    city, (units,) = told_alone([place], Series(np.arange(3), nobody), 5)
    assert city.all()
    assert units.all()


def test_all_people_of_a_city_are_told_where_a_group_is_few() -> None:
    mark, few, many = np.array([0, 1]), np.array([50_000, 4000]), np.array([90_000, 30_000])
    place = np.zeros(2, dtype=np.int64)
    found = told_by([place], [Series(mark, few), Series(mark, many)], Series(mark, few + many), 4)
    assert (found.everybody[0], found.city[0], found.units[0][0, 0]) == (True, False, False)


def test_a_unit_with_few_people_closes_a_second_one_so_that_their_sum_does_not_tell_it() -> None:
    unit = np.array([0, 1, 2])
    people = np.array([4000, 20_000, 90_000])
    _, (told,) = told_alone([unit], Series(np.array([0, 0, 0]), people), 3)
    assert told.any(axis=1).tolist() == [False, False, True]


@settings(max_examples=60, deadline=None)
@given(towns)
def test_no_two_told_marks_of_a_row_differ_by_one_to_nine_people(town: People) -> None:
    found, whole = told_of(town), np.zeros_like(town.unit)
    rows = [(whole, [town.everybody], found.everybody[None])]
    divisions = zip((whole, town.unit, town.fine), (found.city[None], *found.units), strict=True)
    rows += [(label, town.guarded, told) for label, told in divisions]
    for label, series, told in rows:
        sums, shown = within(label, series, *told.shape), open_(told)
        for row in range(len(told)):
            some = sums[row][:, shown[row]]
            assert not is_small(some[:, :, None] - some[:, None, :]).any()


@settings(max_examples=30, deadline=None)
@given(towns)
def test_units_tell_nothing_that_is_hidden_around_them(town: People) -> None:
    found = told_of(town)
    assert not (found.city & ~found.everybody).any()
    assert not (found.units[0][np.unique(town.unit)] & ~found.city).any()


@settings(max_examples=60, deadline=None)
@given(towns)
def test_no_sum_less_what_its_parts_tell_leaves_one_to_nine_people(town: People) -> None:
    """Counted anew for each range: the city less all that its units tell whole inside the range."""
    found = told_of(town)
    told, n_marks = found.units[0], len(found.city)
    everything = within(np.zeros_like(town.unit), town.guarded, 1, n_marks)[0]
    sums, shown = within(town.unit, town.guarded, len(told), n_marks), open_(told)
    for low, high in combinations(np.flatnonzero(open_(found.city)).tolist(), 2):
        left = everything[:, high] - everything[:, low]
        for unit in range(len(told)):
            known = [mark for mark in np.flatnonzero(shown[unit]).tolist() if low <= mark <= high]
            if known:
                left = left - (sums[unit][:, known[-1]] - sums[unit][:, known[0]])
        assert not is_small(left).any()


@settings(max_examples=40, deadline=None)
@given(towns)
def test_no_mark_of_the_city_is_hidden_by_one_unit_alone(town: People) -> None:
    found, there = told_of(town), np.unique(town.unit)
    if len(there) > 1:
        assert not ((~found.units[0][there]).sum(axis=0)[found.city] == 1).any()


def all_that_is_told(town: People) -> tuple[Int64s, Floats]:
    """Give the cells that a person may be in (piece of both vintages, mark, group), and all that is told.

    Where nobody lives at all is known, and where a told step holds nobody, each of its cells is known.
    """
    pieces = np.unique(np.column_stack([town.unit, town.fine]), axis=0)
    n_marks, n_groups = town.n_steps + AFTER_STEPS, len(town.guarded)
    cells = np.array([(*piece, *at) for piece in pieces for at in np.ndindex(n_marks, n_groups)])
    of_people = np.column_stack([np.zeros_like(town.unit), town.unit, town.fine])
    of_cells = np.column_stack([np.zeros(len(cells), dtype=np.int64), cells[:, :2]])
    rows = []
    found = told_of(town)
    told: list[tuple[int | None, int, Bools]] = [(None, 0, found.everybody[None])]
    for column, shown in enumerate((found.city[None], *found.units)):
        told += [(group, column, shown) for group in range(n_groups)]
    for group, column, shown in told:
        people = town.people["all"] if group is None else town.guarded[group].people
        mine = np.ones(len(cells), dtype=np.bool_) if group is None else cells[:, 3] == group
        for unit in range(len(shown)):
            before = -1
            for mark in np.flatnonzero(shown[unit]).tolist():
                inside = mine & (of_cells[:, column] == unit)
                inside &= (cells[:, 2] > before) & (cells[:, 2] <= mark)
                there = (of_people[:, column] == unit) & (town.mark > before) & (town.mark <= mark)
                rows += [inside] if people[there].any() else list(np.eye(len(cells))[inside])
                before = mark
    return cells, np.array(rows, dtype=np.float64).reshape(-1, len(cells))


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        people_of,
        seed=st.integers(0, 10_000),
        homes=st.integers(1, 14),
        units=st.integers(1, 3),
        steps=st.integers(1, 3),
        grouped=st.booleans(),
        most=st.sampled_from([15, 40]),
    )
)
def test_no_few_people_of_a_unit_follow_from_all_that_is_told(town: People) -> None:
    """By elimination, of units of both vintages, by group: whatever is added up, no run of steps."""
    cells, known = all_that_is_told(town)
    asked = []
    groups = [(None, town.people["all"]), *enumerate(one.people for one in town.guarded)]
    for (group, people), (column, unit_of) in product(groups, ((0, town.unit), (1, town.fine))):
        for unit, run in product(np.unique(unit_of).tolist(), combinations(range(-1, town.n_steps + 2), 2)):
            there = (unit_of == unit) & (town.mark > run[0]) & (town.mark <= run[1])
            if is_small(people[there].sum()):
                mine = (cells[:, column] == unit) & (cells[:, 2] > run[0]) & (cells[:, 2] <= run[1])
                asked.append(mine & (True if group is None else cells[:, 3] == group))
    if asked and len(known):
        # What follows lies in the span of what is known: nothing is left of it beside that.
        wanted = np.array(asked, dtype=np.float64).T
        beside = wanted - known.T @ np.linalg.lstsq(known.T, wanted, rcond=None)[0]
        assert (np.abs(beside).max(axis=0) > 1e-6).all()


def test_pieces_lie_in_the_pieces_before() -> None:
    coarse, fine = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 2, 2])
    (first, above), (second, parent) = nested([coarse, fine])
    assert (first.tolist(), above.tolist()) == ([0, 0, 1, 1, 1], [0, 0])
    assert (second.tolist(), parent.tolist()) == ([0, 1, 2, 3, 3], [0, 0, 1, 1])


def test_a_unit_that_borders_cut_tells_what_all_its_pieces_tell() -> None:
    # Eight people of the second unit of the later vintage were in the first one of the earlier.
    early, late = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2])
    people = np.array([50_000, 8000, 60_000, 70_000])
    _, (before, after) = told_alone([early, late], Series(np.zeros(4, dtype=np.int64), people), 3)
    assert before.any(axis=1).tolist() == [True, True]
    assert after.any(axis=1).tolist() == [False, False, True]


@pytest.mark.parametrize(("low", "high", "left"), [(0, 1, 7), (1, 2, 9), (0, 2, 0)])
def test_the_rest_is_what_no_unit_tells_whole(low: int, high: int, left: int) -> None:
    people = np.array([[0, 3, 10], [0, 4, 6], [0, 5, 50]])
    told = np.array([[True, False, True], [True, False, True], [True, True, True]])
    assert rests(people, told)[low, high] == left


def test_who_is_nobody_around_a_unit_is_nobody_in_it() -> None:
    """The first unit hides the second mark in vain: between the first and the second nobody is anywhere."""
    people = np.array([[0, 20, 20, 32], [0, 30, 30, 45], [0, 40, 40, 90]])[:, None] * 1000
    told = np.ones((3, 4), dtype=np.bool_)
    told[0, 2] = told[1, 2] = told[1, 3] = False
    found = hide_rests(people, told, np.ones(4, dtype=np.bool_))
    assert (found[:, 1] == found[:, 2])[found[:, 3]].all()
