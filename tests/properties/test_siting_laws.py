"""Laws of siting, on small tables where every choice can be gone through."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis_service.analysis.siting import MODELS, Model, SitingAnswer, SitingProblem, Watch, rows, solve, ties
from gis_service.errors import RefusedInput, Temporary
from tests.siting_problems import Table, problem, truth

EXAMPLES = 60
LIMIT = 4.0


@st.composite
def tables(draw: st.DrawFn, most: int = 7) -> Table:
    n, m = draw(st.integers(1, most)), draw(st.integers(1, most))
    cost = st.one_of(st.integers(0, 9).map(float), st.integers(0, 9).map(float), st.none())
    return draw(st.lists(st.lists(cost, min_size=m, max_size=m), min_size=n, max_size=n))


def weights(table: Table, *, whole: bool = True) -> st.SearchStrategy[list[float]]:
    each = st.integers(0, 9).map(float) if whole else st.floats(0, 9, allow_subnormal=False)
    return st.lists(each, min_size=len(table), max_size=len(table))


def ask(asked: SitingProblem, model: Model, count: int) -> SitingAnswer | None:
    """Solve it; None when it is refused."""
    limit = LIMIT if model in {"mclp", "lscp"} else None
    try:
        return solve(asked, model, limit, None if model == "lscp" else count, Watch())
    except RefusedInput:
        return None


@pytest.mark.parametrize("model", MODELS)
@given(data=st.data(), table=tables(), whole=st.booleans())
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_answer_is_the_best_of_all(model: Model, data: st.DataObject, table: Table, whole: bool) -> None:  # noqa: FBT001
    m = len(table[0])
    kinds = data.draw(
        st.lists(st.sampled_from(["free", "free", "free", "fixed", "out"]), min_size=m, max_size=m)
    )
    fixed, out = ([at for at, kind in enumerate(kinds) if kind == name] for name in ("fixed", "out"))
    asked = problem(table, data.draw(weights(table, whole=whole)), fixed, out)
    count = data.draw(st.integers(1, m))
    known, answer = truth(asked, model, LIMIT, count), ask(asked, model, count)
    nothing_near = model in {"mclp", "lscp"} and not (asked.cost <= LIMIT).any()
    if known.objective is None or nothing_near:
        assert answer is None
        return
    assert answer is not None
    assert answer.objective == pytest.approx(known.objective, rel=1e-9, abs=1e-12)
    assert answer.status == "optimal"
    if whole:
        assert isinstance(answer.objective, int)
        assert answer.sites == known.sites
        assert (answer.bound, answer.gap) == (answer.objective, 0)


@pytest.mark.parametrize("model", MODELS)
@given(data=st.data(), table=tables())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_the_bound_is_on_the_right_side_when_the_time_is_over(
    model: Model, data: st.DataObject, table: Table
) -> None:
    asked = problem(table, data.draw(weights(table)))
    count = data.draw(st.integers(1, len(table[0])))
    known = truth(asked, model, LIMIT, count)
    told: list[tuple[float | None, float]] = []
    limit = LIMIT if model in {"mclp", "lscp"} else None
    watch = Watch(is_cancelled=lambda: True, tell=lambda best, bound: told.append((best, bound)))
    try:
        answer = solve(asked, model, limit, None if model == "lscp" else count, watch)
    except (RefusedInput, Temporary):
        return  # what is refused is judged above; no choice that reaches all may have been found yet
    assert known.objective is not None
    sign = -1 if model == "mclp" else 1
    assert sign * answer.bound <= sign * known.objective <= sign * answer.objective
    assert all(sign * bound <= sign * known.objective for _, bound in told)


def worth(asked: SitingProblem, model: Model, sites: tuple[int, ...]) -> float:
    """Count what sites are worth, apart from the solver."""
    is_open = np.zeros(len(asked.site_ids), dtype=np.bool_)
    is_open[list(sites)] = True
    cost = asked.nearest_costs(is_open)
    if model == "mclp":
        return float(asked.weight[cost <= LIMIT].sum())
    return float((asked.weight * cost).sum() if model == "p-median" else cost.max())


@pytest.mark.parametrize("model", ["mclp", "p-median", "p-center"])
@given(data=st.data(), table=tables())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_the_sites_so_far_are_worth_what_is_told(model: Model, data: st.DataObject, table: Table) -> None:
    asked = problem(table, data.draw(weights(table)))
    count = data.draw(st.integers(1, len(table[0])))
    told: list[tuple[float | None, tuple[int, ...]]] = []
    watch = Watch(tell=lambda best, _bound: told.append((best, watch.best)))
    try:
        answer = solve(asked, model, LIMIT if model == "mclp" else None, count, watch)
    except RefusedInput:
        return
    assert all(len(sites) <= count for _, sites in told)
    assert [best for best, _ in told] == [worth(asked, model, sites) for _, sites in told]
    assert worth(asked, model, watch.best) == answer.objective


@pytest.mark.parametrize("model", ["mclp", "p-median", "p-center"])
@given(data=st.data(), table=tables())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_one_more_site_is_never_worse(model: Model, data: st.DataObject, table: Table) -> None:
    assume(len(table[0]) > 1)
    asked = problem(table, data.draw(weights(table)))
    answers = [ask(asked, model, count) for count in range(1, len(table[0]) + 1)]
    sign = -1 if model == "mclp" else 1
    objectives = [sign * answer.objective for answer in answers if answer is not None]
    assert objectives == sorted(objectives, reverse=True)
    # Once so many reach all, more do.
    assert [answer is None for answer in answers] == sorted(
        (answer is None for answer in answers), reverse=True
    )


@pytest.mark.parametrize("model", MODELS)
@given(data=st.data(), table=tables())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_the_order_of_the_demand_changes_nothing(model: Model, data: st.DataObject, table: Table) -> None:
    weight = data.draw(weights(table))
    order = data.draw(st.permutations(range(len(table))))
    count = data.draw(st.integers(1, len(table[0])))
    one = ask(problem(table, weight), model, count)
    other = ask(problem([table[row] for row in order], [weight[row] for row in order]), model, count)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.objective, one.sites, one.bound) == (other.objective, other.sites, other.bound)


@pytest.mark.parametrize("model", ["mclp", "p-median", "p-center"])
@given(data=st.data(), table=tables())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_no_site_of_a_large_question_could_be_an_earlier_one(
    model: Model, data: st.DataObject, table: Table
) -> None:
    asked = problem(table, data.draw(weights(table)))
    count = data.draw(st.integers(1, len(table[0])))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ties, "_MOST", 0)  # as if there were too many choices to go through
        answer = ask(asked, model, count)
    known = truth(asked, model, LIMIT, count)
    if answer is None:
        return
    assert answer.objective == known.objective
    for out in answer.sites:
        for into in set(range(out)) - set(answer.sites):
            exchanged = sorted({*answer.sites, into} - {out})
            gone = sorted(set(range(len(asked.site_ids))) - set(exchanged))
            only = problem(table, asked.weight, exchanged, gone)
            instead = truth(only, model, LIMIT, len(exchanged))
            assert instead.objective != answer.objective, (out, into)


@pytest.mark.parametrize("model", ["mclp", "p-median"])
@given(data=st.data(), table=tables())
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_to_look_at_the_cheapest_options_first_changes_nothing(
    model: Model, data: st.DataObject, table: Table
) -> None:
    asked = problem(table, data.draw(weights(table)))
    count = data.draw(st.integers(1, len(table[0])))
    plain = ask(asked, model, count)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("_MANY_OPTIONS", 0), ("_FEW_OPTIONS", 1), ("_TIMES_OPTIONS", 0)):
            patch.setattr(rows, name, value)
        assert ask(asked, model, count) == plain


@given(table=tables(), seed=st.integers(0, 2**16))
@settings(max_examples=EXAMPLES // 2, deadline=None)
def test_the_same_question_has_the_same_answer(table: Table, seed: int) -> None:
    weight = np.random.default_rng(seed).random(len(table))
    one, other = (ask(problem(table, weight), "p-median", 1) for _ in range(2))
    assert one == other
