"""Shapes of metadata: what is known about layers, in both languages."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from gis_service.types import BBox
from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link


class LayerMetadata(Answer):
    """What is known about a layer as a data set."""

    definition: dict[str, Any] = Field(
        description="The definition in both languages, as a file in the layers folder has it and as it is"
        " sent to make or change a layer."
    )
    address: str
    made_by_user: bool
    visibility: str = Field(description="How far the layer is open now.")
    bbox: BBox | None = Field(
        None, description="West, south, east, north in degrees; absent where nothing lies."
    )
    version: int | None = Field(None, description="Version that the items have now.")
    published: datetime | None = Field(None, description="Time of the first version.")
    updated: datetime | None = Field(None, description="Time of the newest version.")
    links: list[Link]


class LayerCatalogue(Answer):
    """What is known about all layers that the caller may read."""

    layers: list[LayerMetadata]
    links: list[Link]


class MetadataQuery(Query):
    """Format of the metadata of a layer."""

    f: Literal["json", "iso"] | None = Field(
        None, description="`iso` is ISO 19139 XML; else the Accept header tells, JSON when it does not."
    )


class CatalogueQuery(Query):
    """Format of the catalogue."""

    f: Literal["json", "dcat"] | None = Field(
        None, description="`dcat` is DCAT 3 as JSON-LD; else the Accept header tells, JSON when it does not."
    )
