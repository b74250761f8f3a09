"""Shapes of edits of single features."""

import json
from typing import Annotated, Any, Literal

import shapely
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from gis_service.web.operation import Query

_GEOMETRY_SCHEMA = {"type": "object", "nullable": True, "description": "GeoJSON, longitude and latitude."}


def _geometry(value: object) -> shapely.Geometry | None:
    if value is None:
        return None
    # Finite numbers only: JSON as Python reads it also has NaN and Infinity.
    try:
        return shapely.from_geojson(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError, shapely.errors.GEOSException):
        expected = {"expected": "GeoJSON geometry"}
        raise PydanticCustomError("gis_expected", "expected {expected}", expected) from None


Geometry = Annotated[Any, BeforeValidator(_geometry), WithJsonSchema(_GEOMETRY_SCHEMA)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, arbitrary_types_allowed=True)

    type: Literal["Feature"]


class FeatureBody(_Body):
    """A feature as it is to be: what is not named is empty. Members such as `links` are left aside."""

    geometry: Geometry
    properties: dict[str, Any] | None = Field(None, description="Values by field of the layer.")


class FeaturePatch(_Body):
    """What is to change of a feature, as a JSON merge patch: what is not named stays as it is."""

    type: Literal["Feature"] = "Feature"
    geometry: Geometry = None
    properties: dict[str, Any] | None = None


class EditQuery(Query):
    """Why something is changed, and from which state of the layer."""

    message: str = Field("", max_length=500, description="Why; kept with the version.")
    base: int | None = Field(
        None,
        ge=1,
        le=2**63 - 1,
        description="Version of the layer that the change was made from; refused when there is a newer one.",
    )
