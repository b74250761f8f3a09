"""Comparisons: whom a service reaches in one state and not in another, person by person.

Both states are computed over the same people and the same roads, which are read, noded and joined once; where
the states close other roads, or are of another time of the day, each has the ways of its own. A `Workbench`
keeps what several comparisons share, so that many of them cost little more than one.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from gis_service.analysis.border import within
from gis_service.analysis.change import Answers, Counts, added, changes, explained
from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.zones import BEYOND
from gis_service.services.artefacts import artefact_hashes, keep_artefacts
from gis_service.services.closure_rules import ROLE
from gis_service.services.compare_document import Comparison, Facility, Told, compare_document
from gis_service.services.compare_request import CompareTask
from gis_service.services.compare_ways import Base, StateWays, find_state, lay_base
from gis_service.services.coverage import Progress
from gis_service.services.coverage_border import Border, border_of, facilities_beyond
from gis_service.services.coverage_document import Document, study_id
from gis_service.services.coverage_inputs import CoverageInputs, Facilities, Notice
from gis_service.services.coverage_notices import coverage_notices, facilities_off_roads
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.disclosure import CLOSED
from gis_service.services.disclosure_vintage_changes import Compared, closed_changes
from gis_service.services.prepared import Prepared
from gis_service.services.prepared_ground import marks_of, prepared_inputs, units_by_vintage, units_told_by
from gis_service.services.study_inputs import Units
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import CoverageTask
from gis_service.services.vintages import AREA
from gis_service.types import Bools, Int32s, LayerId, VersionId

T = TypeVar("T")


@dataclass(frozen=True)
class CompareLayers:
    """The layers of the two states, and of the state afterwards in the vintage of the answer."""

    before: StudyLayers
    after: StudyLayers
    told: StudyLayers

    @property
    def by_side(self) -> tuple[tuple[str, StudyLayers], ...]:
        """The layers of each, named."""
        return (("before", self.before), ("after", self.after), ("told", self.told))

    @property
    def references(self) -> dict[str, object]:
        """The ``inputs`` of the document: what both states share stands once, the rest by its state."""
        before, after = self.before.references, self.after.references
        units = ("zones", AREA)
        found = {role: self.told.references[role] for role in units if role in self.told.references}
        for role in sorted({*before, *after}):
            if role not in units and before.get(role) == after.get(role):
                found[role] = before[role]
                continue
            for side, references in (("before", before), ("after", after)):
                if role in references and references[role] != found.get(role):
                    found[f"{side}_{role}"] = references[role]
        return found

    @property
    def generated(self) -> bool:
        """Whether any input is generated data."""
        return any(one.generated for one in (self.before, self.after, self.told))


@dataclass(frozen=True)
class _Scene:
    """The people of the study area and the roads under them, told by the units of one vintage."""

    inputs: CoverageInputs
    inside: Bools
    demand: Demand
    border: Border
    base: Base | None

    def border_around(self, inputs: CoverageInputs) -> Border:
        """Find which facilities of a state lie within the border."""
        places = inputs.facilities.ground
        if self.border.area is None:
            return replace(self.border, facilities=np.ones(len(places), dtype=np.bool_))
        return replace(self.border, facilities=within(self.border.area, places, self.border.halo_m))


@dataclass(frozen=True)
class _State:
    """One state: what was read of it, which of its facilities count, and everybody's way."""

    inputs: CoverageInputs
    border: Border
    ways: StateWays


