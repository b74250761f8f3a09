"""Tiles made before anybody asks: those that show a layer from afar, when it was published.

From the whole world down to the zoom at which they are some hundreds, of the layer itself and of the tilesets
that hold it. They lie on the disk that all processes share; what is still good is left as it is. One tile is
made at a time, and after each a pause as long as it took: at least half of what the database can do for one
reader in this time is for readers.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from time import monotonic, sleep

from gis_service.db.collections import CollectionRow, collections
from gis_service.services import tiles, tilesets
from gis_service.services.context import Context
from gis_service.services.features import has_geometry
from gis_service.services.rights import is_personal
from gis_service.services.tile_grid import tiles_meeting
from gis_service.services.tile_memory import Zxy
from gis_service.services.transactions import reading
from gis_service.types import BBox, LayerId

log = logging.getLogger(__name__)

MOST_TILES = 300
"""Of one layer, and of one tileset."""
DEEPEST = 14
_LONGEST_PAUSE_S = 2.0
Rows = Mapping[LayerId, CollectionRow]


def tiles_of(box: BBox, zooms: tuple[int, int], most: int) -> Iterator[Zxy]:
    """Give the tiles that meet a box, zoom by zoom, as long as whole zooms stay within so many.

    Parameters
    ----------
    box
        In longitude and latitude.
    zooms
        The first and the last.
    most
        Tiles of all zooms together.
    """
    given = 0
    for z in range(zooms[0], zooms[1] + 1):
        columns, rows = tiles_meeting(box, z)
        given += len(columns) * len(rows)
        if given > most:
            return
        yield from ((z, x, y) for x in columns for y in rows)


def warm(context: Context, layers: Sequence[LayerId]) -> int:
    """Make the tiles of some layers ahead, those published last first; tell how many were asked for.

    A layer that gets a newer version meanwhile is left: whoever saw that comes with it again. Layers that are
    not there, lie nowhere or hold personal detail have none.

    Parameters
    ----------
    context
        Of a process of its own: it takes no connection and no turn that a reader of this machine waits for.
    layers
        Ids.

    Raises
    ------
    Temporary
        ``database_unavailable``, ``database_slow``.
    """
    rows = _rows(context)
    wanted = sorted(set(layers) & set(rows), key=lambda one: rows[one].version or 0, reverse=True)
    return sum(_warm(context, layer, rows) for layer in wanted)


def _rows(context: Context) -> Rows:
    with reading(context) as connection:
        known = context.catalogue.layers.values()
        drawn = [one.id for one in known if has_geometry(one) and not is_personal(one)]
        return {row.id: row for row in collections(connection, drawn) if row.version and row.bbox}


def _warm(context: Context, layer: LayerId, rows: Rows) -> int:
    made = 0
    for make in _wanted(context, layer, rows):
        if context.tiles.freshness.newest(layer) > (rows[layer].version or 0):
            log.info("tiles of %s: it has a newer version, the others are dropped", layer)
            break
        begun = monotonic()
        make()
        made += 1
        sleep(min(monotonic() - begun, _LONGEST_PAUSE_S))
    return made


def _wanted(context: Context, layer: LayerId, rows: Rows) -> Iterator[Callable[[], object]]:
    catalogue = context.catalogue
    for tileset in catalogue.tilesets.values():
        boxes = [row.bbox for id_ in tileset.layers if (row := rows.get(id_)) and row.bbox]
        if layer in tileset.layers and len(boxes) == len(tileset.layers):
            west, south, east, north = zip(*boxes, strict=True)
            box = min(west), min(south), max(east), max(north)
            for zxy in tiles_of(box, (tileset.minzoom, min(tileset.maxzoom, DEEPEST)), MOST_TILES):
                yield partial(tilesets.tile, context, tileset, *zxy)
    definition, own = catalogue.layers[layer], rows[layer].bbox
    for zxy in tiles_of(own, (0, DEEPEST), MOST_TILES) if own else ():
        yield partial(tiles.tile, context, definition, zxy)
