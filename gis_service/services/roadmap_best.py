"""As planned beside as best: the programme as the solver of roadmaps takes it, and what it finds."""

from collections.abc import Sequence

import numpy as np

from gis_service.analysis.plans import (
    NOT_BUILT,
    NOT_LIMITED,
    NOT_SETTLED,
    Fault,
    Phases,
    Programme,
    Reach,
    Roadmap,
    cut_budget,
    evaluated,
    faults,
    overruns,
    person_years,
    regret,
    requires_of,
    solve,
)
from gis_service.analysis.siting.watch import Watch
from gis_service.catalogue.phase_plan import Phase
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.documents import persons
from gis_service.services.roadmap_document import OTHER, Findings, money
from gis_service.services.roadmap_projects import BEFORE, NEVER, THOUSANDTHS
from gis_service.services.siting_progress import Teller
from gis_service.types import Int32s

LOWEST = 5
"""Priority of a project that tells none."""
_PERSON_YEARS = 3
"""Decimals of person-years."""


def best_beside(found: Findings, teller: Teller | None = None) -> tuple[Document | None, list[Notice]]:
    """Find the best roadmap of the projects that nobody has decided on yet, beside the planned one.

    What is commissioned or under way stays as it is. Of the open projects none comes before the day of the
    plan.

    Parameters
    ----------
    found
        The programme as it is planned.
    teller
        Told the best so far and its bound, in person-years; who waits may end the search with it.

    Returns
    -------
    best, notices
        As docs/contract.md, Roadmap, ``best``; None where nothing is left to decide, or nobody is counted.

    Raises
    ------
    RefusedInput
        ``plan_requires_cycle``, ``plan_budget_below_cheapest``.
    """
    taken = _taken(found)
    if not found.judged or not any(found.projects[at].is_open for at in taken):
        return None, [Notice("roadmap_nothing_open", {})] if found.judged else []
    programme = programme_of(found, taken)
    teller = teller or Teller("roadmap", lambda _step, _share: None)
    planned = _planned(found, taken, programme)
    as_planned = evaluated(programme, planned)
    broken = faults(programme, planned)
    watch = teller.watch(found.plan.seconds)
    watch.tell(None if broken else as_planned.objective, as_planned.bound)
    plans = regret(programme, watch)
    best = plans.joint
    if not broken and as_planned.objective > best.objective:  # the time was over before it was found
        best = solve(programme, teller.watch(found.plan.seconds), [planned])
    document: Document = {
        **_brings(best),
        "bound_person_years": _years(best.bound),
        "gap": best.gap,
        "status": best.status,
        "planned": {
            **_brings(as_planned),
            **_regret(best, as_planned),
            "broken": [_broken(found, taken, one) for one in broken],
        },
        "best_now": {**_brings(plans.best_now), **_regret(best, plans.best_now)},
        "best_end": {**_brings(plans.best_end), **_regret(best, plans.best_end)},
        "phases": [_phase(found, programme, best, at) for at in range(len(found.plan.phases))],
        "projects": [
            {
                "code": found.projects[at].code,
                "phase": _name(found, int(planned[row])),
                "best_phase": _name(found, int(best.phase[row])),
            }
            for row, at in enumerate(taken)
            if found.projects[at].is_open
        ],
        "cut": _cut(
            (found, programme), best.phase if broken else planned, teller, of="best" if broken else "planned"
        ),
    }
    return document, _notices(found, taken, programme)


def _regret(best: Roadmap, plan: Roadmap) -> Document:
    """Tell what a plan loses against the best: no less, and no more."""
    return {
        "regret_person_years": _years(max(best.objective - plan.objective, 0)),
        "regret_at_most_person_years": _years(max(best.bound - plan.objective, 0)),
    }


