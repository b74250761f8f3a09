"""Reads the parameters and the body of a request into typed shapes, naming every fault at once."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gis_service.errors import ErrorCode, Fault, RefusedInput, WrongUse
from gis_service.messages.catalogue import notices
from gis_service.types import Language
from gis_service.web import current

Shape = TypeVar("Shape", bound=BaseModel)

_JSON = "application/json"
_SHOWN_VALUE = 60
_EXPECTED = {
    "greater_than_equal": "≥ {ge}",
    "greater_than": "> {gt}",
    "less_than_equal": "≤ {le}",
    "less_than": "< {lt}",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "int_parsing": "0, 1, 2, …",
    "int_type": "0, 1, 2, …",
    "string_pattern_mismatch": "{pattern}",
    "gis_expected": "{expected}",
}
"""Kinds of fault that can be said without words of either language."""


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_VALUE else text[:_SHOWN_VALUE] + "…"


def _text(fault: ErrorDetails, language: Language) -> str:
    words = notices()
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "missing":
        return words["fault_missing"].in_language(language)
    if kind == "extra_forbidden":
        return words["fault_unknown"].in_language(language)
    value = _shown(fault["input"])
    if kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**context)
        return words["fault_value"].in_language(language).format(value=value, expected=expected)
    return words["fault_other"].in_language(language).format(value=value, reason=fault["msg"])


def _faults(error: ValidationError, place: str) -> list[Fault]:
    language = current.language()
    found = []
    for fault in error.errors(include_url=False):
        where = "/".join((place, *(str(step) for step in fault["loc"])))
        found.append(Fault(where, _text(fault, language)))
    return found


def _names(faults: list[Fault]) -> str:
    return ", ".join(fault.where.partition("/")[2] or fault.where for fault in faults)


def _repeated(arguments: Mapping[str, list[str]]) -> list[Fault]:
    words = notices()["fault_repeated"].in_language(current.language())
    return [
        Fault(f"query/{name}", words.format(times=len(values)))
        for name, values in arguments.items()
        if len(values) > 1
    ]


def read_query(shape: type[Shape]) -> Shape:
    """Read the parameters of the address.

    Raises
    ------
    WrongUse
        ``parameters_invalid``: wrong, unknown or repeated ones, all of them named.
    """
    given = {name: values for name, values in request.args.lists()}  # noqa: C416 lists() is no mapping
    faults = _repeated(given)
    try:
        read = shape.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        faults = [*_faults(error, "query"), *faults]
        raise WrongUse(
            ErrorCode.PARAMETERS_INVALID, faults, count=len(faults), names=_names(faults)
        ) from error
    if faults:
        raise WrongUse(ErrorCode.PARAMETERS_INVALID, faults, count=len(faults), names=_names(faults))
    return read


def _document() -> Any:  # noqa: ANN401 any JSON document
    if request.mimetype != _JSON:
        raise RefusedInput(ErrorCode.MEDIA_TYPE_NOT_SUPPORTED, given=request.mimetype or "?", expected=_JSON)
    try:
        return json.loads(request.get_data())
    except json.JSONDecodeError as error:
        reason = f"{error.msg}, {error.lineno}:{error.colno}"
        raise RefusedInput(ErrorCode.BODY_NOT_JSON, reason=reason) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise RefusedInput(ErrorCode.BODY_NOT_JSON, reason=type(error).__name__) from error


def read_body(shape: type[Shape]) -> Shape:
    """Read the JSON body.

    Raises
    ------
    RefusedInput
        ``media_type_not_supported``, ``body_not_json``, ``request_too_large``, or ``body_invalid`` with every
        fault and the place where it stands.
    """
    document = _document()
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        faults = _faults(error, "body")
        raise RefusedInput(ErrorCode.BODY_INVALID, faults, count=len(faults), names=_names(faults)) from error
