"""What is said of a published study: its title, where it comes from, and how it was computed."""

from collections.abc import Mapping
from typing import Any

from gis_service.analysis.demand import ALL
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.services.condition_words import conditions_of, moment_words
from gis_service.services.coverage_document import Document
from gis_service.services.group_words import group_of, people_words
from gis_service.services.study_words import answer, limit_words
from gis_service.types import Language, LayerId, Text

_KINDS = {
    "zones": Text("theo đơn vị hành chính", "by unit"),
    "gaps": Text("nơi chưa được phục vụ", "places outside"),
    "facilities": Text("theo điểm dịch vụ", "by facility"),
}
_LINEAGE = Text(
    vi=(
        "Tính ra, không phải khảo sát: “{title}”, phép phân tích {study} (mã nguồn {code}) từ các lớp"
        " {inputs}. Tiêu chuẩn {standard}, giới hạn {limit}. {conditions}"
    ),
    en=(
        "Computed, not surveyed: “{title}”, the study {study} (code {code}) from the layers {inputs}."
        " Standard {standard}, limit {limit}. {conditions}"
    ),
)
_CLOSED = Text("có đường bị đóng", "with closed roads")
_LONGEST = 200
"""Of a title, as the schema of layers has it."""
_LONGEST_TEXT = 4000
"""Of all other texts."""


_SOURCE = Text("Kết quả phân tích của dịch vụ", "Study of this service")


def source_of(document: Document, rows: str) -> Text:
    """Say where a published layer comes from: by this it is known when it is published again."""
    kind = f"{document['process']}: {rows}"
    return Text(f"{_SOURCE.vi} ({kind})", f"{_SOURCE.en} ({kind})")


def is_of_study(definition: LayerDefinition) -> bool:
    """Tell whether a layer holds the rows of a study that was published."""
    return definition.made and definition.source.en.startswith(f"{_SOURCE.en} (")


def about(catalogue: Catalogue, shown: Document, rows: str) -> dict[str, Any]:
    """Tell of a published study what layers tell of themselves.

    Parameters
    ----------
    catalogue
        Names, categories and licences of the layers that it was computed from.
    shown
        The study document as the readers of the layer may see it.
    rows
        Which of its rows are published.
    """
    inputs = _inputs(shown)
    known = [catalogue.layers[layer] for layer, _ in inputs.values() if layer in catalogue.layers]
    title = Text(*(_title(catalogue, shown, rows, language) for language in ("vi", "en")))
    said, conditions = answer(shown, catalogue), conditions_of(shown, catalogue)
    description = Text(f"{said.vi} {conditions.vi}", f"{said.en} {conditions.en}")
    lineage = Text(*(_lineage(shown, inputs, title, conditions, language) for language in ("vi", "en")))
    return {
        "title": _both(title),
        "description": _both(_short(description)),
        "category": _category(catalogue, inputs),
        "source": _both(source_of(shown, rows)),
        "licence": _licence(known),
        "generated": bool(shown["generated_data"]),
        "lineage": _both(_short(lineage)),
    }


def _short(text: Text) -> Text:
    """Keep of a text what a layer can hold: the names of areas may be long."""
    return Text(*(one.strip()[:_LONGEST_TEXT] for one in (text.vi, text.en)))


def has_told_title(layer: LayerDefinition) -> bool:
    """Tell whether a published layer has the title that was told from its study: its lineage names that one.

    Parameters
    ----------
    layer
        As it was published, and perhaps described anew since.
    """
    told = layer.lineage
    return told is not None and f"“{layer.title.vi}”" in told.vi and f"“{layer.title.en}”" in told.en


def _inputs(shown: Document) -> dict[str, tuple[LayerId, int]]:
    """Give layer and version of each input, by its role."""
    return {
        role: (LayerId(one["layer"]), one["version"])
        for role, one in sorted(shown["inputs"].items())
        if isinstance(one, Mapping) and "layer" in one
    }


def _asked(shown: Document) -> Mapping[str, Any]:
    """Give the parameters of a study; of a comparison those of the state afterwards."""
    parameters: Mapping[str, Any] = shown["parameters"]
    found: Mapping[str, Any] = parameters.get("after", parameters)
    return found


def _states(shown: Document) -> list[Mapping[str, Any]]:
    """Give the parameters of each state that a study looks at: of a comparison two."""
    parameters: Mapping[str, Any] = shown["parameters"]
    return [parameters[side] for side in ("before", "after") if side in parameters] or [parameters]


def _title(catalogue: Catalogue, shown: Document, rows: str, language: Language) -> str:
    asked = _asked(shown)
    layer = catalogue.layers.get(LayerId(asked["service"]))
    service = asked["service"] if layer is None else layer.title.in_language(language)
    kind = _KINDS[rows].in_language(language) if rows in _KINDS else rows
    group, states = group_of(shown), _states(shown)
    parts = [
        limit_words(asked, language),
        "" if group == ALL else people_words(group, language, catalogue),
        " → ".join(dict.fromkeys(filter(None, (moment_words(one, language) for one in states)))),
        _CLOSED.in_language(language) if any(one.get("closures") for one in states) else "",
    ]
    # The kind of the rows stands at the end, whatever is left out of a long title.
    return f"{service}: {', '.join(filter(None, parts))}"[: _LONGEST - len(kind) - 2] + f", {kind}"


def _lineage(
    shown: Document,
    inputs: Mapping[str, tuple[LayerId, int]],
    title: Text,
    conditions: Text,
    language: Language,
) -> str:
    asked = _asked(shown)
    return _LINEAGE.in_language(language).format(
        title=title.in_language(language),
        conditions=conditions.in_language(language),
        study=shown["id"],
        code=shown["code_version"],
        inputs=", ".join(f"{layer} v{version} ({role})" for role, (layer, version) in inputs.items()),
        standard=asked["standard"] or "–",
        limit=limit_words(asked, language),
    )


def _category(catalogue: Catalogue, inputs: Mapping[str, tuple[LayerId, int]]) -> str:
    """Put a study beside the facilities that it is about."""
    for role in ("facilities", "after_facilities"):
        if role in inputs and inputs[role][0] in catalogue.layers:
            return catalogue.layers[inputs[role][0]].category
    return next(iter(catalogue.city.categories))


def _licence(known: list[LayerDefinition]) -> str:
    """Give the licences of what a study was computed from: its own terms follow from theirs."""
    return ", ".join(dict.fromkeys(one.licence for one in known))[:_LONGEST] or "–"


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}
