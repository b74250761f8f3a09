"""Words for a document that has not the shape it should have, by pydantic's kinds of fault."""

import json

from pydantic_core import ErrorDetails

from gis_service.messages.catalogue import notices
from gis_service.types import Text

_SHOWN_VALUE = 60
_EXPECTED = {
    "greater_than_equal": "≥ {ge}",
    "greater_than": "> {gt}",
    "less_than_equal": "≤ {le}",
    "less_than": "< {lt}",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "int_parsing": "0, 1, 2, …",
    "int_parsing_size": "0, 1, 2, …",
    "int_from_float": "0, 1, 2, …",
    "int_type": "0, 1, 2, …",
    "string_pattern_mismatch": "{pattern}",
    "string_type": '"…"',
    "string_too_short": "≥ {min_length}",
    "string_too_long": "≤ {max_length}",
    "too_short": "≥ {min_length}",
    "too_long": "≤ {max_length}",
    "float_parsing": "0, 0.5, …",
    "float_type": "0, 0.5, …",
    "finite_number": "0, 0.5, …",
    "bool_parsing": "true, false",
    "bool_type": "true, false",
    "datetime_type": "2026-01-06T10:00",
    "datetime_parsing": "2026-01-06T10:00",
    "datetime_object_invalid": "2026-01-06T10:00",
    "datetime_from_date_parsing": "2026-01-06T10:00",
    "timezone_naive": "2026-01-06T10:00",
    "none_required": "null",
    "list_type": "[…]",
    "tuple_type": "[…]",
    "dict_type": "{{…}}",
    "model_type": "{{…}}",
    "model_attributes_type": "{{…}}",
    "gis_expected": "{expected}",
}
"""Kinds of fault that can be said without words of either language."""
_WITHOUT_VALUE = {"missing": "fault_missing", "extra_forbidden": "fault_unknown"}


def shown(value: object) -> str:
    """Write a bad value, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_VALUE else text[:_SHOWN_VALUE] + "…"


def expected_text(fault: ErrorDetails) -> Text:
    """Say what would have been right in the place of a fault."""
    kind = fault["type"]
    if kind in _EXPECTED:
        # Pydantic joins the last of several words by an English one.
        expected = _EXPECTED[kind].format(**fault.get("ctx", {})).replace("' or '", "', '")
        return Text(expected, expected)
    words = {"missing": "expected_value", "extra_forbidden": "expected_nothing"}
    return notices()[words.get(kind, "expected_form")]


def fault_text(fault: ErrorDetails) -> Text:
    """Say what is wrong, with the bad value."""
    kind, value = fault["type"], shown(fault["input"])
    if kind in _WITHOUT_VALUE:
        return notices()[_WITHOUT_VALUE[kind]]
    if kind in _EXPECTED:
        words, expected = notices()["fault_value"], expected_text(fault)
        vi = words.vi.format(value=value, expected=expected.vi)
        return Text(vi, words.en.format(value=value, expected=expected.en))
    words = notices()["fault_other"]
    reason = fault["msg"]
    return Text(words.vi.format(value=value, reason=reason), words.en.format(value=value, reason=reason))