class Workbench:
    """Computes studies on one state of the data, in one transaction; what they share is computed once.

    Parameters
    ----------
    prepared
        What is known already; nothing when None.
    """

    def __init__(self, prepared: Prepared | None = None) -> None:
        self._prepared = Prepared() if prepared is None else prepared
        self._marks: dict[tuple[LayerId, VersionId, int], str] = {}
        self._kept: dict[tuple[int, int, int], CoverageInputs] = {}

    def inputs(self, layers: StudyLayers, task: CoverageTask) -> CoverageInputs:
        """Read what a study of coverage computes on, as `read_coverage_inputs` does; raises the same."""
        return prepared_inputs(self._prepared, layers, task, self._marks_of(layers))

    def units(self, layers: StudyLayers, task: CoverageTask, layer: LayerId) -> Units:
        """Put the people of a study into the units of another layer, as `units_told_by` does."""
        return units_told_by(self._prepared, layers, task, self._marks_of(layers), layer)

    def every_unit(
        self, layers: StudyLayers, task: CoverageTask, inputs: CoverageInputs
    ) -> dict[LayerId, Int32s]:
        """Put the people of a study area into the units of every vintage, as `units_by_vintage` does."""
        found = units_by_vintage(self._prepared, layers, task, self._marks_of(layers))
        return {layer: zone[inputs.zone != BEYOND] for layer, zone in found.items()}

    def _marks_of(self, layers: StudyLayers) -> dict[str, str]:
        # Two bands of one raster are two contents.
        names = {
            role: (layer, layers.versions[role], layers.rasters[role].band if role in layers.rasters else 0)
            for role, layer in layers.layers.items()
        }
        new = tuple(role for role, name in names.items() if name not in self._marks)
        self._marks |= {names[role]: mark for role, mark in marks_of(layers, new).items()}
        return {role: self._marks[name] for role, name in names.items()}

    def keep(self, inputs: CoverageInputs) -> None:
        """Keep the artefacts of a study, where there is a store, under the names that its document gives."""
        store, about = self._prepared.store, (id(inputs.network), id(inputs.demand), id(inputs.zone))
        if store is not None and about not in self._kept:
            keep_artefacts(store, inputs)
            self._kept[about] = inputs

    def _once(self, what: str, about: Sequence[object], make: Callable[[], T], rule: Hashable = None) -> T:
        """Give what follows from some objects and a rule, computed once."""
        key = ("compare", what, rule, *map(id, about))
        return self._prepared.memo.by_name(key, make, tuple(about))

    def compare(self, layers: CompareLayers, task: CompareTask, progress: Progress | None = None) -> Document:
        """Compare two states.

        Parameters
        ----------
        layers, task
            Which layers, and what is asked.
        progress
            Told each step as it begins: ``read``, ``ways``, ``changes``, ``done``.

        Raises
        ------
        RefusedInput, Conflict
            As a study of coverage of either state.
        """
        tell = progress or (lambda _step, _share: None)
        tell("read", 0.0)
        before, after = self.inputs(layers.before, task.before), self.inputs(layers.after, task.after)
        told = self.inputs(layers.told, task.told)
        # Of either state: closures, or the assigned facilities, may be asked for in one alone.
        for one, read in ((task.before, before), (task.after, after)):
            one.parameters.require(
                tuple(told.demand.people),
                has_network=told.network is not None,
                is_assigned=read.assigned is not None,
            )
        tell("ways", 0.2)
        scene = self._scene(told, task.parameters)
        states = [self._state(scene, before, task.before), self._state(scene, after, task.after)]
        tell("changes", 0.8)
        facilities, answers, places = _numbered(layers, states)
        found = _count(scene, answers, task, len(facilities), places)
        about = (told.network, told.demand, told.zone)
        said = Told(
            inputs=layers.references,
            parameters=task.as_document(),
            base=study_id(before, task.before.parameters),
            artefacts=self._once("artefacts", about, lambda: artefact_hashes(told)),
            zones=told.zones,
            facilities=facilities,
            notices=self._notices(scene, states, task),
            generated=layers.generated,
        )
        document = compare_document(said, found, task.parameters)
        units = self.every_unit(layers.told, task.told, told)
        compared = Compared(scene.demand, answers, task.parameters.limit_cost)
        closed = closed_changes(compared, told.zones.ids, layers.told.layers["zones"], units)
        tell("done", 1.0)
        return document if closed is None else document | {CLOSED: closed}

    def _scene(self, told: CoverageInputs, asked: CoverageParameters) -> _Scene:
        places = (told.network, told.zones, told.area, told.outline)
        border = self._once("border", places, lambda: border_of(told, asked.halo_m), asked.halo_m)
        inside, demand = self._once(
            "people", (told.demand, told.zone), lambda: _inside(told, asked), asked.counted_groups
        )
        scene = _Scene(told, inside, demand, border, None)
        return replace(scene, base=self._base(scene, told, asked))

    def _base(self, scene: _Scene, inputs: CoverageInputs, asked: CoverageParameters) -> Base | None:
        """Lay out the roads of a state under the people of the scene; equal roads are laid out once."""
        border = scene.border
        if inputs.network is not scene.inputs.network:
            edge = (inputs.network, scene.inputs.zones, scene.inputs.area, scene.inputs.outline)
            own = replace(scene.inputs, network=inputs.network)
            border = self._once("border", edge, lambda: border_of(own, asked.halo_m), asked.halo_m)
        segments = None if border.segments is None else border.segments.tobytes()
        rule = (asked.mode, asked.measure, asked.snap_max_m, scene.inside.tobytes(), segments)
        about = (inputs.network, scene.inputs.demand)
        return self._once("base", about, lambda: lay_base(scene.demand.xy, inputs, border, asked), rule)

    def _state(self, scene: _Scene, inputs: CoverageInputs, task: CoverageTask) -> _State:
        asked = task.parameters
        base = self._base(scene, inputs, asked)
        border = scene.border_around(inputs)
        zone = inputs.zone[scene.inside]
        about = (
            base,
            inputs.demand,
            inputs.facilities,
            *([] if asked.catchment == "any" else [inputs.zone]),
            *([] if inputs.assigned is None else [inputs.assigned]),
        )
        rule = (asked.catchment, asked.direction, asked.turnout_cost)
        counted = (border.facilities.tobytes(), scene.inside.tobytes())
        ways = self._once(
            "state",
            about,
            lambda: find_state(base, scene.demand, zone, inputs, border, asked),
            (rule, counted),
        )
        return _State(inputs, border, ways)

    def _notices(self, scene: _Scene, states: Sequence[_State], task: CompareTask) -> list[Notice]:
        """Say what a study of either state would say, each thing once."""
        outside = int(scene.inputs.demand.people[ALL][~scene.inside].sum()) + scene.inputs.people_beyond
        found: dict[str, Notice] = {}
        if scene.base is None:
            for state in states:
                inputs = replace(state.inputs, zones=scene.inputs.zones, zone=scene.inputs.zone)
                said = coverage_notices(inputs, task.parameters, scene.demand, outside, state.border, None)
                found |= {_key(notice): notice for notice in said}
            return list(found.values())
        areas = [_areas_of(state) for state in states]
        shares_ways = task.shares_ways and areas[0] == areas[1]
        for side, state in zip(("before", "after"), states, strict=True):
            said = _of_state(state)
            if not shares_ways:
                said = [_of_side(notice, side) for notice in said]
            found |= {_key(notice): notice for notice in said}
        # What is said of people, roads and units does not depend on the facilities: it is found without any.
        places = (scene.inputs.network, scene.inputs.demand, scene.inputs.zones, scene.inputs.zone)
        bare = self._once("bare", places, lambda: _without_facilities(scene.inputs))
        border = self._once("edge", (scene.border, bare), lambda: scene.border_around(bare))
        roads = scene.base.roads
        said = coverage_notices(bare, task.parameters, scene.demand, outside, border, roads)
        return list((found | {_key(notice): notice for notice in said}).values())


