"""The waters of the demo city: curvy courses through hand-set points, and the province they enclose."""

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from scipy.interpolate import make_interp_spline
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.courses import (
    CANALS,
    COAST,
    HOA,
    HONG,
    HONG_ABOVE,
    LAKES,
    LUOC,
    LUOC_BELOW,
    TRA_LY,
    Course,
)
from gis_service.analysis.demo_city.noise import smooth_noise
from gis_service.types import Floats

_KM = 1000.0
_STEP_M = 60.0
_TOLERANCE_M = 3.0
_SEA_CORNERS = ((628.0, 2290.0), (634.0, 2290.0), (634.0, 2232.0), (618.0, 2232.0))
"""Where the drawn sea ends in the east, kilometres: beyond the mouths it narrows towards the neighbours."""
_WIDE = 25
"""Vertices to either side that a broad run is averaged over: 1.5 km."""
_SHIFT_TAPER_M = 4_000.0
"""Towards a river's mouth the coast moves less and less, so that it still ends there."""


@dataclass(frozen=True, slots=True)
class Water:
    """A piece of water.

    Parameters
    ----------
    code, name
        ``w01``, ``Sông Trà Lý``.
    kind
        ``river``, ``canal``, ``lake`` or ``sea``.
    shape
        Its surface in EPSG:9209; of a border river both halves, of the sea the part beside the province.
    centre
        Its course in the direction of the current; None for lakes and the sea.
    """

    code: str
    name: str
    kind: str
    shape: MultiPolygon
    centre: LineString | None


@dataclass(frozen=True, slots=True)
class Shores:
    """The lines that enclose and divide the province, EPSG:9209.

    Parameters
    ----------
    hong, luoc, hoa, tra_ly
        Centre lines of the rivers in the direction of the current.
    coast
        From the mouth of sông Hồng in the south to the mouth of sông Hóa.
    """

    hong: LineString
    luoc: LineString
    hoa: LineString
    tra_ly: LineString
    coast: LineString

    @property
    def province(self) -> Polygon:
        """The land and the nearer halves of the border rivers."""
        river, sea = shapely.get_coordinates(self.hong), shapely.get_coordinates(self.coast)
        back = [shapely.get_coordinates(line)[::-1] for line in (self.hoa, self.luoc)]
        return Polygon(np.concatenate([river, sea[1:], back[0][1:], back[1][1:-1]]))


def make_shores(area_m2: float) -> Shores:
    """Draw rivers and coast so that the province has the area asked for.

    Parameters
    ----------
    area_m2
        Official area of the province in m²; the coast is moved towards the sea or the land until it fits.
    """
    rivers = {
        "hong": course(HONG, 60.0, 1),
        "luoc": course(LUOC, 30.0, 2),
        "hoa": course(HOA, 25.0, 3),
        "tra_ly": course(TRA_LY, 35.0, 4),
    }
    branch = shapely.get_coordinates(rivers["tra_ly"])
    branch[0] = shapely.get_coordinates(shapely.shortest_line(rivers["hong"], shapely.Point(branch[0])))[0]
    rivers["tra_ly"] = LineString(branch)
    coast = course(COAST, 260.0, 5, 2_600.0)
    low, high = -2_500.0, 2_500.0
    for _halving in range(24):
        shift = (low + high) / 2.0
        shores = _with_coast(rivers, coast, shift)
        if shores.province.area < area_m2:
            low = shift
        else:
            high = shift
    return _with_coast(rivers, coast, (low + high) / 2.0)


def course(knots: Course, wander_m: float, seed: int, bend_m: float = 1_300.0) -> LineString:
    """Draw a smooth line through points, wandering a little between them; the two ends stay.

    Parameters
    ----------
    knots
        Points in kilometres of EPSG:9209.
    wander_m
        How far the line strays to either side, in metres.
    seed
        Which way it strays.
    bend_m
        Typical distance between two bends, in metres.
    """
    points = np.asarray(knots) * _KM
    gaps = np.hypot(*np.diff(points, axis=0).T)
    # Centripetal: the square root of the distance keeps a spline from looping between uneven points.
    at = np.concatenate([[0.0], np.cumsum(np.sqrt(gaps))])
    fine = np.linspace(0.0, at[-1], int(gaps.sum() / _STEP_M) + 2)
    xy = np.asarray(make_interp_spline(at, points, k=3)(fine))
    side = _normals(xy)
    fade = np.clip(np.minimum(np.arange(len(xy)), np.arange(len(xy))[::-1]) / 20.0, 0.0, 1.0)
    stray = wander_m * fade * smooth_noise(xy, bend_m, 100 + seed)
    ends = shapely.get_coordinates(_simple(xy + side * stray[:, None]))
    ends[0], ends[-1] = points[0], points[-1]
    return LineString(ends)


def _simple(xy: Floats) -> LineString:
    return LineString(shapely.get_coordinates(LineString(xy).simplify(_TOLERANCE_M)))


def _normals(xy: Floats) -> Floats:
    """Give the unit vectors to the right of a line at its vertices."""
    ahead = np.gradient(xy, axis=0)
    return np.column_stack([ahead[:, 1], -ahead[:, 0]]) / np.hypot(ahead[:, 0], ahead[:, 1])[:, None]


