"""Joins places to a network that was edited: only those near the edit are joined anew.

The answer is that of a full search, to the last bit: a place keeps its segment where that is still there and
nothing new lies as near.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.modes import Costs
from gis_service.analysis.network import Network
from gis_service.analysis.snap import SNAP_LIMIT_M, TIE_M, Positions, snap
from gis_service.types import Bools, Floats, Geometries, Int64s


@dataclass(frozen=True, slots=True)
class Joined:
    """Places as they were joined to a network before.

    Parameters
    ----------
    shapes, numbers
        ``(n,)`` the segments that places could be joined to, and their numbers in that network, rising.
    positions
        Where the places stood.
    """

    shapes: Geometries
    numbers: Int64s
    positions: Positions


def joined_to(network: Network, snappable: Bools, positions: Positions) -> Joined:
    """Keep of a network what `resnap` needs of it."""
    numbers = np.flatnonzero(snappable)
    return Joined(network.shape[numbers], numbers, positions)


def resnap(
    points: Floats,
    network: Network,
    costs: Costs,
    before: Joined,
    barriers: Geometries | None = None,
    max_m: float = SNAP_LIMIT_M,
) -> Positions:
    """Join each point to the nearest segment that its mode may use, as `snap` does.

    Parameters
    ----------
    points, network, costs, barriers, max_m
        As of `snap`.
    before
        The same points on another network, with the same barriers and the same ``max_m``.

    Returns
    -------
    Positions
        Equal to those of `snap`.
    """
    numbers = np.flatnonzero(costs.snappable)
    shapes = network.shape[numbers]
    now = _same(before.shapes, shapes)
    known = now >= 0
    is_new = np.ones(len(shapes), dtype=np.bool_)
    is_new[now[known]] = False

    # What each place had, as a place in the list of segments of now; -1 where it is gone or there was none.
    had = before.positions.segment >= 0
    row = np.searchsorted(before.numbers, before.positions.segment[had])
    found = np.full(len(points), -1, dtype=np.int64)
    found[had] = now[row]
    again = had & (found < 0)
    if is_new.any():
        reach = np.where(had, before.positions.access_m, max_m) + 2 * TIE_M
        places = np.asarray(shapely.points(points), dtype=object)
        near, _ = shapely.STRtree(shapes[is_new]).query(places, predicate="dwithin", distance=reach)
        again[near] = True

    segment = np.full(len(points), -1, dtype=np.int32)
    segment[found >= 0] = numbers[found[found >= 0]]
    columns = [segment, *(getattr(before.positions, name).copy() for name in _PLACED)]
    rows = np.flatnonzero(again)
    if len(rows):
        fresh = snap(points[rows], network, costs, barriers, max_m)
        for column, name in zip(columns, ("segment", *_PLACED), strict=True):
            column[rows] = getattr(fresh, name)
    return Positions(*columns)


_PLACED = ("fraction", "access_m", "snapped_xy")


def _same(before: Geometries, now: Geometries) -> Int64s:
    """Find the shapes that are still there, in the same order; -1 for the others.

    The order matters: of segments that are equally near a place is joined to the lower one.
    """
    same = _same_objects(before, now)
    if same is not None:
        return same
    at: defaultdict[bytes, list[int]] = defaultdict(list)
    for place, shape in enumerate(shapely.to_wkb(before).tolist()):
        at[shape].append(place)
    found = np.full(len(before), -1, dtype=np.int64)
    last = -1
    for place, shape in enumerate(shapely.to_wkb(now).tolist()):
        candidates = at.get(shape, ())
        old = next((one for one in candidates if one > last), -1)
        if old >= 0:
            found[old] = place
            last = old
    return found


def _same_objects(before: Geometries, now: Geometries) -> Int64s | None:
    """Find the shapes that are the same objects still; None where those are few, or in another order."""
    was, is_ = (np.fromiter(map(id, shapes), np.int64, len(shapes)) for shapes in (before, now))
    _, one, other = np.intersect1d(was, is_, return_indices=True)
    order = np.argsort(one)
    if 2 * len(one) <= len(now) or (np.diff(other[order]) < 0).any():
        return None
    found = np.full(len(before), -1, dtype=np.int64)
    found[one] = other
    return found
