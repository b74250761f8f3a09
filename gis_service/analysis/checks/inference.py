"""What the columns of a file hold, told from all of their values: types, and which of them could be a key."""

from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis_service.analysis.checks.duplicates import column_hashes
from gis_service.analysis.columns import convert

Kind = Literal["text", "integer", "number", "boolean", "date", "timestamp"]

_PATTERNS: dict[Kind, str] = {
    "boolean": r"(?i)^(true|false|t|f|yes|no|y|n|có|không|đúng|sai)$",
    # A number that begins with a zero, or has more digits than a float keeps, is a code.
    "integer": r"^[-+]?(0|[1-9]\d{0,14})$",
    "number": r"^[-+]?(0|[1-9]\d{0,14})([.,]\d+)?([eE][-+]?\d{1,3})?$",
    "date": r"^(\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}/\d{1,2}/\d{4})$",
    "timestamp": r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
}
_CONVERTED: tuple[Kind, ...] = ("date", "timestamp")
"""Kinds whose values may have the right form and yet be none, such as 31/02/2025."""


def kind_of(arrow: pa.DataType) -> Kind | None:
    """Give the kind of field that holds values of an Arrow type; none where no field does."""
    if pa.types.is_dictionary(arrow):
        arrow = arrow.value_type
    kinds: tuple[tuple[Kind, bool], ...] = (
        ("boolean", pa.types.is_boolean(arrow)),
        ("integer", pa.types.is_integer(arrow)),
        ("number", pa.types.is_floating(arrow)),
        ("date", pa.types.is_date(arrow)),
        ("timestamp", pa.types.is_timestamp(arrow)),
        ("text", pa.types.is_string(arrow) or pa.types.is_large_string(arrow) or pa.types.is_null(arrow)),
    )
    return next((kind for kind, fits in kinds if fits), None)


class TypeGuess:
    """What the values of one column are, batch by batch.

    Parameters
    ----------
    arrow
        Type that the file gives the column; only texts are looked into.
    """

    def __init__(self, arrow: pa.DataType) -> None:
        self._declared = kind_of(arrow)
        self._possible: list[Kind] = list(_PATTERNS) if self._declared == "text" else []
        self._any = False

    def take(self, column: pa.Array) -> None:
        """Look at one batch: (n,) values as the file has them."""
        if not self._possible or not (
            pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        ):
            return
        texts = pc.utf8_trim_whitespace(column.drop_null().cast(pa.string()))
        texts = texts.filter(pc.not_equal(texts, ""))
        self._any = self._any or len(texts) > 0
        self._possible = [kind for kind in self._possible if _all_are(texts, kind)]

    @property
    def kind(self) -> Kind | None:
        """The narrowest kind that all values are of; text when there are none."""
        if self._declared != "text" or not self._any:
            return self._declared
        return self._possible[0] if self._possible else "text"


def _all_are(texts: pa.Array, kind: Kind) -> bool:
    # The first hundred settle it for nearly every column.
    for part in (texts[:100], texts[100:]):
        if not pc.all(pc.match_substring_regex(part, _PATTERNS[kind]), min_count=0).as_py():
            return False
    return kind not in _CONVERTED or not convert(texts, kind)[1].any()


class KeyGuess:
    """Whether the values of one column are all there and all different, batch by batch."""

    def __init__(self) -> None:
        self._hashes: list[np.ndarray[tuple[int], np.dtype[np.uint64]]] = []
        self._possible = True

    def take(self, column: pa.Array) -> None:
        """Look at one batch: (n,) values."""
        if not self._possible:
            return
        empty = column.null_count > 0 or (
            pa.types.is_string(column.type) and pc.any(pc.equal(column, ""), min_count=0).as_py()
        )
        hashes = column_hashes(column)
        self._possible = not empty and len(np.unique(hashes)) == len(hashes)
        self._hashes = [*self._hashes, hashes] if self._possible else []

    @property
    def unique(self) -> bool:
        """Whether it could be a key; false when there was no value at all."""
        if not self._possible or not self._hashes:
            return False
        every = np.concatenate(self._hashes)
        return len(every) > 0 and len(np.unique(every)) == len(every)
