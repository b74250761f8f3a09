"""What if a facility opened, moved or closed, or roads cost something else: the field and its people, mended.

An edit touches the junctions and homes whose nearest way it changes, nothing else; the sums of people follow
in whole numbers. After any edits everything equals a search on the roads and from the facilities of then.
"""

from copy import copy
from dataclasses import dataclass, field

import numpy as np

from gis_service.analysis.beginnings import beginnings, facility_bits, require_ways
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.kernels import (
    CLOSED,
    FAR,
    ask_homes,
    find_again,
    forget,
    forget_of,
    homes_of,
    improve,
    nearest_ways,
    take_back,
    write_back,
)
from gis_service.analysis.snap import Positions
from gis_service.analysis.starts import Overwritten, Starts, put
from gis_service.analysis.what_if_ground import Ground, People, Sums
from gis_service.analysis.what_if_roads import ArcChange, Moves, RoadsNow
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Bools, Int32s, Int64s

__all__ = ["ROOM", "Ground", "Moves", "People", "Sums", "WhatIf"]

ROOM = 64
"""Facilities that may be added to those that are there."""
_FEW = 40
"""With fewer facilities the ways to one are so many that looking at every junction finds them sooner."""
_LOG = 1024
"""Entries that a log has room for at first."""
_ANY = int(FAR) - 1
"""Longest way that is followed: none is too long."""


