"""Why a place is reached or not, in words: one sentence, and the rule that holds."""

from collections.abc import Mapping
from typing import Any

from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.study_words import limit_words
from gis_service.services.why import Document, Way
from gis_service.text import amount_words, cost_words, number
from gis_service.types import Language, Text

LANGUAGES: tuple[Language, ...] = ("vi", "en")
_RULE = ("standard", "measure", "mode", "limit", "direction", "catchment", "at")
_SENTENCES = {
    "covered": Text(
        "{name} cách đây {cost}{straight}, trong giới hạn {limit}: còn dư {spare}.",
        "{name} is {cost} away{straight}, within {limit}: {spare} to spare.",
    ),
    "uncovered": Text(
        "{name}, nơi gần nhất, cách đây {cost}{straight}: quá giới hạn {limit} là {over}.",
        "{name}, the nearest, is {cost} away{straight}: {over} beyond {limit}.",
    ),
    "roadless": Text(
        "Không có đường nào trong vòng {snap} m tính từ đây.", "There is no road within {snap} m of here."
    ),
    "no_path": Text(
        "Từ đây không có đường nào tới được nơi phục vụ.", "No way leads from here to any facility."
    ),
    "no_path_own": Text(
        "Từ đây không có đường nào tới được nơi phục vụ dành cho chỗ này.",
        "No way leads from here to a facility for this place.",
    ),
    "no_path_here": Text(
        "Không có đường nào từ nơi phục vụ tới được đây.", "No way leads here from any facility."
    ),
    "no_path_here_own": Text(
        "Không có đường nào từ nơi phục vụ dành cho chỗ này tới được đây.",
        "No way leads here from a facility for this place.",
    ),
    "enough": Text("Đơn vị ở đây có đủ {service} theo định mức.", "The unit here has enough of {service}."),
    "lacking": Text(
        "Đơn vị ở đây chưa đủ {service} theo định mức{missing}.",
        "The unit here has not enough of {service}{missing}.",
    ),
    "no_facility": Text("Không có nơi phục vụ nào dành cho chỗ này.", "There is no facility for this place."),
}
_MISSING = {
    "facilities": Text(": thiếu {missing} điểm", ": {missing} missing"),
    "site_m2": Text(": thiếu {missing} m²", ": {missing} m² missing"),
    "capacity": Text(": thiếu {missing} chỗ", ": {missing} places missing"),
}
_STRAIGHT = Text(" theo đường chim bay", " in a straight line")
_WAITING = Text(" (gồm {wait} chờ trước khi bắt đầu)", " ({wait} of waiting at the start included)")
_GENERATED = Text(" Tính từ dữ liệu minh hoạ.", " Computed from generated data.")


def rule_document(parameters: CoverageParameters) -> Document:
    """Tell the rule of a study."""
    told = parameters.as_document()
    more = {"start_column": asked} if (asked := parameters.start_column) else {}
    return {name: told[name] for name in _RULE} | more


def sentences(
    asked: CoverageParameters, way: Way, document: Mapping[str, Any], service: Text
) -> dict[str, str]:
    """Say in a sentence how far the rule is met or failed, in every language.

    Parameters
    ----------
    asked
        The rule.
    way
        The way of the place.
    document
        What is told of it: ``nearest``, ``cost``, ``over``, ``unit``, ``parts``, ``provision`` and
        ``generated_data``.
    service
        Name of the service.
    """
    return {language: _sentence(asked, way, document, service, language) for language in LANGUAGES}


def _sentence(
    asked: CoverageParameters, way: Way, document: Mapping[str, Any], service: Text, language: Language
) -> str:
    nearest, over = document["nearest"], document["over"]
    said = _SENTENCES[_status(way, document, asked)].in_language(language).format(
        name="" if nearest is None else nearest["name"] or nearest["id"],
        cost=cost_words(document["cost"], document["unit"], language),
        straight=_of_which(asked, document, language),
        limit=limit_words(asked.as_document(), language),
        over=cost_words(over, document["unit"], language),
        spare=cost_words(None if over is None else -over, document["unit"], language),
        snap=number(asked.snap_max_m, language),
        service=service.in_language(language),
        missing=_missing(document["provision"], language),
    )  # fmt: skip
    return said + (_GENERATED.in_language(language) if document["generated_data"] else "")


def _of_which(asked: CoverageParameters, document: Mapping[str, Any], language: Language) -> str:
    """Say what kind of a cost it is: as the crow flies, or with a wait in it."""
    if not asked.on_roads:
        return _STRAIGHT.in_language(language) if document["cost"] else ""
    wait = (document["parts"] or {}).get("start")
    if not wait:
        return ""
    return _WAITING.in_language(language).format(wait=cost_words(wait, document["unit"], language))


def _status(way: Way, document: Mapping[str, Any], asked: CoverageParameters) -> str:
    if document["provision"] is not None:
        return "enough" if way.status == "covered" else "lacking"
    if way.status != "no_path":
        return way.status
    here = "" if asked.direction == "to_facility" else "_here"
    return f"no_path{here}" if asked.catchment == "any" else f"no_path{here}_own"


def _missing(provision: Mapping[str, Any] | None, language: Language) -> str:
    """Say how much is missing, where the reader may know it."""
    if provision is None or not provision["missing"]:
        return ""
    words = _MISSING[provision["of"]].in_language(language)
    return words.format(missing=amount_words(provision["missing"], language))
