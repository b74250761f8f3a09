"""Whom a study speaks of: everybody, or the group that its standard is for, in words."""

import re
from collections.abc import Mapping
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.types import Language, Text

_EVERYBODY = Text("người", "people")
_RESIDENTS = Text("người dân", "people")
_AGES = re.compile(r"age_(?P<first>\d+)_(?P<last>\d+)")
_FROM_AGE = re.compile(r"age_(?P<first>\d+)")
_BETWEEN = Text("{first}–{last} tuổi", "aged {first}–{last}")
_FROM = Text("từ {first} tuổi", "aged {first} and over")
_NAMED = Text("nhóm {group}", "of the group {group}")


def group_of(document: Mapping[str, Any]) -> str:
    """Give the group that a study is about: that of its standard, else all people.

    Parameters
    ----------
    document
        A study document of any process. A comparison is about a group where both of its states are.
    """
    asked = document.get("parameters", {})
    states = [asked[side] for side in ("before", "after")] if "after" in asked else [asked]
    groups = {state.get("group", ALL) for state in states}
    group: str = groups.pop()
    return group if not groups and group in document["totals"] else ALL


def people_words(group: str, language: Language, catalogue: Catalogue | None = None) -> str:
    """Name the people of a group inside a sentence: ``people aged 3–5``.

    Parameters
    ----------
    group
        Id of the group.
    language
        Of the words.
    catalogue
        Knows the titles of the city's groups; without it, and for others, the id tells the ages.
    """
    return _said(_EVERYBODY, group, language, catalogue)


def residents_words(group: str, language: Language, catalogue: Catalogue | None = None) -> str:
    """Name the people of a group where a share of all who live there is told, as the map does."""
    return _said(_RESIDENTS, group, language, catalogue)


def _said(people: Text, group: str, language: Language, catalogue: Catalogue | None) -> str:
    who = people.in_language(language)
    return who if group == ALL else f"{who} {_ages(group, language, catalogue)}"


def _ages(group: str, language: Language, catalogue: Catalogue | None) -> str:
    for known in () if catalogue is None else catalogue.city.groups:
        if known.id == group:
            title = known.title.in_language(language)
            return title[:1].lower() + title[1:]
    for pattern, words in ((_AGES, _BETWEEN), (_FROM_AGE, _FROM)):
        found = pattern.fullmatch(group)
        if found is not None:
            return words.in_language(language).format(**found.groupdict())
    return _NAMED.in_language(language).format(group=group)
