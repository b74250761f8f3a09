"""A batch of geometries on its way: what the layer accepts, and what has been found so far."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyproj
import shapely

from gis_service.analysis.checks.findings import Found, Lazily, Repair, Words
from gis_service.errors import ErrorCode
from gis_service.types import BBox, Bools, Floats, Geometries, Int64s

MULTI = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}
"""Types of several parts → the type of one part."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a layer accepts.

    Parameters
    ----------
    kind
        ``Point`` … ``MultiPolygon``, or ``Geometry`` for any.
    crs
        System of the coordinates; x is the easting or longitude. None where nobody knows: then nothing is
        placed, and what comes out is fit for looking only.
    box
        West, south, east, north of the city in degrees.
    repairs
        What to do beside finding faults.
    metric
        Projected system in metres, for the areas that repairs change.
    """

    kind: str
    crs: pyproj.CRS | None
    box: BBox
    repairs: frozenset[Repair] = frozenset()
    metric: pyproj.CRS | None = None


@dataclass
class Prepared:
    """Geometries ready to be stored, and what was found on the way.

    Parameters
    ----------
    geometries
        (m,) in longitude and latitude, plane, of the layer's type; rows with faults hold anything.
    raw
        (n,) as the file has them, plane, in the file's system; none where there is nothing to read.
    found
        Faults, by the n rows that came in.
    told
        Rows by the notice that tells what was done to them.
    area_changed_m2
        By how much repairs changed areas, all together; in square degrees without a metric system.
    rows
        (m,) the row that came in of each geometry: features are left out, or divided, when that was chosen.
    """

    geometries: Geometries
    raw: Geometries
    found: list[Found] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    area_changed_m2: float = 0.0
    rows: Int64s = field(default_factory=lambda: np.zeros(0, np.int64))

    def drop(
        self,
        code: ErrorCode,
        bad: Bools,
        words: Callable[[int], Words],
        places: Floats | None = None,
        remedy: Repair | None = None,
    ) -> None:
        """Note the rows at fault, with the places of the first, and check them no further."""
        rows = np.flatnonzero(bad)
        if rows.size:
            self.found.append(Found(code, rows, Lazily(rows, words), None, places, remedy))
            self.geometries[rows] = None

    def leave_out(self, notice: str, rows: Bools) -> None:
        """Leave rows out as was chosen, and count them for a notice."""
        self.told[notice] += int(rows.sum())
        self.geometries[rows] = None

    @property
    def present(self) -> Bools:
        """(n,) rows without a fault so far."""
        return ~np.asarray(shapely.is_missing(self.geometries))


def finite(geometries: Geometries) -> Bools:
    """(n,) whether all plane coordinates are finite; true where there are none."""
    coordinates, rows = shapely.get_coordinates(geometries, return_index=True)
    whole = np.ones(len(geometries), dtype=bool)
    whole[rows[~np.isfinite(coordinates).all(axis=1)]] = False
    return whole


def kinds_of(geometries: Geometries) -> Geometries:
    """(n,) names of the types, empty where there is no geometry."""
    singles = ["Point", "LineString", "LinearRing", "Polygon"]
    names = np.array([*singles, *MULTI, "GeometryCollection", ""], dtype=object)
    return np.asarray(names[np.asarray(shapely.get_type_id(geometries))], dtype=object)
