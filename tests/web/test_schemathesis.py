"""The document played against the application: whatever fits it is answered as it says."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gis_service.web.documents import openapi_page

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
KNOWN: dict[str, list[Any]] = {
    "collectionId": ["commune", "one_stop_office", "commune_2019", "market", "residents"],
    "itemId": ["1", "2", "999"],
    "tilesetId": ["units"],
    "tileMatrixSetId": ["WebMercatorQuad", "WorldCRS84Quad"],
    "tileMatrix": [0, 9, 24, 25],
}
"""Names that exist, so that the play does not end at the door."""


OPERATIONS = [
    (path, method) for path, entry in json.loads(openapi_page())["paths"].items() for method in entry
]


@pytest.fixture(scope="module")
def schema(app: Flask) -> Any:  # noqa: ANN401 schemathesis names its schemas privately
    return schemathesis.openapi.from_wsgi("/api/openapi.json", app=app)


@schemathesis.hook
def map_path_parameters(_context: object, parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Turn about half of the made-up names into names that exist."""
    for name, known in KNOWN.items():
        made = (parameters or {}).get(name)
        if parameters is not None and made is not None and len(str(made)) % 2:
            parameters[name] = known[len(str(made)) // 2 % len(known)]
    return parameters


@pytest.mark.parametrize("role", [None, "admin"])
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_answers_as_the_document_says(
    schema: Any,  # noqa: ANN401 as above
    bearer: Callable[[str | None], dict[str, str]],
    path: str,
    method: str,
    role: str | None,
) -> None:
    @given(case=schema[path][method].as_strategy())
    @settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def play(case: schemathesis.Case[Any]) -> None:
        case.headers.pop("Authorization", None)
        case.validate_response(case.call(headers=bearer(role)), checks=CHECKS)

    play()
