"""What the terms of a question mean, on tables that can be read."""

from dataclasses import replace

import numpy as np
import pytest

from gis_service.analysis.siting import (
    Model,
    SitingProblem,
    SitingTerms,
    Watch,
    chosen_under_draws,
    solve,
    steps,
)
from gis_service.errors import ErrorCode, GisError
from tests.siting_problems import problem

ROW = problem([[1.0, None, None, 1.0], [None, 1.0, None, 1.0], [None, None, 1.0, None]], [10, 20, 30], ())
"""Three places with a site each; the fourth site reaches the first two."""
COSTS = np.array([1, 2, 4, 5])


def flags(*sites: int, m: int = 4) -> np.ndarray:
    return np.isin(np.arange(m), sites)


def pairs(*some: tuple[int, int]) -> np.ndarray:
    return np.array(some, np.int32)


def sites_of(
    model: Model, count: int | None, terms: SitingTerms, asked: SitingProblem = ROW
) -> tuple[int, ...]:
    limit = 1.0 if model in {"mclp", "lscp"} else None
    answer = solve(asked, model, limit, count, Watch(), terms)
    assert answer.status == "optimal"
    return answer.sites


def test_a_budget_buys_what_brings_most() -> None:
    answer = solve(ROW, "mclp", 1.0, None, Watch(), SitingTerms(site_cost=COSTS, budget=6))
    assert (answer.sites, answer.objective, answer.cost) == ((1, 2), 50, 6)
    assert sites_of("mclp", None, SitingTerms(site_cost=COSTS, budget=7)) == (0, 1, 2)


def test_a_currency_with_many_noughts_buys_the_same() -> None:
    terms = SitingTerms(site_cost=COSTS * 10**12, budget=6 * 10**12 + 1)
    assert solve(ROW, "mclp", 1.0, None, Watch(), terms).cost == 6 * 10**12
    assert sites_of("p-median", None, replace(terms, budget=7 * 10**12)) == (0, 1, 2)


def test_a_number_beside_a_budget_is_the_most() -> None:
    assert sites_of("mclp", 1, SitingTerms(site_cost=COSTS, budget=100)) == (2,)
    assert sites_of("mclp", 4, SitingTerms(site_cost=COSTS, budget=100)) == (2, 3)  # the others add nothing


def test_costs_without_a_budget_are_told() -> None:
    answer = solve(ROW, "mclp", 1.0, 2, Watch(), SitingTerms(site_cost=COSTS))
    assert (answer.sites, answer.cost) == ((2, 3), 9)


def test_all_is_covered_at_the_least_cost() -> None:
    answer = solve(ROW, "lscp", 1.0, None, Watch(), SitingTerms(site_cost=COSTS))
    assert (answer.sites, answer.objective, answer.cost) == ((0, 1, 2), 7, 7)
    assert solve(ROW, "lscp", 1.0, None, Watch()).sites == (2, 3)


def test_existing_sites_stay_unless_they_may_be_closed() -> None:
    assert sites_of("mclp", 2, SitingTerms(is_existing=flags(0))) == (0, 2)
    closable = SitingTerms(is_existing=flags(0), is_closable=flags(0))
    assert sites_of("mclp", 2, closable) == (2, 3)


def test_closing_costs_and_saves() -> None:
    closing = SitingTerms(
        is_existing=flags(0),
        is_closable=flags(0),
        site_cost=np.array([0, 9, 9, 9]),
        budget=9,
        close_cost=np.array([5, 0, 0, 0]),
    )
    answer = solve(ROW, "mclp", 1.0, None, Watch(), closing)
    assert (answer.sites, answer.objective, answer.cost) == ((0, 2), 40, 9)
    saving = replace(closing, close_cost=np.array([-9, 0, 0, 0]))
    answer = solve(ROW, "mclp", 1.0, None, Watch(), saving)
    assert (answer.sites, answer.objective, answer.cost) == ((2, 3), 60, 9)


def test_an_existing_site_that_brings_nothing_is_not_closed_for_nothing() -> None:
    terms = SitingTerms(
        is_existing=flags(0), is_closable=flags(0), site_cost=np.array([0, 9, 9, 9]), budget=18
    )
    assert sites_of("mclp", None, terms) == (0, 2, 3)
    assert solve(ROW, "mclp", 1.0, None, Watch(), terms).objective == 60


def test_of_equal_sites_the_existing_one_stays() -> None:
    asked = problem([[1.0, 1.0, 1.0]], [10])
    terms = SitingTerms(is_existing=flags(2, m=3), is_closable=flags(2, m=3))
    assert sites_of("mclp", 1, terms, asked) == (2,)
    assert sites_of("mclp", 1, replace(terms, capacity=np.full(3, 10.0)), asked) == (2,)


