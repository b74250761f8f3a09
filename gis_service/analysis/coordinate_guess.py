"""Which columns of a table hold coordinates, told by their values: ranked, never decided.

Names of columns tell first, and they are read elsewhere. Where they do not, the city tells: degrees that lie
around it, or metres of a plane system whose northing lies at its latitude. In which plane system they are
this does not tell: eastings of neighbouring meridians look alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np

from gis_service.types import BBox, Bools, Floats

LEAST_SHARE = 0.5
"""Share of the rows that a pair of columns has to place to be thought of."""
GUESSES = 5
"""Guesses that are given."""
_MARGIN_DEGREES = 1.0
"""How far around the city's box: data of a whole province and its neighbours."""
_METRES_A_DEGREE = (110_000.0, 111_700.0)
"""Length of a degree of latitude on the ellipsoid, at the equator and at the pole, in round figures."""
_EASTING = (100_000.0, 1_000_000.0)
"""Eastings of the systems used in Viet Nam: 500,000 m on the meridian, a few hundred kilometres around."""

Measure = Literal["degrees", "metres", "wkt"]


@dataclass(frozen=True, slots=True)
class CoordinateGuess:
    """Columns that may hold coordinates.

    Parameters
    ----------
    columns
        That of x (east) and that of y (north), or the one of shapes as WKT.
    measure
        What they would hold.
    share
        Share of the rows looked at that they would place around the city (of WKT: that have a shape), 0..1.
    """

    columns: tuple[str, ...]
    measure: Measure
    share: float


def guess_coordinates(
    values: Mapping[str, Floats], shapes: Mapping[str, float], box: BBox
) -> tuple[CoordinateGuess, ...]:
    """Rank the columns that may hold coordinates.

    Parameters
    ----------
    values
        (n,) numbers by column, NaN where no coordinate stands; columns in the order of the table.
    shapes
        By column the share of the rows whose text is a shape as WKT, 0..1.
    box
        West, south, east, north of the city in degrees, WGS 84.

    Returns
    -------
    tuple[CoordinateGuess, ...]
        At most `GUESSES`: by share, then columns that stand next to each other, then the order of the table.
    """
    found = [
        (-share, 0, at, CoordinateGuess((name,), "wkt", share))
        for at, (name, share) in enumerate(shapes.items())
        if share >= LEAST_SHARE
    ]
    west, south, east, north = box
    metres = south - _MARGIN_DEGREES, north + _MARGIN_DEGREES
    ranges: dict[Measure, tuple[tuple[float, float], tuple[float, float]]] = {
        "degrees": ((west - _MARGIN_DEGREES, east + _MARGIN_DEGREES), metres),
        "metres": (_EASTING, _northings(*metres)),
    }
    for measure, (of_x, of_y) in ranges.items():
        x, y = _fitting(values, of_x), _fitting(values, of_y)
        names = list(values)
        for one, other in permutations(sorted(x.keys() | y.keys()), 2):
            if one not in x or other not in y:
                continue
            share = float((x[one] & y[other]).mean())
            if share >= LEAST_SHARE:
                guess = CoordinateGuess((names[one], names[other]), measure, share)
                found.append((-share, abs(one - other), one, guess))
    return tuple(guess for *_, guess in sorted(found, key=lambda entry: entry[:3]))[:GUESSES]


def _northings(south: float, north: float) -> tuple[float, float]:
    """Give the least and the largest northing between two latitudes, which count from the equator."""
    sides = [latitude * metres for latitude in (south, north) for metres in _METRES_A_DEGREE]
    return min(sides), max(sides)


def _fitting(values: Mapping[str, Floats], limits: tuple[float, float]) -> dict[int, Bools]:
    """Give by position the columns of which enough values lie within limits, and which do."""
    low, high = limits
    with np.errstate(invalid="ignore"):
        within = {at: (column >= low) & (column <= high) for at, column in enumerate(values.values())}
    return {at: rows for at, rows in within.items() if rows.size and rows.mean() >= LEAST_SHARE}
