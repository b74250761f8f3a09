"""The change table held to the units of its vintages: one list of faults for each way of losing somebody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from gis_service.catalogue.city_definition import Level, Vintage
from gis_service.services.unit_checks import find_faults
from gis_service.services.units import Change, Unit
from gis_service.types import LayerId, Text


def vintage(id_: str, year: int, level: Level = "commune") -> Vintage:
    return Vintage(id_, Text(id_, id_), LayerId(id_), level, date(year, 1, 1), None)


VINTAGES = (vintage("old", 2020), vintage("new", 2025), vintage("districts", 2019, "district"))


def unit(code: str, people: int | None) -> tuple[str, Unit]:
    return code, Unit(code, f"Xã {code}", people)


UNITS = {
    "old": dict([unit("a", 100), unit("b", 50), unit("c", 7)]),
    "new": dict([unit("x", 120), unit("y", 37)]),
    "districts": dict([unit("d", None)]),
}


def row(old: str, new: str, people: int | None, kind: str = "whole") -> Change:
    return Change(f"{old}:{new}", ("old", old), ("new", new), kind, people, None, None, None)


SOUND = (row("a", "x", 100), row("b", "x", 20, "part"), row("b", "y", 30, "part"), row("c", "y", 7))
"""The unit b was split."""


def said(changes: Sequence[Change]) -> list[str]:
    return [fault.words("en") for fault in find_faults(changes, VINTAGES, UNITS)]


def test_a_table_with_a_split_unit_is_sound() -> None:
    assert said(SOUND) == []


def test_rows_that_do_not_know_their_people_are_not_added_up() -> None:
    assert said([replace(one, people=None) for one in SOUND]) == []


A, B1, B2, C = SOUND


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            (A, B1, B2),
            ["the unit c (Xã c) goes nowhere", "the unit y (Xã y) has 37 people, its rows bring 30"],
        ),
        ((A, B1, C), ["(part); one row is whole", "has 50 people, its rows hand on 20", "its rows bring 7"]),
        ((A, B1, replace(B2, kind="whole"), C), ["the unit b has 2 rows (part, whole)"]),
        ((A, replace(B1, people=21), B2, C), ["hand on 51", "its rows bring 121"]),
        ((A, B1, B2, B2, C), ["the unit b has two rows to the same new unit", "hand on 80", "bring 67"]),
        (
            (*SOUND, replace(C, new=("new", "z"), kind="part")),
            ["new has no unit z", "the unit c has 2 rows"],
        ),
        ((*SOUND, replace(A, old=("older", "a"))), ["there is no vintage 'older'"]),
        (
            (*SOUND, replace(A, old=("districts", "d"))),
            ["from districts to new: the two must be of one level"],
        ),
        (
            (*SOUND, Change("back", ("new", "x"), ("old", "a"), "whole", None, None, None, None)),
            ["from new to old"],
        ),
    ],
)
def test_whoever_is_lost_or_counted_twice_is_told(changes: Sequence[Change], expected: list[str]) -> None:
    found = said(changes)
    for words in expected:
        assert any(words in one for one in found), (words, found)


def test_a_step_between_two_loaded_vintages_that_has_no_row_is_told() -> None:
    assert said(()) == ["no row leads from old to new"]
