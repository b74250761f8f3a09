"""Turns shapes, as PostGIS writes them (WKB, lowest byte first), into the commands of a vector tile.

Commands are those of the Mapbox Vector Tile specification 2.1, section 4.3.
"""

import numba
import numpy as np

from gis_service.analysis.kernels.references import uncounted
from gis_service.analysis.kernels.tile_clip import NONE, WHOLE, cut, join, surrounds
from gis_service.analysis.kernels.tile_grid import HIGH, LOW, RIM, UNITS, Frame, column_of, row_of, side_of
from gis_service.analysis.kernels.tile_outlines import are_simple, area_of, push_ahead, tidy_ring
from gis_service.analysis.kernels.tile_room import (
    HOLE,
    LAT,
    LON,
    PART,
    PART_X,
    PART_Y,
    RING,
    RING_X,
    RING_Y,
    ROLE,
    SHELL,
    WAY,
    WAY_X,
    WAY_Y,
    X,
    Y,
    room_for,
    turn_round,
)
from gis_service.analysis.kernels.tile_rows import Bytes, little, number_at, read_points
from gis_service.types import Floats, Int64s

POINTS, LINES, AREAS, UNSURE = 1, 2, 3, -1
"""What a feature is drawn as; `UNSURE` is an area whose outline meets itself in whole units."""
_HEAD, _RING_HEAD, _POINT = 9, 4, 16
_MOVE, _LINE, _CLOSE = 1, 2, 15
_HALF_UNIT, _FIRST = 0.5, 8
_MOST_BYTES = 15
"""Of a corner or the begin of a part, among the commands."""
_LEAST = 4
"""Corners of a ring, the first of them twice."""


@uncounted
def put(out: Bytes, at: int, value: int) -> int:
    """Write a number seven bits at a time, the lowest first; give the place behind it."""
    left = np.uint64(value)
    while left > np.uint64(0x7F):
        out[at] = np.uint8(left & np.uint64(0x7F)) | np.uint8(0x80)
        left >>= np.uint64(7)
        at += 1
    out[at] = np.uint8(left)
    return at + 1


@uncounted
def folded(value: int) -> int:
    """Give a number whose sign is its lowest bit, so that small ones of either sign stay short."""
    return int((np.int64(value) << np.int64(1)) ^ (np.int64(value) >> np.int64(63)))


@uncounted
def write_parts(x: Int64s, y: Int64s, first: Int64s, parts: int, sort: int, out: Bytes, at: int) -> int:
    """Write lines or rings, each moved to and drawn."""
    here_x, here_y = np.int64(0), np.int64(0)
    for part in range(parts):
        begin, end = first[part], first[part + 1]
        for i in range(begin, end):
            if i == begin:
                at = put(out, at, (1 << 3) | _MOVE)
            elif i == begin + 1:
                at = put(out, at, ((end - begin - 1) << 3) | _LINE)
            at = put(out, at, folded(x[i] - here_x))
            at = put(out, at, folded(y[i] - here_y))
            here_x, here_y = x[i], y[i]
        if sort == AREAS:
            at = put(out, at, _CLOSE)
    return at


@uncounted
def write_places(x: Int64s, y: Int64s, count: int, out: Bytes, at: int) -> int:
    """Write points."""
    here_x, here_y = np.int64(0), np.int64(0)
    at = put(out, at, (count << 3) | _MOVE)
    for i in range(count):
        at = put(out, at, folded(x[i] - here_x))
        at = put(out, at, folded(y[i] - here_y))
        here_x, here_y = x[i], y[i]
    return at


@uncounted
def _load(block: Bytes, at: int, count: int, frame: Frame, numbers: Floats) -> tuple[int, float]:
    """Read a line or ring in units of the tile, without what lies on one side of it far away.

    Returns how many corners are left, and twice the area of the whole ring in degrees; positive where the
    inside is to the left.
    """
    x, y, kept, before, total = numbers[X], numbers[Y], 0, 0, 0.0
    # Most corners of large areas are far away: each is read once, and nothing is kept of it.
    first_lon, first_lat = number_at(block, at), number_at(block, at + 8)
    lon, lat = first_lon, first_lat
    code = side_of(frame, lon, lat)
    for i in range(count):
        then, then_lon, then_lat = 0, lon, lat
        if i + 1 < count:
            at += _POINT
            then_lon, then_lat = number_at(block, at), number_at(block, at + 8)
            then = side_of(frame, then_lon, then_lat)
            total += (lon - first_lon) * (then_lat - first_lat) - (then_lon - first_lon) * (lat - first_lat)
        # Between two others on the same side of the tile a corner has no part in what is seen.
        if not (i and i + 1 < count and before & code & then):
            x[kept], y[kept] = column_of(frame, lon), row_of(frame, lat)
            if np.isfinite(x[kept]) and np.isfinite(y[kept]):
                before, kept = code, kept + 1
        code, lon, lat = then, then_lon, then_lat
    # Latitudes grow to the north, the rows of a tile to the south.
    return kept, -total


