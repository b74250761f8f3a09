"""The document of a roadmap: phases, projects, curve and indicators, from what was found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gis_service.catalogue.phase_plan import Phase
from gis_service.services.coverage_document import SCHEMA, Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.documents import code_version, document_id, persons, plain
from gis_service.services.roadmap_phases import Gain, Judged, ServiceCover, cover_of, in_order
from gis_service.services.roadmap_projects import (
    BEFORE,
    NEVER,
    OPEN,
    THOUSANDTHS,
    Project,
    Timed,
)
from gis_service.services.roadmap_reach import NEAR_M
from gis_service.services.roadmap_request import PROCESS, Plan
from gis_service.services.roadmap_units import unit_rows

ALL = "all"
"""Row of all sectors together."""
OTHER = "other"
"""Row of the projects whose sector is not known."""
_BILLION = 1000
"""Million dong in a billion."""


@dataclass(frozen=True)
class Said:
    """What a document tells of its inputs.

    Parameters
    ----------
    inputs, artefacts
        Layers by version, or files by hash; and the arrays that it was computed on.
    rules
        By service: its standard, measure, mode, limit and group.
    generated
        Whether any input is generated data.
    """

    inputs: Mapping[str, object]
    rules: Mapping[str, Mapping[str, object]]
    artefacts: Mapping[str, object] = field(default_factory=dict)
    generated: bool = False


@dataclass(frozen=True)
class Findings:
    """What was found of a programme.

    Parameters
    ----------
    plan, projects, timing
        Phases and money, projects, and when each counts.
    sectors
        Known sectors, in the order in which they are told.
    judged, covers
        The services whose people are counted, and each through the phases.
    order
        Numbers of the projects that count, by their commissioning.
    """

    plan: Plan
    projects: Sequence[Project]
    timing: Sequence[Timed]
    sectors: tuple[str, ...]
    judged: tuple[Judged, ...]
    covers: tuple[ServiceCover, ...]
    order: tuple[int, ...]

    @classmethod
    def of(
        cls,
        plan: Plan,
        projects: Sequence[Project],
        timing: Sequence[Timed],
        sectors: Sequence[str],
        judged: Sequence[Judged],
    ) -> "Findings":
        """Follow every service through the phases."""
        order = in_order(projects, timing, plan.phases)
        covers = tuple(cover_of(one, order, timing) for one in judged)
        return cls(plan, projects, timing, tuple(sectors), tuple(judged), covers, tuple(order))

    def gain_of(self, project: int) -> Gain | None:
        """Give what a project brings to its service; None for one that is told by number and cost alone."""
        return next((cover.gains[project] for cover in self.covers if project in cover.gains), None)

    def people_of(self, projects: Iterable[int]) -> int:
        """Add up whom some projects bring in order, thousandths; who gains two services is counted twice."""
        gains = (self.gain_of(at) for at in projects)
        return sum(gain.in_order for gain in gains if gain is not None and gain.in_order is not None)

    def cost_of(self, projects: Iterable[int]) -> int:
        """Add up costs, thousandths of a million dong; a cost that is not known adds nothing."""
        return sum(self.projects[at].cost or 0 for at in projects)


def roadmap_document(
    found: Findings, said: Said, faults: Sequence[Notice], notices: Sequence[Notice], best: Document | None
) -> Document:
    """Write the document of a roadmap.

    Parameters
    ----------
    found, said
        What was found, and of what.
    faults
        What is wrong with which project.
    notices
        What else must be said.
    best
        The best roadmap beside the planned one, as `gis_service.services.roadmap_best` has it; None where
        there is nothing to decide.

    Returns
    -------
    Document
        As docs/contract.md, Roadmap.
    """
    parameters = asked_of(found.plan, said.rules)
    # The same question may end with another best roadmap, when its patience is over before the proof.
    told = parameters if best is None else {**parameters, "best": best}
    document: Document = {
        "schema": SCHEMA,
        "id": document_id(PROCESS, said.inputs, told),
        "process": PROCESS,
        "inputs": dict(said.inputs),
        "parameters": parameters,
        "code_version": code_version(),
        "artefacts": dict(said.artefacts),
        "totals": {},
        "zones": [],
        "gaps": [],
        "services": [_service_row(found, at, said.rules) for at in range(len(found.judged))],
        "phases": [_phase_row(found, at) for at in range(len(found.plan.phases))],
        "projects": [_project_row(found, at) for at in range(len(found.projects))],
        "cumulative": _cumulative(found),
        "indicators": _indicators(found),
        "units": unit_rows(found.judged, found.timing, [phase.id for phase in found.plan.phases]),
        "best": best,
        "faults": [{"code": fault.code, **_params(fault)} for fault in faults],
        "notices": [notice.as_document() for notice in [*notices, *_built(found)]],
        "generated_data": said.generated,
    }
    return {name: plain(value) for name, value in document.items()}


def _built(found: Findings) -> list[Notice]:
    """Tell how many projects are taken to have built a facility that stands already."""
    count = sum(len(judged.facility) for judged in found.judged)
    return [Notice("roadmap_built_already", {"count": count, "metres": NEAR_M})] if count else []


def asked_of(plan: Plan, rules: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Give the parameters of a roadmap as its document has them."""
    return plan.as_document() | {"rules": {name: dict(rule) for name, rule in rules.items()}}


