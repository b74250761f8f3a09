"""Vector tiles of a layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db import tiles as rows
from gis_service.db.engine import Connection
from gis_service.db.filters import Always, Condition
from gis_service.db.tile_extent import extent
from gis_service.db.tile_seen import EVERYTHING
from gis_service.db.tiles import Importance, TileContent
from gis_service.errors import ErrorCode, NotFound
from gis_service.services import near_tiles, overview_tiles
from gis_service.services.collections import Collection
from gis_service.services.context import Context
from gis_service.services.features import has_geometry
from gis_service.services.filter_form import normal_form
from gis_service.services.history import BEFORE_ALL, kept_version
from gis_service.services.overview_recipes import Recipe, importance_of, recipe_of
from gis_service.services.tile_fields import fields_of_style
from gis_service.services.tile_grid import require_tile, tile_box
from gis_service.services.tile_memory import Tile, Zxy
from gis_service.services.tile_sources import QueriedTile, mark_of, seen_of
from gis_service.types import BBox, LayerId, VersionId


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a layer its tiles show.

    Parameters
    ----------
    condition
        Only rows that fulfil it; None for all.
    past
        A version whose rows are kept; None for the rows of now.
    since
        When that version was committed: numbers come again after a database was put back.
    fields
        Fields that become attributes; None for those that a map draws by.
    """

    condition: Condition | None = None
    past: VersionId | None = None
    since: datetime | None = None
    fields: tuple[str, ...] | None = None

    @property
    def rows(self) -> Condition | None:
        """Which rows, in a form that does not tell how it was written; None for all of them."""
        found = None if self.condition is None else normal_form(self.condition)
        return None if found == Always(value=True) else found

    @property
    def is_part(self) -> bool:
        """Whether it is not every row of now: such tiles are made of rows, never of overviews."""
        return self.past is not None or self.rows is not None


ALL = Shown()
"""Every row of now."""


def time_of(connection: Connection, definition: LayerDefinition, past: VersionId | None) -> datetime | None:
    """Tell when a kept version was committed; None for the rows of now and for before all versions."""
    if past is None or past == BEFORE_ALL:
        return None
    return kept_version(connection, definition, past).committed_at


def tile(context: Context, definition: LayerDefinition, zxy: Zxy, shown: Shown = ALL) -> Tile:
    """Give one tile of a layer as Mapbox Vector Tile; without content where nothing lies in it.

    Parameters
    ----------
    context
        Of the service.
    definition
        The layer.
    zxy
        Zoom, column from the west, row from the north.
    shown
        What of the layer is drawn.

    Raises
    ------
    NotFound
        ``tile_outside_matrix`` when the grid has no such tile, ``layer_without_geometry`` when the layer
        cannot be drawn.
    Temporary
        ``tiles_busy``, ``database_unavailable``.
    """
    require_tile(*zxy)
    require_geometry(definition)
    layer, plain = LayerId(definition.id), fields_of_style(context.catalogue, definition)
    fields = plain if shown.fields is None else shown.fields
    condition = shown.rows
    importance = importance_of(context.catalogue, definition)
    recipe = recipe_of(context.catalogue, definition)
    mark = mark_of_layer(context.catalogue, definition, fields)
    if not shown.is_part and overview_tiles.is_for(zxy[0]):
        source = overview_tiles.OverviewTile(context.engine, recipe, importance, zxy, fields)
        return context.tiles.give(mark, zxy, source, is_variant=fields != plain)
    ask = partial(
        _made_of_rows,
        recipe=recipe,
        fields=fields,
        zxy=zxy,
        condition=condition,
        version=shown.past,
        importance=importance,
    )
    # What a version held never changes, whatever is written later.
    seen = EVERYTHING if shown.rows is not None else seen_of(fields, importance)
    rows_now = QueriedTile(context.engine, () if shown.past is not None else (layer,), zxy, ask, seen)
    if not shown.is_part:
        return context.tiles.give(mark, zxy, rows_now, is_variant=fields != plain)
    return context.tiles.give(_mark_of_part(mark, definition, shown), zxy, rows_now, is_variant=True)


def is_variant(catalogue: Catalogue, definition: LayerDefinition, shown: Shown) -> bool:
    """Tell whether tiles show a layer in a way of their asker: a part of it, a past state, other fields."""
    return shown.is_part or shown.fields not in (None, fields_of_style(catalogue, definition))


