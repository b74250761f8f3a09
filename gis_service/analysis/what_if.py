"""What if a facility opened, moved or closed: the field and the people within its limit, mended.

An edit touches the junctions and homes whose nearest facility it changes, nothing else; the sums of people
follow in whole numbers. After any edits everything equals a search from the facilities as they are then.
"""

from copy import copy
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from gis_service.analysis.beginnings import Direction, beginnings, facility_bits
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.graph import Arcs, Graph
from gis_service.analysis.kernels import (
    FAR,
    ask_homes,
    find_again,
    forget,
    homes_of,
    improve,
    nearest_ways,
    recount,
)
from gis_service.analysis.modes import Costs
from gis_service.analysis.snap import Positions
from gis_service.analysis.starts import Overwritten, Starts
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Bools, Int32s, Int64s

ROOM = 64
"""Facilities that may be added to those that are there."""
_ANY = int(FAR) - 1
"""Longest way that is followed: none is too long."""


@dataclass(frozen=True, slots=True)
class People:
    """Those whose ways are asked for, at homes that have positions.

    Parameters
    ----------
    people
        ``(n_homes, n_groups)`` whole thousandths, everybody among the groups.
    zone
        ``(n_homes,)`` row of the unit, 0 … n_zones - 1.
    n_zones
        Number of units; those in none are a unit of their own.
    """

    people: Int64s
    zone: Int32s
    n_zones: int


class Sums(NamedTuple):
    """People by unit and by facility, in whole thousandths.

    Parameters
    ----------
    covered, won, lost, unreached
        ``(n_zones, n_groups)`` within the limit; only now, and only before the first edit; without any way.
    load
        ``(n_facilities, n_groups)`` within the limit whose nearest facility this is.
    """

    covered: Int64s
    won: Int64s
    lost: Int64s
    unreached: Int64s
    load: Int64s


class Ground:
    """What edits of facilities leave as it is; many states may stand on one, in as many threads.

    Parameters
    ----------
    graph, costs
        Contracted graph of one mode, and its costs.
    homes, people
        Positions of homes, and who lives there.
    direction
        As of `network_field`.
    limit
        Greatest cost that counts as covered, ms or mm.
    """

    def __init__(
        self,
        graph: Graph,
        costs: Costs,
        homes: Positions,
        people: People,
        direction: Direction,
        limit: int,
    ) -> None:
        self.graph, self.costs, self.people = graph, costs, people
        self.direction, self.limit = direction, limit
        to = direction == "to_facility"
        turned = (graph.reverse, graph.onward) if to else (graph.onward, graph.reverse)
        ahead, astern = (graph.forward, graph.backward) if to else (graph.backward, graph.forward)
        degree = int(np.diff(turned[0].start).max(initial=0))
        self.arcs = (_rows_of(turned[0]), _rows_of(turned[1]))
        self.most = (int(graph.cost.max(initial=0)), degree)
        self.chains = (graph.tail, graph.head, graph.cost, ahead, astern)
        self.joined = np.flatnonzero(homes.segment >= 0).astype(np.int32)
        segment = homes.segment[self.joined]
        chain = np.full(len(homes.segment), -1, np.int32)
        place, offset = np.zeros(len(chain), np.int32), np.zeros(len(chain), np.int64)
        chain[self.joined], place[self.joined] = graph.chain[segment], graph.place[segment]
        offset[self.joined] = graph.offset(segment, homes.fraction[self.joined])
        self._home = (chain, place, offset, costs.access(homes.access_m))
        own = chain[self.joined]
        ends = np.concatenate([graph.tail[own], graph.head[own]])
        self.homes_at = _rows(ends, np.concatenate([self.joined, self.joined]), graph.n_nodes)

    def places(self, bits: int) -> tuple[Int32s, Int32s, Int64s, Int64s]:
        """Give the homes as the kernels take them, for ways of so many bits of facility."""
        chain, place, offset, access = self._home
        return chain, place, offset, access << bits