def _params(fault: Notice) -> dict[str, object]:
    params = dict(fault.params)
    return {"project": params.pop("project", None), "params": {k: _plain(v) for k, v in params.items()}}


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float) else str(value)


def _service_row(found: Findings, at: int, rules: Mapping[str, Mapping[str, object]]) -> Document:
    judged, cover = found.judged[at], found.covers[at]
    return {
        "id": judged.service,
        **rules[judged.service],
        "now": _cover(judged, judged.counted(judged.now)),
        "before": _cover(judged, cover.before),
        "projects": len(cover.gains),
    }


def _cover(judged: Judged, covered: int) -> Document:
    total = judged.total
    return {
        "total": persons(total),
        "covered": persons(covered),
        "uncovered": persons(total - covered),
        "share": covered / total if total else None,
    }


def _phase_row(found: Findings, at: int) -> Document:
    phase = found.plan.phases[at]
    own = [project for project in found.order if found.timing[project].phase == at]
    cost = found.cost_of(own)
    return {
        "id": phase.id,
        "title": {"vi": phase.title.vi, "en": phase.title.en},
        "from": phase.start.isoformat(),
        "to": phase.end.isoformat(),
        "projects": len(own),
        "cost_million_vnd": money(cost),
        "budget_million_vnd": phase.budget,
        "over_million_vnd": _over(cost, phase.budget),
        "people_won": persons(found.people_of(own)),
        "services": {
            judged.service: _cover(judged, cover.phases[at].covered)
            | {
                "won": persons(cover.phases[at].won),
                "won_by_projects": persons(cover.phases[at].by_projects),
            }
            for judged, cover in zip(found.judged, found.covers, strict=True)
        },
        "sectors": _sectors_of_phase(found, phase, own),
    }


def _sectors_of_phase(found: Findings, phase: Phase, own: Sequence[int]) -> dict[str, Document]:
    rows = {}
    for sector, projects in _by_sector(found, own):
        cost, budget = found.cost_of(projects), phase.sector_budgets.get(sector)
        rows[sector] = {
            "projects": len(projects),
            "cost_million_vnd": money(cost),
            "budget_million_vnd": budget,
            "over_million_vnd": _over(cost, budget),
            "people_won": persons(found.people_of(projects)),
        }
    return rows


def _over(cost: int, budget: float | None) -> float | None:
    """Tell by how much a budget is overspent; None where there is none."""
    return None if budget is None else money(max(cost - round(budget * THOUSANDTHS), 0))


def _by_sector(found: Findings, projects: Iterable[int]) -> list[tuple[str, list[int]]]:
    """Sort projects by sector, in the order of these; sectors without any are left out."""
    rows: dict[str, list[int]] = {sector: [] for sector in (*found.sectors, OTHER)}
    for at in projects:
        rows[found.projects[at].sector or OTHER].append(at)
    return [(sector, own) for sector, own in rows.items() if own]


