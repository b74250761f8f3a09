"""Which administrative unit a person belongs to, by place, and where units overlap.

A place on a shared border or in an overlap belongs to the unit with the lower code, so that everybody is
counted in exactly one row (METHODS, Who counts where).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.types import Floats, Geometries, Int32s, Int64s

NO_UNIT = -1
"""Inside the study area, but in no unit: the row ``outside``."""
BEYOND = -2
"""Beyond the study area: counted nowhere."""
OVERLAP_M2 = 1.0
"""Smaller overlaps are digitising noise along borders and are not reported."""


@dataclass(frozen=True)
class Zones:
    """Administrative units of one vintage, sorted by code.

    Parameters
    ----------
    ids
        Codes, each once.
    names
        Names in the same order.
    polygons
        ``(n,)`` polygons in a projected CRS in metres; of a vintage known only by its centres, points.
    types
        Kind of each unit, such as ``ward``, None where it is not told; None when it is told of none.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    polygons: Geometries
    types: tuple[str | None, ...] | None = None

    def __len__(self) -> int:
        """Give the number of units."""
        return len(self.ids)

    @property
    def have_areas(self) -> bool:
        """Whether every unit is known by its area, not only by a point."""
        return bool(np.all(shapely.get_dimensions(self.polygons) == 2))  # noqa: PLR2004 (2 = areal)


@dataclass(frozen=True)
class Overlap:
    """Two units that claim the same ground."""

    first: str
    second: str
    area_m2: float


def sorted_zones(
    ids: Sequence[object],
    names: Sequence[str],
    polygons: Geometries,
    types: Sequence[str | None] | None = None,
) -> Zones:
    """Make `Zones`, sorted by code: as numbers when all codes are whole numbers, else as text.

    Parameters
    ----------
    ids
        ``(n,)`` codes, any order.
    names
        ``(n,)`` names.
    polygons
        ``(n,)`` geometries in a projected CRS in metres.
    types
        ``(n,)`` kinds of units, where they are told.

    Raises
    ------
    RefusedInput
        ``zone_code_missing`` or ``zone_code_repeated``, naming the row or the code.
    """
    missing = [row for row, code in enumerate(ids, 1) if code is None or str(code).strip() in ("", "nan")]
    if missing:
        raise RefusedInput(ErrorCode.ZONE_CODE_MISSING, row=missing[0], rows=len(missing))
    codes = [str(code).strip() for code in ids]
    repeated = sorted(code for code, times in Counter(codes).items() if times > 1)
    if repeated:
        raise RefusedInput(ErrorCode.ZONE_CODE_REPEATED, unit=repeated[0], codes=len(repeated))
    if all(code.isascii() and code.isdigit() for code in codes):
        order = sorted(range(len(codes)), key=lambda row: (int(codes[row]), codes[row]))
    else:
        order = sorted(range(len(codes)), key=codes.__getitem__)
    return Zones(
        ids=tuple(codes[row] for row in order),
        names=tuple(names[row] for row in order),
        polygons=np.asarray(polygons, dtype=object)[np.asarray(order, dtype=np.int64)],
        types=None if types is None else tuple(types[row] for row in order),
    )


def zone_of(xy: Floats, zones: Zones, outline: BaseGeometry | None = None) -> Int32s:
    """Find the unit that holds each place.

    Parameters
    ----------
    xy
        ``(n, 2)`` places in the CRS of the zones.
    zones
        Units with their areas.
    outline
        The study area; the union of the zones when None.

    Returns
    -------
    Int32s
        ``(n,)`` index of the unit; the lower code on a shared border and in an overlap; `NO_UNIT` inside the
        study area without a unit; `BEYOND` beyond the study area. A place on the outline is inside.
    """
    result = np.full(len(xy), BEYOND, dtype=np.int32)
    if not len(xy):
        return result
    # A tree of the points, not of the units: each large polygon is prepared only once.
    tree = shapely.STRtree(np.asarray(shapely.points(xy), dtype=object))
    inside = np.ones(len(xy), dtype=np.bool_)
    if outline is not None:
        inside[:] = False
        inside[tree.query(outline, predicate="intersects")] = True
        result[inside] = NO_UNIT
    unit, place = tree.query(zones.polygons, predicate="intersects")
    lowest = np.full(len(xy), len(zones), dtype=np.int64)
    np.minimum.at(lowest, place, unit)
    held = inside & (lowest < len(zones))
    result[held] = lowest[held]
    return result


def zone_by_code(codes: Sequence[object], zones: Zones) -> Int32s:
    """Find the unit of each row from the code stored with it.

    Returns
    -------
    Int32s
        ``(n,)`` index of the unit, `NO_UNIT` where the code is missing or unknown.
    """
    index = {code: row for row, code in enumerate(zones.ids)}
    return np.array([index.get(str(code).strip(), NO_UNIT) for code in codes], dtype=np.int32)


def overlaps(zones: Zones) -> list[Overlap]:
    """Find the pairs of units whose areas overlap by more than 1 m².

    Returns
    -------
    list of Overlap
        In the order of the codes.
    """
    sound = np.asarray(shapely.make_valid(zones.polygons), dtype=object)
    first, second = shapely.STRtree(sound).query(sound, predicate="intersects")
    pairs: Int64s = np.unique(np.column_stack([first, second])[first < second], axis=0)
    areas = shapely.area(shapely.intersection(sound[pairs[:, 0]], sound[pairs[:, 1]]))
    return [
        Overlap(zones.ids[one], zones.ids[other], float(area))
        for (one, other), area in zip(pairs.tolist(), areas, strict=True)
        if area > OVERLAP_M2
    ]
