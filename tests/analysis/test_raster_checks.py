"""Where rasters lie in degrees, and whether that meets the city."""

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.raster_checks import box_of, corners_of, edge_of, meets, outline
from gis_service.types import BBox

Corners = tuple[tuple[float, float], ...]
CITY: BBox = (106.0, 20.2, 106.7, 20.8)
ZONE = pyproj.CRS.from_epsg(9209)
DEGREES = pyproj.CRS.from_epsg(4326)
CORNERS = (
    (590_000.0, 2_270_000.0),
    (600_000.0, 2_270_000.0),
    (600_000.0, 2_260_000.0),
    (590_000.0, 2_260_000.0),
)


def box_in_degrees(corners: Corners, crs: pyproj.CRS) -> BBox | None:
    ring = outline(corners, crs)
    return None if ring is None else box_of(ring)


def test_the_edge_goes_around_and_holds_the_middle() -> None:
    edge = edge_of(((0, 0), (4, 0), (4, 2), (0, 2)))
    assert edge.shape == (85, 2)
    assert edge[-1].tolist() == [2, 1]
    assert (edge.min(axis=0).tolist(), edge.max(axis=0).tolist()) == ([0, 0], [4, 2])


def test_the_box_in_degrees_holds_the_whole_edge() -> None:
    box = box_in_degrees(CORNERS, ZONE)
    assert box is not None
    change = pyproj.Transformer.from_crs(ZONE, DEGREES, always_xy=True)
    x, y = change.transform(*np.array(CORNERS).T)
    assert box[0] <= min(x)
    assert box[2] >= max(x)
    assert box[1] == pytest.approx(min(y), abs=1e-4)
    assert box[3] == pytest.approx(max(y), abs=1e-4)
    assert meets(box, CITY)


@given(st.floats(-180, 170), st.floats(-90, 80))
def test_a_box_in_degrees_is_itself(west: float, south: float) -> None:
    box = (west, south, west + 5, south + 5)
    corners = ((box[0], box[3]), (box[2], box[3]), (box[2], box[1]), (box[0], box[1]))
    assert box_in_degrees(corners, DEGREES) == pytest.approx(box)


@pytest.mark.parametrize(
    "corners", [((500, 0), (501, 0), (501, 1), (500, 1)), ((0, 95), (1, 95), (1, 94), (0, 94))]
)
def test_what_lies_nowhere_on_earth_has_no_box(corners: Corners) -> None:
    assert box_in_degrees(corners, DEGREES) is None
    assert not meets(None, CITY)


def test_the_outline_goes_around_in_degrees_from_corner_to_corner() -> None:
    ring = outline(CORNERS, ZONE)
    assert ring is not None
    assert ring.shape == (84, 2)
    assert ring[0].tolist() == ring[-1].tolist()
    change = pyproj.Transformer.from_crs(ZONE, DEGREES, always_xy=True)
    expected = np.column_stack(change.transform(*np.array(CORNERS).T))
    assert corners_of(ring) == pytest.approx(expected, abs=1e-9)
    assert outline(((0, 95), (1, 95), (1, 94), (0, 94)), DEGREES) is None


@pytest.mark.parametrize(
    ("box", "near"),
    [
        ((106.6, 20.7, 107.0, 21.0), True),
        ((106.85, 20.3, 107.5, 20.5), True),
        ((107.0, 20.3, 107.5, 20.5), False),
    ],
)
def test_the_margin_of_the_city_counts(box: BBox, near: bool) -> None:  # noqa: FBT001
    assert meets(box, CITY) == near
