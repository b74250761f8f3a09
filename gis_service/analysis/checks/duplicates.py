"""Features that stand twice in a file: equal in geometry and in every attribute."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis_service.analysis.checks.findings import LISTED, Found
from gis_service.errors import ErrorCode
from gis_service.types import Bools, Geometries, Int64s

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_NULL = np.uint64(0x6A09E667F3BCC909)


def row_hashes(wkb: Geometries | None, columns: Sequence[pa.Array]) -> Int64s:
    """Give each row a number that equal rows share.

    Parameters
    ----------
    wkb
        (n,) bytes of the geometries as the file has them, none where there is no geometry.
    columns
        (n,) values of every column; texts, numbers, dates.

    Returns
    -------
    Int64s
        (n,) hashes of 64 bits: among a million different rows two share one once in 37 million files. They
        hold for one process, since Python salts its hashes of text.
    """
    parts = [] if wkb is None else [_hashed(wkb)]
    parts += [column_hashes(column) for column in columns]
    total = np.zeros(len(parts[0]) if parts else 0, np.uint64)
    for part in parts:
        total = _mixed(total * np.uint64(3) + part)
    return total.view(np.int64)


def column_hashes(column: pa.Array) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """Give the values of one column numbers that equal values share: (n,) of 64 bits."""
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    if pa.types.is_integer(column.type):
        # Numbers hash to themselves in Python, and -1 like -2: mixed here instead.
        bits = pc.fill_null(column.cast(pa.int64(), safe=False), 0).to_numpy(zero_copy_only=False)
    elif pa.types.is_floating(column.type):
        # -0.0 and 0.0 are equal and differ in a bit; adding zero makes them one.
        floats = pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)
        bits = (floats + 0.0).view(np.int64)
    elif pa.types.is_date32(column.type) or pa.types.is_timestamp(column.type):
        width = pa.int32() if pa.types.is_date32(column.type) else pa.int64()
        bits = pc.fill_null(column.cast(width), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    else:
        return _hashed(column.to_pylist())
    mixed = _mixed(np.ascontiguousarray(bits, np.int64).view(np.uint64))
    mixed[np.asarray(pc.is_null(column).to_numpy(zero_copy_only=False))] = _NULL
    return mixed


def _hashed(values: Sequence[object] | Geometries) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    try:
        hashes = np.fromiter(map(hash, values), np.int64, len(values))
    except TypeError:
        # Lists and structs of a file are told by how they are written.
        hashes = np.fromiter((hash(repr(value)) for value in values), np.int64, len(values))
    return _mixed(hashes.view(np.uint64))


def _mixed(
    values: "np.ndarray[tuple[int], np.dtype[np.uint64]]",
) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """Spread bits (the finalizer of splitmix64: Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195)."""
    mixed = values + _GOLDEN
    for shift, factor in zip((30, 27), _MIX, strict=True):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * factor
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))


class Repeats:
    """Rows that came before, batch by batch.

    The numbers of features are kept with the hashes, 16 bytes for each.
    """

    def __init__(self) -> None:
        self._hashes: list[Int64s] = []
        self._numbers: list[Int64s] = []
        self._seen = np.zeros(0, np.int64)

    def add(self, hashes: Int64s, numbers: Int64s) -> None:
        """Take the rows of one batch."""
        self._hashes.append(hashes)
        self._numbers.append(numbers)

    def again(self, hashes: Int64s) -> Bools:
        """Tell which rows of a batch stood before, in it or in an earlier one, and remember the others."""
        _, first = np.unique(hashes, return_index=True)
        again = np.ones(len(hashes), dtype=bool)
        again[first] = False
        again |= np.isin(hashes, self._seen, assume_unique=False)
        self._seen = np.sort(np.concatenate([self._seen, hashes[~again]]))
        return again

    def found(self, describe: Callable[[int], str] = lambda number: f"= {number}") -> Found | None:
        """Tell of all rows that equal an earlier one; ``rows`` are feature numbers less one.

        Parameters
        ----------
        describe
            Words for a row, by the number of the feature that it equals.
        """
        hashes, numbers = _joined(self._hashes), _joined(self._numbers)
        _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        original = first[inverse]
        repeated = np.flatnonzero(original != np.arange(len(hashes)))
        if not repeated.size:
            return None
        words = tuple(describe(int(numbers[original[row]])) for row in repeated[:LISTED])
        return Found(ErrorCode.DUPLICATE_FEATURES, numbers[repeated] - 1, words)


def _joined(parts: Sequence[Int64s]) -> Int64s:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
