"""What the schema cannot say about a layer definition."""

from collections.abc import Collection, Iterator
from typing import Any

from gis_service.catalogue.document import Document
from gis_service.catalogue.layer_definition import RESERVED_NAMES
from gis_service.catalogue.values import Entry
from gis_service.catalogue.words import did_you_mean, say
from gis_service.errors import Fault

_ENDINGS = ("_idx", "_pkey", "_fid_seq")
"""Of names that the table of another layer, or its history, gives to its indexes and to its sequence."""
_VALUE_TYPES: dict[str, tuple[type, ...]] = {"text": (str,), "integer": (int,), "number": (int, float)}


def folded(name: str) -> str:
    """Fold a column name to the form that columns of a file are matched by: ``areaKm2`` is ``area_km2``."""
    return "".join(char for char in name.lower() if char.isalnum())


def check_layer_file(document: Document) -> Iterator[Fault]:
    """Find where a layer definition, accepted by the schema, contradicts the place of its file."""
    entry: Any = document.value
    if entry["id"] != document.path.stem:
        yield document.fault(say("id_and_file", id=entry["id"], file=document.path.name), "id")
    folder = document.path.parent.name
    if entry["category"] != folder:
        text = say("category_and_folder", category=entry["category"], folder=folder)
        yield document.fault(text, "category")


def check_layer(document: Document, categories: Collection[str] | None) -> Iterator[Fault]:
    """Find what contradicts itself in one layer definition, wherever it comes from.

    Parameters
    ----------
    document
        Accepted by the schema.
    categories
        Those of the city; ``None`` when the city's own file is faulty.
    """
    entry: Any = document.value
    for ending in _ENDINGS:
        if entry["id"].endswith(ending):
            yield document.fault(say("id_reserved", id=entry["id"], ending=ending), "id")
    if categories is not None and entry["category"] not in categories:
        hint = did_you_mean(entry["category"], list(categories))
        yield document.fault(say("no_category", category=entry["category"], hint=hint), "category")
    yield from _check_fields(document, entry["fields"])
    yield from _check_key(document, entry)


def _check_key(document: Document, entry: Entry) -> Iterator[Fault]:
    key = entry["key"]
    if key is None:
        return
    fields = {field["name"]: field for field in entry["fields"]}
    if key not in fields:
        hint = did_you_mean(key, list(fields))
        yield document.fault(say("key_not_a_field", key=key, hint=hint), "key")
    elif not fields[key].get("required", False):
        yield document.fault(say("key_not_required", key=key), "key")


def _check_fields(document: Document, fields: list[Entry]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for index, field in enumerate(fields):
        name = field["name"]
        at = ("fields", index, "name")
        if name in RESERVED_NAMES:
            yield document.fault(say("name_reserved", name=name), *at)
        if other := seen.get(folded(name)):
            yield document.fault(say("names_alike", other=other, name=name), *at)
        seen.setdefault(folded(name), name)
        yield from _check_values(document, field, index)


def _check_values(document: Document, field: Entry, index: int) -> Iterator[Fault]:
    allowed = _VALUE_TYPES.get(field["type"])
    values = field.get("values", ())
    if isinstance(values, dict) and field["type"] != "text":
        yield document.fault(
            say("words_of_text", field=field["name"], type=field["type"]), "fields", index, "values"
        )
        return
    for position, value in enumerate(values):
        if allowed is None or not isinstance(value, allowed):
            text = say("value_of_type", value=repr(value), field=field["name"], type=field["type"])
            place = value if isinstance(values, dict) else position
            yield document.fault(text, "fields", index, "values", place)
