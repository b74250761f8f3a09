"""Whom a facility of each project would reach: the rows of people within the limit of its service.

Along roads by local repair: a state without any facility gets those of one project, is asked, and is taken
back. As the crow flies each project is asked by itself. Where anybody may use any facility, the people that
several facilities reach are those that any of them reaches, so the state of each phase is a union of these.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely

from gis_service.analysis.what_if import WhatIf
from gis_service.crs import STORAGE, transform
from gis_service.errors import RefusedInput
from gis_service.services.coverage import run_coverage
from gis_service.services.coverage_inputs import CoverageInputs, Facilities, Notice
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.facilities import facilities_as_shapes, facilities_from
from gis_service.services.roadmap_projects import Project
from gis_service.services.what_if_base import Base
from gis_service.types import Bools, Geometries, Int64s

NEAR_M = 50
"""A facility this near to a commissioned project of its service is the one that the project has built."""
COMPUTED = ("network_time", "network_distance", "straight_radius", "within_line", "inside_area")
"""Measures by which a facility reaches people whatever others there are."""


@dataclass(frozen=True)
class Built:
    """A facility that stands already, and the project that has built it.

    Parameters
    ----------
    project
        Its row.
    facility
        Its number among those of the study.
    """

    project: int
    facility: int


def without(inputs: CoverageInputs, ids: Sequence[str]) -> CoverageInputs:
    """Give what a study reads without some facilities, named by their codes."""
    facilities = inputs.facilities
    names = facilities.ids or tuple(map(str, range(len(facilities.names))))
    gone = [at for at, name in enumerate(names) if name in set(ids)]
    if not gone:
        return inputs
    kept = ~np.isin(facilities.owners, gone)
    return replace(inputs, facilities=_rows(facilities, kept))


def _rows(facilities: Facilities, kept: Bools) -> Facilities:
    """Give some rows; the facilities keep their numbers."""
    return replace(
        facilities,
        xy=facilities.xy[kept],
        site=facilities.site[kept],
        unit=facilities.unit[kept],
        owner=facilities.owners[kept],
        shapes=None if facilities.shapes is None else facilities.shapes[kept],
    )


def built_already(
    projects: Sequence[Project], inputs: CoverageInputs, service: str, opened: Mapping[str, date]
) -> list[Built]:
    """Find the facilities that commissioned projects have built, each the nearest within `NEAR_M`.

    Parameters
    ----------
    projects
        All of the programme.
    inputs
        Of the study of the service today.
    service
        The service.
    opened
        Since when facilities are open, by code, where it is told: one that is older than the works of a
        project is another one.
    """
    facilities = inputs.facilities
    places = facilities.places
    if places is None:
        places = np.asarray(shapely.points(facilities.xy), dtype=object)
        owners = facilities.owners
    else:
        owners = np.arange(len(places), dtype=np.int64)
    if not len(places):
        return []
    tree = shapely.STRtree(places)
    found: list[Built] = []
    taken: set[int] = set()
    for at, project in enumerate(projects):
        if project.service != service or not project.is_done or not project.has_place:
            continue
        shape = transform(np.array([project.geometry], dtype=object), STORAGE, inputs.crs)[0]
        near = tree.query(shape, predicate="dwithin", distance=NEAR_M)
        distance = shapely.distance(places[near], shape)
        for row in near[np.lexsort((near, distance))].tolist():
            owner = int(owners[row])
            if owner not in taken and _is_of(project, facilities, owner, opened):
                taken.add(owner)
                found.append(Built(at, owner))
                break
    return found


def _is_of(project: Project, facilities: Facilities, owner: int, opened: Mapping[str, date]) -> bool:
    since = opened.get(facilities.ids[owner]) if facilities.ids else None
    begun = project.actual_from or project.planned_from
    return since is None or begun is None or since >= begun


def reaches(
    study: LiveStudy,
    projects: Sequence[Project],
    service: str,
    walkable: Geometries,
    built: Sequence[Built],
) -> tuple[dict[int, Int64s], list[Notice]]:
    """Find whom each project of a service reaches.

    Parameters
    ----------
    study
        Of the service today; its catchment is ``any``, its measure one of `COMPUTED`.
    projects, service
        As of `built_already`.
    walkable
        ``(m,)`` lines that areas are entered from, in the system of the study.
    built
        As `built_already` gives it: these projects reach whom their facility reaches.

    Returns
    -------
    reach, faults
        Rows of the people of the study by number of the project, rising; and which projects cannot be
        joined to a road.
    """
    standing = {one.project: one.facility for one in built}
    sites: dict[int, Facilities] = {}
    for at, project in enumerate(projects):
        if project.service != service or not project.has_place or project.status == "stopped":
            continue
        if at in standing:
            own = study.inputs.facilities
            sites[at] = _rows(own, own.owners == standing[at])
        else:
            sites[at] = _site_of(project, study, walkable)
    if not sites:
        return {}, []
    return (_along_roads if study.result.roads is not None else _as_the_crow_flies)(study, projects, sites)


def _site_of(project: Project, study: LiveStudy, walkable: Geometries) -> Facilities:
    """Put a project where its facility is entered."""
    inputs = study.inputs
    place = transform(np.array([project.geometry], dtype=object), STORAGE, inputs.crs)
    place = shapely.force_2d(place)
    names = [project.name]
    if study.parameters.on_roads:
        return facilities_from(place, [None], names, walkable, inputs.zones)
    return facilities_as_shapes(place, [None], names, inputs.zones)


def _along_roads(
    study: LiveStudy, projects: Sequence[Project], sites: Mapping[int, Facilities]
) -> tuple[dict[int, Int64s], list[Notice]]:
    base = Base(study)
    nobody = np.empty(0, dtype=np.int64)
    state = WhatIf(base.first.ground, base.standing.take(nobody), base.start[:0])
    found: dict[int, Int64s] = {}
    faults: list[Notice] = []
    for at, site in sites.items():
        refused: RefusedInput | None = None
        for xy in site.xy:
            here = transform(np.array([shapely.Point(xy)], dtype=object), study.inputs.crs, STORAGE)[0]
            try:
                placed = base.joiner.join(xy[np.newaxis], (here.x, here.y))
            except RefusedInput as error:
                refused = error
                continue
            state.add(placed.position, base.start_of(placed.position, None, None))
        if state.edits:
            found[at] = np.flatnonzero(state.covered)
        else:
            code = "roadmap_no_entrance" if refused is None else f"roadmap_{refused.code.value}"
            params = {} if refused is None else refused.params
            faults.append(Notice(code, {"project": projects[at].code, **params}))
        while state.edits:
            state.undo()
    return found, faults


def _as_the_crow_flies(
    study: LiveStudy, projects: Sequence[Project], sites: Mapping[int, Facilities]
) -> tuple[dict[int, Int64s], list[Notice]]:
    del projects
    found = {}
    for at, site in sites.items():
        inputs = replace(study.inputs, facilities=site)
        found[at] = np.flatnonzero(run_coverage(inputs, study.parameters).covered)
    return found, []
