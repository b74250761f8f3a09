"""Pairs of facilities and homes within a limit: which homes each facility reaches, and at what cost.

Catchments and siting stand on these. One bounded search per facility over the contracted graph; every cost is
that of the same home and the same facility in ``network_field``, whole number by whole number.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from gis_service.analysis.field import UNREACHED, Direction, penalties
from gis_service.analysis.graph import Graph
from gis_service.analysis.kernels.pairs import BLOCK, NONE, Homes, Starts, pairs_within
from gis_service.analysis.modes import LARGEST_COST, MM_PER_M, Costs, half_up
from gis_service.analysis.snap import Positions
from gis_service.errors import ErrorCode, WrongUse
from gis_service.types import Bools, Floats, Int32s, Int64s

LARGEST_LIMIT = LARGEST_COST - 1
"""Greatest limit of a search, ms or mm: costs of pairs have 32 bits, the last of which means none."""
MAX_PAIRS = 100_000_000
"""Pairs that one answer may hold: 8 bytes each, and as much again while they are gathered."""
Found: TypeAlias = tuple[Int64s, Int32s, Int32s]
"""Start, home and cost of the pairs of some facilities."""
_PARTS_PER_CORE = 4
"""Facilities are handed out in so many parts per core, so that no core waits long for the last one."""
_SMALLEST_PART = 8
"""Facilities of a part: each part makes arrays of the size of the city."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Homes within the limit of each facility, as sparse rows: ``start[j]:start[j + 1]``.

    Parameters
    ----------
    start
        ``(n_facilities + 1,)``.
    home
        ``(n_pairs,)`` row of the home, ascending within a facility.
    cost
        ``(n_pairs,)`` ms or mm, access on both ends, turn-out and penalty included. In 32 bits:
        widen it before sums.
    """

    start: Int64s
    home: Int32s
    cost: Int32s

    @property
    def n_facilities(self) -> int:
        """Number of facilities, with or without a home in reach."""
        return len(self.start) - 1

    @property
    def facility(self) -> Int32s:
        """``(n_pairs,)`` row of the facility."""
        rows = np.arange(self.n_facilities, dtype=np.int32)
        facility: Int32s = np.repeat(rows, np.diff(self.start))
        return facility

    def where(self, kept: Bools) -> "Pairs":
        """Give some of the pairs: those where ``(n_pairs,)`` is true."""
        upto = np.concatenate([[0], np.cumsum(kept)])
        return Pairs(upto[self.start], self.home[kept], self.cost[kept])

    def of_owners(self, owner: Int64s) -> "Pairs":
        """Make the entrances of a facility one: a home comes in by the nearest.

        Parameters
        ----------
        owner
            ``(n_facilities,)`` facility that each row is an entrance of, counted from 0.
        """
        if np.array_equal(owner, np.arange(len(owner))):
            return self
        order = np.argsort(owner, kind="stable")
        n = int(owner.max(initial=-1)) + 1
        first = np.searchsorted(owner[order], np.arange(n + 1))
        parts = [self._entrances(order[low:high]) for low, high in pairwise(first.tolist())]
        sizes = [len(home) for home, _ in parts]
        home, cost = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Pairs(np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]), home, cost)

    def _entrances(self, rows: Int64s) -> tuple[Int32s, Int32s]:
        """Give the homes around some rows, each once, at its least cost."""
        spans = [slice(self.start[row], self.start[row + 1]) for row in rows.tolist()]
        if len(spans) == 1:
            return self.home[spans[0]], self.cost[spans[0]]
        home = np.concatenate([self.home[:0], *(self.home[span] for span in spans)])
        cost = np.concatenate([self.cost[:0], *(self.cost[span] for span in spans)])
        order = np.lexsort((cost, home))
        home, first = np.unique(home[order], return_index=True)
        return home, cost[order][first]


def network_pairs(  # noqa: PLR0913  as of network_field
    graph: Graph,
    costs: Costs,
    homes: Positions,
    facilities: Positions,
    *,
    limit: int,
    direction: Direction = "to_facility",
    turnout: int = 0,
    penalty: Int64s | None = None,
    most: int = MAX_PAIRS,
) -> Pairs:
    """Find the homes within the limit of each facility by way of the network.

    Parameters
    ----------
    graph, costs
        Contracted graph of one mode, and its costs.
    homes, facilities
        Positions on the network; those without a road are in no pair.
    limit
        Greatest cost of a pair, ms or mm; exactly at the limit is within.
    direction
        ``from_facility`` for those who are driven to.
    turnout
        Added to every cost, ms.
    penalty
        ``(n_facilities,)`` added to the costs of each facility alone; None is nothing.
    most
        Pairs that the caller can hold.

    Returns
    -------
    Pairs
        The least of the costs of each home is that of ``network_field``, where it is within the limit.

    Raises
    ------
    WrongUse
        ``wrong_argument`` when the limit is negative or beyond 32 bits, or for a penalty below 0 or not one
        for each facility; ``pairs_too_many``.
    """
    _require_limit(limit)
    to = direction == "to_facility"
    arcs = graph.reverse if to else graph.onward
    ways = (graph.forward, graph.backward) if to else (graph.backward, graph.forward)
    residents, span = _residents(graph, homes, costs.access(homes.access_m), limit, ways)
    placed = np.flatnonzero(facilities.segment >= 0)
    started = costs.access(facilities.access_m) + penalties(penalty, len(facilities.segment))
    before = started[placed] + turnout
    starts = _starts(graph, facilities.take(placed), before, ways, span)
    roads, doors = (arcs.start, arcs.head, arcs.cost), _doors(graph.n_nodes, residents)
    left = np.array([most], np.int64)

    def search(part: tuple[int, int]) -> Found:
        found: Found = pairs_within(part, roads, starts, residents, doors, len(homes.segment), limit, left)
        return found

    # Searches of different facilities share nothing, so the cores may have them in any order.
    cores = len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(cores) as pool:
        found = list(pool.map(search, _parts(len(placed), cores * _PARTS_PER_CORE)))
    # Two cores that count down at once may miss a part of it, so the sum decides.
    if left[0] < 0 or sum(len(home) for _, home, _ in found) > most:
        raise _too_many(most, limit)
    return _joined(found, placed, len(facilities.segment))


def straight_pairs(home_xy: Floats, facility_xy: Floats, *, limit: int, most: int = MAX_PAIRS) -> Pairs:
    """Find the homes within the limit of each facility as the crow flies.

    Parameters
    ----------
    home_xy, facility_xy
        ``(n, 2)`` in the same metric CRS.
    limit
        Greatest distance of a pair, mm.
    most
        Pairs that the caller can hold.

    Returns
    -------
    Pairs
        Costs in whole millimetres, rounded half up, as of ``straight_field``.

    Raises
    ------
    WrongUse
        As `network_pairs`.
    """
    _require_limit(limit)
    order = np.argsort(home_xy[:, 0], kind="stable").astype(np.int32)
    x, y = home_xy[order].T
    margin = (limit + 1) / MM_PER_M
    low = np.searchsorted(x, facility_xy[:, 0] - margin, side="left")
    high = np.searchsorted(x, facility_xy[:, 0] + margin, side="right")
    found, n = [], 0
    for j, (east, north) in enumerate(facility_xy):
        stripe = slice(low[j], high[j])
        cost = half_up(np.hypot(x[stripe] - east, y[stripe] - north) * MM_PER_M)
        near = np.flatnonzero(cost <= limit)
        near = near[np.argsort(order[stripe][near])]
        n += len(near)
        if n > most:
            raise _too_many(most, limit)
        row = np.array([0, len(near)], np.int64)
        found.append((row, order[stripe][near], cost[near].astype(np.int32)))
    return _joined(found, np.arange(len(facility_xy)), len(facility_xy))


def _require_limit(limit: int) -> None:
    if not 0 <= limit <= LARGEST_LIMIT:
        expected = f"0 … {LARGEST_LIMIT}"
        raise WrongUse(ErrorCode.WRONG_ARGUMENT, name="limit", value=limit, expected=expected)


def _too_many(most: int, limit: int) -> WrongUse:
    return WrongUse(ErrorCode.PAIRS_TOO_MANY, most=most, limit=limit)


def _starts(
    graph: Graph, facilities: Positions, before: Int64s, ways: tuple[Bools, Bools], span: Int64s
) -> Starts:
    """Say where each facility stands, what coming to it costs, and which homes are on its own chain.

    ``ways`` tells which chains lead ahead and astern; ``span`` is (2, n_chains), the first and one past the
    last of the homes on each.
    """
    chain = graph.chain[facilities.segment]
    offset = graph.offset(facilities.segment, facilities.fraction)
    ahead, astern = ways[0][chain], ways[1][chain]
    return (
        # One comes to the facility ahead from the tail of its chain, astern from the head.
        graph.tail[chain],
        graph.head[chain],
        np.where(ahead, before + offset, UNREACHED),
        np.where(astern, before + graph.cost[chain] - offset, UNREACHED),
        graph.place[facilities.segment],
        offset,
        before,
        ahead,
        astern,
        span[0][chain],
        span[1][chain],
    )


def _residents(
    graph: Graph, homes: Positions, access: Int64s, limit: int, ways: tuple[Bools, Bools]
) -> tuple[Homes, Int64s]:
    """Lay the homes out in the order of the junctions at their chains' tails; say which are on each chain."""
    placed = np.flatnonzero((homes.segment >= 0) & (access <= limit))
    segment = homes.segment[placed]
    chain, offset = graph.chain[segment], graph.offset(segment, homes.fraction[placed])
    rank = np.empty(len(graph.tail), np.int64)
    rank[np.argsort(graph.tail, kind="stable")] = np.arange(len(graph.tail))
    order = np.argsort(rank[chain], kind="stable")
    placed, segment, chain, offset = placed[order], segment[order], chain[order], offset[order]
    paid = access[placed]
    first = np.concatenate([[0], np.cumsum(np.bincount(rank[chain], minlength=len(rank)))])
    span = np.stack([first[rank], first[rank + 1]])
    columns = (
        graph.tail[chain],
        graph.head[chain],
        # One leaves ahead for the head of the chain, astern for its tail.
        _capped(np.where(ways[1][chain], paid + offset, NONE), limit),
        _capped(np.where(ways[0][chain], paid + graph.cost[chain] - offset, NONE), limit),
        placed.astype(np.int32),
        graph.place[segment],
        offset,
        paid,
    )
    return columns, span


