"""Which cases run every time, and which only when everything does; which bad input a test is about."""

from collections.abc import Iterable

import pytest


def bad_input(number: int, *answers: tuple[int, str]) -> pytest.MarkDecorator:
    """Mark a test, or a case of one, by the bad input that it sends.

    Parameters
    ----------
    number
        In `tests.bad_files.table`.
    answers
        Of those there, the ones that this test meets, all of them.
    """
    return pytest.mark.bad_input(number, *answers)


def quick_first(names: Iterable[str], quick: Iterable[str]) -> list[object]:
    """Give all cases, those that are not quick marked as slow.

    Each file sent costs a process; one of each kind shows the way, the others are met by ``-m slow``.
    """
    known = set(quick)
    return [name if name in known else pytest.param(name, marks=pytest.mark.slow) for name in names]
