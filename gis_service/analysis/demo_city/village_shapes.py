"""Shapes of the generated villages: rows of houses along a bent lane, grown together."""

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gis_service.analysis.demo_city.noise import smooth_noise
from gis_service.types import Floats, Geometries

_GAP_M = 14.0
"""Half the least distance between two settlements of one commune."""
_KNOTS = 5
_SHARE_ACROSS = 0.3
_SHARE_WITH_SIDE_LANE = 0.55
_TOLERANCE_M = 6.0
_LEAST_M2 = 2_500.0
_FAR_M = 10_000.0
_NEARLY = 1.03
_CLOSE_M = 45.0
_SWAY_M, _SWAY_LENGTH_M = 22.0, 190.0


def built_up(places: Floats, areas_m2: Floats, room: BaseGeometry, random: np.random.Generator) -> Geometries:
    """Draw the built-up areas of the settlements of one commune.

    Parameters
    ----------
    places
        ``(n, 2)`` hearts inside the room, metres of a projected CRS in metres, all different.
    areas_m2
        ``(n,)`` areas they would like to have; where there is no room they become smaller.
    room
        Where they may lie.
    random
        Source of chance.

    Returns
    -------
    Geometries
        ``(n,)`` valid polygons inside the room, disjoint.
    """
    main_direction = random.uniform(0.0, np.pi)
    drawn = [_blob(place, main_direction, random) for place in places]
    cells = _cells(places, room)
    return np.array(
        [
            _fitted(blob, place, area, cell)
            for blob, place, area, cell in zip(drawn, places, areas_m2, cells, strict=True)
        ],
        dtype=object,
    )


def _blob(place: Floats, main_direction: float, random: np.random.Generator) -> BaseGeometry:
    """Draw a village of any size: discs of uneven breadth along a bent lane, some with a side lane."""
    across = random.random() < _SHARE_ACROSS
    direction = main_direction + random.normal(0.0, 0.5) + (np.pi / 2.0 if across else 0.0)
    lane = _lane(place, direction, 75.0, random)
    parts = [lane]
    if random.random() < _SHARE_WITH_SIDE_LANE:
        turn = random.choice([-1.0, 1.0]) * random.uniform(0.9, 2.0)
        parts.append(_lane(lane[int(random.integers(1, _KNOTS - 1))], direction + turn, 55.0, random))
    breadth = 62.0 * np.exp(random.normal(0.0, 0.28, sum(map(len, parts))))
    discs = shapely.buffer(shapely.points(np.concatenate(parts)), breadth, quad_segs=5)
    lanes = shapely.buffer([shapely.LineString(part) for part in parts], 38.0, quad_segs=3)
    smooth = shapely.segmentize(shapely.union_all(np.concatenate([discs, lanes])), 20.0)
    return shapely.transform(smooth, _roughen)


def _roughen(xy: Floats) -> Floats:
    """Take the outline off its circles: gardens end where they end."""
    sway = [smooth_noise(xy, _SWAY_LENGTH_M, seed) for seed in (81, 82)]
    return xy + _SWAY_M * np.column_stack(sway)


def _lane(start: Floats, direction: float, step_m: float, random: np.random.Generator) -> Floats:
    """Walk from a place to both sides, or away from it, with a bend at every step."""
    turns = direction + np.cumsum(random.normal(0.0, 0.38, _KNOTS - 1))
    steps = step_m * random.uniform(0.6, 1.4, _KNOTS - 1)
    walk = np.cumsum(np.column_stack([np.cos(turns), np.sin(turns)]) * steps[:, None], axis=0)
    line = np.concatenate([np.zeros((1, 2)), walk])
    return np.asarray(start + line - line[_KNOTS // 2])


def _cells(places: Floats, room: BaseGeometry) -> Geometries:
    """Divide the room among the places: to each what lies nearest to it, less half the gap."""
    if len(places) == 1:
        return np.array([room], dtype=object)
    voronoi = shapely.voronoi_polygons(shapely.multipoints(places), extend_to=room.envelope, ordered=True)
    # Places closer together than the gap keep a little room each.
    apart = np.asarray(cKDTree(places).query(places, k=2)[0])[:, 1]
    gap = np.minimum(_GAP_M, 0.4 * apart)
    cells = shapely.buffer(shapely.get_parts(voronoi), -gap, join_style="mitre")
    return np.asarray(shapely.intersection(cells, room), dtype=object)


def _fitted(blob: BaseGeometry, place: Floats, area_m2: float, cell: BaseGeometry) -> Polygon:
    """Bring a village to its size inside its cell; what the cell cuts off is made up for once."""
    origin = (float(place[0]), float(place[1]))
    factor = float(np.sqrt(max(area_m2, _LEAST_M2) / blob.area))
    shape = _inside(blob, factor, origin, cell)
    for _attempt in range(2):
        growth = float(np.sqrt(area_m2 / max(shape.area, 1.0)))
        if growth < _NEARLY:
            break
        factor *= min(growth, 1.5)
        shape = _inside(blob, factor, origin, cell)
    return shape


def _inside(blob: BaseGeometry, factor: float, origin: tuple[float, float], cell: BaseGeometry) -> Polygon:
    """Scale a village about its heart, round it off and keep the piece at its heart that lies in the cell."""
    scaled = shapely.transform(blob, lambda xy: origin + (xy - origin) * factor)
    closed = scaled.buffer(_CLOSE_M, quad_segs=3).buffer(-_CLOSE_M, quad_segs=3)
    parts = shapely.get_parts(shapely.intersection(closed.simplify(_TOLERANCE_M), cell))
    areas = shapely.area(parts)
    parts, areas = parts[areas > 0], areas[areas > 0]
    # A canal may part a village; a corner cut off around its heart is no village.
    near = shapely.distance(parts, shapely.Point(origin)) + np.where(areas < _LEAST_M2, _FAR_M, 0.0)
    chosen: Polygon = parts[np.lexsort((-areas, near))[0]]
    return chosen
