"""Roadmaps: what each phase of the programme brings to residents, from the layers of the city.

Each service that projects add to is judged by one standard, on the facilities of the layer as they are open
at the end of each phase, and on the projects that are commissioned by then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.service_standard import Standard
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, RefusedInput, RoadmapCode
from gis_service.services.compare import Workbench
from gis_service.services.coverage import Progress, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.documents import digest, document_id
from gis_service.services.rights import Rights
from gis_service.services.roadmap_best import best_beside
from gis_service.services.roadmap_document import Findings, Said, asked_of, roadmap_document
from gis_service.services.roadmap_phases import Judged, Units, with_commissioned
from gis_service.services.roadmap_projects import (
    COLUMNS,
    REQUIRES,
    Known,
    Project,
    read_projects,
    timed,
)
from gis_service.services.roadmap_reach import COMPUTED, built_already, reaches, without
from gis_service.services.roadmap_request import PROCESS, PROJECTS, Plan, RoadmapRequest, plan_of
from gis_service.services.siting_progress import Teller
from gis_service.services.study_layers import StudyLayers, find_layers, layers_of
from gis_service.services.study_request import CoverageRequest, CoverageTask, complete
from gis_service.services.study_rights import require_inputs, require_versions
from gis_service.services.study_shapes import LayerReference
from gis_service.services.study_standard import refused
from gis_service.types import Bools, LayerId

_SHARED = ("network", "demand", "zones")
_DAY = timedelta(days=1)
_SOUGHT, _FOUND = 0.7, 0.95
"""Share of the work that is done when the best roadmap begins to be sought, and when it is found."""
RULE = ("standard", "measure", "mode", "limit", "group")


@dataclass(frozen=True)
class RoadmapTask:
    """A roadmap that can be computed.

    Parameters
    ----------
    plan, sectors
        Phases and money, and the sectors that projects may belong to.
    projects, faults
        As read from the layer.
    services
        By service its layers and what is asked of it.
    references
        The ``inputs`` of the document.
    notices
        What must be said.
    generated
        Whether any layer is generated data.
    """

    plan: Plan
    sectors: tuple[str, ...]
    projects: list[Project]
    faults: list[Notice]
    services: Mapping[str, tuple[StudyLayers, CoverageTask]]
    references: dict[str, object]
    notices: list[Notice]
    generated: bool

    @property
    def layers(self) -> dict[str, LayerId]:
        """The layers that are read, by role."""
        return {
            role: LayerId(str(one["layer"])) for role, one in self.references.items() if isinstance(one, dict)
        }

    @property
    def parameters(self) -> dict[str, object]:
        """What the document tells of what was asked."""
        return asked_of(self.plan, self.rules)

    @property
    def id(self) -> str:
        """Id of the question; that of its document follows from the best roadmap, too."""
        return document_id(PROCESS, self.references, self.parameters)

    @property
    def rules(self) -> dict[str, dict[str, object]]:
        """By service what it is judged by."""
        return {name: rule_of(task) for name, (_, task) in self.services.items()}


def rule_of(task: CoverageTask) -> dict[str, object]:
    """Give what a service is judged by, as its document tells it."""
    told = task.parameters.as_document() | {"group": task.parameters.group}
    return {name: told.get(name) for name in RULE}


def ask_roadmap(
    connection: Connection,
    catalogue: Catalogue,
    request: RoadmapRequest,
    today: date,
    rights: Rights | None,
) -> RoadmapTask:
    """Check what is asked, and read the projects.

    Parameters
    ----------
    connection, catalogue
        Where the layers are, and what they mean.
    request
        What is asked.
    today
        Day of the plan, unless the request names one.
    rights
        Of who asks; None is the operator.

    Raises
    ------
    NotAllowed
        For layers and versions that are closed to who asks.
    RefusedInput
        ``study_refused``, ``study_layer_empty``, ``roadmap_phases_apart``, ``roadmap_columns_missing`` for a
        layer that holds no projects.
    Conflict
        ``study_version_gone``.
    """
    layer = LayerId(PROJECTS if request.projects is None else request.projects.layer)
    if layer not in catalogue.layers or (rights is not None and not rights.may_read(layer)):
        told = catalogue.layers if rights is None else rights.readable()
        raise refused("projects/layer", layer, ", ".join(map(str, told)))
    fields = {field.name: field for field in catalogue.layers[layer].fields}
    if "sector" not in fields or "code" not in fields:
        raise RefusedInput(
            RoadmapCode.ROADMAP_COLUMNS_MISSING,
            path=layer,
            missing=", ".join(name for name in ("code", "sector") if name not in fields),
            found=", ".join(fields),
        )
    sectors = tuple(str(value) for value in fields["sector"].values or ())
    plan = plan_of(request, catalogue.phases, sectors, today)
    own = _projects_layer(connection, catalogue, request.projects, layer)
    if rights is not None and request.projects is not None and request.projects.version is not None:
        require_versions(connection, rights, [(layer, own.versions[PROJECTS])])
    rows = own.read(PROJECTS, *COLUMNS, REQUIRES)
    readable = set(catalogue.layers if rights is None else rights.readable())
    known = Known(plan.phases, sectors, sorted(map(str, readable)), plan.today)
    projects, faults = read_projects(rows.columns, rows.geometry, known)
    notices: list[Notice] = []
    services = _services(connection, catalogue, request, (projects, plan), rights, notices)
    references = dict(own.references)
    for name, (layers, _) in services.items():
        references |= {
            f"{role}_{name}" if role == "facilities" else role: one for role, one in layers.references.items()
        }
    studied = [own, *(layers for layers, _ in services.values())]
    generated = any(layers.generated for layers in studied)
    return RoadmapTask(plan, sectors, projects, faults, services, references, notices, generated)


def _projects_layer(
    connection: Connection, catalogue: Catalogue, asked: LayerReference | None, layer: LayerId
) -> StudyLayers:
    current = version_of(connection, layer)
    if current is None:
        raise RefusedInput(ErrorCode.STUDY_LAYER_EMPTY, layer=layer)
    version = current if asked is None or asked.version is None else asked.version
    return layers_of(connection, catalogue, {PROJECTS: {"layer": layer, "version": version}})


def _services(
    connection: Connection,
    catalogue: Catalogue,
    request: RoadmapRequest,
    programme: tuple[Sequence[Project], Plan],
    rights: Rights | None,
    notices: list[Notice],
) -> dict[str, tuple[StudyLayers, CoverageTask]]:
    """Complete what is asked of each service that projects add to; a service without a rule is told."""
    projects, plan = programme
    wanted = dict.fromkeys(project.service for project in projects if project.service)
    for service in request.standards:
        if service not in wanted:
            raise refused("standards", service, ", ".join(map(str, wanted)))
    found = {}
    for service in map(str, wanted):
        standard = _standard_of(catalogue, service, request.standards.get(service), rights)
        if standard is None or version_of(connection, LayerId(service)) is None:
            count = sum(project.service == service for project in projects)
            notices.append(Notice("roadmap_service_unjudged", {"service": service, "count": count}))
            continue
        shared = {name: getattr(request, name) for name in _SHARED}
        asked = CoverageRequest(standard=standard.id, beside=(), **shared)
        task = replace(complete(asked, catalogue, plan.today, rights), day=plan.today)
        if rights is not None:
            require_inputs(rights, task.layers.values())
            require_versions(connection, rights, task.versions)
        found[service] = (find_layers(connection, catalogue, task), task)
    return found


def _standard_of(
    catalogue: Catalogue, service: str, asked: str | None, rights: Rights | None
) -> Standard | None:
    """Give the standard of a service: the one asked for, else its first along roads, else its first."""
    own = [
        one
        for one in catalogue.standards.values()
        if one.service == service and one.measure in COMPUTED and one.catchment == "any"
    ]
    if asked is not None:
        named = [one for one in own if one.id == asked]
        if not named:
            raise refused(f"standards/{service}", asked, ", ".join(one.id for one in own))
        return named[0]
    if rights is not None and not rights.may_read(LayerId(service)):
        return None
    # A standard for some kinds of units only says nothing of the others.
    own.sort(key=lambda one: (one.mode is None, bool(one.unit_type)))
    return own[0] if own else None


def compute_roadmap(
    task: RoadmapTask, bench: Workbench, progress: Progress | None = None
) -> tuple[Document, CoverageInputs | None]:
    """Compute a roadmap.

    Parameters
    ----------
    task
        As `ask_roadmap` gives it.
    bench
        Keeps what the services share.
    progress
        Told each step as it begins: ``reach``, ``best``, then again and again how far the search is, as
        `gis_service.services.siting_progress.step_of` writes it, ``done``. From the first plan on it ends the
        search by a ``DismissedError``: the best roadmap so far is given.

    Returns
    -------
    document, inputs
        As docs/contract.md, Roadmap; and what one of the services was computed on.

    Raises
    ------
    RefusedInput, Conflict
        As a study of coverage of any of the services.
    """
    tell = progress or (lambda _step, _share: None)
    judged, faults = [], [*task.faults]
    artefacts: dict[str, object] = {}
    read: CoverageInputs | None = None
    for at, (service, (layers, asked)) in enumerate(task.services.items()):
        tell("reach", 0.7 * at / len(task.services))
        one = _Service(service, layers, asked, bench)
        found, more, read = one.judge(task)
        judged.append(found)
        faults += more
        for role, name in one.artefacts.items():
            artefacts[role if artefacts.get(role, name) == name else f"{role}_{service}"] = name
        bench.keep(read)
    timing = [timed(project, task.plan.phases, task.plan.today) for project in task.projects]
    found_all = Findings.of(task.plan, task.projects, timing, task.sectors, judged)
    tell("best", _SOUGHT)
    teller = Teller("roadmap", tell, _SOUGHT, _FOUND)
    best, more = best_beside(found_all, teller)
    said = Said(task.references, task.rules, artefacts, generated=task.generated)
    document = roadmap_document(found_all, said, faults, [*task.notices, *more], best)
    if best is None:
        tell("done", 1.0)
    else:
        teller.rest("done", 1.0)  # whoever ends it now has a plan to keep
    return document, read


class _Service:
    """One service: its state today and at the end of each phase, and whom projects reach."""

    def __init__(self, service: str, layers: StudyLayers, task: CoverageTask, bench: Workbench) -> None:
        self._service, self._layers, self._task, self._bench = service, layers, task, bench
        self.artefacts: dict[str, object] = {}

    def judge(self, task: RoadmapTask) -> tuple[Judged, list[Notice], CoverageInputs]:
        asked = self._task.parameters
        inputs = self._bench.inputs(self._layers, self._task)
        result = run_coverage(inputs, asked)
        self.artefacts = dict(result.document["artefacts"])
        study = LiveStudy(digest([result.document["id"]]), asked, inputs, result, result.document, {})
        built = built_already(task.projects, inputs, self._service, self._opened())
        walkable = self._bench.walkable(self._layers, self._task)
        reach, faults = reaches(study, task.projects, self._service, walkable, built)
        ids, names = inputs.facilities.ids, inputs.facilities.names
        gone = [ids[one.facility] for one in built]
        judged = Judged(
            service=self._service,
            standard=asked.standard,
            people=result.demand.people[asked.group],
            now=with_commissioned(result.covered, reach, task.projects, task.plan.today),
            base=tuple(self._states(task.plan, gone)),
            reach=reach,
            facility={one.project: names[one.facility] for one in built},
            units=Units(inputs.zones, result.zone),
        )
        return judged, faults, inputs

    def _opened(self) -> dict[str, date]:
        """Tell since when facilities are open, by code, where the layer says so."""
        layers = self._layers
        key = layers.catalogue.layers[layers.layers["facilities"]].key or "code"
        if "open_from" not in layers.fields("facilities"):
            return {}
        columns = layers.read("facilities", key, "open_from").columns
        days = columns.get("open_from", ())
        return {str(code): day for code, day in zip(columns[key], days, strict=True) if isinstance(day, date)}

    def _states(self, plan: Plan, gone: Sequence[str]) -> list[Bools]:
        """Compute whom the layer reaches before the first phase and at the end of each, without projects."""
        days = [plan.phases[0].start - _DAY, *(phase.end - _DAY for phase in plan.phases)]
        known: dict[tuple[Any, ...], Bools] = {}
        states = []
        for day in days:
            inputs = self._bench.inputs(self._layers, replace(self._task, day=day))
            inputs = without(inputs, gone)
            facilities = inputs.facilities
            # The same facilities at the end of two phases are one state.
            name = (facilities.ids, facilities.xy.tobytes())
            if name not in known:
                known[name] = run_coverage(inputs, self._task.parameters).covered
            states.append(known[name])
        return states
