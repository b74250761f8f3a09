"""The gap analysis on an analyst's own files: read, check, run the same engine as the service.

No database and no server. The document is the one of every study of coverage.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from math import floor, isfinite

from gis_service.analysis.demand import ALL
from gis_service.analysis.field import Direction
from gis_service.analysis.modes import MODES, Mode, mode
from gis_service.analysis.network import ROAD_CLASSES, Network, build_network
from gis_service.analysis.zones import BEYOND, zone_of
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.files.mappings import read_mapping
from gis_service.services.assigned import find_assigned
from gis_service.services.beside import Computed, with_computed
from gis_service.services.closure_rules import ClosureRule, role_of
from gis_service.services.closures import closed_network, hour_of
from gis_service.services.coverage import CoverageInputs, CoverageResult, Progress, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Assigned, Facilities, Notice
from gis_service.services.coverage_parameters import (
    MAX_TURNOUT_S,
    MEASURES,
    OF_EVENNESS,
    ON_ROADS,
    CoverageCatchment,
    CoverageMeasure,
    CoverageParameters,
)
from gis_service.services.documents import PER_UNIT, persons
from gis_service.services.gap_groups import named_groups, speeds_of_groups
from gis_service.services.gap_inputs import Asking, GapFiles, GapInputs, read_inputs
from gis_service.services.gap_starts import start_option
from gis_service.services.network import stops_of
from gis_service.services.study_request import ROADS
from gis_service.services.tables import TABLES, layers_of_tables
from gis_service.types import Int32s

CLOSED_AREAS = "closed_areas"
"""The input that holds the areas of closures."""
MEASURES_OF_FILES: tuple[CoverageMeasure, ...] = tuple(one for one in MEASURES if one != "quota")
"""Measures of a gap analysis: a quota is a matter of a standard, and files have none."""
SERVICE = "facilities"
"""Stands for the service of every gap analysis: its name is a matter of the file, not of the answer."""
DEFAULT_DAY = "Tuesday"
DEFAULT_AT = f"{DEFAULT_DAY} 10:00"
"""Time of a study (METHODS, Ferry)."""
_MINUTE_S = 60
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(
    r"(?:(?P<day>[A-Za-z]+)\s+|(?P<date>\d{4}-\d\d-\d\d)T)?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?"
)


@dataclass(frozen=True)
class GapQuestion:
    """What is asked; defaults are those of METHODS.

    Parameters
    ----------
    limit_min, limit_m
        Exactly one: minutes, or metres.
    measure
        None: ``network_time`` for minutes, ``network_distance`` for metres.
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
    """

    mode: str = "walk"
    limit_min: float | None = None
    limit_m: float | None = None
    measure: str | None = None
    direction: Direction = "to_facility"
    catchment: CoverageCatchment = "any"
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


@dataclass(frozen=True)
class GapAnalysis:
    """A gap analysis: what was read, how it was asked, what came out."""

    files: GapFiles
    inputs: GapInputs
    parameters: CoverageParameters
    result: CoverageResult
    read: CoverageInputs


def run_gap_analysis(files: GapFiles, question: GapQuestion, progress: Progress | None = None) -> GapAnalysis:
    """Answer the question from files.

    Parameters
    ----------
    files
        Where the inputs lie.
    question
        What is asked.
    progress
        Told each step as it begins, with the share of the work done.

    Raises
    ------
    WrongUse, NotFound, RefusedInput
        With what is wrong and what to do.
    """
    tell = progress or (lambda _step, _share: None)
    parameters = replace(parameters_of(question), closures=_closures(files, question))
    _require_files(files, parameters.tables)
    tell("files", 0.0)
    asking = _asking(question, parameters)
    inputs = read_inputs(files, asking)
    if inputs.rank is not None:
        parameters = replace(parameters, rank_of=inputs.rank.whose)
    tell("network", 0.3)
    network, closed = _network(inputs, parameters, hour_of(asking.at))
    zone = zone_of(inputs.demand.xy, inputs.zones)
    if not inputs.demand.people[ALL][zone != BEYOND].sum():
        beyond = persons(int(inputs.demand.people[ALL].sum()) + inputs.beyond)
        raise RefusedInput(
            ErrorCode.PEOPLE_NONE, zones=files.zones, population=files.population, beyond=f"{beyond:,.0f}"
        )
    notices = list(inputs.notices)
    read = CoverageInputs(
        references=inputs.references,
        crs=inputs.crs,
        demand=inputs.demand,
        zones=inputs.zones,
        zone=zone,
        facilities=inputs.facilities,
        network=network,
        barriers=inputs.barriers,
        settlements=inputs.settlements,
        assigned=_assigned(inputs, zone, parameters, notices),
        land_use=inputs.land_use,
        rank=None if inputs.rank is None else inputs.rank.of_homes(inputs.demand.source, inputs.zones, zone),
        people_beyond=inputs.beyond,
        notices=(*notices, *closed),
        generated=inputs.generated,
    )
    # Areas, and no road that anybody may walk on leads into one.
    if not len(inputs.facilities.xy) and len(inputs.places):
        raise _off_roads(files, parameters, len(inputs.places))
    result = run_coverage(read, parameters, lambda step, share: tell(step, 0.4 + 0.5 * share))
    _refuse_off_roads(files, parameters, result)
    if parameters.beside and inputs.entered is not None:
        result = replace(result, document=_beside_roads(read, inputs.entered, question, parameters, result))
    return GapAnalysis(files, inputs, parameters, result, read)


def _closures(files: GapFiles, question: GapQuestion) -> tuple[ClosureRule, ...]:
    for name in question.closed_classes:
        if name not in ROAD_CLASSES:
            expected = ", ".join(ROAD_CLASSES)
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--closed-classes", value=name, expected=expected)
    areas = None if files.closed_areas is None else CLOSED_AREAS
    if not question.closed_classes and areas is None:
        return ()
    return (ClosureRule(tuple(sorted(set(question.closed_classes))), areas),)


def _network(inputs: GapInputs, parameters: CoverageParameters, hour: float) -> tuple[Network, list[Notice]]:
    """Build the network in its mode, with the roads closed that are asked for."""
    stops = stops_of(inputs.gates, inputs.crs, "walk" if parameters.mode is None else parameters.mode.id)
    network = build_network(inputs.roads, inputs.ferries, stops)
    if not parameters.closures:
        return network, []
    areas = {} if inputs.closed_areas is None else {role_of(0): inputs.closed_areas}
    network, notice = closed_network(network, parameters.closures, areas, hour)
    return network, [notice]


def _asking(question: GapQuestion, parameters: CoverageParameters) -> Asking:
    day, hour, minute = _time_of(question.at)
    return Asking(
        measure=parameters.measure,
        at=dt.time(hour, minute),
        weekday=_DAYS.index(day),
        by_car=question.mode == "car",
        groups=parameters.counted_groups[1:],
        rank_column=parameters.rank_column,
        start_column=parameters.start_column,
    )


def _assigned(
    inputs: GapInputs, zone: Int32s, parameters: CoverageParameters, notices: list[Notice]
) -> Assigned | None:
    if parameters.catchment != "assigned":
        return None
    return find_assigned(inputs.facilities, inputs.zones, zone, None, notices)


def _beside_roads(
    read: CoverageInputs,
    entered: Facilities,
    question: GapQuestion,
    parameters: CoverageParameters,
    result: CoverageResult,
) -> Document:
    """Tell the same limit along roads beside a straight radius."""
    roads = replace(parameters, measure="network_distance", mode=_mode(question), beside=(), tables=())
    roads = replace(roads, rank_column=None, rank_of=None)
    inputs = replace(read, facilities=entered)
    found = run_coverage(inputs, roads)
    return with_computed(result.document, read, result, [Computed(ROADS, inputs, found, found.document)])


def parameters_of(question: GapQuestion) -> CoverageParameters:
    """Turn the options of the command line into parameters of a study.

    Raises
    ------
    WrongUse
        ``limit_needed``, ``limit_measure`` or ``wrong_argument``.
    """
    limit = _limit_cost(question)
    measure = _measure(question)
    groups, on_roads = named_groups(question.groups), measure in ON_ROADS
    return CoverageParameters(
        service=SERVICE,
        measure=measure,
        limit=limit / PER_UNIT,
        mode=_mode(question),
        direction=question.direction,
        turnout_s=_turnout(question, measure),
        start_column=start_option(question.start_column, is_time=measure == "network_time"),
        catchment=question.catchment,
        at=normal_time(question.at),
        beside=(ROADS,) if measure == "straight_radius" else (),
        tables=_tables(question.tables),
        rank_column=_rank_column(question),
        groups=groups,
        group_speeds=speeds_of_groups(
            groups, question.mode if on_roads else "", is_asked_for=question.group_speeds
        ),
    )


def _rank_column(question: GapQuestion) -> str | None:
    """Give the column to rank by: only beside the table that tells of it."""
    column = question.rank_column
    if column is not None and OF_EVENNESS not in question.tables:
        expected = f"--tables {OF_EVENNESS}"
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


def _require_files(files: GapFiles, tables: tuple[str, ...]) -> None:
    """Refuse tables without the files that they tell of."""
    for name in tables:
        for role in layers_of_tables((name,)):
            if getattr(files, role) is None:
                option = f"--{role.replace('_', '-')} FILE"
                raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="--tables", value=name, expected=option)


def _limit_cost(question: GapQuestion) -> int:
    """Give the limit in whole milliseconds or millimetres, so that 4.1 minutes are 246 seconds."""
    per_unit = PER_UNIT if question.limit_min is None else PER_UNIT * _MINUTE_S
    given = [limit for limit in (question.limit_min, question.limit_m) if limit is not None]
    if question.measure == "inside_area" and not given:
        return 0
    cost = floor(given[0] * per_unit + 0.5) if len(given) == 1 and isfinite(given[0]) else 0
    if cost <= 0:
        minutes, metres = (
            "-" if value is None else f"{value:g}" for value in (question.limit_min, question.limit_m)
        )
        raise WrongUse(ErrorCode.LIMIT_NEEDED, given=len(given), limit_min=minutes, limit_m=metres)
    return cost


def normal_time(at: str) -> str:
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
    day, hour, minute = _time_of(at)
    return f"{day} {hour:02d}:{minute:02d}"


def _time_of(at: str) -> tuple[str, int, int]:
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
            ErrorCode.WRONG_ARGUMENT, name="--at", value=at, expected="10:00, Tuesday 10:00, 2026-11-24T10:00"
        ) from error


def _measure(question: GapQuestion) -> CoverageMeasure:
    minutes = question.limit_min is not None
    measure = question.measure or ("network_time" if minutes else "network_distance")
    if measure not in MEASURES_OF_FILES:
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--measure", value=measure, expected=", ".join(MEASURES_OF_FILES)
        )
    if minutes != (measure == "network_time"):
        raise WrongUse(
            ErrorCode.LIMIT_MEASURE, measure=measure, limit="--limit-min" if minutes else "--limit-m"
        )
    return MEASURES_OF_FILES[MEASURES_OF_FILES.index(measure)]


def _mode(question: GapQuestion) -> Mode:
    speeds: dict[str, float | None] = {}
    if question.speeds is not None:
        for name, value in read_mapping(question.speeds, ROAD_CLASSES).items():
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise WrongUse(ErrorCode.WRONG_ARGUMENT, name=name, value=repr(value), expected="km/h > 0")
            speeds[name] = None if value is None else float(value)
    if question.mode not in MODES:
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--mode", value=question.mode, expected=", ".join(MODES)
        )
    return mode(question.mode, speeds=speeds, flat_kmh=question.speed_kmh)


def _refuse_off_roads(files: GapFiles, parameters: CoverageParameters, result: CoverageResult) -> None:
    """Refuse when every facility that counts stands too far from any road: then nothing was answered."""
    told = {notice["code"]: notice["params"] for notice in result.document["notices"]}
    lost = told.get("facilities_off_roads")
    far = told.get("facilities_beyond_border", {"count": 0})["count"]
    if lost is not None and lost["count"] + far >= lost["facilities"]:
        raise _off_roads(files, parameters, lost["count"])


def _off_roads(files: GapFiles, parameters: CoverageParameters, count: int) -> RefusedInput:
    name = parameters.mode.id if parameters.mode else "-"
    return RefusedInput(ErrorCode.FACILITIES_OFF_ROADS, count=count, path=files.facilities, mode=name)
