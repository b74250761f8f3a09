"""Reads a table of projects as an analyst has it: CSV, a workbook, or any file with places."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import shapely
from openpyxl.utils.exceptions import InvalidFileException

from gis_service.crs import STORAGE, transform
from gis_service.errors import ErrorCode, RefusedInput, RoadmapCode
from gis_service.files.frames import crs_of, read_frame, split_source
from gis_service.text import search_form, unmarked_cell
from gis_service.types import Geometries

_SEPARATORS = ",;\t|"
_WKT = ("wkt", "geometry", "geom")
_LONGITUDES, _LATITUDES = ("lon", "lng", "longitude", "kinh do"), ("lat", "latitude", "vi do")


@dataclass(frozen=True)
class ProjectTable:
    """A table of projects as it stands in its file.

    Parameters
    ----------
    names
        Heading of each column but that of the places.
    columns
        Values of each, ``n`` each: texts, numbers, days; None for an empty cell.
    geometry
        ``(n,)`` places in longitude and latitude, None where there is none.
    """

    names: Sequence[str]
    columns: Sequence[Sequence[object]]
    geometry: Geometries


def read_project_table(source: str) -> ProjectTable:
    """Read a table of projects.

    Parameters
    ----------
    source
        Path of a CSV file or a workbook (first sheet), whose places are WKT in a column ``wkt`` or degrees in
        ``lon`` and ``lat``, or none; or of any file with places, ``FILE|layername=NAME``.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``table_unreadable``, ``roadmap_projects_none`` for a table without rows; as `read_frame`.
    """
    path, _ = split_source(source)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return _of_rows(path, _csv_rows(path))
    if suffix in {".xlsx", ".xlsm"}:
        return _of_rows(path, _sheet_rows(path))
    frame = read_frame(source, keep_missing=True)
    shapes = np.asarray(frame.geometry, dtype=object)
    places = transform(shapes, crs_of(frame), STORAGE)
    plain = frame.drop(columns=frame.geometry.name)
    columns = [[_cell(value) for value in plain[name].tolist()] for name in plain.columns]
    return ProjectTable([str(name) for name in plain.columns], columns, places)


def _csv_rows(path: Path) -> list[list[object]]:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from error
    first = text.splitlines()[0] if text else ""
    separator = max(_SEPARATORS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise _unreadable(path, error) from error
    return [[_cell(unmarked_cell(cell)) for cell in row] for row in rows]


def _sheet_rows(path: Path) -> list[list[object]]:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, OSError, ValueError, KeyError) as error:
        raise _unreadable(path, error) from error
    try:
        sheet = book.worksheets[0]
        return [[_cell(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    finally:
        book.close()


def _of_rows(path: Path, rows: Sequence[Sequence[object]]) -> ProjectTable:
    filled = [row for row in rows if any(cell is not None for cell in row)]
    if len(filled) < 2:  # noqa: PLR2004  a heading and a row
        raise RefusedInput(RoadmapCode.ROADMAP_PROJECTS_NONE, path=str(path), rows=max(len(filled) - 1, 0))
    names = ["" if name is None else str(name).strip() for name in filled[0]]
    wide = [[*row[: len(names)], *[None] * (len(names) - len(row))] for row in filled[1:]]
    columns = [[row[at] for row in wide] for at in range(len(names))]
    known = {search_form(name): at for at, name in reversed([*enumerate(names)])}
    geometry, used = _places(path, known, columns, len(wide))
    kept = [at for at in range(len(names)) if at not in used and names[at]]
    return ProjectTable([names[at] for at in kept], [columns[at] for at in kept], geometry)


def _places(
    path: Path, known: dict[str, int], columns: Sequence[Sequence[object]], count: int
) -> tuple[Geometries, set[int]]:
    """Give the places of rows, and the columns that they stand in."""
    places = np.full(count, None, dtype=object)
    if wkt := [known[name] for name in _WKT if name in known]:
        texts = [None if value is None else str(value) for value in columns[wkt[0]]]
        try:
            return np.asarray(shapely.from_wkt(texts), dtype=object), {wkt[0]}
        except shapely.errors.GEOSException as error:
            raise _unreadable(path, error) from error
    axes = [
        next((known[name] for name in names if name in known), None) for names in (_LONGITUDES, _LATITUDES)
    ]
    if axes[0] is None or axes[1] is None:
        return places, set()
    for row, (x, y) in enumerate(zip(columns[axes[0]], columns[axes[1]], strict=True)):
        if (lon := _degrees(x)) is not None and (lat := _degrees(y)) is not None:
            places[row] = shapely.Point(lon, lat)
    return places, {axes[0], axes[1]}


def _degrees(value: object) -> float | None:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return None


def _cell(value: object) -> object:
    """Give a cell as a text, a number or a day; None for an empty one."""
    if value is None or value != value or str(value).strip() in {"", "NaT", "<NA>"}:  # noqa: PLR0124  nan
        return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date | int | float) else str(value)


def _unreadable(path: Path, error: Exception) -> RefusedInput:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return RefusedInput(ErrorCode.TABLE_UNREADABLE, path=str(path), reason=reason)
