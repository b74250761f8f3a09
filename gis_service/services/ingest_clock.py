"""How long somebody waits while a file is read and checked; what takes longer is left to a job."""

import math
import time


class TooMuchAtOnceError(Exception):
    """A file turned out to take more than one process does while somebody waits."""


def require_time(until: float | None) -> None:
    """Give up what somebody waits for when its time is over.

    Parameters
    ----------
    until
        Moment, as of `time.monotonic`, until which somebody waits; None when nobody does.

    Raises
    ------
    TooMuchAtOnceError
        From that moment on.
    """
    if until is not None and time.monotonic() > until:
        raise TooMuchAtOnceError


def time_left(until: float | None, most: float) -> float:
    """Give the seconds for which something may still be waited for, at least a tenth.

    Parameters
    ----------
    until
        As of :func:`require_time`.
    most
        Seconds where nobody waits.
    """
    return most if until is None else max(0.1, min(most, until - time.monotonic()))


def whole_seconds_left(until: float | None, most: int) -> int:
    """Give the whole seconds that a reader process may take, at least one; as :func:`time_left`."""
    return most if until is None else min(most, max(1, math.ceil(until - time.monotonic())))
