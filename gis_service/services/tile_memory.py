"""Tiles in the memory of a process, with the bytes that go out: the ones used last."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from gis_service.types import LayerId

Zxy = tuple[int, int, int]
"""Zoom, column, row."""
Name = tuple[str, Zxy]
"""What tiles show, and where one of them lies."""
GZIP_FROM = 1_000
"""Bytes from which compressing pays."""
_GZIP_LEVEL = 5
_OVERHEAD = 600
"""Bytes that a tile takes in memory beside its content."""


@dataclass(slots=True)
class Tile:
    """A tile as it goes out.

    Parameters
    ----------
    content
        Its bytes, empty where nothing lies in it.
    made_of
        Version of each of its layers in the state that it was made of.
    mark
        What it is kept under: tells what the tile shows, and how.
    good_at
        Turn of the changes at which it was last found to be good.
    thinned
        How much of what lies in it is in it, as a header says it; empty when it is all of it.
    """

    content: bytes
    made_of: Mapping[LayerId, int]
    mark: str
    good_at: int = -1
    etag: str = ""
    _gzipped: bytes = field(default=b"", repr=False)
    thinned: str = ""

    def __post_init__(self) -> None:
        self.etag = hashlib.blake2b(self.content, digest_size=16).hexdigest()

    @property
    def gzipped(self) -> bytes:
        """Its bytes as ``gzip`` packs them, made once; empty where that does not pay."""
        if not self._gzipped and len(self.content) >= GZIP_FROM:
            # Without a time, so that equal tiles are equal bytes.
            self._gzipped = gzip.compress(self.content, _GZIP_LEVEL, mtime=0)
        return self._gzipped

    @property
    def weight(self) -> int:
        """Bytes that it takes at most."""
        return 2 * len(self.content) + _OVERHEAD


class TileMemory:
    """Tiles by name; threads may share it.

    Parameters
    ----------
    most_bytes
        What all of them may take together.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._tiles: OrderedDict[Hashable, Tile] = OrderedDict()
        self._lock = Lock()

    def find(self, name: Hashable) -> Tile | None:
        """Give a tile; None when it is not here."""
        tile = self._tiles.get(name)
        if tile is not None:
            with self._lock:
                if name in self._tiles:
                    self._tiles.move_to_end(name)
        return tile

    def keep(self, name: Hashable, tile: Tile) -> None:
        """Keep a tile in the place of an older one, and let those go that were used longest ago."""
        with self._lock:
            before = self._tiles.pop(name, None)
            self._bytes -= before.weight if before else 0
            self._tiles[name] = tile
            self._bytes += tile.weight
            while self._bytes > self._most:
                _, gone = self._tiles.popitem(last=False)
                self._bytes -= gone.weight

    def __len__(self) -> int:
        """Tell how many there are."""
        return len(self._tiles)
