"""Laws of roadmaps, against every roadmap that there is, on programmes small enough to go through."""

from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.analysis.plans import (
    NOT_BUILT,
    NOT_SETTLED,
    Programme,
    Reach,
    curve,
    cut_budget,
    evaluated,
    faults,
    nested_sites,
    person_days,
)
from gis_service.analysis.plans.prices import PlanPrices
from gis_service.analysis.plans.proof import prove
from gis_service.analysis.plans.regret import best_end, best_now
from gis_service.analysis.plans.solve import solve_within
from gis_service.analysis.plans.terms import terms_of
from gis_service.analysis.siting import Watch
from tests.roadmap_problems import brought, every_roadmap, keeps_rules, programmes


@settings(max_examples=60, deadline=None)
@given(programmes())
def test_the_best_is_the_best_of_all(asked: Programme) -> None:
    every = {phase: brought(asked, phase) for phase in every_roadmap(asked)}
    best = solve_within(asked, Watch())
    assert best.objective == best.bound == max(every.values())
    assert best.status == "optimal" or best.objective == 0
    found = tuple(best.phase.tolist())
    assert every[found] == best.objective
    assert not faults(asked, best.phase)
    # Of equals none that differs in one project, or in two that change places, builds the first one sooner.
    for other, value in every.items():
        moved = [j for j in range(len(asked)) if other[j] != found[j]]
        swapped = len(moved) == 2 and [other[j] for j in moved] == [found[j] for j in reversed(moved)]
        if value == best.objective and (len(moved) == 1 or swapped):
            assert _sooner(asked, found[moved[0]], other[moved[0]])


def _sooner(asked: Programme, one: int, other: int) -> bool:
    never = len(asked.phases)
    return (never if one == NOT_BUILT else one) < (never if other == NOT_BUILT else other)


@settings(max_examples=60, deadline=None)
@given(programmes(), st.data())
def test_the_checker_says_what_the_rules_say(asked: Programme, data: st.DataObject) -> None:
    choices = st.integers(NOT_BUILT, len(asked.phases) - 1)
    for _ in range(10):
        phase = data.draw(st.lists(choices, min_size=len(asked), max_size=len(asked)))
        settled = [one if one != NOT_SETTLED else at for one, at in zip(asked.settled, phase, strict=True)]
        assert (not faults(asked, np.array(settled, np.int32))) == keeps_rules(asked, tuple(settled))


@settings(max_examples=30, deadline=None)
@given(programmes(), st.data())
def test_a_roadmap_tells_what_it_brings(asked: Programme, data: st.DataObject) -> None:
    phase = data.draw(st.sampled_from([*every_roadmap(asked)]))
    told = evaluated(asked, np.array(phase, np.int32))
    assert told.objective == brought(asked, phase)
    assert told.bound >= solve_within(asked, Watch()).objective
    assert told.objective == int((told.won.sum(axis=1) * asked.phases.days_left[:-1]).sum())
    built = np.array(phase) != NOT_BUILT
    assert told.cost.sum() == asked.cost[built].sum()
    steps = curve(asked, np.array(phase, np.int32))
    assert sorted(step.project for step in steps) == np.flatnonzero(built).tolist()
    assert all(step.won <= step.alone for step in steps)
    assert sum(step.won for step in steps) == told.won.sum()
    assert [step.phase for step in steps] == sorted(step.phase for step in steps)


@settings(max_examples=20, deadline=None)
@given(programmes())
def test_what_is_begun_with_is_never_lost(asked: Programme) -> None:
    best = solve_within(asked, Watch())
    hasty = solve_within(asked, Watch(limit_s=0.0))
    assert hasty.objective <= best.objective <= hasty.bound
    assert not faults(asked, hasty.phase)
    for phase in (best_now(asked, Watch()), best_end(asked, Watch())):
        assert not faults(asked, phase)
        assert person_days(asked, phase) <= best.objective
        assert solve_within(asked, Watch(limit_s=0.0), [phase]).objective >= person_days(asked, phase)


@settings(max_examples=20, deadline=None)
@given(programmes())
def test_the_best_end_is_the_best_end_of_all(asked: Programme) -> None:
    last = np.zeros(len(asked.phases), np.int64)
    last[-1] = 1
    at_end = replace(asked, phases=replace(asked.phases, days=last))
    most = max(brought(at_end, phase) for phase in every_roadmap(at_end))
    assert person_days(at_end, best_end(asked, Watch())) == most


