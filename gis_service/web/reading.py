"""Reads the parameters and the body of a request into typed shapes, naming every fault at once."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, TypeVar
from urllib.parse import parse_qs

from flask import request
from pydantic import BaseModel, ValidationError

from gis_service.errors import ErrorCode, Fault, NotFound, RefusedInput, WrongUse
from gis_service.messages.catalogue import notices
from gis_service.messages.shapes import fault_text
from gis_service.types import Text
from gis_service.web import current

Shape = TypeVar("Shape", bound=BaseModel)

_JSON = "application/json"
_TAKEN = (_JSON, "application/geo+json", "application/merge-patch+json")
"""A feature and a patch are JSON documents too, and editors name them by what they are."""
_MOST_DEPTH = 32
"""Levels of a body; the deepest that the service asks for has some ten."""
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL and halves of surrogate pairs: PostgreSQL keeps neither, and UTF-8 cannot write the halves."""


def _faults(error: ValidationError, place: str) -> list[Fault]:
    found = []
    for fault in error.errors(include_url=False):
        # A step that begins with ~ is the shape that a value was read as, of several; no place in the body.
        steps = (step for step in map(str, fault["loc"]) if not step.startswith("~"))
        where = "/".join((place, *steps))
        found.append(Fault(where, fault_text(fault)))
    return found


def _names(faults: list[Fault]) -> str:
    places = [fault.place("en") for fault in faults]
    return ", ".join(place.partition("/")[2] or place for place in places)


def _sign_fault(where: str, text: str) -> Fault | None:
    """Say which sign of a text cannot be kept; None when all of them can."""
    found = _UNKEEPABLE.search(text)
    if found is None:
        return None
    words, sign = notices()["fault_sign"], f"U+{ord(found[0]):04X}"
    return Fault(where, Text(words.vi.format(sign=sign), words.en.format(sign=sign)))


def _value_fault(where: str, value: str | float) -> Fault | None:
    """Say why a value cannot be kept; None when it can.

    Python reads NaN and Infinity, which JSON does not have, and takes too large a number for infinite.
    """
    if isinstance(value, str):
        return _sign_fault(where, value)
    if isfinite(value):
        return None
    words, said = notices()["fault_number"], json.dumps(value)
    return Fault(where, Text(words.vi.format(value=said), words.en.format(value=said)))


