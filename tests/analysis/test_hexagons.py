"""Every place is in exactly one hexagon, the one whose middle is nearest."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.hexagons import hexagon_at, hexagons_of, middles

metres = st.floats(-3_000_000, 3_000_000, allow_nan=False)
widths = st.sampled_from([250.0, 500.0, 333.3])


@given(st.lists(st.tuples(metres, metres), min_size=1, max_size=8), widths)
def test_no_middle_is_nearer_than_that_of_the_hexagon(
    places: list[tuple[float, float]], width: float
) -> None:
    xy = np.array(places)
    for place, (column, row) in zip(xy, hexagon_at(xy, width).tolist(), strict=True):
        columns, rows = np.meshgrid(np.arange(column - 2, column + 3), np.arange(row - 2, row + 3))
        around = middles(columns.ravel(), rows.ravel(), width)
        own = middles(np.array([column]), np.array([row]), width)[0]
        nearest = np.hypot(*(around - place).T).min()
        assert np.hypot(*(own - place)) <= nearest + 1e-6


@given(st.lists(st.tuples(metres, metres), min_size=1, max_size=8), widths)
def test_the_outline_holds_its_places(places: list[tuple[float, float]], width: float) -> None:
    found = hexagons_of(np.array(places), width)
    outlines = shapely.polygons(found.outline_xy[found.of_place])
    apart = shapely.distance(outlines, shapely.points(np.array(places)))
    assert (apart < 1e-6).all()


@given(st.lists(st.tuples(metres, metres), min_size=1, max_size=8))
def test_a_hexagon_is_the_same_one_whatever_the_other_places(places: list[tuple[float, float]]) -> None:
    together = hexagons_of(np.array(places))
    alone = [hexagons_of(np.array([place])).ids[0] for place in places]
    assert [together.ids[at] for at in together.of_place.tolist()] == alone


def test_hexagons_fill_the_plane_without_overlap() -> None:
    columns, rows = np.meshgrid(np.arange(-2, 3), np.arange(-2, 3))
    found = hexagons_of(middles(columns.ravel(), rows.ravel(), 500.0))
    outlines = shapely.polygons(found.outline_xy)
    whole = shapely.union_all(outlines, grid_size=1e-6)
    assert shapely.area(outlines) == pytest.approx(500.0**2 * np.sqrt(3) / 2)
    assert whole.area == pytest.approx(shapely.area(outlines).sum())
    assert isinstance(whole, shapely.Polygon)
    assert not whole.interiors


def test_hexagons_come_by_row_then_column_with_their_names() -> None:
    found = hexagons_of(np.array([[500.0, 0.0], [0.0, 0.0], [250.0, 433.0], [0.0, 0.0]]))
    assert found.ids == ["0_0", "1_0", "0_1"]
    assert found.of_place.tolist() == [1, 0, 2, 0]
    assert found.centre_xy[2] == pytest.approx([250.0, 433.0127])


@pytest.mark.parametrize(
    ("place", "hexagon"),
    [
        ((250.0, 0.0), [0, 0]),  # between (0, 0) and (1, 0): the western one
        ((-250.0, 0.0), [-1, 0]),
        ((0.0, 433.0127018922193), [-1, 1]),  # between two of the row above
        ((249.9999, 0.0), [0, 0]),
        ((250.0001, 0.0), [1, 0]),
    ],
)
def test_a_place_on_a_side_belongs_to_the_western_hexagon(
    place: tuple[float, float], hexagon: list[int]
) -> None:
    assert hexagon_at(np.array([place])).tolist() == [hexagon]


def test_no_place_is_in_no_hexagon() -> None:
    assert len(hexagons_of(np.empty((0, 2)))) == 0
