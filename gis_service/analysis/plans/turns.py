"""The ways in which the priorities of a sector can be worked off, phase by phase."""

from typing import TypeAlias

import numpy as np

from gis_service.analysis.kernels import NEVER_FITS, Turns
from gis_service.analysis.plans.programme import NOT_LIMITED, PRIORITIES
from gis_service.analysis.plans.terms import Terms
from gis_service.types import Bools, Int64s

MANY = 500
"""Ways of a sector at most."""
_NOBODY, _ANY = -1, np.iinfo(np.int64).max

_Step: TypeAlias = tuple[int, int, int, int]
"""The group that waits after a phase, its priority, its project if it has one, the money of lower ones."""
_Way: TypeAlias = tuple[_Step, ...]


def soonest_of(terms: Terms) -> Int64s:
    """Tell the first phase in which each project can be built, what it requires considered, ``(n,)``."""
    arrays, never = terms.arrays, len(terms.programme.phases)
    soonest = np.where(arrays.may, arrays.soonest, never).astype(np.int64)
    settled = terms.programme.settled
    is_new = True
    while is_new:
        is_new = False
        for first, then in terms.programme.requires.tolist():
            there = int(soonest[first]) if arrays.may[first] else int(settled[first])
            if arrays.may[then] and there > soonest[then]:
                soonest[then], is_new = there, True
    return soonest


def turns_of(terms: Terms, soonest: Int64s, most: int = MANY) -> Turns:
    """Lay out the ways of each sector.

    Parameters
    ----------
    terms
        The programme.
    soonest
        ``(n,)`` as `soonest_of` tells it.
    most
        Ways of a sector; where priorities alone make more, they are left out.

    Notes
    -----
    Of a sector's projects by priority, then by cost, there is after each phase a first one that waits, or
    none. All before it are built; and whatever has a lower priority and is commissioned in that phase costs
    less, all together, than it: else it would have been affordable once they gave way (METHODS, Plans). Only
    projects that require nothing and that the money of the phase could pay are taken to wait. Where that
    makes too many ways, neighbours of one priority are one group, and the dearest of them stands for it. So
    the ways hold every roadmap that keeps the rules, and more.
    """
    asked, n = _asked(terms), len(terms.programme)
    rank, ways, start = np.zeros(n, np.int64), list[_Way](), [0]
    for s in range(len(terms.programme.sector_ids)):
        sector = _Sector(terms, asked, soonest, s)
        ways += sector.ways(most)
        rank[sector.members] = sector.rank
        start.append(len(ways))
    laid = np.array(ways, np.int64)
    return Turns(np.array(start), rank, asked, *(np.ascontiguousarray(laid[:, :, at]) for at in range(4)))


def _asked(terms: Terms) -> Bools:
    """Tell which projects wait for nothing but their turn, ``(n, t)``."""
    arrays, never = terms.arrays, len(terms.programme.phases)
    asked = np.zeros((len(arrays.cost), never), np.bool_)
    for t in range(never):
        could = arrays.may & (arrays.earliest <= t) & (np.diff(arrays.before_start) == 0)
        for rooms in (np.full(len(arrays.cost), arrays.room[t, 0]), arrays.room[t, arrays.sector + 1]):
            could &= (rooms == NOT_LIMITED) | (arrays.cost <= rooms)
        asked[:, t] = could
    return asked


class _Sector:
    """The projects of a sector in groups, by priority and cost, and the ways to work them off."""

    def __init__(self, terms: Terms, asked: Bools, soonest: Int64s, sector: int) -> None:
        arrays = terms.arrays
        self.members = np.flatnonzero(arrays.sector == sector)
        self._asked, self._soonest = asked[self.members], soonest[self.members]
        self._cost, self._priority = arrays.cost[self.members], arrays.priority[self.members]
        self._is_limited = (arrays.room[:, [0, sector + 1]] != NOT_LIMITED).any(axis=1)
        self._never = len(terms.programme.phases)
        self.rank = np.zeros(len(self.members), np.int64)

    def ways(self, most: int) -> list[_Way]:
        """List the ways, in groups as small as their number allows."""
        alike = int(np.bincount(self._priority, minlength=1).max())
        for parts in sorted({-(-alike // size) for size in range(1, alike + 1)}, reverse=True):
            self.rank = self._ranked(parts)
            if (found := self._listed(most)) is not None:
                return found
        self.rank = np.zeros(len(self.members), np.int64)
        return [((0, PRIORITIES, _NOBODY, _ANY),) * self._never]

    def _ranked(self, parts: int) -> Int64s:
        """Put those that may wait into groups, so many of each priority at most."""
        rank, at = np.zeros(len(self.members), np.int64), 0
        for p in range(1, PRIORITIES + 1):
            own = np.flatnonzero((self._priority == p) & self._asked.any(axis=1))
            for group in np.array_split(own[np.argsort(self._cost[own], kind="stable")], parts):
                rank[group] = at
                at += len(group) > 0
        return rank

    def _listed(self, most: int) -> list[_Way] | None:
        """List the ways with the present groups; None where there are too many."""
        ways: list[_Way] = [()]
        for t in range(self._never):
            ways = [(*way, step) for way in ways for step in self._steps(t) if self._goes_on(way, step, t)]
            if len(ways) > most:
                return None
        return ways

    def _steps(self, t: int) -> list[_Step]:
        """Tell what may wait after a phase: any group, or nothing."""
        here = self._asked[:, t]
        steps = [(len(self.members), PRIORITIES, _NOBODY, _ANY)]
        for group in np.unique(self.rank[here]).tolist():
            own = np.flatnonzero(here & (self.rank == group))
            money = int(self._cost[own].max()) - 1 if self._is_limited[t] else NEVER_FITS
            alone = int(self.members[own[0]]) if len(own) == 1 else _NOBODY
            steps.append((group, int(self._priority[own[0]]), alone, money))
        return steps

    def _goes_on(self, way: _Way, step: _Step, t: int) -> bool:
        """Tell whether a way can go on so: what has to be built can be, and what waits is not built yet."""
        due = np.full(len(self.members), self._never)
        for at, (level, *_) in reversed([*enumerate((*way, step))]):
            due[self._asked[:, at] & (self.rank < level)] = at
        if (self._soonest > due).any():
            return False
        waits = self._asked[:, t] & (self.rank == step[0]) & (due > t)
        return step[0] == len(self.members) or bool(waits.any())
