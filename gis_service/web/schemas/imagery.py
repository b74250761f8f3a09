"""Shapes of the backgrounds of the map."""

from gis_service.types import BBox
from gis_service.web.schemas.common import Answer, Link


class Background(Answer):
    """Pictures of another tile server that may lie under the map, as TileJSON calls their parts."""

    id: str
    title: str
    attribution: str
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: BBox


class Backgrounds(Answer):
    """The backgrounds that the operator has named."""

    items: list[Background]
    links: list[Link]
