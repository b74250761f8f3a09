"""Arcs become straight pieces that keep to the arc, and run through the points that were given."""

import math
import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.checks.curves import STEP_DEGREES, is_curved, linear

Point = tuple[float, ...]


def string(code: int, *points: Point, order: str = "<") -> bytes:
    flat = [value for point in points for value in point]
    return struct.pack(f"{order}BII{len(flat)}d", order == "<", code, len(points), *flat)


def holding(code: int, *parts: bytes) -> bytes:
    return struct.pack("<BII", 1, code, len(parts)) + b"".join(parts)


ARC = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0))
CIRCLE = ((1.0, 0.0), (-1.0, 0.0), (1.0, 0.0))


def straight(wkb: bytes) -> shapely.Geometry:
    told = linear(wkb)
    assert told is not None
    return shapely.from_wkb(told)


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_half_circle_keeps_its_points_and_its_length(order: str) -> None:
    line = straight(string(8, *ARC, order=order))
    points = shapely.get_coordinates(line)
    assert all((np.array(point) == points).all(axis=1).any() for point in ARC)
    assert np.hypot(*points.T) == pytest.approx(1)
    assert shapely.length(line) == pytest.approx(math.pi, rel=1e-3)


@pytest.mark.parametrize(
    ("wkb", "kind", "area"),
    [
        (holding(10, string(8, *CIRCLE)), "Polygon", math.pi),
        (holding(10, holding(9, string(8, *ARC), string(2, (-1, 0), (1, 0)))), "Polygon", math.pi / 2),
        (holding(12, holding(10, string(8, *CIRCLE))), "MultiPolygon", math.pi),
        (holding(11, string(8, *ARC), string(2, (0, 0), (1, 1))), "MultiLineString", 0),
        (holding(7, string(8, *ARC), string(2, (0, 0), (1, 1))), "GeometryCollection", 0),
        (string(1008, *((*point, 5.0) for point in ARC)), "LineString", 0),
        (string(8 | 0x80000000, *((*point, 5.0) for point in ARC)), "LineString", 0),
        (string(8, (0, 0), (1, 1), (2, 2)), "LineString", 0),
    ],
)
def test_every_type_with_arcs_becomes_its_straight_one(wkb: bytes, kind: str, area: float) -> None:
    shape = straight(wkb)
    assert is_curved(wkb)
    assert shapely.get_type_id(shape) == shapely.GeometryType[kind.upper()]
    assert not shapely.has_z(shape)
    assert shapely.area(shape) == pytest.approx(area, rel=2e-3)


@pytest.mark.parametrize("wkb", [b"", b"\x01", string(8, *ARC)[:-3], holding(10, b"\x01"), holding(99)])
def test_what_cannot_be_read_is_none(wkb: bytes) -> None:
    assert linear(wkb) is None


def test_an_arc_whose_points_are_one_is_no_more_than_that_point() -> None:
    assert shapely.length(straight(string(8, (1, 1), (1, 1), (1, 1)))) == 0


def test_nesting_without_end_is_refused() -> None:
    wkb = string(8, *ARC)
    for _ in range(100):
        wkb = holding(7, wkb)
    assert linear(wkb) is None


@given(
    st.floats(-1e3, 1e3),
    st.floats(-1e3, 1e3),
    st.floats(1, 1e3),
    st.floats(0, 6.2),
    st.floats(0.01, 6.2),
)
def test_pieces_stay_as_near_to_their_arc_as_the_step_allows(
    x: float, y: float, radius: float, start: float, turn: float
) -> None:
    angles = np.array([start, start + turn / 2, start + turn])
    points = np.column_stack([x + radius * np.cos(angles), y + radius * np.sin(angles)])
    line = straight(string(8, *map(tuple, points.tolist())))
    sagitta = radius * (1 - math.cos(math.radians(STEP_DEGREES) / 2))
    middles = shapely.get_coordinates(shapely.segmentize(line, radius / 50))
    away = np.abs(np.hypot(*(middles - [x, y]).T) - radius)
    assert away.max() <= sagitta + 1e-6 * radius
