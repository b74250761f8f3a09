"""Further services beside that of a gap analysis, as they are typed: a name, a file, a rule of its own."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis_service.analysis.modes import MODES
from gis_service.errors import ErrorCode, WrongUse
from gis_service.services.coverage_parameters import CATCHMENTS, DIRECTIONS, MEASURES
from gis_service.services.gap_quota import QUOTA_OF, QUOTA_PER
from gis_service.services.study_request import MAX_BESIDE, ROADS
from gis_service.types import Text

OPTION = "--beside"
_SPEEDS = "speeds"
_CHOICES: Mapping[str, Sequence[str]] = {
    "mode": MODES,
    "measure": MEASURES,
    "direction": DIRECTIONS,
    "catchment": CATCHMENTS,
    "quota_of": QUOTA_OF,
    "quota_per": QUOTA_PER,
}
_NUMBERS = ("limit_min", "limit_m", "turnout_s", "speed_kmh", "quota")
KEYS = (*_NUMBERS, *_CHOICES, _SPEEDS, "start_column", "quota_group")
"""What is said of a rule, by the names of `gis_service.services.gap_question.GapQuestion`."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_NEXT = re.compile(r",(?=[a-z_]+=)")
"""Parts a rule: a comma in the name of a file parts nothing."""
_FORM = Text(
    "TÊN=TỆP,limit_min=PHÚT,mode=walk; tên gồm a-z, 0-9, _",
    "NAME=FILE,limit_min=MINUTES,mode=walk; a name of a-z, 0-9, _",
)


@dataclass(frozen=True)
class GapRule:
    """A further service.

    Parameters
    ----------
    name
        An id; what stands beside the study is told by it.
    facilities
        File of its facilities; None for those of the study.
    asked
        What is said of it, some of `KEYS`; what is not said has the defaults of METHODS.
    """

    name: str
    facilities: str | None
    asked: Mapping[str, Any]


def rules_of(texts: Sequence[str]) -> tuple[GapRule, ...]:
    """Read the services that stand beside a study.

    Parameters
    ----------
    texts
        Each ``NAME=FILE,key=value,…``, or ``NAME,key=value,…`` for the facilities of the study. ``roads``,
        the same limit along roads, is no service and left out.

    Raises
    ------
    WrongUse
        ``wrong_argument``.

    Examples
    --------
    >>> rules_of(["school=schools.gpkg,limit_min=15,mode=walk"])[0].asked
    {'limit_min': 15.0, 'mode': 'walk'}
    """
    found = tuple(_rule(text) for text in texts if text != ROADS)
    names = [rule.name for rule in found]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(name, Text("mỗi tên một lần", "each name once"))
    if len(found) > MAX_BESIDE:
        raise _wrong(str(len(found)), f"≤ {MAX_BESIDE}")
    return found


def with_paths(text: str, path: Callable[[str], str]) -> str:
    """Give a rule with the paths of its files made over, as those of a study file are.

    Examples
    --------
    >>> with_paths("school=s.gpkg,speeds=slow.yaml,limit_min=9", lambda path: f"data/{path}")
    'school=data/s.gpkg,speeds=data/slow.yaml,limit_min=9'
    """
    first, *more = _NEXT.split(text)
    name, is_file, file = first.partition("=")
    said = [f"{name}={path(file)}" if is_file else name]
    for one in more:
        key, _, value = one.partition("=")
        said.append(f"{key}={path(value)}" if key == _SPEEDS else one)
    return ",".join(said)


def _rule(text: str) -> GapRule:
    first, *more = _NEXT.split(text)
    name, is_file, file = first.partition("=")
    if not _NAME.fullmatch(name) or name == ROADS or (is_file and not file):
        raise _wrong(text, _FORM)
    asked: dict[str, Any] = {}
    for one in more:
        key, _, value = one.partition("=")
        if key not in KEYS or key in asked:
            raise _wrong(one, ", ".join(KEYS))
        asked[key] = _value(name, key, value)
    return GapRule(name, file or None, asked)


def _value(name: str, key: str, value: str) -> str | float:
    if key in _CHOICES and value not in _CHOICES[key]:
        raise _wrong(f"{name}, {key}={value}", ", ".join(_CHOICES[key]))
    if key not in _NUMBERS:
        return value
    try:
        return float(value)
    except ValueError as error:
        raise _wrong(f"{name}, {key}={value}", "0 – 9") from error


def _wrong(value: str, expected: Text | str) -> WrongUse:
    return WrongUse(ErrorCode.WRONG_ARGUMENT, name=OPTION, value=value, expected=expected)
