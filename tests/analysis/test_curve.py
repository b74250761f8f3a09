"""People reached within each cost."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.curve import reached_within
from gis_service.analysis.field import UNREACHED

homes = st.lists(st.tuples(st.integers(0, 100) | st.just(UNREACHED), st.integers(0, 50_000)), max_size=20)


def test_a_cost_on_a_step_is_within_it() -> None:
    cost = np.array([0, 15, 16, 30, 31, UNREACHED])
    people = np.array([1, 2, 4, 8, 16, 32])
    assert reached_within(cost, people, np.array([0, 15, 30, 45])).tolist() == [1, 3, 15, 31]


def test_without_people_nobody_is_reached() -> None:
    nobody = np.empty(0, dtype=np.int64)
    assert reached_within(nobody, nobody, np.array([0, 15])).tolist() == [0, 0]


@given(homes, st.sets(st.integers(0, 120), min_size=1))
def test_each_step_counts_what_is_covered_within_it(rows: list[tuple[int, int]], limits: set[int]) -> None:
    cost = np.array([row[0] for row in rows], dtype=np.int64)
    people = np.array([row[1] for row in rows], dtype=np.int64)
    steps = np.array(sorted(limits), dtype=np.int64)
    expected = [sum(row[1] for row in rows if row[0] <= step) for step in steps.tolist()]
    assert reached_within(cost, people, steps).tolist() == expected
