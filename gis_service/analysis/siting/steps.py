"""In which order the chosen sites bring most: so that a plan can be laid in phases."""

from dataclasses import dataclass

import numpy as np

from gis_service.analysis.siting.answer import SitingAnswer
from gis_service.analysis.siting.problem import SitingProblem, exact_sum
from gis_service.analysis.siting.terms import NO_TERMS, SitingTerms
from gis_service.types import Bools, Floats, Int64s


@dataclass(frozen=True, slots=True)
class Step:
    """One site, and what it adds to those before it.

    Parameters
    ----------
    site
        Its number.
    reached
        Weight that is reached for the first time, within the limit where there is one. Sites with capacity:
        the weight that the plan serves there.
    gain
        MCLP and LSCP: what the weight covered rises by, with the share for what is covered twice. p-median
        and p-center: what weight x cost falls by, of those who were reached before. With capacity as
        `reached`.
    cost
        What choosing the site costs; None when nothing was said about costs.
    """

    site: int
    reached: float
    gain: float
    cost: int | None


def steps(
    problem: SitingProblem,
    model: str,
    limit: float | None,
    answer: SitingAnswer,
    terms: SitingTerms = NO_TERMS,
) -> tuple[Step, ...]:
    """Put the chosen sites in order, each time the one that brings most; of equals the first in the input.

    Parameters
    ----------
    problem, model, limit, terms
        As they were asked.
    answer
        What was chosen.

    Returns
    -------
    tuple of Step
        Sites that stand come first: the existing ones, or where none are named the fixed ones.

    Notes
    -----
    Most is the most weight reached for the first time, then the greatest gain. The p-center is ordered as the
    p-median: its own objective hardly moves before the last site.
    """
    sites = np.array(answer.sites, dtype=np.int64)
    stands = problem.is_fixed if terms.is_existing is None else terms.is_existing
    if answer.served is not None:
        weight = np.bincount(answer.served.site, answer.served.weight, len(problem.site_ids))
        order = sites[np.lexsort((sites, -weight[sites], ~stands[sites]))]
        return tuple(_step(terms, site, float(weight[site]), float(weight[site])) for site in order.tolist())
    columns = _Columns.of(problem, limit if model in {"mclp", "lscp"} else None, sites, terms.backup)
    left, done = sites.tolist(), []
    while left:
        first = [site for site in left if stands[site]] or left
        worths = {site: columns.worth(site) for site in first}
        best = max(first, key=lambda site: (*worths[site], -site))
        done.append(_step(terms, best, *columns.take(best)))
        left.remove(best)
    return tuple(done)


def _step(terms: SitingTerms, site: int, reached: float, gain: float) -> Step:
    cost = None if terms.site_cost is None else int(terms.site_cost[site])
    return Step(site, reached, gain, cost)


@dataclass
class _Columns:
    """Who can get to each of the chosen sites, and how well they are served by now."""

    rows: dict[int, Int64s]
    costs: dict[int, Floats]
    weight: Floats
    now: Floats
    times: Int64s
    backup: float
    covers: bool

    @classmethod
    def of(cls, problem: SitingProblem, limit: float | None, sites: Int64s, backup: float) -> "_Columns":
        """Take the pairs of the chosen sites."""
        is_chosen = np.zeros(len(problem.site_ids), dtype=np.bool_)
        is_chosen[sites] = True
        kept = is_chosen[problem.site] & (problem.cost <= (np.inf if limit is None else limit))
        demand, site, cost = problem.demand[kept], problem.site[kept], problem.cost[kept]
        order = np.argsort(site, kind="stable")
        ends = np.searchsorted(site[order], sites, side="right")
        begins = np.searchsorted(site[order], sites)
        parts = {
            s: order[a:b] for s, a, b in zip(sites.tolist(), begins.tolist(), ends.tolist(), strict=True)
        }
        n = len(problem.weight)
        return cls(
            {s: demand[part].astype(np.int64) for s, part in parts.items()},
            {s: cost[part] for s, part in parts.items()},
            *(problem.weight, np.full(n, np.inf), np.zeros(n, dtype=np.int64), backup, limit is not None),
        )

    def _better(self, site: int) -> tuple[Int64s, Bools, Floats]:
        """Tell who gets to a site, for whom it is the first, and what the others save by it."""
        rows = self.rows[site]
        is_first = self.times[rows] == 0
        saved = np.zeros(len(rows))
        saved[~is_first] = np.maximum(self.now[rows[~is_first]] - self.costs[site][~is_first], 0.0)
        return rows, is_first, saved

    def worth(self, site: int) -> tuple[float, float]:
        """Tell what a site would reach for the first time, and what it would gain."""
        rows, is_first, saved = self._better(site)
        reached = exact_sum(self.weight[rows[is_first]])
        if not self.covers:
            return reached, exact_sum(saved, self.weight[rows])
        if not self.backup:
            return reached, reached
        return reached, reached + self.backup * exact_sum(self.weight[rows[self.times[rows] == 1]])

    def take(self, site: int) -> tuple[float, float]:
        """Open a site; tell what it reached for the first time, and what it gained."""
        told = self.worth(site)
        rows = self.rows[site]
        self.now[rows] = np.minimum(self.now[rows], self.costs[site])
        self.times[rows] += 1
        return told
