"""Where next: sites chosen on tables of costs, to proof, beside spopt with the solver that it brings (CBC).

*San Francisco*, *Swain* and *pmed* are published questions with known answers: another answer ends the bench.
Seconds are from the table of costs to the last answer, the model's building included. *gap 2 %* stops at that
gap, and *first* at the first answer; *10 seconds* tells the gap then. *file* reads two CSV files first.

*budget* asks for the most people that a sum of money reaches, each candidate at a cost of its own: beside the
form of the textbooks (a column for each home, a row that ties it to its candidates), given to HiGHS as it
stands. Both stop after 30 seconds, and tell their gap.
"""

import csv
import importlib
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import highspy
import numpy as np
from scipy.sparse.csgraph import floyd_warshall
from scipy.spatial import cKDTree

from gis_service.analysis.siting import Model, SitingProblem, SitingTerms, Watch, solve
from gis_service.analysis.warm import warm
from gis_service.services.site_plan import SitePlanQuestion, run_site_plan
from gis_service.settings import ROOT
from gis_service.types import Floats

SHARED = Path(os.environ.get("GIS_SHARED_DATA", ROOT.parent / "shared" / "data")) / "siting"
SF_TABLE = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
SIDE_M, CENTRES, SPREAD_M = 20_000, 60, 900.0
CLOSE = 1e-6

Asked = tuple[Model, float | None, int | None, float]
"""Model, limit, number of sites, and the answer that is known."""

SAN_FRANCISCO: list[Asked] = [
    *(
        ("mclp", 5000.0, count + 1, people)
        for count, people in enumerate((448_255, 671_938, 791_499, 875_247, 927_402, 941_462, 950_428))
    ),
    ("lscp", 5000.0, None, 8),
    ("p-median", None, 4, 2_848_268_129.7145),
    ("p-center", None, 4, 7403.0638),
]
SWAIN: list[Asked] = [
    *(("lscp", limit, None, sites) for limit, sites in ((5.0, 30), (10.0, 9), (15.0, 5))),
    *(("mclp", 10.0, at + 1, weight) for at, weight in enumerate((425, 502, 548, 581, 609, 625, 633))),
    *(("mclp", 15.0, at + 1, weight) for at, weight in enumerate((515, 593, 625, 638, 640))),
    *(("mclp", 5.0, at + 1, weight) for at, weight in enumerate((303, 366, 405, 433, 452, 470, 485))),
    *(
        ("p-center", None, at + 1, cost)
        for at, cost in enumerate((28.2843, 23.1948, 17.4642, 15.6205, 13.6015, 12.8062))
    ),
    *(("p-median", None, at + 2, cost) for at, cost in enumerate((4614.765, 3870.244, 3283.860, 2950.410))),
]
MEDIANS = [
    *(5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255),
    *(7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809, 2845, 1789),
]
CENTERS = [127, 98, 93, 74, 48, 84, 64, 55, 37, 20, 59, 51, 36, 26, 18, 47, 39, 28, 18, 13]
"""Of pmed1 to pmed20 (Beasley 1985, OR-Library)."""

Table = tuple[Floats, Floats]
"""Cost of each demand to each site, and its weight."""


def san_francisco() -> Table:
    """Give 205 census tracts and 16 stores, metres of network between them."""
    found = importlib.util.find_spec("spopt")
    if found is None or found.origin is None:
        raise SystemExit("the data come with spopt: pip install -r requirements-bench.txt")
    path = Path(found.origin).parent / "tests" / "test_locate" / "data" / SF_TABLE
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tracts = {name: at for at, name in enumerate(dict.fromkeys(row["DestinationName"] for row in rows))}
    stores = {name: at for at, name in enumerate(dict.fromkeys(row["name"] for row in rows))}
    costs, people = np.full((len(tracts), len(stores)), np.inf), np.zeros(len(tracts))
    for row in rows:
        tract = tracts[row["DestinationName"]]
        costs[tract, stores[row["name"]]] = float(row["distance"])
        people[tract] = float(row["demand"])
    return costs, people


def swain() -> Table:
    """Give 55 places, each of them a candidate, straight distances."""
    lines = (SHARED / "swain55.dat").read_text("utf-8").splitlines()
    rows = np.array([line.strip().strip(",").split(",") for line in lines if line.strip()], dtype=np.float64)
    step = rows[:, None, 1:3] - rows[None, :, 1:3]
    return np.hypot(step[..., 0], step[..., 1]), rows[:, 3]


def or_library(number: int) -> tuple[Table, int]:
    """Give a graph of the OR-Library, and how many sites to choose."""
    numbers = np.array((SHARED / f"pmed{number}.txt").read_text("utf-8").split(), dtype=np.int64)
    nodes, _, count = numbers[:3].tolist()
    distance = np.full((nodes, nodes), np.inf)
    np.fill_diagonal(distance, 0)
    for a, b, length in numbers[3:].reshape(-1, 3).tolist():
        distance[a - 1, b - 1] = distance[b - 1, a - 1] = length  # of a repeated edge the last value wins
    return (floyd_warshall(distance), np.ones(nodes)), count


