"""Power lines of the demo city: a high-voltage backbone across country, lower voltages along the roads."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist

from gis_service.analysis.demo_city.features import Features, generator, table
from gis_service.analysis.demo_city.ground import Ground

_OPERATOR = "Công ty điện lực mẫu"
_BACKBONE_KV = 110.0
_BY_CLASS_KV = {"national": 35.0, "provincial": 35.0, "district": 22.0, "commune": 22.0}
_BESIDE_M = (8.0, -6.0)
"""Where the masts stand, from the centre line of the road, east and north."""
_BEND = 0.05
"""How far the backbone leaves the straight line, as a share of its length."""
_LEAST_M = 150.0


@dataclass(frozen=True, slots=True)
class _Line:
    shape: shapely.LineString
    voltage_kv: float
    underground: bool


def make_power_lines(ground: Ground) -> Features:
    """Draw the power lines, the highest voltage first."""
    lines = [*_backbone(ground), *_along_roads(ground)]
    years = np.round(generator("power lines").triangular(1988, 2010, 2024, len(lines))).astype(int)
    rows = [
        (f"dd_{number:04d}", line.voltage_kv, line.underground, int(years[number - 1]), _OPERATOR)
        for number, line in enumerate(lines, 1)
    ]
    columns = table(("code", "voltage_kv", "underground", "built_year", "operator"), rows)
    return Features(np.array([line.shape for line in lines], dtype=object), columns)


def _backbone(ground: Ground) -> Iterator[_Line]:
    """Join the seats of the districts by the shortest tree, and the two nearest ends of it by a ring line."""
    seats = list(ground.seats().values())
    xy = np.array([ground.units[row].xy for row in seats])
    away = cdist(xy, xy)
    tree = minimum_spanning_tree(away).tocoo()
    pairs = list(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    ends = [at for at in range(len(seats)) if sum(at in pair for pair in pairs) == 1]
    if len(ends) > 1:
        ring = min(
            ((a, b) for a in ends for b in ends if a < b and (a, b) not in pairs and (b, a) not in pairs),
            key=lambda pair: away[pair],
            default=None,
        )
        pairs += [] if ring is None else [ring]
    draws = generator("backbone")
    for a, b in pairs:
        yield _Line(_bent(xy[a], xy[b], draws), _BACKBONE_KV, underground=False)


def _bent(
    start: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    end: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    draws: np.random.Generator,
) -> shapely.LineString:
    """Draw a line with a few bends, as masts are set around villages."""
    ahead = end - start
    aside = np.array([-ahead[1], ahead[0]]) * _BEND
    share = np.array([0.0, 0.22, 0.5, 0.78, 1.0])
    lean = np.array([0.0, *draws.uniform(-1, 1, 3), 0.0])
    return shapely.LineString(np.round(start + share[:, None] * ahead + lean[:, None] * aside, 2))


def _along_roads(ground: Ground) -> Iterator[_Line]:
    """Follow the greater roads, joined by their names; inside wards the lines lie underground."""
    roads = ground.roads
    classes, names = np.array(roads.road_class), np.array(roads.name)
    wards = [
        outline
        for outline, unit in zip(ground.land.outlines, ground.units, strict=True)
        if unit.unit_type == "ward"
    ]
    city = shapely.union_all(wards)
    shapely.prepare(city)
    for road_class, voltage in _BY_CLASS_KV.items():
        for name in sorted(set(names[classes == road_class].tolist())):
            rows = (classes == road_class) & (names == name)
            merged = shapely.line_merge(shapely.multilinestrings(roads.lines[rows]))
            for part in shapely.get_parts(merged):
                if shapely.length(part) < _LEAST_M:
                    continue
                middle = shapely.line_interpolate_point(part, 0.5, normalized=True)
                beside = shapely.transform(part, lambda xy: np.round(xy + _BESIDE_M, 2))
                yield _Line(beside, voltage, bool(shapely.intersects(city, middle)))
