"""Tiles of raster layers: pictures of the cells, on the grid that vector tiles lie in."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.rasters import RasterRow
from gis_service.files.raster_drawing import COLORMAPS, Drawing, Picture, draw_tile, legend_colours
from gis_service.services.context import Context
from gis_service.services.raster_bands import RasterBand
from gis_service.services.raster_layers import file_of
from gis_service.services.raster_looks import PLAIN, Look, drawing_of
from gis_service.services.tile_cache import Made
from gis_service.services.tile_grid import HALF_WORLD_M, MAX_ZOOM, require_tile, tile_box
from gis_service.services.tile_memory import Tile, Zxy
from gis_service.services.tile_sources import mark_of
from gis_service.types import LayerId

__all__ = ["COLORMAPS", "PLAIN", "Legend", "Look", "Picture", "drawing_of"]

_FORMAT = "1"
"""Another number when pictures are drawn in another way: those that are kept are drawn anew."""
_TILE_PIXELS = 256
_TRIFLE = 1e-6
_NOTHING: Mapping[LayerId, int] = {}


@dataclass(frozen=True, slots=True)
class Legend:
    """What the colours of a drawn raster mean.

    Parameters
    ----------
    unit
        Of the values; None where none is known, and of what a formula gives.
    steps
        Values and their colours (``#rrggbb``), rising; empty for a photograph.
    classes
        Whether values are codes of classes, with nothing between them.
    """

    unit: str | None
    steps: tuple[tuple[float, str], ...]
    classes: bool


@dataclass(frozen=True, slots=True)
class _DrawnTile:
    """A tile of a file that never changes: what it is good for is said by its mark."""

    path: str
    drawing: Drawing
    zxy: Zxy
    picture: Picture
    context: Context

    def make(self) -> Made:
        with self.context.raster_handles.lent(self.path) as dataset:
            return Made(draw_tile(dataset, self.drawing, self.zxy, self.picture), _NOTHING)

    def unchanged(self, made_of: Mapping[LayerId, int]) -> Mapping[LayerId, int]:
        return made_of


def tile(
    context: Context,
    definition: LayerDefinition,
    row: RasterRow,
    zxy: Zxy,
    look: Look = PLAIN,
    picture: Picture = "png",
) -> Tile:
    """Give one tile of a raster as a picture; without content where the raster has no data.

    Parameters
    ----------
    context
        Of the service.
    definition, row
        The layer and the version; whoever has read the row in this request gets the tile of now.
    zxy
        Zoom, column from the west, row from the north.
    look
        How it is drawn.
    picture
        Format of the picture.

    Raises
    ------
    NotFound
        ``tile_outside_matrix``.
    WrongUse
        As `drawing_of`.
    Temporary
        ``tiles_busy``, ``raster_file_missing``.
    """
    require_tile(*zxy)
    drawing = drawing_of(definition, row, look)
    mark = _mark_of(row, drawing, picture)
    if not _meets(row, zxy):
        return Tile(b"", _NOTHING, mark)
    source = _DrawnTile(str(file_of(context.rasters, row)), drawing, zxy, picture, context)
    return context.tiles.give(mark, zxy, source, is_variant=look != PLAIN)


def is_drawn_anew(
    context: Context, definition: LayerDefinition, row: RasterRow, zxy: Zxy, look: Look, picture: Picture
) -> bool:
    """Tell whether a tile in colours of its asker has to be drawn: this process has none of it.

    Parameters
    ----------
    context, definition, row, zxy, look, picture
        As of `tile`.

    Raises
    ------
    WrongUse
        As `drawing_of`.
    """
    if look == PLAIN or not _meets(row, zxy):
        return False
    return not context.tiles.has_variant(_mark_of(row, drawing_of(definition, row, look), picture), zxy)


def _mark_of(row: RasterRow, drawing: Drawing, picture: Picture) -> str:
    # By content: two versions of one file share their tiles, and no tile of one is ever given for another.
    return mark_of("raster", _FORMAT, row.sha256, row.kind, drawing.key, picture)


def zooms_of(row: RasterRow) -> tuple[int, int]:
    """Give the first and the last zoom of a raster: at the last one a cell is no smaller than a pixel."""
    west, _, east, _ = row.bbox
    cell = max((east - west) / 180.0 * HALF_WORLD_M / row.width, 1e-9)
    # Less a trifle: the pixels of a tile are cells of that very zoom, however their corners were rounded.
    found = math.ceil(math.log2(2 * HALF_WORLD_M / (_TILE_PIXELS * cell)) - _TRIFLE)
    return 0, max(0, min(MAX_ZOOM, found))


def legend_of(context: Context, definition: LayerDefinition, row: RasterRow, look: Look = PLAIN) -> Legend:
    """Tell what the colours of a raster mean.

    Parameters
    ----------
    context, definition, row, look
        As of `tile`.

    Raises
    ------
    WrongUse, Temporary
        As `tile`.
    """
    drawing = drawing_of(definition, row, look)
    band = RasterBand(row, drawing.bands[0])
    unit = band.unit(definition) if drawing.compute is None else None
    with context.raster_handles.lent(str(file_of(context.rasters, row))) as dataset:
        steps = legend_colours(dataset, drawing, band.ends)
    return Legend(unit, steps, drawing.kind in {"palette", "classes"})


def _meets(row: RasterRow, zxy: Zxy) -> bool:
    west, south, east, north = tile_box(*zxy)
    w, s, e, n = row.bbox
    return w < east and e > west and s < north and n > south
