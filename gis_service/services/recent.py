"""Answers of a moment ago, for what comes many times a second and may be as old as that.

Whoever asks a second after a change is given what is there then (DESIGN, Tiles, has the same bound).
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")

FRESH_S, LATEST_S = 0.5, 0.9
"""How old an answer may be; and while somebody finds it anew."""
KNOWN = 64
"""Answers that are remembered."""


class Recent(Generic[Answer]):
    """What was found a moment ago.

    Parameters
    ----------
    clock
        Seconds that only rise.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[Hashable, tuple[float, Answer]] = {}
        self._making: set[Hashable] = set()
        self._lock = threading.Lock()

    def by_name(
        self, name: Hashable, make: Callable[[], Answer], is_kept: Callable[[Answer], bool] = bool
    ) -> Answer:
        """Give what was found under a name a moment ago, else what ``make`` gives; a failure is not kept.

        Parameters
        ----------
        name
            Tells one answer from any other.
        make
            Finds it.
        is_kept
            Tells whether an answer may be given to others.
        """
        with self._lock:
            now = self._clock()
            known = self._known.get(name)
            if known is not None and now - known[0] < (LATEST_S if name in self._making else FRESH_S):
                return known[1]
            self._making.add(name)
        try:
            answer = make()
        finally:
            with self._lock:
                self._making.discard(name)
        with self._lock:
            self._known.pop(name, None)  # the oldest stand first
            if is_kept(answer):
                self._known[name] = (now, answer)
            while len(self._known) > KNOWN:
                del self._known[next(iter(self._known))]
        return answer
