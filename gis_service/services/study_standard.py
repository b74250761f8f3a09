"""What a study takes from its standard and from the conventions of the city."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from gis_service.analysis.modes import Mode
from gis_service.analysis.network import ROAD_CLASSES
from gis_service.catalogue.city_definition import City, Conventions
from gis_service.catalogue.service_standard import EVERYBODY, Quota, Standard
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_parameters import MAY_BE_ZERO, ON_ROADS
from gis_service.services.network import FerryRules
from gis_service.types import Text

_OF_TIME = "network_time"
"""The measure whose limit is in seconds; those of all others are in metres."""
_WALKERS = {"age_60": "elderly", "age_3_5": "children", "age_6_10": "children"}
"""Groups that walk slower, when a standard names them (METHODS, Speeds)."""


TO_POINTS = Text(
    "network_time, network_distance, straight_radius (tới điểm)",
    "network_time, network_distance, straight_radius (to points)",
)
"""Measures whose ways lead from place to place."""


def refused(name: str, value: object, expected: Text | str) -> RefusedInput:
    """Say which input cannot be used, and what would be right."""
    return RefusedInput(ErrorCode.STUDY_REFUSED, name=name, value=value, expected=expected)


def one_of(name: str, value: str, known: Sequence[str], told: Sequence[str] | None = None) -> str:
    """Give a value that is one of those known; a refusal names those that may be told.

    Raises
    ------
    RefusedInput
        ``study_refused``.
    """
    if value not in known:
        raise refused(name, value, ", ".join(known if told is None else told))
    return value


def limit_of(asked: float | None, standard: Standard | None, measure: str) -> float:
    """Give the limit that was asked for, else that of the standard; 0 for measures that need none.

    The limit of a standard that measures otherwise holds too, but seconds are not taken for metres.

    Raises
    ------
    RefusedInput
        ``study_refused`` where a limit is needed and none is known.
    """
    limit = asked
    if limit is None and standard is not None and standard.measure == measure:
        limit = standard.limit
    if limit is None and measure in MAY_BE_ZERO:
        return 0.0
    is_time = measure == _OF_TIME
    if limit is None and standard is not None and (standard.measure == _OF_TIME) == is_time:
        limit = standard.limit
    if not limit and measure not in MAY_BE_ZERO:
        expected = Text("> 0 (giây)", "> 0 (seconds)") if is_time else Text("> 0 (mét)", "> 0 (metres)")
        raise refused("limit", limit, expected)
    return 0.0 if limit is None else limit


def quota_of(standard: Standard | None, measure: str) -> Quota | None:
    """Give the quota of a study that asks for one; raises ``study_refused`` where the standard has none."""
    if measure != "quota":
        return None
    if standard is None or standard.quota is None:
        expected = Text("quota cùng một tiêu chuẩn có định mức", "quota with a standard that has one")
        raise refused("measure", measure, expected)
    return standard.quota


def mode_of(city: City, name: str, group: str) -> Mode:
    """Give a mode with the speeds of the city's conventions; named groups walk at their own speed."""
    if name not in city.conventions.modes:
        raise refused("mode", name, ", ".join(city.conventions.modes))
    found = city.conventions.modes[name]
    speeds: Mapping[str, float] = found.speeds_kmh
    access = found.access_kmh
    walker = city.conventions.walkers_kmh.get(_WALKERS.get(group, "")) if name == "walk" else None
    if walker is not None:
        speeds, access = dict.fromkeys(speeds, walker), walker
    return Mode(
        id=name,
        speeds_kmh=tuple(speeds.get(road_class) for road_class in ROAD_CLASSES),
        access_kmh=access,
        unpaved_factor=found.unpaved_factor,
        min_width_m=found.min_width_m,
        obeys_oneway=name != "walk",
        ferry_kmh=city.conventions.ferry.speed_kmh,
    )


def group_speeds_of(city: City, groups: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Give the groups that are counted and walk at a speed of their own, with it."""
    return walking_speeds(city.conventions.walkers_kmh, groups)


def walking_speeds(speeds: Mapping[str, float], groups: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Give the groups that walk at a speed of their own, by the speeds of ``elderly`` and ``children``."""
    counted = [(group, _WALKERS[group]) for group in dict.fromkeys(groups) if group in _WALKERS]
    return tuple((group, speeds[walker]) for group, walker in counted if walker in speeds)


def groups_beside(groups: Iterable[str], standard: Standard | None) -> tuple[str, ...]:
    """Give the groups that rules beside a study count too, each at its own speed where that is asked for.

    They are those that were asked for and the one that the standard of the study is about.
    """
    own = () if standard is None or standard.group == EVERYBODY else (standard.group,)
    return tuple(dict.fromkeys((*groups, *own)))


def kept_beside(standard: Standard, service: str) -> list[str]:
    """Name the inputs that a standard shares with the study of a service that it stands beside.

    These are the people and the roads, and where it is of the same service its facilities, with what these
    add before a way begins where its limit is a time.
    """
    shared = ["network", "demand", "zones", "at", "groups", "group_speeds"]
    roads = ["closures"] if standard.measure in ON_ROADS else []
    own = ["facilities"] if standard.service == service else []
    waits = ["start_column"] if own and standard.measure == _OF_TIME else []
    return [*shared, *roads, *own, *waits]


def standard_notices(standard: Standard | None, day: date) -> tuple[Notice, ...]:
    """Tell what a reader must know of a standard: that nobody has checked it, that it is not in force."""
    if standard is None:
        return ()
    found = []
    if not standard.verified:
        source = {"source_vi": standard.source.vi, "source_en": standard.source.en}
        found.append(Notice("standard_unverified", {"standard": standard.id, **source}))
    if not standard.is_in_force(day):
        first, last = (
            "–" if one is None else one.isoformat() for one in (standard.in_force_from, standard.in_force_to)
        )
        found.append(Notice("standard_not_in_force", {"standard": standard.id, "from": first, "to": last}))
    return tuple(found)


def time_words(asked: datetime | None, conventions: Conventions) -> str:
    """Write the time of a study: the one asked for, else the convention, which is the same in every week."""
    if asked is not None:
        return asked.isoformat(timespec="minutes")
    usual = conventions.study_time
    return f"{usual.weekday.capitalize()} {usual.time:%H:%M}"


def ferry_rules_of(conventions: Conventions) -> FerryRules:
    """Give what holds of a ferry that tells no headway or no hours."""
    ferry = conventions.ferry
    first, last = (clock.hour + clock.minute / 60 for clock in (ferry.first, ferry.last))
    return FerryRules(wait_min=ferry.wait_s / 60, hours=(first, last))
