"""What a gap analysis asks, as somebody types it, and the parameters of the study that it becomes."""

import datetime as dt
import re
from dataclasses import dataclass
from math import floor, isfinite

from gis_service.analysis.field import Direction
from gis_service.analysis.modes import MODES, Mode, mode
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.errors import ErrorCode, WrongUse
from gis_service.files.mappings import read_mapping
from gis_service.services.closure_rules import ClosureRule
from gis_service.services.coverage_parameters import (
    MAX_TURNOUT_S,
    MEASURES,
    OF_EVENNESS,
    ON_ROADS,
    CoverageCatchment,
    CoverageMeasure,
    CoverageParameters,
)
from gis_service.services.documents import PER_UNIT
from gis_service.services.gap_facilities import Asking
from gis_service.services.gap_groups import named_groups, speeds_of_groups
from gis_service.services.gap_quota import quota_option, with_quota
from gis_service.services.gap_rules import OPTION, rules_of
from gis_service.services.gap_starts import start_option
from gis_service.services.study_request import ROADS
from gis_service.services.tables import TABLES
from gis_service.types import Text

CLOSED_AREAS = "closed_areas"
"""The input that holds the areas of closures."""
SERVICE = "facilities"
"""Stands for the service of every gap analysis: its name is a matter of the file, not of the answer."""
DEFAULT_DAY = "Tuesday"
DEFAULT_AT = f"{DEFAULT_DAY} 10:00"
"""Time of a study (METHODS, Ferry)."""
WALK = "walk"
"""Mode of a study that names none."""
OF_WAYS = ("mode", "direction", "catchment", "speed_kmh", "speeds")
"""What is asked of the ways to facilities, by the names of `GapQuestion`."""
_MINUTE_S, _LAST_HOUR = 60, 24
_HOURS = Text("hai giờ khác nhau, 0 – 24, như 22 5", "two different hours, 0 – 24, such as 22 5")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(
    r"(?:(?P<day>[A-Za-z]+)\s+|(?P<date>\d{4}-\d\d-\d\d)T)?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?"
)


@dataclass(frozen=True)
class GapQuestion:
    """What is asked; defaults are those of METHODS.

    Parameters
    ----------
    mode, direction, catchment
        None: on foot, ``to_facility``, ``any``; a quota asks for none of them.
    limit_min, limit_m
        Exactly one: minutes, or metres; none for a quota.
    measure
        None: ``network_time`` for minutes, ``network_distance`` for metres, ``quota`` for a quota alone.
    speed_kmh
        One flat speed.
    speeds
        Path of a YAML file with speeds by road class.
    at
        ``HH:MM``, ``Tuesday HH:MM`` or ``YYYY-MM-DDTHH:MM``: who is open, which ferry runs.
    closed_classes
        Classes of road that are closed: where they touch the closed areas, when there are any.
    groups
        Columns of persons that are counted beside all people, or ages: ``age_60``, ``60+``, ``3-5``.
    rank_column
        Column of the population file, else of the zones, that homes are ranked by from the worst-off.
    group_speeds
        Whether elderly people and children walk at their own speed, on foot.
    turnout_s
        Seconds that every time begins with, where people are driven to.
    start_column
        Column of the facilities' file with the seconds that each of their times begins with.
    tables
        Further tables, names of `gis_service.services.tables.TABLES`.
    quota, quota_of, quota_per, quota_group
        How much there must be, of what, for whom, as `gis_service.services.gap_quota.quota_option` takes it.
    closed_hours
        From and to in hours of the day: the roads are closed then; all day when None.
    beside
        Further services for the same people, as `gis_service.services.gap_rules.rules_of` reads them.
    """

    mode: str | None = None
    limit_min: float | None = None
    limit_m: float | None = None
    measure: str | None = None
    direction: Direction | None = None
    catchment: CoverageCatchment | None = None
    speed_kmh: float | None = None
    speeds: str | None = None
    at: str = DEFAULT_AT
    tables: tuple[str, ...] = ()
    closed_classes: tuple[str, ...] = ()
    rank_column: str | None = None
    groups: tuple[str, ...] = ()
    group_speeds: bool = False
    turnout_s: float = 0.0
    start_column: str | None = None
    quota: float | None = None
    quota_of: str | None = None
    quota_per: str | None = None
    quota_group: str | None = None
    closed_hours: tuple[float, float] | None = None
    beside: tuple[str, ...] = ()


