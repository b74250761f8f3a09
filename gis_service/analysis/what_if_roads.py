"""What if roads closed, opened again, or were slower or quicker: what of a prepared state says so.

Chains stay what they are. One that holds a closed segment is no way from end to end any more, and a home on
it still has those ends that it comes to without passing there.
"""

from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.kernels import CLOSED
from gis_service.analysis.modes import require_cost
from gis_service.analysis.snap import Positions
from gis_service.analysis.starts import Numbers, Overwritten, put
from gis_service.analysis.what_if_ground import Ground, ranges
from gis_service.types import Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Moves:
    """Homes that join other roads than before.

    Parameters
    ----------
    rows
        ``(n,)`` homes as they were given; each once.
    positions
        Where they stand now, ``no_road`` among them.
    """

    rows: Int64s
    positions: Positions


@dataclass(frozen=True, slots=True)
class ArcChange:
    """Arcs of the search that cost something else: from ``source`` to ``target``.

    Parameters
    ----------
    slots
        Their places in the arcs of the search, and in those turned round.
    before, now
        ms or mm, `CLOSED` or more where there is no way.
    """

    slots: tuple[Int32s, Int32s]
    source: Int32s
    target: Int32s
    before: Int64s
    now: Int64s

    def take(self, rows: Int64s) -> "ArcChange":
        """Give some of them."""
        search, turned = self.slots
        slots = (search[rows], turned[rows])
        return ArcChange(slots, self.source[rows], self.target[rows], self.before[rows], self.now[rows])


class RoadsNow:
    """What roads cost in one state, and where homes stand on them: its own copy of what edits change.

    Parameters
    ----------
    ground
        As it is before any edit.
    bits
        That hold the facility of a way.

    Attributes
    ----------
    graph
        With the costs of now; a closed segment costs `CLOSED`.
    arcs
        As of `Ground`, with the costs of now; that of a closed chain leads back to where it begins.
    places
        Homes as the kernels take them.
    moved
        Rows of the homes that join another road than before any edit.
    reach, total
        The costliest arc, and what all open segments cost together.
    """

    def __init__(self, ground: Ground, bits: int) -> None:
        graph = ground.graph
        self._ground, self._bits = ground, bits
        own = {name: getattr(graph, name).copy() for name in ("before", "segment_cost", "cost")}
        self.graph = replace(graph, **own)
        search, turned = ((row, head.copy(), cost.copy()) for row, head, cost in ground.arcs)
        self.arcs = (search, turned)
        self._segment, self._fraction = ground.positions.segment.copy(), ground.positions.fraction.copy()
        self._access_m = ground.positions.access_m.copy()
        self.places = deepcopy(ground.places(bits))
        self.moved = np.empty(0, np.int32)
        self.reach, self.total = ground.reach, int(graph.cost.sum())

    def fork(self) -> "RoadsNow":
        """Give an equal copy that is edited by itself."""
        return deepcopy(self, {id(self._ground): self._ground})

    def price(self, segments: Int64s, cost: Int64s) -> tuple[list[Overwritten], ArcChange]:
        """Write what segments cost into their chains; tell what was overwritten, and the arcs that follow.

        Raises
        ------
        WrongUse
            ``road_cost_too_large`` when an open chain costs more than an arc can hold.
        """
        graph, (row, item) = self.graph, self._ground.members
        chains = np.unique(graph.chain[segments]).astype(np.int64)
        members, count = item[ranges(row[chains], row[chains + 1])], row[chains + 1] - row[chains]
        was, before = graph.segment_cost[segments], graph.cost[chains]
        self.total += int(cost[cost < CLOSED].sum()) - int(was[was < CLOSED].sum())
        done = [put(graph.segment_cost, segments, cost)]
        running = np.append(0, np.cumsum(graph.segment_cost[members]))
        last = np.cumsum(count)
        start = running[last - count]
        done.append(put(graph.before, members, running[:-1] - np.repeat(start, count)))
        now = running[last] - start
        largest = int(now[now < CLOSED].max(initial=0))
        require_cost(float(largest))
        self.reach = max(self.reach, largest)
        done.append(put(graph.cost, chains, now))
        return done, self._arcs_of(chains, before, now)

    def _arcs_of(self, chains: Int64s, before: Int64s, now: Int64s) -> ArcChange:
        graph, (search, turned) = self.graph, self._ground.slots
        slots = (search[:, chains].ravel(), turned[::-1, chains].ravel())
        tail, head = graph.tail[chains], graph.head[chains]
        source, target = np.append(tail, head), np.append(head, tail)
        found = ArcChange(slots, source, target, np.tile(before, 2), np.tile(now, 2))
        return found.take(np.flatnonzero(slots[0] >= 0))

    def write(self, arcs: ArcChange) -> list[Overwritten]:
        """Write what arcs cost now, in both directions; tell what was overwritten."""
        closed = arcs.now >= CLOSED
        cost = np.where(closed, 0, arcs.now).astype(np.int32)
        done = []
        ends = ((arcs.source, arcs.target), (arcs.target, arcs.source))
        for (_, head, at_cost), slot, (source, target) in zip(self.arcs, arcs.slots, ends, strict=True):
            done.append(put(head, slot, np.where(closed, source, target)))
            done.append(put(at_cost, slot, cost))
        return done

    def stand_again(self, chains: Int64s, moves: Moves | None) -> tuple[list[Overwritten], Int32s]:
        """Give the homes on some chains, and those that moved, their places of now.

        Returns what was overwritten, and the homes.
        """
        ground, done = self._ground, []
        homes = self._homes_on(chains)
        if moves is not None:
            rows, there = ground.row_of[moves.rows], moves.positions
            done.append(put(self._segment, rows, there.segment))
            done.append(put(self._fraction, rows, there.fraction))
            done.append(put(self._access_m, rows, there.access_m))
            known = np.union1d(self.moved, rows)
            self.moved = known[self._segment[known] != ground.positions.segment[known]].astype(np.int32)
            homes = np.union1d(homes, rows).astype(np.int32)
        nowhere = np.full((len(homes), 2), np.nan)
        here = Positions(self._segment[homes], self._fraction[homes], self._access_m[homes], nowhere)
        found = ground.stand(here, self.graph).places(self._bits)
        pairs: list[tuple[Numbers, Numbers]] = list(zip(self.places, found, strict=True))
        done += [put(array, homes, values) for array, values in pairs]
        return done, homes

    def _homes_on(self, chains: Int64s) -> Int32s:
        ground = self._ground
        own = ground.homes.row[: ground.n_joined]
        rows = np.sort(ground.chain_row[chains])
        stayed = ranges(np.searchsorted(own, rows), np.searchsorted(own, rows, "right"))
        moved = self.moved[self._segment[self.moved] >= 0]
        here = moved[np.isin(self.graph.chain[self._segment[moved]], chains)]
        return np.append(np.setdiff1d(stayed, self.moved), here).astype(np.int32)