def _with_coast(rivers: dict[str, LineString], coast: LineString, shift_m: float) -> Shores:
    """Move the coast towards the sea, less and less towards the three mouths, which follow the current."""
    xy = shapely.get_coordinates(shapely.segmentize(coast, _STEP_M))
    mouth = np.asarray(TRA_LY[-1]) * _KM
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    distance = np.minimum(along, along[-1] - along)
    taper = np.clip(distance / _SHIFT_TAPER_M, 0.0, 1.0)
    # The sides of the broad run: those of every small bend would fold the line when it moves far.
    wide = np.pad(xy, ((_WIDE, _WIDE), (0, 0)), mode="edge")
    broad = np.column_stack(
        [np.convolve(row, np.full(2 * _WIDE + 1, 1.0 / (2 * _WIDE + 1)), "valid") for row in wide.T]
    )
    moved = xy + _normals(broad) * (shift_m * taper * taper * (3.0 - 2.0 * taper))[:, None]
    moved[0], moved[-1] = xy[0], xy[-1]
    line = _simple(moved)
    # Sông Trà Lý ends at the moved coast: cut where they cross, prolonged where it fell short.
    course_xy = shapely.get_coordinates(rivers["tra_ly"])
    beyond = mouth + np.array([6_000.0, -1_800.0])
    crossing = LineString([*course_xy, beyond]).intersection(line)
    return Shores(**{**rivers, "tra_ly": _until(LineString([*course_xy, beyond]), crossing)}, coast=line)


def _until(line: LineString, crossing: BaseGeometry) -> LineString:
    """Cut a line where it first meets another."""
    where = min(line.project(shapely.Point(xy)) for xy in shapely.get_coordinates(crossing))
    return LineString(shapely.get_coordinates(shapely.ops.substring(line, 0.0, where)))


def ribbon(line: LineString, width_m: float, mouth_m: float | None = None) -> MultiPolygon:
    """Give a river its breadth.

    Parameters
    ----------
    line
        Its course.
    width_m, mouth_m
        Breadth along the course, and at its end when it widens there over the last sixth.
    """
    xy = shapely.get_coordinates(shapely.segmentize(line, 4.0 * _STEP_M))
    along = np.linspace(0.0, 1.0, len(xy))
    breadth = width_m * (1.0 + 0.12 * smooth_noise(xy, 2_500.0, 31))
    if mouth_m is not None:
        breadth += (mouth_m - width_m) * np.clip((along - 5.0 / 6.0) * 6.0, 0.0, 1.0) ** 2
    pieces = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
    middle = (breadth[:-1] + breadth[1:]) / 2.0
    surface = shapely.union_all(shapely.buffer(pieces, middle / 2.0, quad_segs=4))
    smooth = surface.buffer(25.0, quad_segs=4).buffer(-25.0, quad_segs=4)
    return _multi(smooth.simplify(_TOLERANCE_M))


def make_waters(shores: Shores) -> tuple[Water, ...]:
    """Give all waters of the province: the four rivers, the waterways inside the dikes, lakes, the sea."""
    rivers = [
        ("Sông Hồng", shores.hong, _longer(shores.hong, above=HONG_ABOVE), 640.0, 1_100.0),
        ("Sông Luộc", shores.luoc, _longer(shores.luoc, below=LUOC_BELOW), 240.0, None),
        ("Sông Hóa", shores.hoa, shores.hoa, 130.0, 420.0),
        ("Sông Trà Lý", shores.tra_ly, shores.tra_ly, 190.0, 520.0),
    ]
    province = shores.province
    found: list[tuple[str, str, MultiPolygon, LineString | None]]
    found = [("river", name, ribbon(drawn, width, mouth), line) for name, line, drawn, width, mouth in rivers]
    for number, (name, knots) in enumerate(CANALS.items()):
        line = _longest(course(knots, 60.0, 20 + number).intersection(province))
        found.append(("canal", name, ribbon(line, 34.0), line))
    found += [("lake", name, _lake(*place), None) for name, place in LAKES.items()]
    found.append(("sea", "Biển Đông", _sea(shores), None))
    return tuple(
        Water(f"w{number:02d}", name, kind, shape, line)
        for number, (kind, name, shape, line) in enumerate(found, start=1)
    )


def _longer(line: LineString, above: Course = (), below: Course = ()) -> LineString:
    """Add what lies beyond the province to a river, for drawing."""
    before, after = (np.asarray(part).reshape(-1, 2) * _KM for part in (above, below))
    return LineString(np.concatenate([before, shapely.get_coordinates(line), after]))


def _lake(east_km: float, north_km: float, radius_m: float) -> MultiPolygon:
    turn = np.linspace(0.0, 2.0 * np.pi, 40, endpoint=False)
    middle = np.array([east_km, north_km]) * _KM
    circle = np.column_stack([np.cos(turn), 0.7 * np.sin(turn)])
    stretch = 1.0 + 0.35 * smooth_noise(middle + circle * radius_m, 2.2 * radius_m, 41)
    return _multi(Polygon(middle + circle * (radius_m * stretch)[:, None]))


def _sea(shores: Shores) -> MultiPolygon:
    xy = shapely.get_coordinates(shores.coast)
    corners = np.array(_SEA_CORNERS) * _KM
    return _multi(Polygon(np.concatenate([xy, corners])).buffer(0))


def _longest(geometry: BaseGeometry) -> LineString:
    parts = shapely.get_parts(geometry)
    return parts[int(np.argmax(shapely.length(parts)))]  # type: ignore[no-any-return]


def _multi(geometry: BaseGeometry) -> MultiPolygon:
    return MultiPolygon(list(shapely.get_parts(np.asarray(geometry, dtype=object))))
