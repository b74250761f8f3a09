"""Small pictures: what is drawn stands where it lies, in its colour."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from rasterio.io import MemoryFile

from gis_service.files.pictures import Picture, frame_around
from gis_service.types import Geometries

FRAME = frame_around((106.0, 20.0, 107.0, 21.0), 320, 200, margin=0.0)
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def shapes(*given: shapely.Geometry) -> Geometries:
    return np.array(given, dtype=object)


def points(picture: Picture) -> NDArray[np.uint8]:
    with MemoryFile(picture.png()) as memory, memory.open() as file:
        read: NDArray[np.uint8] = np.moveaxis(file.read(), 0, 2)
    return read


def at(picture: Picture, lon: float, lat: float) -> tuple[int, ...]:
    west, south, east, north = FRAME.box
    column = int((lon - west) / (east - west) * 320)
    row = int((north - lat) / (north - south) * 200)
    return tuple(int(band) for band in points(picture)[row, column])


def test_the_frame_holds_the_box_true_to_shape_in_its_middle() -> None:
    frame = frame_around((106.0, 20.0, 107.0, 21.0), 320, 200)
    west, south, east, north = frame.box
    assert west < 106.0
    assert east > 107.0
    assert south < 20.0
    assert north > 21.0
    assert (west + east, south + north) == pytest.approx((213.0, 41.0))
    tall, wide = north - south, (east - west) * np.cos(np.radians(20.5))
    assert wide / tall == pytest.approx(1.6)


@pytest.mark.parametrize("box", [(106.0, 20.0, 106.0, 20.0), (-180.0, -90.0, 180.0, 90.0)])
def test_any_box_has_a_frame(box: tuple[float, float, float, float]) -> None:
    frame = frame_around(box, 320, 200)
    assert Picture(frame, "#ffffff").png().startswith(b"\x89PNG")


def test_areas_lines_and_dots_stand_where_they_lie() -> None:
    picture = Picture(FRAME, "#ffffff")
    picture.fill(shapes(shapely.box(106.1, 20.1, 106.4, 20.4)), "#00ff00")
    picture.stroke(shapes(shapely.LineString([(106.0, 20.7), (107.0, 20.7)])), "#ff0000", 3)
    picture.dots(shapes(shapely.Point(106.75, 20.25)), "#0000ff", 3)
    assert at(picture, 106.25, 20.25) == (0, 255, 0)
    assert at(picture, 106.5, 20.7) == (255, 0, 0)
    assert at(picture, 106.75, 20.25) == (0, 0, 255)
    assert at(picture, 106.5, 20.5) == (255, 255, 255)


def test_a_hole_stays_open_and_an_area_too_small_to_see_is_a_point() -> None:
    picture = Picture(FRAME, "#ffffff")
    ring = shapely.box(106.1, 20.1, 106.9, 20.9).difference(shapely.box(106.4, 20.4, 106.6, 20.6))
    picture.fill(shapes(ring), "#000000")
    assert at(picture, 106.5, 20.5) == (255, 255, 255)
    small = Picture(FRAME, "#ffffff")
    small.fill(shapes(shapely.Point(106.5, 20.5)), "#000000")
    assert points(small).min() < 255


def test_many_places_at_one_spot_are_stronger_than_few() -> None:
    picture = Picture(FRAME, "#ffffff")
    places = shapes(shapely.Point(106.25, 20.5), shapely.Point(106.75, 20.5))
    picture.density(places, np.array([100, 4]), "#000000")
    assert at(picture, 106.25, 20.5)[0] < at(picture, 106.75, 20.5)[0] < 255


@pytest.mark.parametrize(
    "far",
    [
        shapely.Point(0, 0),
        shapely.box(0, 0, 1, 1),
        shapely.LineString([(0, 0), (1, 1)]),
        shapely.MultiPoint(),
    ],
)
def test_what_lies_elsewhere_or_nowhere_is_not_drawn(far: shapely.Geometry) -> None:
    picture = Picture(FRAME, "#ffffff")
    picture.fill(shapes(far), "#000000")
    picture.stroke(shapes(far), "#000000", 2)
    picture.dots(shapes(far), "#000000", 2, "#ff0000")
    picture.density(shapes(far), np.array([1]), "#000000")
    assert points(picture).min() == 255


def test_nothing_to_draw_is_no_fault() -> None:
    picture = Picture(FRAME, "#ffffff")
    picture.fill(shapes(), "#000000")
    picture.stroke(shapes(), "#000000", 2)
    picture.dots(shapes(), "#000000", 2)
    picture.density(shapes(), np.array([]), "#000000")
    assert points(picture).min() == 255
