"""What is said of a published study: its title, where it comes from, and how it was computed."""

from collections.abc import Mapping
from typing import Any

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.services.coverage_document import Document
from gis_service.services.study_words import answer, limit_words
from gis_service.types import Language, LayerId, Text

_KINDS = {
    "zones": Text("theo đơn vị hành chính", "by unit"),
    "gaps": Text("nơi chưa được phục vụ", "places outside"),
    "facilities": Text("theo điểm dịch vụ", "by facility"),
}
_LINEAGE = Text(
    vi=(
        "Tính ra, không phải khảo sát: phép phân tích {study} (mã nguồn {code}) từ các lớp {inputs}."
        " Tiêu chuẩn {standard}, giới hạn {limit}."
    ),
    en=(
        "Computed, not surveyed: the study {study} (code {code}) from the layers {inputs}."
        " Standard {standard}, limit {limit}."
    ),
)
_LONGEST = 200
"""Of a title, as the schema of layers has it."""


def source_of(document: Document, rows: str) -> Text:
    """Say where a published layer comes from: by this it is known when it is published again."""
    kind = f"{document['process']}: {rows}"
    return Text(f"Kết quả phân tích của dịch vụ ({kind})", f"Study of this service ({kind})")


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
    return {
        "title": _both(Text(*(_title(catalogue, shown, rows, language) for language in ("vi", "en")))),
        "description": _both(answer(shown, catalogue)),
        "category": _category(catalogue, inputs),
        "source": _both(source_of(shown, rows)),
        "licence": _licence(known),
        "generated": bool(shown["generated_data"]),
        "lineage": _both(Text(*(_lineage(shown, inputs, language) for language in ("vi", "en")))),
    }


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


def _title(catalogue: Catalogue, shown: Document, rows: str, language: Language) -> str:
    asked = _asked(shown)
    layer = catalogue.layers.get(LayerId(asked["service"]))
    service = asked["service"] if layer is None else layer.title.in_language(language)
    kind = _KINDS[rows].in_language(language) if rows in _KINDS else rows
    return f"{service}: {limit_words(asked, language)}, {kind}"[:_LONGEST]


def _lineage(shown: Document, inputs: Mapping[str, tuple[LayerId, int]], language: Language) -> str:
    asked = _asked(shown)
    return _LINEAGE.in_language(language).format(
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
