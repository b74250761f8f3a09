"""A study in words: the answer in one sentence, and its notices, in both languages."""

from collections.abc import Mapping
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.messages.catalogue import notices
from gis_service.text import number, percent
from gis_service.types import Language, LayerId, Text

_ANSWER = Text(
    vi="{covered} trong {total} người ({share}) có {service} trong {limit}; {uncovered} người ở ngoài.",
    en="{covered} of {total} people ({share}) have {service} within {limit}; {uncovered} are outside.",
)
_LARGEST = Text(
    vi=" Đông nhất: {place} ({people} người).", en=" The largest place: {place} ({people} people)."
)
_CHANGE = Text(
    vi=(
        "{lost} người mất và {won} người có thêm {service} trong {limit}: số người có"
        " từ {before} thành {after} trong {total} người."
    ),
    en=(
        "{lost} people lose and {won} people gain {service} within {limit}: those who have it go"
        " from {before} to {after} of {total}."
    ),
)
_RANGE = Text(
    vi=" Khoảng giả định (không phải khoảng tin cậy) của tỷ lệ: {low} – {high}.",
    en=" Assumption range of the share (not a confidence interval): {low} – {high}.",
)
_GENERATED = Text(vi=" Tính từ dữ liệu minh hoạ.", en=" Computed from generated data.")
_MODES = {
    "walk": Text("đi bộ", "on foot"),
    "bicycle": Text("đi xe đạp", "by bicycle"),
    "motorbike": Text("đi xe máy", "by motorbike"),
    "car": Text("đi ô tô", "by car"),
}
_LIMITS = {
    "network_time": Text("{minutes} phút {mode}", "{minutes} minutes {mode}"),
    "network_distance": Text("{metres} m {mode}", "{metres} m {mode}"),
    "straight_radius": Text("bán kính {metres} m đường chim bay", "{metres} m as the crow flies"),
    "within_line": Text("khoảng cách {metres} m", "{metres} m"),
    "inside_area": Text("phạm vi mở rộng {metres} m", "its area and {metres} m around it"),
    "quota": Text("định mức của đơn vị", "the quota of the unit"),
}
_INSIDE = Text("phạm vi của chính nó", "its area")
_ANSWERS = {
    "inside_area": Text(
        vi="{covered} trong {total} người ({share}) ở trong {limit} ({service}); {uncovered} người ở ngoài.",
        en="{covered} of {total} people ({share}) live within {limit} ({service}); {uncovered} are outside.",
    ),
    "quota": Text(
        vi=(
            "{covered} trong {total} người ({share}) ở đơn vị có đủ {service} theo định mức;"
            " {uncovered} người ở đơn vị còn thiếu."
        ),
        en=(
            "{covered} of {total} people ({share}) live in units with as much of {service} as the quota asks"
            " for; {uncovered} live where some is missing."
        ),
    ),
}
_OF_PLACES = Text(
    vi=(
        "{covered} trong {total} người ({share}) có một trong các địa điểm được hỏi trong {limit};"
        " {uncovered} người ở ngoài."
    ),
    en=(
        "{covered} of {total} people ({share}) have one of the places that were asked about within {limit};"
        " {uncovered} are outside."
    ),
)
_BESIDE_ROADS = Text(
    vi=" Theo đường đi, trong {limit}: {covered} người ({share}).",
    en=" Along roads, within {limit}: {covered} people ({share}).",
)


def answer(document: Mapping[str, Any], catalogue: Catalogue) -> Text:
    """Say the answer of a study of any process in a sentence; data that is generated says so.

    Parameters
    ----------
    document
        A study document; figures that are hidden in it are told as a dash.
    catalogue
        For the name of the service.
    """
    return Text(vi=_answer(document, catalogue, "vi"), en=_answer(document, catalogue, "en"))


