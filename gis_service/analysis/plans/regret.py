"""What it costs to think of today alone, or of the end alone: two usual plans beside the best one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.plans.check import require_affordable, require_sound
from gis_service.analysis.plans.programme import NOT_BUILT, NOT_SETTLED, Phases, Programme, Reach
from gis_service.analysis.plans.roadmap import Roadmap, roadmap_of
from gis_service.analysis.plans.solve import solve_within
from gis_service.analysis.siting.watch import Watch
from gis_service.errors import ErrorCode, RefusedInput, RoadmapCode
from gis_service.types import Int32s, Int64s


@dataclass(frozen=True, slots=True)
class Regret:
    """Three roadmaps of one programme.

    Parameters
    ----------
    joint
        The best over all phases together; never worse than the others.
    best_now
        In each phase what covers most people at its end, what was built before kept.
    best_end
        What covers most people at the end of the last phase, built in the best order.
    """

    joint: Roadmap
    best_now: Roadmap
    best_end: Roadmap

    def of(self, plan: Roadmap) -> tuple[int, int]:
        """Tell what a plan loses against the best, thousandths of a person times days: at least, at most."""
        return self.joint.objective - plan.objective, self.joint.bound - plan.objective


def regret(programme: Programme, watch: Watch) -> Regret:
    """Lay the best roadmap beside the plans that look at each phase alone and at the end alone.

    Parameters
    ----------
    programme
        The question.
    watch
        Told of the best roadmap only. Of a limited time the two plans that it is measured against take a
        quarter each.

    Raises
    ------
    RefusedInput
        As `solve`.
    """
    require_sound(programme)
    require_affordable(programme)
    now = best_now(programme, _part(watch, 0.25))
    end = best_end(programme, _part(watch, 1 / 3))
    joint = solve_within(programme, watch, [now, end])
    # Both are as far from the best possible as the bound of the joint one tells.
    return Regret(joint, *(roadmap_of(programme, phase, joint.bound, "not_sought") for phase in (now, end)))


def best_now(programme: Programme, watch: Watch) -> Int32s:
    """Cover the most people at the end of each phase, one phase after the other, ``(n,)`` phases.

    Parameters
    ----------
    programme
        The question.
    watch
        Ends the work; each phase takes an equal share of a limited time.

    Notes
    -----
    Who looks at one phase alone saves nothing: money that it has left is spent on what it can pay.
    """
    never, phase = len(programme.phases), programme.settled
    for t in range(never):
        # What was chosen before is settled now: it is paid, and no rule of a later phase asks it.
        asked = replace(_counting_only(programme, t), settled=phase)
        soonest = np.full(len(programme), t, np.int32)
        found = solve_within(asked, _part(watch, 1 / (never - t)), (), soonest).phase
        phase = np.where((phase == NOT_SETTLED) & (found == t), t, phase).astype(np.int32)
    return phase


def best_end(programme: Programme, watch: Watch) -> Int32s:
    """Cover the most people at the end of the last phase, then find the best order of that, ``(n,)`` phases.

    Parameters
    ----------
    programme
        The question.
    watch
        Ends the work; half of a limited time is for the order.
    """
    last = len(programme.phases) - 1
    end = solve_within(_counting_only(programme, last), _part(watch, 0.5)).phase
    never = np.int32(len(programme.phases))
    soonest = np.where(end == NOT_BUILT, never, programme.earliest).astype(np.int32)
    return solve_within(programme, watch, [end], soonest).phase


def nested_sites(
    site_ids: Sequence[str],
    reach: Reach,
    service: str,
    counts: Sequence[int],
    days: Int64s,
    watch: Watch,
    fixed: Sequence[int] = (),
) -> Regret:
    """Choose sites that stay: so many in the first phase, more in the next, none closed again.

    Parameters
    ----------
    site_ids
        Names of the candidates, in the order of the input.
    reach
        Demand that each candidate would bring within the standard.
    service
        Name of the service that they are sites of.
    counts
        ``(t,)`` sites open in each phase, more than in the one before.
    days
        ``(t,)`` length of each phase.
    watch
        As for `regret`.
    fixed
        Numbers of sites that are open from the first phase on, whatever they bring.

    Returns
    -------
    Regret
        Exactly so many sites are open in each phase of each roadmap.

    Raises
    ------
    RefusedInput
        ``plan_counts_not_rising``, ``siting_too_few_candidates``, ``siting_fixed_above_count``,
        ``plan_phase_empty``.
    """
    n, each = len(site_ids), np.array(counts, np.int64) - np.array([0, *counts[:-1]], np.int64)
    if not len(each) or (each < 1).any():
        raise RefusedInput(RoadmapCode.PLAN_COUNTS_NOT_RISING, counts=", ".join(map(str, counts)))
    if counts[-1] > n:
        raise RefusedInput(ErrorCode.SITING_TOO_FEW_CANDIDATES, sites=counts[-1], candidates=n)
    if len(fixed) > counts[0]:
        raise RefusedInput(ErrorCode.SITING_FIXED_ABOVE_COUNT, sites=counts[0], fixed=len(fixed))
    settled = np.full(n, NOT_SETTLED, np.int32)
    settled[list(fixed)] = 0
    zeros, ones = np.zeros(n, np.int32), np.ones(n, np.int32)
    programme = Programme(
        *(site_ids, [service], [service], zeros, ones, ones.astype(np.int64), zeros),
        settled,
        np.zeros((0, 2), np.int32),
        Phases(days, each),
        reach,
    )
    return regret(programme, watch)


def _counting_only(programme: Programme, phase: int) -> Programme:
    """Let nothing count but who is covered at the end of one phase."""
    days = np.zeros(len(programme.phases), np.int64)
    days[phase] = 1
    return replace(programme, phases=replace(programme.phases, days=days))


def _part(watch: Watch, share: float) -> Watch:
    """Give a share of the time that is left to a part of the work, of which nobody is told."""
    limit = None if watch.limit_s is None else max(watch.left_s * share, 0.0)
    return Watch(limit, lambda: watch.is_over)
