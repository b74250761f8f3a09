"""Under which conditions a study holds, in words: hour, closed roads, waits, the worth of its standard."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.services.study_words import notice_text
from gis_service.types import Language, LayerId, Text

_OF_STANDARD = ("standard_unverified", "standard_not_in_force", "standard_unit_type")
"""Notices that tell what a standard is worth."""
_AT = Text("lúc {clock} ngày {day}", "at {clock} on {day}")
_DAY = Text("{day.day}/{day.month}/{day.year}", "{day:%Y-%m-%d}")
_CLOSED = Text("Đường bị đóng: {rules}.", "Closed roads: {rules}.")
_CHANGED = Text("Đường được tính theo cấp khác: {rules}.", "Roads that count as another class: {rules}.")
_SLOWED = Text("Đường có tốc độ khác: {rules}.", "Roads with another speed: {rules}.")
_ADDED = Text("Đường, cầu mới: {rules}.", "New roads or bridges: {rules}.")
_KMH = Text(" {kmh:g} km/h", " at {kmh:g} km/h")
_FACTOR = Text(" nhanh bằng {factor:g} lần", " at {factor:g} times their speed")
_NEW = Text("một {name}", "one of the {name}")
_STOPPED = Text("đò số {numbers}", "ferries {numbers}")
_NAMED = Text(" (số {numbers})", " (item {numbers})")
_AS = Text(" tính như {name}", " as {name}")
_WAITS = Text(
    "Đã tính thời gian chờ riêng của từng điểm dịch vụ (cột {column}).",
    "Each facility’s own wait is counted (column {column}).",
)
_EVERY_ROAD = Text("mọi loại đường", "roads of every class")
_CLASSES = {
    "expressway": Text("cao tốc", "expressways"),
    "national": Text("quốc lộ", "national roads"),
    "provincial": Text("đường tỉnh", "provincial roads"),
    "district": Text("đường huyện", "district roads"),
    "commune": Text("đường xã", "commune roads"),
    "village_lane": Text("đường thôn", "village lanes"),
    "alley": Text("ngõ", "alleys"),
}
_IN_AREAS = Text(" trong {layer}", " in {layer}")
_BETWEEN = Text(" từ {first} đến {last} giờ", " from {first} to {last} o’clock")
_KINDS = {("",): _CLOSED, ("as_class",): _CHANGED, ("kmh", "factor"): _SLOWED, ("new_road",): _ADDED}
_STATES = {"before": Text("Trước: ", "Before: "), "after": Text("Sau: ", "After: ")}


def conditions_of(document: Mapping[str, Any], catalogue: Catalogue) -> Text:
    """Say what must be known beside the sentence of a study; empty where nothing must.

    Parameters
    ----------
    document
        A study document of any process; of a comparison both states are told where they differ.
    catalogue
        For the names of layers.
    """
    return Text(
        vi=" ".join(_sentences(document, catalogue, "vi")), en=" ".join(_sentences(document, catalogue, "en"))
    )


def moment_words(asked: Mapping[str, Any], language: Language) -> str:
    """Say the time that a study was asked for: ``at 22:00 on 2025-07-01``; nothing for the usual time."""
    try:
        at = datetime.fromisoformat(str(asked["at"]))
    except ValueError:
        return ""
    day = _DAY.in_language(language).format(day=at.date())
    return _AT.in_language(language).format(clock=f"{at:%H:%M}", day=day)


def _sentences(document: Mapping[str, Any], catalogue: Catalogue, language: Language) -> list[str]:
    asked = document["parameters"]
    states = {side: asked[side] for side in _STATES if side in asked} or {"": asked}
    told = {side: _state(one, catalogue, language) for side, one in states.items()}
    if len(set(told.values())) == 1:
        found = [next(iter(told.values()))]
    else:
        found = [_STATES[side].in_language(language) + (said or "–") for side, said in told.items()]
    standards = {one["standard"] for one in states.values()}
    for notice in document["notices"]:
        if notice["code"] in _OF_STANDARD and notice["params"].get("standard") in {None, *standards}:
            said = notice_text(notice).in_language(language)
            found.append(said if said.endswith(".") else f"{said}.")
    return [said for said in dict.fromkeys(found) if said]


def _state(asked: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    """Say the hour, the closed roads and the waits of one state."""
    moment = moment_words(asked, language)
    said = [f"{moment[:1].upper()}{moment[1:]}."] if moment else []
    for kinds, words in _KINDS.items():
        own = [one for one in asked.get("closures", []) if _kind(one) in kinds]
        rules = "; ".join(_rule(one, catalogue, language) for one in own)
        said += [words.in_language(language).format(rules=rules)] if rules else []
    column = asked.get("start_column")
    return " ".join([*said, *([_WAITS.in_language(language).format(column=column)] if column else [])])


def _kind(rule: Mapping[str, Any]) -> str:
    return next((name for name in ("as_class", "kmh", "factor", "new_road") if name in rule), "")


def _new_road(road: Mapping[str, Any], language: Language) -> str:
    name = _CLASSES[road.get("road_class", "commune")].in_language(language)
    said = _NEW.in_language(language).format(name=name)
    return said + (_KMH.in_language(language).format(kmh=road["kmh"]) if "kmh" in road else "")


def _rule(rule: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    if "new_road" in rule:
        return _new_road(rule["new_road"], language) + _hours(rule, language)
    classes = [_CLASSES[name].in_language(language) for name in rule.get("classes", [])]
    said = ", ".join(classes) or _EVERY_ROAD.in_language(language)
    if "roads" in rule:
        numbers = ", ".join(map(str, rule["roads"]))
        said += _NAMED.in_language(language).format(numbers=numbers)
    if "ferries" in rule:
        numbers = ", ".join(map(str, rule["ferries"]))
        said = _STOPPED.in_language(language).format(numbers=numbers)
    if "areas" in rule:
        layer = catalogue.layers.get(LayerId(rule["areas"]["layer"]))
        name = rule["areas"]["layer"] if layer is None else layer.title.in_language(language)
        where = ", ".join(f"{field} = {value}" for field, value in rule["areas"].get("where", {}).items())
        said += _IN_AREAS.in_language(language).format(layer=f"{name} ({where})" if where else name)
    said += _hours(rule, language)
    if "as_class" in rule:
        said += _AS.in_language(language).format(name=_CLASSES[rule["as_class"]].in_language(language))
    for name, words in (("kmh", _KMH), ("factor", _FACTOR)):
        said += words.in_language(language).format(**rule) if name in rule else ""
    return said


def _hours(rule: Mapping[str, Any], language: Language) -> str:
    if "hours" not in rule:
        return ""
    first, last = (f"{hour:g}" for hour in rule["hours"])
    return _BETWEEN.in_language(language).format(first=first, last=last)
