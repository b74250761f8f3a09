"""The nearest facilities of one place: a search from the place, instead of a field of the whole city."""

import numpy as np
import shapely

from gis_service.analysis.field import (
    UNREACHED,
    Direction,
    NearestField,
    nearest_facility,
    penalties,
    straight_field,
)
from gis_service.analysis.graph import Graph
from gis_service.analysis.modes import MM_PER_M, Costs
from gis_service.analysis.near_shapes import near_shapes
from gis_service.analysis.snap import Positions
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Bools, Floats, Geometries, Int32s, Int64s

_SAME_M = 2 / MM_PER_M
"""Two things so little apart may be as near in whole millimetres."""


def nearest_of_place(  # noqa: PLR0913  as k_nearest_field
    graph: Graph,
    costs: Costs,
    place: Positions,
    facilities: Positions,
    site: Int32s,
    k: int,
    *,
    direction: Direction = "to_facility",
    turnout: int = 0,
    penalty: Int64s | None = None,
) -> NearestField:
    """Find the k nearest facilities of one place, each on a site of its own.

    The search runs from the place the other way round and ends at the last junction that a facility is near
    to: one label a junction, however many facilities there are.

    Parameters
    ----------
    graph, costs
        Contracted graph of one mode, and its costs.
    place
        One position.
    facilities, site, k, direction, turnout, penalty
        As for `gis_service.analysis.field.k_nearest_field`.

    Returns
    -------
    NearestField
        One row, equal to that of `gis_service.analysis.field.k_nearest_field`.

    Raises
    ------
    WrongUse
        As `gis_service.analysis.field.k_nearest_field`, and ``wrong_argument`` for more than one place.
    """
    if len(place.segment) != 1:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="place", value=len(place.segment), expected="1")
    turned: Direction = "from_facility" if direction == "to_facility" else "to_facility"
    cost, _ = nearest_facility(graph, costs, facilities, place, direction=turned, turnout=turnout)
    own = penalties(penalty, len(cost))
    cost = np.where(cost < UNREACHED, cost + own, UNREACHED)
    return _ranked(cost, site, k, place.segment < 0)


def straight_nearest_of_place(
    xy: Floats, facility_xy: Floats, shapes: Geometries | None, site: Int32s, k: int
) -> NearestField:
    """Find the k nearest facilities of one place as the crow flies, each on a site of its own.

    Parameters
    ----------
    xy
        ``(1, 2)`` metres.
    facility_xy, shapes
        ``(n, 2)`` places in the same metric CRS; where there are ``(n,)`` shapes, these: whoever is inside an
        area is 0 mm from it.
    site
        ``(n,)`` site of each.
    k
        How many, 1 or more.

    Returns
    -------
    NearestField
        One row. Costs are those of `gis_service.analysis.field.straight_field` and
        `gis_service.analysis.near_shapes.near_shapes`; equal ones go to the lower row.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a ``k`` below 1.
    """
    left = np.arange(len(site)) if shapes is None else _candidates(xy, shapes, site, k)
    cost = np.full(len(site), UNREACHED, np.int64)
    seen = 0
    # Two at a time, of different sites: what was found is left out of the next look.
    while len(left) and seen < max(k, 1):
        found = (
            straight_field(xy, facility_xy[left], site[left])
            if shapes is None
            else near_shapes(xy, shapes[left], site[left])
        )
        pairs = ((found.facility[0], found.cost[0]), (found.facility2[0], found.cost2[0]))
        told = [(int(left[row]), int(value)) for row, value in pairs if row >= 0]
        for row, value in told:
            cost[row] = value
        seen += len(told)
        left = left[~np.isin(site[left], [site[row] for row, _ in told])] if told else left[:0]
    return _ranked(cost, site, k, np.zeros(1, np.bool_))


def _candidates(xy: Floats, shapes: Geometries, site: Int32s, k: int) -> Int64s:
    """Leave out what is farther than k sites; what is not sound stays, whatever its distance seems."""
    sound = np.flatnonzero(shapely.is_valid(shapes) & ~shapely.is_empty(shapes))
    apart = shapely.distance(shapely.Point(xy[0]), shapes[sound])
    sites, own = np.unique(site[sound], return_inverse=True)
    if len(sites) <= max(k, 1):
        return np.arange(len(shapes))
    of_site = np.full(len(sites), np.inf)
    np.minimum.at(of_site, own, apart)
    reach = np.sort(of_site)[max(k, 1) - 1] + _SAME_M
    far = np.zeros(len(shapes), np.bool_)
    far[sound[apart > reach]] = True
    return np.flatnonzero(~far)


def _ranked(cost: Int64s, site: Int32s, k: int, no_road: Bools) -> NearestField:
    """Give the k least costs of different sites, of equal ones the lower row."""
    if k < 1:
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="k", value=k, expected="k >= 1")
    there = np.flatnonzero(cost < UNREACHED)
    order = there[np.argsort(cost[there], kind="stable")]
    _, first = np.unique(site[order], return_index=True)
    rows = order[np.sort(first)][:k]
    found = NearestField(np.full((1, k), UNREACHED, np.int64), np.full((1, k), -1, np.int32), no_road=no_road)
    found.cost[0, : len(rows)], found.facility[0, : len(rows)] = cost[rows], rows
    return found
