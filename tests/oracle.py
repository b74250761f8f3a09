"""A second, slow way to the numbers of METHODS, for walkers: nothing of ``gis_service`` is used here.

Other means at every step: shapely cuts pairs of straight bits, plain dictionaries hold the nodes, networkx
searches an uncontracted graph once per facility, and the nearest segment of a point is looked for among all.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from math import floor, hypot

import networkx as nx
import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

TOUCH_M = 0.01
SNAP_MAX_M = 1000.0
XY = tuple[float, float]


def xy_of(point: Point) -> XY:
    return (point.x, point.y)


def half_up(value: float) -> int:
    return floor(value + 0.5)


@dataclass(frozen=True)
class Road:
    line: LineString
    level: int
    on_foot: bool


@dataclass(frozen=True)
class Segment:
    start: int
    end: int
    shape: LineString
    cost: int


@dataclass(frozen=True)
class Position:
    segment: int
    before: int
    access: int


class Clusters:
    """Points within touching distance of each other are one node; joined by hand, one pair at a time."""

    def __init__(self) -> None:
        self.parent: list[int] = []

    def new(self) -> int:
        self.parent.append(len(self.parent))
        return len(self.parent) - 1

    def root(self, one: int) -> int:
        while self.parent[one] != one:
            one = self.parent[one]
        return one

    def join(self, one: int, other: int) -> None:
        self.parent[self.root(one)] = self.root(other)


Piece = tuple[int, int, LineString]


def drawn_once(roads: list[Road]) -> list[Road]:
    """Leave out roads that are drawn again, turned round or not, with the same level and rights."""
    found: dict[tuple[object, ...], Road] = {}
    for road in roads:
        vertices = tuple(road.line.coords)
        found.setdefault((min(vertices, vertices[::-1]), road.level, road.on_foot), road)
    return list(found.values())


def cut(roads: list[Road]) -> list[Piece]:
    """Cut at every junction of any roads, then keep what may be walked on: start node, end node, line."""
    roads = drawn_once(roads)
    lines = [road.line for road in roads]
    clusters = Clusters()
    cuts: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for number, line in enumerate(lines):
        cuts[number] += [(0.0, clusters.new()), (line.length, clusters.new())]
    for one, other, place in meetings(lines, [road.level for road in roads]):
        node = clusters.new()
        for number in (one, other):
            cuts[number] += [(at, node) for at in all_places(lines[number], place)]
    pieces = []
    for number, line in enumerate(lines):
        kept: list[tuple[float, int]] = []
        for at, node in sorted(cuts[number]):
            if kept and at - kept[-1][0] <= TOUCH_M:
                clusters.join(node, kept[-1][1])
            else:
                kept.append((at, node))
        kept[-1] = (line.length, kept[-1][1])
        if roads[number].on_foot:
            pieces += [
                (start, end, LineString(substring(line, low, high).coords))
                for (low, start), (high, end) in pairwise(kept)
            ]
    return [(clusters.root(start), clusters.root(end), line) for start, end, line in pieces]


def meetings(lines: list[LineString], levels: list[int]) -> list[tuple[int, int, XY]]:
    """Places where two lines, or two bits of one line, are one node."""
    bits = [
        (number, index, LineString(pair))
        for number, line in enumerate(lines)
        for index, pair in enumerate(pairwise(line.coords))
        if pair[0] != pair[1]
    ]
    tree = shapely.STRtree([bit for _, _, bit in bits])
    ends = [{line.coords[0], line.coords[-1]} for line in lines]
    found = []
    for first, (one, here, bit) in enumerate(bits):
        for second in tree.query(bit, predicate="dwithin", distance=TOUCH_M):
            other, there, second_bit = bits[second]
            if second <= first or (one == other and there == here + 1):
                continue
            places: set[XY] = set()
            for owner, vertices, base in ((one, bit, second_bit), (other, second_bit, bit)):
                free = levels[one] == levels[other]
                for x, y in vertices.coords:
                    if (free or (x, y) in ends[owner]) and base.distance(Point(x, y)) <= TOUCH_M:
                        places.add((x, y))
            crossing = bit.intersection(second_bit)
            if not places and levels[one] == levels[other] and crossing.geom_type == "Point":
                places = {(crossing.x, crossing.y)}
            found += [(one, other, place) for place in places]
    return found


def all_places(line: LineString, place: XY) -> list[float]:
    """Metres along the line of every bit that the place touches: a line may pass the place twice."""
    result, walked = [], 0.0
    for start, end in pairwise(line.coords):
        bit = LineString((start, end))
        if bit.length and bit.distance(Point(place)) <= TOUCH_M:
            result.append(walked + bit.project(Point(place)))
        walked += hypot(end[0] - start[0], end[1] - start[1])
    return result


class Walkers:
    """The network that walkers use, both ways everywhere."""

    def __init__(self, pieces: list[Piece], kmh: float | None) -> None:
        """Price what `cut` gave: in mm without a speed, in ms with one."""
        self.kmh = kmh
        self.segments = [Segment(start, end, line, self.cost(line.length)) for start, end, line in pieces]
        self.shapes = np.array([segment.shape for segment in self.segments], dtype=object)
        self.graph: nx.Graph[object] = nx.Graph()
        for segment in sorted(
            self.segments, key=lambda one: -one.cost
        ):  # the cheapest of parallel ones stays
            self.graph.add_edge(segment.start, segment.end, cost=segment.cost)

    def cost(self, metres: float) -> int:
        return half_up(metres * 1000) if self.kmh is None else half_up(metres * 3600 / self.kmh)

    def snap(self, point: XY) -> Position | None:
        distances = shapely.distance(self.shapes, Point(point))
        best = int(np.argmin(np.round(distances, 6)))  # equal to a micrometre: the first segment
        if distances[best] > SNAP_MAX_M:
            return None
        segment = self.segments[best]
        fraction = segment.shape.project(Point(point)) / segment.shape.length
        return Position(best, half_up(segment.cost * fraction), self.cost(float(distances[best])))

    def nearest(
        self, homes: list[XY], facilities: list[XY], waits: list[int] | None = None
    ) -> list[int | None]:
        """Cost from each home to its nearest facility, its wait included; None where there is no way."""
        ways: list[list[int]] = [[] for _ in homes]
        places = [self.snap(home) for home in homes]
        for target, wait in zip(map(self.snap, facilities), waits or [0] * len(facilities), strict=True):
            if target is None:
                continue
            reach = self._reach(target)
            for home, known in zip(places, ways, strict=True):
                if home is not None:
                    known.extend(way + wait for way in self._ways(home, target, reach))
        return [min(known, default=None) for known in ways]

    def _reach(self, target: Position) -> dict[object, int]:
        """Cost from every node to a facility, its access included."""
        segment = self.segments[target.segment]
        graph = self.graph
        graph.add_edge("facility", segment.start, cost=target.before)
        rest = segment.cost - target.before
        loop = segment.start == segment.end
        graph.add_edge("facility", segment.end, cost=min(rest, target.before) if loop else rest)
        lengths = nx.single_source_dijkstra_path_length(graph, "facility", weight="cost")
        graph.remove_node("facility")
        return {node: int(length) + target.access for node, length in lengths.items()}

    def _ways(self, home: Position, target: Position, reach: dict[object, int]) -> list[int]:
        """Costs over either end of the home's segment, and along it when the facility is there too."""
        segment = self.segments[home.segment]
        ways = [
            part + reach[node]
            for node, part in ((segment.start, home.before), (segment.end, segment.cost - home.before))
            if node in reach
        ]
        if home.segment == target.segment:
            ways.append(abs(home.before - target.before) + target.access)
        return [way + home.access for way in ways]


def lattice(polygon: BaseGeometry) -> list[XY]:
    """Points (25 + 50 i, 25 + 50 j) inside a polygon with a box side over 100 m, by x, then y; else one."""
    west, south, east, north = polygon.bounds
    if max(east - west, north - south) <= 100:
        return [xy_of(polygon.representative_point())]
    xs = [25.0 + 50 * i for i in range(floor(west / 50) - 1, floor(east / 50) + 2)]
    ys = [25.0 + 50 * j for j in range(floor(south / 50) - 1, floor(north / 50) + 2)]
    inside = [(x, y) for x in xs for y in ys if polygon.contains(Point(x, y))]
    return inside or [xy_of(polygon.representative_point())]


def share_out(total: int, n: int) -> list[int]:
    """Equal whole parts; the first ones get what is left."""
    return [total // n + (number < total % n) for number in range(n)]
