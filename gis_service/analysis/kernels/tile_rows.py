"""Reads the rows of a tile as PostgreSQL sends them: composite values in binary, one behind the other.

A row is the number of its columns, and of each column its type, its length (-1 for none) and its bytes, all
numbers of 32 bits with the highest byte first (PostgreSQL, ``record_send``).
"""

from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from gis_service.analysis.kernels.references import uncounted
from gis_service.types import Floats, Int64s

Bytes: TypeAlias = NDArray[np.uint8]
_HEAD = 8
"""Type and length before the bytes of a column."""
_POINT = 16
"""Bytes of a corner."""
_NONE = 0xFFFF_FFFF
"""Length of a column in which there is nothing."""


@uncounted
def big(block: Bytes, at: int, size: int) -> int:
    """Read a number of so many bytes, the highest first, with its sign where it has eight."""
    value, here = np.int64(0), np.uint64(at)
    for i in range(size):
        value = (value << np.int64(8)) | np.int64(block[here + np.uint64(i)])
    return int(value)


@uncounted
def little(block: Bytes, at: int) -> int:
    """Read a number of four bytes, the lowest first."""
    value, here = np.int64(0), np.uint64(at)
    for i in range(3, -1, -1):
        value = (value << np.int64(8)) | np.int64(block[here + np.uint64(i)])
    return int(value)


@numba.njit(cache=True, nogil=True)
def columns_at(block: Bytes, rows: int, columns: int) -> tuple[Int64s, Int64s]:
    """Find the columns of rows: (rows, columns) first byte and length of each; -1 where there is none."""
    begin, length = np.empty((rows, columns), np.int64), np.empty((rows, columns), np.int64)
    at = 0
    for row in range(rows):
        at += 4
        for column in range(columns):
            size = big(block, at + 4, 4)
            if size == _NONE:
                size = -1
            at += _HEAD
            begin[row, column], length[row, column] = at, size
            at += max(size, 0)
    return begin, length


@numba.njit(cache=True, nogil=True)
def numbers_at(block: Bytes, begin: Int64s) -> Int64s:
    """Read whole numbers of eight bytes that begin at some places."""
    numbers = np.empty(len(begin), np.int64)
    for i in range(len(begin)):
        numbers[i] = big(block, begin[i], 8)
    return numbers


@uncounted
def _eight(block: Bytes, at: int) -> np.uint64:
    """Read eight bytes, the lowest first: written out, it becomes one instruction wherever it is used."""
    # A place without a sign: else each of the eight is asked whether it is counted from the end.
    here = np.uint64(at)
    low = (
        np.uint64(block[here])
        | np.uint64(block[here + np.uint64(1)]) << np.uint64(8)
        | np.uint64(block[here + np.uint64(2)]) << np.uint64(16)
        | np.uint64(block[here + np.uint64(3)]) << np.uint64(24)
    )
    return (
        low
        | np.uint64(block[here + np.uint64(4)]) << np.uint64(32)
        | np.uint64(block[here + np.uint64(5)]) << np.uint64(40)
        | np.uint64(block[here + np.uint64(6)]) << np.uint64(48)
        | np.uint64(block[here + np.uint64(7)]) << np.uint64(56)
    )


@uncounted
def number_at(block: Bytes, at: int) -> float:
    """Read a number with a fraction, of eight bytes, the lowest first."""
    return float(np.uint64(_eight(block, at)).view(np.float64))


@uncounted
def read_points(block: Bytes, at: int, count: int, x: Floats, y: Floats) -> None:
    """Read so many corners of a shape, two numbers of eight bytes each, the lowest byte first."""
    # The rows begin anywhere: a view on whole numbers of the block would not.
    bits_x, bits_y = x.view(np.uint64), y.view(np.uint64)
    for i in range(count):
        bits_x[i], bits_y[i] = _eight(block, at + _POINT * i), _eight(block, at + _POINT * i + 8)