def _project_row(found: Findings, at: int) -> Document:
    project, when = found.projects[at], found.timing[at]
    gain = found.gain_of(at)
    people = None if gain is None else gain.in_order
    standing = next((one.facility[at] for one in found.judged if at in one.facility), None)
    days = ("planned_from", "planned_to", "actual_from", "actual_to")
    told = {name: getattr(project, name) for name in days}
    return {
        "code": project.code,
        "name": project.name,
        "sector": project.sector,
        "service": project.service,
        "phase": project.phase,
        "priority": project.priority,
        "status": project.status,
        **{name: None if day is None else day.isoformat() for name, day in told.items()},
        "cost_million_vnd": None if project.cost is None else money(project.cost),
        "commune_code": project.commune_code,
        "requires": list(project.requires),
        "counts_from": None if when.day is None else when.day.isoformat(),
        "counts_in": phase_name(found.plan.phases, when.phase),
        "facility": standing,
        "people_reached": None if gain is None else persons(gain.reached),
        "people_alone": None if gain is None else persons(gain.alone),
        "people_in_order": None if people is None else persons(people),
        "people_per_billion_vnd": _per_billion(people, project.cost),
    }


def phase_name(phases: Sequence[Phase], at: int) -> str | None:
    """Name a phase: ``before`` for before the first one, None for none."""
    if at == BEFORE:
        return "before"
    return None if at == NEVER else phases[at].id


def _per_billion(people: int | None, cost: int | None) -> float | None:
    """Give people gained per billion dong, rounded to thousandths."""
    if people is None or not cost:
        return None
    return round(people * _BILLION / cost, 3)


def _cumulative(found: Findings) -> list[Document]:
    """Add up cost and people, project by project in the order of commissioning."""
    rows: list[Document] = []
    cost = people = 0
    for at in found.order:
        gain = found.gain_of(at)
        own = gain.in_order if gain is not None and gain.in_order is not None else 0
        cost, people = cost + (found.projects[at].cost or 0), people + own
        rows.append(
            {
                "project": found.projects[at].code,
                "phase": phase_name(found.plan.phases, found.timing[at].phase),
                "people": persons(own),
                "cost_total_million_vnd": money(cost),
                "people_total": persons(people),
            }
        )
    return rows


def _indicators(found: Findings) -> list[Document]:
    """Sum up the programme by sector, for its report."""
    everything = range(len(found.projects))
    return [_indicator(found, *row) for row in [*_by_sector(found, everything), (ALL, [*everything])]]


def _indicator(found: Findings, sector: str, projects: Sequence[int]) -> Document:
    def those(test: Callable[[Project], bool]) -> list[int]:
        return [at for at in projects if test(found.projects[at])]

    done = those(lambda project: project.is_done)
    stopped = those(lambda project: project.status == "stopped")
    kept = [at for at in projects if at not in set(stopped)]
    cost, cost_done = found.cost_of(kept), found.cost_of(done)
    counted = set(found.order)
    return {
        "sector": sector,
        "projects": len(projects),
        "planned": len(
            those(lambda project: not project.is_done and (project.status is None or project.status in OPEN))
        ),
        "under_way": len(those(lambda project: not project.is_done and project.status == "under_way")),
        "commissioned": len(done),
        "stopped": len(stopped),
        "cost_million_vnd": money(cost),
        "cost_commissioned_million_vnd": money(cost_done),
        "people_reached": persons(found.people_of(at for at in done if at in counted)),
        "people_planned": persons(found.people_of(at for at in projects if at in counted)),
        "share_done": len(done) / len(kept) if kept else None,
        "share_of_cost_done": cost_done / cost if cost else None,
    }


def money(thousandths: int) -> float:
    """Give an amount in million dong, at most 3 decimals; a whole number stays one."""
    return thousandths // THOUSANDTHS if thousandths % THOUSANDTHS == 0 else thousandths / THOUSANDTHS
