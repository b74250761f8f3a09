"""What every model answers: the sites, what they bring, and how far from the best possible that can be."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from gis_service.analysis.siting.watch import Watch

Status: TypeAlias = Literal["optimal", "time_limit", "cancelled"]

OPTIMAL_GAP = 1e-6
"""Gap up to which an answer is called optimal (METHODS, Plans)."""


@dataclass(frozen=True, slots=True)
class SitingAnswer:
    """Chosen sites (METHODS, Objective of a siting answer).

    Parameters
    ----------
    objective
        Weight covered, sum of weight x cost, largest cost, or number of sites; whole where the input is.
    sites
        Numbers of the chosen sites, the fixed ones included, rising.
    bound
        What no choice can be better than: above the objective where more is better, else below.
    status
        ``optimal``: proved to within a gap of 1e-6. Else what ended the work before that.
    uncoverable
        Numbers of the demand that no site covers, for the model that has to cover all.
    """

    objective: float
    sites: tuple[int, ...]
    bound: float
    status: Status
    uncoverable: tuple[int, ...] = ()

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


def status_of(objective: float, bound: float, watch: Watch) -> Status:
    """Say whether an answer is proved, and if not what ended the work."""
    gap = gap_of(objective, bound)
    if gap is not None and gap <= OPTIMAL_GAP:
        return "optimal"
    return watch.ended or "time_limit"