def parameters_of(question: GapQuestion) -> CoverageParameters:
    """Turn the options of the command line into parameters of a study.

    Raises
    ------
    WrongUse
        ``limit_needed``, ``limit_measure`` or ``wrong_argument``.
    """
    rule = quota_option(question.quota, question.quota_of, question.quota_per, question.quota_group)
    limit = _limit_cost(question)
    measure = _measure(question)
    if measure == "quota":
        _refuse_ways(question)
    of_rule = () if rule is None else (rule.group,)
    groups, on_roads = named_groups((*question.groups, *of_rule)), measure in ON_ROADS
    asked = CoverageParameters(
        service=SERVICE,
        measure=measure,
        limit=limit / PER_UNIT,
        mode=mode_of(question),
        direction=question.direction or "to_facility",
        turnout_s=_turnout(question, measure),
        start_column=start_option(question.start_column, is_time=measure == "network_time"),
        catchment=question.catchment or "any",
        at=normal_time(question.at),
        beside=_beside(question, measure),
        tables=_tables(question.tables),
        rank_column=_rank_column(question),
        groups=groups,
        group_speeds=speeds_of_groups(
            groups, (question.mode or WALK) if on_roads else "", is_asked_for=question.group_speeds
        ),
    )
    return with_quota(asked, rule)


def _refuse_ways(question: GapQuestion) -> None:
    """Refuse what is said of ways beside a quota: no way is gone, and nothing would tell of it."""
    for name in OF_WAYS:
        value = getattr(question, name)
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            raise WrongUse(
                ErrorCode.WRONG_ARGUMENT, name=option, value=value, expected="--limit-min, --limit-m"
            )
    if question.group_speeds:
        expected = "--limit-min, --limit-m"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--group-speeds", value="quota", expected=expected)


def _beside(question: GapQuestion, measure: CoverageMeasure) -> tuple[str, ...]:
    """Name what stands beside the study: roads of every straight radius, and further services."""
    is_straight = measure == "straight_radius"
    if ROADS in question.beside and not is_straight:
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name=OPTION, value=ROADS, expected="--measure straight_radius"
        )
    rules = (rule.name for rule in rules_of(question.beside))
    return (*((ROADS,) if is_straight else ()), *rules)


def _rank_column(question: GapQuestion) -> str | None:
    """Give the column to rank by: only beside a table that tells of it."""
    column = question.rank_column
    if column is not None and not set(OF_EVENNESS) & set(question.tables):
        expected = f"--tables {' | '.join(OF_EVENNESS)}"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--rank-column", value=column, expected=expected)
    return column


def _turnout(question: GapQuestion, measure: CoverageMeasure) -> float:
    """Give the turn-out: only in time, and only where people are driven to."""
    usable = measure == "network_time" and question.direction == "from_facility"
    if not 0 <= question.turnout_s <= MAX_TURNOUT_S or (question.turnout_s and not usable):
        allowed = f"0..{MAX_TURNOUT_S:.0f}: --limit-min, --direction from_facility"
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--turnout-s", value=question.turnout_s, expected=allowed
        )
    return question.turnout_s


def _tables(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in TABLES:
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--tables", value=name, expected=", ".join(TABLES))
    return tuple(dict.fromkeys(names))


def closures_of(
    areas: str | None,
    classes: tuple[str, ...],
    hours: tuple[float, float] | None,
    option: str = "--closed-classes",
) -> tuple[ClosureRule, ...]:
    """Give the closures of a state: of some classes, where they touch the areas of a file, or both.

    Parameters
    ----------
    areas
        Path of the file of areas; None closes classes everywhere.
    classes, option
        Closed classes of road, and the option that named them.
    hours
        From and to in hours of the day; None for all day.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a class or an hour that there is not, and for hours that begin when they end.
    """
    if hours is not None and not (hours[0] != hours[1] and all(0 <= hour <= _LAST_HOUR for hour in hours)):
        shown = " ".join(f"{hour:g}" for hour in hours)
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--closed-hours", value=shown, expected=_HOURS)
    for name in classes:
        if name not in ROAD_CLASSES:
            expected = ", ".join(ROAD_CLASSES)
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value=name, expected=expected)
    layer = None if areas is None else CLOSED_AREAS
    if not classes and layer is None:
        return ()
    return (ClosureRule(tuple(sorted(set(classes))), layer, hours=hours),)


