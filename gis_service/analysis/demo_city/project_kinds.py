"""What the sample projects are: their kinds and phases, and how long a project of some cost takes."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

READ_ON = date(2026, 6, 30)
"""Day on which the scheme is read: what lies before it has happened, what lies after it is planned."""
PHASES = (
    ("phase_1", date(2020, 1, 1), date(2023, 1, 1)),
    ("phase_2", date(2023, 1, 1), date(2026, 1, 1)),
    ("phase_3", date(2026, 1, 1), date(2031, 1, 1)),
)
"""The phases of ``phases.yaml``: id, first day, first day of the next one."""
_STOPPED = 0.08
_LATE = 0.35
"""Share of projects that are stopped, and that are finished late."""
_LATE_BY = (0.08, 0.6)
"""By how much of its planned time a late project is late."""
_EARLY_DAYS = 20
_SLOW_START_DAYS = 90
_SHORTEST_DAYS = 90
_DAYS_TENFOLD = 210
"""A project of ten times the cost takes so much longer: a bus stop a season, a hospital two years."""
_LEAST_COST = 200.0
_FIRST_START = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of project.

    Parameters
    ----------
    sector, service
        As in the layer; the service is the layer that it adds a facility to.
    title
        What its names say.
    geometry
        ``point``, ``line`` or ``area``.
    phases
        How many fall into each phase.
    cost
        Least and greatest cost, million dong.
    per_km
        The cost is that of each kilometre.
    """

    sector: str
    service: str | None
    title: str
    geometry: str
    phases: tuple[int, int, int]
    cost: tuple[float, float]
    per_km: bool = False


KINDS = (
    # Offices became branches with the merger of July 2025: the scheme adds them after it.
    Kind("e_government", "one_stop_office", "Điểm phụ một cửa", "point", (0, 0, 5), (2_000, 8_000)),
    Kind("transport", None, "Nâng cấp đường", "line", (1, 1, 2), (8_000, 20_000), per_km=True),
    Kind("tourism", None, "Số hoá tuyến tham quan", "line", (0, 1, 1), (3_000, 12_000)),
    Kind("health", "health_station", "Trạm Y tế", "point", (1, 2, 2), (6_000, 18_000)),
    Kind("health", "hospital", "Cơ sở bệnh viện", "point", (0, 1, 1), (90_000, 320_000)),
    Kind("education", "kindergarten", "Trường Mầm non", "point", (1, 2, 2), (12_000, 30_000)),
    Kind("education", "school_primary", "Trường Tiểu học", "point", (1, 1, 2), (15_000, 40_000)),
    Kind("education", "school_lower_secondary", "Trường THCS", "point", (0, 1, 1), (18_000, 45_000)),
    Kind("transport", "bus_stop", "Điểm dừng xe buýt", "point", (1, 1, 2), (300, 900)),
    Kind("safety", "fire_station", "Đội chữa cháy", "point", (0, 1, 1), (20_000, 45_000)),
    Kind("safety", "camera", "Camera giao thông", "point", (1, 1, 0), (1_000, 6_000)),
    Kind("environment", "park", "Công viên", "area", (0, 1, 2), (8_000, 60_000)),
    Kind("environment", None, "Thu gom nước thải", "area", (1, 1, 1), (30_000, 180_000)),
    Kind("urban_management", "wifi", "Wi-Fi công cộng", "point", (1, 1, 0), (200, 700)),
    Kind("agriculture", None, "Số hoá vùng trồng lúa", "area", (0, 1, 1), (5_000, 25_000)),
    Kind("economy", "market", "Chợ", "point", (0, 1, 1), (9_000, 40_000)),
)


@dataclass(frozen=True, slots=True)
class Course:
    """When a project was to be built, how it stands on the day of reading, and when it really was."""

    planned_from: date
    planned_to: date
    status: str
    actual_from: date | None
    actual_to: date | None


def course_of(phase: int, cost: float, draws: np.random.Generator) -> Course:
    """Draw the days of a project.

    Parameters
    ----------
    phase
        Row of `PHASES`; the planned days lie in it.
    cost
        Million dong: the dearer, the longer it takes.
    draws
        Source of chance.
    """
    _name, first, last = PHASES[phase]
    share = float(draws.uniform(0.85, 1.15))
    days = round((_SHORTEST_DAYS + _DAYS_TENFOLD * max(np.log10(cost / _LEAST_COST), 0.0)) * share)
    whole = (last - first).days
    days = min(days, whole - _FIRST_START - 2)
    latest = min(round(whole * 0.45), whole - days - 1)
    start = first + timedelta(days=int(draws.integers(_FIRST_START, max(latest, _FIRST_START + 1))))
    end = start + timedelta(days=days)
    return Course(start, end, *_progress(start, end, draws))


def _progress(start: date, end: date, draws: np.random.Generator) -> tuple[str, date | None, date | None]:
    days = (end - start).days
    begun = start + timedelta(days=int(draws.integers(0, min(_SLOW_START_DAYS, days // 2))))
    is_late, by = draws.random() < _LATE, float(draws.uniform(*_LATE_BY))
    shift = round(days * by) if is_late else int(draws.integers(-_EARLY_DAYS, _EARLY_DAYS))
    done = max(end + timedelta(days=shift), begun + timedelta(days=days // 2))
    stopped = bool(draws.random() < _STOPPED)
    approved = bool(draws.random() < 0.5)  # noqa: PLR2004 (a coin)
    if begun > READ_ON:
        return ("approved" if approved else "proposed"), None, None
    if stopped:
        return "stopped", begun, None
    if done > READ_ON:
        return "under_way", begun, None
    return "commissioned", begun, done
