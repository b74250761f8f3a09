"""Cells of a sheet by field and feature, so that people find a value where they wrote it."""

import bisect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis_service.files.readers import APART, BESIDE
from gis_service.services.export_names import OUR_COLUMNS
from gis_service.services.ingest_columns import Matching

CELL_ERRORS = "cell_errors"
"""By this it tells which cells held errors: column, sign, count, features."""
CELLS = "cells"
"""What the reader of workbooks tells of itself under this name: columns by name, and runs of rows."""
INNER = {CELLS, CELL_ERRORS, BESIDE, APART, OUR_COLUMNS}
"""What a reader tells for our own use."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Where the values of a sheet stand.

    Parameters
    ----------
    columns
        Letters of the column by field.
    runs
        ``(feature, row)``: from this feature on, counted from 1, rows follow one another from that row.
    """

    columns: Mapping[str, str]
    runs: tuple[tuple[int, int], ...]

    def address(self, field: str | None, number: int) -> str | None:
        """Give the address of a value, ``D7``; none for what is no value of a column.

        Parameters
        ----------
        field
            Field of the layer.
        number
            Feature, counted from 1.
        """
        at = bisect.bisect_right(self.runs, (number, 1 << 31)) - 1
        letters = None if field is None else self.columns.get(field)
        if letters is None or at < 0:
            return None
        feature, row = self.runs[at]
        return f"{letters}{row + number - feature}"


def cells_of(
    about: Mapping[str, str], names: tuple[str, ...], matching: Matching, place: tuple[str, ...] = ()
) -> Cells | None:
    """Read what the reader of a workbook told; none for other files.

    Parameters
    ----------
    about
        What a file says of itself.
    names
        Its columns.
    matching
        Which of them is which field.
    place
        Columns of its coordinates, which are no fields.
    """
    if CELLS not in about:
        return None
    told = json.loads(about[CELLS])
    pairs = zip(matching.fields, matching.positions, strict=True)
    letters = {field.name: told["columns"].get(names[position]) for field, position in pairs}
    letters = {name: told["columns"].get(name) for name in place} | letters
    return _cells(letters, told)


def cells_by_column(about: Mapping[str, str]) -> Cells:
    """Read what the reader of a workbook told, by the columns as the file calls them.

    Parameters
    ----------
    about
        As in :func:`cells_of`, of a workbook.
    """
    told = json.loads(about[CELLS])
    return _cells(told["columns"], told)


def _cells(letters: Mapping[str, str | None], told: Mapping[str, Any]) -> Cells:
    known = {name: letter for name, letter in letters.items() if letter is not None}
    return Cells(known, tuple((int(feature), int(row)) for feature, row in told["runs"]))
