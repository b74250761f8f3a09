"""How the study of a package looks and what is said of it: colours of its units, legend, figures, words."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.files.study_map import OUTSIDE, RAMP
from gis_service.services.group_words import group_of
from gis_service.services.layer_metadata import licence_address
from gis_service.services.offline_study import Result, TakenStudy
from gis_service.services.study_tiles import TITLES
from gis_service.services.study_words import answer, notice_text
from gis_service.text import number, percent
from gis_service.types import Language, Text

_BREAKS = (0.5, 0.65, 0.8, 0.95)
"""Shares at which a unit takes the next colour, as on the map (ramp.ts)."""
_NOBODY, _HIDDEN = "#f6f3ee", "#d3d8db"
_SMALL_OPACITY, _OPACITY = 0.35, 0.8
_HIDDEN_FIGURE = "–"
_WORDS = {
    "title": Text("Kết quả nghiên cứu", "The study"),
    "units": Text("Người trong tiêu chuẩn, theo đơn vị", "Within the standard, by unit"),
    "hidden": Text("Số nhỏ, không hiện", "Small counts, not shown"),
    "nobody": Text("Không có dân", "Nobody lives there"),
    "outside": Text("Người ở ngoài tiêu chuẩn", "People outside the standard"),
    "least": Text("Đường đi ngắn nhất: {value}", "The shortest way: {value}"),
    "most": Text("Đường đi dài nhất: {value}", "The longest way: {value}"),
    "figures": Text("Số liệu theo đơn vị", "Figures by unit"),
    "personal": Text(
        "Gói này có số liệu chi tiết về những nơi ít người; chỉ người có quyền xem chi tiết mới được dùng.",
        "This package holds small counts of people: it is for those only who may see them.",
    ),
}
_COLUMNS = (
    Text("Đơn vị", "Unit"),
    Text("Số người", "People"),
    Text("Trong tiêu chuẩn", "Within"),
    Text("Ở ngoài", "Outside"),
    Text("Tỷ lệ", "Share"),
)
_LABELS = {
    "people": Text("Số người ở ngoài", "People outside"),
    "small": Text("Có số nhỏ không hiện", "Holds small counts that are not shown"),
    "kind": Text("Lý do", "Why"),
    "zone_name": Text("Đơn vị", "Unit"),
    "cost_s": Text("Thời gian (giây)", "Time (seconds)"),
    "cost_m": Text("Quãng đường (m)", "Way (m)"),
    "start_s": Text("Thời gian ở đầu đoạn (giây)", "Time at the start (seconds)"),
    "end_s": Text("Thời gian ở cuối đoạn (giây)", "Time at the end (seconds)"),
    "start_m": Text("Quãng đường ở đầu đoạn (m)", "Way at the start (m)"),
    "end_m": Text("Quãng đường ở cuối đoạn (m)", "Way at the end (m)"),
    "facility": Text("Điểm phục vụ", "Facility"),
    "within": Text("Trong tiêu chuẩn", "Within the standard"),
    "cells": Text("Số ô gộp", "Cells in one"),
    "cells_within": Text("Số ô trong tiêu chuẩn", "Cells within the standard"),
}
_KINDS = {"float8": "Number", "boolean": "Boolean", "text": "String"}
Json = dict[str, Any]


def unit_colour(study: TakenStudy, key: str) -> list[Any] | str:
    """Give the colour of each unit by its code, as an expression of MapLibre's style language."""
    pairs = [part for row in study.document["zones"] for part in (row["id"], _colour(_figures(study, row)))]
    return ["match", ["to-string", ["get", key]], *pairs, _NOBODY] if pairs else _NOBODY


def style_of_results(study: TakenStudy, source: str) -> Iterator[Json]:
    """Draw the results, the bottom one first; the surface lies ready and is switched on in the page."""
    for one in study.results:
        base = {"id": one.inside, "source": source, "source-layer": one.inside}
        if one.kind == "surface":
            paint = {"fill-color": _by_cost(one), "fill-opacity": _OPACITY}
            yield base | {"type": "fill", "layout": {"visibility": "none"}, "paint": paint}
        elif one.kind == "edges":
            yield base | {"type": "line", "paint": {"line-color": _by_cost(one), "line-width": 2}}
        else:
            opacity = ["case", ["get", "small"], _SMALL_OPACITY, _OPACITY]
            yield base | {"type": "fill", "paint": {"fill-color": OUTSIDE, "fill-opacity": opacity}}


