"""Keeps tiles on disk, each with the versions that it is made of, for all processes."""

import json
import os
import re
import struct
import uuid
from array import array
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gis_service.types import LayerId

_MARK = re.compile(r"[0-9a-f]{8,64}")
_LENGTH = struct.Struct(">I")
_FOLDERS = 3
"""Above each tile: its mark, its zoom and its column."""
BLOCK = 4096
"""Bytes that a disk gives away at once: a tile of forty takes as much."""


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

    def drop(self, mark: str, zxy: tuple[int, int, int]) -> None:
        """Let a tile go, where one is kept."""
        path = self._path(mark, zxy)
        with suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
            self._tidy(path)

    def shrink(self, most_bytes: int) -> int:
        """Let the tiles go that were made longest ago until the others take no more room than so much.

        Returns
        -------
        int
            How many have gone.
        """
        # Numbers only: there may be hundreds of thousands of tiles.
        times, rooms = array("d"), array("q")
        for _, made, room in self._held():
            times.append(made)
            rooms.append(room)
        by_age = np.argsort(times)[::-1]
        before = np.cumsum(np.asarray(rooms, np.int64)[by_age])
        kept = int(np.searchsorted(before, most_bytes, side="right"))
        if kept == len(times):
            return 0
        newest_gone, gone = times[by_age[kept]], 0
        for path, made, _ in self._held():
            if made <= newest_gone:
                path.unlink(missing_ok=True)
                self._tidy(path)
                gone += 1
        return gone

    def _held(self) -> Iterator[tuple[Path, float, int]]:
        """Walk over all tiles: when each was made, and the room that it takes."""
        for path in self._folder.glob("*/*/*/*"):
            with suppress(FileNotFoundError):
                about = path.stat()
                yield path, about.st_mtime, _room(about.st_size)

    def _tidy(self, path: Path) -> None:
        """Remove the folders above a tile that has gone, as far as nothing is left in them."""
        with suppress(OSError):
            for folder in list(path.parents)[:_FOLDERS]:
                folder.rmdir()

    def _path(self, mark: str, zxy: tuple[int, int, int]) -> Path:
        if not _MARK.fullmatch(mark):
            raise ValueError(f"no mark of a tile set: {os.fspath(mark)!r}")
        z, x, y = zxy
        return self._folder / mark / str(z) / str(x) / str(y)


def _room(size: int) -> int:
    """Tell the room of a tile: whole blocks, and at worst a folder of its own."""
    return (-(-size // BLOCK) + 1) * BLOCK
