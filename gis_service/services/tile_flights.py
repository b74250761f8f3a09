"""Tiles that are being made, who waits for each, and the end of those that nobody waits for any more.

The first who asks for a tile makes it, and those who come meanwhile wait for the same one. When all of them
have gone away, a thread that looks four times a second cancels the query in the database, so that its turn
is free for what somebody does want.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

from gis_service.db.abandon import Abandonable, AbandonedError
from gis_service.services.tile_memory import Name, Tile
from gis_service.services.tile_turns import LOOK_S


class Asker(Protocol):
    """Whoever has asked for a tile."""

    def is_gone(self) -> bool:
        """Tell whether nobody listens for the answer any more; in doubt somebody does."""


_asker: ContextVar[Asker | None] = ContextVar("asker", default=None)


@contextmanager
def asked_by(asker: Asker | None) -> Iterator[None]:
    """Let the tiles that this thread asks for inside be given up when the asker is gone; None never is."""
    before = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(before)


def is_asker_gone() -> bool:
    """Tell whether the asker of this thread is gone."""
    asker = _asker.get()
    return asker is not None and asker.is_gone()


@dataclass(slots=True)
class Flight:
    """A tile that is being made.

    Parameters
    ----------
    tile
        What all of its askers wait for.
    work
        The reading behind it.
    """

    tile: Future[Tile] = field(default_factory=Future)
    work: Abandonable = field(default_factory=Abandonable)
    _askers: list[Asker | None] = field(default_factory=list)
    _begun: float = field(default_factory=time.monotonic)

    def join(self) -> None:
        """Wait for it too, by the asker of this thread."""
        self._askers.append(_asker.get())

    def wait(self) -> Tile:
        """Wait for the tile that another one makes.

        Raises
        ------
        AbandonedError
            When nobody wanted it any more, or the asker of this thread does not.
        """
        while not wait([self.tile], LOOK_S).done:
            if is_asker_gone():
                raise AbandonedError
        return self.tile.result()

    def is_wanted(self) -> bool:
        """Tell whether any of its askers is still there."""
        return not all(asker is not None and asker.is_gone() for asker in tuple(self._askers))

    def is_old(self) -> bool:
        """Tell whether it takes so long that looking after its askers is worth it."""
        return time.monotonic() - self._begun >= LOOK_S


class Flights:
    """Tiles of one process that are being made, by name; each once."""

    def __init__(self) -> None:
        self._now: dict[Name, Flight] = {}
        self._lock = threading.Lock()
        self._watch: threading.Thread | None = None

    def board(self, name: Name, unless: Callable[[], Tile | None]) -> "tuple[Flight, bool] | Tile":
        """Join the making of a tile, or begin it.

        Parameters
        ----------
        name
            Of the tile.
        unless
            Looks whether it has been made since it was looked for last.

        Returns
        -------
        The tile when it has been made; else the flight, and whether it is the caller's own: then the caller
        has to make the tile, and to `land` it.
        """
        with self._lock:
            flight = self._now.get(name)
            if is_own := flight is None:
                if (tile := unless()) is not None:
                    return tile
                flight = self._now[name] = Flight()
                self._look_after()
            flight.join()
            return flight, is_own

    def land(self, name: Name) -> None:
        """End the making of a tile: whoever comes now begins anew, or finds it made."""
        with self._lock:
            del self._now[name]

    def _look_after(self) -> None:
        if self._watch is None or not self._watch.is_alive():
            self._watch = threading.Thread(target=self._look, name="tile-flights", daemon=True)
            self._watch.start()

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_S)
            with self._lock:
                if not self._now:
                    self._watch = None
                    return
                flights = list(self._now.values())
            for flight in flights:
                if flight.is_old() and not flight.is_wanted():
                    # Again and again: the query may have been between two statements.
                    flight.work.give_up()
