"""What the parts of the demo city are handed on as: places with a column of values for each field."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import shapely

from gis_service.types import Floats, Geometries


@dataclass(frozen=True, slots=True)
class Features:
    """Rows of one layer.

    Parameters
    ----------
    geometry
        ``(n,)`` geometries in the metric CRS of the city.
    columns
        ``n`` values by field; None where there is none.
    """

    geometry: Geometries
    columns: dict[str, Sequence[object]]

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.geometry)


def generator(name: str) -> np.random.Generator:
    """Give the random numbers of one part of the city: the same on every run, whatever other parts draw."""
    return np.random.Generator(np.random.PCG64(crc32(name.encode())))


def points_of(xy: Floats) -> Geometries:
    """Make points of ``(n, 2)`` coordinates, kept to the centimetre."""
    points: Geometries = np.asarray(shapely.points(np.round(xy, 2)), dtype=object)
    return points


def table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> dict[str, Sequence[object]]:
    """Turn rows into columns; without any row each column is empty."""
    listed = list(rows)
    return {name: [row[at] for row in listed] for at, name in enumerate(names)}
