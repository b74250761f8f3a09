"""The catchment ``assigned``: the data say who may use which facility (METHODS, Catchment of a standard)."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from gis_service.analysis.zones import Zones
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_inputs import Assigned, Facilities, Notice
from gis_service.types import Int32s, Text

SERVES = "serves"
"""Column of facilities: codes of the units whose residents may use each."""
ASSIGNED = "assigned"
"""Column of people, or its beginning: ``assigned_SERVICE``. Holds the code or the site of a facility."""
_SHOWN = 5
_EXPECTED = Text(
    "cột serves (mã các đơn vị) của điểm dịch vụ,"
    " hoặc cột assigned_DỊCHVỤ hay assigned (mã điểm dịch vụ) của dân cư",
    "a column serves (codes of units) of the facilities,"
    " or a column assigned_SERVICE or assigned (code of a facility) of the people",
)


def column_of(names: Sequence[str], service: str) -> str | None:
    """Give the column of people that assigns them to facilities of a service; that of its own name first."""
    return next((name for name in (f"{ASSIGNED}_{service}", ASSIGNED) if name in names), None)


def find_assigned(
    facilities: Facilities,
    zones: Zones,
    zone: Int32s,
    codes: Sequence[object] | None,
    notices: list[Notice],
) -> Assigned:
    """Find who may use what.

    Parameters
    ----------
    facilities
        With ``serves`` where the units say it.
    zones, zone
        Units, and the unit of each of ``n`` rows of people.
    codes
        ``n`` codes or sites of facilities where the people say it, which goes first; None where they do not.
    notices
        What must be said is added here.

    Raises
    ------
    RefusedInput
        ``study_refused`` where neither says it, naming the columns.
    """
    if codes is not None:
        return _by_people(facilities, codes, notices)
    if facilities.serves is None:
        raise RefusedInput(ErrorCode.STUDY_REFUSED, name="catchment", value=ASSIGNED, expected=_EXPECTED)
    return _by_units(facilities.serves, zones, zone, notices)


def _by_units(serves: Sequence[object], zones: Zones, zone: Int32s, notices: list[Notice]) -> Assigned:
    index = {code: row for row, code in enumerate(zones.ids)}
    of_unit: dict[int, list[int]] = {}
    unknown: list[str] = []
    for facility, told in enumerate(serves):
        for code in dict.fromkeys(_codes(told)):
            if code in index:
                of_unit.setdefault(index[code], []).append(facility)
            else:
                unknown.append(code)
    _say_unknown(unknown, notices)
    part, groups = _parts({unit: tuple(rows) for unit, rows in of_unit.items()}, len(zones))
    return Assigned(np.append(part, -1)[np.maximum(zone, -1)].astype(np.int32), groups, part)


def _by_people(facilities: Facilities, codes: Sequence[object], notices: list[Notice]) -> Assigned:
    known: dict[str, list[int]] = {}
    sites = facilities.site_ids or [None] * len(facilities.ids)
    for facility, names in enumerate(zip(facilities.ids, sites, strict=True)):
        for name in {str(name) for name in names if name is not None}:
            known.setdefault(name, []).append(facility)
    texts = [_codes(code) for code in codes]
    _say_unknown([code for told in texts for code in told if code not in known], notices)
    distinct = list(dict.fromkeys(map(tuple, texts)))
    number = {told: row for row, told in enumerate(distinct)}
    of_told = {
        row: tuple(sorted({one for code in told for one in known.get(code, ())}))
        for row, told in enumerate(distinct)
    }
    part, groups = _parts({row: found for row, found in of_told.items() if found}, len(distinct))
    return Assigned(part[[number[tuple(told)] for told in texts]], groups, None)


def _parts(
    of_row: Mapping[int, tuple[int, ...]], n_rows: int
) -> tuple[Int32s, tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]]:
    """Give rows with the same facilities the same number, in the order in which they come; -1 for none."""
    numbers: dict[tuple[int, ...], int] = {}
    part = np.full(n_rows, -1, dtype=np.int32)
    for row in sorted(of_row):
        part[row] = numbers.setdefault(of_row[row], len(numbers))
    return part, tuple(np.array(one, dtype=np.int64) for one in numbers)


def _codes(told: object) -> list[str]:
    """Read codes with commas or semicolons between."""
    text = "" if told is None or told != told else str(told)  # noqa: PLR0124  nan
    return [code.strip() for code in re.split(r"[;,]", text) if code.strip() not in {"", "<NA>"}]


def _say_unknown(unknown: Sequence[str], notices: list[Notice]) -> None:
    found = sorted(set(unknown))
    if found:
        more = " …" if len(found) > _SHOWN else ""
        params = {"count": len(found), "codes": ", ".join(found[:_SHOWN]) + more}
        notices.append(Notice("assigned_unknown", params))