def _answer(document: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    if document["process"] == "compare":
        sentence = _change(document, catalogue, language)
    else:
        sentence = _coverage(document, catalogue, language)
        sentence += _along_roads(document, language)
    if document["process"] == "gaps" and document["gaps"]:
        sentence += _largest(document["gaps"][0], language)
    sentence += _range(document, language)
    return sentence + (_GENERATED.in_language(language) if document["generated_data"] else "")


def _coverage(document: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    totals, parameters = document["totals"][ALL], document["parameters"]
    of_places = parameters.get("of") == "places"
    said = _OF_PLACES if of_places else _ANSWERS.get(parameters["measure"], _ANSWER)
    return said.in_language(language).format(
        covered=_people(totals["covered"], language),
        uncovered=_people(totals["uncovered"], language),
        total=_people(totals["total"], language),
        share="–" if totals["share"] is None else percent(totals["share"], language),
        service=service_words(parameters["service"], catalogue, language),
        limit=limit_words(parameters, language),
    )


def _range(document: Mapping[str, Any], language: Language) -> str:
    """Say the range of the share of all people, where the study has it."""
    for row in document.get("tables", {}).get("range", []):
        if (row["unit"], row["group"], row["figure"]) == (ALL, ALL, "share") and row["p5"] is not None:
            low, high = (percent(row[side], language) for side in ("p5", "p95"))
            return _RANGE.in_language(language).format(low=low, high=high)
    return ""


def _along_roads(document: Mapping[str, Any], language: Language) -> str:
    """Say the result along roads, where it stands beside one as the crow flies."""
    said = ""
    for entry in document.get("beside", []):
        if entry["name"] == "roads":
            everybody = entry["totals"][ALL]
            said = _BESIDE_ROADS.in_language(language).format(
                covered=_people(everybody["covered"], language),
                share="–" if everybody["share"] is None else percent(everybody["share"], language),
                limit=limit_words(entry, language),
            )
    return said


def _change(document: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    totals, parameters = document["totals"][ALL], document["parameters"]["after"]
    told = {name: _people(totals[name], language) for name in ("lost", "won", "before", "after", "total")}
    service = service_words(parameters["service"], catalogue, language)
    return _CHANGE.in_language(language).format(
        service=service, limit=limit_words(parameters, language), **told
    )


def _largest(gap: Mapping[str, Any], language: Language) -> str:
    place = ", ".join(name for name in (gap["settlement"], gap["zone_name"]) if name) or gap["id"]
    return _LARGEST.in_language(language).format(place=place, people=_people(gap["people"], language))


def _people(value: float | None, language: Language) -> str:
    return "–" if value is None else number(value, language)


def service_words(name: str, catalogue: Catalogue, language: Language) -> str:
    """Name a service inside a sentence: the title of its layer, else its own name."""
    layer = catalogue.layers.get(LayerId(name))
    title = name if layer is None else layer.title.in_language(language)
    return title[:1].lower() + title[1:]


def mode_words(mode: str | None, language: Language) -> str:
    """Say how people go: ``by motorbike``; nothing as the crow flies."""
    return _MODES.get(mode or "", Text("", "")).in_language(language)


def limit_words(parameters: Mapping[str, Any], language: Language) -> str:
    """Say the limit of a study: ``10 minutes by motorbike``, ``3,000 m as the crow flies``."""
    if parameters["measure"] == "inside_area" and not parameters["limit"]:
        return _INSIDE.in_language(language)
    mode = mode_words(parameters["mode"], language)
    minutes = parameters["limit"] / 60
    return (
        _LIMITS[parameters["measure"]]
        .in_language(language)
        .format(
            metres=number(parameters["limit"], language),
            minutes=number(minutes, language, 0 if float(minutes).is_integer() else 1),
            mode=mode,
        )
    )


def notice_text(notice: Mapping[str, Any]) -> Text:
    """Say a notice of a study document; numbers are written as each language writes them."""
    words = notices()[notice["code"]]
    params = notice["params"]
    return Text(vi=words.vi.format(**_shown(params, "vi")), en=words.en.format(**_shown(params, "en")))


def _shown(params: Mapping[str, object], language: Language) -> dict[str, object]:
    return {
        name: number(value, language, 0 if float(value).is_integer() else 1)
        if isinstance(value, int | float)
        else value
        for name, value in params.items()
    }
