"""Checks a definition against its JSON Schema and says each fault at its line, in plain words."""

import difflib
import json
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import jsonschema
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from gis_service.catalogue.document import Document
from gis_service.errors import Fault

Kind = Literal["layer", "tileset", "standards", "phases", "city"]

_TYPES = {
    "object": "a mapping (key: value)",
    "array": "a list",
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "yes or no",
    "null": "nothing (null)",
}


def _read(name: str) -> dict[str, Any]:
    content = (files("gis_service.catalogue") / "schemas" / f"{name}.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(content)
    return schema


@cache
def _validator(kind: Kind) -> Draft202012Validator:
    common: Resource[Any] = Resource.from_contents(_read("common"))
    registry: Registry[Any] = Registry().with_resource("common.json", common)
    checker = jsonschema.FormatChecker(formats=["date"])
    return Draft202012Validator(_read(kind), registry=registry, format_checker=checker)


def check_schema(document: Document, kind: Kind) -> list[Fault]:
    """Find everything in a document that its schema does not allow.

    Parameters
    ----------
    document
        What ``read_document`` returned.
    kind
        Which schema: ``schemas/<kind>.json`` beside this module.

    Returns
    -------
    list[Fault]
        In no particular order; empty when the document is well formed.
    """
    if document.value is None:
        return [document.fault("the file is empty")]
    found: list[Fault] = []
    for error in _validator(kind).iter_errors(document.value):
        found.extend(_faults(document, error))
    return found


def did_you_mean(word: str, known: list[str]) -> str:
    """Give `` (did you mean 'x'?)`` for the nearest known word, or an empty text."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _faults(document: Document, error: ValidationError) -> Iterator[Fault]:
    path = tuple(error.absolute_path)
    rule = str(error.validator)
    if rule == "additionalProperties":
        yield from _unknown_keys(document, error, path)
        return
    words = _WORDS.get(rule)
    text = words(error) if words else error.message
    yield document.fault(f"{_name(path)}{text}", *path)


def _unknown_keys(document: Document, error: ValidationError, path: tuple[str | int, ...]) -> Iterator[Fault]:
    known = sorted(error.schema.get("properties", {}))  # type: ignore[union-attr]
    for key in error.instance:  # type: ignore[union-attr]
        if key not in known:
            hint = did_you_mean(str(key), known) or f"; known here: {', '.join(known)}"
            yield document.fault(f"{_name(path)}unknown key '{key}'{hint}", *path, str(key))


def _name(path: tuple[str | int, ...]) -> str:
    """Name a value as people count: ``fields[1].label: ``."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return f"{text.removeprefix('.')}: " if text else ""


def _missing(error: ValidationError) -> str:
    missing = [key for key in error.validator_value if key not in error.instance]  # type: ignore[union-attr, operator]
    # One error is raised for each missing key; its message is the only place that says which.
    key = next(name for name in missing if error.message.startswith(f"'{name}'"))
    if key in {"vi", "en"}:
        return f"'{key}' is missing; texts stand in both languages, vi and en"
    return f"'{key}' is missing"


def _not_allowed(error: ValidationError) -> str:
    allowed = [str(value) for value in error.validator_value]  # type: ignore[union-attr]
    hint = did_you_mean(str(error.instance), allowed)
    return f"{error.instance!r} is not allowed{hint}; allowed: {', '.join(allowed)}"


def _wrong_type(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    return f"{error.instance!r} is not {' or '.join(_TYPES[str(name)] for name in names)}"


_WORDS: dict[str, Callable[[ValidationError], str]] = {
    "required": _missing,
    "enum": _not_allowed,
    "type": _wrong_type,
    "pattern": lambda error: f"{error.instance!r} is not written as {error.validator_value}",
    "format": lambda error: f"{error.instance!r} is not a date such as 2025-07-01",
    "minLength": lambda _error: "the text is empty",
    "minItems": lambda error: f"the list needs at least {error.validator_value}",
    "maxItems": lambda error: f"the list has more than {error.validator_value}",
    "minProperties": lambda error: f"at least {error.validator_value} key is needed",
    "minimum": lambda error: f"{error.instance} is less than {error.validator_value}",
    "maximum": lambda error: f"{error.instance} is more than {error.validator_value}",
    "exclusiveMinimum": lambda error: f"{error.instance} is not more than {error.validator_value}",
    "uniqueItems": lambda error: f"{error.instance} holds an entry twice",
}
