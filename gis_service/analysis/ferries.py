"""Ferries, each from one stop to the next: a ferry that was drawn in several lines is boarded once."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_service.analysis.noding import TOUCH_M
from gis_service.types import Bools, Floats, Geometries, Int64s


@dataclass(frozen=True, slots=True)
class Ferries:
    """Ferries that run at the time of the study.

    Parameters
    ----------
    lines
        ``(n,)`` LineString in the CRS of the roads; joined to roads at their ends only.
    wait_ms
        ``(n,)`` time before boarding: half the headway.
    told
        ``(n,)`` whether the source tells the wait, or it is that of the rules; all are told when None.
    """

    lines: Geometries
    wait_ms: Int64s
    told: Bools | None = None


def through_ferries(ferries: Ferries, roads: Geometries) -> Ferries:
    """Join lines of ferries end to end where nobody can board.

    That is where the ends of exactly two lines meet and no road touches them: there the boat goes on. A place
    where three lines meet, or where a road does, is a stop.

    Parameters
    ----------
    ferries
        As they were drawn, in a metric CRS.
    roads
        ``(n,)`` LineString in the same CRS.

    Returns
    -------
    Ferries
        In the order of their first pieces. The wait is the longest that one of the pieces tells, else the
        longest of all.
    """
    if len(ferries.lines) < 2:  # noqa: PLR2004 - two lines can be joined
        return ferries
    place = _places(ferries.lines, roads)
    routes = _routes(place)
    told = np.ones(len(ferries.lines), dtype=np.bool_) if ferries.told is None else ferries.told
    lines: Geometries = np.empty(len(routes), dtype=object)
    wait, is_told = np.zeros(len(routes), dtype=np.int64), np.zeros(len(routes), dtype=np.bool_)
    for row, route in enumerate(routes):
        pieces = np.array([piece for piece, _ in route])
        lines[row] = _joined(ferries.lines, route)
        known = pieces[told[pieces]]
        is_told[row] = bool(len(known))
        wait[row] = ferries.wait_ms[known if len(known) else pieces].max()
    order = np.argsort([min(piece for piece, _ in route) for route in routes], kind="stable")
    return Ferries(lines[order], wait[order], is_told[order])


def _places(lines: Geometries, roads: Geometries) -> Int64s:
    """Give the place where each end of a line meets others, -1 for a stop; shape ``(n, 2)``."""
    xy = [shapely.get_coordinates(shapely.get_point(lines, end)) for end in (0, -1)]
    ends: Geometries = np.asarray(shapely.points(np.stack(xy, axis=1).reshape(-1, 2)), dtype=object)
    one, other = shapely.STRtree(ends).query(ends, predicate="dwithin", distance=TOUCH_M)
    n = len(ends)
    same = coo_array((np.ones(len(one)), (one, other)), shape=(n, n))
    place = connected_components(same, directed=False)[1].astype(np.int64)
    is_stop = np.bincount(place) != 2  # noqa: PLR2004 - the ends of two lines
    near_road, _ = shapely.STRtree(roads).query(ends, predicate="dwithin", distance=TOUCH_M)
    is_stop[place[near_road]] = True
    result: Int64s = np.where(is_stop[place], -1, place).reshape(-1, 2)
    return result


def _routes(place: Int64s) -> list[list[tuple[int, bool]]]:
    """Follow the lines from stop to stop: each route as its lines, and whether each is taken backwards."""
    at: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for line, ends in enumerate(place.tolist()):
        for end, number in enumerate(ends):
            at[number].append((line, end))
    begun = [(line, end) for line, end in at.pop(-1, [])]
    rounds = [(line, 0) for line in range(len(place))]  # what is left has no stop at all
    routes, used = [], set[int]()
    for step in (*begun, *rounds):
        route = []
        line, end = step
        while line not in used:
            used.add(line)
            route.append((line, end == 1))
            left = (line, 1 - end)
            line, end = next((other for other in at[int(place[left])] if other != left), left)
        if route:
            routes.append(route)
    return routes


def _joined(lines: Geometries, route: list[tuple[int, bool]]) -> shapely.LineString:
    parts: list[Floats] = []
    for piece, backwards in route:
        xy = shapely.get_coordinates(lines[piece])
        xy = xy[::-1] if backwards else xy
        parts.append(xy[1:] if parts else xy)
    return shapely.LineString(np.concatenate(parts))
