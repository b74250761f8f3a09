"""Small maps as SVG that the server writes: no script, no WebGL, the same on paper and on a phone."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry import shape as shape_of
from shapely.geometry.base import BaseGeometry

from gis_service.services.small_map import Ground
from gis_service.types import BBox, Floats

WIDTH, HEIGHT = 640, 420
_ROOM = 0.06
"""Share of the picture that stays free on each side."""
_NEAR = 3.0
"""Widths of the city beyond which nothing is drawn: a file in the wrong system would hide the city."""
_SMALL = 0.25
"""What is narrower and lower than this share of the city is shown larger."""
_LEAST = 1 / 12
"""Share of the city that is always shown around a place."""
_APART = 34.0
"""Distance of labels in points of the picture, so that none covers another."""
_HARDLY_SEEN = 3.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of the ground a picture shows, and where a place lies in it.

    Parameters
    ----------
    west, south, east, north
        Edges of the picture, in degrees.
    """

    west: float
    south: float
    east: float
    north: float

    def place(self, points: Floats) -> Floats:
        """Give (n, 2) x and y in points of the picture of (n, 2) longitudes and latitudes."""
        x = (points[:, 0] - self.west) / (self.east - self.west) * WIDTH
        y = (self.north - points[:, 1]) / (self.north - self.south) * HEIGHT
        return np.asarray(np.round(np.column_stack([x, y]), 1), np.float64)

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        """Give x and y of one place."""
        x, y = self.place(np.array([[lon, lat]]))[0].tolist()
        return x, y

    def holds(self, box: BBox) -> bool:
        """Tell whether any of a box is in the picture."""
        west, south, east, north = box
        return west <= self.east and east >= self.west and south <= self.north and north >= self.south


def frame_of(city: BBox, boxes: Sequence[BBox]) -> Frame:
    """Give the frame that shows the city and what is near it; something small in it is shown larger.

    Parameters
    ----------
    city
        West, south, east, north, in degrees.
    boxes
        What is to be seen, in degrees.
    """
    wide, tall = city[2] - city[0], city[3] - city[1]
    limit = (city[0] - _NEAR * wide, city[1] - _NEAR * tall, city[2] + _NEAR * wide, city[3] + _NEAR * tall)
    near = [box for box in boxes if _within(box, limit)]
    box = city
    if near:
        whole = _around(near)
        across, up = whole[2] - whole[0], whole[3] - whole[1]
        small = across < _SMALL * wide and up < _SMALL * tall
        box = _widened(whole, wide * _LEAST, tall * _LEAST) if small else _around([city, whole])
    return _fitted(box)


def _within(box: BBox, limit: BBox) -> bool:
    return box[0] >= limit[0] and box[1] >= limit[1] and box[2] <= limit[2] and box[3] <= limit[3]


def _around(boxes: Sequence[BBox]) -> BBox:
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _widened(box: BBox, wide: float, tall: float) -> BBox:
    across, up = max(0.0, wide - (box[2] - box[0])) / 2, max(0.0, tall - (box[3] - box[1])) / 2
    return box[0] - across, box[1] - up, box[2] + across, box[3] + up


def _fitted(box: BBox) -> Frame:
    """Show a box whole and true to shape in its middle."""
    west, south, east, north = box
    narrowing = max(math.cos(math.radians((south + north) / 2)), 0.1)
    tall = max(north - south, (east - west) * narrowing * HEIGHT / WIDTH, 1e-6) / (1 - 2 * _ROOM)
    wide = tall * WIDTH / HEIGHT / narrowing
    middle, level = (west + east) / 2, (south + north) / 2
    return Frame(middle - wide / 2, level - tall / 2, middle + wide / 2, level + tall / 2)