def _depth_fault(document: object) -> Fault | None:
    """Say where a JSON document is nested too deep for what reads it level by level; None when nowhere."""
    waiting = [("body", document, 1)]
    while waiting:
        where, value, depth = waiting.pop()
        if depth > _MOST_DEPTH and isinstance(value, dict | list):
            words = notices()["fault_depth"]
            return Fault(where, Text(words.vi.format(most=_MOST_DEPTH), words.en.format(most=_MOST_DEPTH)))
        if isinstance(value, dict):
            waiting += [(f"{where}/{key}", inner, depth + 1) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{where}/{at}", inner, depth + 1) for at, inner in enumerate(value)]
    return None


def _values(document: object) -> Iterator[tuple[str, str | float]]:
    """Give every text and fraction of a JSON document with its place, keys too.

    By a stack, since depth is the sender's.
    """
    waiting = [("body", document)]
    while waiting:
        where, value = waiting.pop()
        if isinstance(value, str | float):
            yield where, value
        elif isinstance(value, dict):
            yield from ((f"{where}/{key}", key) for key in value)
            waiting += [(f"{where}/{key}", inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{where}/{at}", inner) for at, inner in enumerate(value)]


def _opened(value: str) -> list[str]:
    """Give the texts that a page key holds in base64; none when it is no such key."""
    try:
        return [
            one
            for _, one in _values(json.loads(base64.urlsafe_b64decode(value.encode())))
            if isinstance(one, str)
        ]
    except (ValueError, RecursionError):
        return []


def _query_signs(arguments: Mapping[str, list[str]], place: str) -> list[Fault]:
    given = [
        (f"{place}/{name}", part)
        for name, values in arguments.items()
        for part in (name, *values, *(text for value in values if name == "after" for text in _opened(value)))
    ]
    # One fault for each parameter, however many of its signs are bad.
    found = {where: fault for where, text in given if (fault := _sign_fault(where, text))}
    return list(found.values())


def check_path(values: Mapping[str, object]) -> None:
    """Refuse an address with signs that no name can hold.

    Raises
    ------
    NotFound
        ``route_not_found``.
    """
    if any(isinstance(value, str) and _UNKEEPABLE.search(value) for value in values.values()):
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND, path=request.path.encode("unicode_escape").decode("ascii"))


def _repeated(arguments: Mapping[str, list[str]], place: str) -> list[Fault]:
    words = notices()["fault_repeated"].in_language(current.language())
    return [
        Fault(f"{place}/{name}", words.format(times=len(values)))
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
    return _read_given(shape, given, "query")


def read_inside(shape: type[Shape], text: str, name: str) -> Shape:
    """Read the parameters of another address, which one parameter of this one holds as a text.

    Parameters
    ----------
    shape
        What they are.
    text
        As they stand behind the question mark of that address.
    name
        Of the parameter of this address.

    Raises
    ------
    WrongUse
        As `read_query`.
    """
    return _read_given(shape, parse_qs(text, keep_blank_values=True), f"query/{name}")


def _read_given(shape: type[Shape], given: Mapping[str, list[str]], place: str) -> Shape:
    if signs := _query_signs(given, place):
        raise WrongUse(ErrorCode.PARAMETERS_INVALID, signs, count=len(signs), names=_names(signs))
    faults = _repeated(given, place)
    try:
        read = shape.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        faults = [*_faults(error, place), *faults]
        raise WrongUse(
            ErrorCode.PARAMETERS_INVALID, faults, count=len(faults), names=_names(faults)
        ) from error
    if faults:
        raise WrongUse(ErrorCode.PARAMETERS_INVALID, faults, count=len(faults), names=_names(faults))
    return read


def _document() -> Any:  # noqa: ANN401 any JSON document
    if request.mimetype not in _TAKEN:
        raise RefusedInput(ErrorCode.MEDIA_TYPE_NOT_SUPPORTED, given=request.mimetype or "?", expected=_JSON)
    return _parsed(request.get_data())


def _parsed(given: str | bytes) -> Any:  # noqa: ANN401 any JSON document
    try:
        return json.loads(given)
    except json.JSONDecodeError as error:
        reason = f"{error.msg}, {error.lineno}:{error.colno}"
        raise RefusedInput(ErrorCode.BODY_NOT_JSON, reason=reason) from error
    except (ValueError, RecursionError) as error:
        # Beside text that is no UTF-8: Python reads no whole number of more than 4,300 digits.
        raise RefusedInput(ErrorCode.BODY_NOT_JSON, reason=type(error).__name__) from error


def read_body(shape: type[Shape]) -> Shape:
    """Read the JSON body.

    Raises
    ------
    RefusedInput
        ``media_type_not_supported``, ``body_not_json``, ``request_too_large``, or ``body_invalid`` with every
        fault and the place where it stands.
    """
    return read_sent(shape, _document())


def read_text(shape: type[Shape], text: str) -> Shape:
    """Read a JSON document that stands in a field of a form.

    Raises
    ------
    RefusedInput
        As `read_body`.
    """
    return read_sent(shape, _parsed(text))


def read_sent(shape: type[Shape], document: object) -> Shape:
    """Read a document that somebody sent, of which every text and number must be one that can be kept.

    Raises
    ------
    RefusedInput
        ``body_invalid`` with every fault and the place where it stands.
    """
    if deep := _depth_fault(document):
        raise RefusedInput(ErrorCode.BODY_INVALID, [deep], count=1, names=_names([deep]))
    faults = [fault for where, value in _values(document) if (fault := _value_fault(where, value))]
    if faults:
        raise RefusedInput(ErrorCode.BODY_INVALID, faults, count=len(faults), names=_names(faults))
    return read_document(shape, document)


def read_document(shape: type[Shape], document: object) -> Shape:
    """Read a document of which nothing is kept, or whose parts `read_sent` has read before.

    Raises
    ------
    RefusedInput
        ``body_invalid`` with every fault and the place where it stands.
    """
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        faults = _faults(error, "body")
        raise RefusedInput(ErrorCode.BODY_INVALID, faults, count=len(faults), names=_names(faults)) from error
