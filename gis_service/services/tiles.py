"""Vector tiles of a layer."""

from functools import partial

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db import tiles as rows
from gis_service.errors import ErrorCode, NotFound
from gis_service.services.context import Context
from gis_service.services.features import fields_of, has_geometry
from gis_service.services.tile_grid import require_tile, tile_box
from gis_service.services.tile_memory import Tile
from gis_service.services.tile_sources import QueriedTile, mark_of
from gis_service.types import LayerId


def tile(context: Context, definition: LayerDefinition, z: int, x: int, y: int) -> Tile:
    """Give one tile of a layer as Mapbox Vector Tile; without content where nothing lies in it.

    Raises
    ------
    NotFound
        ``tile_outside_matrix`` when the grid has no such tile, ``layer_without_geometry`` when the layer
        cannot be drawn.
    Temporary
        ``tiles_busy``, ``database_unavailable``.
    """
    require_tile(z, x, y)
    require_geometry(definition)
    layer, fields = LayerId(definition.id), fields_of(definition)
    box = tile_box(z, x, y, rows.BUFFER / rows.EXTENT)
    ask = partial(rows.vector_tile, layer=layer, fields=fields, zxy=(z, x, y), box=box)
    source = QueriedTile(context.engine, (layer,), (z, x, y), ask)
    return context.tiles.give(mark_of("layer", rows.tile_query(layer, fields)), (z, x, y), source)


def require_geometry(definition: LayerDefinition) -> None:
    """Refuse a layer that has nothing to draw.

    Raises
    ------
    NotFound
        ``layer_without_geometry``.
    """
    if not has_geometry(definition):
        raise NotFound(ErrorCode.LAYER_WITHOUT_GEOMETRY, collection=definition.id)