def _cut(asked: tuple[Findings, Programme], phase: Int32s, teller: Teller, *, of: str) -> Document | None:
    """Tell what slips if budgets are cut; None where nobody asks."""
    found, programme = asked
    percent = found.plan.cut
    if percent is None:
        return None
    left = cut_budget(programme, phase, percent, Watch(found.plan.seconds, teller.is_ended))
    return {
        "percent": percent,
        "of": of,
        **_brings(left.roadmap),
        "lost_person_years": _years(left.lost),
        "slips": [
            {
                "code": programme.project_ids[slip.project],
                "was": _name(found, slip.was),
                "now": _name(found, slip.now),
                "lost_person_years": _years(slip.lost),
            }
            for slip in left.slips
        ],
    }


def _taken(found: Findings) -> list[int]:
    """Give the projects that are a part of the question, in the order of the table.

    Not those that are done before it begins, nor those that never count; these last are there all the same
    where others require them, which so never come.
    """
    lost = {at for at in range(len(found.projects)) if _never_counts(found, at)}
    own = {at for at, when in enumerate(found.timing) if when.phase != BEFORE} - lost
    required = {code for at in own for code in found.projects[at].requires}
    return sorted(own | {at for at in lost if found.projects[at].code in required})


def _never_counts(found: Findings, at: int) -> bool:
    """Tell whether nobody can let a project count any more: it is stopped, or decided on without a day."""
    return not found.projects[at].is_open and found.timing[at].phase == NEVER


def programme_of(found: Findings, taken: Sequence[int]) -> Programme:
    """Bring projects to the form that the solver takes.

    Parameters
    ----------
    found
        The programme as it is planned.
    taken
        Numbers of the projects that are a part of the question, in the order of its rows.
    """
    phases = found.plan.phases
    projects = [found.projects[at] for at in taken]
    sectors = [*found.sectors, OTHER]
    codes = [project.code for project in projects]
    pairs = [
        (first, project.code) for project in projects for first in project.requires if first in set(codes)
    ]
    now = next((at for at, phase in enumerate(phases) if found.plan.today < phase.end), len(phases))
    never = [_never_counts(found, at) for at in taken]
    return Programme(
        project_ids=codes,
        sector_ids=sectors,
        service_ids=[judged.service for judged in found.judged],
        sector=np.array([sectors.index(project.sector or OTHER) for project in projects], np.int32),
        priority=np.array([project.priority or LOWEST for project in projects], np.int32),
        cost=np.array([project.cost or 0 for project in projects], np.int64),
        earliest=np.where(never, len(phases), now).astype(np.int32),
        settled=np.array(
            [
                NOT_SETTLED if found.projects[at].is_open or is_lost else found.timing[at].phase
                for at, is_lost in zip(taken, never, strict=True)
            ],
            np.int32,
        ),
        requires=requires_of(codes, pairs),
        phases=_phases(phases, sectors, carry_over=found.plan.carry_over),
        reach=_reach(found, taken),
    )


def _phases(phases: Sequence[Phase], sectors: Sequence[str], *, carry_over: bool) -> Phases:
    def thousandths(amount: float | None) -> int:
        return NOT_LIMITED if amount is None else round(amount * THOUSANDTHS)

    by_sector = None
    if any(phase.sector_budgets for phase in phases):
        rows = [[thousandths(phase.sector_budgets.get(sector)) for sector in sectors] for phase in phases]
        by_sector = np.array(rows, np.int64)
    return Phases(
        np.array([(phase.end - phase.start).days for phase in phases], np.int64),
        np.array([thousandths(phase.budget) for phase in phases], np.int64),
        by_sector,
        carry_over,
    )


