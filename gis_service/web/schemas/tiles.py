"""Shapes of OGC API Tiles, and of TileJSON."""

from typing import Any, Literal

from pydantic import Field

from gis_service.types import BBox
from gis_service.web.operation import Query
from gis_service.web.schemas.common import Answer, Link
from gis_service.web.schemas.items import PartQuery

WEB_MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
WEB_MERCATOR_QUAD = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
SCHEME_REL = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
_MOST_NAMES = 4_000
TILESETS_REL = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"


class TilesetEntry(Answer):
    """A tile set in a list."""

    title: str
    dataType: Literal["vector"] = "vector"  # noqa: N815 the name that OGC gives it
    crs: str = WEB_MERCATOR
    tileMatrixSetURI: str = WEB_MERCATOR_QUAD  # noqa: N815 the name that OGC gives it
    links: list[Link]


class Tilesets(Answer):
    """The tile sets of a collection."""

    tilesets: list[TilesetEntry]
    links: list[Link]


class TileMatrixLimits(Answer):
    """Rows and columns of one zoom that hold anything."""

    tileMatrix: str  # noqa: N815 the name that OGC gives it
    minTileRow: int  # noqa: N815 the name that OGC gives it
    maxTileRow: int  # noqa: N815 the name that OGC gives it
    minTileCol: int  # noqa: N815 the name that OGC gives it
    maxTileCol: int  # noqa: N815 the name that OGC gives it


class TilesetLayer(Answer):
    """The layer inside the tiles."""

    id: str
    title: str
    dataType: Literal["vector"] = "vector"  # noqa: N815 the name that OGC gives it
    geometryDimension: int | None = Field(  # noqa: N815 the name that OGC gives it
        None, ge=0, le=3, description="0 points, 1 lines, 2 areas; absent for mixed layers."
    )


class Tileset(TilesetEntry):
    """A tile set in full."""

    tileMatrixSetLimits: list[TileMatrixLimits] | None = None  # noqa: N815 the name that OGC gives it
    layers: list[TilesetLayer]


class VectorLayer(Answer):
    """The layer inside the tiles, as TileJSON has it."""

    id: str
    description: str
    fields: dict[str, str] = Field(
        description="What features carry: Number, String or Boolean, by name. Where one of them stands for"
        " many rows it has gis:count and sum:<field> of these."
    )


class Thinning(Answer):
    """What of a layer its tiles may leave out, and how they say so."""

    budget_bytes: int = Field(description="What a tile may take before it is packed.")
    may_be_thinned: bool = Field(
        description="Whether a tile beyond the budget leaves features out; never of layers that studies use."
    )
    kept_first: list[str] = Field(
        description="What decides which features stay, the first first: a field, or $area or $length."
    )
    header: str = Field(
        description="Tells of a thinned tile how many features it shows, of how many; how many times as wide"
        " as at this zoom its cells are; how many bytes it takes where these are more than the budget."
    )
    gathered_to_zoom: int | None = Field(
        None, description="Up to this zoom one feature stands for many rows; absent where none does."
    )
    gathered_fields: list[str] = Field(
        default_factory=list,
        description="Attributes of such features: their number of rows, and sums of fields.",
    )


class LayerThinning(Answer):
    """What of one layer may be left out."""

    may_be_thinned: bool = Field(description="Never of layers that studies use.")
    kept_first: list[str] = Field(
        description="What decides which features stay, the first first: a field, or $area or $length."
    )
    gathered_to_zoom: int | None = Field(
        None, description="Up to this zoom one feature stands for many rows; absent where none does."
    )
    gathered_fields: list[str] = Field(
        default_factory=list,
        description="Attributes of such features; none of a tileset, whose query makes its own.",
    )


class SharedThinning(Answer):
    """What tiles of several layers may leave out, and how they say so.

    Of a tile beyond the budget the heaviest layers are thinned, all down to the same weight.
    """

    budget_bytes: int = Field(description="What a tile may take before it is packed.")
    header: str = Field(
        description="Tells of a thinned tile how many features it shows, of how many; how many times as wide"
        " as at this zoom its cells are; how many bytes it takes where these are more than the budget."
    )
    layers: dict[str, LayerThinning] = Field(description="By the id of the layer.")


class TileJson(Answer):
    """A tile set, as TileJSON 3.0 has it."""

    tilejson: Literal["3.0.0"] = "3.0.0"
    name: str
    attribution: str
    tiles: list[str]
    vector_layers: list[VectorLayer]
    minzoom: int
    maxzoom: int
    bounds: BBox | None = None
    thinning: Thinning | SharedThinning | None = None


class TileStyle(Answer):
    """How a tile set looks, in MapLibre's style language."""

    version: Literal[8]
    name: str
    sources: dict[str, dict[str, str]]
    layers: list[dict[str, Any]]


class TileMatrix(Answer):
    """The grid of one zoom."""

    id: str
    scaleDenominator: float  # noqa: N815 the name that OGC gives it
    cellSize: float  # noqa: N815 the name that OGC gives it
    pointOfOrigin: tuple[float, float]  # noqa: N815 the name that OGC gives it
    tileWidth: int  # noqa: N815 the name that OGC gives it
    tileHeight: int  # noqa: N815 the name that OGC gives it
    matrixWidth: int  # noqa: N815 the name that OGC gives it
    matrixHeight: int  # noqa: N815 the name that OGC gives it


class TileMatrixSet(Answer):
    """The grids of all zooms."""

    id: str
    title: str
    uri: str = WEB_MERCATOR_QUAD
    crs: str = WEB_MERCATOR
    orderedAxes: tuple[str, str] = ("X", "Y")  # noqa: N815 the name that OGC gives it
    tileMatrices: list[TileMatrix]  # noqa: N815 the name that OGC gives it


class TileMatrixSetEntry(Answer):
    """A matrix set in a list."""

    id: str
    title: str
    uri: str = WEB_MERCATOR_QUAD
    links: list[Link]


class TileMatrixSets(Answer):
    """The matrix sets that the service knows."""

    tileMatrixSets: list[TileMatrixSetEntry]  # noqa: N815 the name that OGC gives it


class TilesetQuery(Query):
    """Format of the description of a tile set."""

    f: Literal["json", "tilejson", "html"] | None = None


class StyledTilesetQuery(Query):
    """Format of the description of a tile set that has a style."""

    f: Literal["json", "tilejson", "style", "html"] | None = None


class TileQuery(Query):
    """Format of a tile."""

    f: Literal["mvt"] | None = None


class _PropertiesQuery(PartQuery):
    """Which items tiles show, and with which fields."""

    properties: str | None = Field(
        None,
        max_length=_MOST_NAMES,
        description="Fields that the features carry: names with commas between them, `*` for all, nothing for"
        " none. When left out those that a map draws by; what they are is told by `vector_layers` of the"
        " TileJSON. Where one feature stands for many rows it carries their number, and sums of the numeric"
        " fields among these.",
    )

    def part(self) -> dict[str, object]:
        """Give the parameters that say which items with which fields; links keep them."""
        asked = {} if self.properties is None else {"properties": self.properties}
        return super().part() | asked


class LayerTilesetQuery(TilesetQuery, _PropertiesQuery):
    """Format of the description of a layer's tile set, and what its tiles are to show."""


class LayerTileQuery(TileQuery, _PropertiesQuery):
    """Format of a tile of a layer, and which of its items it shows."""
