"""The table of bad inputs holds: each has its words, and a test of every run that sends it."""

import importlib
import inspect
import os
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from types import FunctionType

import pytest

from gis_service.errors import ErrorCode
from gis_service.messages.catalogue import errors, notices
from gis_service.settings import ROOT
from tests.bad_files import marks
from tests.bad_files.table import BAD_INPUTS
from tests.bad_files.told import Told
from tests.files import test_mutated_files as of_readers
from tests.foreign_files import ENDINGS
from tests.web.api.bad_files import test_mutated as of_service

Answers = frozenset[tuple[int, str]]
NAME = "bad_input"
FOUND = {200, 201}
WHO_SEES = {"counter", "told"}
"""Fixtures that hold what was answered against the mark."""


def modules() -> Iterator[str]:
    """Name the modules of tests that mark one with a number."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if f"import {NAME}" in path.read_text("utf-8"):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


def cases_of(test: FunctionType) -> Iterator[tuple[dict[int, Answers], bool]]:
    """Give for each case of a test the numbers it is marked with, their answers, and whether it is slow."""
    own_marks = list(getattr(test, "pytestmark", []))
    rows: list[list[pytest.Mark]] = [[]]
    for mark in own_marks:
        if mark.name == "parametrize":
            own = [list(getattr(value, "marks", ())) for value in mark.args[1]]
            rows = [row + [getattr(one, "mark", one) for one in more] for row in rows for more in own]
    for row in rows:
        here = [*own_marks, *row]
        slow = any(mark.name == "slow" for mark in here)
        yield {mark.args[0]: frozenset(mark.args[1:]) for mark in here if mark.name == NAME}, slow


@cache
def marked_tests() -> dict[str, FunctionType]:
    """Give the tests of all modules that mark one, by name."""
    return {
        f"{module}.{name}": test
        for module in modules()
        for name, test in inspect.getmembers(importlib.import_module(module), inspect.isfunction)
        if name.startswith("test_")
    }


@cache
def sent() -> dict[int, list[Answers]]:
    """Give for each input what each case of every run that sends it says that it meets."""
    found: dict[int, list[Answers]] = defaultdict(list)
    for test in marked_tests().values():
        for marked, slow in cases_of(test):
            for number, answers in marked.items() if not slow else ():
                found[number].append(answers)
    return found


def test_the_numbers_are_those_of_the_reference() -> None:
    assert list(BAD_INPUTS) == list(range(1, 33))
    assert sent().keys() <= BAD_INPUTS.keys()


@pytest.mark.parametrize("number", BAD_INPUTS)
def test_each_is_sent_in_every_run(number: int) -> None:
    assert sent()[number], BAD_INPUTS[number].what


@pytest.mark.parametrize("number", BAD_INPUTS)
def test_each_answer_is_met_in_every_run_and_no_other_is_claimed(number: int) -> None:
    assert frozenset[tuple[int, str]]().union(*sent()[number]) == BAD_INPUTS[number].answers


def test_whoever_claims_an_answer_is_seen_to_meet_it() -> None:
    unseen = {
        name: test
        for name, test in marked_tests().items()
        if not WHO_SEES & inspect.signature(test).parameters.keys()
    }
    assert [
        name for name, test in unseen.items() if any(any(case.values()) for case, _ in cases_of(test))
    ] == []


def test_an_answer_that_was_not_met_is_told() -> None:
    told = Told()
    told.note(422, "file_corrupt", named=False)
    told.require([marks.bad_input(18, (422, "file_corrupt")).mark])
    cell = [marks.bad_input(24, (422, "cell_unreadable")).mark]
    with pytest.raises(AssertionError):
        told.require(cell)
    told.note(422, "cell_unreadable", named=False)
    with pytest.raises(AssertionError):
        told.require(cell)
    told.note(422, "cell_unreadable", named=True)
    told.require(cell)


@pytest.mark.parametrize("number", BAD_INPUTS)
def test_each_answer_has_its_status_and_words_in_both_languages(number: int) -> None:
    for status, code in BAD_INPUTS[number].answers:
        if code in notices():
            text = notices()[code]
            assert text.vi != text.en
            continue
        message = errors()[ErrorCode(code).value]
        assert status in FOUND | {message.status}, code
        for text in (message.title, message.detail, message.expected, message.remedy):
            assert text.vi, code
            assert text.en, code
            assert text.vi != text.en, code


def test_a_test_that_is_missing_would_be_told() -> None:
    @pytest.mark.parametrize("case", [pytest.param(1, marks=pytest.mark.bad_input(40)), 2])
    @pytest.mark.slow
    @pytest.mark.bad_input(41, (422, "x"))
    def never(case: int) -> None:
        raise AssertionError(case)

    claimed = frozenset({(422, "x")})
    assert list(cases_of(never)) == [  # type: ignore[arg-type]
        ({41: claimed, 40: frozenset()}, True),
        ({41: claimed}, True),
    ]


def test_behind_the_marker_there_are_thousands_of_mutations() -> None:
    if "GIS_MUTATIONS" not in os.environ:
        assert len(of_service.FORMATS) * of_service.COUNT >= 2000
        assert len(ENDINGS) * of_readers.COUNT >= 1500
