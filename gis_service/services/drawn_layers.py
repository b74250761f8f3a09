"""What the query of a tileset reads of a layer: its overview where it is level, or else its rows."""

from dataclasses import dataclass

from gis_service.analysis.generalise import CELLS, Plan
from gis_service.db import overviews as states
from gis_service.db import tiles as rows
from gis_service.db.engine import Connection
from gis_service.db.overviews import OverviewState
from gis_service.db.tiles import Importance, Rows
from gis_service.db.tileset_tiles import DrawnLayer, all_columns, wide_only
from gis_service.services.overview_recipes import Recipe
from gis_service.services.overview_tiles import Seen, alone_level, rows_as_shown

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
    """

    recipe: Recipe
    importance: Importance | None
    seen: Seen


def drawn(layer: LayerOfTileset, state: OverviewState | None, plan: Plan | None, zoom: int) -> DrawnLayer:
    """Tell what is drawn of a layer in one tile.

    Shapes and joined lines come from the overview. Cells have no shape and no class of their own, so where
    rows are gathered in cells the rows themselves are drawn: all points, and areas wider than a cell.

    Parameters
    ----------
    layer
        Which.
    state
        Of its overview; None at a zoom that overviews are not for.
    plan
        How its overview is made; None where it is not read.
    zoom
        Of the tile.
    """
    recipe = layer.recipe
    table = recipe.table
    fields = [column.name for column in table.columns]
    level = None if plan is None else plan.level_of(zoom)
    if plan is None or level is None:
        alone = alone_level(recipe, state, zoom) if plan is None else None
        found = rows_as_shown(table.layer, fields, alone)
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
