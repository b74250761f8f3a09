"""Tiles of filtered and of past layers in memory, apart from those that everybody asks for.

There are as many filters as people can think of: they have a share of the memory and none of the disk, and
only some of them are remembered at once, so that no caller can push out the tiles of all others.
"""

from collections import OrderedDict
from threading import Lock

from gis_service.services.tile_memory import Name, Tile, TileMemory

MOST_VARIANTS = 64
"""Filters and past states that tiles are kept of at the same time."""
_SHARE = 4
"""One part in so many of the memory of tiles is theirs."""


class TileVariants:
    """Tiles of the variants that were asked for last; threads may share it.

    Parameters
    ----------
    most_bytes
        What all tiles of a process may take.
    most
        Variants that are remembered at the same time.
    """

    def __init__(self, most_bytes: int, most: int = MOST_VARIANTS) -> None:
        self._share, self._most = most_bytes // _SHARE, most
        self._tiles = TileMemory(self._share)
        self._known: OrderedDict[str, int] = OrderedDict()
        self._begun = 0
        self._lock = Lock()

    def find(self, name: Name) -> Tile | None:
        """Give a tile; None when it is not here."""
        mark, zxy = name
        with self._lock:
            number = self._known.get(mark)
            if number is not None:
                self._known.move_to_end(mark)
        return None if number is None else self._tiles.find((number, zxy))

    def keep(self, name: Name, tile: Tile) -> None:
        """Keep a tile; when its variant is new and there are too many, the one asked for longest ago goes."""
        mark, zxy = name
        with self._lock:
            if mark not in self._known:
                self._begun += 1
                self._known[mark] = self._begun
            self._known.move_to_end(mark)
            while len(self._known) > self._most:
                # Nobody finds its tiles any more; they go when their room is needed.
                self._known.popitem(last=False)
            number = self._known[mark]
        self._tiles.keep((number, zxy), tile)

    def __len__(self) -> int:
        """Tell how many variants are remembered."""
        return len(self._known)
