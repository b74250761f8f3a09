"""A roadmap on an analyst's own files: no database, no server; the document is that of the service."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from gis_service.catalogue.loader import Catalogue, load_catalogue
from gis_service.errors import ErrorCode, RefusedInput, RoadmapCode, WrongUse
from gis_service.files.frames import split_source
from gis_service.files.mappings import read_mapping
from gis_service.files.project_tables import ProjectTable, read_project_table
from gis_service.services.coverage import Progress, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.documents import canonical_json
from gis_service.services.gap_analysis import GapAnalysis, run_gap_analysis
from gis_service.services.gap_inputs import GapFiles
from gis_service.services.gap_question import GapQuestion
from gis_service.services.gap_references import says_generated
from gis_service.services.gap_study import FileStudy
from gis_service.services.reports import prepare_folder
from gis_service.services.roadmap_best import best_beside
from gis_service.services.roadmap_columns import project_columns
from gis_service.services.roadmap_document import Findings, Said, roadmap_document
from gis_service.services.roadmap_names import Names, names_of
from gis_service.services.roadmap_out import write_out
from gis_service.services.roadmap_phases import Judged, Units, with_commissioned
from gis_service.services.roadmap_projects import Known, Project, read_projects, timed
from gis_service.services.roadmap_reach import COMPUTED, built_already, reaches, without
from gis_service.services.roadmap_request import Plan, RoadmapRequest, plan_of
from gis_service.services.roadmap_tables import phase_rows, write_projects, write_rows
from gis_service.services.roadmap_words import fault_text, roadmap_answer
from gis_service.services.study_request import ROADS
from gis_service.services.study_shapes import read_request
from gis_service.services.study_standard import refused
from gis_service.settings import ROOT
from gis_service.types import Geometries, Language

_FILES = ("facilities", "roads", "population", "zones")
RULE = ("measure", "mode", "limit", "group")
_PHASES = ("source", "note", "phases", "carry_over")


@dataclass(frozen=True)
class RoadmapQuestion:
    """What somebody asks of a programme in files.

    Parameters
    ----------
    projects
        File of the projects.
    phases
        File of the phases, as ``phases.yaml`` of a city; those of the city when None.
    city
        City whose sectors, phases and words are known.
    request
        Day, budgets and the like, as `RoadmapRequest` takes them.
    service
        Service of the facilities' file; None tells numbers and costs alone.
    files, question
        As of a gap analysis; further services stand beside it.
    """

    projects: str
    phases: str | None = None
    city: str = "thai_binh"
    request: Mapping[str, object] = field(default_factory=dict)
    service: str | None = None
    files: Mapping[str, Any] = field(default_factory=dict)
    question: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counts_people(self) -> bool:
        """Whether people are counted; else numbers and costs are told alone."""
        return self.service is not None

    def require(self) -> None:
        """Refuse options that say nothing without others.

        Raises
        ------
        WrongUse
            ``wrong_argument``.
        """
        given = {name: self.files.get(name) for name in _FILES}
        there = [f"--{name}" for name, value in given.items() if value]
        missing = [f"--{name}" for name, value in given.items() if not value]
        if self.service is None and there:
            raise _without(there[0], "--service")
        if self.service is not None and missing:
            raise _without("--service", ", ".join(missing))


def _without(option: str, needed: str) -> WrongUse:
    return WrongUse(ErrorCode.WRONG_ARGUMENT, name=option, value="–", expected=f"{option} + {needed}")


@dataclass(frozen=True)
class RoadmapRun:
    """What a run has found.

    Parameters
    ----------
    document, names
        The document, and what people call things.
    geometry
        Places of the projects, in their order.
    """

    document: Document
    names: Names
    geometry: Geometries

    def write(self, out: Path, language: Language) -> list[Path]:
        """Write all files into a folder that exists.

        Raises
        ------
        RefusedInput
            ``out_not_writable``.
        """
        paths = [
            out / name
            for name in (
                *("roadmap.json", "projects.csv", "projects.xlsx"),
                *("phases.csv", "indicators.csv", "roadmap.pdf"),
            )
        ]
        write_projects(paths[1], self.document, self.names, language, self.geometry)
        write_projects(paths[2], self.document, self.names, language, self.geometry)
        write_rows(paths[3], "phases", phase_rows(self.document))
        write_rows(paths[4], "indicators", self.document["indicators"])
        write_out(paths[5], self.document, self.names, "projects", language)
        try:
            paths[0].write_bytes(canonical_json(self.document) + b"\n")
        except OSError as error:
            raise RefusedInput(ErrorCode.OUT_NOT_WRITABLE, path=str(out), reason=error.strerror) from error
        return paths

    def text(self, language: Language, rows: int) -> str:
        """Tell it for a terminal: the answer, and what is wrong with which project."""
        said = [roadmap_answer(self.document, self.names.services, language)]
        faults = self.document["faults"]
        said += [
            f"! {fault['project'] or '–'}: {fault_text(fault).in_language(language)}"
            for fault in faults[:rows]
        ]
        if len(faults) > rows:
            said.append(f"… + {len(faults) - rows}")
        return "\n".join(said)


def run_roadmap(question: RoadmapQuestion, out: Path, progress: Progress | None = None) -> RoadmapRun:
    """Read the files and follow the programme through its phases.

    Parameters
    ----------
    question
        What is asked.
    out
        Folder of the results; made when it is not there.
    progress
        Told each step as it begins, with the share of the work done.

    Raises
    ------
    WrongUse, NotFound, RefusedInput
        With what is wrong and what to do.
    """
    tell = progress or (lambda _step, _share: None)
    prepare_folder(out)
    question.require()
    catalogue = load_catalogue(ROOT / "layers", ROOT / "tiles", question.city)
    names = names_of(catalogue)
    request = read_request(RoadmapRequest, _asked(question))
    sectors = tuple(names.sectors)
    plan = plan_of(request, catalogue.phases, sectors, datetime.now(UTC).astimezone().date())
    tell("files", 0.0)
    table = read_project_table(question.projects)
    projects, faults = _projects_of(question, table, names, catalogue, plan)
    timing = [timed(project, plan.phases, plan.today) for project in projects]
    judged: list[Judged] = []
    analysis: GapAnalysis | None = None
    rules: dict[str, dict[str, object]] = {}
    if question.counts_people:
        analysis = _analysis(question, tell)
        for name, study in _studies(question, analysis):
            tell("reach", 0.8)
            found, more = _judge(name, study, analysis, projects, plan)
            judged.append(found)
            faults += more
            told = study.parameters.as_document() | {"group": study.parameters.group}
            rules[name] = {"standard": None, **{key: told.get(key) for key in RULE}}
    found_all = Findings.of(plan, projects, timing, sectors, judged)
    tell("best", 0.9)
    best, notices = best_beside(found_all)
    unjudged = _unjudged(projects, rules)
    said = Said(_inputs(question, analysis), rules, generated=_is_generated(question, analysis))
    document = roadmap_document(found_all, said, faults, [*unjudged, *notices], best)
    tell("done", 1.0)
    geometry = np.full(len(projects), None, dtype=object)
    geometry[:] = [project.geometry for project in projects]
    return RoadmapRun(document, replace(names, city=None), geometry)


def _asked(question: RoadmapQuestion) -> dict[str, object]:
    """Add the phases of a file to what is asked."""
    asked = {name: value for name, value in question.request.items() if value is not None}
    if question.phases is None:
        return asked
    given = read_mapping(question.phases, _PHASES)
    if not given.get("phases"):
        raise refused("--phases", question.phases, "phases: [{id, from, to}, ...]")
    kept = {name: given[name] for name in ("phases", "carry_over") if given.get(name) is not None}
    return kept | asked


def _projects_of(
    question: RoadmapQuestion, table: ProjectTable, names: Names, catalogue: Catalogue, plan: Plan
) -> tuple[list[Project], list[Notice]]:
    columns = project_columns(question.projects, table.names, table.columns, names)
    services = [*map(str, catalogue.layers)]
    services += [name for name in _rule_names(question) if name not in services]
    known = Known(plan.phases, tuple(names.sectors), services, plan.today)
    projects, faults = read_projects(columns, table.geometry, known)
    if not projects:
        raise RefusedInput(
            RoadmapCode.ROADMAP_PROJECTS_NONE, path=question.projects, rows=len(table.geometry)
        )
    return projects, faults


def _rule_names(question: RoadmapQuestion) -> list[str]:
    """Name the services of the run, that of the facilities' file first."""
    beside = question.question.get("beside") or ()
    own = [] if question.service is None else [question.service]
    return [*own, *(str(text).split("=")[0].split(",")[0] for text in beside if text != ROADS)]


