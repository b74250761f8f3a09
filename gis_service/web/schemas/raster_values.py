"""Shapes of what a raster holds: at a place (OGC API EDR, position), and of the zones of another layer."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from gis_service.web.schemas.common import Answer, Link
from gis_service.web.schemas.items import Box, PastQuery

_POINT = re.compile(r"POINT\s*\(\s*(-?\d{1,3}(?:\.\d+)?)\s+(-?\d{1,2}(?:\.\d+)?)\s*\)", re.IGNORECASE)
_EXPECTED = "POINT(106.34 20.45)"
_EAST, _NORTH = 180.0, 90.0


def _coords(value: object) -> str:
    found = _POINT.fullmatch(str(value).strip())
    if found is None or abs(float(found[1])) > _EAST or abs(float(found[2])) > _NORTH:
        raise PydanticCustomError("gis_expected", "expected {expected}", {"expected": _EXPECTED})
    return f"{found[1]} {found[2]}"


class PositionQuery(PastQuery):
    """Which place, and of which time."""

    coords: Annotated[str, BeforeValidator(_coords), WithJsonSchema({"type": "string"})] = Field(
        description="The place as WKT, longitude before latitude in degrees (CRS84): `POINT(106.34 20.45)`."
    )
    f: Literal["json", "geojson"] | None = None

    def place(self) -> tuple[float, float]:
        """Give longitude and latitude."""
        lon, lat = self.coords.split(" ")
        return float(lon), float(lat)


class StatisticsQuery(PastQuery):
    """Which zones and which band, and of which time the raster is."""

    zones: str = Field(max_length=48, description="Layer of areas (`commune`).")
    bidx: str | None = Field(
        None, max_length=48, description="Number or name of the band; the first one when left out."
    )
    bbox: Box = Field(
        None, description="Only zones that meet this box: west, south, east, north in degrees (CRS84)."
    )
    f: Literal["json", "csv"] | None = None


class BandAtPlace(Answer):
    """What one band holds at the place."""

    band: int
    name: str
    label: str | None = None
    unit: str | None = None
    value: float | None = Field(description="null where there is no data, and outside the raster.")


class PlaceProperties(Answer):
    """The bands at the place."""

    version: int
    bands: list[BandAtPlace]


class PlacePoint(Answer):
    """The place that was asked for."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class PlaceValues(Answer):
    """A place as GeoJSON, with what the raster holds there."""

    type: Literal["Feature"] = "Feature"
    geometry: PlacePoint
    properties: PlaceProperties


class ZoneFigures(Answer):
    """Figures of one zone, cells by the share that lies in it; null where there is no data."""

    id: str
    name: str
    cells: float = Field(description="Cells of the raster in the zone.")
    count: float = Field(description="Those of them with data.")
    sum: float
    mean: float | None
    min: float | None
    max: float | None
    p10: float | None
    p25: float | None
    p50: float | None
    p75: float | None
    p90: float | None


class RasterStatistics(Answer):
    """What a raster holds of each zone."""

    version: int
    zones_version: int | None
    band: int
    name: str
    unit: str | None
    generated_data: bool
    items: list[ZoneFigures]
    links: list[Link]