def _reach(found: Findings, taken: Sequence[int]) -> Reach:
    """Give the rows that any project reaches, those of one service after those of another.

    Covered already is whom the facilities of the layer reach at the end of the last phase, and projects that
    were commissioned before the first one.
    """
    per_project: list[list[Int32s]] = [[] for _ in taken]
    weight, service, covered, offset = [], [], [], 0
    for number, judged in enumerate(found.judged):
        reach = judged.reach
        own = [(row, reach[at]) for row, at in enumerate(taken) if at in reach]
        rows = np.unique(np.concatenate([rows for _, rows in own])) if own else np.empty(0, np.int64)
        state = judged.base[-1].copy()
        for at, before in reach.items():
            if found.timing[at].phase == BEFORE:
                state[before] = True
        for row, reached in own:
            per_project[row].append((np.searchsorted(rows, reached) + offset).astype(np.int32))
        # The rest of the service is one row that no project changes.
        rest_now = judged.counted(state) - int(judged.people[rows[state[rows]]].sum())
        weight += [judged.people[rows], np.array([rest_now], np.int64)]
        covered += [state[rows], np.ones(1, np.bool_)]
        service.append(np.full(len(rows) + 1, number, np.int32))
        offset += len(rows) + 1
    nothing = np.empty(0, np.int32)
    pairs = [np.sort(np.concatenate(rows)) if rows else nothing for rows in per_project]
    return Reach(
        start=np.concatenate([[0], np.cumsum([len(rows) for rows in pairs])]).astype(np.int64),
        row=np.concatenate([nothing, *pairs]).astype(np.int32),
        weight=np.concatenate(weight).astype(np.int64),
        service=np.concatenate(service),
        covered_now=np.concatenate(covered),
    )


def _planned(found: Findings, taken: Sequence[int], programme: Programme) -> Int32s:
    """Give the phase of each project as it is planned."""
    phase = [found.timing[at].phase for at in taken]
    planned = np.array([NOT_BUILT if one == NEVER else one for one in phase], np.int32)
    settled: Int32s = np.where(programme.is_open, planned, programme.settled).astype(np.int32)
    return settled


def _years(person_days: int) -> float:
    return round(person_years(person_days), _PERSON_YEARS)


def _brings(roadmap: Roadmap) -> Document:
    """Tell what a roadmap brings by the end of the last phase, and which part of it is decided already."""
    return {
        "person_years": _years(roadmap.objective),
        "decided_person_years": _years(roadmap.settled_objective),
        "people_won": persons(int(roadmap.won.sum())),
        "cost_million_vnd": money(int(roadmap.cost.sum())),
    }


def _phase(found: Findings, programme: Programme, best: Roadmap, at: int) -> Document:
    return {
        "id": found.plan.phases[at].id,
        "projects": int((best.phase == at).sum()),
        "cost_million_vnd": money(int(best.cost[at].sum())),
        "people_won": persons(int(best.won[at].sum())),
        "services": {
            name: {"covered": persons(int(best.covered[at, row])), "won": persons(int(best.won[at, row]))}
            for row, name in enumerate(programme.service_ids)
        },
    }


def _name(found: Findings, phase: int) -> str | None:
    return None if phase == NOT_BUILT else found.plan.phases[phase].id


def _broken(found: Findings, taken: Sequence[int], fault: Fault) -> Document:
    """Tell which rule the planned roadmap does not keep."""
    is_budget = fault.rule == "budget"
    other = None if fault.other is None or is_budget else found.projects[taken[fault.other]].code
    return {
        "rule": fault.rule,
        "phase": found.plan.phases[fault.phase].id,
        "project": None if fault.project is None else found.projects[taken[fault.project]].code,
        "other": other,
        "sector": [*found.sectors, OTHER][fault.other] if is_budget and fault.other is not None else None,
    }


def _notices(found: Findings, taken: Sequence[int], programme: Programme) -> list[Notice]:
    notices = []
    if not found.plan.is_limited:
        notices.append(Notice("roadmap_no_budget", {}))
    if assumed := sum(found.projects[at].priority is None for at in taken):
        notices.append(Notice("roadmap_priority_assumed", {"count": assumed}))
    for over in overruns(programme):
        sector = "–" if over.sector is None else programme.sector_ids[over.sector]
        params = {
            "phase": found.plan.phases[over.phase].id,
            "sector": sector,
            "cost": money(over.cost),
            "budget": money(over.budget),
        }
        notices.append(Notice("roadmap_settled_beyond_budget", params))
    return notices