@uncounted
def _add_ring(numbers: Floats, places: Int64s, count: int, kept: int, role: int) -> int:
    x, y, ring_x, ring_y, first = numbers[X], numbers[Y], numbers[RING_X], numbers[RING_Y], places[RING]
    at = first[count]
    # The last corner is the first one again.
    for i in range(kept - 1):
        ring_x[at + i], ring_y[at + i] = x[i], y[i]
    first[count + 1], places[ROLE, count] = at + kept - 1, role
    return count + 1


@uncounted
def _add_square(numbers: Floats, places: Int64s, count: int) -> int:
    for i in range(5):
        numbers[X, i] = LOW if i in (0, 3, 4) else HIGH
        numbers[Y, i] = LOW if i in (0, 1, 4) else HIGH
    return _add_ring(numbers, places, count, 5, SHELL)


@uncounted
def _polygon(block: Bytes, at: int, frame: Frame, numbers: Floats, places: Int64s) -> tuple[int, int]:
    """Cut one polygon to the tile.

    Returns the place behind it, and how many rings there are of it; -1 where that cannot be told this way.
    """
    parts, at = little(block, at + 5), at + _HEAD
    count, known, holes, is_seen, is_around, middle = 0, 0, 0, True, False, UNITS / 2.0
    for part in range(parts):
        points = little(block, at)
        begin, at = at + _RING_HEAD, at + _RING_HEAD + _POINT * points
        if points < _LEAST or not is_seen:
            is_seen = is_seen and part > 0
            continue
        kept, area = _load(block, begin, points, frame, numbers)
        # The outer ring is walked with the inside to its left, and holes with the polygon to theirs.
        if (area > 0) != (part == 0):
            turn_round(numbers[X], 0, kept)
            turn_round(numbers[Y], 0, kept)
        known, much = cut(numbers, places, kept, known, 1)
        if much == WHOLE:
            count = _add_ring(numbers, places, count, kept, HOLE if part else SHELL)
            holes += part > 0
        elif much == NONE:
            surrounded = surrounds(numbers[X], numbers[Y], kept, middle, middle)
            is_around = is_around or (surrounded and part == 0)
            is_seen = not surrounded if part else surrounded
    if not is_seen:
        return at, 0
    if known:
        shells = count
        count = join(numbers, places, known, count)
        if count < 0 or (holes and count - shells > 1):
            return at, -1
        for ring in range(shells, count):
            places[ROLE, ring] = SHELL
    elif is_around:
        count = _add_square(numbers, places, count)
    return at, count


@uncounted
def _rounded(numbers: Floats, places: Int64s, count: int, parts: int) -> int:
    """Bring the rings of a polygon to whole units, outer ones first; give how many parts there are then."""
    ring_x, ring_y, first = numbers[RING_X], numbers[RING_Y], places[RING]
    x, y, start = places[PART_X], places[PART_Y], places[PART]
    before = parts
    for role in range(2):
        for ring in range(count):
            # A hole in what has become nothing is nothing.
            if places[ROLE, ring] != role or (role == HOLE and parts == before):
                continue
            begin = start[parts]
            size = first[ring + 1] - first[ring]
            for i in range(size):
                x[begin + i] = np.int64(np.rint(ring_x[first[ring] + i]))
                y[begin + i] = np.int64(np.rint(ring_y[first[ring] + i]))
            end = tidy_ring(x, y, begin, begin + size)
            area = area_of(x, y, begin, end)
            if area == 0:
                continue
            if (area > 0) != (role == SHELL):
                turn_round(x, begin, end)
                turn_round(y, begin, end)
            parts += 1
            start[parts] = end
    return parts


@uncounted
def _areas(block: Bytes, at: int, count: int, frame: Frame, numbers: Floats, places: Int64s) -> int:
    """Draw polygons; give how many rings there are in whole units, -1 when they have to be mended."""
    parts = 0
    for _ in range(count):
        at, rings = _polygon(block, at, frame, numbers, places)
        if rings < 0:
            return -1
        parts = _rounded(numbers, places, rings, parts)
    return parts if are_simple(places, parts) else -1


@uncounted
def _lines(block: Bytes, at: int, count: int, frame: Frame, numbers: Floats, places: Int64s) -> int:
    """Draw lines; give how many there are in whole units."""
    way_x, way_y, way = numbers[WAY_X], numbers[WAY_Y], places[WAY]
    x, y, start = places[PART_X], places[PART_Y], places[PART]
    parts = 0
    for _ in range(count):
        points = little(block, at + 5)
        begin, at = at + _HEAD, at + _HEAD + _POINT * points
        if points < 2:  # noqa: PLR2004  no line
            continue
        kept, _area = _load(block, begin, points, frame, numbers)
        known, _much = cut(numbers, places, kept, 0, 0)
        for one in range(known):
            end = start[parts]
            for i in range(way[one], way[one + 1]):
                to_x, to_y = int(np.rint(way_x[i])), int(np.rint(way_y[i]))
                end = push_ahead(x, y, start[parts], end, to_x, to_y)
            if end - start[parts] > 1:
                parts += 1
                start[parts] = end
    return parts


