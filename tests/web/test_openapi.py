"""The document that describes the API."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV30SpecValidator

from gis_service.settings import ROOT
from gis_service.web.documents import PRINTED, openapi_page
from gis_service.web.openapi import openapi_document
from gis_service.web.openapi_schema import as_openapi_30
from gis_service.web.operation import operation_of


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    return openapi_document(app)


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert list(OpenAPIV30SpecValidator(document).iter_errors()) == []


def test_it_is_served_as_it_is_made(client: FlaskClient, document: dict[str, Any]) -> None:
    response = client.get("/api/openapi.json")
    assert response.content_type == "application/vnd.oai.openapi+json;version=3.0"
    assert response.get_json(force=True) == document


def test_every_address_of_the_api_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    described = {
        rule.endpoint for rule in app.url_map.iter_rules() if operation_of(app.view_functions[rule.endpoint])
    }
    of_the_api = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") or rule.rule in {"/healthz", "/readyz"}
    }
    assert of_the_api <= described
    assert len(described) == sum(len(entry) for entry in document["paths"].values())


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    found = set(_references(document))
    assert found
    assert found <= known


def _references(part: Any) -> list[str]:  # noqa: ANN401 any part of the document
    if isinstance(part, list):
        return [ref for entry in part for ref in _references(entry)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if "$ref" in part else []
    return own + [ref for entry in part.values() for ref in _references(entry)]


@pytest.mark.parametrize("name", PRINTED)
def test_printed_documentation_is_what_the_code_says(name: str) -> None:
    stored = (ROOT / "docs" / name).read_text("utf-8")
    assert stored == PRINTED[name](), "run: python -m gis_service.web.documents"


def test_the_printed_document_does_not_depend_on_data(document: dict[str, Any]) -> None:
    assert json.loads(openapi_page())["paths"].keys() == document["paths"].keys()
    assert json.loads(openapi_page())["components"] == document["components"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string", "nullable": True}),
        ({"const": "a"}, {"enum": ["a"]}),
        (
            {"anyOf": [{"$ref": "#/x"}, {"type": "null"}], "default": None},
            {"nullable": True, "allOf": [{"$ref": "#/x"}]},
        ),
        ({"prefixItems": [{"type": "number"}] * 2}, {"items": {"type": "number"}}),
        (
            {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "number"}], "nullable": True},
        ),
        ({"items": {"const": 1}}, {"items": {"enum": [1]}}),
        ({"exclusiveMinimum": 0}, {"minimum": 0, "exclusiveMinimum": True}),
        ({"type": "null"}, {"enum": [None]}),
        (
            {"if": {"const": 1}, "then": {"minimum": 0}, "else": {"minimum": 9}},
            {
                "allOf": [
                    {"anyOf": [{"not": {"enum": [1]}}, {"minimum": 0}]},
                    {"anyOf": [{"enum": [1]}, {"minimum": 9}]},
                ]
            },
        ),
    ],
)
def test_shapes_are_said_as_openapi_30_says_them(written: dict[str, Any], meant: dict[str, Any]) -> None:
    assert as_openapi_30(written) == meant
