"""Guesses about a file: whoever looks at one can do without them, so none of them stands in the way."""

import logging
from collections.abc import Callable
from typing import TypeVar

import pyarrow as pa

log = logging.getLogger(__name__)

_FAILURES = (pa.ArrowException, ValueError, OverflowError)
"""What values that nobody thought of make of arithmetic; anything else is a fault of ours."""
_Guess = TypeVar("_Guess")


def guessed(what: str, make: Callable[[], tuple[_Guess, ...]]) -> tuple[_Guess, ...]:
    """Give guesses, or none when they fail, with a line in the log.

    Parameters
    ----------
    what
        What they are about, for the log.
    make
        Makes them.
    """
    try:
        return make()
    except _FAILURES:
        log.exception("no guesses about %s", what)
        return ()
