"""Shapes of what users send to make and describe layers: definitions, as the files have them."""

import json
from typing import Any

from pydantic import ConfigDict, Field, RootModel, model_validator
from pydantic_core import PydanticCustomError

from gis_service.catalogue.schema import whole_schema
from gis_service.web.operation import Query

_NOT_SAID = frozenset({"$schema", "$id", "$defs", "$ref"})


def _plain(schema: Any) -> Any:  # noqa: ANN401 any part of a JSON Schema
    """Leave out what OpenAPI 3.0 cannot say: lists of types, and the names of schemas."""
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(part) for name, part in schema.items() if name not in _NOT_SAID}
    kinds = plain.get("type")
    if isinstance(kinds, list):
        del plain["type"]
        others = [kind for kind in kinds if kind != "null"]
        if len(others) == 1:
            plain["type"] = others[0]
        plain |= {"nullable": True} if "null" in kinds else {}
    return plain


class DescribeQuery(Query):
    """What is said of a change beside it."""

    confirm_personal: bool = Field(
        default=False, description="Open the layer to everybody although columns look like personal data."
    )


class LayerPatch(RootModel[dict[str, Any]]):
    """What is to change of a definition, as a JSON merge patch: what is not named stays, null takes away."""

    @model_validator(mode="after")
    def _numbers(self) -> "LayerPatch":
        # JSON as Python reads it also has NaN and Infinity; nothing else does.
        try:
            json.dumps(self.root, allow_nan=False)
        except ValueError:
            raise PydanticCustomError(
                "gis_expected", "expected {expected}", {"expected": "0, 0.5, …"}
            ) from None
        return self


class LayerBody(LayerPatch):
    """The whole definition of a layer, held to the same schema and checks as a file in the layers folder."""

    model_config = ConfigDict(json_schema_extra=_plain(whole_schema("layer")))
