"""Cuts a column of text into stretches and puts it together again, on the bytes of all values at once.

A regular expression for each value takes ten times as long, and most columns of a file are addresses.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis_service.analysis.legacy_text.words import STRETCH
from gis_service.types import Bools, Int64s

_ASCII = 0x80
_TELLING = 2


def _kind(byte: int) -> int:
    if byte < _ASCII and not STRETCH.match(chr(byte)):
        return 0
    return 1 if byte < _ASCII and chr(byte).isalpha() else _TELLING


_KINDS = np.array([_kind(byte) for byte in range(256)], dtype=np.uint8)
"""Bytes of UTF-8: 0 between stretches, 1 letters of ASCII, 2 all that may be a broken letter."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Stretches beyond ASCII in n values.

    Parameters
    ----------
    octets
        UTF-8 of all values, one after another.
    offsets
        (n + 1,) where each value begins in it.
    starts, ends
        (m,) where each stretch begins and ends in it.
    owners
        (m,) the value in which it stands.
    """

    octets: NDArray[np.uint8]
    offsets: Int64s
    starts: Int64s
    ends: Int64s
    owners: Int64s

    def stretches(self) -> tuple[tuple[str, ...], Int64s]:
        """Give the k distinct stretches, and (m,) which of them each is."""
        inside = np.zeros(len(self.octets) + 1, dtype=np.int8)
        inside[self.starts] += 1
        inside[self.ends] -= 1
        kept = self.octets[np.cumsum(inside[:-1], dtype=np.int8).astype(bool)]
        bounds = np.concatenate([[0], np.cumsum(self.ends - self.starts)])
        coded = _strings(bounds, kept).dictionary_encode()
        return tuple(coded.dictionary.to_pylist()), coded.indices.to_numpy().astype(np.int64)


def cut(values: pa.Array) -> Cut:
    """Cut (n,) strings, none of them null, into stretches; those of ASCII letters only are left out."""
    text = values.cast(pa.large_string())
    offsets = np.frombuffer(text.buffers()[1], np.int64)[text.offset : text.offset + len(text) + 1]
    octets = np.frombuffer(text.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    offsets = offsets - offsets[0]
    kinds = _KINDS[octets]
    inside = kinds > 0
    opens, closes = inside.copy(), inside.copy()
    opens[1:] &= ~inside[:-1]
    closes[:-1] &= ~inside[1:]
    edges = offsets[1:-1][(offsets[1:-1] > 0) & (offsets[1:-1] < len(octets))]
    opens[edges] = inside[edges]
    closes[edges - 1] = inside[edges - 1]
    starts, ends = np.flatnonzero(opens), np.flatnonzero(closes) + 1
    # A stretch counts when one of its bytes may be a broken letter.
    kept = _without_doubles(np.searchsorted(starts, np.flatnonzero(kinds == _TELLING), side="right") - 1)
    starts, ends = starts[kept], ends[kept]
    return Cut(octets, offsets, starts, ends, np.searchsorted(offsets, starts, side="right") - 1)


def replace(values: pa.Array, new: dict[str, str]) -> pa.Array:
    """Give (n,) strings, none of them null, with stretches replaced by others."""
    whole = cut(values)
    distinct, codes = whole.stretches()
    bounds = _without_doubles(
        np.sort(np.concatenate([whole.offsets, whole.starts, whole.ends]), kind="stable")
    )
    pieces = _strings(bounds, whole.octets)
    which = np.full(len(pieces), -1, dtype=np.int64)
    which[np.searchsorted(bounds, whole.starts)] = codes
    changed: Bools = which >= 0
    words = pa.array([new.get(stretch, stretch) for stretch in distinct], pa.large_string())
    pieces = pc.if_else(pa.array(changed), words.take(pa.array(which, mask=~changed)), pieces)
    lists = pa.LargeListArray.from_arrays(pa.array(np.searchsorted(bounds, whole.offsets)), pieces)
    return pc.binary_join(lists, pa.scalar("", pa.large_string())).cast(values.type)


def _without_doubles(ascending: Int64s) -> Int64s:
    """Leave out what equals the one before; numpy.unique, not knowing the order, takes ten times as long."""
    new = np.ones(len(ascending), dtype=bool)
    new[1:] = ascending[1:] != ascending[:-1]
    return np.asarray(ascending[new], dtype=np.int64)


def _strings(bounds: Int64s, octets: NDArray[np.uint8]) -> pa.Array:
    """(n,) strings between n + 1 bounds."""
    return pa.Array.from_buffers(
        pa.large_string(),
        len(bounds) - 1,
        [None, pa.py_buffer(bounds.astype(np.int64).tobytes()), pa.py_buffer(octets.tobytes())],
    )
