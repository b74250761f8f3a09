"""What an inspection remembers of a list without coordinates: which columns may name units."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from gis_service.analysis.unit_guess import UnitGuess, guess_units
from gis_service.analysis.unit_match import KnownUnit
from gis_service.analysis.unit_names import LONGEST

ROWS = 2_000
"""Rows that guesses are made from."""

GUESSES = 5
"""Guesses that are shown."""
UnitLists = Mapping[str, Sequence[KnownUnit]]
"""Units by vintage."""


class UnitsSeen:
    """Looks at the columns of a list, batch by batch.

    Parameters
    ----------
    lists
        The units that may be meant, by vintage, the likeliest vintage first.
    """

    def __init__(self, lists: UnitLists) -> None:
        self._lists = lists
        self._columns: dict[str, list[str | None]] = {}

    def take(self, names: Sequence[str], columns: Sequence[pa.Array]) -> None:
        """Look at one batch: (n,) values of each column."""
        if not self._lists:
            return
        for name, column in zip(names, columns, strict=True):
            known = self._columns.setdefault(name, [])
            known += texts_of(column.slice(0, ROWS - len(known)))

    def guesses(self) -> tuple[UnitGuess, ...]:
        """Rank the columns that may name units; nothing is decided by it."""
        found = guess_units(self._columns, self._lists) if self._columns else ()
        return found[:GUESSES]


def texts_of(column: pa.Array) -> list[str | None]:
    """Write values as text; a number that a spreadsheet made of a code keeps its ``.0``.

    What is too long for a name is cut to be just that.
    """
    return [None if value is None else str(value)[: LONGEST + 1] for value in column.to_pylist()]


def units_document(guess: UnitGuess) -> dict[str, Any]:
    """Write a guess as JSON has it; its first four members are the choice that it stands for."""
    return {
        "vintage": guess.vintage,
        "column": guess.column,
        "by": guess.by,
        "within": guess.within,
        "share": guess.share,
        "ambiguous": guess.ambiguous,
        "covered": guess.covered,
        "agrees": guess.agrees,
    }