def _inside(told: CoverageInputs, asked: CoverageParameters) -> tuple[Bools, Demand]:
    """Tell who lives in the study area, and give them with the groups that are counted."""
    inside = told.zone != BEYOND
    counted = {group: told.demand.people[group] for group in asked.counted_groups}
    return inside, replace(told.demand, people=counted).take(inside)


def _key(notice: Notice) -> str:
    return repr((notice.code, dict(notice.params)))


def _areas_of(state: _State) -> dict[str, object]:
    """Name the areas that close roads in a state, in their versions."""
    return {role: one for role, one in state.inputs.references.items() if role.startswith(ROLE)}


def _of_side(notice: Notice, side: str) -> Notice:
    """Say of which state it is that roads are closed, where they are not the same ones in both."""
    if notice.code != "network_closed":
        return notice
    return replace(notice, code=f"{notice.code}_{side}")


def _of_state(state: _State) -> list[Notice]:
    """Say what concerns the facilities of one state."""
    found = list(state.inputs.notices)
    facilities, border, roads = state.inputs.facilities, state.border, state.ways.roads
    if roads is not None:
        found += facilities_off_roads(facilities, border.facilities, roads)
    return found + facilities_beyond(border, facilities)


def _without_facilities(inputs: CoverageInputs) -> CoverageInputs:
    none = np.empty(0, dtype=np.int32)
    return replace(inputs, facilities=Facilities(np.empty((0, 2)), none, none), notices=())


