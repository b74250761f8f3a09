"""Shapes of map tiles of rasters (OGC API Maps and Tiles), and how a raster is asked to be drawn."""

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from gis_service.services.raster_tiles import COLORMAPS, Look
from gis_service.types import BBox
from gis_service.web.schemas.common import Answer, Link
from gis_service.web.schemas.items import PastQuery
from gis_service.web.schemas.tiles import WEB_MERCATOR, WEB_MERCATOR_QUAD, TileMatrixLimits

MAP_TILESETS_REL = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-map"
_MOST_BANDS = 3
_LONGEST_NAME = 48
_RESCALE_EXPECTED = "0,100 | 0,255,0,255,0,255"
_BANDS_EXPECTED = "1 | 3,2,1"
_SOME_COLORMAPS = "viridis, magma, cividis, terrain, blues, rdylgn, greys_r, …"


def _expected(text: str) -> PydanticCustomError:
    return PydanticCustomError("gis_expected", "expected {expected}", {"expected": text})


def _number(text: str, expected: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise _expected(expected) from None
    if not math.isfinite(number):
        raise _expected(expected)
    return number


def _rescale(value: object) -> str:
    numbers = [_number(part, _RESCALE_EXPECTED) for part in str(value).split(",")]
    pairs = list(zip(numbers[::2], numbers[1::2], strict=False))
    if len(numbers) % 2 or len(pairs) not in {1, _MOST_BANDS} or not all(low < high for low, high in pairs):
        raise _expected(_RESCALE_EXPECTED)
    return str(value)


def _bands(value: object) -> str:
    names = [name.strip() for name in str(value).split(",")]
    if len(names) not in {1, _MOST_BANDS} or not all(0 < len(name) <= _LONGEST_NAME for name in names):
        raise _expected(_BANDS_EXPECTED)
    return ",".join(names)


def _colormap(value: object) -> str:
    name = str(value).lower()
    if name not in COLORMAPS:
        raise _expected(_SOME_COLORMAPS)
    return name


def _nodata(value: object) -> float:
    return _number(str(value), "-9999")


_TEXT = WithJsonSchema({"type": "string"})


class RasterLookQuery(PastQuery):
    """How a raster is drawn, and of which time it is."""

    bidx: Annotated[str | None, BeforeValidator(_bands), _TEXT] = Field(
        None,
        description="Bands by number or name: one, or three as red, green and blue (`3,2,1`). When left out:"
        " the colours of a photograph, else the first band.",
    )
    expression: str | None = Field(
        None,
        max_length=1000,
        description="A formula over bands in place of one: `(b2-b1)/(b2%2Bb1)` with `+ - * / **` and brackets"
        " (`+` is written `%2B` in an address); beside it `rescale` is needed.",
    )
    rescale: Annotated[str | None, BeforeValidator(_rescale), _TEXT] = Field(
        None,
        description="Values of the first and the last colour, `low,high`, or three such pairs for three;"
        " the lowest and the highest value of the band when left out.",
    )
    colormap: Annotated[str | None, BeforeValidator(_colormap), _TEXT] = Field(
        None,
        description="Colours of a single band, by their name in matplotlib in small letters (`viridis`,"
        " `terrain`, `blues_r`); `viridis` for measures and the raster's own for classes when left out.",
    )
    nodata: Annotated[float | None, BeforeValidator(_nodata), WithJsonSchema({"type": "number"})] = Field(
        None,
        description="Value of cells that are left out, as the file holds it, in place of the one that the"
        " raster has for them.",
    )

    def look(self) -> Look:
        """Give what is asked for as the service takes it."""
        numbers = [float(part) for part in self.rescale.split(",")] if self.rescale else []
        return Look(
            bands=tuple(self.bidx.split(",")) if self.bidx else (),
            expression=self.expression,
            rescale=tuple(zip(numbers[::2], numbers[1::2], strict=True)),
            colormap=self.colormap,
            nodata=self.nodata,
        )

    def part(self) -> dict[str, object]:
        """Give the parameters that say what is drawn, and how; links keep them."""
        drawn = self.model_dump(
            include={"bidx", "expression", "rescale", "colormap", "nodata"}, exclude_none=True
        )
        return drawn | self.past()


class RasterTileQuery(RasterLookQuery):
    """Format of a tile of a raster, and how it is drawn."""

    f: Literal["png", "webp"] | None = Field(
        None, description="Format of the picture; else the Accept header tells, PNG when it takes both."
    )


class RasterTilesetQuery(RasterLookQuery):
    """Format of the description of a raster's tile set, and how its tiles are drawn."""

    f: Literal["json", "tilejson", "html"] | None = None


class MapTilesetEntry(Answer):
    """A tile set of pictures in a list."""

    title: str
    dataType: Literal["map"] = "map"  # noqa: N815 the name that OGC gives it
    crs: str = WEB_MERCATOR
    tileMatrixSetURI: str = WEB_MERCATOR_QUAD  # noqa: N815 the name that OGC gives it
    links: list[Link]


class MapTilesets(Answer):
    """The tile sets of pictures of a collection."""

    tilesets: list[MapTilesetEntry]
    links: list[Link]


class MapTileset(MapTilesetEntry):
    """A tile set of pictures in full."""

    tileMatrixSetLimits: list[TileMatrixLimits]  # noqa: N815 the name that OGC gives it


class LegendStep(Answer):
    """A value and its colour."""

    value: float
    colour: str = Field(description="`#rrggbb`.")


class RasterLegend(Answer):
    """What the colours of a raster mean; no steps for a photograph."""

    unit: str | None = None
    classes: bool = Field(description="Whether values are codes of classes, with nothing between them.")
    steps: list[LegendStep]


class RasterTileJson(Answer):
    """A tile set of pictures as TileJSON 3.0 has it, and the legend of its colours."""

    tilejson: Literal["3.0.0"] = "3.0.0"
    name: str
    attribution: str
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: BBox
    legend: RasterLegend
