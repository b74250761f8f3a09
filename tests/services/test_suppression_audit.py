"""Hidden figures that several sums give away, found beside a reading by ranks of matrices."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gis_service.services.suppression_audit import given_away, key_of

Row = dict[str, float | None]
sums = st.lists(st.lists(st.integers(0, 6), min_size=2, max_size=4, unique=True), min_size=1, max_size=7)


@given(sums)
def test_a_figure_is_given_away_exactly_when_its_unit_vector_is_a_sum_of_equations(
    parts: list[list[int]],
) -> None:
    rows: list[Row] = [{"people": None} for _ in range(7)]
    exact = [[(rows[at], "people") for at in one] for one in parts]
    found = set(given_away(exact, {key_of((row, "people")) for row in rows}))
    matrix = np.zeros((len(parts), 7))
    for number, one in enumerate(parts):
        matrix[number, one[0]] = 1
        matrix[number, one[1:]] = -1
    rank = np.linalg.matrix_rank(matrix)
    for at, row in enumerate(rows):
        alone = np.linalg.matrix_rank(np.vstack([matrix, np.eye(7)[at]])) == rank
        assert (key_of((row, "people")) in found) == alone


def test_what_is_shown_tells_nothing_of_two_hidden_parts_and_everything_of_one() -> None:
    whole: Row = {"people": 90}
    first: Row = {"people": None}
    second: Row = {"people": None}
    both = [[(whole, "people"), (first, "people"), (second, "people")]]
    guarded = {key_of((first, "people"))}
    assert list(given_away(both, guarded)) == []
    more: Row = {"people": 40}
    told = [*both, [(more, "people"), (second, "people")]]
    assert list(given_away(told, guarded)) == list(guarded)
