"""XLSX, cell by cell with its type, in the memory of one row.

Written by XlsxWriter in its mode of constant memory: 200,000 rows of ten columns took 12 s and 21 MB, where
openpyxl's write-only mode took 21 s and 36 MB.
"""

import math
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.writers.table import (
    GEOMETRY,
    Note,
    Table,
    Tally,
    place_columns,
    place_names,
    told_notes,
)
from gis_service.text import plain_cell

MOST_ROWS = 1_048_576
"""Rows of a sheet, its heading among them."""
MOST_SIGNS = 32_767
"""Signs of one cell."""
_EXACT = 10**15
"""Whole numbers from here on lose digits in a spreadsheet; they are written as text."""
_FIRST_YEAR = 1901
"""Excel knows no day before 1900, and counts one too many in that year; older days are written as text."""
_ABOUT_SHEET = "about"
_NOT_XML = re.compile("[\ufffe\uffff]")
"""Signs that XML cannot hold however they are written; XlsxWriter sees to the others."""
_CARE = "^[=+\\-@\\t\\r\\n]|[\ufffe\uffff]"
"""Texts that may begin a formula, or hold such a sign."""

_Cell = Callable[[int, int, Any], None]


def write_xlsx(part: Path, table: Table, batches: Iterator[pa.RecordBatch]) -> list[Note]:
    """Write a sheet with the rows, and the sheet ``about``: what they are, from where, under which terms.

    The heading holds the labels of the fields in the language of the table; the sheet ``about`` tells the
    name of each. Times are in UTC, as a spreadsheet knows no zones. A text is a text, whatever it begins
    with.

    Raises
    ------
    RefusedInput
        ``export_rows_too_many``.
    """
    folder = part.with_name(f"{part.name}.rows")
    folder.mkdir()
    # Cells are written by methods that name their type, so nothing is guessed from a text.
    book = xlsxwriter.Workbook(str(part), {"constant_memory": True, "tmpdir": str(folder)})
    tally = Tally()
    try:
        sheet = _Sheet(book, table, tally)
        for batch in batches:
            sheet.add(batch)
        _tell(book, table, told_notes(tally.notes()))
    finally:
        # After an error it lets go of its temporary files.
        book.close()
        shutil.rmtree(folder)
    return tally.notes()


class _Exact(float):
    """A number that is written with all its digits: XlsxWriter would leave the seventeenth out."""

    __slots__ = ()

    def __format__(self, _: str) -> str:
        return repr(float(self))


