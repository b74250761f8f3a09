"""Ways to floating catchments: the pairs of 200 facilities and 100,000 homes, and what is shared over them.

Made cities of 0.1, 0.5 and 2 million directed roads, 30 minutes in three bands; and as many homes and 20
facilities on foot in the middle of a real one. Sharing starts from the same pairs in
all ways; every peer must agree with ours to 1e-12. Beside them one streaming pass over the pairs. Seconds are
CPU seconds of the question alone, the median of several.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numba
import numpy as np
from city import (  # type: ignore[import-not-found]  # beside this program, no package
    EXTRACT,
    SIDES,
    extract,
    extract_file,
    made_city,
)
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis_service.analysis.floating_catchments import balanced_catchments, floating_catchments, thirds
from gis_service.analysis.graph import Graph
from gis_service.analysis.modes import Costs
from gis_service.analysis.pairs import Pairs, network_pairs
from gis_service.analysis.snap import Positions
from gis_service.types import Floats, Int32s, Int64s

HOMES, TIMES = 100_000, 5
FACILITIES = {**dict.fromkeys(SIDES, 200), EXTRACT: 20}
"""Of the made cities, and of the real town."""
LIMIT_MS = 30 * 60 * 1000
NEAR_ENOUGH = 1e-12

Place: TypeAlias = tuple[Graph, Costs, Positions, Positions]
Shared: TypeAlias = tuple[Pairs, Int64s, Floats]


def city(town: str) -> Place:
    """Make a town with homes and facilities anywhere along its roads."""
    graph: Graph = (extract(extract_file()) if town == EXTRACT else made_city(SIDES[town]).contracted())[0]
    rng, used = np.random.default_rng(3), np.flatnonzero(graph.chain >= 0).astype(np.int32)

    def along_roads(n: int) -> Positions:
        return Positions(rng.choice(used, n), rng.random(n), rng.uniform(0, 30, n), np.zeros((n, 2)))

    one = np.ones(len(graph.chain), np.int64)
    return graph, Costs(one, one, one > 0, 10.0), along_roads(HOMES), along_roads(FACILITIES[town])


def pairs_of(place: Place) -> Pairs:
    """Find who is within the limit of which facility."""
    graph, costs, homes, facilities = place
    return network_pairs(graph, costs, homes, facilities, limit=LIMIT_MS)


def scipy_pairs(place: Place) -> int:
    """Find the junctions within the limit of the junction next to each facility: no homes, no positions."""
    graph, _, _, facilities = place
    arcs, n = graph.reverse, graph.n_nodes
    roads = csr_array((arcs.cost.astype(float), arcs.head, arcs.start), shape=(n, n))
    found = 0
    for node in graph.tail[graph.chain[facilities.segment]].tolist():
        found += int(np.isfinite(dijkstra(roads, indices=node, limit=LIMIT_MS)).sum())
    return found


def prepare(folder: Path) -> None:
    """Write down the pairs, who lives there, what is offered, and what we make of it."""
    for town, facilities in FACILITIES.items():
        if town == EXTRACT and not extract_file().exists():
            continue
        pairs, rng = pairs_of(city(town)), np.random.default_rng(4)
        people, capacity = rng.integers(500, 9000, HOMES), rng.integers(1, 50, facilities).astype(float)
        np.savez(
            folder / f"{town}.npz",
            start=pairs.start,
            home=pairs.home,
            cost=pairs.cost,
            people=people,
            capacity=capacity,
            ours=shares((pairs, people, capacity)),
        )


@numba.njit(nogil=True)
def one_pass(home: Int32s, cost: Int32s) -> int:
    """Read every pair once, and do nothing with it."""
    total = 0
    for pair in range(len(home)):
        total += home[pair] ^ cost[pair]
    return total


def shares(shared: Shared) -> Floats:
    """Share capacities out over given pairs."""
    return floating_catchments(*shared, thirds(LIMIT_MS)).accessibility


def balanced(shared: Shared) -> Floats:
    """Share them out so that nobody is counted twice."""
    return balanced_catchments(*shared, thirds(LIMIT_MS)).accessibility


def numpy_shares(shared: Shared) -> Floats:
    """Share them out with numpy alone."""
    pairs, people, capacity = shared
    decay = thirds(LIMIT_MS)
    weight = decay.weights[np.searchsorted(decay.limits, pairs.cost)]
    facility = pairs.facility
    demand = np.bincount(facility, weight * people[pairs.home], len(capacity)) / 1000
    found: Floats = np.zeros(HOMES)
    found += np.bincount(pairs.home, weight * (capacity / demand)[facility], HOMES)
    return found


def access_shares(shared: Shared) -> Floats:
    """Share them out with PySAL's `access`."""
    import pandas as pd  # noqa: PLC0415  as below
    from access import Access  # noqa: PLC0415  a peer of the bench set

    pairs, people, capacity = shared
    asked = Access(
        demand_df=pd.DataFrame({"home": np.arange(HOMES), "people": people / 1000}),
        demand_index="home",
        demand_value="people",
        supply_df=pd.DataFrame({"facility": np.arange(len(capacity)), "capacity": capacity}),
        supply_index="facility",
        supply_value="capacity",
        cost_df=pd.DataFrame(
            {
                "home": pairs.home.astype(np.int64),
                "facility": pairs.facility.astype(np.int64),
                "minutes": pairs.cost / 60_000,
            }
        ),
        cost_origin="home",
        cost_dest="facility",
        cost_name="minutes",
    )
    begin = time.process_time()
    found = asked.enhanced_two_stage_fca(name="shares", max_cost=LIMIT_MS / 60_000)
    SPENT.append(time.process_time() - begin)
    told: Floats = found["shares_capacity"].reindex(np.arange(HOMES)).fillna(0.0).to_numpy()
    return told


