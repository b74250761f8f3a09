"""Keeps what a process knows of changes and readers young, so that hardly any tile waits for a look."""

import logging
import threading
from collections.abc import Callable

from gis_service.db.engine import Connection, Engine
from gis_service.db.tile_changes import listening
from gis_service.errors import Temporary
from gis_service.services.tile_freshness import BELIEVED_S

log = logging.getLogger(__name__)

BEAT_S = BELIEVED_S * 0.4
"""How long it listens before it looks in any case: what is known is then never older than is believed."""
_AGAIN_S = 1.0


class TileWatch:
    """A thread that listens for versions, and looks when it hears of one and at every beat.

    Nothing depends on it: when it is cut off, whoever asks for a tile looks at the log first.

    Parameters
    ----------
    engine
        Pool of connections; one more than it has is opened.
    *looks
        Each takes a look; its connection commits every statement by itself.
    """

    def __init__(self, engine: Engine, *looks: Callable[[Connection], None]) -> None:
        self._engine, self._looks = engine, looks
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="tile-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def end(self) -> None:
        """Watch no more, and wait until the connection is given back."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        is_cut = False
        while not self._ended.is_set():
            try:
                with listening(self._engine) as ears:
                    if is_cut:
                        log.warning("changes of layers are heard again")
                        is_cut = False
                    while not self._ended.is_set():
                        for look in self._looks:
                            look(ears.connection)
                        ears.wait(BEAT_S)
            except Temporary as error:
                if not is_cut:
                    log.warning("changes of layers are not heard: %s", error.detail())
                is_cut = True
                self._ended.wait(_AGAIN_S)
