"""A study in words: the answer in one sentence, and its notices, in both languages."""

from collections.abc import Mapping
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.messages.catalogue import notices
from gis_service.services.group_words import group_of, people_words
from gis_service.services.roadmap_words import roadmap_answer
from gis_service.services.siting_words import chosen_words, lead_words, proof_words, room_words
from gis_service.text import number, percent
from gis_service.types import Language, LayerId, Text

_ANSWER = Text(
    vi="{covered} trong {total} {who} ({share}) có {service} trong {limit}; {uncovered} người ở ngoài.",
    en="{covered} of {total} {who} ({share}) have {service} within {limit}; {uncovered} are outside.",
)
_LARGEST = Text(
    vi=" Đông nhất: {place} ({people} {who}).", en=" The largest place: {place} ({people} {who})."
)
_CHANGE = Text(
    vi=(
        "{lost} người mất và {won} người có thêm {service} trong {limit}: số người có"
        " từ {before} thành {after} trong {total} {who}."
    ),
    en=(
        "{lost} people lose and {won} people gain {service} within {limit}: those who have it go"
        " from {before} to {after} of {total} {who}."
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
        vi="{covered} trong {total} {who} ({share}) ở trong {limit} ({service}); {uncovered} người ở ngoài.",
        en="{covered} of {total} {who} ({share}) live within {limit} ({service}); {uncovered} are outside.",
    ),
    "quota": Text(
        vi=(
            "{covered} trong {total} {who} ({share}) ở đơn vị có đủ {service} theo định mức;"
            " {uncovered} người ở đơn vị còn thiếu."
        ),
        en=(
            "{covered} of {total} {who} ({share}) live in units with as much of {service} as the quota asks"
            " for; {uncovered} live where some is missing."
        ),
    ),
}
_OF_PLACES = Text(
    vi=(
        "{covered} trong {total} {who} ({share}) có một trong các địa điểm được hỏi trong {limit};"
        " {uncovered} người ở ngoài."
    ),
    en=(
        "{covered} of {total} {who} ({share}) have one of the places that were asked about within {limit};"
        " {uncovered} are outside."
    ),
)
_BESIDE_ROADS = Text(
    vi=" Theo đường đi, trong {limit}: {covered} {who} ({share}).",
    en=" Along roads, within {limit}: {covered} {who} ({share}).",
)


_TOGETHER = Text(
    vi="Cả {rules} tiêu chuẩn: {all} {who}; không tiêu chuẩn nào: {none} người.",
    en="All {rules} standards reach {all} {who}; none of them reaches {none}.",
)


def answers_beside(document: Mapping[str, Any], catalogue: Catalogue) -> list[Text]:
    """Say what each standard that stands beside a study gives, by its title: one line each.

    Parameters
    ----------
    document
        A study document.
    catalogue
        For the names of services and standards.
    """
    return [
        Text(*(_beside(entry, catalogue, language) for language in ("vi", "en")))
        for entry in document.get("beside", [])
        if entry["name"] in catalogue.standards
    ]


def answer_together(document: Mapping[str, Any], catalogue: Catalogue | None = None) -> Text | None:
    """Say how many people all rules of a study reach, and how many none of them does; None for a single rule.

    Parameters
    ----------
    document
        A study document; it is about the group of its own standard.
    catalogue
        For the names of groups; without it their ids tell their ages.
    """
    group = group_of(document)
    for row in document.get("together", []):
        if row["zone"] is None and row["group"] == group:
            return Text(*(_together(row, catalogue, language) for language in ("vi", "en")))
    return None


def _together(row: Mapping[str, Any], catalogue: Catalogue | None, language: Language) -> str:
    told = {name: _people(row[name], language) for name in ("all", "none")}
    who = people_words(row["group"], language, catalogue)
    return _TOGETHER.in_language(language).format(rules=number(row["rules"], language), who=who, **told)


