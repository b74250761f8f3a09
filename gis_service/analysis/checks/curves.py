"""Arcs in WKB become straight pieces: neither PostGIS' plain types nor the map know arcs.

GEOS reads curves only from version 3.13 on, and Shapely refuses them altogether, so they are rewritten as
bytes before Shapely sees them.
"""

import math
import struct
from dataclasses import dataclass

import numpy as np

from gis_service.types import Floats

STEP_DEGREES = 4.0
"""Longest piece of an arc by its angle; on an arc of 100 m radius the sagitta is 6 cm."""

_LINE, _POLYGON, _MULTI_LINE, _MULTI_POLYGON, _COLLECTION = 2, 3, 5, 6, 7
_CIRCULAR, _COMPOUND, _CURVE_POLYGON, _MULTI_CURVE, _MULTI_SURFACE = 8, 9, 10, 11, 12
_CURVES = frozenset({_CIRCULAR, _COMPOUND, _CURVE_POLYGON, _MULTI_CURVE, _MULTI_SURFACE})
_LINEAR = {_MULTI_CURVE: _MULTI_LINE, _MULTI_SURFACE: _MULTI_POLYGON}
_MULTIS = frozenset({4, _MULTI_LINE, _MULTI_POLYGON, _COLLECTION, _MULTI_CURVE, _MULTI_SURFACE})
_Z, _M, _SRID = 0x80000000, 0x40000000, 0x20000000
_DEEPEST = 32


def is_curved(wkb: bytes) -> bool:
    """Tell whether WKB begins with a type that has arcs, or with a collection that may hold some."""
    if len(wkb) < 5:  # noqa: PLR2004  order and type
        return False
    code = struct.unpack("<I" if wkb[0] else ">I", wkb[1:5])[0] & 0xFFFF
    return code % 1000 in _CURVES or code % 1000 == _COLLECTION


def linear(wkb: bytes) -> bytes | None:
    """Rewrite WKB with arcs as plane WKB of straight pieces.

    Parameters
    ----------
    wkb
        ISO or extended WKB; heights and measures are dropped.

    Returns
    -------
    bytes or None
        Plain little-endian WKB in the same system; None for what cannot be read.
    """
    try:
        return _Reader(wkb).geometry(0)
    except (struct.error, ValueError):
        return None


@dataclass
class _Reader:
    """Reads one geometry after another from the same bytes."""

    data: bytes
    at: int = 0

    def geometry(self, depth: int) -> bytes:
        """Read one geometry and write it straight."""
        order, kind, width = self._head(depth)
        if kind in (_LINE, _CIRCULAR, _COMPOUND):
            return _line(self._curve(order, kind, width, depth))
        if kind in (_POLYGON, _CURVE_POLYGON):
            rings = self._rings(order, kind, width, depth)
            return struct.pack("<BII", 1, _POLYGON, len(rings)) + b"".join(map(_points, rings))
        if kind in _MULTIS:
            parts = [self.geometry(depth + 1) for _ in range(self._count(order))]
            return struct.pack("<BII", 1, _LINEAR.get(kind, kind), len(parts)) + b"".join(parts)
        if kind == 1:
            return struct.pack("<BI", 1, 1) + self._coordinates(order, width, 1).astype("<f8").tobytes()
        raise ValueError(kind)

    def _head(self, depth: int) -> tuple[str, int, int]:
        if depth > _DEEPEST:
            raise ValueError(depth)
        order = "<" if self.data[self.at : self.at + 1] == b"\x01" else ">"
        (code,) = struct.unpack_from(f"{order}I", self.data, self.at + 1)
        self.at += 5 + (4 if code & _SRID else 0)
        iso = (code & 0xFFFF) // 1000
        heights = bool(code & _Z) + bool(code & _M) + (0, 1, 1, 2)[iso % 4]
        return order, (code & 0xFFFF) % 1000, 2 + heights

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self.data, self.at)
        self.at += 4
        if count > len(self.data):
            raise ValueError(count)
        return int(count)

    def _coordinates(self, order: str, width: int, count: int) -> Floats:
        size = count * width * 8
        if self.at + size > len(self.data):
            raise ValueError(count)
        values = np.frombuffer(self.data, f"{order}f8", count * width, self.at).reshape(count, width)
        self.at += size
        return np.asarray(values[:, :2], dtype=float)

    def _curve(self, order: str, kind: int, width: int, depth: int) -> Floats:
        """Read what is left of a line, an arc string or a compound of both: (n, 2) points."""
        if kind != _COMPOUND:
            points = self._coordinates(order, width, self._count(order))
            return _straightened(points) if kind == _CIRCULAR else points
        parts: list[Floats] = []
        for _ in range(self._count(order)):
            part = self._curve(*self._head(depth + 1), depth + 1)
            parts.append(part[1:] if parts else part)
        return np.concatenate(parts) if parts else np.zeros((0, 2))

    def _rings(self, order: str, kind: int, width: int, depth: int) -> list[Floats]:
        count = self._count(order)
        if kind == _POLYGON:
            return [self._coordinates(order, width, self._count(order)) for _ in range(count)]
        return [self._curve(*self._head(depth + 1), depth + 1) for _ in range(count)]


def _line(points: Floats) -> bytes:
    return struct.pack("<BI", 1, _LINE) + _points(points)


def _points(points: Floats) -> bytes:
    return struct.pack("<I", len(points)) + points.astype("<f8").tobytes()


def _straightened(points: Floats) -> Floats:
    """Make pieces of a string of arcs, each through three points, the last of one the first of the next."""
    starts = range(0, len(points) - 2, 2)
    return np.concatenate([points[:1], *(_arc(*points[start : start + 3]) for start in starts)])


def _arc(start: Floats, middle: Floats, end: Floats) -> Floats:
    """Give the points of an arc after its first; its given points are among them.

    Three points on one line are that line; an arc that ends where it begins is a circle whose middle point
    lies opposite (SQL/MM part 3, ST_CircularString).
    """
    if np.array_equal(start, end):
        centre = (start + middle) / 2
    else:
        (ax, ay), (bx, by) = middle - start, end - start
        cross = 2 * (ax * by - ay * bx)
        if abs(cross) <= 1e-12 * (ax * ax + ay * ay + bx * bx + by * by):
            return np.array([middle, end])
        a, b = ax * ax + ay * ay, bx * bx + by * by
        centre = start + np.array([by * a - ay * b, ax * b - bx * a]) / cross
    angles = [math.atan2(*(point - centre)[::-1]) for point in (start, middle, end)]
    turn = _turn(angles[0], angles[1], angles[2])
    radius = float(np.hypot(*(start - centre)))
    first = (
        (angles[1] - angles[0]) % (2 * math.pi) if turn > 0 else -((angles[0] - angles[1]) % (2 * math.pi))
    )
    return np.concatenate(
        [
            _pieces(centre, radius, angles[0], first, middle),
            _pieces(centre, radius, angles[0] + first, turn - first, end),
        ]
    )


def _turn(start: float, middle: float, end: float) -> float:
    """Give the signed angle of an arc that passes its middle point."""
    whole = 2 * math.pi
    left = (end - start) % whole or whole
    return left if (middle - start) % whole <= left else left - whole


def _pieces(centre: Floats, radius: float, start: float, turn: float, end: Floats) -> Floats:
    """Give points along a part of an arc; the last is exactly the given one."""
    count = max(math.ceil(abs(turn) / math.radians(STEP_DEGREES)), 1)
    angles = start + turn * np.arange(1, count + 1) / count
    points = centre + radius * np.column_stack([np.cos(angles), np.sin(angles)])
    points[-1] = end
    return np.asarray(points)
