"""Draws shapes into small pictures: surfaces, lines and dots on a plain ground, smooth at the edges, as PNG.

Everything is drawn at three times the size and averaged at the end.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import rasterize
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from scipy import ndimage

from gis_service.types import BBox, Bools, Floats, Geometries

SCALE = 3
"""Points drawn for each point of the picture, in each direction."""
_MIDDLE = 99.0
"""Percentile of the number of places at one spot that is drawn in full colour."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of the ground a picture shows.

    Parameters
    ----------
    box
        West, south, east, north in degrees, as wide as the picture needs it to be.
    width, height
        Size of the picture in points.
    """

    box: BBox
    width: int
    height: int

    @property
    def step(self) -> float:
        """Degrees of latitude of one point of the picture."""
        return (self.box[3] - self.box[1]) / self.height

    @property
    def transform(self) -> Affine:
        """From columns and rows of what is drawn to degrees."""
        west, south, east, north = self.box
        across, down = (east - west) / (self.width * SCALE), (north - south) / (self.height * SCALE)
        return Affine(across, 0.0, west, 0.0, -down, north)


def frame_around(box: BBox, width: int, height: int, margin: float = 0.04) -> Frame:
    """Give the frame that shows a box, with a margin, true to shape in its middle.

    Parameters
    ----------
    box
        West, south, east, north in degrees; it may be a point.
    width, height
        Size of the picture in points.
    margin
        Share of the picture that stays free on each side.
    """
    west, south, east, north = box
    middle, level = (west + east) / 2, (south + north) / 2
    narrowing = max(np.cos(np.radians(level)), 0.1)
    tall = max(north - south, 1e-4)
    wide = max((east - west) * narrowing, 1e-4)
    tall = max(tall, wide * height / width) / (1 - 2 * margin)
    wide = tall * width / height / narrowing
    return Frame((middle - wide / 2, level - tall / 2, middle + wide / 2, level + tall / 2), width, height)


class Picture:
    """A picture that is being drawn, bottom first.

    Parameters
    ----------
    frame
        What it shows.
    ground
        Colour of what nothing is drawn on: ``#rrggbb``.
    """

    def __init__(self, frame: Frame, ground: str) -> None:
        self._frame = frame
        self._shape = (frame.height * SCALE, frame.width * SCALE)
        self._points = np.empty((*self._shape, 3), dtype=np.float64)
        self._points[:] = _rgb(ground)

    def fill(self, areas: Geometries, colour: str, opacity: float = 1.0) -> None:
        """Fill areas; points among them are areas too small to be seen, and lines are left out."""
        self._paint(self._inside(areas) | self._places(areas), colour, opacity)

    def stroke(self, shapes: Geometries, colour: str, width: float) -> None:
        """Draw lines, and the borders of areas, in a width in points of the picture."""
        solid = shapes[~np.isin(shapely.get_type_id(shapes), _POINTS)]
        lines = np.where(shapely.get_dimensions(solid) == 2, shapely.boundary(solid), solid)  # noqa: PLR2004 areas
        drawn = self._burn(lines) | self._places(shapes)
        self._paint(_grown(drawn, max(1.0, width * SCALE / 2 - 0.5)), colour)

    def dots(self, places: Geometries, colour: str, radius: float, ring: str | None = None) -> None:
        """Draw places as dots of a radius in points of the picture, with a ring of another colour."""
        at = self._places(places)
        if ring is not None:
            self._paint(_grown(at, (radius + 1) * SCALE), ring)
        self._paint(_grown(at, radius * SCALE), colour)

    def density(self, places: Geometries, count: NDArray[Any], colour: str) -> None:
        """Draw many places as a cloud: the more of them at a spot, the stronger the colour."""
        columns, rows, owner = self._cells(places)
        many: Floats = np.zeros(self._shape)
        np.add.at(many, (rows, columns), count[owner])
        spread = ndimage.gaussian_filter(many, SCALE * 0.6)
        seen = spread[spread > spread.max(initial=0.0) * 1e-3]
        if len(seen):
            full = np.percentile(seen, _MIDDLE)
            self._blend(np.clip(np.sqrt(spread / full), 0.0, 1.0), colour)

    def png(self) -> bytes:
        """Give the picture as a PNG file."""
        high, wide = self._frame.height, self._frame.width
        small = self._points.reshape(high, SCALE, wide, SCALE, 3).mean(axis=(1, 3))
        bands = np.moveaxis(np.clip(np.rint(small), 0, 255).astype(np.uint8), 2, 0)
        profile = {"driver": "PNG", "width": wide, "height": high, "count": 3, "dtype": "uint8"}
        with warnings.catch_warnings(), MemoryFile() as memory:
            # A picture need not lie anywhere.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with memory.open(**profile, zlevel=9) as file:
                file.write(bands)
            content: bytes = memory.read()
        return content

    def _paint(self, drawn: Bools, colour: str, opacity: float = 1.0) -> None:
        self._points[drawn] += (_rgb(colour) - self._points[drawn]) * opacity

    def _blend(self, strength: Floats, colour: str) -> None:
        self._points += (_rgb(colour) - self._points) * strength[:, :, None]

    def _inside(self, areas: Geometries) -> Bools:
        return self._burn(areas[shapely.get_dimensions(areas) == 2])  # noqa: PLR2004 areas

    def _burn(self, shapes: Sequence[Any] | Geometries) -> Bools:
        whole = [shape for shape in shapes if shape is not None and not shape.is_empty]
        if not whole:
            return np.zeros(self._shape, dtype=bool)
        burnt = rasterize(whole, out_shape=self._shape, transform=self._frame.transform, dtype="uint8")
        return np.asarray(burnt, dtype=bool)

    def _places(self, shapes: Geometries) -> Bools:
        drawn = np.zeros(self._shape, dtype=bool)
        columns, rows, _ = self._cells(shapes)
        drawn[rows, columns] = True
        return drawn

    def _cells(self, shapes: Geometries) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Give column and row of every point in the picture, and which of the shapes it is of."""
        chosen = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _POINTS))
        xy, owner = shapely.get_coordinates(shapes[chosen], return_index=True)
        west, south, east, north = self._frame.box
        high, wide = self._shape
        columns = np.floor((xy[:, 0] - west) / (east - west) * wide).astype(np.int64)
        rows = np.floor((north - xy[:, 1]) / (north - south) * high).astype(np.int64)
        inside = (columns >= 0) & (columns < wide) & (rows >= 0) & (rows < high)
        return columns[inside], rows[inside], chosen[owner[inside]]


_POINTS = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)


def _grown(drawn: Bools, radius: float) -> Bools:
    """Let what is drawn grow by a radius in drawn points."""
    if radius < 1:
        return drawn
    grown: Bools = ndimage.distance_transform_edt(~drawn) <= radius if drawn.any() else drawn
    return grown


def _rgb(colour: str) -> Floats:
    """Read ``#rrggbb`` as three numbers 0..255."""
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=np.float64)
