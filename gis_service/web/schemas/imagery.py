"""Shapes of the backgrounds of the map."""

from pydantic import Field

from gis_service.types import BBox
from gis_service.web.schemas.common import Answer, Link


class Background(Answer):
    """Pictures that may lie under the map, as TileJSON calls their parts."""

    id: str = Field(description="That of a raster layer begins with `layer:`.")
    title: str
    attribution: str
    licence: str | None = Field(description="Of a raster layer; null where the operator named it.")
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: BBox


class Backgrounds(Answer):
    """The backgrounds that the operator has named, and the photographs among the raster layers."""

    items: list[Background]
    links: list[Link]
