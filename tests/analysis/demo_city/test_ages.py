import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.demo_city.ages import GROUPS, SHARES, deal_groups, unit_groups, unit_shares
from tests.analysis.demo_city import paper_city

people = st.lists(st.integers(0, 40_000), min_size=6, max_size=6)


def test_shares_of_the_groups_add_up_to_one() -> None:
    assert SHARES.sum() == pytest.approx(1)
    assert unit_shares(paper_city.units()).sum(axis=1) == pytest.approx(np.ones(6))


def test_communes_differ_and_towns_are_younger() -> None:
    shares = unit_shares(paper_city.units())
    assert len({row.tobytes() for row in shares}) == 6
    towns = [unit.unit_type != "commune" for unit in paper_city.units()]
    old = shares[:, GROUPS.index("age_60")]
    assert old[towns].mean() < old[np.logical_not(towns)].mean()


@given(people)
def test_groups_of_a_commune_add_up_to_its_people(persons: list[int]) -> None:
    groups = unit_groups(paper_city.units(persons))
    assert groups.sum(axis=1).tolist() == persons
    assert groups.min() >= 0


@st.composite
def dealt(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give homes of a few units in any order, and totals that agree with them."""
    homes = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), max_size=30))
    unit = np.array([row for row, _ in homes], dtype=np.int64)
    persons = np.array([count for _, count in homes], dtype=np.int64)
    totals = np.zeros((4, 7), dtype=np.int64)
    for row in range(4):
        left = int(persons[unit == row].sum())
        for group in range(7):
            take = left if group == 6 else draw(st.integers(0, left))
            totals[row, group], left = take, left - take
    return persons, unit, totals


@given(dealt())
def test_dealing_keeps_the_people_of_each_home_and_the_groups_of_each_unit(
    given_: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    persons, unit, totals = given_
    groups = deal_groups(persons, unit, totals)
    assert groups.sum(axis=1).tolist() == persons.tolist()
    for row in range(4):
        assert groups[unit == row].sum(axis=0).tolist() == totals[row].tolist()
