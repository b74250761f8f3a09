"""Which column of a file tells what of a project, and what stands in it: days, numbers, words of a list."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from gis_service.errors import RefusedInput, RoadmapCode
from gis_service.services.ingest_columns import fold
from gis_service.services.roadmap_names import Names
from gis_service.services.roadmap_projects import COLUMNS, REQUIRES
from gis_service.services.roadmap_tables import LABELS
from gis_service.types import Text

_NEEDED = ("code", "sector")
_DAYS = ("planned_from", "planned_to", "actual_from", "actual_to")
_NUMBERS = ("priority", "cost_million_vnd")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_VIETNAMESE = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})*,\d+|[+-]?\d{1,3}(?:\.\d{3}){2,}")
_MORE: Mapping[str, tuple[str, ...]] = {
    "code": ("ma du an", "so hieu", "id"),
    "name": ("ten du an",),
    "service": ("dich vu", "lop dich vu", "layer"),
    "priority": ("uu tien", "muc uu tien", "priority"),
    "cost_million_vnd": ("chi phi", "chi phi trieu dong", "kinh phi", "kinh phi trieu dong", "cost"),
    "status": ("trang thai", "tinh trang"),
    "phase": ("giai doan",),
    "commune_code": ("ma xa",),
}
"""Further headings that people write."""


def project_columns(
    path: str, headings: Sequence[str], columns: Sequence[Sequence[object]], names: Names
) -> dict[str, list[object]]:
    """Sort the columns of a file by what they tell of projects, and read what stands in them.

    Parameters
    ----------
    path
        File, for messages.
    headings, columns
        Heading and values of each column; the names of the columns, their labels in either language, and
        some other words that people write are known.
    names
        Labels of columns, and the words of sectors and statuses.

    Returns
    -------
    dict
        Values by name of `COLUMNS` and `REQUIRES`. What cannot be read stays as it was written, for
        `gis_service.services.roadmap_projects.read_projects` to tell.

    Raises
    ------
    RefusedInput
        ``roadmap_columns_missing``.
    """
    at_heading = {fold(heading): at for at, heading in reversed([*enumerate(headings)])}
    found: dict[str, list[object]] = {}
    for name in (*COLUMNS, REQUIRES):
        at = next((at_heading[one] for one in _called(name, names) if one in at_heading), None)
        if at is not None:
            found[name] = [_read(name, value, names) for value in columns[at]]
    if missing := [name for name in _NEEDED if name not in found]:
        raise RefusedInput(
            RoadmapCode.ROADMAP_COLUMNS_MISSING,
            path=path,
            missing=", ".join(missing),
            found=", ".join(headings) or "–",
        )
    return found


def _called(name: str, names: Names) -> list[str]:
    """Give all that people call a column, folded, its own name first."""
    label = names.columns.get(name) or LABELS.get(name)
    words = (name, *(() if label is None else (label.vi, label.en)), *_MORE.get(name, ()))
    return [fold(word) for word in words]


def _read(name: str, value: object, names: Names) -> object:
    if name in _DAYS:
        return _day(value)
    if name in _NUMBERS:
        return _number(value)
    if value is None:
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    if name in {"sector", "status"}:
        return _word(text, names.sectors if name == "sector" else names.statuses)
    return text


def _word(text: str, words: Mapping[str, Text]) -> str:
    """Give the value that words stand for, in either language; others as they are."""
    for value, said in words.items():
        if fold(text) in {fold(value), fold(said.vi), fold(said.en)}:
            return value
    return text


def _day(value: object) -> object:
    """Read ``2026-11-24`` or ``24/11/2026``; else give what was written."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        if found := _DAY.fullmatch(text):
            day, month, year = map(int, found.groups())
            return date(year, month, day)
        return date.fromisoformat(text[:10])
    except ValueError:
        return value


def _number(value: object) -> object:
    """Read ``1234.5``, ``1,234.5`` or ``1.234,5``; else give what was written."""
    if not isinstance(value, str):
        return value
    text = "".join(value.split())
    if _VIETNAMESE.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return value