def published(part: str) -> Iterator[tuple[Table, Asked]]:
    """Give the questions of a part, with their known answers."""
    if part in {"San Francisco", "Swain"}:
        table = san_francisco() if part == "San Francisco" else swain()
        yield from ((table, asked) for asked in (SAN_FRANCISCO if part == "San Francisco" else SWAIN))
        return
    model: Model = "p-median" if "medians" in part else "p-center"
    known = MEDIANS if model == "p-median" else CENTERS
    for number in range(1, (5 if "1-5" in part else 20) + 1):
        table, count = or_library(number)
        yield table, (model, None, count, known[number - 1])


def problem_of(table: Table) -> SitingProblem:
    """Bring a whole table to pairs."""
    costs, weight = table
    demand, site = np.nonzero(np.isfinite(costs))
    pairs = (demand.astype(np.int32), site.astype(np.int32), costs[demand, site])
    return SitingProblem.of_pairs(_names(len(weight)), _names(costs.shape[1]), weight, pairs)


def _names(count: int) -> list[str]:
    return [str(at) for at in range(count)]


def by_us(table: Table, asked: Asked) -> float:
    """Answer to proof."""
    model, limit, count, _ = asked
    answer = solve(problem_of(table), model, limit, count, Watch())
    if answer.status != "optimal":
        raise SystemExit(f"{asked}: {answer}")
    return answer.objective


def by_spopt(table: Table, asked: Asked) -> float:
    """Answer with spopt and CBC."""
    # Peers of the bench set, not there for the other ways.
    pulp, locate = importlib.import_module("pulp"), importlib.import_module("spopt.locate")
    (costs, weight), (model, limit, count, _) = table, asked
    names = {"mclp": "MCLP", "lscp": "LSCP", "p-median": "PMedian", "p-center": "PCenter"}
    maker = getattr(locate, names[model])
    given: dict[str, Any] = {"cost_matrix": costs}
    given |= {"weights": weight} if model in {"mclp", "p-median"} else {}
    given |= {"service_radius": limit} if limit is not None else {}
    given |= {"p_facilities": count} if count is not None else {}
    solved = maker.from_cost_matrix(**given).solve(pulp.PULP_CBC_CMD(msg=False))
    return float(solved.problem.objective.value())


def ask_published(part: str, answer: Callable[[Table, Asked], float]) -> dict[str, object]:
    """Answer the questions of a part; refuse an answer that is not the known one."""
    spent, done = 0.0, 0
    for table, asked in published(part):
        began = time.perf_counter()
        found = answer(table, asked)
        spent, done = spent + time.perf_counter() - began, done + 1
        if abs(found - asked[3]) > max(CLOSE * asked[3], 1e-3 if asked[3] % 1 else 0):
            raise SystemExit(f"{part}: {asked} came out as {found}")
    return {"seconds": spent, "done": done, "note": "all as known"}


def town(n: int, m: int, within: float | None, seed: int = 1) -> SitingProblem:
    """Make homes in quarters and candidates among them; metres of straight way, within a radius or all."""
    draw = np.random.default_rng(seed)
    centres, size = draw.random((CENTRES, 2)) * SIDE_M, draw.random(CENTRES) ** 2
    xy = centres[draw.choice(CENTRES, n, p=size / size.sum())] + draw.normal(0, SPREAD_M, (n, 2))
    xy[::3] = draw.random((len(xy[::3]), 2)) * SIDE_M
    sites = xy[draw.choice(n, m, replace=False)] + draw.normal(0, 100, (m, 2))
    weight = draw.integers(1, 60, n).astype(np.float64)
    if within is None:
        whole = np.rint(np.hypot(*(xy[:, None] - sites[None]).transpose(2, 0, 1)))
        return problem_of((whole, weight))
    near = cKDTree(xy).sparse_distance_matrix(cKDTree(sites), within, output_type="coo_matrix")
    pairs = (near.row.astype(np.int32), near.col.astype(np.int32), np.rint(near.data))
    return SitingProblem.of_pairs(_names(n), _names(m), weight, pairs)


TOWNS: dict[str, tuple[int, int, float | None, Model, float | None, int]] = {
    "2,000 x 50,000": (50_000, 2_000, 900.0, "mclp", 900.0, 20),
    "100 x 0.1 M cover": (100_000, 100, 2_000.0, "mclp", 2_000.0, 20),
    "100 x 0.1 M median": (100_000, 100, None, "p-median", None, 20),
    "100 x 0.1 M center": (100_000, 100, None, "p-center", None, 20),
    "file, 10 M pairs": (100_000, 100, None, "mclp", 2_000.0, 20),
}
"""People, candidates, radius of the pairs, model, limit, sites."""


