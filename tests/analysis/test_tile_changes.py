"""What a tile is told about changes, against a plain reading of its box."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.tile_changes import CELL_ZOOM, RIM, TileChanges

SIDE = 1 << CELL_ZOOM
RIM_ENDS_WITH_A_CELL = 8
"""The last zoom where it does."""
NEAR = 8_191
"""Cells and tiles are drawn about the middle of the map, so that they meet."""

cells = st.tuples(st.integers(NEAR - 40, NEAR + 40), st.integers(NEAR - 40, NEAR + 40))


@st.composite
def tiles(draw: st.DrawFn) -> tuple[int, int, int]:
    z = draw(st.integers(0, 18))
    x, y = draw(cells)
    if z <= CELL_ZOOM:
        return z, x >> (CELL_ZOOM - z), y >> (CELL_ZOOM - z)
    scale = 1 << (z - CELL_ZOOM)
    return z, x * scale + draw(st.integers(0, scale - 1)), y * scale + draw(st.integers(0, scale - 1))


def meets(z: int, x: int, y: int, cell: tuple[int, int], rims: int = 1) -> bool:
    """Tell whether the box of a tile with so many rims meets a cell, in fractions of a cell."""
    side = Fraction(SIDE, 1 << z)
    rim = rims * side / RIM
    return all(
        at * side - rim < place + 1 and (at + 1) * side + rim > place
        for at, place in zip((x, y), cell, strict=True)
    )


@given(tiles(), st.lists(st.tuples(st.integers(1, 9), cells), max_size=12), st.integers(0, 9))
def test_a_tile_is_touched_by_what_its_box_with_its_rim_meets(
    tile: tuple[int, int, int], written: list[tuple[int, tuple[int, int]]], since: int
) -> None:
    changes = TileChanges()
    for version, cell in written:
        changes.note(version, *cell)
    newer = [cell for version, cell in written if version > since]
    # Where the rim ends with a cell, the next one is taken too: a place may lie on the line between them.
    rims = 2 if tile[0] <= RIM_ENDS_WITH_A_CELL else 1
    assert changes.is_touched(since, *tile) == any(meets(*tile, cell, rims) for cell in newer)


@pytest.mark.parametrize(("since", "touched"), [(0, True), (4, True), (5, False), (9, False)])
def test_a_version_that_touched_anything_touches_every_tile(since: int, *, touched: bool) -> None:
    changes = TileChanges()
    changes.note_anywhere(5)
    changes.note_anywhere(3)
    assert changes.is_touched(since, 9, 3, 3) == touched
    assert changes.is_touched(since, 17, 3, 3) == touched


def test_a_building_in_the_middle_of_a_cell_touches_no_tile_beside_it() -> None:
    changes = TileChanges()
    changes.note(1, NEAR, NEAR)
    assert changes.is_touched(0, 14, NEAR, NEAR)
    assert not changes.is_touched(0, 12, (NEAR >> 2) + 2, NEAR >> 2)
