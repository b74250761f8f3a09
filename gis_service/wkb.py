"""Looks through the WKB of strangers before a library reads it: how deep it is nested, whether it is whole.

GEOS reads a collection in a collection by calling itself. A megabyte of nothing but their beginnings ends the
process, and a few hundred levels take minutes to draw; people need two or three.
"""

import struct
from dataclasses import dataclass
from enum import Enum

DEEPEST = 8
"""Levels of collections in one another: a curve in a compound, in a ring, in a surface, in a collection is
five; so this is no setting."""
HEAD, LONG_HEAD = 5, 14
"""Bytes of order and type; of those, a count, and order and type of the first part."""

_POINT, _LINE, _POLYGON, _CIRCULAR, _TRIANGLE = 1, 2, 3, 8, 17
_SINGLE = (_POINT, _LINE, _POLYGON)
_LINES = frozenset({_LINE, _CIRCULAR})
_RINGED = frozenset({_POLYGON, _TRIANGLE})
_HOLDING = frozenset({4, 5, 6, 7, 9, 10, 11, 12, 15, 16})
"""Types whose parts are geometries with a beginning of their own."""
_Z, _M, _SRID = 0x80000000, 0x40000000, 0x20000000
_HEIGHTS = (0, 1000, 2000, 3000, _Z, _M, _Z | _M)
_ORDERS = {0: ">", 1: "<"}
_LEAST = 5
"""Bytes of the shortest geometry there may be, which bounds how many a count may claim."""


def _heads(kinds: tuple[int, ...]) -> frozenset[bytes]:
    return frozenset(
        struct.pack(f"{sign}BI", order, kind + more)
        for order, sign in _ORDERS.items()
        for kind in kinds
        for more in _HEIGHTS
    )


FLAT = _heads(_SINGLE)
"""Beginnings (5 bytes) of points, lines and areas, which hold no other geometry."""
ONE_PART = frozenset(
    struct.pack(f"{sign}BIIBI", order, kind + 3 + more, 1, order, kind + more)
    for order, sign in _ORDERS.items()
    for kind in _SINGLE
    for more in _HEIGHTS
)
"""Beginnings (14 bytes) of several points, lines or areas that are but one: most areas of most files."""


class Nesting(Enum):
    """What a look through WKB found.

    ``SOUND`` is whole as far as its counts tell; ``BROKEN`` claims more than is there, or types nobody knows;
    ``DEEP`` is nested deeper than :data:`DEEPEST`.
    """

    SOUND = "sound"
    BROKEN = "broken"
    DEEP = "deep"


def nesting_of(wkb: bytes) -> Nesting:
    """Look through one geometry without reading its coordinates.

    Parameters
    ----------
    wkb
        ISO or extended WKB, in any system; what follows its end is not looked at.

    References
    ----------
    OGC 06-103r4, 8.2; the types 13 and 14 have no bytes of their own.
    """
    if is_flat(wkb):
        return Nesting.SOUND
    try:
        _Walk(wkb).geometry(1)
    except RecursionError:
        return Nesting.DEEP
    except (struct.error, ValueError):
        return Nesting.BROKEN
    return Nesting.SOUND


def is_flat(wkb: bytes) -> bool:
    """Tell by its beginning alone that a geometry cannot be nested; false where only a walk would tell."""
    return wkb[:HEAD] in FLAT or wkb[:LONG_HEAD] in ONE_PART


@dataclass
class _Walk:
    """Goes through one geometry after another of the same bytes."""

    data: bytes
    at: int = 0

    def geometry(self, level: int) -> None:
        order, kind, width = self._head()
        if kind in _HOLDING:
            if level > DEEPEST:
                raise RecursionError(level)
            for _ in range(self._count(order, _LEAST)):
                self.geometry(level + 1)
        elif kind in _RINGED:
            for _ in range(self._count(order, 4)):
                self._pass(self._count(order, width) * width)
        elif kind in _LINES:
            self._pass(self._count(order, width) * width)
        elif kind == _POINT:
            self._pass(width)
        else:
            raise ValueError(kind)

    def _head(self) -> tuple[str, int, int]:
        """Read order, type, and the bytes of one point."""
        order = _ORDERS.get(self.data[self.at]) if self.at < len(self.data) else None
        if order is None:
            # GEOS would go on in the order of the geometry before.
            raise ValueError(self.at)
        (code,) = struct.unpack_from(f"{order}I", self.data, self.at + 1)
        self._pass(HEAD + (4 if code & _SRID else 0))
        heights, kind = divmod(code & 0xFFFF, 1000)
        if heights > 3:  # noqa: PLR2004  none, heights, measures, both
            raise ValueError(code)
        has_z, has_m = bool(code & _Z) or heights in {1, 3}, bool(code & _M) or heights in {2, 3}
        return order, kind, 8 * (2 + has_z + has_m)

    def _count(self, order: str, least: int) -> int:
        (count,) = struct.unpack_from(f"{order}I", self.data, self.at)
        self._pass(4)
        if count * least > len(self.data) - self.at:
            raise ValueError(count)
        return int(count)

    def _pass(self, size: int) -> None:
        self.at += size
        if self.at > len(self.data):
            raise ValueError(self.at)
