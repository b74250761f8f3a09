"""Asks homes anew after a search was mended, and keeps the sums of people level with them."""

from typing import TypeAlias

import numba
import numpy as np

from gis_service.analysis.kernels.ahead import fetch_ahead
from gis_service.analysis.kernels.answers import CLOSED, FAR
from gis_service.analysis.kernels.repair import Log, with_room
from gis_service.types import Bools, Int32s, Int64s

Places: TypeAlias = tuple[Int32s, Int64s, Int64s, Int32s, Int32s, Int64s]
"""Of homes: the (n, 2) junctions at the ends of the chain, (n, 2) what it costs to get there, ``CLOSED`` or
more where the road is closed, FAR where one may not; own access as a way; row of the chain among stops, place
of the segment in it, offset."""
Stops: TypeAlias = tuple[Int32s, Int32s, Int32s, Int64s, Int64s]
"""Per chain its first stop; per stop the next on the chain, place, offset and start, FAR where gone."""
Sums: TypeAlias = tuple[Int64s, Int64s, Int64s, Int64s, Int64s]
"""(n_zones, n_groups) covered, won, lost and unreached, (n_facilities, n_groups) load."""
Who: TypeAlias = tuple[Int64s, Int32s, Bools]
"""(n_homes, n_groups) people, (n_homes,) their unit, and whether they were covered before any edit."""

_AHEAD = 8
"""Entries of a list between the one that is worked on and the one whose memory is asked for."""


@numba.njit(cache=True, nogil=True)
def homes_of(nodes: Int32s, row: Int32s, item: Int32s, seen: Int32s, turn: int, room: Int32s) -> int:
    """List the homes whose ways lead over nodes, each once, in ``room`` (n_homes,); returns how many.

    row, item: the homes on the chains that end at each node. seen: (n_homes,) the turn at which a home was
    last listed; changed in place.
    """
    count = 0
    for at in range(len(nodes)):
        if at + _AHEAD < len(nodes):
            fetch_ahead(row, np.uint64(nodes[at + _AHEAD]))
        node = np.uint64(nodes[at])
        for k in range(row[node], row[node + np.uint64(1)]):
            home = np.uint64(item[np.uint64(k)])
            if seen[home] != turn:
                seen[home] = turn
                room[count] = home
                count += 1
    return count


@numba.njit(cache=True, nogil=True, inline="always")
def _nearest_of(home: np.uint64, places: Places, ways: Int64s, stops: Stops, bits: int) -> int:
    """Find the way of a home: over the ends of its chain, or along it."""
    ends, rests, access, row, place, offset = places
    best = FAR
    for side in range(2):
        rest, way = rests[home, side], ways[np.uint64(ends[home, side])]
        if rest < CLOSED and way != FAR:
            best = min(best, way + (rest << bits))
    stop = stops[0][np.uint64(row[home])]
    while stop >= 0:
        start = stops[4][stop]
        if start != FAR:
            # As for `positions.ask_positions`: on one segment the offsets tell who stands ahead.
            steps, gap = stops[2][stop] - place[home], stops[3][stop] - offset[home]
            is_ahead = steps > 0 or (steps == 0 and gap >= 0)
            is_astern = steps < 0 or (steps == 0 and gap <= 0)
            allowed = (is_astern and rests[home, 0] != FAR) or (is_ahead and rests[home, 1] != FAR)
            if allowed and abs(gap) < CLOSED:
                best = min(best, start + (abs(gap) << bits))
        stop = stops[1][stop]
    return best if best == FAR else best + access[home]


@numba.njit(cache=True, nogil=True)
def ask_homes(
    homes: Int32s,
    places: Places,
    net: tuple[Int64s, Stops, int],
    home_way: Int64s,
    who: Who,
    sums: Sums,
    most: int,
    log: Log,
    first: int,
) -> tuple[Log, int]:
    """Ask homes anew, and put their new ways in the place of the old ones, in the sums too.

    net: ways of junctions, stops, bits of a facility. home_way: (n_homes,) is changed in place. most: the
    longest way that counts as covered. log: from entry ``first`` on what changes is written down. Returns the
    log and how many entries it has.
    """
    ways, stops, bits = net
    where, before = with_room(log, first, len(homes))
    count, mask = first, (1 << bits) - 1
    ends, rests, people = places[0].reshape(-1), places[1].reshape(-1), who[0].reshape(-1)
    groups = np.uint64(who[0].shape[1])
    for at in range(len(homes)):
        if at + _AHEAD < len(homes):
            then = np.uint64(homes[at + _AHEAD])
            fetch_ahead(ends, then + then)
            fetch_ahead(rests, then + then)
            fetch_ahead(places[2], then)
            fetch_ahead(places[3], then)
            fetch_ahead(home_way, then)
            fetch_ahead(people, then * groups)
            fetch_ahead(who[1], then)
        home = np.uint64(homes[at])
        old, new = home_way[home], _nearest_of(home, places, ways, stops, bits)
        if old == new:
            continue
        where[count], before[count] = home, old
        count += 1
        home_way[home] = new
        _count(home, old, -1, who, sums, most, mask)
        _count(home, new, 1, who, sums, most, mask)
    return (where, before), count


@numba.njit(cache=True, nogil=True)
def take_back(
    log: Log, count: int, first: int, home_way: Int64s, who: Who, sums: Sums, rules: tuple[int, int]
) -> None:
    """Write entries ``first`` to ``count`` of a log of homes back, in the sums too. rules: most and mask."""
    most, mask = rules
    where, before = log
    for at in range(count - 1, first - 1, -1):
        home = np.uint64(where[at])
        _count(home, home_way[home], -1, who, sums, most, mask)
        _count(home, before[at], 1, who, sums, most, mask)
        home_way[home] = before[at]


@numba.njit(cache=True, nogil=True, inline="always")
def _count(home: np.uint64, way: int, sign: int, who: Who, sums: Sums, most: int, mask: int) -> None:
    people, zone, was_covered = who
    covered, won, lost, unreached, load = sums
    at = zone[home]
    for group in range(people.shape[1]):
        some = sign * people[home, group]
        if way <= most:
            covered[at, group] += some
            load[way & mask, group] += some
            if not was_covered[home]:
                won[at, group] += some
        elif was_covered[home]:
            lost[at, group] += some
        if way == FAR:
            unreached[at, group] += some