@settings(max_examples=20, deadline=None)
@given(programmes(), st.integers(0, 100))
def test_a_cut_keeps_what_it_can(asked: Programme, percent: int) -> None:
    was = solve_within(asked, Watch())
    cut = cut_budget(asked, was.phase, percent, Watch())
    less = replace(asked, phases=asked.phases.cut(percent))
    allowed = [
        phase
        for phase in every_roadmap(less)
        if all(
            now == NOT_BUILT or NOT_BUILT != then <= now for now, then in zip(phase, was.phase, strict=True)
        )
        or all(now == then for now, then in zip(phase, was.phase, strict=True))
    ]
    assert cut.roadmap.objective == max(brought(less, phase) for phase in allowed)
    assert cut.lost == was.objective - cut.roadmap.objective
    assert {slip.project for slip in cut.slips} == set(
        np.flatnonzero(cut.roadmap.phase != was.phase).tolist()
    )
    assert all(slip.now == NOT_BUILT or slip.now > slip.was for slip in cut.slips)
    if percent == 0:
        assert not cut.slips


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(), (3,)]))
def test_nested_sites_are_the_best_that_nest(seed: int, fixed: tuple[int, ...]) -> None:
    draws = np.random.default_rng(seed)
    covers = draws.random((5, 8)) < 0.4
    weight, days = draws.integers(1, 9, 8), np.array([3, 2, 4])
    row = np.nonzero(covers)[1]
    start = np.concatenate([[0], np.cumsum(covers.sum(axis=1))]).astype(np.int64)
    nobody = np.zeros(8, np.bool_)
    reach = Reach(start, row.astype(np.int32), weight, np.zeros(8, np.int32), nobody)
    found = nested_sites([*"abcde"], reach, "clinic", (1, 2, 4), days, Watch(), fixed)
    for plan in (found.joint, found.best_now, found.best_end):
        assert all(plan.phase[site] == 0 for site in fixed)
        assert [(plan.phase <= t).sum() - (plan.phase < 0).sum() for t in range(3)] == [1, 2, 4]
    best = max(
        sum(
            int(days[t]) * int(weight[covers[list(sites)].any(axis=0)].sum())
            for t, sites in enumerate((one, two, four))
        )
        for four in combinations(range(5), 4)
        for two in combinations(four, 2)
        for one in combinations(two, 1)
        if set(fixed) <= set(one)
    )
    assert found.joint.objective == best
    assert all(least >= 0 for plan in (found.best_now, found.best_end) for least in found.of(plan))
    ends = [sites for sites in combinations(range(5), 4) if set(fixed) <= set(sites)]
    most = max(int(weight[covers[list(sites)].any(axis=0)].sum()) for sites in ends)
    assert found.best_end.covered[-1].sum() == most


@settings(max_examples=20, deadline=None)
@given(programmes())
def test_the_arrays_of_the_search_bring_the_same(asked: Programme) -> None:
    terms = terms_of(asked)
    state = terms.state()
    assert state.value[0] == person_days(asked, asked.settled)


@settings(max_examples=300, deadline=None)
@given(programmes())
def test_the_proof_needs_no_search_before_it(asked: Programme) -> None:
    terms, told, bounds = terms_of(asked), list[tuple[int, ...]](), list[int]()
    nothing = terms.within(asked.settled)
    prove(terms, nothing, Watch(), lambda phase: told.append(tuple(terms.told(phase))), bounds.append)
    every = {phase: brought(asked, phase) for phase in every_roadmap(asked)}
    assert bounds[-1] == max(every.values())
    assert every[told[-1] if told else tuple(asked.settled.tolist())] == bounds[-1]


@settings(max_examples=150, deadline=None)
@given(programmes(), st.sampled_from([1, 6, 20, 500]), st.integers(1, 40))
def test_prices_are_a_bound_at_every_step(asked: Programme, most: int, steps: int) -> None:
    terms = terms_of(asked)
    every = [brought(asked, phase) for phase in every_roadmap(asked)]
    prices = PlanPrices(terms, terms.within(asked.settled), most)
    prices.go(max(every), steps)
    assert prices.bound >= max(every)
