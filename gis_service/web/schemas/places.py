"""Shapes of what a text may mean on the map."""

from typing import Literal

from pydantic import Field

from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link

MOST = 50


class PlacesQuery(Query):
    """What is looked for, and by which units it is told."""

    q: str = Field(
        "",
        max_length=100,
        description="Part of a name, with or without diacritics (`tram y te dong`), or a place:"
        " `20.45, 106.34`, `20°27'36\"N 106°20'24\"E`, or metres of VN-2000 in either order,"
        " `2263123.5 580456.2`. Empty: nothing is found, and the names are made ready for a search.",
    )
    vintage: str | None = Field(
        None,
        max_length=48,
        description="Boundary vintage that units are told by; that of today when left out.",
    )
    limit: int = Field(8, ge=1, le=MOST, description="How many are given.")


class UnitName(Answer):
    """A unit of the vintage that is asked for."""

    code: str
    name: str


class Metres(Answer):
    """Coordinates in a zone of VN-2000."""

    system: str = Field(description="`EPSG:9209`.")
    zone_width: Literal[3, 6] = Field(description="Degrees that the zone is wide.")
    meridian: float = Field(description="Central meridian in degrees.")
    easting: float
    northing: float


class PlaceEntry(Answer):
    """Something that the text may mean."""

    kind: Literal["unit", "former", "settlement", "place", "coordinates"] = Field(
        description="`unit` of the vintage asked for, `former` unit of another one that became part of it."
    )
    name: str
    title: str = Field(description="What its layer, its list of units or its system is called.")
    lon: float
    lat: float
    within: UnitName | None = Field(description="Unit that holds it, or that it is part of now.")
    layer: str | None = Field(description="Null of coordinates.")
    fid: int | None
    closed: bool = Field(description="Whether it is no longer open.")
    system: str | None = Field(description="System that coordinates are in; null of features.")
    vn2000: Metres | None = Field(description="Of coordinates, where Viet Nam's systems reach.")
    around: bool = Field(description="Whether it lies in the city's box or its margin.")
    links: list[Link]


class Places(Answer):
    """What the text may mean, the best fit first."""

    items: list[PlaceEntry]
    next: str | None = None
