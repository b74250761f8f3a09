"""Reads the sheets of a workbook (``.xlsx``), in the reader process.

A sheet is a layer. Its table need not begin at the top: titles, merged cells and empty rows above it are
passed over and told. Values are what the program that wrote the workbook has stored; nothing is computed
here, and nothing that the workbook refers to is opened.
"""

import datetime as dt
import re
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pyarrow as pa
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.files.readers import archive
from gis_service.files.readers.encodings import UTF8
from gis_service.files.readers.faults import corrupt, require_columns
from gis_service.files.readers.markup import refuse_declarations
from gis_service.files.readers.names import unique_names
from gis_service.files.readers.places import crs_of_columns, kinds_of, number, place_columns, placed, srid_of
from gis_service.files.readers.sheets import (
    ABOUT,
    CellErrors,
    OwnSheets,
    cells_told,
    empty_results,
    merged_across,
    one_line,
    own_sheets,
)
from gis_service.files.readers.stream import BATCH_ROWS, Found, Opened, told_of

_SEARCHED_ROWS = 50
"""A table begins within the first screens of its sheet."""
_HEAD_BYTES = 1 << 16
_WIDE_ENOUGH = 0.6
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_FAULTS = (
    *archive.FAULTS,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    ParseError,
    InvalidFileException,
    OverflowError,
)
_MIDNIGHT = dt.time()
_YEARS = range(1900, 2101)
"""A column may be called by the year of its figures."""

_Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Table:
    """The table of a sheet: its names, its rows, and where they stood."""

    names: list[str]
    columns: list[int]
    rows: list[tuple[int, _Row]]
    about: dict[str, str]


