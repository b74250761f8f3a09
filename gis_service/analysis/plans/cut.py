"""What slips if a budget is cut: projects keep their phase while money reaches, else come later or never."""

from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.plans.programme import NOT_BUILT, Programme
from gis_service.analysis.plans.roadmap import Roadmap, person_days
from gis_service.analysis.plans.solve import solve_within
from gis_service.analysis.siting.watch import Watch
from gis_service.errors import RefusedInput, RoadmapCode
from gis_service.types import Int32s

_ALL = 100


@dataclass(frozen=True, slots=True)
class Slip:
    """A project that comes later than it was to, or never.

    Parameters
    ----------
    project
        Its number.
    was, now
        Phases; `NOT_BUILT` for never.
    lost
        Thousandths of a person times days that it alone would bring back, were it where it was. What two
        projects both cover is missed only when both are gone, so these do not add up to the whole loss.
    """

    project: int
    was: int
    now: int
    lost: int


@dataclass(frozen=True, slots=True)
class Cut:
    """The roadmap that is left, what slips, and what all of it loses: thousandths of a person times days."""

    roadmap: Roadmap
    slips: tuple[Slip, ...]
    lost: int


def cut_budget(programme: Programme, phase: Int32s, percent: int, watch: Watch) -> Cut:
    """Plan again with less money in every phase, changing as little as that needs.

    Parameters
    ----------
    programme
        The question, with its whole budgets.
    phase
        ``(n,)`` the roadmap as it was.
    percent
        How much of every budget is taken away, 0 to 100; what is left is rounded down.
    watch
        As for `solve`.

    Raises
    ------
    RefusedInput
        ``plan_cut_invalid``.

    Notes
    -----
    Nothing comes sooner than it was to, and nothing new comes; of all roadmaps left it is the one that loses
    least. No project that slips could come back to an earlier phase in it. Settled projects stay.
    """
    if not 0 <= percent <= _ALL:
        raise RefusedInput(RoadmapCode.PLAN_CUT_INVALID, percent=percent)
    less = replace(programme, phases=programme.phases.cut(percent))
    never = np.int32(len(programme.phases))
    soonest = np.where(phase == NOT_BUILT, never, phase).astype(np.int32)
    found = solve_within(less, watch, [phase], soonest)
    return Cut(found, _slips(programme, phase, found), person_days(programme, phase) - found.objective)


def _slips(programme: Programme, phase: Int32s, found: Roadmap) -> tuple[Slip, ...]:
    slips = []
    for j in np.flatnonzero(found.phase != phase).tolist():
        back = found.phase.copy()
        back[j] = phase[j]
        lost = person_days(programme, back) - found.objective
        slips.append(Slip(j, int(phase[j]), int(found.phase[j]), lost))
    return tuple(slips)
