"""Small maps: what is on them, where, and what is left out."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis_service.services.small_map import Ground
from gis_service.types import BBox
from gis_service.web.pages.drawing import HEIGHT, WIDTH, Drawing, frame_of, geometry_of

CITY: BBox = (106.1, 20.23, 106.68, 20.75)
GROUND = Ground(CITY, np.array([shapely.box(*CITY)], dtype=object))
AREA = shapely.box(106.2, 20.3, 106.3, 20.4)


def test_the_city_lies_whole_in_its_frame_and_north_is_up() -> None:
    frame = frame_of(CITY, [])
    west, south = frame.point(CITY[0], CITY[1])
    east, north = frame.point(CITY[2], CITY[3])
    assert 0 < west < east < WIDTH
    assert 0 < north < south < HEIGHT


@given(st.floats(106.1, 106.6), st.floats(20.25, 20.7))
def test_what_is_small_is_shown_larger_and_in_the_picture(lon: float, lat: float) -> None:
    frame = frame_of(CITY, [(lon, lat, lon + 0.01, lat + 0.01)])
    x, y = frame.point(lon + 0.005, lat + 0.005)
    assert (round(x), round(y)) == (WIDTH // 2, HEIGHT // 2)
    assert frame.east - frame.west < CITY[2] - CITY[0]


def test_what_lies_in_another_country_does_not_hide_the_city() -> None:
    drawing = Drawing.over(GROUND, [(2.3, 48.8, 2.4, 48.9)])
    drawing.shape(shapely.Point(2.35, 48.85), "feature")
    drawing.shape(shapely.box(2.3, 48.8, 2.4, 48.9), "feature")
    assert (drawing.dots, drawing.outside, len(drawing.paths)) == ([], 2, 1)


@pytest.mark.parametrize(
    ("geometry", "paths", "dots"),
    [
        (AREA, 1, 0),
        (shapely.MultiPolygon([AREA, shapely.box(106.4, 20.3, 106.5, 20.4)]), 1, 0),
        (shapely.LineString([(106.2, 20.3), (106.3, 20.4)]), 1, 0),
        (shapely.Point(106.2, 20.3), 0, 1),
        (shapely.MultiPoint([(106.2, 20.3), (106.3, 20.3)]), 0, 2),
        (shapely.box(106.2, 20.3, 106.2001, 20.3001), 0, 1),
        (shapely.GeometryCollection([AREA, shapely.Point(106.2, 20.3)]), 1, 0),
        (shapely.Point(), 0, 0),
        (None, 0, 0),
    ],
)
def test_areas_and_lines_are_paths_and_what_is_hardly_seen_is_a_dot(
    geometry: BaseGeometry | None, paths: int, dots: int
) -> None:
    drawing = Drawing.over(Ground(CITY, np.empty(0, dtype=object)), [])
    drawing.shape(geometry, "feature", "7")
    assert (len(drawing.paths), len(drawing.dots)) == (paths, dots)
    assert all(one["title"] == "7" for one in [*drawing.paths, *drawing.dots])


def test_holes_are_rings_of_their_own_and_lines_are_not_filled() -> None:
    drawing = Drawing.over(Ground(CITY, np.empty(0, dtype=object)), [])
    drawing.shape(AREA.difference(shapely.box(106.24, 20.34, 106.26, 20.36)), "bad")
    drawing.shape(shapely.LineString([(106.2, 20.3), (106.3, 20.4)]), "bad")
    area, line = drawing.paths
    assert (area["d"].count("M"), area["d"].count("z"), area["kind"]) == (2, 2, "bad")
    assert ("z" in line["d"], line["kind"]) == (False, "bad line")


def test_no_label_covers_another() -> None:
    drawing = Drawing.over(GROUND, [])
    for number in range(50):
        drawing.label(106.3 + number / 10_000, 20.4, str(number), "number")
    drawing.label(106.6, 20.7, "far", "number")
    assert (drawing.labels[0]["text"], drawing.labels[-1]["text"]) == ("0", "far")
    assert len(drawing.labels) <= 3


def test_boxes_that_reach_beyond_the_picture_are_not_drawn() -> None:
    drawing = Drawing.over(GROUND, [])
    west, south, east, north = GROUND.box
    drawing.box((100.0, 15.0, 110.0, 25.0), "2")
    drawing.box((2.0, 48.0, 3.0, 49.0), "3")
    drawing.box(((west + east) / 2, (south + north) / 2, east, north), "1")
    (one,) = drawing.boxes
    assert one["text"] == "1"
    assert (one["x"] + one["width"] <= WIDTH, one["y"] + one["height"] <= HEIGHT) == (True, True)


@pytest.mark.parametrize("document", [None, {}, "x", {"type": "Point", "coordinates": []}])
def test_what_has_no_place_is_no_geometry(document: object) -> None:
    assert geometry_of(document) is None
