"""Shapes of what is wrong in a layer as it is."""

from typing import Literal

from pydantic import Field

from gis_service.services.ingest_source import WIDEST_GAP_M
from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link


class LayerFaultsQuery(Query):
    """How narrow a gap is told, and in which format."""

    gap_m: float = Field(
        1.0, gt=0, le=WIDEST_GAP_M, description="Widest gap between areas that is told, in metres."
    )
    f: Literal["json", "html", "csv"] | None = Field(
        None, description="Format; else the Accept header tells."
    )


class FaultyFeature(Answer):
    """One feature that something is wrong with."""

    id: int | None = Field(None, description="Of the item; absent for what concerns the layer as a whole.")
    text: str = Field(description="The bad value, the reason.")
    lon: float | None = Field(None, description="Where to look, in degrees of WGS 84, where that is known.")
    lat: float | None = None


class LayerFault(Answer):
    """Everything that is wrong in one way, in the reader's language."""

    code: str = Field(description="Entry of docs/errors.md.")
    severity: Literal["error", "warning", "note"]
    count: int = Field(description="Features that are so.")
    title: str
    detail: str
    remedy: str
    column: str | None = Field(None, description="Field that it stands in, when it is one.")
    features: list[FaultyFeature] = Field(description="The first hundred.")


class LayerFaults(Answer):
    """What the checks of a file find in the rows that a layer holds now."""

    layer: str
    version: int
    features: int = Field(description="Rows that were looked at.")
    items: list[LayerFault]
    links: list[Link]
