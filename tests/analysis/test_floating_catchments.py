"""Floating catchments: a published example, a plain reading with fractions, and what must be kept whole."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.floating_catchments import (
    Catchments,
    Decay,
    balanced_catchments,
    even,
    floating_catchments,
    thirds,
)
from gis_service.analysis.kernels import facilities_of_homes, sums_of_facilities, sums_of_homes
from gis_service.analysis.pairs import Pairs
from gis_service.errors import WrongUse
from gis_service.types import Floats, Int64s

MINUTE = 60_000
FAR_APART = -1


def pairs_of(costs: list[list[int]]) -> Pairs:
    """Make pairs of a table with a row per facility and a column per home."""
    table = np.array(costs)
    facility, home = np.nonzero(table != FAR_APART)
    start = np.concatenate([[0], np.cumsum(np.bincount(facility, minlength=len(table)))])
    return Pairs(start, home.astype(np.int32), table[facility, home].astype(np.int32))


def persons(*people: float) -> Int64s:
    return np.array([round(each * 1000) for each in people], np.int64)


def test_the_hospitals_of_the_published_example() -> None:
    # The example that comes with PySAL's `access`, scenario 0: a weight of 1/minutes up to 61 minutes.
    minutes = [[1, FAR_APART, 40], [FAR_APART, 1, 40], [40, 40, 1]]
    pairs = pairs_of([[cost * MINUTE if cost > 0 else cost for cost in row] for row in minutes])
    decay = Decay(np.array([1, 40]) * MINUTE, np.array([1.0, 1 / 40]))
    found = floating_catchments(pairs, persons(100, 50, 10), np.array([15.0, 20.0, 100.0]), decay)
    assert found.accessibility == pytest.approx([0.33144412, 0.57982813, 7.28641817], abs=5e-9)
    assert found.demand.tolist() == [100.25, 50.25, 13.75]


def test_by_hand_the_share_of_each_falls_with_the_number_who_share() -> None:
    pairs = pairs_of([[1, 1, FAR_APART], [FAR_APART, 1, 1]])
    found = floating_catchments(pairs, persons(30, 10, 10), np.array([2.0, 1.0]), even(1))
    assert found.ratio.tolist() == [2 / 40, 1 / 20]
    assert found.accessibility.tolist() == [2 / 40, 2 / 40 + 1 / 20, 1 / 20]


def test_bands_are_thirds_of_the_limit_and_their_ends_belong_to_them() -> None:
    decay = thirds(30 * MINUTE)
    assert decay.limits.tolist() == [10 * MINUTE, 20 * MINUTE, 30 * MINUTE]
    ends = [0, 10 * MINUTE, 10 * MINUTE + 1, 20 * MINUTE, 20 * MINUTE + 1, 30 * MINUTE, 30 * MINUTE + 1]
    found = floating_catchments(pairs_of([ends]), persons(*[1] * 7), np.ones(1), decay)
    share = found.ratio[0]
    assert found.demand[0] == pytest.approx(2 * (1 + 0.68 + 0.22))
    assert found.accessibility == pytest.approx([share * w for w in (1, 1, 0.68, 0.68, 0.22, 0.22, 0)])


@pytest.mark.parametrize(
    ("limit", "limits", "weights"),
    [(2, [0, 1, 2], [1, 0.68, 0.22]), (1, [0, 1], [1, 0.22]), (0, [0], [1])],
)
def test_a_third_that_holds_no_whole_number_falls_away(
    limit: int, limits: list[int], weights: list[float]
) -> None:
    decay = thirds(limit)
    assert (decay.limits.tolist(), decay.weights.tolist()) == (limits, weights)


def test_where_nobody_lives_and_nothing_is_near_the_answer_is_nothing() -> None:
    pairs = pairs_of([[5, FAR_APART, FAR_APART], [FAR_APART] * 3, [FAR_APART, 5, FAR_APART]])
    people, capacity = persons(0, 4, 4), np.array([3.0, 7.0, 2.0])
    for found in (
        floating_catchments(pairs, people, capacity, even(9)),
        balanced_catchments(pairs, people, capacity, even(9)),
        balanced_catchments(pairs, people, capacity, even(9), "places"),
    ):
        assert (found.demand.tolist(), found.ratio.tolist()) == ([0, 0, 4], [0, 0, 0.5])
        assert found.accessibility[[0, 2]].tolist() == [0, 0]
        assert found.accessibility[1] > 0


def test_without_people_or_facilities_there_is_nothing_to_share() -> None:
    nothing = Pairs(np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.int32))
    for people in (np.empty(0, np.int64), persons(3, 4)):
        for share in (floating_catchments, balanced_catchments):
            found = share(nothing, people, np.empty(0), even(9))
            assert found.accessibility.tolist() == [0.0] * len(people)


@pytest.mark.parametrize(
    ("people", "capacity", "named"),
    [
        ([-1.0, 1.0], [1.0], "people"),
        ([1.0, 1.0], [-0.5], "capacity"),
        ([1.0, 1.0], [np.nan], "capacity"),
        ([1.0, 1.0], [np.inf], "capacity"),
        ([1.0, 1.0], [1.0, 1.0], "capacity"),
    ],
)
def test_people_and_capacities_that_cannot_be_are_refused(
    people: list[float], capacity: list[float], named: str
) -> None:
    for share in (floating_catchments, balanced_catchments):
        with pytest.raises(WrongUse, match=named):
            share(pairs_of([[1, 1]]), persons(*people), np.array(capacity), even(9))


@pytest.mark.parametrize(
    ("limits", "weights", "named"),
    [
        ([], [], "limits"),
        ([5, 5], [1, 1], "limits"),
        ([1, 2, 3, 4, 5], [1] * 5, "limits"),
        ([5], [0], "weights"),
        ([5], [np.nan], "weights"),
        ([5, 6], [1], "weights"),
    ],
)
def test_bands_that_cannot_be_are_refused(limits: list[int], weights: list[float], named: str) -> None:
    with pytest.raises(WrongUse, match=named):
        Decay(np.array(limits, np.int64), np.array(weights, float))


def test_no_question_compiles_a_loop_anew() -> None:
    people = persons(1, 2)
    people.flags.writeable = False  # as arrays that are read from disk
    balanced_catchments(pairs_of([[1, 1]]), people, np.ones(1), thirds(9))
    balanced_catchments(pairs_of([[1, 1]]), people, np.ones(1), thirds(9), "places")
    floating_catchments(pairs_of([[1, 1]]), people, np.ones(1), even(9))
    for loop in (sums_of_facilities, sums_of_homes, facilities_of_homes):
        assert len(loop.signatures) == 1


town = st.integers(1, 5).flatmap(
    lambda homes: st.tuples(
        st.lists(st.lists(st.integers(-1, 30), min_size=homes, max_size=homes), min_size=1, max_size=5),
        st.lists(st.integers(0, 9000).map(lambda p: p / 1000), min_size=homes, max_size=homes),
        st.lists(st.sampled_from([0.0, 1.0, 7.0, 0.125, 1e6]), min_size=5, max_size=5),
    )
)
Town = tuple[list[list[int]], list[float], list[float]]


def weight(cost: int, limit: int = 27) -> Fraction:
    if cost == FAR_APART or cost > limit:
        return Fraction(0)
    return Fraction((1.0, 0.68, 0.22)[max(0, -(-cost * 3 // limit) - 1)])


def plain(drawn: Town, *, balanced: bool, by: str = "people") -> list[float]:
    """The formulas as they are printed, in exact fractions."""
    costs, people, capacity = drawn
    homes, facilities = range(len(people)), range(len(costs))
    w = [[weight(cost) for cost in row] for row in costs]
    around = [sum(w[j][i] for j in facilities) for i in homes]
    p = [Fraction(round(each * 1000), 1000) for each in people]
    answer = [Fraction(0)] * len(people)
    for j in facilities:
        demand = sum(p[i] * w[j][i] / (around[i] if balanced else 1) for i in homes if w[j][i])
        if not demand:
            continue
        ratio = Fraction(capacity[j]) / demand
        rows = sum(w[j][i] for i in homes)
        for i in homes:
            shared = (around[i] or 1 if by == "people" else rows) if balanced else 1
            answer[i] += ratio * w[j][i] / shared
    return [float(each) for each in answer]


def given_town(drawn: Town) -> tuple[Pairs, Int64s, Floats]:
    costs, people, capacity = drawn
    return pairs_of(costs), persons(*people), np.array(capacity[: len(costs)])


@given(drawn=town)
def test_all_catchments_are_those_of_the_printed_formulas(drawn: Town) -> None:
    pairs, people, capacity = given_town(drawn)
    found: list[tuple[Catchments, list[float]]] = [
        (floating_catchments(pairs, people, capacity, thirds(27)), plain(drawn, balanced=False)),
        (balanced_catchments(pairs, people, capacity, thirds(27)), plain(drawn, balanced=True)),
        (
            balanced_catchments(pairs, people, capacity, thirds(27), "places"),
            plain(drawn, balanced=True, by="places"),
        ),
    ]
    for ours, printed in found:
        assert ours.accessibility == pytest.approx(printed, rel=1e-12)


@given(drawn=town)
def test_nothing_that_is_offered_is_lost_or_given_twice(drawn: Town) -> None:
    pairs, people, capacity = given_town(drawn)
    persons_, decay = people / 1000, thirds(27)
    found = floating_catchments(pairs, people, capacity, decay)
    assert persons_ @ found.accessibility == pytest.approx(capacity[found.demand > 0].sum(), rel=1e-9)
    balanced = balanced_catchments(pairs, people, capacity, decay)
    near = np.unique(pairs.home[pairs.cost <= 27])
    assert balanced.demand.sum() == pytest.approx(persons_[near].sum(), rel=1e-9)
    shared = capacity[balanced.demand > 0].sum()
    assert persons_ @ balanced.accessibility == pytest.approx(shared, rel=1e-9)
    by_place = balanced_catchments(pairs, people, capacity, decay, "places")
    assert by_place.accessibility.sum() == pytest.approx(by_place.ratio.sum(), rel=1e-9)


@given(drawn=town, seed=st.integers(0, 99))
def test_the_order_of_rows_changes_not_one_bit(drawn: Town, seed: int) -> None:
    costs, people, capacity = drawn
    rng = np.random.default_rng(seed)
    home, facility = rng.permutation(len(people)), rng.permutation(len(costs))
    turned = (
        [[costs[j][i] for i in home] for j in facility],
        [people[i] for i in home],
        [capacity[j] for j in facility],
    )
    for share in (floating_catchments, balanced_catchments):
        here = share(*given_town(drawn), thirds(27))
        there = share(*given_town(turned), thirds(27))
        assert here.accessibility[home].tolist() == there.accessibility.tolist()
        assert here.ratio[facility].tolist() == there.ratio.tolist()


@given(drawn=town, first=st.integers(0, 9000))
def test_an_address_may_be_written_in_two_rows(drawn: Town, first: int) -> None:
    costs, people, capacity = drawn
    part = min(people[0], first / 1000)
    split = [[*row, row[0]] for row in costs], [part, *people[1:], people[0] - part], capacity
    for share in (floating_catchments, balanced_catchments):
        whole = share(*given_town(drawn), thirds(27)).accessibility
        parted = share(*given_town(split), thirds(27)).accessibility
        assert parted == pytest.approx([*whole, whole[0]], rel=1e-12)
