"""Ways to the nearest facility from every junction, in three made cities and the middle of a real one.

Ours tell which facility it is, and the second and third nearest if asked; of the peers, some tell the cost
alone. Beside them one streaming pass over the roads: no search can do with less. Seconds are CPU seconds of
the search alone, the median of several; what a peer builds before is not counted. In the real town the
facilities stand elsewhere in each search.
"""

import json
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import numba
import numpy as np
from city import (  # type: ignore[import-not-found]  # beside this program, in a folder that is no package
    EXTRACT,
    SIDES,
    Town,
    extract,
    extract_file,
    made_city,
    town,
)
from peers import PEERS, Search  # type: ignore[import-not-found]  # as above
from scipy.sparse.csgraph import dijkstra

from gis_service.analysis.kernels import FAR, nearest_ways
from gis_service.types import Floats, Int32s, Int64s

TIMES, LONG_ENOUGH_S, BITS = 5, 0.05, 8
FACILITIES, FACILITIES_OF_EXTRACT = 200, 20
MOVES = 15
"""How often the facilities of the extract move: a processor learns so small a search by heart, which no study
asks twice in a row, and would be measured at that."""
ROUNDING_MS = {"pandana": 20.0}
"""Of peers that do not count in whole milliseconds."""


def prepare(folder: Path) -> None:
    """Make the towns once, with what scipy says."""
    for part, side in SIDES.items():
        town(*made_city(side).contracted(), FACILITIES).save(folder / f"{part}.npz")
    if extract_file().exists():
        town(*extract(extract_file()), FACILITIES_OF_EXTRACT).save(folder / f"{EXTRACT}.npz")


def ours(asked: Town, k: int) -> Int64s:
    """Ways to the k nearest facilities: cost and name in one number."""
    number = np.arange(len(asked.facility), dtype=np.int32)
    arcs, seeds = (asked.start, asked.head, asked.cost), (asked.facility, number.astype(np.int64))
    return nearest_ways(arcs, seeds, number, BITS, k, FAR)


@numba.njit(nogil=True)
def one_pass(start: Int32s, head: Int32s, cost: Int32s) -> int:
    """Read every road once, and do nothing with it."""
    total = 0
    for node in range(len(start) - 1):
        for arc in range(start[node], start[node + 1]):
            total += head[arc] ^ cost[arc]
    return total


@numba.njit(nogil=True)
def one_gathering_pass(start: Int32s, head: Int32s, cost: Int32s, known: Int64s) -> int:
    """Read every road once, and a number of the junction that it leads to."""
    total = 0
    for node in range(len(start) - 1):
        for arc in range(start[node], start[node + 1]):
            total += known[head[arc]] ^ cost[arc]
    return total


def cpu_s(search: Callable[[], object]) -> float:
    """Give the median of several runs; short ones are run several times each."""
    search()
    begin = time.process_time()
    search()
    rounds = max(1, int(LONG_ENOUGH_S / max(time.process_time() - begin, 1e-6)))
    spent = []
    for _ in range(TIMES):
        begin = time.process_time()
        for _ in range(rounds):
            search()
        spent.append((time.process_time() - begin) / rounds)
    return float(np.median(spent))


def whole_matrix(asked: Town, k: int) -> Floats:
    """Costs of the k nearest by as many searches as there are facilities."""
    return np.sort(dijkstra(asked.matrix(), indices=asked.facility), axis=0)[:k]


def require_equal(name: str, asked: Town, found: Floats) -> None:
    """End the run when a way answers otherwise than scipy."""
    expected = np.where(asked.nearest < 0, np.inf, asked.nearest)
    both = np.isfinite(expected)
    apart = np.abs(found[both] - expected[both]).max(initial=0)
    if (np.isfinite(found) != both).any() or apart > ROUNDING_MS.get(name, 0):
        raise SystemExit(f"{name} and scipy differ by {apart:g} ms")


def our_search(name: str, part: str, asked: Town) -> Search:
    """Give our search, once its answers are known to be right."""
    k = OURS[name]
    ways = ours(asked, k)
    cost = np.where(ways < FAR, ways >> BITS, np.inf)
    require_equal(name, asked, cost[0])
    if k > 1 and part in MATRIX_FITS and not np.array_equal(cost, whole_matrix(asked, k)):
        raise SystemExit(f"{name} and scipy differ")
    return lambda: ours(asked, k)


def search_of(name: str, part: str, asked: Town) -> Search:
    """Give the search of one way."""
    arcs = asked.start, asked.head, asked.cost
    if name in OURS:
        return our_search(name, part, asked)
    if name == "one pass":
        return lambda: one_pass(*arcs)
    if name == "one pass, gathering":
        return lambda: one_gathering_pass(*arcs, asked.nearest)
    search = PEERS[name](asked)
    require_equal(name, asked, search())
    return search


OURS = {"ours": 1, "ours, two nearest": 2, "ours, three nearest": 3}
MATRIX_FITS = (next(iter(SIDES)), EXTRACT)
"""Where the costs of all facilities from everywhere fit into memory."""


def main(way: str, folder: Path) -> None:
    """Run one way several times and tell the median; the answers must be those of scipy."""
    if way == "prepare":
        prepare(folder)
        return
    part, _, name = way.partition(": ")
    file = folder / f"{part}.npz"
    if not file.exists():
        told = {"seconds": float("nan"), "done": 0, "note": "the extract is not there: set GIS_SHARED_DATA"}
        print(json.dumps(told))
        return
    asked = Town.load(file)
    towns = [asked, *(asked.moved(seed) for seed in range(3, 3 + MOVES))] if part == EXTRACT else [asked]
    in_turn = cycle([search_of(name, part, one) for one in towns])

    def search() -> object:
        return next(in_turn)()

    seconds = cpu_s(search)
    print()  # a peer may leave a line of its own unfinished
    print(json.dumps({"seconds": seconds, "done": len(asked.head)}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
