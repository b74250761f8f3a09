"""What the query of a tileset reads of a layer: its overview where it is level, or else its rows."""

from dataclasses import dataclass, replace

from gis_service.analysis.generalise import CELLS
from gis_service.catalogue.tileset_definition import LayerZooms
from gis_service.db import overviews as states
from gis_service.db import tiles as rows
from gis_service.db.engine import Connection
from gis_service.db.overviews import OverviewState
from gis_service.db.tile_seen import OfClass, Seen
from gis_service.db.tiles import Importance, Rows
from gis_service.db.tileset_tiles import DrawnLayer, all_columns, no_rows, of_class, wide_only
from gis_service.services.overview_recipes import Recipe
from gis_service.services.overview_tiles import Way, rows_as_shown
from gis_service.types import LayerId

_TURN = 360.0
_AREAS = 2


@dataclass(frozen=True, slots=True)
class LayerOfTileset:
    """A layer of a tileset, and how it is shown from afar.

    Parameters
    ----------
    recipe
        How its overview is made.
    importance
        What stays when a tile has to be thinned; None where it never is.
    seen
        Fields by whose change the tile looks otherwise.
    zooms
        At which zooms it is shown, and which of its rows.
    """

    recipe: Recipe
    importance: Importance | None
    seen: Seen
    zooms: LayerZooms

    @property
    def id(self) -> LayerId:
        """The layer."""
        return self.recipe.table.layer

    def seen_at(self, zoom: int) -> Seen:
        """Tell what tiles of a zoom at which it is shown depend on."""
        if self.zooms.field is None:
            return self.seen
        values, is_listed = self.zooms.shown(zoom)
        # All but none are all.
        rows = OfClass(self.zooms.field, values, is_listed) if values or is_listed else None
        is_kept = self.zooms.field == self.recipe.table.by_class
        return replace(self.seen, rows=rows, moved=rows if is_kept else None)


def drawn(layer: LayerOfTileset, way: Way, zoom: int) -> DrawnLayer:
    """Tell what is drawn of a layer in one tile.

    Shapes and joined lines come from the overview. Cells have no shape and no class of their own, so where
    rows are gathered in cells the rows themselves are drawn: all points, and areas wider than a cell.

    Parameters
    ----------
    layer
        Which.
    way
        How its overview stands to the tile.
    zoom
        Of the tile; one at which the layer is shown.
    """
    recipe = layer.recipe
    table = recipe.table
    fields = [column.name for column in table.columns]
    plan = way.plan
    level = None if plan is None else plan.level_of(zoom)
    if plan is None or level is None:
        found = rows_as_shown(recipe, fields, way, zoom)
    elif plan.has_cells and level <= plan.gathered_to:
        found = _too_wide_for_cells(rows.layer_rows(table.layer, fields), recipe, zoom)
    else:
        is_joined = plan.is_joined(level)
        columns = rows.kept_columns(table.joined_by if is_joined else fields)
        found = rows.overview_rows(table.layer, level, columns, is_gathered=is_joined)
    found = all_columns(found, table.columns)
    rows_shown = layer.seen_at(zoom).rows
    if rows_shown is not None:
        found = of_class(found, rows_shown)
    return DrawnLayer(table.layer, found, layer.importance)


def not_drawn(layer: LayerOfTileset) -> DrawnLayer:
    """Give what the query reads of a layer that is not shown at the zoom of its tile: no rows."""
    fields = [column.name for column in layer.recipe.table.columns]
    return DrawnLayer(layer.id, no_rows(layer.id, fields), layer.importance)


def _too_wide_for_cells(found: Rows, recipe: Recipe, zoom: int) -> Rows:
    return wide_only(found, _TURN / (CELLS << zoom)) if recipe.dimension == _AREAS else found


def state_of(connection: Connection, layer: LayerOfTileset) -> OverviewState | None:
    """Give the state of the overview of a layer, whose rows are going to be read."""
    return states.state_of(connection, layer.recipe.table.layer, is_read=True)