def _rows_of(arcs: Arcs) -> tuple[Int32s, Int32s, Int32s]:
    return arcs.start, arcs.head, arcs.cost


def _rows(key: Int32s, item: Int32s, n: int) -> tuple[Int32s, Int32s]:
    """Lay items out in rows by their keys."""
    row = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(key, minlength=n), out=row[1:])
    return row, item[np.argsort(key, kind="stable")]


class WhatIf:
    """A state of the facilities that may be edited, and taken back edit by edit.

    Parameters
    ----------
    ground
        Roads and homes.
    facilities
        Their positions as they are; the row of each is its number.
    start_cost
        ``(n_facilities,)`` ms or mm, 0 or more: access, turn-out and penalty.

    Raises
    ------
    WrongUse
        ``search_cost_too_large``.
    """

    def __init__(self, ground: Ground, facilities: Positions, start_cost: Int64s) -> None:
        graph, n = ground.graph, len(start_cost)
        self.ground, self.n_facilities = ground, n
        self._bits = facility_bits(graph, start_cost, ROOM)
        self._most = ((ground.limit + 1) << self._bits) - 1
        self._places = ground.places(self._bits)
        self._starts = Starts(graph, n + ROOM)
        begun = beginnings(graph, facilities, start_cost, self._bits, ground.direction)
        self._starts.begin(begun)
        site = np.arange(n, dtype=np.int32)
        seeds = (begun.node, begun.way)
        self._ways: Int64s = nearest_ways(ground.arcs[0], seeds, site, self._bits, 1, _ANY)[0]
        self._seen, self._turn = np.full(len(ground.people.zone), -1, np.int32), 0
        self._log: list[list[_Undo]] = []
        self._begin_sums(n + ROOM)

    def _begin_sums(self, n_facilities: int) -> None:
        people, ground = self.ground.people, self.ground
        shape = (people.n_zones, people.people.shape[1])
        everybody = np.zeros(shape, np.int64)
        np.add.at(everybody, people.zone, people.people)
        covered, won, lost = (np.zeros(shape, np.int64) for _ in range(3))
        self.sums = Sums(covered, won, lost, everybody, np.zeros((n_facilities, shape[1]), np.int64))
        self._home_way = np.full(len(people.zone), FAR, np.int64)
        self._was_covered = np.zeros(len(people.zone), bool)
        self._ask(ground.joined)
        self._was_covered = self._home_way <= self._most
        won[:] = 0

    def fork(self) -> "WhatIf":
        """Give an equal state that is edited by itself; what was edited so far cannot be taken back there."""
        other = copy(self)
        vars(other).update(
            _starts=self._starts.fork(),
            _ways=self._ways.copy(),
            _home_way=self._home_way.copy(),
            _seen=self._seen.copy(),
            _log=[],
            sums=Sums(*(array.copy() for array in self.sums)),
        )
        return other

    @property
    def edits(self) -> int:
        """How many edits there are to take back."""
        return len(self._log)

    @property
    def covered(self) -> Bools:
        """``(n_homes,)`` whose way is within the limit."""
        found: Bools = self._home_way <= self._most
        return found

    @property
    def cost(self) -> Int64s:
        """``(n_homes,)`` cost of each home's way to its nearest facility, `UNREACHED` without one."""
        return np.where(self._home_way == FAR, UNREACHED, self._home_way >> self._bits)

    @property
    def facility(self) -> Int32s:
        """``(n_homes,)`` number of that facility, -1 without one."""
        number = self._home_way & ((1 << self._bits) - 1)
        return np.where(self._home_way == FAR, -1, number).astype(np.int32)

    def add(self, position: Positions, start_cost: int) -> int:
        """Open a facility.

        Parameters
        ----------
        position
            One row.
        start_cost
            As of the others.

        Returns
        -------
        int
            Its number.

        Raises
        ------
        WrongUse
            ``wrong_argument`` when there are `ROOM` of them already.
        """
        number = self.n_facilities
        if number >= self._starts.room:
            raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="edits", value=ROOM + 1, expected=f"<= {ROOM}")
        self._log.append([_Count(self)])
        self.n_facilities += 1
        self._place(number, position, start_cost)
        return number

    def remove(self, number: int) -> None:
        """Close a facility; of one that stands at no road, or is closed, nothing changes."""
        self._log.append([])
        self._lift(number)

    def move(self, number: int, position: Positions, start_cost: int) -> None:
        """Bring a facility to another place."""
        self._log.append([])
        self._lift(number)
        self._place(number, position, start_cost)

    def undo(self) -> None:
        """Take the last edit back: every number is again what it was."""
        for done in reversed(self._log.pop()):
            done.undo()

    def _place(self, number: int, position: Positions, start_cost: int) -> None:
        ground, cost = self.ground, np.array([start_cost], np.int64)
        rows = np.array([number], np.int32)
        begun = beginnings(ground.graph, position, cost, self._bits, ground.direction, rows)
        if not len(begun.placed):
            return
        self._log[-1] += self._starts.link(number, begun)
        nodes = self._noted(
            improve(ground.arcs[0], self._ways, self._bits, ground.most, begun.node, begun.way)
        )
        self._ask(self._homes(nodes, int(begun.chain[0])))

    def _lift(self, number: int) -> None:
        starts, arcs = self._starts, self.ground.arcs
        chain = starts.chain_of(number)
        if chain < 0:
            return
        node, way = starts.seeds_of(number)
        self._log[-1] += starts.unlink(number)
        # The ways that begin there, and not where another facility is nearer.
        begun = np.unique(node[self._ways[node] == way]).astype(np.int32)
        nodes = self._noted(forget(arcs[0], self._ways, self._bits, begun))
        find_again(arcs, starts.seeds, self._ways, nodes, (self._bits, _ANY, self.ground.most[0]))
        self._ask(self._homes(nodes, chain))

    def _noted(self, changed: tuple[Int32s, Int64s]) -> Int32s:
        nodes, before = changed
        # Backwards: what is written last stands, and of a node that changed twice the first is what it was.
        self._log[-1].append(Overwritten(self._ways, nodes[::-1], before[::-1]))
        return nodes

    def _homes(self, nodes: Int32s, chain: int) -> Int32s:
        """List the homes whose answer may follow from junctions, or from a stop on a chain."""
        graph, ground = self.ground.graph, self.ground
        ends = np.append(nodes, [graph.tail[chain], graph.head[chain]]).astype(np.int32)
        self._turn += 1
        found: Int32s = homes_of(ends, *ground.homes_at, self._seen, self._turn)
        return found

    def _ask(self, homes: Int32s) -> None:
        """Ask homes anew, and bring the sums level with them."""
        ground = self.ground
        found = ask_homes(homes, self._places, ground.chains, self._ways, self._starts.stops, self._bits)
        before = self._recount(homes, found)
        if self._log:
            self._log[-1].append(_Recounted(self, homes, before))

    def _recount(self, homes: Int32s, found: Int64s) -> Int64s:
        people = self.ground.people
        most, mask = self._most, (1 << self._bits) - 1
        who = (people.people, people.zone, self._was_covered)
        before: Int64s = recount(homes, found, self._home_way, *who, self.sums, most, mask)
        return before


class _Undo(Protocol):
    def undo(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Count:
    """A facility was added."""

    state: WhatIf

    def undo(self) -> None:
        self.state.n_facilities -= 1


@dataclass(frozen=True, slots=True)
class _Recounted:
    """Homes were asked anew."""

    state: WhatIf
    homes: Int32s
    before: Int64s

    def undo(self) -> None:
        self.state._recount(self.homes, self.before)  # noqa: SLF001  the state's own log