Places = Mapping[int, frozenset[tuple[float, float]]]
"""Where each facility of a state is entered, by its number."""


def _numbered(
    layers: CompareLayers, states: Sequence[_State]
) -> tuple[list[Facility], tuple[Answers, Answers], tuple[Places, Places]]:
    """Give the facilities of both states one numbering: one that is open in both has one number."""
    keys: list[list[tuple[str, str]]] = []
    known: dict[tuple[str, str], Facility] = {}
    for side, state in zip((layers.before, layers.after), states, strict=True):
        given = state.inputs.facilities
        ids = given.ids or tuple(str(row + 1) for row in range(int(given.owners.max(initial=-1)) + 1))
        keys.append([(str(side.layers["facilities"]), id_) for id_ in ids])
        known |= dict(zip(keys[-1], map(Facility, ids, given.names or ids), strict=True))
    number = {key: row for row, key in enumerate(sorted(known))}
    answers, places = [], []
    for own, state in zip(keys, states, strict=True):
        of_facility = np.array([number[key] for key in own], dtype=np.int32)
        numbers = of_facility[state.inputs.facilities.owners]
        found = state.ways.answers
        answers.append(Answers(found.cost, np.append(numbers, -1)[found.facility].astype(np.int32)))
        places.append(_places(numbers, state))
    return [known[key] for key in sorted(known)], (answers[0], answers[1]), (places[0], places[1])


def _places(numbers: Int32s, state: _State) -> Places:
    """Tell where the facilities of a state stand that count in it."""
    rows = np.flatnonzero(state.border.facilities)
    entered = defaultdict(set)
    for number, place in zip(numbers[rows].tolist(), state.inputs.facilities.xy[rows].tolist(), strict=True):
        entered[number].add(tuple(place))
    return {number: frozenset(found) for number, found in entered.items()}


def _only_in(one: Places, other: Places, n_facilities: int) -> Bools:
    """Tell at whose place there is a facility in one state and none in the other.

    A facility that has moved is one at the new place and none at the old; another one at the same place,
    under whatever code, is none that has opened or closed: the place had one before and has one now.
    """
    there = set(other.values())
    found = np.zeros(n_facilities, dtype=np.bool_)
    found[[number for number, place in one.items() if place not in there]] = True
    return found


def _count(
    scene: _Scene,
    answers: tuple[Answers, Answers],
    task: CompareTask,
    n_facilities: int,
    places: tuple[Places, Places],
) -> Comparison:
    before, after = answers
    demand, people = scene.demand, scene.demand.people[ALL]
    zone, n_zones = scene.inputs.zone[scene.inside], len(scene.inputs.zones)

    def at(limit: int) -> Mapping[str, Sequence[Counts]]:
        return changes(demand, zone, n_zones, before, after, limit)

    limit = task.parameters.limit_cost
    closed, opened = (_only_in(*pair, n_facilities) for pair in (places, places[::-1]))
    return Comparison(
        counts=at(limit),
        further=[(shown, at(cost)) for shown, cost in zip(task.limits, task.limit_costs, strict=True)],
        added=added(people, zone, n_zones, before, after),
        causes={
            group: explained(values, before, after, limit, opened, closed)
            for group, values in demand.people.items()
        },
    )
