"""What is said of a document that has not the shape of a request, in both languages."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from gis_service.messages.shapes import expected_text, fault_text
from gis_service.services.compare_request import CompareRequest
from gis_service.services.study_request import CoverageRequest

COVERAGE: list[tuple[dict[str, Any], str]] = [
    ({"limit": "far"}, "0, 0.5, …"),
    ({"limit": None, "turnout_s": [1]}, "0, 0.5, …"),
    ({"limit": -1}, "≥ 0.0"),
    ({"limit": float("inf")}, "0, 0.5, …"),
    ({"mode": "boat"}, "'walk', 'bicycle', 'motorbike', 'car'"),
    ({"service": 1}, '"…"'),
    ({"network": {"layer": "A b"}}, "^[a-z][a-z0-9_]{0,47}$"),
    ({"network": {"layer": "roads", "version": 1.5}}, "0, 1, 2, …"),
    ({"network": {"layer": "roads", "version": "9" * 5000}}, "0, 1, 2, …"),
    ({"network": "roads"}, "{…}"),
    ({"groups": "age_60"}, "[…]"),
    ({"at": "noon"}, "2026-01-06T10:00"),
    ({"at": "2026-13-06T10:00"}, "2026-01-06T10:00"),
    ({"at": "2026-01-06T10:00+07:00"}, "2026-01-06T10:00"),
    ({"at": [1]}, "2026-01-06T10:00"),
    ({"at": 1e300}, "2026-01-06T10:00"),
    ({"scenario": "x"}, "{…}"),
]


def faults(shape: type[BaseModel], document: object) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        shape.model_validate(document)
    return caught.value


@pytest.mark.parametrize(("given", "expected"), COVERAGE)
def test_a_value_is_told_with_what_is_expected_and_no_word_of_one_language(
    given: dict[str, Any], expected: str
) -> None:
    (fault,) = faults(CoverageRequest, given).errors()
    told = expected_text(fault)
    assert (told.vi, told.en) == (expected, expected)
    said = fault_text(fault)
    assert said.vi.endswith(f": cần {expected}")
    assert said.en.endswith(f": expected {expected}")
    assert len(said.vi) < 200


@pytest.mark.parametrize(
    ("shape", "document", "vi"),
    [
        (CompareRequest, {"before": {}}, "thiếu"),
        (CoverageRequest, {"colour": "red"}, "không có trong mẫu"),
        (CoverageRequest, ["limit"], "cần {…}"),
    ],
)
def test_what_is_missing_or_unknown_is_told_in_vietnamese(
    shape: type[BaseModel], document: object, vi: str
) -> None:
    fault = faults(shape, document).errors()[0]
    assert vi in fault_text(fault).vi
    assert fault["msg"] not in fault_text(fault).vi
    assert expected_text(fault).vi
