"""The gap analysis on an analyst's own files: read, check, run the same engine as the service.

No database and no server. The document is the one of every study of coverage.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import shapely

from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.field import Direction
from gis_service.analysis.modes import MODES, Mode, mode, segment_costs
from gis_service.analysis.network import ROAD_CLASSES, Network, Roads, build_network
from gis_service.analysis.snap import SNAP_LIMIT_M, snap
from gis_service.analysis.zones import BEYOND, zone_of
from gis_service.crs import crs_name
from gis_service.errors import ErrorCode, RefusedInput, WrongUse
from gis_service.files.frames import split_source
from gis_service.files.mappings import read_mapping
from gis_service.services.coverage import CoverageInputs, CoverageResult, Progress, run_coverage
from gis_service.services.coverage_inputs import Facilities, Notice
from gis_service.services.coverage_parameters import (
    MEASURES,
    CoverageCatchment,
    CoverageMeasure,
    CoverageParameters,
)
from gis_service.services.documents import persons
from gis_service.services.gap_inputs import GapFiles, GapInputs, read_inputs

DEFAULT_AT = "Tuesday 10:00"
"""Time of a study (METHODS, Ferry)."""
COVERED_WELL, COVERED_SOMEWHAT = 0.9, 0.5
"""Shares of the people inside the extent of the roads; below them the reader is told, and told strongly."""
EXTENT_MARGIN_M = 250.0
"""The extent of the roads is their convex hull and this much around it: the side of a population cell."""
_NAMES_SHOWN = 5
_MINUTE_S = 60
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(
    r"(?:(?P<day>[A-Za-z]+)\s+)?(?:\d{4}-\d\d-\d\dT)?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d)?"
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
        ``HH:MM``, ``Tuesday HH:MM`` or ``YYYY-MM-DDTHH:MM``.
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


@dataclass(frozen=True)
class GapAnalysis:
    """A gap analysis: what was read, how it was asked, what came out."""

    files: GapFiles
    inputs: GapInputs
    parameters: CoverageParameters
    result: CoverageResult


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
    parameters = parameters_of(question, Path(split_source(files.facilities)[0]).stem)
    tell("files", 0.0)
    inputs = read_inputs(files, hour_of(question.at))
    tell("network", 0.3)
    network = build_network(inputs.roads, inputs.ferries)
    zone = zone_of(inputs.demand.xy, inputs.zones)
    inside = inputs.demand.take(zone != BEYOND)
    if not inside.people[ALL].sum():
        beyond = persons(int(inputs.demand.people[ALL].sum())) + inputs.beyond
        raise RefusedInput(
            ErrorCode.PEOPLE_NONE, zones=files.zones, population=files.population, beyond=f"{beyond:,.0f}"
        )
    notices = [
        *inputs.notices,
        *_off_roads(files, inputs, network, parameters),
        *_roads_reach(inside, inputs.roads),
    ]
    read = CoverageInputs(
        references=references(files, inputs),
        crs=inputs.crs,
        demand=inputs.demand,
        zones=inputs.zones,
        zone=zone,
        facilities=_facilities(inputs),
        network=network,
        barriers=inputs.barriers,
        settlements=inputs.settlements,
        notices=tuple(notices),
        generated=_generated(files),
    )
    result = run_coverage(read, parameters, lambda step, share: tell(step, 0.4 + 0.5 * share))
    return GapAnalysis(files, inputs, parameters, result)


def parameters_of(question: GapQuestion, service: str) -> CoverageParameters:
    """Turn the options of the command line into parameters of a study.

    Raises
    ------
    WrongUse
        ``limit_needed``, ``limit_measure`` or ``wrong_argument``.
    """
    given = [limit for limit in (question.limit_min, question.limit_m) if limit is not None]
    if len(given) != 1 or not given[0] > 0:
        minutes, metres = (
            "-" if value is None else f"{value:g}" for value in (question.limit_min, question.limit_m)
        )
        raise WrongUse(ErrorCode.LIMIT_NEEDED, given=len(given), limit_min=minutes, limit_m=metres)
    measure = _measure(question)
    return CoverageParameters(
        service=service,
        measure=measure,
        limit=given[0] * _MINUTE_S if measure == "network_time" else given[0],
        mode=_mode(question),
        direction=question.direction,
        catchment=question.catchment,
        at=question.at,
    )


def hour_of(at: str) -> float:
    """Read the hour of the day out of a study's time.

    Raises
    ------
    WrongUse
        ``wrong_argument`` when it is no time.

    Examples
    --------
    >>> hour_of("Tuesday 10:30"), hour_of("2026-11-24T05:00"), hour_of("23:15")
    (10.5, 5.0, 23.25)
    """
    found = _TIME.fullmatch(at.strip())
    hour, minute = (int(found["hour"]), int(found["minute"])) if found else (24, 0)
    day = found["day"] if found else None
    if hour > 23 or minute > 59 or (day is not None and day.capitalize() not in _DAYS):  # noqa: PLR2004  hours and minutes of a day
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--at", value=at, expected="10:00, Tuesday 10:00, 2026-11-24T10:00"
        )
    return hour + minute / 60


def references(files: GapFiles, inputs: GapInputs) -> dict[str, object]:
    """Name the inputs by file name and content: equal files give an equal document wherever they lie."""
    read: dict[str, object] = {"crs": crs_name(inputs.crs)}
    for name in ("facilities", "roads", "population", "zones", "barriers", "ferries", "settlements"):
        source = getattr(files, name)
        if source is not None:
            read[name] = {"file": Path(source).name, "sha256": _content_hash(source)}
    for name in ("people_column", "zone_id", "class_column", "oneway_column"):
        if getattr(files, name) is not None:
            read[name] = getattr(files, name)
    return read


def _content_hash(source: str) -> str:
    """Hash a file; of a shapefile also the files beside it that say what it means."""
    path, _ = split_source(source)
    parts = [path, *(path.with_suffix(suffix) for suffix in (".dbf", ".prj", ".cpg"))]
    whole = hashlib.sha256()
    for part in parts if path.suffix.lower() == ".shp" else [path]:
        if part.is_file():
            with part.open("rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _measure(question: GapQuestion) -> CoverageMeasure:
    minutes = question.limit_min is not None
    measure = question.measure or ("network_time" if minutes else "network_distance")
    if measure not in MEASURES:
        raise WrongUse(
            ErrorCode.WRONG_ARGUMENT, name="--measure", value=measure, expected=", ".join(MEASURES)
        )
    if minutes != (measure == "network_time"):
        raise WrongUse(
            ErrorCode.LIMIT_MEASURE, measure=measure, limit="--limit-min" if minutes else "--limit-m"
        )
    return cast("CoverageMeasure", measure)


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


def _facilities(inputs: GapInputs) -> Facilities:
    """Give every entrance the number of its site and the unit that holds its facility."""
    places = inputs.facilities
    number = {site: row for row, site in enumerate(dict.fromkeys(places.sites))}
    site = np.array([number[site] for site in places.sites], dtype=np.int32)
    middle = shapely.get_coordinates(shapely.point_on_surface(places.geometry))
    unit = zone_of(middle, inputs.zones)
    return Facilities(xy=places.xy, site=site[places.owner], unit=unit[places.owner])


def _off_roads(
    files: GapFiles, inputs: GapInputs, network: Network, parameters: CoverageParameters
) -> list[Notice]:
    """Tell which facilities stand too far from any road; refuse when all do."""
    if parameters.mode is None or parameters.measure == "straight_radius":
        return []
    costs = segment_costs(network, parameters.mode, parameters.measure)
    joined = snap(inputs.facilities.xy, network, costs, inputs.barriers).segment >= 0
    places = inputs.facilities
    near = np.zeros(len(places.ids), dtype=np.bool_)
    near[places.owner[joined]] = True
    if not near.any():
        raise RefusedInput(
            ErrorCode.FACILITIES_OFF_ROADS, count=len(near), path=files.facilities, mode=parameters.mode.id
        )
    lost = np.flatnonzero(~near)
    if not lost.size:
        return []
    shown = ", ".join(places.names[row] for row in lost[:_NAMES_SHOWN])
    more = " …" if lost.size > _NAMES_SHOWN else ""
    params = {"count": int(lost.size), "facilities": len(near), "names": shown + more}
    return [Notice("facilities_off_roads", params)]


def _roads_reach(demand: Demand, roads: Roads) -> list[Notice]:
    """Warn when people live elsewhere than the roads: the share in the roads' extent, the share near one."""
    people = demand.people[ALL]
    places = shapely.points(demand.xy)
    extent = shapely.buffer(shapely.convex_hull(shapely.geometrycollections(roads.lines)), EXTENT_MARGIN_M)
    shapely.prepare(extent)
    within = int(people[shapely.intersects(extent, places)].sum())
    total = int(people.sum())
    if within >= COVERED_WELL * total:
        return []
    near = np.unique(
        shapely.STRtree(roads.lines).query(places, predicate="dwithin", distance=SNAP_LIMIT_M)[0]
    )
    params = {
        "people": persons(total),
        "inside": persons(within),
        "share": round(100 * within / total, 1),
        "near_share": round(100 * int(people[near].sum()) / total, 1),
    }
    code = "roads_cover_few" if within >= COVERED_SOMEWHAT * total else "roads_cover_small_part"
    return [Notice(code, params)]


def _generated(files: GapFiles) -> tuple[str, ...]:
    """Give the inputs whose file name says that they are generated, as every export of such data does."""
    named = (files.facilities, files.roads, files.population, files.zones, files.barriers, files.ferries)
    return tuple(Path(source).name for source in named if source and "generated" in Path(source).name.lower())
