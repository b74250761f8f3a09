"""How the land of units is used: exact areas of intersection, no square metre counted twice."""

from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.zones import OVERLAP_M2
from gis_service.types import Floats, Geometries, Int32s, Int64s


@dataclass(frozen=True)
class LandBalance:
    """Areas of uses in units.

    Parameters
    ----------
    area_m2
        ``(n_units, n_uses + 1)`` whole m²; the last column is land of which no use is told. A row adds up to
        the area of its unit.
    overlaps, overlap_m2
        Number of pairs of patches that claim the same ground, and how much of it, in whole m².
    """

    area_m2: Int64s
    overlaps: int
    overlap_m2: int


def land_balance(units: Geometries, patches: Geometries, use: Int32s, n_uses: int) -> LandBalance:
    """Measure how much of each unit has which use.

    Parameters
    ----------
    units
        ``(n_units,)`` areas in a projected CRS in metres, sorted by code. Ground that two of them claim
        belongs to the lower one, as people there do.
    patches
        ``(n,)`` areas of one use each, same CRS. Ground that two of them claim belongs to the lower row.
        Neither these nor the units need be valid.
    use
        ``(n,)`` use of each patch, in ``0 … n_uses - 1``.
    n_uses
        Number of uses.

    Returns
    -------
    LandBalance
        Areas of intersection, computed in floating numbers and summed in the order of the patches; then the
        area of a unit, rounded half up to whole m², is shared out to its uses by largest remainder. Overlaps
        of up to 1 m² are digitising noise and are not looked at.
    """
    areas, _, _ = _apart(units)
    land, overlaps, overlap_m2 = _apart(patches)
    unit, patch = shapely.STRtree(land).query(areas, predicate="intersects")
    order = np.lexsort((patch, unit))
    unit, patch = unit[order], patch[order]
    shapely.prepare(areas)
    shared = shapely.area(land)[patch]
    across = np.flatnonzero(~shapely.contains(areas[unit], land[patch]))
    shared[across] = shapely.area(shapely.intersection(areas[unit[across]], land[patch[across]]))
    found = np.zeros((len(areas), n_uses + 1))
    np.add.at(found, (unit, use[patch]), shared)
    whole = shapely.area(areas)
    found[:, n_uses] = np.maximum(whole - found.sum(axis=1), 0.0)
    rounded = [_whole(row, int(np.floor(total + 0.5))) for row, total in zip(found, whole, strict=True)]
    area_m2 = np.array(rounded, dtype=np.int64).reshape(len(areas), n_uses + 1)
    return LandBalance(area_m2, overlaps, int(np.floor(overlap_m2 + 0.5)))


def patch_of(xy: Floats, patches: Geometries) -> Int64s:
    """Find the patch that holds each place.

    Parameters
    ----------
    xy
        ``(n, 2)`` metres.
    patches
        Areas in the same CRS.

    Returns
    -------
    Int64s
        ``(n,)`` row of the patch, the lower one on a shared border and in an overlap; -1 beside all.
    """
    found = np.full(len(xy), len(patches), dtype=np.int64)
    if len(xy):
        # A tree of the points, not of the patches: each large patch is prepared only once.
        tree = shapely.STRtree(np.asarray(shapely.points(xy), dtype=object))
        patch, place = tree.query(patches, predicate="intersects")
        np.minimum.at(found, place, patch)
    return np.where(found < len(patches), found, -1)


def _apart(areas: Geometries) -> tuple[Geometries, int, float]:
    """Take from each area what a lower row claims too; tell how many pairs did, and how much that was."""
    areas = _sound(areas)
    first, second = shapely.STRtree(areas).query(areas, predicate="intersects")
    pairs = np.unique(np.column_stack([first, second])[first < second], axis=0)
    # Neighbours that only touch are most of the pairs, and telling so is quicker than cutting them.
    pairs = pairs[~shapely.touches(areas[pairs[:, 0]], areas[pairs[:, 1]])]
    shared = shapely.area(shapely.intersection(areas[pairs[:, 0]], areas[pairs[:, 1]]))
    pairs = pairs[shared > OVERLAP_M2]
    apart = np.array(areas, dtype=object)
    lost = 0.0
    for row in np.unique(pairs[:, 1]).tolist():
        claimed = shapely.union_all(areas[pairs[pairs[:, 1] == row, 0]])
        apart[row] = shapely.difference(areas[row], claimed)
        lost += float(shapely.area(areas[row]) - shapely.area(apart[row]))
    return apart, len(pairs), lost


def _sound(areas: Geometries) -> Geometries:
    """Give areas as valid ones: an outline that crosses itself counts for what it encloses."""
    found = np.array(areas, dtype=object)
    faulty = ~shapely.is_valid(found)
    found[faulty] = shapely.make_valid(found[faulty], method="structure", keep_collapsed=False)
    return found


def _whole(parts: Floats, total: int) -> Int64s:
    """Round areas to whole m² that add up to ``total``: largest remainder, of equal ones the first."""
    scaled = parts * (total / parts.sum()) if parts.sum() > 0 else parts
    found = np.floor(scaled).astype(np.int64)
    left = total - int(found.sum())
    found[np.argsort(found - scaled, kind="stable")[: max(left, 0)]] += 1
    return found
