"""The grid that all tiles lie in."""

from flask import Blueprint, Response

from gis_service.services.tile_grid import HALF_WORLD_M, MATRIX_SET, MAX_ZOOM, require_matrix_set
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, show
from gis_service.web.schemas.common import HTML, JSON
from gis_service.web.schemas.tiles import TileMatrix, TileMatrixSet, TileMatrixSetEntry, TileMatrixSets

blueprint = Blueprint("tile_matrix_sets", __name__, url_prefix="/api/tileMatrixSets")

_TITLE = "Google Maps Compatible for the World"
_TILE_PIXELS = 256
_PIXEL_M = 0.00028
"""Side of a pixel that OGC takes for scale denominators."""


def _matrix(zoom: int) -> TileMatrix:
    side = 1 << zoom
    cell = 2 * HALF_WORLD_M / (_TILE_PIXELS * side)
    return TileMatrix(
        id=str(zoom),
        scaleDenominator=cell / _PIXEL_M,
        cellSize=cell,
        pointOfOrigin=(-HALF_WORLD_M, HALF_WORLD_M),
        tileWidth=_TILE_PIXELS,
        tileHeight=_TILE_PIXELS,
        matrixWidth=side,
        matrixHeight=side,
    )


@blueprint.get("")
@operation("Tiles", Permission.READ, {200: {JSON: TileMatrixSets, HTML: None}}, query=FormatQuery)
def tile_matrix_sets(query: FormatQuery) -> Response:
    """List the matrix sets: there is one."""
    entry = TileMatrixSetEntry(id=MATRIX_SET, title=_TITLE, links=itself(f"/tileMatrixSets/{MATRIX_SET}"))
    return show(TileMatrixSets(tileMatrixSets=[entry]), query.f, "Tile matrix sets")


@blueprint.get("/<tile_matrix_set_id>")
@operation("Tiles", Permission.READ, {200: {JSON: TileMatrixSet, HTML: None}}, query=FormatQuery)
def tile_matrix_set(tile_matrix_set_id: str, query: FormatQuery) -> Response:
    """Give the grid of every zoom of a matrix set."""
    require_matrix_set(tile_matrix_set_id)
    matrices = [_matrix(zoom) for zoom in range(MAX_ZOOM + 1)]
    return show(TileMatrixSet(id=MATRIX_SET, title=_TITLE, tileMatrices=matrices), query.f, MATRIX_SET)
