"""Coarser cells for tiles from far away: nothing is left out, and no tile takes more than it may."""

from unittest.mock import patch

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.db.tiles import BUFFER, EXTENT
from gis_service.services.result_levels import first_zoom, gathered
from gis_service.services.tile_grid import tile_box, tile_of

PLACES = st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), unique=True, max_size=60)


@given(PLACES, st.integers(0, 4))
def test_every_cell_is_in_the_one_wider_cell_that_holds_it(places: list[tuple[int, int]], level: int) -> None:
    column, row = np.array(places, np.int64).reshape(-1, 2).T
    cells = gathered(column, row, level)
    side = 2**level
    assert (cells.column[cells.of_place] == column // side).all()
    assert (cells.row[cells.of_place] == row // side).all()
    pairs = list(zip(cells.row.tolist(), cells.column.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    people = np.arange(len(column), dtype=np.int64) + 1
    assert cells.sums(people).sum() == people.sum()


@given(
    st.lists(st.tuples(st.floats(106.0, 106.6), st.floats(20.2, 20.7)), min_size=1, max_size=40),
    st.integers(1, 12),
)
def test_from_the_first_zoom_on_no_tile_holds_too_much(places: list[tuple[float, float]], most: int) -> None:
    lon, lat = np.array(places).T
    shapes = shapely.box(lon, lat, lon + 0.002, lat + 0.002)
    tree, of_one = shapely.STRtree(shapes), 25 + 4 * 3 + 5 * 5

    def fullest(zoom: int) -> int:
        tiles = {tile_of(x, y, zoom) for x, y in shapely.get_coordinates(shapes).tolist()}
        around = {(x + i, y + j) for x, y in tiles for i in (-1, 0, 1) for j in (-1, 0, 1)}
        boxes = [shapely.box(*tile_box(zoom, x, y, BUFFER / EXTENT)) for x, y in around]
        return max(len(tree.query(box)) for box in boxes)

    zooms = range(8, 13)
    with patch("gis_service.services.result_levels.BUDGET", most * of_one):
        found = first_zoom(shapes, 3, zooms)
    assert found == next((zoom for zoom in zooms if fullest(zoom) <= most), 12)
