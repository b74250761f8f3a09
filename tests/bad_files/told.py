"""What was answered to bad input, held against what its test says that it meets."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.bad_files.table import BAD_INPUTS

_NUMBERED = re.compile(r"#\d|\bline \d|\bcell [A-Z]+\d")


@dataclass
class Told:
    """Answers to one test."""

    pairs: dict[tuple[int, str], bool] = field(default_factory=dict)
    """Status and code of every answer, and whether it named a feature, a line or a cell."""

    def __call__(self, answer: TestResponse) -> None:
        """Note an answer of the service that may be an error."""
        if answer.mimetype == "application/problem+json":
            self.problem(answer.status_code, answer.get_json())

    def problem(self, status: int, problem: Mapping[str, Any]) -> None:
        """Note an error as people read it, in English where it names a place."""
        named = bool(problem.get("errors")) or _NUMBERED.search(problem["detail"]) is not None
        self.note(status, problem["code"], named=named)

    def note(self, status: int, code: str, *, named: bool) -> None:
        """Note a code; one answer that names the place is enough."""
        self.pairs[status, code] = named or self.pairs.get((status, code), False)

    def require(self, marks: Iterable[pytest.Mark]) -> None:
        """See that every answer of the marks was met, and a place named where the table wants one."""
        for number, *answers in (mark.args for mark in marks):
            asked = BAD_INPUTS[number]
            assert set(answers) <= self.pairs.keys(), (number, asked.what, answers, self.pairs)
            if asked.numbered and answers:
                assert any(self.pairs[one] for one in answers), (number, self.pairs)
