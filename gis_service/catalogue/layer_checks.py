"""What the schema cannot say about a layer definition."""

from collections.abc import Collection, Iterator
from typing import Any

from gis_service.catalogue.document import Document
from gis_service.catalogue.layer_definition import RESERVED_NAMES
from gis_service.catalogue.schema import did_you_mean
from gis_service.catalogue.values import Entry
from gis_service.errors import Fault

_VALUE_TYPES: dict[str, tuple[type, ...]] = {"text": (str,), "integer": (int,), "number": (int, float)}


def folded(name: str) -> str:
    """Fold a column name to the form that columns of a file are matched by: ``areaKm2`` is ``area_km2``."""
    return "".join(char for char in name.lower() if char.isalnum())


def check_layer(document: Document, categories: Collection[str] | None) -> Iterator[Fault]:
    """Find what contradicts itself in one layer definition.

    Parameters
    ----------
    document
        Accepted by the schema.
    categories
        Those of the city; ``None`` when the city's own file is faulty.
    """
    entry: Any = document.value
    if entry["id"] != document.path.stem:
        text = f"the id is '{entry['id']}', the file is {document.path.name}; both must be the same"
        yield document.fault(text, "id")
    folder = document.path.parent.name
    if entry["category"] != folder:
        text = f"the category is '{entry['category']}', the folder is {folder}/; both must be the same"
        yield document.fault(text, "category")
    elif categories is not None and entry["category"] not in categories:
        hint = did_you_mean(entry["category"], list(categories))
        yield document.fault(f"city.yaml has no category '{entry['category']}'{hint}", "category")
    yield from _check_fields(document, entry["fields"])
    yield from _check_key(document, entry)


def _check_key(document: Document, entry: Entry) -> Iterator[Fault]:
    key = entry["key"]
    if key is None:
        return
    fields = {field["name"]: field for field in entry["fields"]}
    if key not in fields:
        yield document.fault(f"the key '{key}' is not a field{did_you_mean(key, list(fields))}", "key")
    elif not fields[key].get("required", False):
        yield document.fault(f"the key '{key}' must be a field with required: true", "key")


def _check_fields(document: Document, fields: list[Entry]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for index, field in enumerate(fields):
        name = field["name"]
        at = ("fields", index, "name")
        if name in RESERVED_NAMES:
            text = f"'{name}' is a column that every layer has of its own; choose another name"
            yield document.fault(text, *at)
        if other := seen.get(folded(name)):
            yield document.fault(f"the fields '{other}' and '{name}' cannot be told apart in a file", *at)
        seen.setdefault(folded(name), name)
        yield from _check_values(document, field, index)


def _check_values(document: Document, field: Entry, index: int) -> Iterator[Fault]:
    allowed = _VALUE_TYPES.get(field["type"])
    for position, value in enumerate(field.get("values", ())):
        if allowed is None or not isinstance(value, allowed):
            text = f"the value {value!r} of '{field['name']}' is not of type {field['type']}"
            yield document.fault(text, "fields", index, "values", position)
