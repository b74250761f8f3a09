"""Component projects of a programme: read from rows, with what contradicts itself told project by project."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import shapely

from gis_service.catalogue.phase_plan import Phase
from gis_service.services.coverage_inputs import Notice
from gis_service.types import Geometries

Status = Literal["proposed", "approved", "under_way", "commissioned", "stopped"]
STATUSES: tuple[Status, ...] = ("proposed", "approved", "under_way", "commissioned", "stopped")
OPEN: tuple[Status, ...] = ("proposed", "approved")
"""Projects that are not decided yet: they may be moved to another phase, or left out."""
COLUMNS = (
    *("code", "name", "sector", "service", "phase", "priority", "status"),
    *("planned_from", "planned_to", "actual_from", "actual_to", "cost_million_vnd", "commune_code"),
)
"""Columns of a table of projects."""
REQUIRES = "requires"
"""A further column that a table may have: codes of projects that must not come later, with commas between."""
THOUSANDTHS = 1000
"""Costs are whole thousandths of a million dong, so that they add up exactly."""
BEFORE, NEVER = -1, -2
"""Instead of a phase: before the first one; in none."""
_HIGHEST, _LOWEST = 1, 5
_LINE = 1


@dataclass(frozen=True, slots=True)
class Project:
    """A component project, as its row has it; what the row does not tell is None.

    Parameters
    ----------
    code, name
        What it is called.
    sector, service
        The sector it belongs to, and the service it adds a facility to.
    phase, priority, status
        As planned; priority 1 is the highest.
    planned_from, planned_to, actual_from, actual_to
        First day of the works, and day of commissioning.
    cost
        Whole thousandths of a million dong.
    commune_code
        Unit it lies in.
    requires
        Codes of projects that must not come later.
    geometry
        Longitude and latitude in WGS 84.
    """

    code: str
    name: str
    sector: str | None = None
    service: str | None = None
    phase: str | None = None
    priority: int | None = None
    status: Status | None = None
    planned_from: date | None = None
    planned_to: date | None = None
    actual_from: date | None = None
    actual_to: date | None = None
    cost: int | None = None
    commune_code: str | None = None
    requires: tuple[str, ...] = ()
    geometry: shapely.Geometry | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing of it is decided: it is proposed or approved, and nobody has begun."""
        return (self.status is None or self.status in OPEN) and not (self.actual_from or self.actual_to)

    @property
    def is_done(self) -> bool:
        """Whether it is commissioned."""
        return self.status == "commissioned" or (self.status != "stopped" and self.actual_to is not None)

    @property
    def has_place(self) -> bool:
        """Whether a facility may stand there: at a point or in an area."""
        shape = self.geometry
        return shape is not None and not shapely.is_empty(shape) and shapely.get_dimensions(shape) != _LINE


@dataclass(frozen=True, slots=True)
class Timed:
    """When a project counts.

    Parameters
    ----------
    day
        Day of commissioning; None when it is not known, or never.
    phase
        Number of the phase, `BEFORE` or `NEVER`.
    """

    day: date | None
    phase: int


def timed(project: Project, phases: Sequence[Phase], today: date) -> Timed:
    """Tell when a project counts: once it is commissioned (METHODS, Phase); one that is stopped never does.

    Parameters
    ----------
    project
        Any.
    phases
        In their order.
    today
        What is not commissioned today is not commissioned before it either, whatever was planned.
    """
    if project.status == "stopped":
        return Timed(None, NEVER)
    day = project.actual_to or project.planned_to
    if day is None:
        named = [at for at, phase in enumerate(phases) if phase.id == project.phase]
        return Timed(None, named[0] if named else NEVER)
    if not project.is_done:
        day = max(day, today)
    if day < phases[0].start:
        return Timed(day, BEFORE)
    found = [at for at, phase in enumerate(phases) if phase.start <= day < phase.end]
    return Timed(day, found[0] if found else NEVER)


@dataclass(frozen=True, slots=True)
class Known:
    """What a programme knows; a project that names anything else is at fault."""

    phases: tuple[Phase, ...]
    sectors: tuple[str, ...]
    services: Collection[str]
    today: date


def read_projects(
    columns: Mapping[str, Sequence[object]], geometry: Geometries, known: Known
) -> tuple[list[Project], list[Notice]]:
    """Read projects from the columns of a table.

    Parameters
    ----------
    columns
        Values by name of `COLUMNS`, ``n`` each; one that is missing is empty.
    geometry
        ``(n,)`` shapes in longitude and latitude, None where there is none.
    known
        Phases, sectors and services.

    Returns
    -------
    projects, faults
        All that have a code of their own, in the order of the table; and what is wrong with which, for a
        table. A value at fault counts as not told.
    """
    projects: list[Project] = []
    faults: list[Notice] = []
    seen: set[str] = set()
    for row in range(len(geometry)):
        values = {name: column[row] for name, column in columns.items()}
        code = _text(values.get("code"))
        if code is None or code in seen:
            fault = "roadmap_code_missing" if code is None else "roadmap_code_twice"
            faults.append(Notice(fault, {"project": code or "–", "row": row + 1}))
            continue
        seen.add(code)
        project, found = _project(code, values, known)
        project = replace(project, geometry=geometry[row])
        projects.append(project)
        faults += [*found, *_contradictions(project, known)]
    codes = {project.code for project in projects}
    for at, project in enumerate(projects):
        lost = [code for code in project.requires if code not in codes or code == project.code]
        faults += [_fault(project.code, "roadmap_requires_unknown", value=code) for code in lost]
        if lost:
            kept = tuple(code for code in project.requires if code not in lost)
            projects[at] = replace(project, requires=kept)
    return projects, faults