@uncounted
def _points(block: Bytes, at: int, count: int, frame: Frame, numbers: Floats, places: Int64s) -> int:
    """Draw points; give how many there are."""
    drawn = 0
    for _ in range(count):
        read_points(block, at + 5, 1, numbers[LON], numbers[LAT])
        at += 5 + _POINT
        east, south = np.rint(column_of(frame, numbers[LON, 0])), np.rint(row_of(frame, numbers[LAT, 0]))
        if -RIM <= east <= UNITS + RIM and -RIM <= south <= UNITS + RIM:
            places[PART_X, drawn], places[PART_Y, drawn] = np.int64(east), np.int64(south)
            drawn += 1
    return drawn


@uncounted
def _is_tiny(block: Bytes, at: int, sort: int, count: int, frame: Frame, numbers: Floats) -> bool:
    """Tell whether the box of lines or areas is less than half a unit wide and high."""
    lon, lat = numbers[LON], numbers[LAT]
    west, east, south, north = np.inf, -np.inf, np.inf, -np.inf
    for _ in range(count):
        rings, at = (little(block, at + 5), at + _HEAD) if sort == AREAS else (1, at + 5)
        for _ring in range(rings):
            points = little(block, at)
            # Most are seen by their first corners to be large.
            for begin, end in ((0, min(points, _FIRST)), (_FIRST, points)):
                read_points(block, at + _RING_HEAD + _POINT * begin, end - begin, lon, lat)
                for i in range(end - begin):
                    west, east = min(west, lon[i]), max(east, lon[i])
                    south, north = min(south, lat[i]), max(north, lat[i])
                if column_of(frame, east) - column_of(frame, west) >= _HALF_UNIT:
                    return False
            at += _RING_HEAD + _POINT * points
    return south > north or row_of(frame, south) - row_of(frame, north) < _HALF_UNIT


@uncounted
def _draw(block: Bytes, at: int, frame: Frame, numbers: Floats, places: Int64s) -> tuple[int, int]:
    """Draw one shape in whole units; give what it is drawn as, and how many parts it has."""
    sort, many = little(block, at + 1), 1
    if sort > AREAS:
        sort, many, at = sort - AREAS, little(block, at + 5), at + _HEAD
    if sort == POINTS:
        return sort, _points(block, at, many, frame, numbers, places)
    if sort == LINES:
        parts = _lines(block, at, many, frame, numbers, places)
    else:
        parts = _areas(block, at, many, frame, numbers, places)
    if parts < 0:
        return UNSURE, 0
    if _is_small(places, parts) and _is_tiny(block, at, sort, many, frame, numbers):
        return sort, 0
    return sort, parts


@uncounted
def _is_small(places: Int64s, parts: int) -> bool:
    """Tell whether what was drawn is no wider and no higher than a unit: it may be less than half of one."""
    x, y, end = places[PART_X], places[PART_Y], places[PART, parts]
    at = 1
    while at < end and abs(x[at] - x[0]) <= 1 and abs(y[at] - y[0]) <= 1:
        at += 1
    return bool(at >= end)


@numba.njit(cache=True, nogil=True)
def draw_shapes(block: Bytes, begin: Int64s, length: Int64s, frame: Frame) -> tuple[Int64s, Int64s, Bytes]:
    """Draw shapes.

    begin, length: (n,) bytes of each in the block. Returns what each is drawn as, 0 for not at all,
    (n + 1,) the first byte of the commands of each, and the commands.
    """
    longest, whole = 0, 1024
    for i in range(len(begin)):
        longest, whole = max(longest, length[i]), whole + max(length[i], 0) // 4
    numbers, places = room_for(longest // _POINT + 1)
    x, y, start = places[PART_X], places[PART_Y], places[PART]
    sorts, first = np.zeros(len(begin), np.int64), np.zeros(len(begin) + 1, np.int64)
    out = np.empty(whole, np.uint8)
    for i in range(len(begin)):
        at = first[i]
        if length[i] > 0:
            sort, parts = _draw(block, begin[i], frame, numbers, places)
            need = _MOST_BYTES * (parts + (parts if sort == POINTS else start[parts]))
            if at + need > len(out):
                more = np.empty(2 * len(out) + need, np.uint8)
                more[:at] = out[:at]
                out = more
            if sort == POINTS and parts:
                at = write_places(x, y, parts, out, at)
            elif parts:
                at = write_parts(x, y, start, parts, sort, out, at)
            sorts[i] = sort if parts or sort == UNSURE else 0
        first[i + 1] = at
    return sorts, first, out


@numba.njit(cache=True, nogil=True)
def write_rings(x: Int64s, y: Int64s, first: Int64s) -> Bytes:
    """Write rings in whole units, each outer one before its holes."""
    out = np.empty(_MOST_BYTES * (len(x) + len(first)), np.uint8)
    return out[: write_parts(x, y, first, len(first) - 1, AREAS, out, 0)]
