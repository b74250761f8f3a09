"""A roadmap: the phase of every project, whom that covers when, and how far from the best it can be."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gis_service.analysis.plans.programme import NOT_BUILT, Programme
from gis_service.analysis.siting.answer import OPTIMAL_GAP, Status, gap_of
from gis_service.types import Int32s, Int64s

PlanStatus: TypeAlias = Status | Literal["not_sought"]


@dataclass(frozen=True, slots=True)
class Roadmap:
    """An answer.

    Parameters
    ----------
    phase
        ``(n,)`` phase in which each project is commissioned, `NOT_BUILT` for never.
    covered_now
        ``(n_services,)`` thousandths of a person covered before the first phase.
    covered
        ``(t, n_services)`` the same at the end of each phase.
    cost
        ``(t, n_sectors)`` thousandths of a million VND, settled projects included.
    objective
        Thousandths of a person newly covered, times the days that they are, to the end of the last phase.
    bound
        What no roadmap of this programme can bring more than.
    settled_objective
        The part of the objective that the settled projects bring without any other.
    status
        ``optimal``: proved to within a gap of 1e-6. Else what ended the work before that; ``not_sought`` of a
        roadmap that was not searched for.
    """

    phase: Int32s
    covered_now: Int64s
    covered: Int64s
    cost: Int64s
    objective: int
    bound: int
    settled_objective: int
    status: PlanStatus

    @property
    def gap(self) -> float | None:
        """Distance of the bound as a share of the objective; None when the objective alone is 0."""
        return gap_of(self.objective, self.bound)

    @property
    def won(self) -> Int64s:
        """``(t, n_services)`` thousandths of a person newly covered in each phase."""
        before = np.vstack([self.covered_now, self.covered[:-1]])
        return self.covered - before


def first_phases(programme: Programme, phase: Int32s) -> Int32s:
    """Tell the phase from which each row is covered by projects, ``(rows,)``; the number of phases for never.

    Parameters
    ----------
    programme
        The question.
    phase
        ``(n,)`` phase of each project, `NOT_BUILT` for never.
    """
    reach, never = programme.reach, len(programme.phases)
    first = np.full(len(reach.weight), never, dtype=np.int32)
    of_pair = np.where(phase == NOT_BUILT, never, phase).astype(np.int32)[reach.project]
    np.minimum.at(first, reach.row, of_pair)
    return first


def person_days(programme: Programme, phase: Int32s) -> int:
    """Add up the thousandths of a person newly covered, times the days that they are."""
    first = first_phases(programme, phase)
    days = programme.phases.days_left[first]
    weight = np.where(programme.reach.covered_now, 0, programme.reach.weight)
    return int((weight * days).sum())


def roadmap_of(programme: Programme, phase: Int32s, bound: int, ended: PlanStatus) -> Roadmap:
    """Tell all that a choice of phases brings.

    Parameters
    ----------
    programme
        The question.
    phase
        ``(n,)`` phase of each project, `NOT_BUILT` for never.
    bound
        What no roadmap can bring more than.
    ended
        The status, should this one not be optimal.
    """
    reach, phases, n_services = programme.reach, programme.phases, len(programme.service_ids)
    is_built = phase != NOT_BUILT
    cost = np.zeros((len(phases), len(programme.sector_ids)), dtype=np.int64)
    np.add.at(cost, (phase[is_built], programme.sector[is_built]), programme.cost[is_built])
    now, won = np.zeros(n_services, np.int64), np.zeros((len(phases) + 1, n_services), np.int64)
    np.add.at(now, reach.service[reach.covered_now], reach.weight[reach.covered_now])
    new = ~reach.covered_now
    np.add.at(won, (first_phases(programme, phase)[new], reach.service[new]), reach.weight[new])
    covered = now + np.cumsum(won[:-1], axis=0)
    objective = person_days(programme, phase)
    bound = max(bound, objective)
    gap = gap_of(objective, bound)
    status = "optimal" if gap is not None and gap <= OPTIMAL_GAP else ended
    settled = person_days(programme, programme.settled)
    return Roadmap(phase, now, covered, cost, objective, bound, settled, status)
