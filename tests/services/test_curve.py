"""Which points of a curve everybody may see."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.cells import SMALLEST_SHOWN
from gis_service.services.curve import shown_steps


def test_steps_of_a_few_people_are_put_together_with_the_next() -> None:
    reached = np.array([[0, 4_000, 12_000, 12_000, 15_000, 40_000]])
    assert shown_steps(reached, np.array([[40_000]])).tolist() == [0, 2, 3, 5]


def test_a_step_near_a_figure_that_is_shown_would_tell_the_difference() -> None:
    reached = np.array([[0, 30_000, 40_000]])
    assert shown_steps(reached, np.array([[35_000, 90_000]])).tolist() == [0]
    assert shown_steps(reached, np.array([[40_000, 90_000]])).tolist() == [0, 1, 2]


def test_a_step_is_left_out_for_all_when_it_tells_a_few_of_one_group() -> None:
    everybody, elderly = [0, 50_000, 100_000], [0, 5_000, 20_000]
    assert shown_steps(np.array([everybody, elderly]), np.array([[100_000], [20_000]])).tolist() == [0, 2]


@given(
    st.lists(st.tuples(*[st.integers(0, 15_000)] * 2), min_size=1, max_size=30),
    st.lists(st.integers(0, 29), max_size=3),
)
def test_no_two_shown_numbers_differ_by_one_to_nine_people(
    added: list[tuple[int, int]], places: list[int]
) -> None:
    reached = np.cumsum(np.array(added, dtype=np.int64).T, axis=1)
    known = reached[:, [place % reached.shape[1] for place in places]]
    kept = shown_steps(reached, known)
    for row, sums in zip(reached, known, strict=True):
        shown = np.concatenate([row[kept], sums])
        apart = np.abs(row[kept][:, None] - shown[None, :])
        assert ((apart == 0) | (apart >= SMALLEST_SHOWN)).all()
