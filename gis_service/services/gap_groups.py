"""The groups of a gap analysis: columns of persons of the population file, by the names that cities have."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from gis_service.analysis.demand import ALL
from gis_service.analysis.modes import WALK_KMH
from gis_service.services.group_words import people_words
from gis_service.services.study_standard import walking_speeds
from gis_service.text import number, percent
from gis_service.types import Language, Text

_AGES = re.compile(r"(?P<first>\d{1,3})\s*(?:[-–]\s*(?P<last>\d{1,3})|\+)")
_ONE = Text(vi="{group}: {covered} trong {total} ({share})", en="{group}: {covered} of {total} ({share})")
_HEAD = Text(vi="Trong giới hạn theo nhóm:", en="Within the limit by group:")


def named_groups(names: Iterable[str]) -> tuple[str, ...]:
    """Give the columns of groups, each once; ages stand for the column that a city names by them.

    Examples
    --------
    >>> named_groups(["60+", "3-5", "women", "age_60", "all"])
    ('age_60', 'age_3_5', 'women')
    """
    found = [_column(name.strip()) for name in names]
    return tuple(dict.fromkeys(name for name in found if name not in ("", ALL)))


def speeds_of_groups(
    groups: Iterable[str], mode: str, *, is_asked_for: bool
) -> tuple[tuple[str, float], ...] | None:
    """Give the groups that walk at a speed of their own, in km/h; None when nobody asks for that."""
    if not is_asked_for:
        return None
    return walking_speeds(WALK_KMH, groups) if mode == "walk" else ()


def group_column(group: str) -> str:
    """Name the column of the people of a group in a file, beside those of everybody: ``people_age_60``."""
    return f"people_{group}"


def group_rows(document: Mapping[str, Any]) -> pd.DataFrame:
    """Give the figures of the groups of a study by unit, as a table: a row per unit and group."""
    rows = [
        {"id": zone["id"], "name": zone["name"], "group": group, **figures}
        for zone in document["zones"]
        for group, figures in zone.get("groups", {}).items()
    ]
    return pd.DataFrame(rows)


def answer_of_groups(document: Mapping[str, Any]) -> Text | None:
    """Say how many of each group are within the limit; None for a study that counts no groups."""
    if list(document["totals"]) == [ALL]:
        return None
    return Text(vi=_in_words(document, "vi"), en=_in_words(document, "en"))


def _column(name: str) -> str:
    ages = _AGES.fullmatch(name)
    if ages is None:
        return name
    first, last = ages.group("first", "last")
    return f"age_{int(first)}" if last is None else f"age_{int(first)}_{int(last)}"


def _in_words(document: Mapping[str, Any], language: Language) -> str:
    said = [
        _ONE.in_language(language).format(
            group=people_words(group, language),
            covered=number(figures["covered"], language),
            total=number(figures["total"], language),
            share="–" if figures["share"] is None else percent(figures["share"], language),
        )
        for group, figures in ((one, document["totals"][one]) for one in document["parameters"]["groups"])
        if group != ALL
    ]
    return f"{_HEAD.in_language(language)} {'; '.join(said)}."
