"""Reads the census figures that lie beside a city's definitions (``layers/<city>/census/``)."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gis_service.errors import ErrorCode, Fault, NotFound, RefusedInput
from gis_service.text import normalise

UNIT_TYPES = frozenset({"ward", "township", "commune"})
_COLUMNS = ("code", "name", "unit_type", "district", "people", "code_2024", "code_2025")


@dataclass(frozen=True, slots=True)
class CensusUnit:
    """A commune-level unit on census day.

    Parameters
    ----------
    code, name, unit_type, district
        As on census day.
    people
        Persons counted.
    code_2024, code_2025
        Units that hold its whole territory in November 2024 and since 1 July 2025.
    """

    code: str
    name: str
    unit_type: str
    district: str
    people: int
    code_2024: str
    code_2025: str


def read_census(path: Path) -> tuple[CensusUnit, ...]:
    """Read ``communes_2019.csv``, in the order of its codes.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``census_faulty`` with every faulty line.
    """
    rows = _rows(path, _COLUMNS)
    faults = [*_row_faults(path, rows), *_repeated(path, rows), *_split(path, rows)]
    if faults:
        raise RefusedInput(ErrorCode.CENSUS_FAULTY, faults, count=len(faults))
    units = [CensusUnit(**{**row, "people": int(row["people"])}) for _line, row in rows]  # type: ignore[arg-type]
    return tuple(sorted(units, key=lambda unit: unit.code))


def read_areas(path: Path) -> dict[str, float]:
    """Read published areas in km2 by code (``areas_2025.csv``).

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``census_faulty`` with every faulty line.
    """
    rows = _rows(path, ("code", "area_km2"))
    faults = [
        Fault(f"{path.name}:{line}", f"area_km2 is {row['area_km2']!r}, expected a number such as 9.32")
        for line, row in rows
        if not row["area_km2"].replace(".", "", 1).isdecimal()
    ]
    faults += _repeated(path, rows)
    if faults:
        raise RefusedInput(ErrorCode.CENSUS_FAULTY, faults, count=len(faults))
    return {row["code"]: float(row["area_km2"]) for _line, row in rows}


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Give each row with its line; columns beyond those asked for are left out."""
    if not path.is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=str(path))
    try:
        content = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(f"{path.name}:1", f"not UTF-8 at byte {error.start}; save the file as UTF-8")
        raise RefusedInput(ErrorCode.CENSUS_FAULTY, [fault], count=1) from error
    with io.StringIO(content, newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            faults = [Fault(f"{path.name}:1", f"the column {column} is missing") for column in missing]
            raise RefusedInput(ErrorCode.CENSUS_FAULTY, faults, count=len(faults))
        return [(reader.line_num, {key: normalise(row[key] or "") for key in columns}) for row in reader]


def _row_faults(path: Path, rows: list[tuple[int, dict[str, str]]]) -> Iterator[Fault]:
    for line, row in rows:
        where = f"{path.name}:{line}"
        for column in _COLUMNS:
            if not row[column]:
                yield Fault(where, f"{column} is empty")
        if row["people"] and not row["people"].isdecimal():
            yield Fault(where, f"people is {row['people']!r}, expected a whole number of persons")
        if row["unit_type"] and row["unit_type"] not in UNIT_TYPES:
            expected = ", ".join(sorted(UNIT_TYPES))
            yield Fault(where, f"unit_type is {row['unit_type']!r}, expected one of {expected}")


def _repeated(path: Path, rows: list[tuple[int, dict[str, str]]]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for line, row in rows:
        if first := seen.get(row["code"]):
            yield Fault(f"{path.name}:{line}", f"the code {row['code']} stands twice; first on line {first}")
        seen.setdefault(row["code"], line)


def _split(path: Path, rows: list[tuple[int, dict[str, str]]]) -> Iterator[Fault]:
    """Find units of 2024 that went to two units of 2025: their people could not be handed on whole."""
    went_to: dict[str, str] = {}
    for line, row in rows:
        first = went_to.setdefault(row["code_2024"], row["code_2025"])
        if first != row["code_2025"]:
            text = f"unit {row['code_2024']} of 2024 went to {first} and to {row['code_2025']} in 2025"
            yield Fault(f"{path.name}:{line}", text)
