"""Parameters of the export of a collection."""

from typing import Literal

from pydantic import Field

from gis_service.services.filters import LONGEST
from gis_service.web.schemas.items import Box, PastQuery

FormatName = Literal["gpkg", "geojson", "shp", "fgb", "parquet", "csv", "xlsx", "cog"]
ENCLOSURE_REL = "enclosure"
"""Relation of a link to a file to keep (RFC 4287)."""


class ExportQuery(PastQuery):
    """What is taken of a layer, and how it is written."""

    f: FormatName | None = Field(
        None,
        description="Format of the file; `shp` is a zipped Shapefile, `cog` a cloud-optimised GeoTIFF, which"
        " rasters come in and nothing else does. `gpkg` when not given, of a raster `cog`.",
    )
    crs: str | None = Field(
        None,
        max_length=100,
        description="System of the coordinates: `EPSG:4326`, which is meant when none is given, but for a"
        " raster, which then comes in its own; the city's own, one of VN-2000, or what else the"
        " city offers; as a name or as an address of OGC.",
    )
    filter: str | None = Field(
        None,
        max_length=LONGEST,
        description="Which features, in CQL2 text: fields of the layer and `fid` beside values"
        " (`= <> < <= > >= BETWEEN IN LIKE IS NULL`), joined by `AND OR NOT`, and"
        " `S_INTERSECTS(geom, BBOX(west,south,east,north))` or another geometry as WKT in degrees.",
    )
    bbox: Box = Field(
        None,
        description="Only features that meet this box: west, south, east, north in degrees (CRS84).",
    )