def asking_of(question: GapQuestion, parameters: CoverageParameters) -> Asking:
    """Give what of a question decides how its files are read."""
    day, hour, minute = _time_of(question.at)
    return Asking(
        measure=parameters.measure,
        at=dt.time(hour, minute),
        weekday=_DAYS.index(day),
        by_car=question.mode == "car",
        groups={
            group: "--groups" if group in named_groups(question.groups) else "--quota-group"
            for group in parameters.counted_groups[1:]
        },
        rank_column=parameters.rank_column,
        start_column=parameters.start_column,
    )


def _limit_cost(question: GapQuestion) -> int:
    """Give the limit in whole milliseconds or millimetres, so that 4.1 minutes are 246 seconds."""
    per_unit = PER_UNIT if question.limit_min is None else PER_UNIT * _MINUTE_S
    given = [limit for limit in (question.limit_min, question.limit_m) if limit is not None]
    if _is_of_quota(question) or (question.measure == "inside_area" and not given):
        return 0
    cost = floor(given[0] * per_unit + 0.5) if len(given) == 1 and isfinite(given[0]) else 0
    if cost <= 0:
        minutes, metres = (
            "-" if value is None else f"{value:g}" for value in (question.limit_min, question.limit_m)
        )
        raise WrongUse(ErrorCode.LIMIT_NEEDED, given=len(given), limit_min=minutes, limit_m=metres)
    return cost


def normal_time(at: str, option: str = "--at") -> str:
    """Write a study's time in the one form that equal times share.

    Raises
    ------
    WrongUse
        ``wrong_argument`` when it is no time.

    Examples
    --------
    >>> normal_time("10:00"), normal_time("sunday 9:05"), normal_time("2026-11-24T05:00")
    ('Tuesday 10:00', 'Sunday 09:05', 'Tuesday 05:00')
    """
    day, hour, minute = _time_of(at, option)
    return f"{day} {hour:02d}:{minute:02d}"


def _time_of(at: str, option: str = "--at") -> tuple[str, int, int]:
    """Read day, hour and minute; without a day it is the one of the convention."""
    try:
        found = _TIME.fullmatch(at.strip())
        date, day, hour, minute = (
            found.group("date", "day", "hour", "minute") if found else ("", "", "24", "0")
        )
        time = dt.time(int(hour), int(minute))
        named = (day or DEFAULT_DAY).capitalize()
        number = dt.date.fromisoformat(date).weekday() if date else _DAYS.index(named)
        return _DAYS[number], time.hour, time.minute
    except ValueError as error:
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name=option, value=at, expected="10:00, Tuesday 10:00, 2026-11-24T10:00"
        ) from error


def _is_of_quota(question: GapQuestion) -> bool:
    """Tell whether units are judged by what they have: where that is said, or a quota is all there is."""
    given = question.limit_min is not None or question.limit_m is not None
    alone = question.measure is None and question.quota is not None and not given
    return alone or question.measure == "quota"


def _measure(question: GapQuestion) -> CoverageMeasure:
    minutes = question.limit_min is not None
    by_limit = "network_time" if minutes else "network_distance"
    measure = "quota" if _is_of_quota(question) else question.measure or by_limit
    if measure not in MEASURES:
        known = ", ".join(MEASURES)
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--measure", value=measure, expected=known)
    given = minutes or question.limit_m is not None
    if given if measure == "quota" else minutes != (measure == "network_time"):
        raise WrongUse(
            ErrorCode.LIMIT_MEASURE, measure=measure, limit="--limit-min" if minutes else "--limit-m"
        )
    return MEASURES[MEASURES.index(measure)]


def mode_of(question: GapQuestion) -> Mode:
    """Give the mode with the speeds that are asked for.

    Raises
    ------
    WrongUse
        ``wrong_argument``.
    """
    speeds: dict[str, float | None] = {}
    if question.speeds is not None:
        for name, value in read_mapping(question.speeds, ROAD_CLASSES).items():
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=name, value=repr(value), expected="km/h > 0")
            speeds[name] = None if value is None else float(value)
    name = question.mode or WALK
    if name not in MODES:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--mode", value=name, expected=", ".join(MODES))
    return mode(name, speeds=speeds, flat_kmh=question.speed_kmh)
