"""Shapes of OGC API Features."""

from typing import Any, Literal

from pydantic import Field

from gis_service.types import BBox
from gis_service.web.schemas.common import Answer, Link

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class Landing(Answer):
    """What stands here, and where to go on."""

    title: str
    description: str
    links: list[Link]


class Conformance(Answer):
    """The conformance classes that the service meets."""

    conformsTo: list[str]  # noqa: N815 the name that OGC gives it


class SpatialExtent(Answer):
    """Boxes in longitude and latitude that hold all items."""

    bbox: list[BBox]
    crs: str = CRS84


class Extent(Answer):
    """Where the items of a collection lie."""

    spatial: SpatialExtent


class Contact(Answer):
    """Who answers for the data of a layer."""

    organisation: str
    email: str | None = None
    phone: str | None = None
    url: str | None = None


class Collection(Answer):
    """A layer, as OGC API Features has it."""

    id: str
    title: str
    description: str
    extent: Extent | None = None
    itemType: str = "feature"  # noqa: N815 the name that OGC gives it
    crs: list[str] = Field([CRS84])
    category: str = Field(description="Sector that the layer belongs to.")
    geometry: str = Field(
        description="Geometry type; None for a table of figures, Raster for a grid of cells."
    )
    visibility: str
    may_edit: bool | None = Field(
        None, description="True for those who may change its items; left out for all others."
    )
    generated_data: bool = Field(description="Whether the data is generated rather than observed.")
    licence: str
    attribution: str = Field(description="Source of the data.")
    version: int | None = Field(None, description="Version that the items have now.")
    made_by_user: bool = Field(
        description="Whether a user has made the layer; all others are defined by files."
    )
    contact: Contact | None = Field(None, description="Who answers for the data.")
    lineage: str | None = Field(None, description="How the data came to be.")
    frequency: str | None = Field(
        None, description="How often it is brought up to date: ISO 19115, MD_MaintenanceFrequencyCode."
    )
    quality: str | None = Field(None, description="How complete and how exact it is.")
    links: list[Link]


class Collections(Answer):
    """The layers that the caller may read."""

    links: list[Link]
    collections: list[Collection]


class Feature(Answer):
    """A GeoJSON feature; the geometry is in longitude and latitude, 7 decimals."""

    type: Literal["Feature"]
    id: int
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


_VERSION = "Version of the layer that was read; null before its first one."


class Item(Feature):
    """One feature with its links."""

    version: int | None = Field(description=_VERSION)
    links: list[Link]


class Items(Answer):
    """A page of features."""

    type: Literal["FeatureCollection"]
    version: int | None = Field(description=_VERSION)
    features: list[Feature]
    links: list[Link]
    numberReturned: int = Field(ge=0)  # noqa: N815 the name that OGC gives it
    numberMatched: int | None = Field(  # noqa: N815 the name that OGC gives it
        None, ge=0, description="Given when it costs nothing: when the first page holds everything."
    )
