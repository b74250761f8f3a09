"""Asks homes anew after a search was mended, and keeps the sums of people level with them."""

from typing import TypeAlias

import numba
import numpy as np

from gis_service.analysis.kernels.answers import FAR
from gis_service.types import Bools, Int32s, Int64s

Places: TypeAlias = tuple[Int32s, Int32s, Int64s, Int64s]
"""Of homes: chain, place of the segment in it, offset, own access as a way."""
Chains: TypeAlias = tuple[Int32s, Int32s, Int64s, Bools, Bools]
"""Tail, head, cost, and whether they may be travelled ahead, astern."""
Stops: TypeAlias = tuple[Int32s, Int32s, Int32s, Int64s, Int64s]
"""Per chain its first stop; per stop the next on the chain, place, offset and start, FAR where gone."""
Sums: TypeAlias = tuple[Int64s, Int64s, Int64s, Int64s, Int64s]
"""(n_zones, n_groups) covered, won, lost and unreached, (n_facilities, n_groups) load."""


@numba.njit(cache=True, nogil=True)
def homes_of(nodes: Int32s, row: Int32s, item: Int32s, seen: Int32s, turn: int) -> Int32s:
    """List the homes whose ways lead over nodes, each once.

    row, item: the homes on the chains that end at each node. seen: (n_homes,) the turn at which a home was
    last listed; changed in place.
    """
    found, count = np.empty(len(seen), np.int32), 0
    for at in range(len(nodes)):
        node = np.uint64(nodes[at])
        for k in range(row[node], row[node + np.uint64(1)]):
            home = item[k]
            if seen[home] != turn:
                seen[home] = turn
                found[count] = home
                count += 1
    return found[:count].copy()


@numba.njit(cache=True, nogil=True)
def ask_homes(homes: Int32s, places: Places, chains: Chains, ways: Int64s, stops: Stops, bits: int) -> Int64s:
    """Find the nearest of homes: over the ends of their chains, or along it. Returns (n,) ways."""
    chain, place, offset, access = places
    tail, head, length, ahead_open, astern_open = chains
    first, following, at_place, at_offset, at_start = stops
    found = np.full(len(homes), FAR, np.int64)
    for i in range(len(homes)):
        home = homes[i]
        own, best = chain[home], FAR
        ahead, astern = ahead_open[own], astern_open[own]
        if ahead and ways[head[own]] != FAR:
            best = min(best, ways[head[own]] + ((length[own] - offset[home]) << bits))
        if astern and ways[tail[own]] != FAR:
            best = min(best, ways[tail[own]] + (offset[home] << bits))
        stop = first[own]
        while stop >= 0:
            if at_start[stop] != FAR:
                # As for `positions.ask_positions`: on one segment the offsets tell who stands ahead.
                steps, gap = at_place[stop] - place[home], at_offset[stop] - offset[home]
                is_ahead = steps > 0 or (steps == 0 and gap >= 0)
                is_astern = steps < 0 or (steps == 0 and gap <= 0)
                if (is_ahead and ahead) or (is_astern and astern):
                    best = min(best, at_start[stop] + (abs(gap) << bits))
            stop = following[stop]
        if best != FAR:
            found[i] = best + access[home]
    return found


@numba.njit(cache=True, nogil=True)
def recount(
    homes: Int32s,
    found: Int64s,
    home_way: Int64s,
    people: Int64s,
    zone: Int32s,
    was_covered: Bools,
    sums: Sums,
    most: int,
    mask: int,
) -> Int64s:
    """Put new ways of homes in the place of the old ones, in the sums too.

    found: (n,) ways. home_way: (n_homes,) is changed in place. people: (n_homes, n_groups). most: the longest
    way that counts as covered. mask: bits of a way that hold the facility. Returns the old ways of the homes.
    """
    before = np.empty(len(homes), np.int64)
    for i in range(len(homes)):
        home = homes[i]
        old, new = home_way[home], found[i]
        before[i] = old
        if old == new:
            continue
        home_way[home] = new
        _count(home, old, -1, people, zone, was_covered, sums, most, mask)
        _count(home, new, 1, people, zone, was_covered, sums, most, mask)
    return before


@numba.njit(cache=True, nogil=True)
def _count(
    home: int,
    way: int,
    sign: int,
    people: Int64s,
    zone: Int32s,
    was_covered: Bools,
    sums: Sums,
    most: int,
    mask: int,
) -> None:
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
