"""Numbers whose points may divide thousands, as people write them in Viet Nam: ``1.234`` is 1.234 or 1234.

One value never tells which is meant. A column does: a value such as ``0.5``, ``12.75`` or ``1500`` cannot
stand in one whose points divide thousands. Where none such is there, both ways are told, and nothing is
decided.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gis_service.analysis.checks.findings import LISTED, Found
from gis_service.errors import ErrorCode
from gis_service.types import Bools, Int64s

_GROUPED = r"^[-+]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?$"
"""Points before groups of three digits, perhaps a decimal comma."""
_SHORT = r"^[-+]?\d{1,3}(,\d+)?$"
"""Too small for a point between thousands."""


class ThousandsSeen:
    """Looks at the texts of one column of numbers, batch by batch.

    Parameters
    ----------
    name
        Field that they are meant for.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._possible = True
        self._numbers: list[Int64s] = []
        self._words: list[str] = []

    def take(self, column: pa.Array, numbers: Int64s) -> None:
        """Look at one batch: (n,) values as the file has them, (n,) their feature numbers, from 1."""
        if not self._possible or not _is_text(column):
            return
        texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
        grouped = _matches(texts, _GROUPED)
        if not (grouped | _matches(texts, _SHORT) | _matches(texts, "^$") | ~_true(texts.is_valid())).all():
            self._possible = False
            self._numbers, self._words = [], []
            return
        rows = np.flatnonzero(grouped)
        self._numbers.append(numbers[rows])
        for row in rows[: LISTED - len(self._words)].tolist():
            self._words.append(f"{self._name} = {_both_ways(texts[row].as_py())}")

    def found(self) -> Found | None:
        """Tell of the values that may be read in two ways; none when the column tells."""
        numbers = np.concatenate(self._numbers) if self._numbers else np.zeros(0, dtype=np.int64)
        if not numbers.size:
            return None
        return Found(ErrorCode.THOUSANDS_SUSPECT, numbers - 1, tuple(self._words), self._name)


def without_thousands(column: pa.Array) -> tuple[pa.Array, Bools]:
    """Take out the points that divide thousands.

    Parameters
    ----------
    column
        (n,) values as the file holds them; what is no text is left as it is.

    Returns
    -------
    tuple[pyarrow.Array, Bools]
        (n,) the values, null where a point divides something else; (n,) where that is so.
    """
    if not _is_text(column):
        return column, np.zeros(len(column), dtype=bool)
    texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
    grouped = _matches(texts, _GROUPED)
    odd = _matches(texts, r"\.") & ~grouped
    whole = pc.if_else(pa.array(grouped), pc.replace_substring(texts, ".", ""), texts)
    return pc.if_else(pa.array(odd), pa.scalar(None, pa.string()), whole), odd


def _both_ways(text: str) -> str:
    """Write a text with its value either way: ``'1.234' ⟶ 1.234 | 1234``."""
    thousands = text.replace(".", "").replace(",", ".")
    decimal = f"{float(text):.12g}" if text.count(".") == 1 and "," not in text else "–"
    return f"{text!r} ⟶ {decimal} | {thousands}"


def _matches(texts: pa.Array, pattern: str) -> Bools:
    return _true(pc.match_substring_regex(texts, pattern))


def _true(mask: pa.Array) -> Bools:
    return np.asarray(pc.fill_null(mask, False).to_numpy(zero_copy_only=False), dtype=bool)


def _is_text(column: pa.Array) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))