def _project(code: str, values: Mapping[str, object], known: Known) -> tuple[Project, list[Notice]]:
    """Read one row; what is not allowed is left out, and told."""
    faults: list[Notice] = []

    def one_of(name: str, allowed: Collection[str]) -> str | None:
        value = _text(values.get(name))
        if value is None or value in allowed:
            return value
        expected = ", ".join(allowed)
        faults.append(_fault(code, f"roadmap_{name}_unknown", value=value, expected=expected))
        return None

    def day(name: str) -> date | None:
        value = values.get(name)
        if value is None or isinstance(value, date):
            return value
        faults.append(_fault(code, "roadmap_date_unreadable", column=name, value=value))
        return None

    sector = one_of("sector", known.sectors)
    if sector is None and _text(values.get("sector")) is None:
        faults.append(_fault(code, "roadmap_sector_missing", expected=", ".join(known.sectors)))
    status = one_of("status", STATUSES)
    project = Project(
        code=code,
        name=_text(values.get("name")) or code,
        sector=sector,
        service=one_of("service", known.services),
        phase=one_of("phase", [phase.id for phase in known.phases]),
        priority=_priority(code, values.get("priority"), faults),
        status=next((one for one in STATUSES if one == status), None),
        planned_from=day("planned_from"),
        planned_to=day("planned_to"),
        actual_from=day("actual_from"),
        actual_to=day("actual_to"),
        cost=_cost(code, values.get("cost_million_vnd"), faults),
        commune_code=_text(values.get("commune_code")),
        requires=tuple(filter(None, map(str.strip, (_text(values.get(REQUIRES)) or "").split(",")))),
    )
    return project, faults


def _contradictions(project: Project, known: Known) -> Iterator[Notice]:
    """Tell what of a project cannot be as it is told."""
    code = project.code
    for first, last in ((project.planned_from, project.planned_to), (project.actual_from, project.actual_to)):
        if first is not None and last is not None and last < first:
            yield _fault(code, "roadmap_ends_before", first=first.isoformat(), last=last.isoformat())
    yield from _contradictions_of_days(project, known.today)
    named = next((phase for phase in known.phases if phase.id == project.phase), None)
    planned = project.planned_to
    if named is not None and planned is not None and not named.start <= planned < named.end:
        yield _fault(code, "roadmap_phase_other", phase=named.id, day=planned.isoformat())
    if project.cost is None:
        yield _fault(code, "roadmap_cost_missing")
    if project.service is not None and not project.has_place:
        yield _fault(code, "roadmap_place_missing", service=project.service)


def _contradictions_of_days(project: Project, today: date) -> Iterator[Notice]:
    """Tell where days and status of a project do not agree."""
    code, done, planned = project.code, project.actual_to, project.planned_to
    if project.status == "commissioned" and done is None:
        yield _fault(code, "roadmap_commissioned_without_date")
    if done is not None and project.status not in {"commissioned", None}:
        yield _fault(code, "roadmap_date_without_commissioning", day=done.isoformat(), status=project.status)
    if done is not None and done > today:
        yield _fault(code, "roadmap_actual_in_future", day=done.isoformat(), today=today.isoformat())
    if planned is not None and planned < today and not project.is_done and project.status != "stopped":
        yield _fault(code, "roadmap_overdue", day=planned.isoformat(), today=today.isoformat())
    if planned is None and done is None and project.status != "stopped":
        yield _fault(code, "roadmap_undated", phase=project.phase or "–")


def _fault(code: str, fault: str, **params: object) -> Notice:
    return Notice(fault, {"project": code, **params})


def _priority(code: str, value: object, faults: list[Notice]) -> int | None:
    number = _number(value)
    if number is None and _text(value) is None:
        return None
    if number is None or number != int(number) or not _HIGHEST <= number <= _LOWEST:
        faults.append(_fault(code, "roadmap_priority_unknown", value=value))
        return None
    return int(number)


def _cost(code: str, value: object, faults: list[Notice]) -> int | None:
    number = _number(value)
    if number is None and _text(value) is None:
        return None
    if number is None or number < 0:
        faults.append(_fault(code, "roadmap_cost_unreadable", value=value))
        return None
    return round(number * THOUSANDTHS)


def _number(value: object) -> float | None:
    """Give a finite number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return (
        None if value - value != 0 else float(value)
    )  # nan and infinity are not equal to themselves, less 0


def _text(value: object) -> str | None:
    text = "" if value is None or value != value else str(value).strip()  # noqa: PLR0124  nan
    return text or None
