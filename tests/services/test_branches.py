"""Branches: which of the closed facilities stay."""

from datetime import date

import numpy as np
import pytest

from gis_service.services.branches import branches_of

DAY = date(2025, 7, 1)
YEARS_AGO, LATER = date(2020, 1, 1), date(2030, 1, 1)


def columns(ranks: list[int | None], *, sites: list[str | None] | None = None) -> dict[str, list[object]]:
    n = len(ranks)
    return {"branch_rank": [*ranks], "open_to": [DAY] * n, "site_id": [*(sites or [None] * n)]}


def chosen(ranks: list[int | None], share: float) -> list[int]:
    closed = np.zeros(len(ranks), dtype=np.bool_)
    return np.flatnonzero(branches_of(columns(ranks), closed, ~closed, DAY, share).chosen).tolist()


def test_the_first_by_rank_stay() -> None:
    assert chosen([3, 1, None, 2, 4], 0.5) == [1, 3]


@pytest.mark.parametrize(
    ("n", "share", "kept"),
    [(177, 0.4, 71), (177, 0.5, 89), (5, 0.1, 1), (50, 0.29, 15), (3, 0, 0), (3, 1, 3), (0, 0.5, 0)],
)
def test_their_number_is_rounded_half_up(n: int, share: float, kept: int) -> None:
    assert chosen([*range(1, n + 1)], share) == [*range(kept)]


def test_equal_ranks_go_to_the_earlier_row() -> None:
    assert chosen([1, 1, 1], 0.3) == [0]


def test_only_those_that_have_closed_can_stay() -> None:
    given = columns([1, 2, 3, 4])
    given["open_to"] = [LATER, None, YEARS_AGO, DAY]
    is_open = np.array([True, False, False, False])
    found = branches_of(given, is_open, np.ones(4, dtype=np.bool_), DAY, 1.0)
    assert (np.flatnonzero(found.chosen).tolist(), found.possible) == ([2, 3], 2)


def test_a_branch_at_the_site_of_an_open_facility_adds_nothing() -> None:
    given = columns([1, 2, None], sites=["a", "b", "a"])
    found = branches_of(given, np.array([False, False, True]), np.ones(3, dtype=np.bool_), DAY, 1.0)
    assert (np.flatnonzero(found.chosen).tolist(), found.possible, found.at_open_sites) == ([1], 2, 1)


def test_facilities_without_a_site_do_not_stand_in_for_each_other() -> None:
    found = branches_of(columns([1, None]), np.array([False, True]), np.ones(2, dtype=np.bool_), DAY, 1.0)
    assert found.chosen.tolist() == [True, False]


def test_one_without_a_place_neither_stays_nor_counts_nor_stands_in_for_another() -> None:
    given = columns([1, 2, 3, None], sites=[None, "a", "b", "a"])
    is_open, there = np.array([False, False, False, True]), np.array([False, True, True, False])
    found = branches_of(given, is_open, there, DAY, 0.5)
    assert (np.flatnonzero(found.chosen).tolist(), found.possible, found.at_open_sites) == ([1], 2, 0)
