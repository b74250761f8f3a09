"""What stands beside a gap analysis, as tables and in words."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gis_service.services.gap_analysis import GapAnalysis
from gis_service.services.gap_words import answer
from gis_service.services.study_request import ROADS
from gis_service.services.study_words import answer_together, notice_text
from gis_service.services.tables import TOGETHER
from gis_service.text import number, percent
from gis_service.types import Language, Text

BESIDE, TOGETHER_FILE = "beside.csv", "together.csv"
BESIDE_FILES = (BESIDE, TOGETHER_FILE)
"""Tables of what stands beside a study, and of how many rules reach whom."""
_COUNTS = ("total", "covered", "uncovered", "unreachable", "share")
_DECIMALS = 3
_OUT_OF = Text("{covered}\u00a0trong\u00a0{total}", "{covered}\u00a0of\u00a0{total}")
_ALONG_ROADS = Text("Theo đường đi", "Along roads")
_ALL_RULES = Text("Mọi dịch vụ", "All services")

Lines = list[tuple[Text, Text]]


def beside_tables(document: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Give the tables of a study document by the names of their files; none for a study by itself.

    Parameters
    ----------
    document
        A study document of files.

    Returns
    -------
    dict
        ``beside.csv`` has a row per result, unit and group (no ``zone`` for everybody); ``together.csv`` per
        unit and group how many people ``none``, ``any`` and ``all`` of the rules reach, and exactly so
        many.
    """
    found = {BESIDE: _beside_rows(document), TOGETHER_FILE: _together_rows(document)}
    return {name: pd.DataFrame(rows) for name, rows in found.items() if rows}


def beside_words(analysis: GapAnalysis) -> list[Text]:
    """Say what stands beside a study: one line for the way along roads, and for each further service."""
    found = []
    for name, one in analysis.beside:
        named, said = _named(name), answer(one.document)
        found.append(Text(f"{named.vi}: {said.vi}", f"{named.en}: {said.en}"))
    return found


def together_words(document: Mapping[str, Any]) -> list[Text]:
    """Say how many people all rules reach, and how many none; nothing for a single rule."""
    said = answer_together(document)
    return [] if said is None else [said]


def beside_notices(analysis: GapAnalysis) -> list[Text]:
    """Say what must be said of the further services alone, by their names."""
    known = analysis.study.document["notices"]
    found = []
    for name, one in analysis.beside:
        for notice in one.document["notices"]:
            if name != ROADS and notice not in known:
                said = notice_text(notice)
                found.append(Text(f"{name}: {said.vi}", f"{name}: {said.en}"))
    return found


def beside_lines(document: Mapping[str, Any]) -> dict[str, Lines]:
    """Give what the window of each unit tells of what stands beside a study, by the id of the unit."""
    found: dict[str, Lines] = {}
    for entry in document.get("beside", []):
        for row in entry["zones"]:
            told = (_named(entry["name"]), _out_of(row["covered"], row["total"]))
            found.setdefault(row["id"], []).append(told)
    for row in document.get(TOGETHER, []):
        if row["zone"] is not None and row["group"] == "all":
            told = (_ALL_RULES, _out_of(row["all"], sum(row["exactly"])))
            found.setdefault(row["zone"], []).append(told)
    return found


def _named(name: str) -> Text:
    return _ALONG_ROADS if name == ROADS else Text(name, name)


def _out_of(covered: float, total: float) -> Text:
    return Text(*(_shown(covered, total, language) for language in ("vi", "en")))


def _shown(covered: float, total: float, language: Language) -> str:
    told = {"covered": number(covered, language), "total": number(total, language)}
    share = f" ({percent(covered / total, language)})" if total else ""
    return _OUT_OF.in_language(language).format(**told) + share


def _beside_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for entry in document.get("beside", []):
        everybody = {"id": None, "name": None, "groups": entry["totals"]}
        for unit in (everybody, *entry["zones"]):
            groups = {"all": unit, **unit.get("groups", {})} if unit["id"] else unit["groups"]
            named = {"name": entry["name"], "zone": unit["id"], "zone_name": unit["name"]}
            rows += [
                named | {"group": group} | {count: figures[count] for count in _COUNTS}
                for group, figures in groups.items()
            ]
    return rows


def _together_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for row in document.get(TOGETHER, []):
        exactly = {f"exactly_{n}": people for n, people in enumerate(row["exactly"])}
        counts = {"none": row["none"], "any": round(sum(row["exactly"][1:]), _DECIMALS), "all": row["all"]}
        named = {name: row[name] for name in ("zone", "name", "group", "rules")}
        rows.append(named | counts | exactly)
    return rows
