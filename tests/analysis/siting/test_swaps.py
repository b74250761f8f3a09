"""The way from one choice to another one: gains of exchanges add up to what lies between them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.siting import SitingAnswer, SitingProblem, value_of, way_of_swaps
from tests.siting_problems import problem

COST = st.one_of(st.none(), st.integers(0, 9).map(float))
LIMIT = 5.0


@st.composite
def choices(draw: st.DrawFn) -> tuple[SitingProblem, list[int], list[int]]:
    sites, rows = draw(st.integers(2, 6)), draw(st.integers(1, 8))
    table = draw(st.lists(st.lists(COST, min_size=sites, max_size=sites), min_size=rows, max_size=rows))
    weight = draw(st.lists(st.integers(0, 20), min_size=rows, max_size=rows))
    count = draw(st.integers(1, sites - 1))
    begin, end = (sorted(draw(st.permutations(range(sites)))[:count]) for _ in range(2))
    return problem(table, weight), begin, end


@pytest.mark.parametrize("model", ["mclp", "p-median"])
@given(case=choices())
def test_gains_add_up_to_what_lies_between_two_choices(
    model: str, case: tuple[SitingProblem, list[int], list[int]]
) -> None:
    asked, begin, end = case
    limit = LIMIT if model == "mclp" else None
    sign = 1 if model == "mclp" else -1

    def value(sites: list[int]) -> float:
        if model == "p-median" and asked.unreachable.size:
            return math.inf
        return sign * value_of(asked, model, limit, SitingAnswer(0, tuple(sites), 0, "optimal"))

    if model == "p-median" and asked.unreachable.size:
        return
    found = way_of_swaps(asked, limit, begin, end)
    is_open, total = set(begin), value(begin)
    if not (math.isfinite(total) and math.isfinite(value(end))):
        assert found == []
        return
    assert len(found) in (
        {len(set(begin) - set(end))} if model == "mclp" else {0, len(set(begin) - set(end))}
    )
    for swap in found:
        could = [
            value(sorted(is_open - {out} | {into}))
            for out in is_open - set(end)
            for into in set(end) - is_open
        ]
        is_open = is_open - {swap.out} | {swap.into}
        after = value(sorted(is_open))
        assert after == pytest.approx(total + swap.gain)
        assert after == max(could)
        total = after
    assert not found or sorted(is_open) == end


def test_choices_of_different_numbers_have_no_way_between_them() -> None:
    asked = problem([[1.0, 2.0, 3.0]], [1])
    assert way_of_swaps(asked, LIMIT, [0], [1, 2]) == []
    assert way_of_swaps(asked, LIMIT, [0], [0]) == []
