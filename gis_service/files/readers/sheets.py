"""What a workbook holds beside values: what our own exports tell of themselves, formulas without text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl.utils.cell import coordinate_to_tuple

ABOUT = "about"
"""Sheet of our own exports that says what the rows are."""
_ABOUT_ROWS = 1000
_SHEET_SIGNS = 31
"""Longest name of a sheet."""
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


def one_line(value: object) -> str:
    """Write a heading in one line."""
    return " ".join(str(value).split())
