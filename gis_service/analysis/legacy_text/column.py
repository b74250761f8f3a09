"""Cuts the texts of a column into stretches and judges every value, whole arrays at a time.

Most columns hold ASCII only and are passed over by one kernel; of the others each distinct value and each
distinct stretch is looked at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis_service.analysis.legacy_text.cut import cut, replace
from gis_service.analysis.legacy_text.encodings import Encoding, stands_for_bytes
from gis_service.analysis.legacy_text.words import Standing, reading, speaks_capitals, standing
from gis_service.types import Bools, Int64s

Texts: TypeAlias = pa.Array | pa.ChunkedArray | Sequence[str | None]
"""(n,) texts as a reader gave them; None where there is none."""


ENOUGH = 3
"""Weight from which on an encoding is no accident: one long syllable with signs among its letters."""
_SEVERAL = 3
_MOST_EITHER, _MOST_EITHER_CP1258 = 0.25, 0.6
"""Of 40 names of communes in an old encoding at most 0.19 read either way for each that does not; 0.52 in
CP1258, which shares most of its letters with Latin-1. More of them than that are clean."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """The distinct values of a column that go beyond ASCII.

    Parameters
    ----------
    values
        (n,) in order of appearance.
    counts
        (n,) rows with each.
    stretches
        (k,) distinct stretches beyond ASCII.
    codes
        (m,) which stretch, for all stretches of all values one after another.
    owners
        (m,) which value they stand in.
    """

    values: pa.Array
    counts: Int64s
    stretches: tuple[str, ...]
    codes: Int64s
    owners: Int64s

    def have(self, per_stretch: Bools) -> Bools:
        """(n,) whether a value has one of these stretches."""
        return np.bincount(self.owners[per_stretch[self.codes]], minlength=len(self.values)).astype(bool)

    def only(self, chosen: Bools) -> "Distinct":
        """Leave out the values that are not chosen, and stretches that stand in no other."""
        kept = chosen[self.owners]
        there = np.bincount(self.codes[kept], minlength=len(self.stretches)) > 0
        used, codes = np.flatnonzero(there), (np.cumsum(there) - 1)[self.codes[kept]]
        return Distinct(
            self.values.filter(pa.array(chosen)),
            self.counts[chosen],
            tuple(self.stretches[code] for code in used),
            codes,
            (np.cumsum(chosen) - 1)[self.owners[kept]],
        )

    def standing(self, kind: Standing) -> Bools:
        """(k,) which stretches stand so."""
        return np.array([standing(stretch) is kind for stretch in self.stretches], dtype=bool)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an encoding makes of the values of a column.

    Parameters
    ----------
    values
        What was judged.
    sure
        (n,) no Vietnamese as they stand, and Vietnamese in the encoding.
    either
        (n,) Vietnamese both as they stand and otherwise, or too short to tell.
    clean
        (n,) Vietnamese as they stand, and not in the encoding.
    backed
        (n,) sure, and with Vietnamese beside what is broken, which says what language it is.
    weights
        (k,) how much each distinct stretch speaks for the encoding.
    most_either
        How many values may read either way, for each sure one, in a column that is in the encoding.
    """

    values: Distinct
    sure: Bools
    either: Bools
    clean: Bools
    backed: Bools
    weights: Int64s
    most_either: float

    @property
    def whole(self) -> bool:
        """Whether all of the column is in it: enough surely is, nothing is clean, little may be either."""
        enough = sum(self.telling(self.sure).values()) >= ENOUGH
        return (
            enough and not self.clean.any() and bool(self.either.sum() <= self.most_either * self.sure.sum())
        )

    def telling(self, among: Bools) -> dict[str, int]:
        """Give the distinct stretches, in small letters, that speak for the encoding in some sure values."""
        values = self.values
        spoken = np.flatnonzero(np.bincount(values.codes[(self.sure & among)[values.owners]]))
        told = {values.stretches[code].casefold(): int(self.weights[code]) for code in spoken}
        return {stretch: weight for stretch, weight in told.items() if weight}

    def chosen(self, *, whole: bool) -> Bools:
        """(n,) which values are to be repaired."""
        return self.sure | self.either if whole else self.sure


def as_array(texts: Texts) -> pa.Array:
    """Give texts as one array of strings; of a column of another type, one of nulls."""
    array = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, pa.string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        return pa.nulls(len(array), pa.string())
    return array


def distinct(array: pa.Array) -> Distinct | None:
    """Find the distinct values beyond ASCII and cut them into stretches; None where all is ASCII."""
    ascii_only = pc.string_is_ascii(array)
    if pc.all(ascii_only, min_count=0).as_py():
        return None
    counted = pc.value_counts(array.filter(pc.invert(ascii_only)))
    values = counted.field("values")
    parts = cut(values)
    return Distinct(values, counted.field("counts").to_numpy(), *parts.stretches(), parts.owners)


def judge(values: Distinct, encoding: Encoding) -> Verdict:
    """Judge each distinct value of a column in an encoding.

    A value is surely in the encoding when something in it is no Vietnamese as it stands, all of that becomes
    Vietnamese or can stay, and nothing that is Vietnamese is lost.
    """
    odd, vietnamese = values.standing(Standing.ODD), values.standing(Standing.VIETNAMESE)
    readings = [reading(stretch, encoding) for stretch in values.stretches]
    fits = np.array([each.fits for each in readings], dtype=bool)
    changes = np.array([each.changes for each in readings], dtype=bool)
    weights = np.array([each.weight for each in readings], dtype=np.int64) * odd
    mended = values.have(changes) & ~values.have(~fits)
    beyond = _beyond(values, encoding)
    # Nobody types half a value in an old font: beside a letter that only Unicode has, the rest is clean too.
    mended &= ~values.have(beyond & vietnamese)
    is_odd = values.have(odd)
    sure = mended & values.have(weights > 0)
    letters = np.array([stretch.isalpha() for stretch in values.stretches], dtype=bool)
    words = np.bincount(values.owners, (changes & letters)[values.codes], len(values.values))
    # A word or two may be words either way; three in one value are so only when they are clean.
    either = mended & ~sure & values.have(changes & (odd | vietnamese)) & (words < _SEVERAL)
    clean = ~is_odd & values.have(vietnamese) & (values.have(~fits) | values.have(beyond))
    most = _MOST_EITHER_CP1258 if encoding is Encoding.CP1258 else _MOST_EITHER
    return Verdict(values, sure, either, clean, sure & values.have(vietnamese & fits), weights, most)


def repaired(values: pa.Array, encoding: Encoding) -> pa.Array:
    """(n,) values that are in an encoding as they read in it."""
    whole = cut(values)
    found, codes = whole.stretches()
    texts = replace(values, {stretch: reading(stretch, encoding).text for stretch in found})
    # What is otherwise all capitals was typed in a font of capitals.
    speaks = np.array([speaks_capitals(stretch, encoding) for stretch in found], dtype=bool)
    spoken = np.bincount(whole.owners[speaks[codes]], minlength=len(values)).astype(bool)
    if not spoken.any():
        return texts
    capital = pc.and_(pa.array(spoken), pc.invert(pc.match_substring_regex(values, "[a-z]")))
    return pc.if_else(capital, pc.utf8_upper(texts), texts)


def _beyond(values: Distinct, encoding: Encoding) -> Bools:
    """(k,) stretches that cannot be text of the encoding, as they hold letters beyond bytes."""
    if encoding is Encoding.NFD:
        return np.zeros(len(values.stretches), dtype=bool)
    return np.array([not stands_for_bytes(stretch) for stretch in values.stretches], dtype=bool)
