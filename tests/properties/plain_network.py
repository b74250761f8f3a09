"""A second, slow and plain reading of METHODS for small networks: exact fractions, one home at a time.

It shares no code with ``gis_service.analysis``; where both agree on thousands of random networks, both are
taken to be right.
"""

import heapq
import math
from collections import Counter
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations, pairwise, product

UNIT_M = 64
"""Side of the lattice that vertices stand on; chosen so that no exact time of a segment ends in one half."""
Point = tuple[int, int]
"""On the lattice: whole numbers, whose quotients are exact fractions."""


Snapped = tuple[int, float, float]


@dataclass(frozen=True)
class Line:
    vertices: tuple[tuple[int, int], ...]
    """On the lattice, in units of UNIT_M."""
    speed: float | None
    oneway: int = 0
    level: int = 0
    ferry_wait_ms: int | None = None
    kind: int = 0
    """Class of a road: one of another class is another road, also where both are as fast."""

    @property
    def is_ferry(self) -> bool:
        return self.ferry_wait_ms is not None


@dataclass(frozen=True)
class Segment:
    start: int
    end: int
    points: tuple[tuple[float, float], ...]
    cost: int
    forward: bool
    backward: bool
    snappable: bool


@dataclass
class Joints:
    """Cuts of lines, by line and exact place along it, and which of them are one node."""

    parent: dict[tuple[int, Fraction], tuple[int, Fraction]] = field(default_factory=dict)

    def add(self, cut: tuple[int, Fraction]) -> tuple[int, Fraction]:
        self.parent.setdefault(cut, cut)
        while self.parent[cut] != cut:
            cut = self.parent[cut]
        return cut

    def join(self, one: tuple[int, Fraction], other: tuple[int, Fraction]) -> None:
        self.parent[self.add(one)] = self.add(other)


def half_up(value: float) -> int:
    return math.floor(value + 0.5 + 1e-8)  # a half that lost its last bit is still a half


def meet(a: Point, b: Point, c: Point, d: Point) -> list[tuple[Fraction, Fraction]]:
    """Common places of two bits as shares of each: one crossing, or the ends of an overlap."""
    r, s, q = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1]), (c[0] - a[0], c[1] - a[1])
    cross = r[0] * s[1] - r[1] * s[0]
    if cross != 0:
        t, u = Fraction(q[0] * s[1] - q[1] * s[0], cross), Fraction(q[0] * r[1] - q[1] * r[0], cross)
        return [(t, u)] if 0 <= t <= 1 and 0 <= u <= 1 else []
    if q[0] * r[1] - q[1] * r[0] != 0:
        return []
    rr, ss = r[0] * r[0] + r[1] * r[1], s[0] * s[0] + s[1] * s[1]
    places = []
    for u, point in ((Fraction(0), c), (Fraction(1), d)):
        t = Fraction((point[0] - a[0]) * r[0] + (point[1] - a[1]) * r[1], rr)
        places.append((t, u))
    for t, point in ((Fraction(0), a), (Fraction(1), b)):
        u = Fraction((point[0] - c[0]) * s[0] + (point[1] - c[1]) * s[1], ss)
        places.append((t, u))
    return [(t, u) for t, u in places if 0 <= t <= 1 and 0 <= u <= 1]


def cut_lines(lines: list[Line]) -> Joints:
    joints = Joints()
    bits = []
    for number, line in enumerate(lines):
        joints.add((number, Fraction(0)))
        joints.add((number, Fraction(len(line.vertices) - 1)))
        bits += [(number, k, *ends) for k, ends in enumerate(pairwise(line.vertices))]
    for (i, k, a, b), (j, m, c, d) in combinations(bits, 2):
        if i == j and m == k + 1:
            continue
        for t, u in meet(a, b, c, d):
            one, other = (i, k + t), (j, m + u)
            if may_join(lines[i], one[1], lines[j], other[1]):
                joints.join(one, other)
    return joints


