"""Opening hours of facilities: which are open on a day of the week at a time of the day."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

import numpy as np

from gis_service.services.coverage_inputs import Notice
from gis_service.types import Bools

OPENS, CLOSES, DAYS = "opens", "closes", "open_days"
COLUMNS = (OPENS, CLOSES, DAYS)
"""Columns of a layer or file of facilities, each may be absent: from when, until when, on which days."""
_DAY_MIN, _HOUR_MIN, _LAST_HOUR = 24 * 60, 60, 24
_CLOCK = re.compile(r"(\d{1,2})\s*(?:([:hH])\s*(\d{2})?)?(?::\d{2})?(?:\.0+)?")
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_VIETNAMESE = ("t2", "t3", "t4", "t5", "t6", "t7", "cn")


@dataclass(frozen=True)
class Hours:
    """Which facilities are open, and of how many the hours cannot be read: those count as open.

    Parameters
    ----------
    is_open
        ``(n,)`` whether each is open.
    unreadable
        ``(n,)`` whether something stands there that is no time or day.
    """

    is_open: Bools
    unreadable: Bools

    def notices(self, counted: Bools) -> list[Notice]:
        """Tell how many of the facilities that would count are shut, and how many tell no hours clearly."""
        found = []
        if shut := int((counted & ~self.is_open).sum()):
            found.append(Notice("facilities_shut", {"count": shut, "facilities": int(counted.sum())}))
        if unclear := int((counted & self.unreadable).sum()):
            found.append(Notice("hours_unreadable", {"count": unclear}))
        return found


def hours_of(columns: Mapping[str, Sequence[object]], n: int, weekday: int, at: time) -> Hours:
    """Find which facilities are open.

    Parameters
    ----------
    columns
        Values by name of `COLUMNS`. Times are written ``07:30``, ``7h30`` or as the number of the hour (up to
        24) or of the minute of the day (above); days as ``Mon-Fri``, ``T2-T6`` or ``1-5`` (Monday is 1), with
        commas or semicolons between.
    n
        Number of facilities.
    weekday
        Day of the study; Monday is 0.
    at
        Time of the study. A facility is open from the first minute on until before the last one; hours that
        end before they begin pass midnight and belong to the day on which they begin.
    """
    nothing: Sequence[object] = [None] * n
    told = zip(*(columns.get(name, nothing) for name in COLUMNS), strict=True)
    found = [_is_open(row, weekday, at.hour * _HOUR_MIN + at.minute) for row in told]
    unreadable = np.array([one is None for one in found], dtype=np.bool_)
    return Hours(np.array([one is not False for one in found], dtype=np.bool_), unreadable)


def _is_open(row: tuple[object, ...], weekday: int, now: int) -> bool | None:
    """Tell whether one is open; None where it cannot be read."""
    try:
        first, last = _minute(row[0], 0), _minute(row[1], _DAY_MIN)
        days = _days(row[2])
    except ValueError:
        return None
    if first < last:
        return weekday in days and first <= now < last
    # Past midnight: the hours of today, or those that began yesterday.
    return (weekday in days and now >= first) or ((weekday - 1) % 7 in days and now < last)


def _minute(value: object, missing: int) -> int:
    """Read a time as the minute of the day."""
    text = "" if value is None or value != value else str(value).strip()  # noqa: PLR0124  nan
    if text in {"", "<NA>", "NaT"}:
        return missing
    found = _CLOCK.fullmatch(text)
    if found is None:
        minute = float(text)
        if not (minute.is_integer() and _LAST_HOUR < minute <= _DAY_MIN):
            raise ValueError(text)
        return int(minute)
    hour, part = int(found[1]), int(found[3] or 0)
    if hour > _LAST_HOUR and found[2] is None:  # no clock, but the minute of the day
        return hour
    if hour * _HOUR_MIN + part > _DAY_MIN or part >= _HOUR_MIN:
        raise ValueError(text)
    return hour * _HOUR_MIN + part


def _days(value: object) -> set[int]:
    """Read days of the week; Monday is 0."""
    text = "" if value is None or value != value else str(value).strip().lower()  # noqa: PLR0124  nan
    if text in {"", "<na>"}:
        return set(range(7))
    found: set[int] = set()
    for part in re.split(r"[,;]", text):
        ends = [_day(end.strip()) for end in re.split(r"[-–]", part)]
        if len(ends) > 2:  # noqa: PLR2004  from, to
            raise ValueError(text)
        count = (ends[-1] - ends[0]) % 7
        found |= {(ends[0] + step) % 7 for step in range(count + 1)}
    return found


def _day(text: str) -> int:
    if text in _VIETNAMESE:
        return _VIETNAMESE.index(text)
    if text[:3] in _NAMES:
        return _NAMES.index(text[:3])
    number = float(text)
    if number not in range(1, 8):
        raise ValueError(text)
    return int(number) - 1
