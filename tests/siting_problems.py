"""Questions of siting whose answer is known because every choice can be gone through."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.sparse.csgraph import floyd_warshall

from gis_service.analysis.siting import Model, SitingProblem

Table = list[list[float | None]]
"""Cost of each demand to each site; None where there is no way."""


def problem(
    table: Table | np.ndarray,
    weight: Iterable[float],
    fixed: Iterable[int] = (),
    excluded: Iterable[int] = (),
) -> SitingProblem:
    costs = np.array(table, dtype=np.float64)
    demand, site = np.nonzero(~np.isnan(costs))
    pairs = (demand.astype(np.int32), site.astype(np.int32), costs[demand, site])
    names = [f"d{row}" for row in range(len(costs))], [f"s{at}" for at in range(costs.shape[1])]
    return SitingProblem.of_pairs(*names, np.array(list(weight), np.float64), pairs, [*fixed], [*excluded])


@dataclass(frozen=True)
class Truth:
    """The best objective, and the first of the choices that have it; None when there is none."""

    objective: float | None
    sites: tuple[int, ...] = ()


def truth(asked: SitingProblem, model: Model, limit: float, count: int) -> Truth:
    """Go through every choice, the first ones first."""
    costs = np.full((len(asked.weight), len(asked.site_ids)), np.inf)
    costs[asked.demand, asked.site] = asked.cost
    can = (costs <= limit).any(axis=1)
    fixed = set(np.flatnonzero(asked.is_fixed).tolist())
    open_to_all = np.flatnonzero(~asked.is_excluded).tolist()
    sizes = range(1, len(open_to_all) + 1) if model == "lscp" else [count]
    best = Truth(None)
    for size in sizes:
        for sites in combinations(open_to_all, size):
            if not fixed <= set(sites):
                continue
            nearest = costs[:, sites].min(axis=1)
            if model == "mclp":
                value = float(asked.weight[nearest <= limit].sum())
            elif model == "lscp":
                value = size if (nearest[can] <= limit).all() else np.inf
            elif model == "p-center":
                value = float(nearest.max())
            else:
                value = float((nearest * asked.weight).sum()) if np.isfinite(nearest).all() else np.inf
            sign = -1 if model == "mclp" else 1
            if np.isfinite(value) and (best.objective is None or sign * value < sign * best.objective - 1e-9):
                best = Truth(value, sites)
        if model == "lscp" and best.objective is not None:
            break
    return best


def or_library(text: str) -> tuple[np.ndarray, int]:
    """Read a graph of the OR-Library: distances of all pairs, and how many sites to choose."""
    numbers = np.array(text.split(), dtype=np.int64)
    nodes, _, count = numbers[:3].tolist()
    distance = np.full((nodes, nodes), np.inf)
    np.fill_diagonal(distance, 0)
    for a, b, length in numbers[3:].reshape(-1, 3).tolist():
        # A repeated edge: the last value wins.
        distance[a - 1, b - 1] = distance[b - 1, a - 1] = length
    return floyd_warshall(distance), count
