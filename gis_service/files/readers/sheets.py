"""What a workbook holds beside values: what our own exports tell, errors, formulas without text."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple, get_column_letter

CELL_ERRORS = "cell_errors"
"""By this the reader of workbooks tells which cells held errors."""
_ERROR = "e"
"""Type of a cell that holds an error."""
ABOUT = "about"
"""Sheet of our own exports that says what the rows are."""
_ABOUT_ROWS = 1000
_PIECE_BYTES = 1 << 20
_LONGEST_MERGE = 100
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_SHEET_SIGNS = 31
"""Longest name of a sheet."""
_ERRORS_LISTED = 10_000
"""Cells with errors that are told one by one; all are counted."""
_OURS = {"LAYER", "VERSION", "GENERATED"}


@dataclass(frozen=True, slots=True)
class OwnSheets:
    """What an export of ours tells of itself.

    Parameters
    ----------
    told
        Title, licence, layer, version and the like, by name.
    fields
        Fields by the labels that head their columns.
    """

    told: dict[str, str]
    fields: dict[str, str]

    @property
    def sheet(self) -> str:
        """Name of the sheet with the rows."""
        layer = self.told["LAYER"]
        return layer[:_SHEET_SIGNS] if layer != ABOUT else "layer"


def own_sheets(rows: Iterable[Sequence[Any]]) -> OwnSheets | None:
    """Read the sheet ``about`` of a workbook; none when it is not one of ours.

    Parameters
    ----------
    rows
        Its cells, row by row.
    """
    told: dict[str, str] = {}
    fields: dict[str, str] = {}
    for row in islice(rows, _ABOUT_ROWS):
        name, value, kind = [*(cell.value for cell in row[:3]), None, None, None][:3]
        if isinstance(name, str) and isinstance(value, str):
            if kind is None:
                told[name] = value
            else:
                fields[one_line(value)] = name
    return OwnSheets(told, fields) if told.keys() >= _OURS and "fid" in fields else None


class CellErrors:
    """Cells that hold an error, such as ``#N/A``, by column and sign."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._features: dict[tuple[str, str], list[int]] = {}

    def taken_out(self, column: str, cells: Sequence[Any]) -> list[Any]:
        """Give (n,) values of a column, none for an error, which is remembered with its feature."""
        values = []
        for feature, cell in enumerate(cells, 1):
            value = None if cell is None else cell.value
            if value is not None and getattr(cell, "data_type", None) == _ERROR:
                key = column, str(value)
                self._counts[key] += 1
                if self._counts.total() <= _ERRORS_LISTED:
                    self._features.setdefault(key, []).append(feature)
                value = None
            values.append(value)
        return values

    def about(self) -> dict[str, str]:
        """Write what was remembered as the reader tells it; nothing when there was no error."""
        told = [
            {
                "column": column,
                "sign": sign,
                "count": count,
                "features": self._features.get((column, sign), []),
            }
            for (column, sign), count in self._counts.items()
        ]
        return {CELL_ERRORS: json.dumps(told)} if told else {}


def merged_across(sheet: IO[bytes]) -> dict[int, set[int]]:
    """Give by row (from 1) the columns (from 0) at which cells of that row alone are merged into one.

    Parameters
    ----------
    sheet
        The part of the workbook.
    """
    found: dict[int, set[int]] = {}
    before = b""
    while piece := sheet.read(_PIECE_BYTES):
        # What is cut between two pieces stands whole in the second; what stands in both counts once.
        content = before + piece
        for first, row, last, end in _MERGED.findall(content):
            if row == end and first != last:
                at = column_index_from_string(first.decode()) - 1
                found.setdefault(int(row), set()).add(at)
        before = content[-_LONGEST_MERGE:]
    return found


def empty_results(sheet: IO[bytes]) -> set[tuple[int, int]]:
    """Give row (from 1) and column (from 0) of the formulas whose stored result is the empty text.

    ``=IF(A2="B","x","")`` leaves a cell of type ``str`` with an empty value, which cannot be told from a
    formula without a result once openpyxl has read it.

    Parameters
    ----------
    sheet
        The part of the workbook, in which no entity is declared.
    """
    found, row, column = set(), 0, -1
    for event, element in iterparse(sheet, ("start", "end")):  # noqa: S314  no entities, a process with limits
        tag = element.tag.rpartition("}")[2]
        if event == "end":
            if tag == "c" and _is_empty_text(element):
                found.add((row, column))
            if tag == "row":
                element.clear()
        elif tag == "row":
            row, column = int(element.get("r", row + 1)), -1
        elif tag == "c":
            given = element.get("r")
            column = coordinate_to_tuple(given)[1] - 1 if given else column + 1
    return found


def _is_empty_text(cell: Element) -> bool:
    stored = cell.find("{*}v")
    return cell.get("t") == "str" and stored is not None and not stored.text


def cells_told(names: list[str], columns: list[int], rows: list[int]) -> str:
    """Write where the values stand: letters by column, and the rows at which features begin to follow on.

    Parameters
    ----------
    names, columns
        Each column's name, and its place from 0.
    rows
        Row of each feature in the sheet, from 1.
    """
    runs = [
        (feature, row) for feature, row in enumerate(rows, 1) if feature == 1 or row != rows[feature - 2] + 1
    ]
    letters = {name: get_column_letter(index + 1) for name, index in zip(names, columns, strict=True)}
    return json.dumps({"columns": letters, "runs": runs})


def one_line(value: object) -> str:
    """Write a heading in one line."""
    return " ".join(str(value).split())
