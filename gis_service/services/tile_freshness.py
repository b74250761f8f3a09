"""Whether a tile that was made earlier is still what the tables hold.

A tile is kept with the version of each of its layers, read in the same state of the database as its rows.
It is good as long as no later version has touched its cells, and that is asked when the tile is *given*,
never written down when something changes: so a tile that is stored after a change, though it was made before
it, is not given either.

What has been touched is known as of a moment, the begin of the last look at the log. A process that has
looked within half a second gives tiles by what it knows; whoever comes later looks first.
"""

import time
from collections.abc import Mapping
from threading import Lock

from gis_service.analysis.tile_changes import TileChanges
from gis_service.db.engine import Connection
from gis_service.db.tile_changes import Touched, openness_of, touched_since
from gis_service.types import LayerId

BELIEVED_S = 0.5
"""How long what is known is believed without another look."""
_NOTHING = TileChanges()


class Freshness:
    """What one process knows of the changes to all layers. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._newest: dict[str, int] = {}
        self._changes: dict[str, TileChanges] = {}
        self._known_at = float("-inf")
        self.openness = (-1, -1)
        """Another one when a layer has been opened, closed, made, dropped or defined anew."""
        self.turn = 0
        """Rises with every change that becomes known; what was good at a turn is good until the next."""

    def is_level(self) -> bool:
        """Tell whether the last look is recent enough to give tiles by."""
        return time.monotonic() - self._known_at < BELIEVED_S

    def newest(self, layer: LayerId) -> int:
        """Give the newest version of a layer that is known; 0 for none."""
        return self._newest.get(layer, 0)

    def look(self, connection: Connection) -> None:
        """Look at the log of changes.

        Parameters
        ----------
        connection
            Its next statement sees a new state: one that commits by itself, or at the begin of a transaction.
        """
        begun = time.monotonic()
        with self._lock:
            known = dict(self._newest)
        openness = openness_of(connection)
        self._take(touched_since(connection, known), openness, begun)

    def _take(self, found: list[Touched], openness: tuple[int, int], begun: float) -> None:
        with self._lock:
            for one in found:
                changes = self._changes.setdefault(one.layer, TileChanges())
                if one.version is not None and one.cell is not None:
                    changes.note(one.version, *one.cell)
                elif one.version is not None:
                    changes.note_anywhere(one.version)
            # Only now that its cells are known: others read without waiting.
            for one in found:
                self._newest[one.layer] = max(one.newest, self._newest.get(one.layer, 0))
            self.openness = max(openness, self.openness)
            # The turn first, and only then is it believed: else one of the last turn would be given unasked.
            self.turn += bool(found)
            self._known_at = max(begun, self._known_at)

    def is_good(self, made_of: Mapping[LayerId, int], zxy: tuple[int, int, int]) -> bool:
        """Tell whether a tile is what the tables held at the last look.

        Parameters
        ----------
        made_of
            Version of each of the tile's layers in the state that it was made of; 0 for one that had none.
        zxy
            Zoom, column, row.
        """
        return not any(
            self._changes.get(layer, _NOTHING).is_touched(version, *zxy) for layer, version in made_of.items()
        )
