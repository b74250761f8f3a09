"""The OpenAPI 3.0 document, made of the routes, the declared operations and their pydantic shapes.

Why it is made here and not by a library: ``docs/decisions/001-openapi-library.md``.
"""

import inspect
import re
from http import HTTPStatus
from typing import Any, TypeAlias

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from werkzeug.routing import Rule

from gis_service import __version__
from gis_service.web.auth import GRANTS, demand_of
from gis_service.web.errors import PROBLEM
from gis_service.web.openapi_schema import as_openapi_30
from gis_service.web.operation import Operation, Shape, operation_of, shapes_of
from gis_service.web.schemas.common import JSON, Problem

Json: TypeAlias = dict[str, Any]

_REFS = "#/components/schemas/{model}"
_VARIABLE = re.compile(r"<(?:(\w+):)?(\w+)>")
_FAILURES = {"4XX": "The request is refused", "5XX": "The service cannot answer now"}


def openapi_document(app: Flask) -> Json:
    """Describe every declared operation of an application.

    The same code gives the same document, whatever the data and whoever asks.
    """
    told = [
        (rule, found) for rule in _rules(app) if (found := operation_of(app.view_functions[rule.endpoint]))
    ]
    schemas, refs = _schemas([operation for _, operation in told])
    paths: dict[str, Json] = {}
    for rule, operation in told:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            entry = _entry(app, rule, operation, refs)
            paths.setdefault(_path(rule), {})[method.lower()] = entry
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "GIS service",
            "version": __version__,
            "description": "Layers, vector tiles and analyses of an open digital map service."
            " Errors are RFC 9457 problem documents, in the language of Accept-Language (vi, en).",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (_path(rule), rule.endpoint))


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _path(rule: Rule) -> str:
    """Write a route as OpenAPI does, with the parameter names that OGC uses."""
    return _VARIABLE.sub(lambda found: "{" + _camel(found[2]) + "}", rule.rule)


def _schemas(operations: list[Operation]) -> tuple[Json, dict[Any, str]]:
    """Give the shapes of all bodies and answers, and where in the document each one stands."""
    shapes: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for operation in operations:
        if operation.body is not None:
            shapes[operation.body, "validation"] = None
        shapes |= {(shape, "validation"): None for shape in operation.bodies.values() if shape is not None}
        for media in operation.answers.values():
            shapes |= {(shape, "serialization"): None for told in media.values() for shape in shapes_of(told)}
    keys, definitions = models_json_schema(list(shapes), ref_template=_REFS)
    refs: dict[Any, str] = {key: schema["$ref"] for key, schema in keys.items()}
    return {name: as_openapi_30(schema) for name, schema in sorted(definitions["$defs"].items())}, refs


def _entry(app: Flask, rule: Rule, operation: Operation, refs: dict[Any, str]) -> Json:
    handler = app.view_functions[rule.endpoint]
    entry: Json = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": (inspect.getdoc(handler) or "").partition("\n")[0],
        "tags": [operation.tag],
        "parameters": [*_path_parameters(rule), *_query_parameters(operation)],
        "responses": {
            **{str(status): _answer(status, media, refs) for status, media in operation.answers.items()},
            **{status: _problem(told, refs) for status, told in _FAILURES.items()},
        },
    }
    permission = demand_of(app, rule.endpoint)
    if permission is not None:
        # Readers may say who they are, to see more; where a role is demanded they must.
        entry["security"] = [{}, {"token": []}] if GRANTS[permission] is None else [{"token": []}]
    if operation.body is not None:
        schema = {"$ref": refs[operation.body, "validation"]}
        entry["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if operation.bodies:
        told = {media: {"schema": _sent(shape, refs)} for media, shape in operation.bodies.items()}
        entry["requestBody"] = {"required": True, "content": told}
    return entry


def _sent(shape: type[BaseModel] | None, refs: dict[Any, str]) -> Json:
    if shape is None:
        return {"type": "string", "format": "binary"}
    return {"$ref": refs[shape, "validation"]}


def _path_parameters(rule: Rule) -> list[Json]:
    whole = {"type": "integer", "minimum": 0}
    return [
        {
            "name": _camel(name),
            "in": "path",
            "required": True,
            "schema": whole if converter == "int" else {"type": "string", "minLength": 1},
        }
        for converter, name in _VARIABLE.findall(rule.rule)
    ]


def _query_parameters(operation: Operation) -> list[Json]:
    parameters = []
    schema = operation.query.model_json_schema(mode="validation", ref_template=_REFS)
    for name, described in schema.get("properties", {}).items():
        shape = as_openapi_30(described)
        shape.pop("title", None)
        shape.pop("nullable", None)
        parameter: Json = {"name": name, "in": "query", "required": name in schema.get("required", [])}
        if text := shape.pop("description", None):
            parameter["description"] = text
        if shape.get("type") == "array":
            parameter |= {"style": "form", "explode": False}
        parameters.append({**parameter, "schema": shape})
    return parameters


def _answer(status: int, media: Any, refs: dict[Any, str]) -> Json:  # noqa: ANN401 mapping of media to shape
    content = {name: _shape(shape, refs) for name, shape in media.items()}
    return {"description": HTTPStatus(status).phrase, **({"content": content} if content else {})}


def _shape(shape: Shape, refs: dict[Any, str]) -> Json:
    found = [{"$ref": refs[each, "serialization"]} for each in shapes_of(shape)]
    if not found:
        return {}
    return {"schema": found[0] if len(found) == 1 else {"anyOf": found}}


def _problem(told: str, refs: dict[Any, str]) -> Json:
    return {"description": told, "content": {PROBLEM: {"schema": {"$ref": refs[Problem, "serialization"]}}}}