class Workbook:
    """A workbook that is open for reading.

    Parameters
    ----------
    path
        The file.
    file
        What the user calls it, for messages.
    stack
        Closes what is opened.
    coordinates
        Columns of coordinates as somebody chose; told by their names when not given.

    Raises
    ------
    RefusedInput
        ``xml_forbidden_construct`` or ``file_corrupt``.
    """

    def __init__(
        self, path: Path, file: str, stack: ExitStack, coordinates: Sequence[str] | None = None
    ) -> None:
        self._path, self._file, self._stack, self._coordinates = path, file, stack, coordinates
        try:
            self._refuse_declarations()
            self._book = self._load(values=True)
        except _FAULTS as error:
            raise corrupt(file, str(error)) from error

    def _refuse_declarations(self) -> None:
        with zipfile.ZipFile(self._path) as packed:
            for member in packed.infolist():
                if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                    with packed.open(member) as opened:
                        refuse_declarations(opened.read(_HEAD_BYTES), self._file)

    def _load(self, *, values: bool) -> Any:  # noqa: ANN401  untyped
        with warnings.catch_warnings():
            # Features of spreadsheets that have nothing to do with the values.
            warnings.simplefilter("ignore")
            opened = self._stack.enter_context(self._path.open("rb"))
            book = openpyxl.load_workbook(opened, read_only=True, data_only=values, keep_links=False)
            self._stack.callback(book.close)
            return book

    def names(self) -> list[str]:
        """Name the sheets that hold anything.

        Raises
        ------
        RefusedInput
            ``file_corrupt``.
        """
        try:
            passed_over = {ABOUT} if self._own is not None else set()
            named = (name for name in self._sheets() if name not in passed_over)
            return [name for name in named if any(True for _ in self._filled(name))]
        except _FAULTS as error:
            raise corrupt(self._file, str(error)) from error

    def _sheets(self) -> list[str]:
        """Name all sheets of cells (a sheet of a single chart has none)."""
        return [sheet.title for sheet in self._book.worksheets]

    @cached_property
    def _own(self) -> OwnSheets | None:
        """What the sheet ``about`` of an export of ours tells; none for any other workbook."""
        return own_sheets(self._cells(ABOUT)) if ABOUT in self._sheets() else None

    def open(self, asked: str | None) -> Opened:
        """Read one sheet.

        Parameters
        ----------
        asked
            Its name; none takes the only one that is not empty.

        Raises
        ------
        RefusedInput
            ``file_layer_choice``, ``no_features``, ``cell_unreadable``, ``too_many_fields``,
            ``coordinates_choice``, ``file_corrupt``.
        """
        name = self._chosen(asked)
        try:
            table = self._table(name)
        except _FAULTS as error:
            raise corrupt(self._file, f"{name}: {error}") from error
        return self._opened(name, table)

    def _chosen(self, asked: str | None) -> str:
        names = self._sheets()
        if asked in names:
            return str(asked)
        filled = self.names()
        if asked is None and len(filled) == 1:
            return filled[0]
        if not filled:
            raise RefusedInput(ErrorCode.NO_FEATURES, file=self._file)
        listed = ", ".join(names)
        raise RefusedInput(ErrorCode.FILE_LAYER_CHOICE, file=self._file, asked=asked or "-", layers=listed)

    def _cells(self, name: str, book: Any | None = None) -> Iterator[_Row]:  # noqa: ANN401  untyped
        sheet = (book or self._book)[name]
        # What a sheet says of its size may be wrong, or made to be.
        sheet.reset_dimensions()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield from sheet.iter_rows()

    def _filled(self, name: str) -> Iterator[tuple[int, _Row]]:
        """Give the rows that hold anything, by their number in the sheet."""
        for row, cells in enumerate(self._cells(name), 1):
            if any(_is_filled(cell.value) for cell in cells):
                yield row, cells

    def _table(self, name: str) -> _Table:
        rows = list(self._filled(name))
        if not rows:
            raise RefusedInput(ErrorCode.NO_FEATURES, file=self._file)
        first = rows[:_SEARCHED_ROWS]
        with self._source_of(name) as source:
            titles = _titles(first, merged_across(source))
        place, has_names = _header_place([[cell.value for cell in cells] for _, cells in first], titles)
        named = [cell.value for cell in rows[place][1]]
        body = place + 1
        if not has_names:
            named = [get_column_letter(index) for index in range(1, max(len(cells) for _, cells in rows) + 1)]
            body = place
        elif body < len(rows) and _is_second_header(named, [cell.value for cell in rows[body][1]]):
            under = [cell.value for cell in rows[body][1]]
            width = max(len(named), len(under))
            pairs = zip(_padded(named, width), _padded(under, width), strict=True)
            named = [low if _is_filled(low) else high for high, low in pairs]
            body += 1
        named, about = self._named(name, named)
        columns = [index for index, value in enumerate(named) if _is_filled(value)]
        require_columns(len(columns), self._file)
        names, apart = unique_names([one_line(named[index]) for index in columns])
        about |= apart
        before = rows[body - 1][0] if body else rows[0][0] - 1
        about["header_row"] = str(before) if has_names else "-"
        if place:
            about["skipped_rows"] = str(rows[place][0] - 1)
        kept = rows[body:]
        blank = kept[-1][0] - before - len(kept) if kept else 0
        if blank:
            about["blank_rows"] = str(blank)
        about["cells"] = cells_told(names, columns, [row for row, _ in kept])
        self._refuse_uncomputed(name, {row for row, _ in kept}, columns)
        return _Table(names, columns, kept, about)

    def _named(self, sheet: str, heading: list[Any]) -> tuple[list[Any], dict[str, str]]:
        """Put names of fields for the labels that head the rows of our own export, and give what it tells."""
        own = self._own
        if own is None or sheet != own.sheet:
            return heading, {}
        return [own.fields.get(one_line(value), value) for value in heading], told_of(own.told)

    def _refuse_uncomputed(self, name: str, rows: set[int], columns: list[int]) -> None:
        """Refuse formulas without a stored value: what they would give is not known here."""
        with zipfile.ZipFile(self._path) as packed:
            sheets = (each for each in packed.infolist() if each.filename.startswith("xl/worksheets/"))
            if not any(_FORMULA.search(packed.read(each)) for each in sheets):
                return
        book = self._load(values=False)
        with self._source_of(name) as source:
            empty = empty_results(source)
        both = zip(self._cells(name), self._cells(name, book), strict=True)
        for row, (values, formulas) in enumerate(both, 1):
            for index in columns if row in rows else ():
                if index >= len(values) or values[index].value is not None:
                    continue
                if formulas[index].value is not None and (row, index) not in empty:
                    raise self._unreadable(name, row, index, formulas[index].value)

    def _source_of(self, name: str) -> Any:  # noqa: ANN401  untyped
        """Open the part of the archive that holds a sheet; the way to it has no public name."""
        return self._book[name]._get_source()  # noqa: SLF001

    def _unreadable(self, sheet: str, row: int, index: int, value: object) -> RefusedInput:
        return RefusedInput(
            ErrorCode.CELL_UNREADABLE,
            file=self._file,
            sheet=sheet,
            cell=f"{get_column_letter(index + 1)}{row}",
            value=str(value)[:60],
        )

    def _opened(self, name: str, table: _Table) -> Opened:
        place = place_columns(table.names, self._coordinates, self._file)
        arrays, first, errors = [], None, CellErrors()
        for at, index in enumerate(table.columns):
            cells = [cells[index] if index < len(cells) else None for _, cells in table.rows]
            if at in place:
                values = _coordinates(cells) if len(place) > 1 else [_value(cell) for cell in cells]
            else:
                values = errors.taken_out(table.names[at], cells)
            values = [value if _is_filled(value) else None for value in values]
            if place == [at]:
                first = next((value for value in values if isinstance(value, str)), None)
            arrays.append(_array(values))
        whole = pa.RecordBatch.from_arrays(arrays, table.names)
        found = Found(
            layer=name,
            crs=crs_of_columns(table.names, place, first),
            total=None,
            geometry=bool(place),
            place=tuple(table.names[at] for at in place),
            about=table.about | errors.about(),
            encoding=UTF8,
            kinds=kinds_of(place),
        )
        srid = srid_of(first)
        starts = range(0, whole.num_rows, BATCH_ROWS)
        batches = (placed(whole.slice(at, BATCH_ROWS), place, srid) for at in starts)
        return Opened(found, placed(whole.slice(0, 0), place).schema, batches, whole.num_rows)