def _analysis(question: RoadmapQuestion, tell: Progress) -> GapAnalysis:
    files = GapFiles(**_known(GapFiles, question.files))
    asked = GapQuestion(**_known(GapQuestion, question.question))
    return run_gap_analysis(files, asked, lambda step, share: tell(step, 0.8 * share))


def _known(kind: type[Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the options that a part of the question knows, as far as they are given."""
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in options.items() if name in names and value is not None}


def _studies(question: RoadmapQuestion, analysis: GapAnalysis) -> list[tuple[str, FileStudy]]:
    beside = [(name, study) for name, study in analysis.beside if name != ROADS]
    found = [(str(question.service), analysis.study), *beside]
    for name, study in found:
        if study.parameters.measure not in COMPUTED or study.parameters.catchment != "any":
            expected = f"{', '.join(COMPUTED)}; catchment: any"
            raise refused(name, f"{study.parameters.measure}, {study.parameters.catchment}", expected)
    return found


def _judge(
    name: str, study: FileStudy, analysis: GapAnalysis, projects: Sequence[Project], plan: Plan
) -> tuple[Judged, list[Notice]]:
    """Find whom a service reaches; the facilities of a file are there in every phase."""
    inputs, result, asked = study.inputs, study.result, study.parameters
    live = LiveStudy(name, asked, inputs, result, result.document, {})
    built = built_already(projects, inputs, name, {})
    reach, faults = reaches(live, projects, name, analysis.inputs.roads.walkable, built)
    ids = inputs.facilities.ids or tuple(map(str, range(len(inputs.facilities.names))))
    gone = [ids[one.facility] for one in built]
    kept = result.covered
    if gone:
        kept = run_coverage(without(inputs, gone), asked).covered
    names = inputs.facilities.names or ids
    judged = Judged(
        service=name,
        standard=None,
        people=result.demand.people[asked.group],
        now=with_commissioned(result.covered, reach, projects, plan.today),
        base=(kept,) * (len(plan.phases) + 1),
        reach=reach,
        facility={one.project: names[one.facility] for one in built},
        units=Units(inputs.zones, result.zone),
    )
    return judged, faults


def _unjudged(projects: Sequence[Project], rules: Mapping[str, object]) -> list[Notice]:
    counts: dict[str, int] = {}
    for project in projects:
        if project.service is not None and project.service not in rules:
            counts[project.service] = counts.get(project.service, 0) + 1
    return [
        Notice("roadmap_service_unjudged", {"service": service, "count": count})
        for service, count in sorted(counts.items())
    ]


def _inputs(question: RoadmapQuestion, analysis: GapAnalysis | None) -> dict[str, object]:
    path, _ = split_source(question.projects)
    own: dict[str, object] = {
        "projects": {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    }
    return own if analysis is None else {**analysis.result.document["inputs"], **own}


def _is_generated(question: RoadmapQuestion, analysis: GapAnalysis | None) -> bool:
    own = says_generated(question.projects)
    return own or (analysis is not None and bool(analysis.result.document["generated_data"]))
