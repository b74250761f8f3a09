"""Which tiles the versions of a layer have touched: the newest version of each cell, and of each tile above.

Cells are tiles of zoom 14. A tile reaches a little beyond its border, so that lines do not end there; what
lies in that rim belongs to it as well.
"""

from collections.abc import Iterable, Iterator

CELL_ZOOM = 14
RIM = 64
"""A tile reaches beyond its border by one part in so many of its side."""
_RIM_ZOOMS = 6
"""Zooms between a tile and those that are as wide as its rim: 2 ** 6 = 64."""


class TileChanges:
    """What the versions of one layer have touched.

    Versions may be noted in any order; only the newest of a cell counts.
    """

    def __init__(self) -> None:
        self._newest: list[dict[tuple[int, int], int]] = [{} for _ in range(CELL_ZOOM + 1)]
        self._anywhere = 0

    def note(self, version: int, x: int, y: int) -> None:
        """Note that a version has touched a cell.

        Parameters
        ----------
        version
            1 or more.
        x, y
            Column and row of the cell at zoom 14.
        """
        for zoom in range(CELL_ZOOM, -1, -1):
            newest = self._newest[zoom]
            if newest.get((x, y), 0) >= version:
                # What is above has been told of this version, or of a newer one.
                return
            newest[x, y] = version
            x, y = x >> 1, y >> 1

    def note_anywhere(self, version: int) -> None:
        """Note that a version may have touched any cell."""
        self._anywhere = max(self._anywhere, version)

    def is_touched(self, since: int, z: int, x: int, y: int) -> bool:
        """Tell whether a version newer than ``since`` may have touched a tile or its rim.

        Parameters
        ----------
        since
            Version that the tile was made of.
        z, x, y
            Zoom, column and row of the tile.
        """
        if self._anywhere > since:
            return True
        if z > CELL_ZOOM:
            return any(self._of(CELL_ZOOM, *cell) > since for cell in _cells_of_small(z, x, y))
        if self._of(z, x, y) > since:
            return True
        return any(
            self._of(zoom, *cell) > since
            for aside, beyond in _NEIGHBOURS
            if self._of(z, x + aside, y + beyond) > since
            for zoom, cell in _rim(z, x, y, aside, beyond)
        )

    def _of(self, z: int, x: int, y: int) -> int:
        return self._newest[z].get((x, y), 0)


_NEIGHBOURS = tuple(
    (aside, beyond) for aside in (-1, 0, 1) for beyond in (-1, 0, 1) if (aside, beyond) != (0, 0)
)


def _cells_of_small(z: int, x: int, y: int) -> Iterable[tuple[int, int]]:
    """Give the cells that a tile below the cells meets with its rim: one, or up to four."""
    side = RIM << (z - CELL_ZOOM)
    columns = {(x * RIM - 1) // side, ((x + 1) * RIM) // side}
    rows = {(y * RIM - 1) // side, ((y + 1) * RIM) // side}
    return ((column, row) for column in columns for row in rows)


def _rim(z: int, x: int, y: int, aside: int, beyond: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Give the cells that hold the rim of a tile on the side of one neighbour."""
    zoom = min(CELL_ZOOM, z + _RIM_ZOOMS)
    n = 1 << (zoom - z)
    # Where the rim ends with a cell, a place on that very line counts to the next one.
    width = 2 if z + _RIM_ZOOMS <= CELL_ZOOM else 1
    for column in _strip(x * n, n, aside, width):
        for row in _strip(y * n, n, beyond, width):
            yield zoom, (column, row)


def _strip(first: int, n: int, side: int, width: int) -> range:
    """Give the places along one axis: all of the tile's own, or those before or after them."""
    if side < 0:
        return range(first - width, first)
    if side > 0:
        return range(first + n, first + n + width)
    return range(first, first + n)