def _beside(entry: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    title = catalogue.standards[entry["name"]].title.in_language(language)
    alone = {"parameters": entry, "totals": entry["totals"]}
    return f"{title}: {_coverage(alone, catalogue, language)}"


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
    if document["process"] == "roadmap":
        titles = {str(id_): layer.title for id_, layer in catalogue.layers.items()}
        sentence = roadmap_answer(document, titles, language)
        return sentence + (_GENERATED.in_language(language) if document["generated_data"] else "")
    if document["process"] == "siting":
        sentence = _plan(document, catalogue, language)
    elif document["process"] in {"compare", "what_if"}:
        sentence = _change(document, catalogue, language)
    else:
        sentence = _coverage(document, catalogue, language)
        sentence += _along_roads(document, catalogue, language)
    if document["process"] == "gaps" and document["gaps"]:
        sentence += _largest(document["gaps"][0], document, catalogue, language)
    sentence += _range(document, language)
    return sentence + (_GENERATED.in_language(language) if document["generated_data"] else "")


def _coverage(document: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    group, parameters = group_of(document), document["parameters"]
    totals = document["totals"][group]
    of_places = parameters.get("of") == "places"
    said = _OF_PLACES if of_places else _ANSWERS.get(parameters["measure"], _ANSWER)
    return said.in_language(language).format(
        covered=_people(totals["covered"], language),
        uncovered=_people(totals["uncovered"], language),
        total=_people(totals["total"], language),
        who=people_words(group, language, catalogue),
        share="–" if totals["share"] is None else percent(totals["share"], language),
        service=service_words(parameters["service"], catalogue, language),
        limit=limit_words(parameters, language),
    )


def _range(document: Mapping[str, Any], language: Language) -> str:
    """Say the range of the share of those whom the study is about, where it has it."""
    asked = (ALL, group_of(document), "share")
    for row in document.get("tables", {}).get("range", []):
        if (row["unit"], row["group"], row["figure"]) == asked and row["p5"] is not None:
            low, high = (percent(row[side], language) for side in ("p5", "p95"))
            return _RANGE.in_language(language).format(low=low, high=high)
    return ""


def _along_roads(document: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    """Say the result along roads, where it stands beside one as the crow flies."""
    said, group = "", group_of(document)
    for entry in document.get("beside", []):
        if entry["name"] == "roads":
            figures = entry["totals"].get(group, entry["totals"][ALL])
            said = _BESIDE_ROADS.in_language(language).format(
                covered=_people(figures["covered"], language),
                who=people_words(group, language, catalogue),
                share="–" if figures["share"] is None else percent(figures["share"], language),
                limit=limit_words(entry, language),
            )
    return said


def _change(document: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    service = service_words(document["parameters"]["after"]["service"], catalogue, language)
    return change_words(document, service, people_words(group_of(document), language, catalogue), language)


def _plan(document: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    """Say what a plan brings, and how far from the best possible it can be."""
    plan, asked = document["plan"], document["parameters"]["after"]
    service = service_words(asked["service"], catalogue, language)
    limit = limit_words(asked, language)
    lead = lead_words(plan, service, limit, language)
    change = _change(document, catalogue, language)
    beside = room_words(plan, language) + chosen_words(plan, group_of(document), limit, language)
    return f"{lead} {change} {proof_words(plan['status'], plan['gap'], language)}{beside}"


def change_words(document: Mapping[str, Any], service: str, who: str, language: Language) -> str:
    """Say how many people lose and gain a service.

    Parameters
    ----------
    document
        Of a comparison; figures that are hidden in it are told as a dash.
    service, who
        The service, and whom the comparison is about, inside a sentence.
    language
        Of the sentence.
    """
    totals, asked = document["totals"][group_of(document)], document["parameters"]["after"]
    told = {name: _people(totals[name], language) for name in ("lost", "won", "before", "after", "total")}
    return _CHANGE.in_language(language).format(
        service=service, limit=limit_words(asked, language), who=who, **told
    )


def _largest(
    gap: Mapping[str, Any], document: Mapping[str, Any], catalogue: Catalogue, language: Language
) -> str:
    group = group_of(document)
    people = gap["people"] if group == ALL else gap["groups"][group]
    if people is None:
        return ""  # none of the places that are told first: which is the largest is not told
    place = ", ".join(name for name in (gap["settlement"], gap["zone_name"]) if name) or gap["id"]
    return _LARGEST.in_language(language).format(
        place=place, people=_people(people, language), who=people_words(group, language, catalogue)
    )


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
