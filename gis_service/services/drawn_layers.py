"""What the query of a tileset reads of a layer: its overview where it is level, or else its rows."""

from dataclasses import dataclass

from gis_service.analysis.generalise import CELLS
from gis_service.db import overviews as states
from gis_service.db import tiles as rows
from gis_service.db.engine import Connection
from gis_service.db.overviews import OverviewState
from gis_service.db.tiles import Importance, Rows
from gis_service.db.tileset_tiles import DrawnLayer, all_columns, wide_only
from gis_service.services.overview_recipes import Recipe
from gis_service.services.overview_tiles import plan_in
from gis_service.types import BBox

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
    """

    recipe: Recipe
    importance: Importance | None


def drawn(
    connection: Connection,
    layer: LayerOfTileset,
    state: OverviewState | None,
    version: int,
    zoom: int,
    box: BBox,
) -> DrawnLayer:
    """Tell what is drawn of a layer in one tile.

    Shapes and joined lines come from the overview. Cells have no shape and no class of their own, so where
    rows are gathered in cells the rows themselves are drawn: all points, and areas wider than a cell.

    Parameters
    ----------
    connection
        Inside the snapshot that state and version were read in.
    layer
        Which.
    state, version
        Of its overview, and its own; a state of None is that of a zoom that overviews are not for.
    zoom, box
        Of the tile; the box with its rim, in longitude and latitude.
    """
    recipe = layer.recipe
    table = recipe.table
    fields = [column.name for column in table.columns]
    plan = plan_in(connection, recipe, state, version, box)
    level = None if plan is None else plan.level_of(zoom)
    if plan is None or level is None:
        found = rows.layer_rows(table.layer, fields)
    elif plan.has_cells and level <= plan.gathered_to:
        found = _too_wide_for_cells(rows.layer_rows(table.layer, fields), recipe, zoom)
    else:
        is_joined = plan.is_joined(level)
        columns = rows.kept_columns(table.joined_by if is_joined else fields)
        found = rows.overview_rows(table.layer, level, columns, is_gathered=is_joined)
    return DrawnLayer(table.layer, all_columns(found, table.columns), layer.importance)


def _too_wide_for_cells(found: Rows, recipe: Recipe, zoom: int) -> Rows:
    return wide_only(found, _TURN / (CELLS << zoom)) if recipe.dimension == _AREAS else found


def state_of(connection: Connection, layer: LayerOfTileset) -> OverviewState | None:
    """Give the state of the overview of a layer, whose rows are going to be read."""
    return states.state_of(connection, layer.recipe.table.layer, is_read=True)