def is_made_anew(context: Context, definition: LayerDefinition, zxy: Zxy, shown: Shown) -> bool:
    """Tell whether a tile that shows a layer in a way of its asker has to be made for them.

    Parameters
    ----------
    context, definition, zxy, shown
        As of `tile`.
    """
    if not is_variant(context.catalogue, definition, shown):
        return False
    fields = fields_of_style(context.catalogue, definition) if shown.fields is None else shown.fields
    mark = mark_of_layer(context.catalogue, definition, fields)
    mark = _mark_of_part(mark, definition, shown) if shown.is_part else mark
    return not context.tiles.has_variant(mark, zxy)


def _mark_of_part(mark: str, definition: LayerDefinition, shown: Shown) -> str:
    kinds = [field.type for field in definition.fields]
    return mark_of(mark, kinds, shown.rows, shown.past, shown.since)


def bounds_of(connection: Connection, collection: Collection, shown: Shown) -> BBox | None:
    """Give the longitude and latitude box of what tiles show; None when they show nothing.

    Parameters
    ----------
    connection
        Any that may read.
    collection
        The layer.
    shown
        What of it; of a part of it every row is read.
    """
    if not shown.is_part:
        return collection.bbox
    if shown.past == BEFORE_ALL:
        return None
    return extent(connection, collection.definition.id, shown.rows, shown.past)


def _made_of_rows(
    connection: Connection,
    recipe: Recipe,
    fields: Sequence[str],
    zxy: Zxy,
    condition: Condition | None,
    version: VersionId | None,
    importance: Importance | None,
) -> TileContent:
    if near_tiles.is_near(zxy[0]):
        query = near_tiles.query_of(recipe, fields, zxy, condition, version)
        return near_tiles.draw(connection, query, zxy, importance)
    return rows.vector_tile(
        connection,
        recipe.table.layer,
        [column.name for column in recipe.table.columns if column.name in fields],
        zxy,
        tile_box(*zxy, rows.BUFFER / rows.EXTENT),
        condition=condition,
        version=version,
        importance=importance,
    )


def mark_of_layer(catalogue: Catalogue, definition: LayerDefinition, fields: Sequence[str]) -> str:
    """Tell the tiles of the rows of now of a layer, with some of its fields, from all others."""
    whole = rows.layer_rows(LayerId(definition.id), fields).whole
    recipe, importance = recipe_of(catalogue, definition), importance_of(catalogue, definition)
    return mark_of("layer", whole, recipe.mark, importance, near_tiles.WAY)


@dataclass(frozen=True, slots=True)
class ThinningRules:
    """What the tiles of a layer may leave out.

    Parameters
    ----------
    budget_bytes
        What a tile may take before it is packed.
    may_be_thinned
        Whether a tile beyond that leaves features out.
    kept_first
        What decides which stay, as in `Importance.order`.
    gathered_to
        Last zoom at which features stand for many rows; None where none do.
    gathered
        Attributes of those.
    has_cells
        Whether these are cells, and not joined lines.
    """

    budget_bytes: int
    may_be_thinned: bool
    kept_first: tuple[str, ...]
    gathered_to: int | None
    gathered: tuple[str, ...]
    has_cells: bool = False


def thinning_of(
    connection: Connection,
    catalogue: Catalogue,
    definition: LayerDefinition,
    fields: Sequence[str],
    *,
    is_part: bool = False,
) -> ThinningRules:
    """Tell what the tiles of a layer may leave out, and up to which zoom its rows are gathered.

    Parameters
    ----------
    connection
        Any that may read.
    catalogue, definition
        Of the city, of the layer.
    fields
        Those that the tiles carry.
    is_part
        Whether they show a part of the layer, or a past state: such tiles are made of rows.
    """
    importance = importance_of(catalogue, definition)
    recipe = recipe_of(catalogue, definition)
    plan = None if is_part else overview_tiles.plan_now(connection, recipe)
    is_gathered = plan is not None and plan.gathered_to >= 0
    columns = (
        {}
        if plan is None or not is_gathered
        else rows.cell_columns([name for name in recipe.table.summed if name in fields])
        if plan.has_cells
        else rows.joined_columns([name for name in recipe.table.joined_by if name in fields])
    )
    return ThinningRules(
        rows.BUDGET,
        importance is not None,
        () if importance is None else importance.order,
        plan.gathered_to if plan is not None and is_gathered else None,
        tuple(columns),
        is_gathered and plan is not None and plan.has_cells,
    )


def require_geometry(definition: LayerDefinition) -> None:
    """Refuse a layer that has nothing to draw.

    Raises
    ------
    NotFound
        ``layer_without_geometry``.
    """
    if not has_geometry(definition):
        raise NotFound(ErrorCode.LAYER_WITHOUT_GEOMETRY, collection=definition.id)
