"""Brings JSON Schema of 2020-12, as pydantic writes it, to what OpenAPI 3.0 knows."""

from typing import Any

_NULL = {"enum": [None]}


def as_openapi_30(schema: Any) -> Any:  # noqa: ANN401 any part of a JSON Schema
    """Give a schema, or any part of one, in the words of OpenAPI 3.0."""
    if isinstance(schema, list):
        return [as_openapi_30(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: as_openapi_30(part) for name, part in schema.items()}
    _say_values(schema)
    _say_bounds(schema)
    _say_condition(schema)
    if _NULL in schema.get("anyOf", []):
        _say_nullable(schema)
    if "$ref" in schema and len(schema) > 1:
        schema["allOf"] = [{"$ref": schema.pop("$ref")}]
    if schema.get("default", ...) is None:
        del schema["default"]
    return schema


def _say_values(schema: dict[str, Any]) -> None:
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if schema.get("type") == "null":
        schema.pop("type")
        schema["enum"] = [None]
    if "prefixItems" in schema:
        # Boxes and pairs: their parts are all of one kind, and their number stands beside them.
        schema["items"] = schema.pop("prefixItems")[0]


def _say_bounds(schema: dict[str, Any]) -> None:
    for side in ("Minimum", "Maximum"):
        bound = schema.get(f"exclusive{side}")
        if isinstance(bound, int | float) and not isinstance(bound, bool):
            schema |= {side.lower(): bound, f"exclusive{side}": True}


def _say_condition(schema: dict[str, Any]) -> None:
    if "if" in schema and {"then", "else"} <= schema.keys():
        asked, then, otherwise = (schema.pop(name) for name in ("if", "then", "else"))
        schema["allOf"] = [{"anyOf": [{"not": asked}, then]}, {"anyOf": [asked, otherwise]}]


def _say_nullable(schema: dict[str, Any]) -> None:
    others = [part for part in schema.pop("anyOf") if part != _NULL]
    if len(others) > 1:
        schema["anyOf"] = others
    else:
        schema.update(others[0])
    schema["nullable"] = True