def vector_layers(study: TakenStudy, zooms: tuple[int, int]) -> Iterator[Json]:
    """Describe the results inside the tiles, as TileJSON does."""
    for one in study.results:
        fields = {name: _KINDS[kind] for size in one.sheet.sizes for name, (kind, _) in size.columns.items()}
        least, most = max(one.zooms[0], zooms[0]), min(one.zooms[1], zooms[1])
        yield {"id": one.inside, "fields": fields, "minzoom": least, "maxzoom": most}


def entries(study: TakenStudy, language: Language) -> Iterator[Json]:
    """Say of each result what it is, from where, and under which terms, as of a layer."""
    sources = dict.fromkeys(one.source.in_language(language) for one in study.layers)
    licences = dict.fromkeys(one.licence for one in study.layers)
    only = next(iter(licences)) if len(licences) == 1 else None
    for one in study.results:
        yield {
            "id": one.inside,
            "title": TITLES[one.kind].in_language(language),
            "inside": [one.inside],
            "version": None,
            "version_to": None,
            "shown": str(study.document["id"]),
            "generated": bool(study.document["generated_data"]),
            "source": "; ".join(sources),
            "licence": "; ".join(licences),
            "licence_address": licence_address(only) if only else None,
            "labels": {name: label.in_language(language) for name, label in _LABELS.items()},
        }


def facts(study: TakenStudy, catalogue: Catalogue, language: Language) -> Json:
    """Tell the answer, what must be said beside it, the legend, and the figures of each unit.

    Parameters
    ----------
    study
        As its reader may see it.
    catalogue
        For the names of services and groups.
    language
        Of the words.
    """
    document = study.document
    notices = [notice_text(one).in_language(language) for one in document["notices"]]
    personal = [_say("personal", language)] if study.personal else []
    return {
        "id": document["id"],
        "title": _say("title", language),
        "answer": answer(document, catalogue).in_language(language),
        "notices": [*personal, *notices],
        "legend_title": _say("units", language),
        "legend": [*_legend(study, language)],
        "figures": _say("figures", language),
        "columns": [one.in_language(language) for one in _COLUMNS],
        "rows": [_row(study, row, language) for row in document["zones"]],
    }


def _say(name: str, language: Language, **values: str) -> str:
    return _WORDS[name].in_language(language).format(**values)


def _figures(study: TakenStudy, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the figures of a row for the people that the study is about."""
    group = group_of(study.document)
    found: Mapping[str, Any] = row if group == ALL else row["groups"][group]
    return found


def _colour(figures: Mapping[str, Any]) -> str:
    if figures["share"] is not None:
        return RAMP[bisect_right(_BREAKS, figures["share"])]
    return _NOBODY if figures["total"] == 0 else _HIDDEN


def _by_cost(one: Result) -> list[Any] | str:
    least, most = one.sheet.ends or (0.0, 0.0)
    if least == most:
        return RAMP[-1]
    value = ["to-number", ["get", one.sheet.field], most]
    return ["interpolate", ["linear"], value, least, RAMP[-1], most, RAMP[0]]


def _legend(study: TakenStudy, language: Language) -> Iterator[Json]:
    for at, colour in enumerate(RAMP):
        low = percent(_BREAKS[at - 1], language, 0) if at else None
        high = percent(_BREAKS[at], language, 0) if at < len(_BREAKS) else None
        words = f"< {high}" if low is None else f"≥ {low}" if high is None else f"{low} – {high}"
        yield {"colour": colour, "words": words}
    found = {_colour(_figures(study, row)) for row in study.document["zones"]}
    for name, colour in (("hidden", _HIDDEN), ("nobody", _NOBODY)):
        if colour in found:
            yield {"colour": colour, "words": _say(name, language)}
    for one in reversed(study.results):
        if one.kind == "uncovered":
            yield {"colour": OUTSIDE, "words": _say("outside", language)}
        elif one.sheet.ends is not None:
            for name, value, colour in zip(
                ("least", "most"), one.sheet.ends, (RAMP[-1], RAMP[0]), strict=True
            ):
                words = _say(name, language, value=_cost(value, one.sheet.unit, language))
                yield {"colour": colour, "words": f"{TITLES[one.kind].in_language(language)}: {words}"}


def _cost(value: float, unit: str, language: Language) -> str:
    if unit == "s":
        return f"{number(value / 60, language, 1)} {Text('phút', 'min').in_language(language)}"
    return f"{number(value, language)} m"


def _row(study: TakenStudy, row: Mapping[str, Any], language: Language) -> Sequence[str]:
    figures = _figures(study, row)
    counts = [
        _HIDDEN_FIGURE if figures[name] is None else number(figures[name], language)
        for name in ("total", "covered", "uncovered")
    ]
    share = _HIDDEN_FIGURE if figures["share"] is None else percent(figures["share"], language)
    return [str(row["name"]), *counts, share]