class WhatIf:
    """A state of facilities and roads that may be edited, and taken back edit by edit.

    Parameters
    ----------
    ground
        Roads and homes.
    facilities
        Their positions as they are; the row of each is its number.
    start_cost
        ``(n_facilities,)`` ms or mm, 0 or more: access, turn-out and penalty.
    was_covered
        ``(n_homes,)`` who was within the limit in the state that gains and losses are told from; None for
        this one. So a state on roads that are laid out anew goes on from another.

    Raises
    ------
    WrongUse
        ``search_cost_too_large``.
    """

    def __init__(
        self,
        ground: Ground,
        facilities: Positions,
        start_cost: Int64s,
        was_covered: Bools | None = None,
    ) -> None:
        graph, n = ground.graph, len(start_cost)
        self.ground, self.n_facilities = ground, n
        self._bits = facility_bits(graph, start_cost, ROOM)
        self._most = ((ground.limit + 1) << self._bits) - 1
        self._starts = Starts(graph, n + ROOM, ground.chain_row)
        begun = beginnings(graph, facilities, start_cost, self._bits, ground.direction)
        self._starts.begin(begun)
        site = np.arange(n, dtype=np.int32)
        seeds = (begun.node, begun.way)
        self._ways: Int64s = nearest_ways(ground.arcs[0], seeds, site, self._bits, 1, _ANY)[0]
        empty = np.zeros(ROOM)
        self._stand = (
            np.append(facilities.segment, np.full(ROOM, -1, np.int32)),
            np.append(facilities.fraction, empty),
            np.append(start_cost, empty.astype(np.int64)),
        )
        self._roads: RoadsNow | None = None
        self._places, self._arcs = ground.places(self._bits), ground.arcs
        self._graph, self._reach = graph, ground.reach
        self._begin_homes(was_covered)

    def _begin_homes(self, was_covered: Bools | None) -> None:
        ground = self.ground
        people, n = ground.people, len(ground.rows)
        shape = (people.n_zones, people.people.shape[1])
        everybody = np.zeros(shape, np.int64)
        np.add.at(everybody, people.zone, people.people)
        covered, won, lost = (np.zeros(shape, np.int64) for _ in range(3))
        load = np.zeros((self._starts.room, shape[1]), np.int64)
        self.sums = Sums(covered, won, lost, everybody, load)
        self._home_way = np.full(n, FAR, np.int64)
        self._was_covered = np.zeros(n, bool)
        self._begin_log()
        self._ask(np.arange(ground.n_joined, dtype=np.int32))
        now = self._home_way <= self._most
        self._was_covered = now if was_covered is None else was_covered[ground.rows]
        won[:] = 0
        for sums, part in ((won, now & ~self._was_covered), (lost, self._was_covered & ~now)):
            np.add.at(sums, ground.who[1][part], ground.who[0][part])
        self._begin_log()

    def _begin_log(self) -> None:
        """Begin to write down what is overwritten: of junctions, of homes, and of the lists of starts."""
        self._seen, self._turn = np.full(len(self._home_way), -1, np.int32), 0
        self._room = np.empty(len(self._home_way), np.int32)
        self._nodes, self._asked = ((np.empty(_LOG, np.int32), np.empty(_LOG, np.int64)) for _ in range(2))
        self._n_nodes = self._n_asked = 0
        self._log: list[_Edit] = []

    def fork(self) -> "WhatIf":
        """Give an equal state that is edited by itself; what was edited so far cannot be taken back there."""
        other = copy(self)
        vars(other).update(
            _starts=self._starts.fork(),
            _ways=self._ways.copy(),
            _home_way=self._home_way.copy(),
            _stand=tuple(array.copy() for array in self._stand),
            sums=Sums(*(array.copy() for array in self.sums)),
        )
        other._begin_log()  # noqa: SLF001  one's own kind
        if self._roads is not None:
            other._use(self._roads.fork())  # noqa: SLF001  as above
        return other

    @property
    def edits(self) -> int:
        """How many edits there are to take back."""
        return len(self._log)

    @property
    def covered(self) -> Bools:
        """``(n_homes,)`` whose way is within the limit."""
        found: Bools = (self._home_way <= self._most)[self.ground.row_of]
        return found

    @property
    def cost(self) -> Int64s:
        """``(n_homes,)`` cost of each home's way to its nearest facility, `UNREACHED` without one."""
        return np.where(self._home_way == FAR, UNREACHED, self._home_way >> self._bits)[self.ground.row_of]

    @property
    def facility(self) -> Int32s:
        """``(n_homes,)`` number of that facility, -1 without one."""
        number = (self._home_way & ((1 << self._bits) - 1)).astype(np.int32)
        return np.where(self._home_way == FAR, -1, number)[self.ground.row_of]

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
        self._begin()
        self.n_facilities += 1
        self._place(number, position, start_cost)
        self._end()
        return number

    def remove(self, number: int) -> None:
        """Close a facility; of one that stands at no road, or is closed, nothing changes."""
        self._begin()
        self._lift(number)
        self._log[-1].lists.append(put(self._stand[0], number, -1))
        self._end()

    def move(self, number: int, position: Positions, start_cost: int) -> None:
        """Bring a facility to another place."""
        self._begin()
        self._lift(number)
        self._place(number, position, start_cost)
        self._end()

    def reprice(self, segments: Int64s, cost: Int64s, homes: Moves | None = None) -> None:
        """Let segments of road cost something else: close them, open them again, make them slower or quicker.

        A facility on a segment that is closed has no road until it is moved.

        Parameters
        ----------
        segments
            ``(n,)`` segments that the mode may use, each once.
        cost
            ``(n,)`` ms or mm, in every direction that is allowed; `CLOSED` for those that are closed.
        homes
            Who joins another road now, or none. A home that stays on a closed segment has no road either.

        Raises
        ------
        WrongUse
            ``road_cost_too_large``, ``search_cost_too_large``. Then the state is no longer one.
        """
        self._begin()
        roads, edit = self._own_roads(), self._log[-1]
        edit.roads = (roads.moved, roads.reach, roads.total)
        lifted = self._lift_from(segments)
        done, arcs = roads.price(segments, cost)
        edit.lists += done
        self._reach = roads.reach
        require_ways(roads.total, int(self._stand[2].max(initial=0)), self._bits)
        self._worsen(arcs.take(np.flatnonzero(arcs.now > arcs.before)))
        self._better(arcs.take(np.flatnonzero(arcs.now < arcs.before)))
        chains = np.unique(self._graph.chain[segments]).astype(np.int64)
        done, edit.homes = roads.stand_again(chains, homes)
        edit.lists += done
        segment, fraction, start = self._stand
        for number in lifted.tolist():
            here = slice(number, number + 1)
            at = Positions(segment[here], fraction[here], np.zeros(1), np.zeros((1, 2)))
            self._place(number, at, int(start[number]))
        self._end()

    def undo(self) -> None:
        """Take the last edit back: every number is again what it was."""
        edit = self._log.pop()
        rules = (self._most, (1 << self._bits) - 1)
        take_back(self._asked, self._n_asked, edit.n_asked, self._home_way, self._who, self.sums, rules)
        write_back(self._nodes, self._n_nodes, edit.n_nodes, self._ways)
        self._n_nodes, self._n_asked = edit.n_nodes, edit.n_asked
        self.n_facilities = edit.n_facilities
        for done in reversed(edit.lists):
            done.undo()
        if edit.roads is not None:
            roads = self._own_roads()
            roads.moved, roads.reach, roads.total = edit.roads
            self._reach = roads.reach

    def _begin(self) -> None:
        self._log.append(_Edit(self._n_nodes, self._n_asked, self.n_facilities))

    def _end(self) -> None:
        """Ask the homes whose answer may follow from what an edit changed, and bring the sums level."""
        edit, ground = self._log[-1], self.ground
        self._turn += 1
        at, count = (*ground.homes_at, self._seen, self._turn), 0
        for nodes in (self._nodes[0][edit.n_nodes : self._n_nodes], np.array(edit.ends, np.int32)):
            count += homes_of(nodes, *at, self._room[count:])
        homes = self._room[:count]
        if self._roads is not None and (len(edit.homes) or len(self._roads.moved)):
            more = np.union1d(edit.homes, self._roads.moved)
            homes = np.append(homes, more[self._seen[more] != self._turn].astype(np.int32))
        self._ask(homes)

    def _own_roads(self) -> RoadsNow:
        """Give the roads of this state; until one costs something else, they are those of the ground."""
        return self._use(RoadsNow(self.ground, self._bits)) if self._roads is None else self._roads

    def _use(self, roads: RoadsNow) -> RoadsNow:
        self._roads, self._places, self._arcs = roads, roads.places, roads.arcs
        self._graph, self._reach = roads.graph, roads.reach
        return roads

    def _lift_from(self, segments: Int64s) -> Int64s:
        """Take the facilities on the chains of some segments from their places; give their numbers."""
        segment, chain = self._stand[0], self._graph.chain
        there = np.flatnonzero(segment >= 0)
        lifted = there[np.isin(chain[segment[there]], chain[segments])]
        for number in lifted.tolist():
            self._lift(number)
        return lifted

    def _worsen(self, arcs: ArcChange) -> None:
        """Mend the ways over arcs that cost more now, or are closed."""
        roads, ways = self._own_roads(), self._ways
        over = np.flatnonzero((arcs.before < CLOSED) & (ways[arcs.source] != FAR))
        led = ways[arcs.source[over]] + (arcs.before[over] << self._bits)
        target = arcs.target[over]
        begun = np.unique(target[ways[target] == led]).astype(np.int32)
        first = self._forget(begun)
        self._log[-1].lists += roads.write(arcs)
        self._find_again(first)
        self._log[-1].ends += arcs.target.tolist()

    def _better(self, arcs: ArcChange) -> None:
        """Mend the ways over arcs that cost less now, or are open again."""
        self._log[-1].lists += self._own_roads().write(arcs)
        self._log[-1].ends += arcs.target.tolist()
        over = np.flatnonzero((arcs.now < CLOSED) & (self._ways[arcs.source] != FAR))
        led = self._ways[arcs.source[over]] + (arcs.now[over] << self._bits)
        self._improve(arcs.target[over], led)

    def _place(self, number: int, position: Positions, start_cost: int) -> None:
        cost, rows = np.array([start_cost], np.int64), np.array([number], np.int32)
        begun = beginnings(self._graph, position, cost, self._bits, self.ground.direction, rows)
        done, (segment, fraction, start) = self._log[-1].lists, self._stand
        done += [
            put(segment, number, int(position.segment[0])),
            put(fraction, number, float(position.fraction[0])),
            put(start, number, start_cost),
        ]
        if not len(begun.placed):
            return
        done += self._starts.link(number, begun)
        self._touch(int(begun.chain[0]))
        self._improve(begun.node, begun.way)

    def _lift(self, number: int) -> None:
        starts = self._starts
        chain = starts.chain_of(number)
        if chain < 0:
            return
        node, way = starts.seeds_of(number)
        self._log[-1].lists += starts.unlink(number)
        self._touch(chain)
        if starts.n_standing < _FEW:
            first = self._n_nodes
            log = (self._ways, self._bits, number, self._nodes, first)
            self._nodes, self._n_nodes = forget_of(*log)
        else:
            # The ways that begin there, and not where another facility is nearer.
            first = self._forget(np.unique(node[self._ways[node] == way]).astype(np.int32))
        self._find_again(first)

    def _touch(self, chain: int) -> None:
        self._log[-1].ends += [int(self._graph.tail[chain]), int(self._graph.head[chain])]

    def _improve(self, nodes: Int32s, ways: Int64s) -> None:
        rules = (self._bits, _ANY, self._reach, self.ground.degree)
        self._nodes, self._n_nodes = improve(
            self._arcs[0], self._ways, rules, (nodes, ways), self._nodes, self._n_nodes
        )

    def _forget(self, nodes: Int32s) -> int:
        """Forget the ways over some junctions; tell where their log begins."""
        first = self._n_nodes
        self._nodes, self._n_nodes = forget(self._arcs[0], self._ways, self._bits, nodes, self._nodes, first)
        return first

    def _find_again(self, first: int) -> None:
        nodes, rules = self._nodes[0][first : self._n_nodes], (self._bits, _ANY, self._reach)
        find_again(self._arcs, self._starts.seeds, self._ways, nodes, rules)

    def _ask(self, homes: Int32s) -> None:
        """Ask homes anew, and bring the sums level with them."""
        net = (self._ways, self._starts.stops, self._bits)
        asked = (self._places, net, self._home_way, self._who, self.sums, self._most)
        self._asked, self._n_asked = ask_homes(homes, *asked, self._asked, self._n_asked)

    @property
    def _who(self) -> tuple[Int64s, Int32s, Bools]:
        return (*self.ground.who, self._was_covered)


@dataclass(slots=True)
class _Edit:
    """How things stood before an edit, what it overwrote in lists, and whom it may concern.

    Parameters
    ----------
    n_nodes, n_asked, n_facilities
        Entries of the logs, and facilities.
    roads
        Homes that had moved, costliest arc, and cost of all roads.
    lists
        What was overwritten elsewhere.
    ends, homes
        Junctions whose homes are asked besides, and homes.
    """

    n_nodes: int
    n_asked: int
    n_facilities: int
    roads: tuple[Int32s, int, int] | None = None
    lists: list[Overwritten] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    homes: Int32s = field(default_factory=lambda: np.empty(0, np.int32))
