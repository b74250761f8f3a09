"""What each model promises, on tables that can be read."""

import numpy as np
import pytest

from gis_service.analysis.siting import Model, SitingProblem, Watch, gap_of, solve
from gis_service.analysis.siting.problem import exact_sum, pair_twice, unit_of
from gis_service.errors import ErrorCode, GisError
from tests.siting_problems import problem

ALIKE = problem([[1.0, 1.0, 9.0, 1.0], [1.0, 1.0, 9.0, 1.0], [9.0, 9.0, 2.0, 9.0]], [5, 5, 5])
"""The first, second and fourth site are the same to everybody."""
TORN = problem([[1.0, None, None], [None, 1.0, None], [None, None, 1.0]], [1, 2, 3])
"""Each demand has a site of its own."""


def test_of_sites_that_are_alike_the_first_is_chosen() -> None:
    assert solve(ALIKE, "mclp", 2, 1, Watch()).sites == (0,)
    assert solve(ALIKE, "mclp", 2, 2, Watch()).sites == (0, 2)
    assert solve(ALIKE, "lscp", 2, None, Watch()).sites == (0, 2)
    assert solve(ALIKE, "p-median", None, 2, Watch()).sites == (0, 2)
    assert solve(ALIKE, "p-center", None, 2, Watch()).sites == (0, 2)


def test_sites_that_bring_nothing_are_the_first_ones() -> None:
    assert solve(ALIKE, "mclp", 2, 3, Watch()).sites == (0, 1, 2)
    assert solve(ALIKE, "p-median", None, 3, Watch()).sites == (0, 1, 2)


def test_fixed_sites_count_and_excluded_ones_do_not() -> None:
    asked = problem([[1.0, 1.0, 9.0], [9.0, 9.0, 1.0]], [5, 9], fixed=[1])
    assert solve(asked, "mclp", 2, 1, Watch()).sites == (1,)
    assert solve(asked, "mclp", 2, 2, Watch()).sites == (1, 2)
    assert solve(asked, "lscp", 2, None, Watch()).sites == (1, 2)
    without = problem([[1.0, 1.0, 9.0], [9.0, 9.0, 1.0]], [5, 9], excluded=[2])
    assert solve(without, "mclp", 2, 1, Watch()).objective == 5
    assert solve(without, "p-center", None, 1, Watch()).objective == 9


def test_the_limit_itself_covers() -> None:
    assert solve(problem([[2.0]], [7]), "mclp", 2, 1, Watch()).objective == 7


def test_demand_that_cannot_be_covered_is_named() -> None:
    answer = solve(problem([[1.0, None], [None, None], [None, 9.0]], [1, 1, 1]), "lscp", 2, None, Watch())
    assert (answer.objective, answer.sites, answer.uncoverable) == (1, (0,), (1, 2))


def test_whole_numbers_stay_whole() -> None:
    assert isinstance(solve(ALIKE, "p-median", None, 2, Watch()).objective, int)
    parts = problem([[0.5, 1.0]], [1])
    assert solve(parts, "p-median", None, 1, Watch()).objective == 0.5
    assert isinstance(solve(parts, "mclp", 1, 1, Watch()).objective, int)


@pytest.mark.parametrize(
    ("asked", "model", "limit", "count", "code"),
    [
        (TORN, "mclp", 1, 4, ErrorCode.SITING_TOO_FEW_CANDIDATES),
        (TORN, "mclp", 0.5, 1, ErrorCode.SITING_NOTHING_IN_REACH),
        (TORN, "lscp", 0.5, None, ErrorCode.SITING_NOTHING_IN_REACH),
        (TORN, "p-median", None, 2, ErrorCode.SITING_NOT_ALL_REACHED),
        (TORN, "p-center", None, 2, ErrorCode.SITING_NOT_ALL_REACHED),
        (problem([[1.0], [None]], [1, 0]), "p-median", None, 1, ErrorCode.SITING_DEMAND_UNREACHABLE),
        (problem([[1.0, 1.0]], [1], fixed=[0, 1]), "mclp", 1, 1, ErrorCode.SITING_FIXED_ABOVE_COUNT),
        (TORN, "mclp", None, 1, ErrorCode.SITING_OPTION_MISSING),
        (TORN, "p-median", None, None, ErrorCode.SITING_OPTION_MISSING),
        (TORN, "p-median", 3.0, 1, ErrorCode.WRONG_ARGUMENT),
        (TORN, "lscp", 3.0, 1, ErrorCode.WRONG_ARGUMENT),
    ],
)
def test_what_cannot_be_answered_is_refused(
    asked: SitingProblem, model: Model, limit: float | None, count: int | None, code: ErrorCode
) -> None:
    with pytest.raises(GisError) as refused:
        solve(asked, model, limit, count, Watch())
    assert refused.value.code == code


def test_how_many_sites_reach_all_is_told() -> None:
    with pytest.raises(GisError) as refused:
        solve(TORN, "p-median", None, 2, Watch())
    assert refused.value.params["least"] == 3
    assert solve(TORN, "p-median", None, 3, Watch()).objective == 6


def test_the_best_is_kept_when_somebody_cancels_and_when_the_time_is_over() -> None:
    hard = problem(
        [[float((7 * row + 11 * at * at) % 23) for at in range(12)] for row in range(30)], range(30)
    )
    cancelled = solve(hard, "p-median", None, 4, Watch(is_cancelled=lambda: True))
    assert (cancelled.status, len(cancelled.sites)) == ("cancelled", 4)
    assert cancelled.bound < cancelled.objective
    over = solve(hard, "p-median", None, 4, Watch(limit_s=1e-9))
    assert over.status == "time_limit"
    assert over.gap is not None
    assert over.gap > 0


def test_the_bound_and_the_best_are_told_on_the_way() -> None:
    told: list[tuple[float | None, float]] = []
    answer = solve(ALIKE, "mclp", 2, 1, Watch(tell=lambda best, bound: told.append((best, bound))))
    assert told[-1] == (answer.objective, answer.bound)


def test_the_gap_is_a_share_of_the_objective() -> None:
    assert (gap_of(200, 201), gap_of(0, 0), gap_of(0, 1)) == (0.005, 0.0, None)


def test_sums_are_exact() -> None:
    assert exact_sum(np.array([2.0**53, 1.0])) == 2**53 + 1
    assert exact_sum(np.array([0.1] * 10)) == 1.0
    assert (unit_of(np.array([6.0, 9.0])), unit_of(np.array([0.5])), unit_of(np.array([2.0**53, 1]))) == (
        3,
        0,
        0,
    )


def test_a_pair_that_stands_twice_is_found() -> None:
    demand, site = np.array([0, 1, 0], np.int32), np.array([1, 1, 1], np.int32)
    assert pair_twice(demand, site) == (0, 1)
    assert pair_twice(demand[:2], site[:2]) is None
