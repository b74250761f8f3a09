"""The study of coverage: whom a service reaches within its limit, who is left out, and where.

The one engine behind the web map, the command line and the scripts: the same inputs give the same document,
whoever asks.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gis_service.analysis.coverage import Coverage, coverage, is_covered
from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.field import Field
from gis_service.analysis.gaps import GapPlace, ranked
from gis_service.analysis.pairs import MAX_PAIRS
from gis_service.analysis.zones import BEYOND
from gis_service.catalogue.service_standard import EVERYBODY
from gis_service.services.coverage_border import Border, border_of
from gis_service.services.coverage_document import Document, coverage_document, summary
from gis_service.services.coverage_inputs import CoverageInputs, Facilities, Notice
from gis_service.services.coverage_notices import coverage_notices
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.coverage_ways import Roads, Ways, find_gaps, find_ways
from gis_service.services.documents import plain
from gis_service.services.tables import Scene, found_of_tables, notices_of_tables, tables_of
from gis_service.services.way_notices import nobody_in_limit, way_notices
from gis_service.types import Bools, Int32s, Int64s

__all__ = [
    "CoverageInputs",
    "CoverageParameters",
    "CoverageResult",
    "Facilities",
    "Notice",
    "Progress",
    "Told",
    "run_coverage",
    "summary",
]

Progress = Callable[[str, float], None]
"""Told the step that begins and the share of the work done so far, 0..1."""
_TABLES_FROM = 0.95
"""Share of the work that is done before the tables."""


@dataclass(frozen=True)
class CoverageResult:
    """A study document and the arrays it was made of; rows are those of ``demand``.

    Parameters
    ----------
    document
        As docs/contract.md, Study document.
    demand
        The people of the study area; rows of the input beyond it are left out.
    zone
        ``(n,)`` unit of each row.
    field
        Cost and facility of each row, and the part of the cost that is access.
    covered
        ``(n,)`` whether within the limit.
    reached
        ``(n,)`` whether a way leads to any facility, also to one of another catchment.
    reason
        ``(n,)`` why each is, or would be, beyond the limit: index into `gis_service.analysis.gaps.REASONS`.
    coverage
        The sums in whole thousandths.
    gaps
        Places beyond the limit with their homes: personal, unlike those of the document.
    roads
        The network in its mode, and where everybody stands on it; None as the crow flies.
    counted_facilities
        Rows of the facilities that count: those within the border.
    own, own_covered
        Answers of the groups that walk at a speed of their own, by group, and whether these are within the
        limit; the others have ``field`` and ``covered``.
    """

    document: Document
    demand: Demand
    zone: Int32s
    field: Field
    covered: Bools
    reached: Bools
    reason: Int32s
    coverage: Coverage
    gaps: list[GapPlace]
    roads: Roads | None
    counted_facilities: Int64s
    own: Mapping[str, Field] = dataclasses.field(default_factory=dict)
    own_covered: Mapping[str, Bools] = dataclasses.field(default_factory=dict)

    def field_of(self, group: str) -> Field:
        """Give the answers that hold for a group."""
        return self.own.get(group, self.field)

    def covered_of(self, group: str) -> Bools:
        """Tell who of a group is within the limit."""
        return self.own_covered.get(group, self.covered)


@dataclass(frozen=True)
class Told:
    """What a result is told by: its inputs and parameters with other units, for the same people.

    Parameters
    ----------
    inputs
        As those of the study, but for ``zones``, ``zone``, ``area`` and ``references``; the same rows lie
        beyond the study area.
    parameters
        As those of the study, but for the names of the units.
    """

    inputs: CoverageInputs
    parameters: CoverageParameters


def run_coverage(
    inputs: CoverageInputs,
    parameters: CoverageParameters,
    progress: Progress | None = None,
    told: Told | None = None,
    most_pairs: int = MAX_PAIRS,
) -> CoverageResult:
    """Run a study of coverage.

    Parameters
    ----------
    inputs
        What is read.
    parameters
        What is asked.
    progress
        Told each step as it begins: ``ways``, ``coverage``, ``gaps``, ``notices``, ``tables``, ``done``.
    told
        Other units to tell the same result by; those of the inputs when None.
    most_pairs
        Pairs of homes and facilities that tables may hold.

    Raises
    ------
    RefusedInput
        ``study_refused`` when the inputs do not allow what the parameters ask for.
    WrongUse
        ``pairs_too_many`` for tables of more pairs.
    """
    tell = progress or (lambda _step, _share: None)
    parameters.require(
        tuple(inputs.demand.people),
        has_network=inputs.network is not None,
        is_assigned=inputs.assigned is not None,
    )
    tell("ways", 0.0)
    scene = _scene_of(inputs, parameters)
    demand, ways = scene.demand, scene.ways
    if told is None:
        told = Told(inputs, parameters)
    zone = told.inputs.zone[inputs.zone != BEYOND]
    tell("coverage", 0.7)
    limit = parameters.limit_cost
    own = _own_ways(inputs, parameters)
    sums = _sums_of_groups(parameters, scene, own, zone, len(told.inputs.zones))
    tell("gaps", 0.8)
    found = find_gaps(demand, zone, ways, parameters, inputs.settlements)
    gaps = ranked(found, demand.people[parameters.group])
    tell("notices", 0.9)
    document = _document_of(scene, sums, gaps, parameters, told, is_own=told.inputs.zones is inputs.zones)
    near = np.flatnonzero(scene.border.facilities)
    if parameters.tables:
        scene_told = Scene(
            told.inputs, told.parameters, demand, zone, ways, near, most_pairs=most_pairs, own=own
        )
        _add_tables(document, scene_told, tell)
    tell("done", 1.0)
    covered = is_covered(ways.field.cost, limit)
    answers = {group: slower.field for group, slower in own.items()}
    return CoverageResult(
        document=document,
        demand=demand,
        zone=zone,
        field=ways.field,
        covered=covered,
        reached=ways.reached,
        reason=ways.reasons(),
        coverage=sums,
        gaps=gaps,
        roads=ways.roads,
        counted_facilities=near,
        own=answers,
        own_covered={group: is_covered(found.cost, limit) for group, found in answers.items()},
    )


def _document_of(
    scene: "_Scene",
    sums: Coverage,
    gaps: list[GapPlace],
    parameters: CoverageParameters,
    told: Told,
    *,
    is_own: bool,
) -> Document:
    """Write the document with its notices; ``is_own`` when it is told by the units of the study itself."""
    demand, ways = scene.demand, scene.ways
    notices = [
        *coverage_notices(told.inputs, parameters, demand, scene.beyond, scene.border, ways.roads),
        *way_notices(sums, ways.roads, scene.border.facilities),
        *nobody_in_limit(demand, ways, parameters),
        *notices_of_tables(parameters.tables),
    ]
    # What units have and need is told by the units of the quota, and not by others.
    provision = ways.provision if is_own else None
    people = {group: demand.people[group] for group in parameters.counted_groups}
    by_group = None if parameters.group == ALL else people
    return coverage_document(told.inputs, told.parameters, sums, gaps, notices, provision, by_group)


def _add_tables(document: Document, scene: Scene, tell: Progress) -> None:
    """Put the further tables into a document, and what is to be said of them."""

    def tell_tables(share: float) -> None:
        tell("tables", _TABLES_FROM + (1 - _TABLES_FROM) * share)

    tell_tables(0.0)
    told = replace(scene, tell=tell_tables)
    document["tables"] = tables_of(told)
    document["notices"] += plain([notice.as_document() for notice in found_of_tables(told)])


def _sums_of_groups(
    parameters: CoverageParameters, scene: "_Scene", own: Mapping[str, Ways], zone: Int32s, n_zones: int
) -> Coverage:
    """Sum everybody's ways by unit; those of the groups of ``own`` by ways of their own."""
    demand, limit = scene.demand, parameters.limit_cost
    groups = {group: demand.people[group] for group in parameters.counted_groups}
    counted = Demand(demand.xy, groups, demand.source, demand.step_m)
    sums = _sums(counted, zone, n_zones, scene.ways, limit)
    for group, slower in own.items():
        alone = replace(counted, people={group: counted.people[group]})
        sums = _with_group(sums, _sums(alone, zone, n_zones, slower, limit))
    return sums


