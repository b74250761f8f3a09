"""The grid that tiles lie in: the OGC matrix set WebMercatorQuad."""

import math

from gis_service.analysis.tile_changes import CELL_ZOOM, RIM
from gis_service.errors import ErrorCode, NotFound
from gis_service.types import BBox

MATRIX_SET = "WebMercatorQuad"
MAX_ZOOM = 24
HALF_WORLD_M = math.pi * 6_378_137.0
"""Half the side of the Web Mercator square, in its own metres."""
_HALF_TURN = 180.0


def require_matrix_set(name: str) -> None:
    """Refuse any matrix set but the one there is.

    Raises
    ------
    NotFound
        ``tile_matrix_set_not_found``.
    """
    if name != MATRIX_SET:
        raise NotFound(ErrorCode.TILE_MATRIX_SET_NOT_FOUND, name=name, known=MATRIX_SET)


def _longitude(column: float, side: int) -> float:
    return max(-_HALF_TURN, min(_HALF_TURN, column / side * 360.0 - _HALF_TURN))


def _latitude(row: float, side: int) -> float:
    row = max(0.0, min(float(side), row))
    return math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * row / side))))


def tile_box(z: int, x: int, y: int, buffer: float = 0.0) -> BBox:
    """Give the longitude and latitude box of a tile.

    Parameters
    ----------
    z, x, y
        Zoom, column from the west, row from the north.
    buffer
        Share of the tile's side by which the box is widened; it stays on the map.
    """
    side = 1 << z
    return (
        _longitude(x - buffer, side),
        _latitude(y + 1 + buffer, side),
        _longitude(x + 1 + buffer, side),
        _latitude(y - buffer, side),
    )


def tile_of(longitude: float, latitude: float, z: int) -> tuple[int, int]:
    """Give column and row of the tile that holds a place; places beyond the map count to its rim."""
    side = 1 << z
    column = int((longitude + _HALF_TURN) / 360.0 * side)
    bounded = math.radians(max(-85.05, min(85.05, latitude)))
    row = int((1.0 - math.asinh(math.tan(bounded)) / math.pi) / 2.0 * side)
    return min(max(column, 0), side - 1), min(max(row, 0), side - 1)


def tiles_meeting(box: BBox, z: int) -> tuple[range, range]:
    """Give the columns and the rows of the tiles of a zoom that meet a box in longitude and latitude."""
    west, south, east, north = box
    left, top = tile_of(west, north, z)
    right, bottom = tile_of(east, south, z)
    return range(left, right + 1), range(top, bottom + 1)


def cells_of(z: int, x: int, y: int) -> tuple[int, int, int, int]:
    """Give first and last column, first and last row of the cells of zoom 14 that a tile meets with its rim.

    Parameters
    ----------
    z, x, y
        Zoom, up to 14, column, row.
    """
    n = 1 << (CELL_ZOOM - z)
    rim = n // RIM + 1
    return x * n - rim, (x + 1) * n - 1 + rim, y * n - rim, (y + 1) * n - 1 + rim


def require_tile(z: int, x: int, y: int) -> None:
    """Refuse the address of a tile that the grid does not have.

    Raises
    ------
    NotFound
        ``tile_outside_matrix``.
    """
    side = 1 << z if z <= MAX_ZOOM else 0
    if not (x < side and y < side):
        raise NotFound(ErrorCode.TILE_OUTSIDE_MATRIX, z=z, x=x, y=y, max_zoom=MAX_ZOOM)
