"""A study in words: the answer in one sentence, and its notices, in both languages."""

from collections.abc import Mapping
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.catalogue.loader import Catalogue
from gis_service.messages.catalogue import notices
from gis_service.text import number, percent
from gis_service.types import Language, Text

_ANSWER = Text(
    vi="{covered} trong {total} người ({share}) có {service} trong {limit}; {uncovered} người ở ngoài.",
    en="{covered} of {total} people ({share}) have {service} within {limit}; {uncovered} are outside.",
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
}


def answer(document: Mapping[str, Any], catalogue: Catalogue) -> Text:
    """Say the answer of a study of coverage in one sentence; data that is generated says so."""
    return Text(vi=_answer(document, catalogue, "vi"), en=_answer(document, catalogue, "en"))


def _answer(document: Mapping[str, Any], catalogue: Catalogue, language: Language) -> str:
    totals, parameters = document["totals"][ALL], document["parameters"]
    layer = catalogue.layers.get(parameters["service"])
    title = parameters["service"] if layer is None else layer.title.in_language(language)
    sentence = _ANSWER.in_language(language).format(
        covered=number(totals["covered"], language),
        uncovered=number(totals["uncovered"], language),
        total=number(totals["total"], language),
        share="–" if totals["share"] is None else percent(totals["share"], language),
        service=title[:1].lower() + title[1:],
        limit=limit_words(parameters, language),
    )
    return sentence + (_GENERATED.in_language(language) if document["generated_data"] else "")


def limit_words(parameters: Mapping[str, Any], language: Language) -> str:
    """Say the limit of a study: ``10 minutes by motorbike``, ``3,000 m as the crow flies``."""
    mode = _MODES.get(parameters["mode"] or "", Text("", "")).in_language(language)
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
