"""The target of an upload on its page: layers to choose from, the new layer, and the field of each column."""

from collections.abc import Mapping, Sequence
from typing import Any

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.errors import NotAllowed
from gis_service.services.ingest_definition import ids_of
from gis_service.services.ingest_suggest import SEVERAL
from gis_service.services.rights import Rights
from gis_service.services.uploads import Upload
from gis_service.types import Language, LayerId, Text
from gis_service.web.pages import upload_words as words

_RASTER = "Raster"
_FITTING = {
    "Point": {"Point", "MultiPoint"},
    "MultiPoint": {"Point", "MultiPoint"},
    "LineString": {"LineString", "MultiLineString"},
    "MultiLineString": {"LineString", "MultiLineString"},
    "Polygon": {"Polygon", "MultiPolygon"},
    "MultiPolygon": {"Polygon", "MultiPolygon"},
}
"""Types of layers that features of a type go into."""


def targets_of(
    rights: Rights, seen: Mapping[str, Any] | None, language: Language
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Give the layers that the reader may change, by sector; those that the file fits into first.

    Parameters
    ----------
    rights
        Of the reader.
    seen
        What is known of the file.
    language
        Of titles.

    Returns
    -------
    list
        Heading, and ``(id, title)`` of each layer.
    """
    kinds = set((seen or {}).get("kinds") or ())
    # Cells go into layers of cells, and nothing else does.
    is_raster = _RASTER in kinds
    open_ = [one for one in rights.catalogue.layers.values() if (one.geometry == _RASTER) is is_raster]
    mine = [layer for layer in open_ if may_edit(rights, layer.id)]
    fitting = [layer for layer in mine if _fits(layer, kinds)]
    others = [layer for layer in mine if layer not in fitting]
    heads = ("Vừa với tệp", "Các lớp khác") if language == "vi" else ("Fit the file", "Other layers")
    return [
        (head, [(layer.id, layer.title.in_language(language)) for layer in _ordered(group, language)])
        for head, group in zip(heads, (fitting, others), strict=True)
        if group
    ]


def may_edit(rights: Rights, layer: str) -> bool:
    """Tell whether the reader may change a layer."""
    try:
        rights.require_editing(LayerId(layer))
    except NotAllowed:
        return False
    return True


def _fits(layer: LayerDefinition, kinds: set[str]) -> bool:
    if layer.geometry == "None" or not kinds:
        return not kinds and layer.geometry == "None"
    return layer.geometry in ("Geometry", _RASTER) or all(
        layer.geometry in _FITTING.get(kind, ()) for kind in kinds
    )


def _ordered(layers: Sequence[LayerDefinition], language: Language) -> list[LayerDefinition]:
    return sorted(layers, key=lambda layer: layer.title.in_language(language).casefold())


def columns_of(
    upload: Upload, seen: Mapping[str, Any], target: LayerDefinition | None, language: Language
) -> list[dict[str, Any]]:
    """Tell of each column: what stands in it, and the field that it goes to or could go to.

    Parameters
    ----------
    upload
        With its choices.
    seen
        What is known of the file.
    target
        The layer, when it is one that is there already.
    language
        Of labels.
    """
    definition = upload.choices.get("definition")
    fields = {field["name"]: field for field in (definition or {}).get("fields", [])}
    labels = {} if target is None else {f.name: f.label.in_language(language) for f in target.fields}
    chosen = upload.choices.get("columns", {})
    ids = ids_of([column["name"] for column in seen["columns"]])
    told = []
    for at, (column, suggested) in enumerate(zip(seen["columns"], ids, strict=True)):
        name, asked = column["name"], column["reason"] == SEVERAL
        taken = column["field"] if column["taken"] else ""
        field = chosen.get(name, taken)
        # Of a new layer that nothing was chosen for yet, every column becomes a field.
        field_id = field or column["field"] or suggested.field
        known = fields.get(field_id, {})
        label = known.get("label") or {"vi": name, "en": name}
        told.append(
            {
                "at": at,
                "name": name,
                "type": column["type"],
                "kind": _word(words.TYPES, column["kind"], language),
                "samples": column["samples"],
                "nulls": column["nulls"],
                "field": field,
                "hidden": chosen.get(name) == "",
                "reason": _word(words.REASONS, column["reason"], language) if column["field"] else "",
                "suggested": column["field"] if column["field"] and not (column["taken"] or asked) else None,
                "asked": column["field"] if asked else None,
                "suggested_label": labels.get(column["field"] or "", column["field"]),
                "id": field_id,
                "label_vi": label["vi"],
                "label_en": label["en"],
                "field_type": known.get("type") or column["kind"] or "text",
            }
        )
    return told


def _word(known: Mapping[str, Text], name: str | None, language: Language) -> str:
    found = known.get(name or "")
    return found.in_language(language) if found else (name or "")


def fields_of(target: LayerDefinition, language: Language) -> list[tuple[str, str]]:
    """Give the fields of a layer as choices; those that no feature may lack are marked."""
    return [
        (
            field.name,
            f"{field.label.in_language(language)} ({words.TYPES[field.type].in_language(language)})"
            + (" *" if field.required or field.name == target.key else ""),
        )
        for field in target.fields
    ]


def kinds_of(seen: Mapping[str, Any], language: Language) -> list[tuple[str, int]]:
    """Give what the file holds, in words: ``("areas", 214)``."""
    return [(_word(words.KINDS, kind, language), count) for kind, count in (seen.get("kinds") or {}).items()]
