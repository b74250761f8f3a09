"""Keeps tiles on disk, each with the versions that it is made of, for all processes."""

import json
import os
import re
import struct
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gis_service.types import LayerId

_MARK = re.compile(r"[0-9a-f]{8,64}")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class StoredTile:
    """A tile as it lies on disk.

    Parameters
    ----------
    content
        Bytes of the tile, empty where nothing lies in it.
    made_of
        Version of each of its layers in the state that it was made of.
    thinned
        How much of what lies in it is in it, when that is not all of it.
    """

    content: bytes
    made_of: Mapping[LayerId, int]
    thinned: str = ""


class TileStore:
    """Tiles in one folder, as ``<mark>/<z>/<x>/<y>``.

    Parameters
    ----------
    folder
        Made when the first tile is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, mark: str, zxy: tuple[int, int, int]) -> StoredTile | None:
        """Give a tile; None when it was never kept, has been thrown away, or is not whole.

        Parameters
        ----------
        mark
            Tells what the tile shows, and how; hexadecimal.
        zxy
            Zoom, column, row.
        """
        try:
            held = self._path(mark, zxy).read_bytes()
        except OSError:
            return None
        try:
            (length,) = _LENGTH.unpack_from(held)
            told = json.loads(held[_LENGTH.size : _LENGTH.size + length])
            content = held[_LENGTH.size + length :]
            if len(content) != told["bytes"]:
                return None
            return StoredTile(content, told["made_of"], told["thinned"])
        except (struct.error, ValueError, KeyError, TypeError):
            # A disk that was full or cut off: it is made anew.
            return None

    def keep(self, mark: str, zxy: tuple[int, int, int], tile: StoredTile) -> None:
        """Keep a tile in the place of an older one; whoever reads meanwhile has a whole one."""
        path = self._path(mark, zxy)
        about = {"bytes": len(tile.content), "made_of": dict(tile.made_of), "thinned": tile.thinned}
        told = json.dumps(about).encode()
        part = path.parent / f".{uuid.uuid4().hex}.part"
        held = _LENGTH.pack(len(told)) + told + tile.content
        try:
            part.write_bytes(held)
        except FileNotFoundError:
            # The first one of its column.
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(held)
        part.replace(path)

    def shrink(self, most_bytes: int) -> int:
        """Let the tiles go that were made longest ago until the others take no more than so much.

        Returns
        -------
        int
            How many have gone.
        """
        held = []
        for path in self._folder.glob("*/*/*/*"):
            try:
                about = path.stat()
            except FileNotFoundError:
                continue
            held.append((about.st_mtime, about.st_size, path))
        over = sum(size for _, size, _ in held) - most_bytes
        gone = 0
        for _, size, path in sorted(held):
            if over <= 0:
                break
            path.unlink(missing_ok=True)
            over, gone = over - size, gone + 1
        return gone

    def _path(self, mark: str, zxy: tuple[int, int, int]) -> Path:
        if not _MARK.fullmatch(mark):
            raise ValueError(f"no mark of a tile set: {os.fspath(mark)!r}")
        z, x, y = zxy
        return self._folder / mark / str(z) / str(x) / str(y)