def _value(cell: Any) -> Any:  # noqa: ANN401  untyped
    return None if cell is None else cell.value


def _coordinates(cells: Sequence[Any]) -> list[Any]:
    """Read coordinates; what is none stays as it is written, and is told with its row."""
    read: list[Any] = []
    for cell in cells:
        value = _value(cell)
        if not _is_filled(value):
            read.append(None)
            continue
        known = isinstance(value, int | float) and not isinstance(value, bool) and _is_float(value)
        coordinate = float(value) if known else number(str(value))
        read.append(coordinate if np.isfinite(coordinate) else _text(value))
    return read


def _is_filled(value: object) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _padded(values: Iterable[Any], width: int) -> list[Any]:
    listed = list(values)
    return listed + [None] * (width - len(listed))


def _titles(rows: list[tuple[int, _Row]], merged: Mapping[int, set[int]]) -> set[int]:
    """Give the places of rows all of whose cells are merged across columns: titles stand so, names do not."""
    found = set()
    for place, (row, cells) in enumerate(rows):
        filled = {index for index, cell in enumerate(cells) if _is_filled(cell.value)}
        if filled <= merged.get(row, set()):
            found.add(place)
    return found


def _header_place(rows: list[list[Any]], titles: set[int]) -> tuple[int, bool]:
    """Find the row of names: the first with names alone that is nearly as wide as the widest.

    Where there is none, the table begins with the first wide row, and its columns have no names. Titles are
    passed over, unless there is nothing else.
    """
    widths = [sum(_is_filled(value) for value in row) for row in rows]
    enough = max(widths) * _WIDE_ENOUGH
    broad = [place for place, width in enumerate(widths) if width >= enough]
    wide = [place for place in broad if place not in titles] or broad
    for place in wide:
        if all(_is_name(value) for value in rows[place] if _is_filled(value)):
            return place, True
    return wide[0], False


def _is_name(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and value in _YEARS)


def _is_second_header(first: list[Any], second: list[Any]) -> bool:
    """Tell a row of names under a merged one: words alone, some below nothing, all in a group."""
    width = max(len(first), len(second))
    high, low = _padded(first, width), _padded(second, width)
    filled = [index for index, value in enumerate(low) if _is_filled(value)]
    if not filled or not all(isinstance(low[index], str) for index in filled):
        return False
    below_nothing = [index for index in filled if not _is_filled(high[index])]
    begins = {index for index in filled if index + 1 in below_nothing and _is_filled(high[index])}
    return bool(below_nothing) and bool(begins) and set(filled) <= set(below_nothing) | begins


def _array(values: list[Any]) -> pa.Array:
    """Make a column: of one kind as that kind, of several kinds as text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {int} and all(value is None or abs(value) < 1 << 63 for value in values):
        return pa.array(values, pa.int64())
    if kinds and kinds <= {int, float} and all(value is None or _is_float(value) for value in values):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if kinds == {dt.datetime} and all(value is None or value.time() == _MIDNIGHT for value in values):
        return pa.array([None if value is None else value.date() for value in values], pa.date32())
    return pa.array([None if value is None else _text(value) for value in values], pa.string())


def _is_float(value: float) -> bool:
    """Tell whether a number fits into a float: a sheet may hold a whole number of any length."""
    return isinstance(value, float) or abs(value) <= sys.float_info.max


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(" ")
    return str(value)