@dataclass
class Drawing:
    """A small map on its way; a template writes its parts in their order.

    Parameters
    ----------
    frame
        What it shows.
    paths
        ``{d, kind, title}`` of lines and areas.
    dots
        ``{x, y, kind, title}`` of places.
    labels
        ``{x, y, text, kind}``; none covers another.
    boxes
        ``{x, y, width, height, text}`` in points of the picture.
    outside
        Features that lie beyond the picture.
    """

    frame: Frame
    paths: list[dict[str, Any]] = field(default_factory=list)
    dots: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=list)
    boxes: list[dict[str, Any]] = field(default_factory=list)
    outside: int = 0

    @classmethod
    def over(cls, ground: Ground, boxes: Sequence[BBox]) -> "Drawing":
        """Begin a map with the units of the city under it."""
        made = cls(frame_of(ground.box, boxes))
        units = [unit for unit in ground.units if made.frame.holds(unit.bounds)]
        if units:
            made.paths.append({"d": "".join(made._path(unit) for unit in units), "kind": "unit", "title": ""})
        return made

    def shape(self, geometry: BaseGeometry | None, kind: str, title: str = "") -> None:
        """Draw one geometry in degrees, as a dot when it is hardly to be seen."""
        if geometry is None or geometry.is_empty:
            return
        if not self.frame.holds(geometry.bounds):
            self.outside += 1
            return
        west, south, east, north = geometry.bounds
        corners = self.frame.place(np.array([[west, south], [east, north]]))
        if geometry.geom_type in {"Point", "MultiPoint"}:
            for lon, lat in shapely.get_coordinates(geometry).tolist():
                self.dot(lon, lat, kind, title)
        elif np.ptp(corners, axis=0).max() < _HARDLY_SEEN:
            self.dot((west + east) / 2, (south + north) / 2, kind, title)
        else:
            line = "" if geometry.geom_type.endswith("Polygon") else " line"
            self.paths.append({"d": self._path(geometry), "kind": kind + line, "title": title})

    def dot(self, lon: float, lat: float, kind: str, title: str = "") -> None:
        """Draw one place."""
        if not self.frame.holds((lon, lat, lon, lat)):
            self.outside += 1
            return
        x, y = self.frame.point(lon, lat)
        self.dots.append({"x": x, "y": y, "kind": kind, "title": title})

    def label(self, lon: float, lat: float, text: str, kind: str) -> None:
        """Write beside a place, unless that would cover another label."""
        x, y = self.frame.point(lon, lat)
        inside = 0 <= x <= WIDTH and 0 <= y <= HEIGHT
        free = all(math.hypot(one["x"] - x, one["y"] - y) >= _APART for one in self.labels)
        if inside and free:
            anchor = "end" if x > WIDTH * 0.85 else "start"
            self.labels.append({"x": x, "y": y, "text": text, "kind": kind, "anchor": anchor})

    def box(self, box: BBox, text: str) -> None:
        """Draw where something would lie, with its number; nothing of what reaches beyond the picture.

        A file with a place on another continent would else lie over the whole city.
        """
        if not _within(box, (self.frame.west, self.frame.south, self.frame.east, self.frame.north)):
            return
        corners = self.frame.place(np.array([[box[0], box[3]], [box[2], box[1]]]))
        (x, y), (east, south) = np.clip(corners, [2, 2], [WIDTH - 2, HEIGHT - 2]).tolist()
        self.boxes.append(
            {"x": x, "y": y, "width": max(east - x, 4), "height": max(south - y, 4), "text": text}
        )

    def _path(self, geometry: BaseGeometry) -> str:
        return "".join(self._parts(geometry))

    def _parts(self, geometry: BaseGeometry) -> Iterable[str]:
        for part in getattr(geometry, "geoms", (geometry,)):
            if hasattr(part, "geoms"):
                yield from self._parts(part)
            elif isinstance(part, Polygon):
                for ring in (part.exterior, *part.interiors):
                    yield self._line(shapely.get_coordinates(ring)[:-1]) + "z"
            else:
                yield self._line(shapely.get_coordinates(part))

    def _line(self, points: Floats) -> str:
        if not len(points):
            return ""
        placed = self.frame.place(points).tolist()
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in placed)


def geometry_of(document: object) -> BaseGeometry | None:
    """Read a GeoJSON geometry of ours; none for what has no place."""
    if not isinstance(document, dict) or not document.get("type"):
        return None
    geometry: BaseGeometry = shape_of(document)
    return None if geometry.is_empty else geometry
