"""Checks a definition against its JSON Schema and says each fault at its line, in plain words."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

import jsonschema
import jsonschema.validators
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from gis_service.catalogue.document import Document
from gis_service.catalogue.words import NOTHING, did_you_mean, say
from gis_service.errors import Fault
from gis_service.types import Text

Said: TypeAlias = tuple[str, dict[str, object]]
"""Code of a fault, and the values for its words."""
Kind = Literal["layer", "tileset", "standards", "phases", "city"]


def _read(name: str) -> dict[str, Any]:
    content = (files("gis_service.catalogue") / "schemas" / f"{name}.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(content)
    return schema


def _pattern(_validator: object, pattern: str, value: object, _schema: object) -> Iterator[ValidationError]:
    # To JSON Schema the end is the end; to Python a line break may follow it.
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _min_length(_validator: object, least: int, value: object, _schema: object) -> Iterator[ValidationError]:
    # Blanks around a text are not kept, so they do not count.
    if isinstance(value, str) and len(value.strip()) < least:
        yield ValidationError(f"{value!r} is too short")


_Validator = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern, "minLength": _min_length}
)


@cache
def _validator(kind: Kind) -> Draft202012Validator:
    checker = jsonschema.FormatChecker(formats=["date"])
    # Whole: following references takes longer than all the rest, and every process reads the catalogue.
    made: Draft202012Validator = _Validator(whole_schema(kind), format_checker=checker)
    return made


def whole_schema(kind: Kind) -> dict[str, Any]:
    """Give a schema with the parts that it refers to in their places."""
    schema = _read(kind)
    common = _read("common")
    parts = {f"common.json#/$defs/{name}": part for name, part in common["$defs"].items()}
    parts |= {f"#/$defs/{name}": part for name, part in schema.get("$defs", {}).items()}
    whole: dict[str, Any] = _resolved(schema, parts)
    return whole


def _resolved(schema: Any, parts: dict[str, Any]) -> Any:  # noqa: ANN401 any part of a schema
    if isinstance(schema, list):
        return [_resolved(part, parts) for part in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _resolved(part, parts) for name, part in schema.items() if name != "$ref"}
    if reference := schema.get("$ref"):
        told = {**_resolved(parts[reference], parts), **told}
    return told


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
        return [document.fault(say("file_empty"))]
    found: list[Fault] = []
    for error in _validator(kind).iter_errors(document.value):
        found.extend(_faults(document, error))
    return found


def _faults(document: Document, error: ValidationError) -> Iterator[Fault]:
    path = tuple(error.absolute_path)
    rule = str(error.validator)
    if rule == "additionalProperties":
        yield from _unknown_keys(document, error, path)
        return
    code, params = _WORDS.get(rule, _other)(error)
    yield document.fault(say(code, at=_name(path), **params), *path)


def _unknown_keys(document: Document, error: ValidationError, path: tuple[str | int, ...]) -> Iterator[Fault]:
    known = sorted(error.schema.get("properties", {}))  # type: ignore[union-attr]
    for key in error.instance:  # type: ignore[union-attr]
        if key not in known:
            hint = did_you_mean(str(key), known)
            if hint == NOTHING:
                hint = say("known_here", known=", ".join(known))
            text = say("unknown_key", at=_name(path), key=key, hint=hint)
            yield document.fault(text, *path, str(key))


def _name(path: tuple[str | int, ...]) -> str:
    """Name a value as people count: ``fields[1].label: ``."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return f"{text.removeprefix('.')}: " if text else ""


def _missing(error: ValidationError) -> Said:
    missing = [key for key in error.validator_value if key not in error.instance]  # type: ignore[union-attr, operator]
    # One error is raised for each missing key; its message is the only place that says which.
    key = next(name for name in missing if error.message.startswith(f"'{name}'"))
    return "language_missing" if key in {"vi", "en"} else "key_missing", {"key": key}


def _not_allowed(error: ValidationError) -> Said:
    allowed = [str(value) for value in error.validator_value]  # type: ignore[union-attr]
    hint = did_you_mean(str(error.instance), allowed)
    return "not_allowed", {"value": repr(error.instance), "hint": hint, "allowed": ", ".join(allowed)}


def _wrong_type(error: ValidationError) -> Said:
    wanted: Any = error.validator_value
    kinds = [say(f"type_{name}") for name in ([wanted] if isinstance(wanted, str) else wanted)]
    between = say("or")
    names = Text(
        f" {between.vi} ".join(kind.vi for kind in kinds), f" {between.en} ".join(kind.en for kind in kinds)
    )
    return "wrong_type", {"value": repr(error.instance), "wanted": names}


def _other(error: ValidationError) -> Said:
    return "other_rule", {"reason": error.message}


def _quoted(code: str) -> Callable[[ValidationError], Said]:
    return lambda error: (code, {"value": repr(error.instance), "wanted": error.validator_value})


def _plain(code: str) -> Callable[[ValidationError], Said]:
    return lambda error: (code, {"value": error.instance, "wanted": error.validator_value})


_WORDS: dict[str, Callable[[ValidationError], Said]] = {
    "required": _missing,
    "enum": _not_allowed,
    "type": _wrong_type,
    "pattern": _quoted("wrong_pattern"),
    "format": _quoted("not_a_date"),
    "minLength": _plain("text_empty"),
    "maxLength": _plain("text_long"),
    "minItems": _plain("too_few"),
    "maxItems": _plain("too_many"),
    "minProperties": _plain("too_few_keys"),
    "minimum": _plain("too_small"),
    "maximum": _plain("too_large"),
    "exclusiveMinimum": _plain("not_more"),
    "uniqueItems": _plain("entry_twice"),
}
