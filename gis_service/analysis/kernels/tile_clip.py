"""Cuts outlines and lines to the square that is drawn of a tile, in its units, before they are rounded.

An outline that is walked with its inside to the left enters and leaves the square again and again. What is
left of it are the ways inside, each joined to the next one along the sides of the square, to the left as
well: so an outline that crosses the border many times becomes as many parts as one sees, without bridges
between them. Y grows to the south; an outline with its inside to the left then has a positive area.
"""

import numpy as np

from gis_service.analysis.kernels.references import counted, uncounted
from gis_service.analysis.kernels.tile_grid import HIGH, LOW
from gis_service.analysis.kernels.tile_room import ALONG, RING, RING_X, RING_Y, WAY, WAY_X, WAY_Y, X, Y
from gis_service.types import Floats, Int64s

_SPAN = HIGH - LOW
_MOST_WAYS = 500
NONE, SOME, WHOLE = 0, 1, 2
"""How much of a line lies in the square."""


@uncounted
def is_inside(x: float, y: float) -> bool:
    """Tell whether a place lies in the square."""
    return LOW <= x <= HIGH and LOW <= y <= HIGH


@uncounted
def _along(x: float, y: float) -> float:
    """Tell how far along the sides a place on them lies, from the corner of the least x and y."""
    if y == LOW:
        return x - LOW
    if x == HIGH:
        return _SPAN + y - LOW
    if y == HIGH:
        return 2 * _SPAN + HIGH - x
    return 3 * _SPAN + HIGH - y


@uncounted
def _parts(from_x: float, from_y: float, to_x: float, to_y: float) -> tuple[float, float]:
    """Give the shares of a straight way at which it enters and leaves the square (Liang and Barsky, 1984)."""
    first, last = 0.0, 1.0
    for side in range(4):
        is_across = side in (0, 1)
        step = to_x - from_x if is_across else to_y - from_y
        start = from_x if is_across else from_y
        if side % 2 == 0:
            step, room = -step, start - LOW
        else:
            room = HIGH - start
        if step == 0:
            if room < 0:
                return 1.0, 0.0
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    return first, last


@uncounted
def _on_side(from_x: float, from_y: float, to_x: float, to_y: float, share: float) -> tuple[float, float]:
    """Give the place at a share of a way, put exactly on the side that it lies by."""
    x, y = from_x + share * (to_x - from_x), from_y + share * (to_y - from_y)
    x, y = min(max(x, LOW), HIGH), min(max(y, LOW), HIGH)
    aside, away = min(x - LOW, HIGH - x), min(y - LOW, HIGH - y)
    if aside <= away:
        return (LOW if x - LOW <= HIGH - x else HIGH), y
    return x, (LOW if y - LOW <= HIGH - y else HIGH)


@uncounted
def cut(numbers: Floats, places: Int64s, count: int, known: int, is_ring: int) -> tuple[int, int]:
    """Add the ways of a line, or of a ring whose last corner is its first, inside the square.

    known: ways that there are already. is_ring: 1 for a ring, else 0.

    Returns how many there are then, and NONE, SOME or WHOLE; of a ring that is inside as a whole nothing is
    added.
    """
    x, y, way_x, way_y, along = numbers[X], numbers[Y], numbers[WAY_X], numbers[WAY_Y], numbers[ALONG]
    start = places[WAY]
    at, begin, is_open = start[known], 0, False
    if is_ring:
        while begin < count and is_inside(x[begin], y[begin]):
            begin += 1
        if begin == count:
            return known, WHOLE
    before = known
    for step in range(count - 1):
        # A ring is walked from a corner outside.
        i = (begin + step) % (count - 1)
        first, last = _parts(x[i], y[i], x[i + 1], y[i + 1])
        if first >= last:
            if is_open:
                # It only touches the side and goes away again.
                way_x[at - 1], way_y[at - 1] = _on_side(x[i], y[i], x[i], y[i], 0.0)
                along[2 * known + 1] = _along(way_x[at - 1], way_y[at - 1])
                known, is_open = known + 1, False
                start[known] = at
            continue
        if not is_open:
            is_open = True
            way_x[at], way_y[at] = x[i], y[i]
            if first > 0:
                way_x[at], way_y[at] = _on_side(x[i], y[i], x[i + 1], y[i + 1], first)
            along[2 * known] = _along(way_x[at], way_y[at])
            at += 1
        way_x[at], way_y[at] = x[i + 1], y[i + 1]
        if last < 1:
            way_x[at], way_y[at] = _on_side(x[i], y[i], x[i + 1], y[i + 1], last)
            along[2 * known + 1] = _along(way_x[at], way_y[at])
            known, is_open = known + 1, False
            start[known] = at + 1
        at += 1
    if is_open:
        known += 1
        start[known] = at
    return known, SOME if known > before else NONE


@uncounted
def _next_way(along: Floats, known: int, end: float) -> tuple[int, float]:
    """Find the way that begins next along the sides, to the left; give also how far that is."""
    best, least = -1, 5 * _SPAN
    for way in range(known):
        far = along[2 * way] - end
        if far < 0:
            far += 4 * _SPAN
        if far < least:
            best, least = way, far
    return best, least


@uncounted
def _add_corners(x: Floats, y: Floats, at: int, end: float, far: float) -> int:
    """Add the corners of the square that one passes on the way along its sides."""
    side = int(end // _SPAN) + 1
    while side * _SPAN - end < far:
        corner = side % 4
        x[at] = LOW if corner in (0, 3) else HIGH
        y[at] = LOW if corner in (0, 1) else HIGH
        at, side = at + 1, side + 1
    return at


@counted
def join(numbers: Floats, places: Int64s, known: int, count: int) -> int:
    """Join ways along the sides of the square to rings, added behind the ones that there are.

    Returns how many rings there are then; -1 when the ways do not fit together.
    """
    if known > _MOST_WAYS:
        return -1
    way_x, way_y, along = numbers[WAY_X], numbers[WAY_Y], numbers[ALONG]
    ring_x, ring_y, start, first = numbers[RING_X], numbers[RING_Y], places[WAY], places[RING]
    is_used = np.zeros(known, np.bool_)
    for seed in range(known):
        if is_used[seed]:
            continue
        at, way = first[count], seed
        while True:
            is_used[way] = True
            for i in range(start[way], start[way + 1]):
                ring_x[at], ring_y[at] = way_x[i], way_y[i]
                at += 1
            end = along[2 * way + 1]
            way, far = _next_way(along, known, end)
            at = _add_corners(ring_x, ring_y, at, end, far)
            if way == seed:
                break
            if is_used[way]:
                return -1
        count += 1
        first[count] = at
    return count


@uncounted
def surrounds(x: Floats, y: Floats, count: int, at_x: float, at_y: float) -> bool:
    """Tell whether a place lies inside a ring, by the sides that a ray to the east crosses."""
    found, before = False, count - 1
    for i in range(count):
        if (y[i] > at_y) != (y[before] > at_y):
            share = (at_y - y[i]) / (y[before] - y[i])
            if at_x < x[i] + share * (x[before] - x[i]):
                found = not found
        before = i
    return found