SPENT: list[float] = []
"""CPU seconds of the question alone, where a peer has to build its tables first."""
SHARES: dict[str, Callable[[Shared], Floats]] = {
    "shares: ours": shares,
    "shares: numpy": numpy_shares,
    "shares: access": access_shares,
    "balanced: ours": balanced,
}


PAIRS: dict[str, Callable[[Place], object]] = {"pairs: ours": pairs_of, "pairs: scipy": scipy_pairs}


def main(way: str, folder: Path) -> None:
    """Run one way several times and tell the median CPU time."""
    if way == "prepare":
        prepare(folder)
        return
    town, _, way = way.partition(", ")
    if not (folder / f"{town}.npz").exists():
        told = {"seconds": float("nan"), "done": 0, "note": "the extract is not there: set GIS_SHARED_DATA"}
        print(json.dumps(told))
        return
    if way in PAIRS:
        place = city(town)
        seconds = timed(lambda: PAIRS[way](place), 3)
        note = "junctions alone, none of the homes" if way.endswith("scipy") else f"{HOMES:,} homes"
        print(json.dumps({"seconds": seconds, "done": FACILITIES[town], "note": note}))
        return
    with np.load(folder / f"{town}.npz") as kept:
        pairs = Pairs(kept["start"], kept["home"], kept["cost"])
        shared, expected = (pairs, kept["people"], kept["capacity"]), kept["ours"]
    if way.endswith("one pass"):
        one_pass(pairs.home, pairs.cost)  # compiles
        seconds = timed(lambda: one_pass(pairs.home, pairs.cost), TIMES)
        print(json.dumps({"seconds": seconds, "done": len(pairs.home)}))
        return
    share, note = SHARES[way], ""
    found = share(shared)
    if way.startswith("shares"):
        apart = np.abs(found - expected).max() / expected.max()
        note = f"{apart:.0e} apart"
        if apart > NEAR_ENOUGH:
            raise SystemExit(f"{way} and ours are {note}")
    seconds = timed(lambda: share(shared), 3 if way == "shares: access" else TIMES)
    print(json.dumps({"seconds": seconds, "done": len(pairs.home), "note": note}))


def timed(ask: Callable[[], object], times: int) -> float:
    """Ask several times and give the median CPU seconds."""
    spent = []
    for _ in range(times):
        SPENT.clear()
        begin = time.process_time()
        ask()
        spent.append(SPENT[0] if SPENT else time.process_time() - begin)
    return float(np.median(spent))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
