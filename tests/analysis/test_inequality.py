"""Inequality over persons: known values, closed forms, and the laws such measures must keep."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gis_service.analysis.field import UNREACHED
from gis_service.analysis.inequality import LORENZ_POINTS, beyond, concentration, inequality
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Floats, Int64s

HELD = np.array([66, 45, 30, 28, 21, 17, 12, 9, 4, 1.0])
LIVING = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3]) * 1000
UNITS = np.array([0, 0, 1, 1, 1, 2, 2, 0, 2, 1], np.int32)


def ones(n: int) -> Int64s:
    return np.full(n, 1000, np.int64)


@pytest.mark.parametrize(
    ("people", "gini", "theil", "within", "between"),
    [
        (ones(10), 0.44163090128755367, 0.3296296833222847, 0.21003729, 0.11959239),
        (LIVING, 0.43104273504273505, 0.325444619119673, 0.26235589, 0.06308873),
    ],
)
def test_the_measures_are_those_of_a_library_in_use(
    people: Int64s, gini: float, theil: float, within: float, between: float
) -> None:
    # PySAL's `inequality` 1.1.2 with a row for each person: Gini, Theil, TheilD.
    found = inequality(HELD, people, UNITS)
    assert found.gini == pytest.approx(gini, rel=1e-12)
    assert found.theil == pytest.approx(theil, rel=1e-12)
    assert (found.theil_within, found.theil_between) == pytest.approx((within, between), abs=5e-9)


@pytest.mark.parametrize("n", [2, 10, 1000])
def test_the_numbers_from_one_to_n_have_a_gini_of_their_own(n: int) -> None:
    assert inequality(np.arange(1.0, n + 1), ones(n)).gini == pytest.approx((n - 1) / (3 * n))


def test_when_one_of_ten_has_all_the_rest_has_nothing() -> None:
    found = inequality(np.array([0.0] * 9 + [5.0]), ones(10))
    assert found.gini == pytest.approx(0.9)
    assert found.theil == pytest.approx(math.log(10))
    assert found.palma is None
    assert found.lorenz.tolist() == [[0, 0], [0.9, 0], [1, 1]]


def test_palma_sets_the_top_tenth_against_the_bottom_four() -> None:
    assert inequality(np.array([1.0] * 4 + [2.0] * 5 + [6.0]), ones(10)).palma == pytest.approx(6 / 4)
    # The tenth may end inside a row: of one person in four, two fifths have the top tenth.
    assert inequality(np.array([1.0, 3.0]), np.array([3000, 1000])).palma == pytest.approx(0.3 / 0.4)


@pytest.mark.parametrize("level", [1.0, 0.1, 1e-9, 1234.5678])
@pytest.mark.parametrize("n", [1, 7])
def test_where_all_have_the_same_nothing_is_uneven(level: float, n: int) -> None:
    units = np.arange(n, dtype=np.int32) % 2
    found = inequality(np.full(n, level), np.arange(1, n + 1) * 333, units)
    assert found.gini == 0
    assert found.theil == pytest.approx(0, abs=1e-15)
    assert found.palma == pytest.approx(0.25)
    assert found.lorenz.tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize(
    ("values", "people", "mean"),
    [([], [], None), ([3.0], [0], None), ([0.0, 0.0], [1000, 5], 0.0)],
)
def test_of_nobody_or_nothing_there_is_no_measure(
    values: list[float], people: list[int], mean: float | None
) -> None:
    held, living = np.array(values, float), np.array(people, np.int64)
    found = inequality(held, living)
    assert found.mean == mean
    assert (found.gini, found.theil, found.palma, len(found.lorenz)) == (None, None, None, 0)
    assert concentration(held, living, np.zeros(len(held))) is None


@pytest.mark.parametrize(
    ("values", "people", "named"),
    [([-1.0], [1], "values"), ([np.nan], [1], "values"), ([np.inf], [1], "values"), ([1.0], [-1], "people")],
)
def test_what_nobody_can_have_is_refused(values: list[float], people: list[int], named: str) -> None:
    held, living = np.array(values), np.array(people, np.int64)
    with pytest.raises(WrongUse, match=named):
        inequality(held, living)
    with pytest.raises(WrongUse, match=named):
        concentration(held, living, np.zeros(1))


def test_concentration_asks_for_a_ranking() -> None:
    for rank in (None, np.array([1.0, np.nan]), np.array([np.inf, 0.0])):
        with pytest.raises(WrongUse) as refused:
            concentration(np.ones(2), ones(2), rank)
        assert refused.value.code == ErrorCode.RANKING_MISSING
    assert concentration(np.array([1.0, 3.0]), np.array([1000, 0]), np.array([2.0, np.nan])) == 0


def test_concentration_by_hand() -> None:
    # Ranks 1/4 and 3/4 of two persons: 2 * ((1 - 2) * (1/4 - 1/2) + (3 - 2) * (3/4 - 1/2)) / 2 / 2.
    assert concentration(np.array([1.0, 3.0]), ones(2), np.array([5.0, 9.0])) == pytest.approx(0.25)
    assert concentration(np.array([1.0, 3.0]), ones(2), np.array([9.0, 5.0])) == pytest.approx(-0.25)
    assert concentration(np.array([1.0, 3.0]), ones(2), np.array([5.0, 5.0])) == 0


def test_who_never_arrives_is_beyond_any_limit() -> None:
    cost = np.array([100, 101, UNREACHED])
    assert beyond(cost, np.array([1, 10, 100]), 100) == 110
    assert beyond(cost, np.array([1, 10, 100]), 10**12) == 100


town = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.25, 1000.0]) | st.floats(1e-6, 1e6),
        st.integers(0, 20_000),
        st.integers(-1, 3),
    ),
    min_size=1,
    max_size=25,
)
Drawn = list[tuple[float, int, int]]


def columns(drawn: Drawn) -> tuple[Floats, Int64s, np.ndarray[tuple[int], np.dtype[np.int32]]]:
    values, people, unit = zip(*drawn, strict=True)
    assume(any(v * p for v, p in zip(values, people, strict=True)))
    return np.array(values), np.array(people, np.int64), np.array(unit, np.int32)


@given(drawn=town)
def test_gini_is_the_mean_difference_of_all_pairs_of_persons(drawn: Drawn) -> None:
    values, people, unit = columns(drawn)
    w = people / people.sum()
    apart = np.abs(values[:, None] - values[None, :])
    found = inequality(values, people, unit)
    assert found.gini is not None
    assert found.gini == pytest.approx(w @ apart @ w / (2 * (w @ values)), abs=1e-12)
    assert 0 <= found.gini < 1


@given(drawn=town)
def test_theil_within_and_between_are_those_of_the_parts(drawn: Drawn) -> None:
    values, people, unit = columns(drawn)
    found = inequality(values, people, unit)
    x, w = values / (values @ people / people.sum()), people / people.sum()
    whole = sum(each * part * math.log(part) for part, each in zip(x, w, strict=True) if part > 0)
    assert found.theil == pytest.approx(whole, abs=1e-12)
    parts = 0.0
    for one in np.unique(unit):
        inside = inequality(values[unit == one], people[unit == one]).theil or 0.0
        parts += inside * (x[unit == one] @ w[unit == one])
    assert found.theil_within == pytest.approx(parts, abs=1e-12)
    assert inequality(values, people).theil_between == pytest.approx(0, abs=1e-12)


@given(drawn=town, times=st.sampled_from([0.001, 3.0, 1e6]), copies=st.integers(2, 4))
def test_scale_copies_and_order_change_nothing(drawn: Drawn, times: float, copies: int) -> None:
    values, people, unit = columns(drawn)
    plain = inequality(values, people, unit)
    turned = inequality(values[::-1], people[::-1], unit[::-1])
    assert (turned.gini, turned.theil, turned.palma) == (plain.gini, plain.theil, plain.palma)
    for other in (
        inequality(values * times, people, unit),
        inequality(values, people * copies, unit),
        inequality(np.tile(values, copies), np.tile(people, copies), np.tile(unit, copies)),
    ):
        for name in ("gini", "theil", "theil_within", "palma"):
            before, after = (getattr(each, name) or 0.0 for each in (plain, other))
            assert after == pytest.approx(before, rel=1e-9, abs=1e-12), name


@given(drawn=town, poor=st.integers(0, 24), rich=st.integers(0, 24), share=st.floats(0.01, 0.49))
def test_giving_to_the_poorer_makes_it_more_even(drawn: Drawn, poor: int, rich: int, share: float) -> None:
    values, _, _ = columns(drawn)
    poor, rich = poor % len(values), rich % len(values)
    assume(values[rich] - values[poor] > 1e-3 * values.sum())
    before, given_ = inequality(values, ones(len(values))), (values[rich] - values[poor]) * share
    values[poor] += given_
    values[rich] -= given_
    after = inequality(values, ones(len(values)))
    assert before.gini is not None
    assert after.gini is not None
    assert after.gini < before.gini
    assert before.theil is not None
    assert after.theil is not None
    assert after.theil < before.theil


@given(drawn=town)
def test_concentration_is_gini_when_ranked_by_what_they_have(drawn: Drawn) -> None:
    values, people, unit = columns(drawn)
    gini = inequality(values, people).gini
    assert gini is not None
    assert concentration(values, people, values) == pytest.approx(gini, abs=1e-12)
    assert concentration(values, people, -values) == pytest.approx(-gini, abs=1e-12)
    by_unit = concentration(values, people, unit.astype(float))
    assert by_unit is not None
    assert abs(by_unit) <= gini + 1e-12


def test_a_long_curve_is_told_in_hundredths() -> None:
    values = np.random.default_rng(2).exponential(1.0, 5000)
    curve = inequality(values, ones(5000)).lorenz
    assert len(curve) == LORENZ_POINTS
    held = np.concatenate([[0], np.cumsum(np.sort(values))]) / values.sum()
    assert curve[:, 1] == pytest.approx(held[::50])
    assert np.all(np.diff(curve, n=2, axis=0)[:, 1] >= -1e-12)  # it bends one way
