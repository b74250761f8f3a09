"""Puts features together, with numbers, attributes and commands, as a layer of a vector tile has them.

The layout is that of the Mapbox Vector Tile specification 2.1, section 4; equal values are written once.
"""

from typing import TypeAlias

import numba
import numpy as np

from gis_service.analysis.kernels.references import uncounted
from gis_service.analysis.kernels.tile_rows import Bytes, big
from gis_service.analysis.kernels.tile_shapes import folded, put
from gis_service.types import Int32s, Int64s

TEXT, WHOLE_NUMBER, NUMBER, YES_OR_NO = 0, 1, 2, 3
"""Kinds of attributes."""
Values: TypeAlias = tuple[Int32s, Int64s, Int64s, Int64s]
"""Table by hash of the number of a value, or -1; of each value where its bytes begin, how many, its kind."""
_FID, _GEOM = 0, 1
_FEATURE, _VALUE = 0x12, 0x22
_ID, _TAGS, _TYPE, _COMMANDS = 0x08, 0x12, 0x18, 0x22
_TEXT, _DOUBLE, _UNSIGNED, _SIGNED, _BOOL = 0x0A, 0x19, 0x28, 0x30, 0x38
_PLACE = 12
"""Bytes of a field's name and length, at most, with some to spare."""


@uncounted
def _size(value: int) -> int:
    """Tell how many bytes a number takes."""
    left, size = np.uint64(value) >> np.uint64(7), 1
    while left:
        left >>= np.uint64(7)
        size += 1
    return size


@uncounted
def _copy(source: Bytes, begin: int, size: int, out: Bytes, at: int) -> int:
    # Places without a sign: else each is asked whether it is counted from the end.
    here, there = np.uint64(begin), np.uint64(at)
    for i in range(np.uint64(size)):
        out[there + i] = source[here + i]
    return at + size


@uncounted
def _number_of(block: Bytes, begin: int, size: int, kind: int, values: Values, known: int) -> int:
    """Find the number that equal bytes of the kind have got already; else give them the next one."""
    table, starts, sizes, kinds = values
    key, here, many = np.uint64(0xCBF29CE484222325) ^ np.uint64(kind), np.uint64(begin), np.uint64(size)
    for i in range(many):
        # FNV-1a, of 64 bits.
        key = (key ^ np.uint64(block[here + i])) * np.uint64(0x100000001B3)
    mask = np.uint64(len(table) - 1)
    at = (key ^ (key >> np.uint64(29))) & mask
    while table[at] >= 0:
        found = table[at]
        if sizes[found] == size and kinds[found] == kind:
            there, equal = np.uint64(starts[found]), np.uint64(0)
            while equal < many and block[there + equal] == block[here + equal]:
                equal += np.uint64(1)
            if equal == many:
                return int(found)
        at = (at + np.uint64(1)) & mask
    table[at] = known
    starts[known], sizes[known], kinds[known] = begin, size, kind
    return known


@uncounted
def _value_size(block: Bytes, begin: int, size: int, kind: int) -> int:
    """Tell how many bytes a value takes inside its field."""
    if kind == TEXT:
        return 1 + _size(size) + size
    if kind == WHOLE_NUMBER:
        value = big(block, begin, size)
        return 1 + _size(value if value >= 0 else folded(value))
    return 1 + size


@uncounted
def write_values(block: Bytes, values: Values, known: int, out: Bytes) -> int:
    """Write all values in the order of their numbers; give how many bytes they are."""
    _, starts, sizes, kinds = values
    at = 0
    for one in range(known):
        begin, size, kind = starts[one], sizes[one], kinds[one]
        out[at] = _VALUE
        at = put(out, at + 1, _value_size(block, begin, size, kind))
        if kind == TEXT:
            out[at] = _TEXT
            at = _copy(block, begin, size, out, put(out, at + 1, size))
        elif kind == WHOLE_NUMBER:
            value = big(block, begin, size)
            out[at] = _UNSIGNED if value >= 0 else _SIGNED
            at = put(out, at + 1, value if value >= 0 else folded(value))
        elif kind == NUMBER:
            out[at] = _DOUBLE
            for i in range(size):
                out[at + 1 + i] = block[begin + size - 1 - i]
            at += 1 + size
        else:
            out[at], out[at + 1] = _BOOL, block[begin]
            at += 2
    return at


@uncounted
def _tags(
    block: Bytes, begin: Int64s, length: Int64s, kinds: Int64s, values: Values, known: int, tags: Int64s
) -> tuple[int, int, int, int]:
    """Give the attributes of a row their numbers.

    Returns how many tags there are, their bytes, values that are known then, and bytes of the new ones.
    """
    count, size, more = 0, 0, 0
    for column in range(len(kinds)):
        if length[column + 2] < 0:
            continue
        at, many, kind = begin[column + 2], length[column + 2], kinds[column]
        value = _number_of(block, at, many, kind, values, known)
        if value == known:
            known += 1
            inside = _value_size(block, at, many, kind)
            more += 1 + _size(inside) + inside
        tags[count], tags[count + 1] = column, value
        size += _size(column) + _size(value)
        count += 2
    return count, size, known, more


@numba.njit(cache=True, nogil=True)
def write_features(
    block: Bytes,
    begin: Int64s,
    length: Int64s,
    kinds: Int64s,
    drawn: tuple[Int64s, Int64s, Int64s, Bytes],
    order: Int64s,
    budget: int,
) -> tuple[Bytes, Bytes, int]:
    """Write features, with the values of their attributes, until the next one would be beyond the budget.

    begin, length: (n, columns) of rows: the number, the shape, attributes of the kinds. drawn: per row what
    it is drawn as, where its commands begin and end, and the commands. order: rows, the first first.
    Returns bytes of the features, bytes of the values, and how many features there are.
    """
    sorts, first, last, commands = drawn
    most = len(order) * len(kinds)
    slots = 16
    while slots < 2 * most:
        slots *= 2
    table = np.empty(slots, np.int32)
    table[:] = -1
    values = (table, np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64))
    # A feature is no longer than its commands, its tags and the names and lengths around them.
    room = 64
    for row in order:
        room += 4 * _PLACE + 8 * len(kinds) + last[row] - first[row]
    out = np.empty(room, np.uint8)
    tags, at, known, shown, spent = np.empty(2 * len(kinds) + 1, np.int64), 0, 0, 0, 0
    for row in order:
        fid = big(block, begin[row, _FID], 8)
        count, tag_bytes, then, more = _tags(block, begin[row], length[row], kinds, values, known, tags)
        size = last[row] - first[row]
        whole = 2 + 1 + _size(size) + size
        whole += 1 + _size(fid) if fid >= 0 else 0
        whole += 1 + _size(tag_bytes) + tag_bytes if count else 0
        spent += more
        if budget and at + spent + whole + 1 + _size(whole) > budget:
            break
        known, shown = then, shown + 1
        out[at] = _FEATURE
        at = put(out, at + 1, whole)
        if fid >= 0:
            out[at] = _ID
            at = put(out, at + 1, fid)
        if count:
            out[at] = _TAGS
            at = put(out, at + 1, tag_bytes)
            for i in range(count):
                at = put(out, at, tags[i])
        out[at], out[at + 1], out[at + 2] = _TYPE, sorts[row], _COMMANDS
        at = _copy(commands, first[row], size, out, put(out, at + 3, size))
    room = 1
    for one in range(known):
        room += 2 * _PLACE + values[2][one]
    written = np.empty(room, np.uint8)
    return out[:at], written[: write_values(block, values, known, written)], shown
