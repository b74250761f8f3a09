"""Turns at the database for tiles: some at once, of those who wait the newest first, nobody for ever.

A map that is moved has no use for what it asked for a moment ago, so whoever has come last is served first.
But a map that stands still asks for its next tile as soon as it has got one: were the newest always first,
its other tiles would wait until it has them all. So every second turn is that of whoever has waited longest,
and nobody waits for more than two turns for each of those who were there before.

Who has waited as long as a map can wait is told when to come again: after the time that the tiles under way
and the waiting ones take, by what tiles have taken here lately.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from gis_service.db.abandon import AbandonedError
from gis_service.errors import ErrorCode, Temporary

PATIENCE_S = 10.0
"""How long a tile waits for its turn."""
LOOK_S = 0.25
"""Pause between two looks whether a tile that waits is still wanted."""
_SOON_S = 0.06
"""Pause before the second one: the first may have been answered by a look from before it was asked for."""
SOONEST_S, LATEST_S = 1, 60
"""Between these lies what is said to those who are sent away."""
_WEIGHT = 0.1
"""Of the newest tile in the mean of what tiles take."""


class TileTurns:
    """Turns of one process; threads share them.

    Parameters
    ----------
    at_once
        Tiles that may be made at the same time.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = self._free = at_once
        self._waiting: list[Event] = []
        self._begun: list[float] = []
        self._is_for_oldest = False
        self._mean_s = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def one(self, is_wanted: Callable[[], bool] = lambda: True) -> Iterator[None]:
        """Take a turn, now or when one becomes free.

        Parameters
        ----------
        is_wanted
            Asked while there is none: whether anybody waits for the tile still.

        Raises
        ------
        Temporary
            ``tiles_busy`` when none has become free for long.
        AbandonedError
            When the tile is not wanted any more.
        """
        self._take(is_wanted)
        begun = time.monotonic()
        with self._lock:
            self._begun.append(begun)
        try:
            yield
        finally:
            self._leave(begun)

    def wait_s(self) -> int:
        """Tell how long the tiles under way and the waiting ones take, in whole seconds."""
        now = time.monotonic()
        with self._lock:
            # Those under way may be slower than all that have ended: what they have taken so far counts too.
            ages = [now - begun for begun in self._begun]
            each = max(self._mean_s, sum(ages) / len(ages) if ages else 0.0)
            rounds = (len(self._begun) + len(self._waiting)) / self._at_once
        return min(max(math.ceil(each * rounds), SOONEST_S), LATEST_S)

    def _take(self, is_wanted: Callable[[], bool]) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = Event()
            self._waiting.append(mine)
        ends, pause = time.monotonic() + PATIENCE_S, _SOON_S
        # Before anything else: it may have been given up while it waited for a thread.
        while (wanted := is_wanted()) and (left := ends - time.monotonic()) > 0:
            if mine.wait(min(pause, left)):
                return
            pause = LOOK_S
        with self._lock:
            if mine not in self._waiting:
                # It was given the turn in this very moment.
                return
            self._waiting.remove(mine)
        if not wanted:
            raise AbandonedError
        raise Temporary(ErrorCode.TILES_BUSY, count=self._at_once, seconds=self.wait_s())

    def _leave(self, begun: float) -> None:
        took = time.monotonic() - begun
        with self._lock:
            self._begun.remove(begun)
            self._mean_s += (took - self._mean_s) * (_WEIGHT if self._mean_s else 1.0)
            if self._waiting:
                self._waiting.pop(0 if self._is_for_oldest else -1).set()
                self._is_for_oldest = not self._is_for_oldest
            else:
                self._free += 1
