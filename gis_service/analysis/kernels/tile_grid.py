"""Places in units of a tile, and the sides of what is drawn of it."""

import math
from typing import TypeAlias

import numpy as np

from gis_service.analysis.kernels.references import uncounted
from gis_service.types import Floats

Frame: TypeAlias = Floats
"""What stands in it is told by `frame_of`."""
UNITS, RIM = 4096, 64
LOW, HIGH = -(RIM + 0.4371), UNITS + RIM + 0.4371
"""Where shapes are cut: these become the units -64 and 4160, and corners of real data never lie on them."""
_NEAR = 2.0**-12
"""Radians, at the equator, within which four terms give the height to the last bit."""
_LON, _LAT, _SCALE, _X, _Y, _REACH, _FIRST, _SECOND, _THIRD, _FOURTH, _MIDDLE, _ACROSS, _UP = range(13)


def frame_of(z: int, x: int, y: int) -> Frame:
    """Work out what turns longitude and latitude (WGS 84) into units of a tile, from its north-west.

    The height on the map is that of the sphere, asinh(tan(latitude)); near the middle of the tile it is the
    Taylor series around it, which is as exact and much cheaper.
    """
    side = 1 << z
    middle = math.pi * (1 - 2 * (y + 0.5) / side)
    lat = math.atan(math.sinh(middle))
    sec, tan = 1 / math.cos(lat), math.tan(lat)
    reach = 0.53 * 360 / side
    return np.array(
        [
            (x + 0.5) / side * 360 - 180,
            lat,
            UNITS * side / (2 * math.pi),
            UNITS * side,
            UNITS * (y + 0.5),
            _NEAR / sec,
            sec,
            sec * tan / 2,
            sec * (1 + 2 * tan * tan) / 6,
            sec * tan * (5 + 6 * tan * tan) / 24,
            middle,
            reach,
            math.degrees(lat),
        ]
    )


@uncounted
def column_of(frame: Frame, lon: float) -> float:
    """Give how far east of the tile's western side a longitude lies, in units."""
    return float((lon - frame[_LON]) / 360.0 * frame[_X] + UNITS / 2)


@uncounted
def row_of(frame: Frame, lat: float) -> float:
    """Give how far south of the tile's northern side a latitude lies, in units."""
    aside = math.radians(lat) - frame[_LAT]
    if abs(aside) < frame[_REACH]:
        terms = frame[_SECOND] + aside * (frame[_THIRD] + aside * frame[_FOURTH])
        up = aside * (frame[_FIRST] + aside * terms)
    else:
        up = math.asinh(math.tan(math.radians(lat))) - frame[_MIDDLE]
    return float(UNITS / 2 - up * frame[_SCALE])


@uncounted
def side_of(frame: Frame, lon: float, lat: float) -> int:
    """Tell on which sides of the tile, well beyond its rim, a place lies: bits; 0 for near it."""
    code = 0
    if lon < frame[_LON] - frame[_ACROSS]:
        code = 1
    elif lon > frame[_LON] + frame[_ACROSS]:
        code = 2
    # A tile is as wide as high on the map: in degrees it is never higher than wide.
    if lat < frame[_UP] - frame[_ACROSS]:
        code |= 4
    elif lat > frame[_UP] + frame[_ACROSS]:
        code |= 8
    return code