def ask_town(part: str, way: str, folder: Path) -> dict[str, object]:
    """Answer in a made town until what the way waits for."""
    n, m, within, model, limit, count = TOWNS[part]
    if part.startswith("file"):
        question = SitePlanQuestion(folder / "costs.csv", folder / "demand.csv", model, limit, count)
        plan = run_site_plan(question)
        return {"seconds": plan.seconds, "done": n, "note": f"{plan.answer.status}, gap {plan.answer.gap}"}
    asked = town(n, m, within)
    began, seen = time.perf_counter(), [0.0, float("inf"), 0.0]

    def tell(best: float | None, bound: float) -> None:
        seen[1] = abs(bound - best) / max(abs(best), 1) if best is not None else float("inf")
        seen[0] = seen[0] or time.perf_counter() - began

    enough = {"first": float("inf"), "gap 2 %": 0.02}.get(way, 0.0)
    watch = Watch(10.0 if way == "10 seconds" else None, lambda: bool(seen[0] and seen[1] <= enough), tell)
    answer = solve(asked, model, limit, count, watch)
    seconds = time.perf_counter() - began
    gap = "–" if answer.gap is None else f"{100 * answer.gap:.3f} %"
    note = f"first answer {seen[0]:.2f} s, gap {gap}, {answer.status}, {len(asked.cost):,} pairs"
    return {"seconds": seconds, "done": n, "note": note}


BUDGETS = {
    "budget 200 x 10 k": (10_000, 200, 2_000.0, 10),
    "budget 2 k x 50 k": (50_000, 2_000, 900.0, 20),
}
"""People, candidates, radius, and how many candidates of a middling cost the budget would pay."""
BUDGET_S = 30.0


def ask_budget(part: str, way: str) -> dict[str, object]:
    """Answer in a made town for so much money, within so many seconds."""
    n, m, within, middling = BUDGETS[part]
    asked = town(n, m, within)
    cost = np.random.default_rng(2).integers(20, 100, m)
    budget = int(cost.mean() * middling)
    began = time.perf_counter()
    if way == "ours":
        terms = SitingTerms(site_cost=cost, budget=budget)
        answer = solve(asked, "mclp", within, None, Watch(BUDGET_S), terms)
        objective, bound, spent = answer.objective, answer.bound, answer.cost
    else:
        objective, bound, spent = by_highs(asked, cost, budget)
    seconds = time.perf_counter() - began
    gap = 100 * (bound - objective) / objective if objective else float("inf")
    note = f"{objective:,.0f} people for {spent} of {budget}, gap {gap:.3f} %, {len(asked.cost):,} pairs"
    return {"seconds": seconds, "done": n, "note": note}


def by_highs(asked: SitingProblem, cost: np.ndarray, budget: int) -> tuple[float, float, int]:
    """Cover the most people for so much money, as the textbooks write it: objective, bound, what it costs."""
    n, m, pairs = len(asked.weight), len(cost), len(asked.site)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = m + n, n + 1
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.concatenate([np.zeros(m), asked.weight])
    model.col_lower_, model.col_upper_ = np.zeros(m + n), np.ones(m + n)
    model.row_lower_ = np.append(np.zeros(n), -highspy.kHighsInf)
    model.row_upper_ = np.append(np.full(n, highspy.kHighsInf), budget)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.append(asked.start + np.arange(n + 1), pairs + n + m).astype(np.int32)
    sites = np.insert(asked.site.astype(np.int64), asked.start[1:], m + np.arange(n))
    model.a_matrix_.index_ = np.concatenate([sites, np.arange(m)]).astype(np.int32)
    ties = np.insert(np.ones(pairs), asked.start[1:], -1.0)
    model.a_matrix_.value_ = np.concatenate([ties, cost.astype(np.float64)])
    model.integrality_ = [highspy.HighsVarType.kInteger] * m + [highspy.HighsVarType.kContinuous] * n
    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor has no types
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("mip_rel_gap", 0.0),
        ("time_limit", BUDGET_S),
    ):
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.run()
    info, values = solver.getInfo(), np.rint(np.array(solver.getSolution().col_value)[:m])
    return info.objective_function_value, info.mip_dual_bound, int(values @ cost)


def prepare(folder: Path) -> None:
    """Compile the kernels, and write the files of the question that reads some."""
    warm()
    n, m, within, *_ = TOWNS["file, 10 M pairs"]
    asked = town(n, m, within)
    with (folder / "costs.csv").open("w", encoding="utf-8") as file:
        file.write("demand,site,cost\n")
        rows = zip(asked.demand.tolist(), asked.site.tolist(), asked.cost.tolist(), strict=True)
        file.writelines(f"d{demand},s{site},{cost:.0f}\n" for demand, site, cost in rows)
    with (folder / "demand.csv").open("w", encoding="utf-8") as file:
        file.write("demand,weight\n")
        file.writelines(f"d{row},{weight:.0f}\n" for row, weight in enumerate(asked.weight.tolist()))


def main(way: str, folder: Path) -> None:
    """Run one way."""
    if way == "prepare":
        prepare(folder)
        return
    part, _, name = way.partition(": ")
    warm()
    if part in BUDGETS:
        told = ask_budget(part, name)
    elif part in TOWNS:
        told = ask_town(part, name, folder)
    else:
        told = ask_published(part, by_us if name == "ours" else by_spopt)
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