def test_of_sites_in_conflict_one_is_chosen() -> None:
    assert sites_of("mclp", 2, SitingTerms(conflicts=pairs((2, 3), (3, 2)))) == (1, 2)
    assert sites_of("lscp", None, SitingTerms(conflicts=pairs((2, 3)))) == (0, 1, 2)


def test_to_enlarge_or_to_build() -> None:
    """The first site stands; the second is the same enlarged, the third is new, for as much."""
    asked = problem([[1.0, 1.0, None], [None, 1.0, None], [None, None, 1.0]], [10, 20, 30])
    terms = SitingTerms(
        is_existing=flags(0, m=3),
        is_closable=flags(0, m=3),
        site_cost=np.array([0, 7, 7]),
        budget=7,
        conflicts=pairs((0, 1)),
    )
    assert sites_of("mclp", None, terms, asked) == (0, 2)
    poorer = problem([[1.0, 1.0, None], [None, 1.0, None], [None, None, 1.0]], [10, 20, 15])
    assert sites_of("mclp", None, terms, poorer) == (1,)


def test_a_second_cover_counts_for_its_share() -> None:
    asked = problem([[1.0, 1.0, None], [None, None, 1.0]], [10, 4])
    assert sites_of("mclp", 2, SitingTerms(backup=0.3), asked) == (0, 2)
    answer = solve(asked, "mclp", 1.0, 2, Watch(), SitingTerms(backup=0.5))
    assert (answer.sites, answer.objective, answer.bound) == ((0, 1), 15, 15)


def test_people_of_one_place_may_go_to_two_sites() -> None:
    asked = problem([[1.0, 1.0, 3.0], [2.0, None, 1.0]], [10, 6])
    terms = SitingTerms(capacity=np.array([6.0, 6.0, 6.0]))
    answer = solve(asked, "mclp", 2.0, 2, Watch(), terms)
    assert (answer.objective, answer.bound, answer.sites) == (12, 12, (0, 1))
    assert answer.served is not None
    assert answer.served.weight.sum() == 12
    assert (np.bincount(answer.served.site, answer.served.weight) == [6, 6]).all()
    all_served = solve(asked, "p-median", None, 3, Watch(), terms)
    assert (all_served.objective, all_served.status) == (16, "optimal")
    assert all_served.served is not None
    assert np.bincount(all_served.served.demand, all_served.served.weight).tolist() == [10, 6]


@pytest.mark.parametrize(
    ("model", "count", "terms", "code"),
    [
        ("mclp", None, SitingTerms(site_cost=COSTS, budget=0), ErrorCode.SITING_BUDGET_TOO_SMALL),
        (
            "mclp",
            None,
            SitingTerms(site_cost=COSTS, budget=4, is_existing=flags(3)),
            ErrorCode.SITING_BUDGET_TOO_SMALL,
        ),
        ("p-median", None, SitingTerms(site_cost=COSTS, budget=6), ErrorCode.SITING_NO_CHOICE),
        ("p-center", 2, SitingTerms(conflicts=pairs((2, 3))), ErrorCode.SITING_NO_CHOICE),
        ("mclp", 4, SitingTerms(conflicts=pairs((0, 1))), ErrorCode.SITING_NO_CHOICE),
        (
            "mclp",
            2,
            SitingTerms(is_existing=flags(0, 1), conflicts=pairs((0, 1))),
            ErrorCode.SITING_FIXED_IN_CONFLICT,
        ),
        ("mclp", 1, SitingTerms(is_existing=flags(0, 1)), ErrorCode.SITING_FIXED_ABOVE_COUNT),
        ("mclp", 5, SitingTerms(site_cost=COSTS, budget=50), ErrorCode.SITING_TOO_FEW_CANDIDATES),
        (
            "mclp",
            4,
            SitingTerms(is_existing=flags(0), conflicts=pairs((0, 1))),
            ErrorCode.SITING_TOO_FEW_CANDIDATES,
        ),
        ("p-median", 3, SitingTerms(capacity=np.full(4, 19.0)), ErrorCode.SITING_CAPACITY_TOO_SMALL),
        (
            "p-median",
            3,
            SitingTerms(capacity=np.array([10.0, 30, 29, 30])),
            ErrorCode.SITING_NO_CHOICE,
        ),
        (
            "p-median",
            2,
            SitingTerms(capacity=np.array([9.0, 9, 30, 29])),
            ErrorCode.SITING_CAPACITY_TOO_SMALL,
        ),
        ("lscp", None, SitingTerms(site_cost=COSTS, budget=9), ErrorCode.SITING_TERM_UNFIT),
        ("lscp", None, SitingTerms(backup=0.5), ErrorCode.SITING_TERM_UNFIT),
        ("p-center", 3, SitingTerms(capacity=np.full(4, 30.0)), ErrorCode.SITING_TERM_UNFIT),
        ("mclp", 3, SitingTerms(capacity=np.full(4, 30.0), backup=0.5), ErrorCode.SITING_TERM_UNFIT),
        ("mclp", None, SitingTerms(budget=9), ErrorCode.SITING_TERM_MISSING),
        ("mclp", 2, SitingTerms(is_closable=flags(0)), ErrorCode.SITING_TERM_MISSING),
        ("mclp", 2, SitingTerms(close_cost=COSTS), ErrorCode.SITING_TERM_MISSING),
        ("mclp", None, SitingTerms(site_cost=-COSTS, budget=9), ErrorCode.WRONG_ARGUMENT),
        ("mclp", None, SitingTerms(site_cost=COSTS, budget=-9), ErrorCode.WRONG_ARGUMENT),
        ("mclp", 2, SitingTerms(capacity=np.full(4, np.nan)), ErrorCode.WRONG_ARGUMENT),
        ("mclp", 2, SitingTerms(backup=1.5), ErrorCode.WRONG_ARGUMENT),
        ("mclp", None, SitingTerms(site_cost=COSTS), ErrorCode.SITING_OPTION_MISSING),
    ],
)
def test_what_cannot_be_answered_is_refused(
    model: Model, count: int | None, terms: SitingTerms, code: ErrorCode
) -> None:
    with pytest.raises(GisError) as refused:
        sites_of(model, count, terms)
    assert refused.value.code == code
    assert str(refused.value)


