"""Where the ways to facilities begin, in lists that one facility is put into or taken out of at a time."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gis_service.analysis.beginnings import Beginnings
from gis_service.analysis.graph import Graph
from gis_service.analysis.kernels import FAR
from gis_service.types import Floats, Int32s, Int64s

_SIDES = 2
"""Most junctions that the ways to one facility begin at: the ends of its chain."""


Numbers: TypeAlias = Int32s | Int64s | Floats


@dataclass(frozen=True, slots=True)
class Overwritten:
    """Places of an array, and what stood there before."""

    array: Numbers
    at: int | Int32s | Int64s
    before: float | Numbers

    def undo(self) -> None:
        """Write it back."""
        self.array[self.at] = self.before


class Starts:
    """Stops on chains and seeds at junctions, each with the number of its facility.

    Parameters
    ----------
    graph
        Chains and junctions.
    room
        Facilities that there may be.
    chain_row
        ``(n_chains,)`` row of each chain among the stops.

    Attributes
    ----------
    stops, seeds
        As ``kernels.recount`` and ``kernels.repair`` take them.
    """

    def __init__(self, graph: Graph, room: int, chain_row: Int32s) -> None:
        self.room, self._row = room, chain_row
        # The row behind the last chain is that of homes at no road.
        first_stop, first_seed = (np.full(n, -1, np.int32) for n in (len(graph.cost) + 1, graph.n_nodes))
        self.stops = (
            first_stop,
            np.full(room, -1, np.int32),
            np.zeros(room, np.int32),
            np.zeros(room, np.int64),
            np.full(room, FAR, np.int64),
        )
        self.seeds = (first_seed, np.full(_SIDES * room, -1, np.int32), np.full(_SIDES * room, FAR, np.int64))
        self._chain = np.full(room, -1, np.int32)
        self._node = np.full(_SIDES * room, -1, np.int32)

    def fork(self) -> "Starts":
        """Give equal lists that are changed by themselves."""
        other = object.__new__(Starts)
        other.room, other._row = self.room, self._row
        first, following, place, offset, start = self.stops
        other.stops = (first.copy(), following.copy(), place.copy(), offset.copy(), start.copy())
        first_seed, next_seed, way = self.seeds
        other.seeds = (first_seed.copy(), next_seed.copy(), way.copy())
        other._chain, other._node = self._chain.copy(), self._node.copy()
        return other

    def begin(self, begun: Beginnings) -> None:
        """Put all facilities in that are there at first."""
        for at, number in enumerate(begun.placed.tolist()):
            self._link_stop(number, begun, at)
        used = np.zeros(self.room, np.int32)
        for node, way, number in zip(
            begun.node.tolist(), begun.way.tolist(), begun.facility.tolist(), strict=True
        ):
            self._link_seed(_SIDES * number + int(used[number]), node, way)
            used[number] += 1

    def link(self, number: int, begun: Beginnings) -> list[Overwritten]:
        """Put one facility in; tell what was overwritten."""
        done = self._link_stop(number, begun, 0)
        for side, (node, way) in enumerate(zip(begun.node.tolist(), begun.way.tolist(), strict=True)):
            done += self._link_seed(_SIDES * number + side, node, way)
        return done

    def unlink(self, number: int) -> list[Overwritten]:
        """Take one facility out; tell what was overwritten."""
        first, following, *_, start = self.stops
        done = _cut(first, following, int(self._row[self._chain[number]]), number)
        done += [put(start, number, FAR), put(self._chain, number, -1)]
        first_seed, next_seed, way = self.seeds
        for seed in range(_SIDES * number, _SIDES * (number + 1)):
            node = int(self._node[seed])
            if node >= 0:
                done += _cut(first_seed, next_seed, node, seed)
                done += [put(way, seed, FAR), put(self._node, seed, -1)]
        return done

    @property
    def n_standing(self) -> int:
        """How many facilities stand at a road."""
        return int(np.count_nonzero(self._chain >= 0))

    def chain_of(self, number: int) -> int:
        """Tell the chain that a facility stands on, -1 for none."""
        return int(self._chain[number])

    def seeds_of(self, number: int) -> tuple[Int32s, Int64s]:
        """Give the junctions at which ways to a facility begin, and these ways."""
        own = slice(_SIDES * number, _SIDES * (number + 1))
        there = self._node[own] >= 0
        return self._node[own][there], self.seeds[2][own][there]

    def _link_stop(self, number: int, begun: Beginnings, at: int) -> list[Overwritten]:
        first, following, place, offset, start = self.stops
        chain = int(begun.chain[at])
        row = int(self._row[chain])
        return [
            put(following, number, int(first[row])),
            put(first, row, number),
            put(place, number, int(begun.place[at])),
            put(offset, number, int(begun.offset[at])),
            put(start, number, int(begun.start_way[at])),
            put(self._chain, number, chain),
        ]

    def _link_seed(self, seed: int, node: int, way: int) -> list[Overwritten]:
        first, following, ways = self.seeds
        return [
            put(following, seed, int(first[node])),
            put(first, node, seed),
            put(ways, seed, way),
            put(self._node, seed, node),
        ]


def put(array: Numbers, at: int | Int32s | Int64s, value: float | Numbers) -> Overwritten:
    """Write to places of an array; tell what was overwritten."""
    done = Overwritten(array, at, array[at])
    array[at] = value
    return done


def _cut(first: Int32s, following: Int32s, key: int, item: int) -> list[Overwritten]:
    """Take an item out of the list of a key."""
    after = int(following[item])
    if first[key] == item:
        return [put(first, key, after)]
    before = int(first[key])
    while following[before] != item:
        before = int(following[before])
    return [put(following, before, after)]