class _Sheet:
    """The sheet of the rows.

    Parameters
    ----------
    book, table
        Where it stands, and what it holds.
    tally
        Counts what a cell cannot take.
    """

    def __init__(self, book: xlsxwriter.Workbook, table: Table, tally: Tally) -> None:
        self._table, self._tally = table, tally
        self._places = place_names(table)
        self._names = [*(name for name in table.schema.names if name != GEOMETRY), *self._places]
        # Sheet names have 31 signs at most; ids have only letters, digits and _.
        name = table.name[:31] if table.name != _ABOUT_SHEET else "layer"
        self._sheet: Worksheet = book.add_worksheet(name)
        self._day, self._time = (
            book.add_format({"num_format": code}) for code in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
        )
        self._quoted: Format = book.add_format({"quote_prefix": True})
        self._write_heading(book)
        self._row = 0

    def _write_heading(self, book: xlsxwriter.Workbook) -> None:
        bold = book.add_format({"bold": True})
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._names):
            self._sheet.write_string(0, column, self._table.heading(name), bold)

    def add(self, batch: pa.RecordBatch) -> None:
        """Write the rows of a batch below those before."""
        if self._row + batch.num_rows >= MOST_ROWS:
            raise RefusedInput(ErrorCode.EXPORT_ROWS_TOO_MANY, most=MOST_ROWS - 1)
        places = place_columns(batch, self._table)
        columns = [places[name] if name in places else batch[name] for name in self._names]
        values = [column.to_pylist() for column in columns]
        writers = [self._writer(column) for column in columns]
        for row in zip(*values, strict=True):
            self._row += 1
            for column, (write, value) in enumerate(zip(writers, row, strict=True)):
                if value is not None:
                    write(self._row, column, value)

    def _writer(self, column: pa.Array) -> _Cell:
        """Choose what writes the cells of a column, at once where no value of it needs care."""
        kind, plain = column.type, _is_plain(column)
        text: _Cell = self._sheet.write_string if plain else self._write_text
        whole: _Cell = self._sheet.write_number if plain else self._write_whole
        if pa.types.is_integer(kind):
            return whole
        if pa.types.is_floating(kind):
            return self._write_number
        if pa.types.is_boolean(kind):
            return self._write_boolean
        if pa.types.is_date(kind):
            return self._write_day
        return self._write_time if pa.types.is_timestamp(kind) else text

    def _write_whole(self, row: int, column: int, value: int) -> None:
        if abs(value) < _EXACT:
            self._sheet.write_number(row, column, value)
        else:
            self._sheet.write_string(row, column, str(value))

    def _write_number(self, row: int, column: int, value: float) -> None:
        if math.isfinite(value):
            self._sheet.write_number(row, column, _Exact(value))
        else:
            self._sheet.write_string(row, column, str(value))

    def _write_boolean(self, row: int, column: int, value: bool) -> None:  # noqa: FBT001  a value
        self._sheet.write_boolean(row, column, value)

    def _write_day(self, row: int, column: int, value: date) -> None:
        if value.year < _FIRST_YEAR:
            self._sheet.write_string(row, column, value.isoformat())
        else:
            self._sheet.write_datetime(row, column, value, self._day)

    def _write_time(self, row: int, column: int, value: datetime) -> None:
        plain = value.astimezone(UTC).replace(tzinfo=None)
        if plain.year < _FIRST_YEAR:
            self._sheet.write_string(row, column, value.isoformat())
        else:
            self._sheet.write_datetime(row, column, plain, self._time)

    def _write_text(self, row: int, column: int, value: str) -> None:
        if len(value) > MOST_SIGNS:
            # Half of a shape is no shape; of a text the beginning is worth having.
            is_shape = self._names[column] in self._places
            self._tally.add("export_shapes_left_out" if is_shape else "export_texts_cut", 1)
            if is_shape:
                return
            value = value[:MOST_SIGNS]
        value = _NOT_XML.sub("", value)
        if plain_cell(value) == value:
            self._sheet.write_string(row, column, value)
        else:
            # A text it is in any case; so marked it stays one when somebody edits the cell.
            self._sheet.write_string(row, column, value, self._quoted)


def _is_plain(column: pa.Array) -> bool:
    """Tell whether every value of a column fits a cell as it is."""
    if pa.types.is_string(column.type):
        most = pc.max(pc.utf8_length(column)).as_py() or 0
        return most <= MOST_SIGNS and not pc.any(pc.match_substring_regex(column, _CARE)).as_py()
    if pa.types.is_integer(column.type):
        bounds = pc.min_max(column).as_py()
        return bounds["min"] is None or max(-bounds["min"], bounds["max"]) < _EXACT
    return False


def _tell(book: xlsxwriter.Workbook, table: Table, lost: str) -> None:
    sheet: Worksheet = book.add_worksheet(_ABOUT_SHEET)
    bold = book.add_format({"bold": True})
    row = 0
    for name, value in {**table.about, **({"NOTES": lost} if lost else {})}.items():
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value)
        row += 1
    row += 1
    for name in table.schema.names:
        if name != GEOMETRY:
            sheet.write_string(row, 0, name, bold)
            sheet.write_string(row, 1, table.heading(name))
            sheet.write_string(row, 2, str(table.schema.field(name).type))
            row += 1
