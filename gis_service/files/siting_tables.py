"""Reads the two tables of a siting question: what it costs to get from demand to sites, and who there is."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from gis_service.errors import ErrorCode, Fault, NotFound, RefusedInput
from gis_service.text import normalise
from gis_service.types import Floats, Int32s

_HEADER_LINES = 1
_FAULTS = 10
"""Faults that a message lists."""


@dataclass(frozen=True, slots=True)
class Names:
    """A column of names.

    Parameters
    ----------
    known
        The different names, in the order in which they come up.
    number
        ``(rows,)`` number of the name in each row.
    """

    known: list[str]
    number: Int32s


@dataclass(frozen=True, slots=True)
class CostTable:
    """``costs.csv``.

    Parameters
    ----------
    demand, site
        Of each row.
    cost
        ``(rows,)`` finite, not negative.
    """

    demand: Names
    site: Names
    cost: Floats


@dataclass(frozen=True, slots=True)
class DemandTable:
    """``demand.csv``: names, and the weight of each row, finite and not negative."""

    demand: Names
    weight: Floats


def read_costs(path: Path) -> CostTable:
    """Read ``demand,site,cost``; further columns are left alone.

    Parameters
    ----------
    path
        CSV in UTF-8 with a header; a row that is not there is a site out of reach.

    Raises
    ------
    NotFound, RefusedInput
        ``file_not_found``, ``siting_file_empty``, ``siting_file_unreadable``, ``siting_columns_missing``,
        ``siting_values_invalid``.
    """
    table = _read(path, ("demand", "site"), "cost")
    return CostTable(
        _names(table, "demand", path), _names(table, "site", path), _numbers(table, "cost", path)
    )


def read_demand(path: Path) -> DemandTable:
    """Read ``demand,weight``; otherwise as `read_costs`."""
    table = _read(path, ("demand",), "weight")
    return DemandTable(_names(table, "demand", path), _numbers(table, "weight", path))


def line_of(row: int) -> int:
    """Give the line of the file that a row stands in."""
    return row + _HEADER_LINES + 1


def _read(path: Path, names: tuple[str, ...], number: str) -> pa.Table:
    if not path.is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=path)
    wanted = (*names, number)
    found = _header(path)
    if missing := [name for name in wanted if name not in found]:
        raise RefusedInput(
            ErrorCode.SITING_COLUMNS_MISSING,
            path=path,
            missing=", ".join(missing),
            found=", ".join(found),
            expected=",".join(wanted),
        )
    types = {name: pa.dictionary(pa.int32(), pa.string()) for name in names} | {number: pa.float64()}
    try:
        table = _parsed(path, wanted, types)
    except pa.ArrowInvalid:
        # Read as text, so that it can be said where.
        table = _as_text(path, wanted)
        _refuse(path, number, _unreadable_numbers(table.column(number)))
        raise RefusedInput(ErrorCode.SITING_FILE_UNREADABLE, path=path, reason=number) from None
    if not table.num_rows:
        raise RefusedInput(ErrorCode.SITING_FILE_EMPTY, path=path, expected=",".join(wanted))
    return table


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = next(csv.reader(file), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise RefusedInput(ErrorCode.SITING_FILE_UNREADABLE, path=path, reason=error) from None
    if not first:
        raise RefusedInput(ErrorCode.SITING_FILE_EMPTY, path=path, expected="demand,…")
    return first


def _parsed(path: Path, wanted: tuple[str, ...], types: dict[str, pa.DataType]) -> pa.Table:
    options = arrow_csv.ConvertOptions(include_columns=list(wanted), column_types=types)
    return arrow_csv.read_csv(path, convert_options=options).unify_dictionaries().combine_chunks()


def _as_text(path: Path, wanted: tuple[str, ...]) -> pa.Table:
    try:
        return _parsed(path, wanted, dict.fromkeys(wanted, pa.string()))
    except pa.ArrowInvalid as error:
        raise RefusedInput(ErrorCode.SITING_FILE_UNREADABLE, path=path, reason=error) from None


def _unreadable_numbers(column: pa.ChunkedArray) -> list[tuple[int, str]]:
    """Find the rows whose text is no number."""
    bad = []
    for row, text in enumerate(column.to_pylist()):
        try:
            float(text)
        except ValueError:
            bad.append((row, text))
            if len(bad) == _FAULTS:
                break
    return bad


def _numbers(table: pa.Table, name: str, path: Path) -> Floats:
    column = table.column(name)
    values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)  # an empty cell is NaN
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))[:_FAULTS]
    _refuse(path, name, [(row, "" if np.isnan(values[row]) else f"{values[row]:g}") for row in bad.tolist()])
    return values + 0.0  # no -0


def _names(table: pa.Table, name: str, path: Path) -> Names:
    column = table.column(name)
    one = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    known: list[str] = [normalise(text) for text in one.dictionary.to_pylist()]
    number = np.asarray(one.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int32)
    if len(set(known)) < len(known):  # some differ only in spaces, or in how they are composed
        place = {text: at for at, text in enumerate(dict.fromkeys(known))}
        number = np.array([*(place[text] for text in known), -1], dtype=np.int32)[number]
        known = list(place)
    nameless = known.index("") if "" in known else -1
    bad = np.flatnonzero((number < 0) | (number == nameless))[:_FAULTS]
    _refuse(path, name, [(row, "") for row in bad.tolist()])
    return Names(known, number)


def _refuse(path: Path, column: str, bad: list[tuple[int, str]]) -> None:
    """Refuse values, each named by its line."""
    if bad:
        faults = [Fault(f"{path.name}:{line_of(row)}", f"{column} = {value or '–'}") for row, value in bad]
        row, value = bad[0]
        params = {"path": path, "column": column, "line": line_of(row), "value": value or "–"}
        raise RefusedInput(ErrorCode.SITING_VALUES_INVALID, faults=faults, **params)