def test_fixed_and_excluded_at_once_is_refused() -> None:
    torn = problem([[1.0, 1.0]], [1], fixed=[0], excluded=[0])
    with pytest.raises(GisError) as refused:
        solve(torn, "mclp", 1.0, 1, Watch(), SitingTerms(site_cost=np.array([1, 1])))
    assert refused.value.code == ErrorCode.SITING_FIXED_AND_EXCLUDED


def test_the_budget_that_is_named_is_enough() -> None:
    terms = SitingTerms(site_cost=COSTS, budget=0, is_existing=flags(3))
    with pytest.raises(GisError) as refused:
        sites_of("mclp", None, terms)
    enough = int(str(refused.value.params["least"]))
    assert enough == 6
    assert sites_of("mclp", None, replace(terms, budget=enough)) == (3,)


def test_steps_are_in_the_order_of_what_they_bring() -> None:
    terms = SitingTerms(site_cost=COSTS, is_existing=flags(0))
    answer = solve(ROW, "mclp", 1.0, 3, Watch(), terms)
    told = [
        (step.site, step.reached, step.gain, step.cost) for step in steps(ROW, "mclp", 1.0, answer, terms)
    ]
    assert told == [(0, 10, 10, 1), (2, 30, 30, 4), (1, 20, 20, 2)]
    asked = problem([[1.0, 5.0], [6.0, 2.0]], [10, 1])
    median = solve(asked, "p-median", None, 2, Watch())
    told_of = [(step.site, step.reached, step.gain) for step in steps(asked, "p-median", None, median)]
    assert told_of == [(0, 11, 0), (1, 0, 4)]


def test_a_site_that_is_chosen_under_every_draw_is_told() -> None:
    plain = solve(ROW, "mclp", 1.0, 2, Watch())
    other = problem([[1.0, None, None, None], [None, 1.0, None, None], [None, None, 1.0, None]], [10, 20, 30])
    without = problem(
        [[9.0, None, None, None], [None, 9.0, None, None], [None, None, 9.0, None]], [10, 20, 30]
    )
    told = chosen_under_draws([ROW, other, ROW, without], "mclp", 1.0, 2, plain)
    assert told is not None
    assert told.share.tolist() == pytest.approx([0, 1 / 3, 1, 2 / 3])
    assert (told.always, told.proved, told.unanswered) == ((2,), 3, 1)
    assert told.objective.tolist() == [60, 30, 60, 0]
    assert (told.low, told.high) == (0, 60)


def test_no_draw_is_no_answer() -> None:
    plain = solve(ROW, "mclp", 1.0, 2, Watch())
    over = Watch(is_cancelled=lambda: True)
    assert chosen_under_draws([ROW], "mclp", 1.0, 2, plain, watch=over) is None


def test_a_plan_that_leaves_somebody_out_under_a_draw_is_worth_nothing_there() -> None:
    plain = solve(ROW, "lscp", 1.0, None, Watch())
    other = problem([[1.0, None, None, None], [None, 1.0, None, 1.0], [None, None, 1.0, None]], [10, 20, 30])
    told = chosen_under_draws([other], "lscp", 1.0, None, plain)
    assert told is not None
    assert told.objective.tolist() == [np.inf]
