"""Shapes of the live answers of catchments."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from gis_service.analysis.surface import SMALLEST_STEP_M, STEP_M, CellKind
from gis_service.services.catchment_request import LARGEST_STEP_M, MAX_LIMITS, Limit, ShapeName
from gis_service.web.schemas.common import Answer, Link
from gis_service.web.schemas.coverage import CoverageQuery

_CORNERS = 4
_BBOX_EXPECTED = "106.2,20.4,106.4,20.6"


def _words(value: object) -> object:
    return tuple(value.split(",")) if isinstance(value, str) else value


def _corners(value: object) -> tuple[float, ...]:
    """Read west, south, east, north in degrees."""
    try:
        found = tuple(float(part) for part in str(value).split(","))
    except ValueError:
        found = ()
    if len(found) != _CORNERS or not (
        -180 <= found[0] < found[2] <= 180 and -90 <= found[1] < found[3] <= 90  # noqa: PLR2004 the whole earth
    ):
        raise PydanticCustomError("gis_expected", "expected {expected}", {"expected": _BBOX_EXPECTED})
    return found


class CatchmentQuery(CoverageQuery):
    """What is asked, and what is drawn of it."""

    shapes: Annotated[
        tuple[ShapeName, ...] | None,
        BeforeValidator(_words),
        WithJsonSchema({"type": "string", "example": "edges,polygons"}),
    ] = Field(
        None,
        description="edges, polygons, surface, allocation, od; with commas between. Left out: polygons.",
    )
    limits: Annotated[
        tuple[Limit, ...] | None,
        BeforeValidator(_words),
        WithJsonSchema({"type": "string", "example": "300,600"}),
    ] = Field(None, max_length=MAX_LIMITS, description="Further limits that are drawn, with commas between.")
    bbox: Annotated[
        tuple[float, float, float, float] | None,
        BeforeValidator(_corners),
        WithJsonSchema({"type": "string", "example": _BBOX_EXPECTED}),
    ] = Field(None, description="Only roads and cells that meet it: west, south, east, north in WGS 84.")
    step_m: float = Field(
        STEP_M,
        ge=SMALLEST_STEP_M,
        le=LARGEST_STEP_M,
        allow_inf_nan=False,
        description="Cells of the surface.",
    )
    grid: CellKind = "hexagon"
    detail: Literal["cells", "points"] = Field(
        "cells", description="Lines of allocation from homes: for those who may see personal detail."
    )
    lon: float | None = Field(None, ge=-180, le=180, description="Degrees in WGS 84; with `lat`.")
    lat: float | None = Field(
        None, ge=-90, le=90, description="With `lon`: the catchment of this place, not of the facilities."
    )

    @model_validator(mode="after")
    def _place_is_whole(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise PydanticCustomError("gis_expected", "expected {expected}", {"expected": "lon, lat"})
        return self

    @property
    def drawn(self) -> tuple[ShapeName, ...]:
        """What is drawn, each once."""
        return tuple(dict.fromkeys(self.shapes or ("polygons",)))

    def inputs(self) -> dict[str, Any]:
        """Give the inputs of the study of coverage that is drawn."""
        return {name: value for name, value in super().inputs().items() if name in CoverageQuery.model_fields}


class LiveCatchment(Answer):
    """What is drawn of a study that is not stored."""

    study: str
    unit: Literal["s", "m"]
    limits: list[float]
    generated_data: bool
    shapes: dict[str, Any] = Field(
        description="By name, GeoJSON in WGS 84; `places` of `od` is a list. Polygons are for drawing only."
    )
    notices: list[dict[str, Any]]
    notice_texts: list[dict[str, str]]
    links: list[Link]
