"""Tiles near by: from zoom 14 on they are drawn here, of the rows that the database hands over in one piece.

The database spends most of a tile on its shapes and attributes. Here the same takes a third, and leaves the
database to those who ask for something else.
"""

from collections.abc import Sequence

import numpy as np

from gis_service.analysis.generalise import LAST_ZOOM
from gis_service.analysis.tile_encoding import Attribute, TileRows, ValueKind
from gis_service.db.engine import Connection
from gis_service.db.filters import Condition
from gis_service.db.layers import Column
from gis_service.db.tile_rows import RowQuery
from gis_service.db.tiles import BUDGET, BUFFER, EXTENT, Importance, TileContent
from gis_service.services.overview_recipes import Recipe
from gis_service.services.tile_grid import tile_box
from gis_service.types import VersionId

WAY = 2
"""Rises when tiles, or what is kept with them, come out otherwise: none is given that was kept before."""
_KINDS: dict[str, ValueKind] = {"integer": "integer", "number": "number", "boolean": "boolean"}


def is_near(zoom: int) -> bool:
    """Tell whether tiles of a zoom are drawn here: the same from which no overview is read."""
    return zoom > LAST_ZOOM


def query_of(
    recipe: Recipe,
    fields: Sequence[str],
    zxy: tuple[int, int, int],
    condition: Condition | None = None,
    version: VersionId | None = None,
) -> RowQuery:
    """Say which rows of a layer a tile is made of.

    Parameters
    ----------
    recipe
        Tells the table of the layer.
    fields
        Fields that become attributes.
    zxy
        Zoom, column, row.
    condition, version
        Only rows that fulfil it; those of a kept version.
    """
    columns = [column for column in recipe.table.columns if column.name in fields]
    return RowQuery(
        recipe.table.layer,
        columns,
        tile_box(*zxy, BUFFER / EXTENT),
        is_mixed=recipe.dimension is None,
        condition=condition,
        version=version,
    )


def draw(
    connection: Connection,
    query: RowQuery,
    zxy: tuple[int, int, int],
    importance: Importance | None,
    *,
    budget: int | None = None,
) -> TileContent:
    """Make a tile; one beyond the budget keeps what is most important.

    Parameters
    ----------
    connection
        Any connection that may read.
    query
        Rows that meet the tile with its rim. The layer is also the name of the layer inside the tile.
    zxy
        Zoom, column, row in the matrix set WebMercatorQuad.
    importance
        None for a tile that is never thinned.
    budget
        Bytes that it may take before it is packed; that of all tiles when left out.

    Raises
    ------
    Temporary
        ``database_slow``, ``layer_table_behind``, ``database_unavailable``.
    """
    block = query.read(connection)
    if not block.count:
        return TileContent(b"", 0, 0)
    rows = TileRows(block.content, block.count, _attributes(query.columns), query.layer, zxy)
    seen = rows.seen
    most = BUDGET if budget is None else budget
    tile = rows.encode(seen, 0 if importance is None else most)
    if importance is not None and tile.shown < len(seen):
        ranked = np.array(query.rank(connection, importance), np.int64)
        tile = rows.encode(rows.of_fids(ranked), most)
    return TileContent(tile.content, tile.shown, len(seen))


def _attributes(columns: Sequence[Column]) -> list[Attribute]:
    return [Attribute(one.name, _KINDS.get(one.type, "text")) for one in columns]