def touches(point: Point, line: Line) -> bool:
    return any(
        (b[0] - a[0]) * (point[1] - a[1]) == (b[1] - a[1]) * (point[0] - a[0])
        and min(a[0], b[0]) <= point[0] <= max(a[0], b[0])
        and min(a[1], b[1]) <= point[1] <= max(a[1], b[1])
        for a, b in pairwise(line.vertices)
    )


def through(ferries: list[Line], roads: list[Line]) -> list[Line]:
    """Ferries with those made one whose ends meet, and nobody else's, where no road is."""
    ends = Counter(line.vertices[end] for line in ferries for end in (0, -1))
    for one, other in combinations(ferries, 2):
        for a, b in product((1, -1), repeat=2):
            first, then = one.vertices[::a], other.vertices[::b]
            at = then[0]
            if first[-1] == at and ends[at] == 2 and not any(touches(at, road) for road in roads):
                wait = max(line.ferry_wait_ms or 0 for line in (one, other))
                joined = replace(one, vertices=(*first, *then[1:]), ferry_wait_ms=wait)
                left = [line for line in ferries if line is not other]
                return through([joined if line is one else line for line in left], roads)
    return ferries


def may_join(one: Line, at: Fraction, other: Line, where: Fraction) -> bool:
    one_ends, other_ends = at in (0, len(one.vertices) - 1), where in (0, len(other.vertices) - 1)
    if (one.is_ferry and not one_ends) or (other.is_ferry and not other_ends):
        return False
    return one_ends or other_ends or one.level == other.level


def place(line: Line, at: Fraction) -> tuple[float, float]:
    k = min(int(at), len(line.vertices) - 2)
    (ax, ay), (bx, by) = line.vertices[k], line.vertices[k + 1]
    if at == k:
        return float(ax * UNIT_M), float(ay * UNIT_M)
    share = at - k
    return float((ax + (bx - ax) * share) * UNIT_M), float((ay + (by - ay) * share) * UNIT_M)


def distinct(lines: list[Line]) -> list[Line]:
    """Leave out lines that are drawn again, turned round or not."""
    found: dict[tuple[object, ...], Line] = {}
    for line in lines:
        back = line.vertices[::-1]
        turned = back < line.vertices
        way = -line.oneway if turned else line.oneway
        mark = (min(line.vertices, back), way, line.kind, line.level, line.ferry_wait_ms, line.speed)
        found.setdefault(mark, line)
    return list(found.values())


def build(drawn: list[Line], *, distance: bool, ignores_oneway: bool) -> list[Segment]:
    lines = distinct(drawn)
    joints = cut_lines(lines)
    segments = []
    names: dict[tuple[int, Fraction], int] = {}
    known: set[tuple[object, ...]] = set()
    for number, line in enumerate(lines):
        cuts = sorted(at for owner, at in joints.parent if owner == number)
        for low, high in pairwise(cuts):
            inner = [Fraction(k) for k in range(math.floor(low) + 1, math.ceil(high))]
            points = tuple(place(line, at) for at in (low, *inner, high))
            length = sum(math.dist(p, q) for p, q in pairwise(points))
            ends = [names.setdefault(joints.add((number, at)), len(names)) for at in (low, high)]
            speed = 8.0 if line.is_ferry else line.speed
            cost = half_up(length * 1000) if distance else half_up(length * 3600 / speed) if speed else 0
            cost += 0 if distance else line.ferry_wait_ms or 0
            oneway = 0 if ignores_oneway else line.oneway
            may = speed is not None
            if drawn_before(line, ends, points, known):
                continue
            segments.append(
                Segment(
                    ends[0],
                    ends[1],
                    points,
                    cost,
                    may and oneway >= 0,
                    may and oneway <= 0,
                    may and not line.is_ferry,
                )
            )
    return segments


def drawn_before(
    line: Line, ends: list[int], points: tuple[tuple[float, float], ...], known: set[tuple[object, ...]]
) -> bool:
    """Tell whether the same piece, turned round or not, was there before; remember it if not.

    Overlaps are cut at all their vertices, so what is drawn twice is straight: its ends tell it.
    """
    if len(points) > 2:
        return False
    way = line.oneway if ends[0] <= ends[1] else -line.oneway
    mark = (*sorted(ends), way, line.kind, line.level, line.ferry_wait_ms, line.speed)
    if mark in known:
        return True
    known.add(mark)
    return False


