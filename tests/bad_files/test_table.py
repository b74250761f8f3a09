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
from tests.bad_files.table import BAD_INPUTS
from tests.files import test_mutated_files as of_readers
from tests.foreign_files import ENDINGS
from tests.web.api.bad_files import test_mutated as of_service

NAME = "bad_input"
FOUND = {200, 201}


def modules() -> Iterator[str]:
    """Name the modules of tests that mark one with a number."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if f"import {NAME}" in path.read_text("utf-8"):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


def cases_of(test: FunctionType) -> Iterator[tuple[set[int], bool]]:
    """Give for each case of a test the numbers it is marked with, and whether it is slow."""
    marks = list(getattr(test, "pytestmark", []))
    rows: list[list[pytest.Mark]] = [[]]
    for mark in marks:
        if mark.name == "parametrize":
            own = [list(getattr(value, "marks", ())) for value in mark.args[1]]
            rows = [row + [getattr(one, "mark", one) for one in more] for row in rows for more in own]
    for row in rows:
        here = [*marks, *row]
        slow = any(mark.name == "slow" for mark in here)
        yield {mark.args[0] for mark in here if mark.name == NAME}, slow


@cache
def sent() -> dict[int, list[str]]:
    """Name the tests of every run that send each input."""
    found: dict[int, list[str]] = defaultdict(list)
    for module in modules():
        for name, test in inspect.getmembers(importlib.import_module(module), inspect.isfunction):
            for numbers, slow in cases_of(test) if name.startswith("test_") else ():
                for number in numbers if not slow else ():
                    found[number].append(f"{module}.{name}")
    return found


def test_the_numbers_are_those_of_the_reference() -> None:
    assert list(BAD_INPUTS) == list(range(1, 33))
    assert sent().keys() <= BAD_INPUTS.keys()


@pytest.mark.parametrize("number", BAD_INPUTS)
def test_each_is_sent_in_every_run(number: int) -> None:
    assert sent()[number], BAD_INPUTS[number].what


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
    @pytest.mark.bad_input(41)
    def never(case: int) -> None:
        raise AssertionError(case)

    assert sorted((sorted(numbers), slow) for numbers, slow in cases_of(never)) == [  # type: ignore[arg-type]
        ([40, 41], True),
        ([41], True),
    ]


def test_behind_the_marker_there_are_thousands_of_mutations() -> None:
    if "GIS_MUTATIONS" not in os.environ:
        assert len(ENDINGS) * (of_service.COUNT + of_readers.COUNT) >= 3000
