"""Turns for work that takes a processor: a few at once, a few wait, and others are told to come again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gis_service.errors import ErrorCode, Temporary

WAIT_S = 10.0
"""How long a question waits for its turn: several times as long as one takes."""


class Turns:
    """Turns of one process.

    Parameters
    ----------
    at_once
        Studies that may be computed at the same time.
    waiting
        Studies that may wait for a turn, each in a thread of its own; what is answered without computing
        needs a thread too.
    """

    def __init__(self, at_once: int = 4, waiting: int = 0) -> None:
        self._at_once = at_once
        self._free = threading.BoundedSemaphore(at_once)
        self._inside = threading.BoundedSemaphore(at_once + waiting)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a turn, now or as soon as one becomes free.

        Raises
        ------
        Temporary
            ``coverage_busy`` when as many wait as may, or none becomes free for long.
        """
        if not self._inside.acquire(blocking=False):
            raise self._busy()
        try:
            if not self._free.acquire(timeout=WAIT_S):
                raise self._busy()
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._inside.release()

    def _busy(self) -> Temporary:
        return Temporary(ErrorCode.COVERAGE_BUSY, count=self._at_once)
