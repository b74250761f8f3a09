"""Columns of a table that hold coordinates: what could not be read in them, and which others may be meant."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from gis_service.analysis.checks.findings import Found, Lazily
from gis_service.analysis.coordinate_guess import CoordinateGuess, guess_coordinates
from gis_service.errors import ErrorCode
from gis_service.files.readers.places import numbers
from gis_service.types import BBox

NONE = "none"
"""Chosen for a table whose rows have no coordinates, whatever its columns are called."""
ROWS = 500
"""Rows that guesses are made from."""
_MOST_COLUMNS = 200
_SHAPE = re.compile(
    r"\s*(SRID\s*=\s*\d{1,6}\s*;\s*)?(MULTI)?(POINT|LINESTRING|POLYGON)\s*(Z|M|ZM)?\s*\(", re.IGNORECASE
)


def retold(found: Sequence[Found], place: Sequence[str], unread: Sequence[pa.Array]) -> list[Found]:
    """Say what stands in coordinates that cannot be read, instead of that such rows have no geometry.

    Parameters
    ----------
    found
        Faults of one batch.
    place
        Columns of the coordinates.
    unread
        For each of them (n,) what could not be read there, null elsewhere.
    """
    bad = [np.asarray(column.is_valid()) for column in unread]
    if not any(rows.any() for rows in bad):
        return list(found)
    told = [
        Found(ErrorCode.COORDINATE_UNREADABLE, rows, Lazily(rows, _saying(name, column)), name)
        for name, column, rows in zip(place, unread, map(np.flatnonzero, bad), strict=True)
        if rows.size
    ]
    known = np.logical_or.reduce(bad)
    for entry in found:
        if entry.code is not ErrorCode.GEOMETRY_MISSING:
            told.append(entry)
        elif (rows := entry.rows[~known[entry.rows]]).size:
            said = dict(zip(entry.rows.tolist(), entry.words, strict=False))
            told.append(Found(entry.code, rows, tuple(said[row] for row in rows.tolist() if row in said)))
    return told


def _saying(name: str, column: pa.Array) -> Callable[[int], str]:
    return lambda row: f"{name} = {column[row].as_py()!r}"


class CoordinatesSeen:
    """Looks at the columns of a table that are not taken for coordinates.

    Parameters
    ----------
    box
        West, south, east, north of the city in degrees, WGS 84.
    """

    def __init__(self, box: BBox) -> None:
        self._box = box
        self._rows = 0
        self._columns: dict[str, list[pa.Array]] = {}

    def take(self, names: Sequence[str], columns: Sequence[pa.Array]) -> None:
        """Look at one batch: (n,) values of each column, as the file has them."""
        if self._rows >= ROWS or not columns:
            return
        room = ROWS - self._rows
        for name, column in list(zip(names, columns, strict=True))[:_MOST_COLUMNS]:
            self._columns.setdefault(name, []).append(column.slice(0, room))
        self._rows += min(room, len(columns[0]))

    def guesses(self) -> tuple[CoordinateGuess, ...]:
        """Rank the columns that may hold coordinates; nothing is decided by it."""
        whole = {name: pa.chunked_array(parts).combine_chunks() for name, parts in self._columns.items()}
        texts = {name: column for name, column in whole.items() if pa.types.is_string(column.type)}
        values = {name: numbers(column) for name, column in whole.items() if _may_count(column)}
        return guess_coordinates(values, {name: _shapes(column) for name, column in texts.items()}, self._box)


def coordinates_document(guess: CoordinateGuess) -> dict[str, Any]:
    """Write a guess as JSON has it; ``coordinates`` is the choice that it stands for."""
    return {"coordinates": list(guess.columns), "measure": guess.measure, "share": guess.share}


def _may_count(column: pa.Array) -> bool:
    kind = column.type
    return bool(pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _shapes(column: pa.Array) -> float:
    """Tell the share of texts that are shapes as WKT."""
    return sum(bool(_SHAPE.match(text or "")) for text in column.to_pylist()) / max(len(column), 1)
