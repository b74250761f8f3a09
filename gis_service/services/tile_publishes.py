"""Sees which layers were published, and has their tiles made ahead by a process of its own.

A thread of the worker looks every two seconds. A layer whose version has rested between two looks is taken to
be published; while one process makes tiles, newer versions gather for the next. Nothing depends on it: what a
dead worker left is made when somebody asks, or by the next worker, which begins with all layers.
"""

import logging
import subprocess
import sys
import threading
from collections.abc import Sequence

from gis_service.db.engine import Engine, transaction
from gis_service.db.overviews import levels
from gis_service.db.tile_changes import newest_versions
from gis_service.errors import GisError

log = logging.getLogger(__name__)

FIRST_S = 10.0
"""Until the first look: a service that starts has other things to do."""
REST_S = 2.0
_NICE = 10
_AT_ONCE = 1_000
"""More versions than are ever written at the same time."""
Publishes = dict[str, int]


class TilePublishes:
    """Looks for published layers until it is ended.

    Parameters
    ----------
    engine
        Pool of connections; one of them is used for a moment at each look.
    first_s, rest_s
        Seconds before the first look, and between two.
    """

    def __init__(self, engine: Engine, *, first_s: float = FIRST_S, rest_s: float = REST_S) -> None:
        self._engine, self._first_s, self._rest_s = engine, first_s, rest_s
        self._seen: Publishes = {}
        self._warm: Publishes = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="tile-publishes", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def end(self) -> None:
        """Look no more, and end the process that makes tiles."""
        self._ended.set()
        self._thread.join()

    def due(self) -> list[str]:
        """Look once; give the layers that were published since they were given last, and have rested.

        Raises
        ------
        Temporary
            ``database_unavailable``.
        """
        with transaction(self._engine) as connection:
            # Of two that are written at once, the one with the lower number may be seen later.
            now = self._seen | newest_versions(connection, max(self._seen.values(), default=0) - _AT_ONCE)
            overviews = levels(connection)
        # Tiles made while an overview catches up would be made twice.
        behind = {one for one, at in overviews.items() if at.level is not None and at.level != at.newest}
        resting = [
            layer
            for layer, version in now.items()
            if self._seen.get(layer) == version and layer not in behind
        ]
        found = [layer for layer in resting if self._warm.get(layer) != now[layer]]
        self._seen = now
        self._warm |= {layer: now[layer] for layer in found}
        return found

    def _go_on(self) -> None:
        self._ended.wait(self._first_s)
        while not self._ended.wait(self._rest_s):
            try:
                if layers := self.due():
                    self._make(layers)
            except GisError as error:
                log.info("no tiles are made ahead: %s", error)
            except Exception:
                # Readers get their tiles all the same; the log says why they wait longer.
                log.exception("no tiles are made ahead")

    def _make(self, layers: Sequence[str]) -> None:
        # Not even a killed worker leaves it behind.
        program = ["setpriv", "--pdeathsig", "KILL", "nice", "-n", str(_NICE)]
        program += [sys.executable, "-m", "gis_service", "tiles", "warm", *layers]
        child = subprocess.Popen(program, stdout=subprocess.DEVNULL)  # noqa: S603 our own program, no shell
        while child.poll() is None:
            if self._ended.wait(0.2):
                child.kill()
        if child.returncode and not self._ended.is_set():
            log.warning("making tiles ahead has ended with code %d", child.returncode)
