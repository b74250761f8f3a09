"""The searches equal a plain reading on small random graphs with so few costs that ties are everywhere."""

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_service.analysis.kernels import FAR, nearest_at, nearest_ways
from gis_service.types import Int32s, Int64s

Arcs = tuple[Int32s, Int32s, Int32s]
BITS = 3
Way = tuple[int, int]


@dataclass(frozen=True)
class Town:
    n: int
    roads: list[tuple[int, int, int]]
    """Tail, head, cost."""
    seeds: list[tuple[int, int, int]]
    """Node, cost, facility."""
    site: tuple[int, ...]

    def arcs(self) -> Arcs:
        roads = np.array(sorted(self.roads), np.int32).reshape(-1, 3)
        row = np.searchsorted(roads[:, 0], np.arange(self.n + 1)).astype(np.int32)
        return row, np.ascontiguousarray(roads[:, 1]), np.ascontiguousarray(roads[:, 2])

    def beginnings(self) -> tuple[Int32s, Int64s]:
        node = np.array([seed[0] for seed in self.seeds], np.int32)
        return node, np.array([cost << BITS | facility for _, cost, facility in self.seeds], np.int64)

    def read(self, ways: Int64s) -> list[list[Way]]:
        """For each node its ways as cost and facility."""
        return [[(int(way) >> BITS, int(way) & 7) for way in node if way < FAR] for node in ways.T]

    def plain(self) -> list[dict[int, int]]:
        """For each node the cost of every facility: over all roads again until nothing changes."""
        known: list[dict[int, int]] = [{} for _ in range(self.n)]
        for node, cost, facility in self.seeds:
            known[node][facility] = min(cost, known[node].get(facility, cost))
        changed = True
        while changed:
            changed = False
            for tail, head, more in self.roads:
                for facility, cost in known[tail].items():
                    if cost + more < known[head].get(facility, math.inf):
                        known[head][facility] = cost + more
                        changed = True
        return known

    def expected(self, k: int, limit: int | None = None) -> list[list[Way]]:
        """For each node the k first of different sites, by cost, then facility."""
        answers = []
        for known in self.plain():
            chosen: list[Way] = []
            for cost, facility in sorted((cost, facility) for facility, cost in known.items()):
                if self.site[facility] not in {self.site[other] for _, other in chosen}:
                    chosen.append((cost, facility))
            answers.append([way for way in chosen[:k] if limit is None or way[0] <= limit])
        return answers


@st.composite
def towns(draw: st.DrawFn, costs: st.SearchStrategy[int]) -> Town:
    n = draw(st.integers(1, 12))
    node = st.integers(0, n - 1)
    roads = draw(st.lists(st.tuples(node, node, costs), max_size=40))
    seeds = draw(st.lists(st.tuples(node, costs, st.integers(0, 7)), max_size=8))
    return Town(n, roads, seeds, draw(st.tuples(*[st.integers(0, 4)] * 8)))


few_costs, all_costs = st.integers(0, 3), st.sampled_from([0, 1, 1023, 1024, 5000, 10**6, 2**31 - 1])
towns_of_all_kinds = st.one_of(towns(few_costs), towns(all_costs))
many = settings(max_examples=max(200, settings().max_examples))


@many
@given(town=towns_of_all_kinds, k=st.integers(1, 5))
def test_the_k_nearest_of_different_sites_equal_the_plain_reading(town: Town, k: int) -> None:
    site = np.array(town.site, np.int32)
    ways = nearest_ways(town.arcs(), town.beginnings(), site, BITS, k, FAR)
    assert town.read(ways) == town.expected(k)


@many
@given(
    town=towns_of_all_kinds, k=st.integers(1, 3), limit=st.sampled_from([0, 1, 2, 4, 1024, 5001, 2 * 10**6])
)
def test_a_limit_cuts_the_ways_off_and_changes_nothing_below_it(town: Town, k: int, limit: int) -> None:
    site, longest = np.array(town.site, np.int32), ((limit + 1) << BITS) - 1
    ways = nearest_ways(town.arcs(), town.beginnings(), site, BITS, k, longest)
    assert town.read(ways) == town.expected(k, limit)


@many
@given(town=towns_of_all_kinds, chosen=st.sets(st.integers(0, 11)))
def test_the_search_that_stops_early_knows_what_was_wanted(town: Town, chosen: set[int]) -> None:
    wanted = np.isin(np.arange(town.n), list(chosen))
    ways = nearest_at(town.arcs(), town.beginnings(), wanted, BITS)
    answers, expected = town.read(ways), town.expected(1)
    assert [answers[node] for node in np.flatnonzero(wanted)] == [
        expected[node] for node in np.flatnonzero(wanted)
    ]
