"""Writes tiles into one file that is read by ranges: PMTiles, version 3 of its specification.

The same tiles give the same bytes. Tiles lie in the order of the Hilbert curve, equal ones once; what is
empty is left out.
"""

import gzip
import hashlib
import json
import shutil
import struct
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from gis_service.files.vector_tiles import varint
from gis_service.types import BBox

HEADER_BYTES = 127
_ROOM_OF_ROOT = 16_384 - HEADER_BYTES
"""The first request of a reader brings the header and the root directory."""
_LEAF_ENTRIES = 4_096
_GZIP_LEVEL = 5
_GZIP, _MVT, _CLUSTERED = 2, 1, 1
_E7 = 10_000_000
_HEADER = struct.Struct("<7sB11Q6B4iB2i")
Zxy = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Entry:
    """Some tiles in a row that are the same bytes, or, with no length of run, a leaf directory."""

    id: int
    offset: int
    length: int
    run: int


def tile_id(z: int, x: int, y: int) -> int:
    """Give the number of a tile: zooms one after the other, each along its Hilbert curve.

    Parameters
    ----------
    z, x, y
        Zoom, column from the west, row from the north.

    Examples
    --------
    >>> [tile_id(*one) for one in ((0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0))]
    [0, 1, 2, 3, 4, 5]
    """
    along = 0
    side = 1 << z
    half = side >> 1
    while half:
        right, lower = bool(x & half), bool(y & half)
        along += half * half * ((3 * right) ^ lower)
        if not lower:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        half >>= 1
    return ((1 << 2 * z) - 1) // 3 + along


def packed(content: bytes) -> bytes:
    """Compress a tile as it lies in the file; equal tiles are equal bytes."""
    return gzip.compress(content, _GZIP_LEVEL, mtime=0)


class PmtilesWriter:
    """One file of vector tiles, written whole when the scope ends well.

    Parameters
    ----------
    path
        Of the file; one that is there is replaced.
    box
        What the tiles show, in longitude and latitude.
    zooms
        The first and the last.
    """

    def __init__(self, path: Path, box: BBox, zooms: tuple[int, int]) -> None:
        self._path, self._box, self._zooms = path, box, zooms
        self._body = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 closed by the scope of the writer
        self._entries: list[_Entry] = []
        self._known: dict[bytes, tuple[int, int]] = {}
        self._bytes = self._tiles = 0
        self.metadata: Mapping[str, Any] = {}

    @property
    def size(self) -> int:
        """Bytes of the tiles so far."""
        return self._bytes

    @property
    def tiles(self) -> int:
        """How many tiles there are so far."""
        return self._tiles

    def add(self, zxy: Zxy, content: bytes) -> None:
        """Add a tile; they come in the order of `tile_id`.

        Parameters
        ----------
        zxy
            Zoom, column, row.
        content
            Mapbox Vector Tile; without any, the tile is left out.

        Raises
        ------
        ValueError
            When the tile comes before one that was added.
        """
        if not content:
            return
        id_ = tile_id(*zxy)
        last = self._entries[-1] if self._entries else None
        if last is not None and id_ < last.id + last.run:
            raise ValueError(f"tile {zxy} comes too late")
        mark = hashlib.blake2b(content, digest_size=16).digest()
        if mark not in self._known:
            compressed = packed(content)
            self._known[mark] = self._bytes, len(compressed)
            self._body.write(compressed)
            self._bytes += len(compressed)
        offset, length = self._known[mark]
        self._tiles += 1
        if last is not None and (last.offset, last.id + last.run) == (offset, id_):
            self._entries[-1] = replace(last, run=last.run + 1)
        else:
            self._entries.append(_Entry(id_, offset, length, 1))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._body:
            if error is None:
                self._finish()

    def _finish(self) -> None:
        root, leaves = _directories(self._entries)
        metadata = packed(json.dumps(self.metadata, ensure_ascii=False).encode())
        parts = root, metadata, leaves
        with self._path.open("wb") as out:
            out.write(self._header(*map(len, parts)))
            out.writelines(parts)
            self._body.seek(0)
            shutil.copyfileobj(self._body, out)

    def _header(self, root: int, metadata: int, leaves: int) -> bytes:
        west, south, east, north = (round(side * _E7) for side in self._box)
        at = HEADER_BYTES
        return _HEADER.pack(
            b"PMTiles",
            3,
            *(at, root),
            *(at + root, metadata),
            *(at + root + metadata, leaves),
            *(at + root + metadata + leaves, self._bytes),
            *(self._tiles, len(self._entries), len(self._known)),
            *(_CLUSTERED, _GZIP, _GZIP, _MVT, *self._zooms),
            *(west, south, east, north),
            self._zooms[0],
            *((west + east) // 2, (south + north) // 2),
        )


def _directories(entries: list[_Entry]) -> tuple[bytes, bytes]:
    """Write all entries into the root, or into leaves that the root names."""
    root = _directory(entries)
    each, leaves = _LEAF_ENTRIES, b""
    while len(root) > _ROOM_OF_ROOT:
        named, leaves = [], b""
        for at in range(0, len(entries), each):
            leaf = _directory(entries[at : at + each])
            named.append(_Entry(entries[at].id, len(leaves), len(leaf), 0))
            leaves += leaf
        root, each = _directory(named), 2 * each
    return root, leaves


def _directory(entries: list[_Entry]) -> bytes:
    """Write entries column by column, numbers as differences where they rise."""
    ids = [one.id for one in entries]
    steps = [id_ - before for before, id_ in zip([0, *ids], ids, strict=False)]
    offsets, follows = [], -1
    for one in entries:
        # Right behind the one before: a nought. Elsewhere: the offset, one higher.
        offsets.append(0 if one.offset == follows else one.offset + 1)
        follows = one.offset + one.length
    columns = steps, [one.run for one in entries], [one.length for one in entries], offsets
    return packed(b"".join(map(varint, [len(entries)] + [number for column in columns for number in column])))
