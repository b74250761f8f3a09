"""What every model answers: the sites, what they bring, and how far from the best possible that can be."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gis_service.analysis.siting.watch import Watch
from gis_service.types import Floats, Int32s

Status: TypeAlias = Literal["optimal", "time_limit", "cancelled"]

OPTIMAL_GAP = 1e-6
"""Gap up to which an answer is called optimal (METHODS, Plans)."""


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """Who is served where, when sites have so much room: the people of one place may go to several sites.

    Parameters
    ----------
    demand, site
        ``(k,)`` numbers, by demand and then by site.
    weight
        ``(k,)`` how much of the demand is served there.
    """

    demand: Int32s
    site: Int32s
    weight: Floats

    def __eq__(self, other: object) -> bool:
        """Tell whether the same are served at the same sites."""
        if not isinstance(other, Served):
            return NotImplemented
        return all(
            np.array_equal(one, two)
            for one, two in (
                (self.demand, other.demand),
                (self.site, other.site),
                (self.weight, other.weight),
            )
        )

    __hash__ = None  # type: ignore[assignment]  # arrays have none


@dataclass(frozen=True, slots=True)
class SitingAnswer:
    """Chosen sites (METHODS, Objective of a siting answer).

    Parameters
    ----------
    objective
        Weight covered (with the share of what is covered twice, where that was asked), weight served, sum of
        weight x cost, largest cost, or number of sites or their total cost; whole where the input is.
    sites
        Numbers of the chosen sites, the fixed ones included, rising.
    bound
        What no choice can be better than: above the objective where more is better, else below.
    status
        ``optimal``: proved to within a gap of 1e-6. Else what ended the work before that.
    uncoverable
        Numbers of the demand that no site covers, for the model that has to cover all.
    cost
        What the chosen sites cost, and those that are closed; None when nothing was said about costs.
    served
        Who is served where, when sites have so much room.
    """

    objective: float
    sites: tuple[int, ...]
    bound: float
    status: Status
    uncoverable: tuple[int, ...] = ()
    cost: int | None = None
    served: Served | None = None

    @property
    def gap(self) -> float | None:
        """Distance of the bound as a share of the objective; None when the objective alone is 0."""
        return gap_of(self.objective, self.bound)


def gap_of(objective: float, bound: float) -> float | None:
    """Measure how far an answer can be from the best possible.

    Examples
    --------
    >>> gap_of(200, 201)
    0.005
    >>> gap_of(0, 0)
    0.0
    """
    if bound == objective:
        return 0.0
    return abs(bound - objective) / abs(objective) if objective else None


def nothing_or(bound: float, objective: float, weight: Floats) -> float:
    """Lower a bound to an objective of 0 when it lies below the least weight that there is."""
    least = float(weight[weight > 0].min(initial=np.inf))
    return bound if objective or bound >= least else objective


def status_of(objective: float, bound: float, watch: Watch) -> Status:
    """Say whether an answer is proved, and if not what ended the work."""
    gap = gap_of(objective, bound)
    if gap is not None and gap <= OPTIMAL_GAP:
        return "optimal"
    return watch.ended or "time_limit"
