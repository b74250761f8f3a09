"""Reads PMTiles as version 3 of its specification says, by other ways than the writer and the page do."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Zxy = tuple[int, int, int]
_STEPS = {0: (0, 0), 1: (0, 1), 2: (1, 1), 3: (1, 0)}
"""Order of the four quarters on the curve as it begins: column and row."""


def zxy_of(id_: int) -> Zxy:
    """Find a tile by its number, quarter by quarter from the smallest."""
    z = 0
    while id_ >= 4**z:
        id_ -= 4**z
        z += 1
    x = y = 0
    for level in range(z):
        side = 1 << level
        right, lower = _STEPS[id_ & 3]
        if not lower:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        x, y = x + side * right, y + side * lower
        id_ >>= 2
    return z, x, y


@dataclass(frozen=True, slots=True)
class Archive:
    """A whole archive in memory."""

    content: bytes

    @classmethod
    def of(cls, path: Path) -> "Archive":
        return cls(path.read_bytes())

    def _number(self, at: int, size: int = 8) -> int:
        return int.from_bytes(self.content[at : at + size], "little", signed=size == 4)

    @property
    def metadata(self) -> dict[str, Any]:
        at, length = self._number(24), self._number(32)
        found: dict[str, Any] = json.loads(gzip.decompress(self.content[at : at + length]))
        return found

    @property
    def counts(self) -> tuple[int, int, int]:
        """Tiles, entries, contents."""
        return self._number(72), self._number(80), self._number(88)

    @property
    def zooms(self) -> tuple[int, int]:
        return self.content[100], self.content[101]

    @property
    def box(self) -> tuple[float, ...]:
        return tuple(self._number(at, 4) / 1e7 for at in (102, 106, 110, 114))

    @property
    def leaf_bytes(self) -> int:
        return self._number(48)

    def check(self) -> None:
        """Look at what is laid down."""
        assert self.content[:8] == b"PMTiles\x03"
        assert list(self.content[96:100]) == [1, 2, 2, 1], "clustered, gzip, gzip, vector tiles"
        assert 127 + self._number(16) <= 16_384, "the root comes with the first read"
        assert self._number(56) + self._number(64) == len(self.content)

    def tiles(self) -> dict[Zxy, bytes]:
        """Give every tile."""
        return dict(self._walk(self._number(8), self._number(16)))

    def _walk(self, at: int, length: int) -> Iterator[tuple[Zxy, bytes]]:
        for id_, run, size, offset in self._entries(self.content[at : at + length]):
            if not run:
                yield from self._walk(self._number(40) + offset, size)
            begin = self._number(56) + offset
            for one in range(run):
                yield zxy_of(id_ + one), gzip.decompress(self.content[begin : begin + size])

    @staticmethod
    def _entries(directory: bytes) -> list[tuple[int, int, int, int]]:
        numbers, value, shift = [], 0, 0
        for byte in gzip.decompress(directory):
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                numbers.append(value)
                value = shift = 0
        count, rest = numbers[0], numbers[1:]
        assert len(rest) == 4 * count
        steps, runs, sizes, told = (rest[part * count : (part + 1) * count] for part in range(4))
        found: list[tuple[int, int, int, int]] = []
        for step, run, size, offset in zip(steps, runs, sizes, told, strict=True):
            before = found[-1] if found else (0, 0, 0, 0)
            at = before[3] + before[2] if offset == 0 else offset - 1
            found.append((before[0] + step, run, size, at))
        return found