def crosses_box(
    p: tuple[float, float], q: tuple[float, float], box: tuple[float, float, float, float]
) -> bool:
    """Tell whether the open line from p to q meets the open inside of a box (Liang-Barsky)."""
    low, high = 0.0, 1.0
    for axis in (0, 1):
        step, near, far = q[axis] - p[axis], box[axis], box[axis + 2]
        if step == 0:
            if not near < p[axis] < far:
                return False
            continue
        t = sorted(((near - p[axis]) / step, (far - p[axis]) / step))
        low, high = max(low, t[0]), min(high, t[1])
    return low < high


def snap(
    point: tuple[float, float],
    segments: list[Segment],
    boxes: list[tuple[float, float, float, float]],
    max_m: float,
) -> Snapped | None:
    """Segment, fraction and straight metres of the nearest joint that crosses no box."""
    best: tuple[int, int, float, float] | None = None
    for number, segment in enumerate(segments):
        if not segment.snappable:
            continue
        off, fraction, foot = nearest_on(point, segment.points)
        apart = math.dist(point, foot) > 1e-6
        if off > max_m or (apart and any(crosses_box(point, foot, box) for box in boxes)):
            continue
        key = (round(off / 1e-6), number, fraction, off)
        if best is None or key[:2] < best[:2]:
            best = key
    return None if best is None else (best[1], best[2], best[3])


def nearest_on(
    point: tuple[float, float], line: tuple[tuple[float, float], ...]
) -> tuple[float, float, tuple[float, float]]:
    total = sum(math.dist(p, q) for p, q in pairwise(line))
    best, done = (math.inf, 0.0, line[0]), 0.0
    for p, q in pairwise(line):
        length = math.dist(p, q)
        t = ((point[0] - p[0]) * (q[0] - p[0]) + (point[1] - p[1]) * (q[1] - p[1])) / length**2
        t = min(max(t, 0.0), 1.0)
        foot = (p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t)
        off = math.dist(point, foot)
        if off < best[0]:
            best = (off, (done + length * t) / total, foot)
        done += length
    return best


def distances(segments: list[Segment], seeds: dict[int, int]) -> dict[int, int]:
    """Least cost from the seeds to every node, as travelled."""
    ways: dict[int, list[tuple[int, int]]] = {}
    for segment in segments:
        if segment.forward:
            ways.setdefault(segment.start, []).append((segment.end, segment.cost))
        if segment.backward:
            ways.setdefault(segment.end, []).append((segment.start, segment.cost))
    known: dict[int, int] = {}
    queue = [(cost, node) for node, cost in seeds.items()]
    heapq.heapify(queue)
    while queue:
        cost, node = heapq.heappop(queue)
        if node in known:
            continue
        known[node] = cost
        for target, more in ways.get(node, []):
            heapq.heappush(queue, (cost + more, target))
    return known


def travel(segments: list[Segment], origin: tuple[int, float], goal: tuple[int, float]) -> int | None:
    """Least cost from one position to another, without access."""
    start, finish = segments[origin[0]], segments[goal[0]]
    before = half_up(start.cost * origin[1])
    seeds: dict[int, int] = {}
    if start.forward:
        seeds[start.end] = start.cost - before
    if start.backward:
        seeds[start.start] = min(before, seeds.get(start.start, before))
    known = distances(segments, seeds)
    after = half_up(finish.cost * goal[1])
    answers = []
    if finish.forward and finish.start in known:
        answers.append(known[finish.start] + after)
    if finish.backward and finish.end in known:
        answers.append(known[finish.end] + finish.cost - after)
    if origin[0] == goal[0]:
        if start.forward and before <= after:
            answers.append(after - before)
        if start.backward and before >= after:
            answers.append(before - after)
    return min(answers) if answers else None
