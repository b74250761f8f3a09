"""Laws of siting within terms, on small tables where every choice can be gone through."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.analysis.siting import (
    Model,
    SitingAnswer,
    SitingProblem,
    SitingTerms,
    Watch,
    solve,
    steps,
    value_of,
)
from gis_service.analysis.siting.prices import Prices
from gis_service.analysis.siting.rules import SiteRules
from gis_service.errors import AnyCode, ErrorCode, RefusedInput, Temporary
from tests.analysis.siting.every_choice import best_of_all, possible_choices
from tests.siting_problems import problem

EXAMPLES = 40
LIMIT = 4.0
REFUSED_AT_ONCE = {
    ErrorCode.SITING_NOTHING_IN_REACH,
    ErrorCode.SITING_TOO_FEW_CANDIDATES,
    ErrorCode.SITING_BUDGET_TOO_SMALL,
}
"""What is refused though some choice may be possible: none in reach, none affordable, too few."""
OFFERED = [
    ("mclp", "costs"),
    ("mclp", "closing"),
    ("mclp", "conflicts"),
    ("mclp", "backup"),
    ("mclp", "capacity"),
    ("p-median", "costs"),
    ("p-median", "closing"),
    ("p-median", "conflicts"),
    ("p-median", "capacity"),
    ("p-center", "costs"),
    ("p-center", "closing"),
    ("lscp", "costs"),
    ("lscp", "closing"),
]
"""Models and what is always asked beside; the other terms come and go."""


def ints(m: int, low: int, high: int) -> st.SearchStrategy[np.ndarray]:
    return st.lists(st.integers(low, high), min_size=m, max_size=m).map(lambda some: np.array(some, np.int64))


def bools(m: int) -> st.SearchStrategy[np.ndarray]:
    return st.lists(st.booleans(), min_size=m, max_size=m).map(lambda some: np.array(some, np.bool_))


@st.composite
def tables(draw: st.DrawFn, *, whole: bool) -> SitingProblem:
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    cost = st.one_of(st.integers(0, 9).map(float), st.integers(0, 9).map(float), st.none())
    table = draw(st.lists(st.lists(cost, min_size=m, max_size=m), min_size=n, max_size=n))
    each = st.integers(0, 9).map(float) if whole else st.floats(0, 9, allow_subnormal=False)
    kinds = draw(st.lists(st.sampled_from(["free"] * 6 + ["fixed", "out"]), min_size=m, max_size=m))
    fixed, out = ([at for at, kind in enumerate(kinds) if kind == name] for name in ("fixed", "out"))
    return problem(table, draw(st.lists(each, min_size=n, max_size=n)), fixed, out)


@st.composite
def terms_of(draw: st.DrawFn, m: int, model: Model, always: str) -> SitingTerms:
    """Draw terms that the model knows."""
    given = {always} | draw(st.sets(st.sampled_from(["costs", "closing", "conflicts"])))
    terms: dict[str, object] = {}
    if "costs" in given:
        terms["site_cost"] = draw(ints(m, 0, 9))
        if model != "lscp":
            terms["budget"] = draw(st.integers(0, 25))
    if "closing" in given:
        terms["is_existing"], terms["is_closable"] = draw(bools(m)), draw(bools(m))
        terms["close_cost"] = draw(ints(m, -3, 5))
    if "conflicts" in given:
        pair = st.tuples(st.integers(0, m - 1), st.integers(0, m - 1)).filter(lambda two: two[0] != two[1])
        pairs = draw(st.lists(pair, max_size=5)) if m > 1 else []
        terms["conflicts"] = np.array(pairs, np.int32).reshape(-1, 2)
    if always == "backup":
        terms["backup"] = draw(st.sampled_from([0.25, 0.3, 1.0]))
    if always == "capacity":
        terms["capacity"] = draw(ints(m, 0, 20)).astype(np.float64)
    return SitingTerms(**terms)  # type: ignore[arg-type]  # each has the type of its name


def ask(
    asked: SitingProblem, model: Model, count: int | None, terms: SitingTerms, watch: Watch
) -> SitingAnswer | AnyCode:
    try:
        return solve(asked, model, LIMIT if model in {"mclp", "lscp"} else None, count, watch, terms)
    except (RefusedInput, Temporary) as refused:
        return refused.code


def count_of(data: st.DataObject, model: Model, terms: SitingTerms, m: int) -> int | None:
    if model == "lscp" or (terms.budget is not None and data.draw(st.booleans())):
        return None
    return data.draw(st.integers(1, m))


def agree(
    asked: SitingProblem,
    model: Model,
    count: int | None,
    terms: SitingTerms,
    answer: SitingAnswer | AnyCode,
) -> None:
    """Hold an answer against all choices."""
    known = best_of_all(asked, model, LIMIT, count, terms)
    if isinstance(answer, AnyCode):
        nobody_comes = answer == ErrorCode.SITING_DEMAND_UNREACHABLE and asked.unreachable.size
        assert known is None or answer in REFUSED_AT_ONCE or nobody_comes
        return
    assert known is not None
    assert answer.objective == pytest.approx(known, rel=1e-9, abs=1e-9)
    assert answer.status == "optimal"
    assert answer.bound == pytest.approx(known, rel=1e-6, abs=1e-6)
    possible = dict(possible_choices(asked, terms, count))
    assert answer.sites in possible
    if answer.cost is not None:
        assert answer.cost == possible[answer.sites]
    if answer.served is not None and terms.capacity is not None:
        served, n, m = answer.served, len(asked.weight), len(asked.site_ids)
        assert set(served.site.tolist()) <= set(answer.sites)
        assert (np.bincount(served.site, served.weight, m) <= terms.capacity + 1e-9).all()
        assert (np.bincount(served.demand, served.weight, n) <= asked.weight + 1e-9).all()


@pytest.mark.parametrize(("model", "always"), OFFERED)
@given(data=st.data(), whole=st.booleans())
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_answer_is_the_best_of_all_that_the_terms_allow(
    model: Model,
    always: str,
    data: st.DataObject,
    whole: bool,  # noqa: FBT001
) -> None:
    asked = data.draw(tables(whole=whole))
    m = len(asked.site_ids)
    terms = data.draw(terms_of(m, model, always))
    count = count_of(data, model, terms, m)
    told: list[tuple[float | None, float]] = []
    watch = Watch(tell=lambda best, bound: told.append((best, bound)))
    answer = ask(asked, model, count, terms, watch)
    agree(asked, model, count, terms, answer)
    if isinstance(answer, SitingAnswer):
        sign, slack = -1 if model == "mclp" else 1, 1e-6 * abs(answer.objective) + 1e-9
        assert all(sign * bound <= sign * answer.objective + slack for _, bound in told)
        limit = LIMIT if model in {"mclp", "lscp"} else None
        assert value_of(asked, model, limit, answer, terms) == pytest.approx(answer.objective)
        assert sorted(step.site for step in steps(asked, model, limit, answer, terms)) == list(answer.sites)


@pytest.mark.parametrize(("model", "always"), [("mclp", "costs"), ("mclp", "backup"), ("p-median", "costs")])
@given(data=st.data())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_without_a_bound_of_prices_the_programme_alone_proves(
    model: Model, always: str, data: st.DataObject
) -> None:
    asked = data.draw(tables(whole=True))
    terms = data.draw(terms_of(len(asked.site_ids), model, always))
    count = count_of(data, model, terms, len(asked.site_ids))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prices, "go", lambda _self, _upper, _steps: True)
        patch.setattr(Prices, "settled", lambda self, _cutoff: self.rules.first_state())
        agree(asked, model, count, terms, ask(asked, model, count, terms, Watch()))


@pytest.mark.parametrize(("model", "always"), OFFERED)
@given(data=st.data())
@settings(max_examples=EXAMPLES // 4, deadline=None)
def test_the_bound_is_on_the_right_side_when_somebody_cancels(
    model: Model, always: str, data: st.DataObject
) -> None:
    asked = data.draw(tables(whole=True))
    terms = data.draw(terms_of(len(asked.site_ids), model, always))
    count = count_of(data, model, terms, len(asked.site_ids))
    answer = ask(asked, model, count, terms, Watch(is_cancelled=lambda: True))
    known = best_of_all(asked, model, LIMIT, count, terms)
    if isinstance(answer, SitingAnswer):
        assert known is not None
        sign = -1 if model == "mclp" else 1
        assert sign * answer.bound <= sign * known + 1e-9 <= sign * answer.objective + 2e-9
        assert answer.sites in dict(possible_choices(asked, terms, count))


@given(data=st.data())
@settings(max_examples=EXAMPLES, deadline=None)
def test_more_money_is_never_worse(data: st.DataObject) -> None:
    asked = data.draw(tables(whole=True))
    costs = data.draw(ints(len(asked.site_ids), 0, 9))
    found = [
        ask(asked, "mclp", None, SitingTerms(site_cost=costs, budget=budget), Watch())
        for budget in (3, 9, 30)
    ]
    objectives = [answer.objective for answer in found if isinstance(answer, SitingAnswer)]
    assert objectives == sorted(objectives)


@given(pairs=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20))
def test_of_a_group_each_two_are_in_conflict(pairs: list[tuple[int, int]]) -> None:
    apart = np.array(sorted({tuple(sorted(pair)) for pair in pairs if pair[0] != pair[1]}), np.int32)
    none, every = np.zeros((2, 9), np.bool_)
    rules = SiteRules(
        *(none, ~every, none, 0, 9, np.zeros(9)),
        base=0,
        room=np.inf,
        conflicts=apart.reshape(-1, 2),
        has_costs=False,
    )
    group = rules.groups().tolist()
    known = {tuple(pair) for pair in apart.reshape(-1, 2).tolist()}
    for one in range(9):
        assert all(group[one] != group[two] or (one, two) in known for two in range(one + 1, 9))
