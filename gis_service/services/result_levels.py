"""Coarser cells for tiles of results from far away: what is in a tile stays whole, told by fewer cells.

Results are never thinned: nothing is left out. Where the fullest tile of a zoom would take more than a tile
may, four cells become one, which says how many it stands for, and sums stay sums.
"""

from collections.abc import Sequence

import numpy as np
import shapely

from gis_service.analysis.cells import Cells
from gis_service.db.tiles import BUDGET, BUFFER, EXTENT
from gis_service.types import Floats, Geometries, Int32s, Int64s

_OF_FEATURE, _OF_ATTRIBUTE, _OF_CORNER = 25, 4, 5
"""Bytes in a tile, rather too many: of a feature with its number, of each attribute, of each corner."""
_ALONG = 1 << 30


def gathered(column: Int64s, row: Int64s, level: int) -> Cells:
    """Lay cells of twice the side over a lattice, so many times over.

    Parameters
    ----------
    column, row
        ``(n,)`` of the finest cells, as multiples of their side.
    level
        How often the side is doubled; 0 leaves the cells as they are.

    Returns
    -------
    Cells
        The coarser cells by row then column, and which of them holds each of the finer ones.
    """
    corner = np.column_stack([row >> level, column >> level])
    found, of_place = np.unique(corner, axis=0, return_inverse=True)
    return Cells(found[:, 1], found[:, 0], of_place.reshape(-1).astype(np.int64))


def first_zoom(shapes: Geometries, attributes: int, zooms: Sequence[int]) -> int:
    """Give the first of some zooms from which on no tile takes more than its budget; the last if none does.

    Parameters
    ----------
    shapes
        ``(n,)`` in longitude and latitude (WGS 84), each of two tiles across at most where they lie close.
    attributes
        How many each feature has.
    zooms
        Rising.
    """
    weight = _OF_FEATURE + _OF_ATTRIBUTE * attributes + _OF_CORNER * shapely.get_num_coordinates(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    box = (*_shares(west, north), *_shares(east, south))
    return next((zoom for zoom in zooms if _fullest(box, weight, zoom) <= BUDGET), zooms[-1])


def _shares(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Give places as shares of the world in Web Mercator, from the west and from the north."""
    across: Floats = (lon + 180.0) / 360.0
    down: Floats = (1.0 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2.0
    return across, down


def _fullest(box: tuple[Floats, Floats, Floats, Floats], weight: Int32s, zoom: int) -> float:
    """Add up the weights of what meets each tile of a zoom, with its rim, and give the most."""
    side, rim = 1 << zoom, BUFFER / EXTENT
    left, top = (np.floor(one * side - rim).astype(np.int64) for one in box[:2])
    right, bottom = (np.floor(one * side + rim).astype(np.int64) for one in box[2:])
    # Each shape counts once in each tile that a corner of its box lies in.
    corners = [x * _ALONG + y for x in (left, right) for y in (top, bottom)]
    met = np.stack(corners, axis=1)
    met.sort(axis=1)
    is_new = np.ones(met.shape, dtype=np.bool_)
    is_new[:, 1:] = met[:, 1:] != met[:, :-1]
    _, tile = np.unique(met[is_new], return_inverse=True)
    sums = np.bincount(tile, weights=np.repeat(weight, is_new.sum(axis=1)))
    return float(sums.max(initial=0.0))
