"""What edits leave as it is: roads, homes and people, laid out so that what lies near is near in memory."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from gis_service.analysis.beginnings import Direction
from gis_service.analysis.graph import Arcs, Graph
from gis_service.analysis.kernels import CLOSED, FAR, Places, SparseRows
from gis_service.analysis.modes import Costs
from gis_service.analysis.snap import Positions
from gis_service.types import Bools, Int32s, Int64s


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


class Homes(NamedTuple):
    """Where homes stand on their chains.

    Parameters
    ----------
    ends
        ``(n, 2)`` junctions at the tail and the head of the chain.
    rests
        ``(n, 2)`` cost of getting there, `CLOSED` or more where the road is closed, FAR where one may not.
    access
        ``(n,)`` cost of the straight line to the road.
    row, place, offset
        ``(n,)`` row of the chain, behind the last one for none; how many of its segments and what cost lie
        before.
    """

    ends: Int32s
    rests: Int64s
    access: Int64s
    row: Int32s
    place: Int32s
    offset: Int64s

    def places(self, bits: int) -> Places:
        """Give them as the kernels take them, for ways of so many bits of facility."""
        return self.ends, self.rests, self.access << bits, self.row, self.place, self.offset


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

    Attributes
    ----------
    arcs
        Arcs of the search, and turned round.
    chain_row
        ``(n_chains,)`` the order of the chains by their first junctions.
    rows
        ``(n_homes,)`` the homes in the order in which they are kept: along their chains, these in the order
        of their junctions, so that what an edit touches lies together.
    row_of
        ``(n_homes,)`` where each home is kept.
    reach, degree
        The cost of the costliest arc, and the arcs of a junction at most.
    n_joined, positions, homes, who
        How many stand at a road, which come first; and where and who they are, as they are kept.
    homes_at
        The homes on the chains that end at each junction, as sparse rows.
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
        self.arcs = (_rows_of(turned[0]), _rows_of(turned[1]))
        self.reach = int(graph.cost.max(initial=0))
        self.degree = int(np.diff(turned[0].start).max(initial=0))
        self.chain_row = np.empty(len(graph.cost), np.int32)
        self.chain_row[np.argsort(graph.tail, kind="stable")] = np.arange(len(graph.cost), dtype=np.int32)
        self.n_joined = int((homes.segment >= 0).sum())
        self.rows = self._along_chains(homes)
        self.row_of = np.empty_like(self.rows)
        self.row_of[self.rows] = np.arange(len(self.rows), dtype=np.int32)
        self.positions = homes.take(self.rows.astype(np.int64))
        self.homes = self.stand(self.positions, graph)
        self.who = (np.ascontiguousarray(people.people[self.rows]), people.zone[self.rows])
        joined = np.arange(self.n_joined, dtype=np.int32)
        self.homes_at = _rows(self.homes.ends[joined].T.ravel(), np.tile(joined, 2), graph.n_nodes)

    @property
    def leaving(self) -> tuple[Bools, Bools]:
        """Whether homes may travel their chains to the head, and to the tail."""
        graph, to = self.graph, self.direction == "to_facility"
        return (graph.forward, graph.backward) if to else (graph.backward, graph.forward)

    def _along_chains(self, homes: Positions) -> Int32s:
        """Order homes along their chains; those at no road come last."""
        graph, joined = self.graph, np.flatnonzero(homes.segment >= 0)
        segment = homes.segment[joined]
        offset = graph.offset(segment, homes.fraction[joined])
        order = np.lexsort((joined, offset, graph.place[segment], self.chain_row[graph.chain[segment]]))
        return np.append(joined[order], np.flatnonzero(homes.segment < 0)).astype(np.int32)

    def stand(self, positions: Positions, graph: Graph) -> Homes:
        """Give positions on chains of a graph with these chains; those at no open road lead nowhere."""
        n = len(positions.segment)
        at = np.flatnonzero(positions.segment >= 0)
        at = at[graph.segment_cost[positions.segment[at]] < CLOSED]
        segment = positions.segment[at]
        own, before = graph.chain[segment], graph.offset(segment, positions.fraction[at])
        ends, rests = np.zeros((n, 2), np.int32), np.full((n, 2), FAR, np.int64)
        row = np.full(n, len(graph.tail), np.int32)
        place, offset = np.zeros(n, np.int32), np.zeros(n, np.int64)
        row[at], place[at], offset[at] = self.chain_row[own], graph.place[segment], before
        ends[at] = np.column_stack([graph.tail[own], graph.head[own]])
        ahead, astern = self.leaving
        rests[at, 0] = np.where(astern[own], before, FAR)
        rests[at, 1] = np.where(ahead[own], graph.cost[own] - before, FAR)
        return Homes(ends, rests, self.costs.access(positions.access_m), row, place, offset)

    def places(self, bits: int) -> Places:
        """Give the homes as the kernels take them."""
        return self.homes.places(bits)

    @cached_property
    def members(self) -> tuple[Int32s, Int32s]:
        """The segments of each chain, in their order, as sparse rows."""
        graph = self.graph
        used = np.flatnonzero(graph.chain >= 0)
        used = used[np.argsort(graph.place[used], kind="stable")]
        return _rows(graph.chain[used], used.astype(np.int32), len(graph.cost))

    @cached_property
    def slots(self) -> tuple[Int32s, Int32s]:
        """Which arcs chains stand for: ``(2, n_chains)`` ahead and astern, -1 for none.

        Of the arcs of the search, and turned round. Two with the same ends and cost may stand for each other.
        """
        return self._slots(self.arcs[0], *self.leaving[::-1]), self._slots(self.arcs[1], *self.leaving)

    def _slots(self, arcs: SparseRows, ahead: Bools, astern: Bools) -> Int32s:
        graph, n = self.graph, len(self.graph.cost)
        side = np.concatenate([np.flatnonzero(ahead), n + np.flatnonzero(astern)])
        ends = np.concatenate([graph.tail, graph.head]), np.concatenate([graph.head, graph.tail])
        order = np.lexsort([graph.cost[side % max(n, 1)], ends[1][side], ends[0][side]])
        found = np.full(2 * n, -1, np.int32)
        found[side[order]] = np.arange(len(arcs[1]), dtype=np.int32)
        return found.reshape(2, n)


def ranges(first: Int64s | Int32s, last: Int64s | Int32s) -> Int64s:
    """Give the numbers from each first up to its last, one after the other."""
    count = last - first
    return np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())


def _rows_of(arcs: Arcs) -> SparseRows:
    return arcs.start, arcs.head, arcs.cost


def _rows(key: Int32s, item: Int32s, n: int) -> tuple[Int32s, Int32s]:
    """Lay items out in rows by their keys."""
    row = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(key, minlength=n), out=row[1:])
    return row, item[np.argsort(key, kind="stable")]
