"""Quotas: what units have against what they need, as written down and not as floating numbers round it."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.quota import Per, known_sizes, people_by_unit, provision

PEOPLE = np.array([1_000_000, 2_000_500, 0], dtype=np.int64)
"""1,000 people, 2,000.5 people, nobody."""


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(values, dtype=np.int32)


@pytest.mark.parametrize(
    ("amount", "per", "needed"),
    [
        (0.65, "person", [650_000, 1_300_325, 0]),
        (50, "1000_people", [50_000, 100_025, 0]),
        (1, "unit", [1000, 1000, 1000]),
        (Fraction(1, 3), "person", [333_334, 666_834, 0]),
    ],
)
def test_what_is_needed_follows_from_people_or_from_units(amount: float, per: Per, needed: list[int]) -> None:
    assert provision(PEOPLE, ints(), None, amount, per).needed.tolist() == needed


def test_facilities_count_in_their_one_unit_and_those_without_one_nowhere() -> None:
    found = provision(PEOPLE, ints(0, 0, 1, -1), None, 2, "unit")
    assert found.have.tolist() == [2000, 1000, 0]
    assert found.missing.tolist() == [0, 1000, 2000]
    assert found.enough.tolist() == [True, False, False]


def test_a_size_that_is_not_known_counts_as_nothing() -> None:
    sizes = np.array([649.9996, np.nan, 5.5, -3.0, np.inf])
    found = provision(PEOPLE, ints(0, 0, 1, 1, 1), sizes, 0.65, "person")
    assert found.have.tolist() == [650_000, 5500, 0]
    assert found.enough.tolist() == [True, False, True]


def test_exactly_enough_is_enough_where_floating_numbers_say_otherwise() -> None:
    """0.1 x 3 is more than 0.3 in floating numbers."""
    three = np.array([3000], dtype=np.int64)
    assert provision(three, ints(0), np.array([0.3]), 0.1, "person").enough.tolist() == [True]
    assert not provision(three, ints(0), np.array([0.299]), 0.1, "person").enough[0]


def test_people_without_a_unit_are_in_no_row() -> None:
    assert people_by_unit(ints(1, -1, 1, -2), np.array([1, 2, 4, 8]), 2).tolist() == [0, 5]


@given(
    people=st.integers(0, 10**10),
    have=st.integers(0, 10**9),
    amount=st.decimals(0, 1000, places=3),
    per=st.sampled_from(["person", "1000_people", "unit"]),
)
def test_enough_is_what_the_figures_without_rounding_say(
    people: int, have: int, amount: float, per: Per
) -> None:
    asked = Fraction(amount)
    by = {"person": Fraction(people, 1000), "1000_people": Fraction(people, 10**6), "unit": Fraction(1)}
    found = provision(np.array([people]), ints(0), np.array([have / 1000]), asked, per)
    assert found.enough[0] == (Fraction(have, 1000) >= asked * by[per])
    assert (found.missing[0] == 0) == found.enough[0]


def test_what_is_below_nought_or_no_number_is_not_known() -> None:
    found = known_sizes(np.array([-1.0, -np.inf, np.inf, np.nan, 0.0, 2.5]))
    assert np.isnan(found[:4]).all()
    assert found[4:].tolist() == [0.0, 2.5]
