"""Says what is wrong with a GeoJSON document that could not be read: where, and how much stands before it.

GDAL tells a byte or nothing at all. This reads the document once more, only after it was refused.
"""

import math
import mmap
import re
from pathlib import Path

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers.faults import LONGEST_TEXT, corrupt, on_line, too_deep

_DEEPEST = 64
"""Brackets in brackets; the coordinates of a collection of polygons need ten."""
_TOKEN = re.compile(
    rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]|[-+]?(?:Infinity|inf\b|NaN|nan\b)|[-+]?\d+(?:\.\d+)?[eE][-+]?\d+|\d{300,}',
    re.DOTALL,
)
_COLLECTION = re.compile(rb'"type"\s*:\s*"FeatureCollection"')
_HEAD_BYTES = 1 << 16
_SUSPECT = (b"NaN", b"nan", b"Infinity", b"infinity", b"inf", b"Inf")
_BARE = re.compile(rb"[\s,\[:+-](?:nan|inf|infinity)[\s,\]}]", re.IGNORECASE)
_HUGE = re.compile(rb"[eE]\+?\d{3}")
_OPENING, _CLOSING = b"[{", b"]}"


def refuse_not_finite(path: Path, file: str, *, sequence: bool) -> None:
    """Refuse a document with a number that is none; GDAL takes NaN for a coordinate.

    Parameters
    ----------
    path
        The document.
    file
        What the user calls it.
    sequence
        Whether it is a sequence; in one of these GDAL takes 1e999 as well.

    Raises
    ------
    RefusedInput
        ``coordinate_not_finite``.
    """
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        suspect = any(_stands_bare(content, word) for word in _SUSPECT) or (
            sequence and _HUGE.search(content)
        )
    if suspect:
        found = explain(path, file, "")
        if found.code is ErrorCode.COORDINATE_NOT_FINITE:
            raise found


def _stands_bare(content: mmap.mmap, word: bytes) -> bool:
    """Tell whether a word stands where a number may stand, as far as its neighbours tell."""
    place = content.find(word)
    while place >= 0:
        if _BARE.match(content, place - 1):
            return True
        place = content.find(word, place + 1)
    return False


def explain(path: Path, file: str, reason: str) -> RefusedInput:
    """Find the fault of a document.

    Parameters
    ----------
    path
        The document.
    file
        What the user calls it.
    reason
        What the reader said.

    Returns
    -------
    RefusedInput
        ``coordinate_not_finite`` with line and feature, ``too_deeply_nested`` with the line,
        ``value_too_long``, else
        ``file_corrupt`` with the number of whole features.
    """
    if path.stat().st_size == 0:
        return corrupt(file, reason)
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        features = 0
        # Where features stand: in the list of a collection, else each by itself.
        around = b"{[" if _COLLECTION.search(content, 0, _HEAD_BYTES) else b""
        within = bytearray()
        name = b""
        for token in _TOKEN.finditer(content):
            sign = token[0][:1]
            if sign in _OPENING:
                within += sign
                if len(within) > _DEEPEST:
                    line = _line(content, token.start())
                    return too_deep(file, _DEEPEST, on_line(line), line=line)
            elif sign in _CLOSING:
                del within[-1:]
                features += sign == b"}" and within == around
            elif sign == b'"':
                if len(token[0]) - 2 > LONGEST_TEXT:
                    return _too_long(file, name, features + 1, len(token[0]) - 2)
                name = token[0]
            elif not _finite(token[0]):
                return RefusedInput(
                    ErrorCode.COORDINATE_NOT_FINITE,
                    file=file,
                    count=1,
                    where=_where(content, token, features + 1),
                )
    return corrupt(file, reason, features)


def _too_long(file: str, name: bytes, feature: int, size: int) -> RefusedInput:
    """Say which value is longer than GDAL reads, or a layer takes; the text before it is its name."""
    column = name.strip(b'"').decode("utf-8", "replace")[:64]
    return RefusedInput(
        ErrorCode.VALUE_TOO_LONG, file=file, column=column, feature=feature, bytes=size, limit=LONGEST_TEXT
    )


def _where(content: mmap.mmap, token: re.Match[bytes], feature: int) -> str:
    """Say which number stands where, in words of no language but for the line's."""
    return f" ({token[0][:40].decode('ascii')}; dòng / line {_line(content, token.start())}, #{feature})"


def _finite(token: bytes) -> bool:
    try:
        return math.isfinite(float(token))
    except ValueError:
        return False


def _line(content: mmap.mmap, place: int) -> int:
    return content[:place].count(b"\n") + 1
