"""Text in the encodings of before Unicode, on its way into a layer: repaired as chosen, guessed when asked.

The one place where loading meets the repair of old encodings.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gis_service.analysis.checks.findings import Feature
from gis_service.analysis.legacy_text import Encoding, TextGuess, guess_text, repair_names, repair_text
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.messages.catalogue import notices
from gis_service.services.ingest_faults import FaultList

ALL = "*"
"""Stands for every column, and for the names of the columns."""
WHOLE = ":whole"
"""Follows an encoding that all values of a column are in, those among them that are Vietnamese either way."""


class TextRepair:
    """The encodings that were chosen.

    Parameters
    ----------
    chosen
        Encoding by column, or by :data:`ALL` for those without one of their own: ``tcvn3``, ``tcvn3:whole``.

    Raises
    ------
    RefusedInput
        ``text_repair_unknown``.
    """

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self._chosen = chosen
        self.chosen = bool(chosen)
        """Whether any encoding was."""
        self.changed: dict[tuple[str, str], int] = {}
        """Values changed so far, by column and encoding."""
        known = [entry.value for entry in Encoding]
        for encoding in chosen.values():
            if encoding.removesuffix(WHOLE) not in known:
                raise RefusedInput(ErrorCode.TEXT_REPAIR_UNKNOWN, encoding=encoding, known=", ".join(known))

    def names(self, names: Sequence[str]) -> tuple[str, ...]:
        """Repair the names of columns."""
        encoding = self._chosen.get(ALL)
        return repair_names(names, encoding.removesuffix(WHOLE)) if encoding else tuple(names)

    def values(self, column: pa.Array, name: str, *, counted: bool = True) -> pa.Array:
        """Repair the values of a column, under the name that the file gives it, and count them once."""
        encoding = self._chosen.get(name, self._chosen.get(ALL))
        if encoding is None or not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            return column
        repaired = repair_text(
            column, encoding.removesuffix(WHOLE), whole=encoding.endswith(WHOLE) and name in self._chosen
        )
        if not counted:
            return repaired
        changed = pc.sum(pc.fill_null(pc.not_equal(repaired, column.cast(repaired.type)), False)).as_py() or 0
        key = name, encoding
        self.changed[key] = self.changed.get(key, 0) + changed
        return repaired


def tell_legacy(
    faults: FaultList, found: tuple[TextGuess, ...], judged: tuple[int, int] | None = None
) -> None:
    """Warn of text that the likeliest guess would make readable, with values before and after.

    Parameters
    ----------
    judged
        On how many rows of how many the guesses rest, where these are not all.
    """
    if judged is not None:
        faults.add(ErrorCode.TEXT_JUDGED_IN_PART, judged=judged[0], rows=judged[1])
    if not found:
        return
    best = found[0]
    shown = [
        Feature(sample.feature or None, f"{sample.column}: {sample.before} ⟶ {sample.after}")
        for sample in best.samples
    ]
    named = notices()[f"text_{best.encoding}"]
    count = sum(column.changed for column in best.columns)
    faults.add(ErrorCode.TEXT_LEGACY, max(count, 1), shown, encoding=best.encoding, named=named)


def guesses(columns: Mapping[str, pa.ChunkedArray]) -> tuple[TextGuess, ...]:
    """Guess which old encodings texts are in, the likeliest first; nothing is decided by it.

    Parameters
    ----------
    columns
        Texts by column, as the file has them.
    """
    return guess_text(columns) if columns else ()


def text_document(guess: TextGuess) -> dict[str, Any]:
    """Write a guess as JSON has it; ``choice`` is what chooses it."""
    return {
        "encoding": guess.encoding,
        "score": guess.score,
        "columns": [
            {
                "column": entry.column,
                "name": entry.name,
                "changed": entry.changed,
                "left": entry.left,
                "choice": f"{guess.encoding}{WHOLE if entry.whole else ''}",
            }
            for entry in guess.columns
        ],
        "samples": [
            {"feature": one.feature, "column": one.column, "before": one.before, "after": one.after}
            for one in guess.samples
        ],
    }
