"""Sample projects of the smart-city scheme: made up, but placed where their services stand or are missed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from gis_service.analysis.demo_city.features import Features, generator, table
from gis_service.analysis.demo_city.ground import Ground
from gis_service.analysis.demo_city.project_kinds import KINDS, PHASES, READ_ON, Course, Kind, course_of
from gis_service.analysis.demo_city.project_sites import Site, Sites

__all__ = ["KINDS", "PHASES", "READ_ON", "Kind", "make_projects"]

_PRIORITIES = (0.18, 0.26, 0.28, 0.18, 0.10)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A project before it has its number; the site of one that adds a service follows from its course."""

    kind: Kind
    phase: int
    priority: int
    cost: float
    course: Course
    site: Site | None


def make_projects(ground: Ground, facilities: Mapping[str, Features]) -> Features:
    """Write the programme: 40 to 60 projects, in the order of their planned start.

    Parameters
    ----------
    ground
        Free places.
    facilities
        Services by layer. A commissioned project that adds one stands at a service that is there; a branch
        of an office at a former one; any other where people live farthest from the service.

    Returns
    -------
    Features
        Points, lines and areas; dates and status agree with each other and with the day of reading. There
        are at most two in a commune of 2025.
    """
    draws = generator("projects")
    wanted = [
        (kind, phase) for kind in KINDS for phase, count in enumerate(kind.phases) for _ in range(count)
    ]
    sites = Sites(ground, facilities, len(wanted))
    drafts = [_draft(sites, kind, phase, draws, f"project {at}") for at, (kind, phase) in enumerate(wanted)]
    placed = [draft.site or _standing(sites, draft, draws) for draft in drafts]
    found = [
        (draft, site or sites.missed(draft.kind, f"project {at}"))
        for at, (draft, site) in enumerate(zip(drafts, placed, strict=True))
    ]
    found.sort(key=lambda pair: pair[0].course.planned_from)
    rows = [_row(number, draft, site) for number, (draft, site) in enumerate(found, 1)]
    names = (
        *("code", "name", "sector", "service", "phase", "priority", "status"),
        *("planned_from", "planned_to", "actual_from", "actual_to", "cost_million_vnd", "commune_code"),
    )
    return Features(np.array([site.shape for _draft, site in found], dtype=object), table(names, rows))


def _draft(sites: Sites, kind: Kind, phase: int, draws: np.random.Generator, name: str) -> _Draft:
    """Draw a project; branches and roads have their site at once, for a road's length tells its cost."""
    site = sites.branch(kind) if kind.service == "one_stop_office" else None
    if kind.geometry == "line":
        site = sites.missed(kind, name)
    cost = float(draws.uniform(*kind.cost))
    if kind.per_km and site is not None:
        cost *= float(shapely.length(site.shape)) / 1_000.0
    cost = max(float(round(cost, -2)), 100.0)
    priority = int(draws.choice(len(_PRIORITIES), p=_PRIORITIES)) + 1
    return _Draft(kind, phase, priority, cost, course_of(phase, cost, draws), site)


def _standing(sites: Sites, draft: _Draft, draws: np.random.Generator) -> Site | None:
    if draft.kind.service is None or draft.course.status != "commissioned":
        return None
    return sites.standing(draft.kind, draws)


def _row(number: int, draft: _Draft, site: Site) -> tuple[object, ...]:
    course = draft.course
    return (
        f"da_{number:02d}",
        f"Dự án mẫu {number:02d}: {site.name}",
        draft.kind.sector,
        draft.kind.service,
        PHASES[draft.phase][0],
        draft.priority,
        course.status,
        course.planned_from,
        course.planned_to,
        course.actual_from,
        course.actual_to,
        draft.cost,
        site.commune,
    )