def _sums(counted: Demand, zone: Int32s, n_zones: int, ways: Ways, limit: int) -> Coverage:
    found = ways.field
    return coverage(counted, zone, n_zones, found.cost, limit, ways.reached, found.no_road, found.access)


def _own_ways(inputs: CoverageInputs, parameters: CoverageParameters) -> dict[str, Ways]:
    """Find the ways of the groups that walk at a speed of their own; one search for each speed."""
    mode = parameters.mode
    if mode is None:
        return {}
    found = {}
    for group, kmh in parameters.group_speeds or ():
        speeds = tuple(None if speed is None else kmh for speed in mode.speeds_kmh)
        slower = replace(mode, speeds_kmh=speeds, access_kmh=kmh)
        found[group] = _scene_of(inputs, replace(parameters, mode=slower)).ways
    return found


def _with_group(sums: Coverage, own: Coverage) -> Coverage:
    """Put the figures of a group in the place of those that it has at the speed of the others."""
    outside = None if sums.outside is None else sums.outside | (own.outside or {})
    return Coverage(sums.totals | own.totals, sums.zones | own.zones, outside, sums.access | own.access)


@dataclass(frozen=True)
class _Scene:
    """What a study finds before its limit comes in."""

    demand: Demand
    zone: Int32s
    beyond: int
    border: Border
    ways: Ways

    @property
    def places(self) -> int:
        """How many places the people are at."""
        return len(self.zone)


def _scene_of(inputs: CoverageInputs, parameters: CoverageParameters) -> _Scene:
    # The ways do not depend on these, or by way of the inputs only.
    rule = replace(
        parameters,
        limit=1.0,
        standard=None,
        vintage=None,
        catchment_vintage=None,
        at=None,
        open_on=None,
        groups=(),
        group=EVERYBODY,
        seed=0,
        tables=(),
        unit_types=(),
        min_site_m2=None,
        in_force=True,
        beside=(),
        group_speeds=None,
        quotas=(),
        rank_column=None,
        rank_of=None,
    )
    return inputs.prepared.scenes.by_name((id(inputs), rule), lambda: _new_scene(inputs, rule), inputs)


def _new_scene(inputs: CoverageInputs, parameters: CoverageParameters) -> _Scene:
    # The same objects for every way to ask, so that what is known of them stays known.
    demand, zone, out = inputs.prepared.once(_people_inside, inputs.demand, inputs.zone)
    beyond = out - inputs.not_subject + inputs.people_beyond
    border = inputs.prepared.once(border_of, inputs, parameters.halo_m)
    return _Scene(demand, zone, beyond, border, find_ways(demand, zone, inputs, border, parameters))


def _people_inside(demand: Demand, zone: Int32s) -> tuple[Demand, Int32s, int]:
    """Give the people of the study area, their units, and the thousandths of people beyond it."""
    inside = zone != BEYOND
    return demand.take(inside), zone[inside], int(demand.people[ALL][~inside].sum())
