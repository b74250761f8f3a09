"""Opening hours: times and days as people write them, hours past midnight, what cannot be read."""

from datetime import time

import numpy as np
import pytest

from gis_service.services.opening_hours import hours_of

MONDAY, SATURDAY, SUNDAY = 0, 5, 6


def is_open(opens: object, closes: object, days: object, weekday: int, at: str) -> bool:
    columns = {"opens": [opens], "closes": [closes], "open_days": [days]}
    found = hours_of(columns, 1, weekday, time.fromisoformat(at))
    assert not found.unreadable[0]
    return bool(found.is_open[0])


@pytest.mark.parametrize("opens", ["07:30", "7:30", "7h30", "07:30:00", 450, 450.0, "450", time(7, 30)])
def test_a_time_is_read_however_it_is_written(opens: object) -> None:
    told = [is_open(opens, None, None, MONDAY, at) for at in ("07:29", "07:30", "23:59")]
    assert told == [False, True, True]


@pytest.mark.parametrize("closes", ["17:00", "17h", 17, 17.0, 1020, "17"])
def test_a_facility_is_open_until_before_the_minute_in_which_it_closes(closes: object) -> None:
    assert [is_open(7, closes, None, MONDAY, at) for at in ("16:59", "17:00")] == [True, False]


@pytest.mark.parametrize(
    "days", ["Mon-Fri", "monday – friday", "1-5", "T2-T6", "t2,t3;t4, Thu, 5", "Mon-Fri,"]
)
def test_days_are_read_however_they_are_written(days: str) -> None:
    told = [is_open(None, None, days.rstrip(","), weekday, "10:00") for weekday in range(7)]
    assert told == [True] * 5 + [False] * 2


def test_days_may_run_over_the_end_of_the_week() -> None:
    told = [is_open(None, None, "T7-T2", weekday, "10:00") for weekday in range(7)]
    assert told == [True, False, False, False, False, True, True]
    assert is_open(None, None, "CN", SUNDAY, "10:00")


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin() -> None:
    told = [
        is_open("22:00", "02:00", "Sat", day, at) for day, at in ((SATURDAY, "21:59"), (SATURDAY, "22:00"))
    ]
    assert told == [False, True]
    assert is_open("22:00", "02:00", "Sat", SUNDAY, "01:59")
    assert not is_open("22:00", "02:00", "Sat", SUNDAY, "02:00")
    assert not is_open("22:00", "02:00", "Sat", SATURDAY, "01:00")


@pytest.mark.parametrize(("opens", "closes"), [("00:00", "24:00"), (0, 24), ("08:00", "08:00")])
def test_hours_of_a_whole_day_never_end(opens: object, closes: object) -> None:
    assert all(is_open(opens, closes, None, MONDAY, at) for at in ("00:00", "07:59", "08:00", "23:59"))


@pytest.mark.parametrize("missing", [None, "", float("nan"), " "])
def test_who_tells_no_hours_is_open(missing: object) -> None:
    assert is_open(missing, missing, missing, SUNDAY, "03:00")


@pytest.mark.parametrize(
    ("opens", "days"),
    [
        ("soon", None),
        ("25:00", None),
        ("30h", None),
        ("07:60", None),
        (1441, None),
        (-1, None),
        (7.5, None),
        (None, "Xyz"),
        (None, "0-5"),
        (None, "1-2-3"),
    ],
)
def test_what_cannot_be_read_counts_as_open_and_is_told(opens: object, days: object) -> None:
    found = hours_of({"opens": [opens, 8], "open_days": [days, None]}, 2, MONDAY, time(7))
    assert found.is_open.tolist() == [True, False]
    notices = found.notices(np.array([True, True]))
    assert [(notice.code, notice.params["count"]) for notice in notices] == [
        ("facilities_shut", 1),
        ("hours_unreadable", 1),
    ]
    assert found.notices(np.array([False, False])) == []