def _capped(cost: Int64s, limit: int) -> Int32s:
    return np.where(cost <= limit, cost, NONE).astype(np.int32)


def _doors(n_nodes: int, homes: Homes) -> tuple[Int64s, Int32s]:
    """List at each junction the blocks of homes that can be left by way of it, each once."""
    tail, head, by_tail, by_head, *_ = homes
    block = np.arange(len(tail), dtype=np.int64) // BLOCK
    node = np.concatenate([tail[by_tail < NONE], head[by_head < NONE]]).astype(np.int64)
    blocks = np.concatenate([block[by_tail < NONE], block[by_head < NONE]])
    many = len(tail) // BLOCK + 1
    both = np.unique(node * many + blocks)
    start = np.zeros(n_nodes + 1, np.int64)
    np.cumsum(np.bincount(both // many, minlength=n_nodes), out=start[1:])
    return start, (both % many).astype(np.int32)


def _parts(n: int, count: int) -> Iterator[tuple[int, int]]:
    size = max(_SMALLEST_PART, -(-n // count))
    return ((low, min(low + size, n)) for low in range(0, n, size))


def _joined(found: list[Found], facility: Int64s, n_facilities: int) -> Pairs:
    """Join the pairs of the parts, letting go of each part as it is taken over."""
    start = np.zeros(n_facilities + 1, np.int64)
    start[facility + 1] = np.concatenate([np.empty(0, np.int64), *(np.diff(row) for row, _, _ in found)])
    np.cumsum(start, out=start)
    home, cost = np.empty(start[-1], np.int32), np.empty(start[-1], np.int32)
    n = 0
    found.reverse()
    while found:
        _, part, paid = found.pop()
        home[n : n + len(part)], cost[n : n + len(part)] = part, paid
        n += len(part)
    return Pairs(start, home, cost)
