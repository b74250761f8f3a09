"""Two states of a service for the same people, whatever they were read from: layers, or files.

Both are computed over the same people; roads are laid out once where they are the same object. What several
comparisons share is worked out once, as long as the memo lives that they are given.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import TypeVar

import numpy as np

from gis_service.analysis.border import within
from gis_service.analysis.change import Counts, added, changes, explained
from gis_service.analysis.demand import ALL, Demand
from gis_service.analysis.zones import BEYOND
from gis_service.services.artefacts import artefact_hashes
from gis_service.services.closure_rules import ROLE
from gis_service.services.compare_document import Comparison
from gis_service.services.compare_facilities import Numbered, Side, numbered
from gis_service.services.compare_ways import Base, StateWays, find_state, lay_base
from gis_service.services.coverage_border import Border, border_of, facilities_beyond
from gis_service.services.coverage_inputs import CoverageInputs, Facilities, Notice
from gis_service.services.coverage_notices import coverage_notices, facilities_off_roads
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import PER_UNIT
from gis_service.services.memo import Memo
from gis_service.services.vintages import AREA
from gis_service.types import Bools

T = TypeVar("T")
SIDES = ("before", "after")
_OF_ANSWER = ("zones", AREA)
"""Roles of the units that a difference is told by: those of the answer count, not those of a state."""


@dataclass(frozen=True)
class Asked:
    """What is asked of two states.

    Parameters
    ----------
    told
        The people, their units and the roads of the answer.
    before, after
        The states.
    shares_ways
        Whether both ask for the same closures at the same time of the day.
    limits
        Further limits to count at, seconds or metres.
    """

    told: CoverageInputs
    before: Side
    after: Side
    shares_ways: bool
    limits: tuple[float, ...] = ()

    @property
    def parameters(self) -> CoverageParameters:
        """What both states share."""
        return self.before.parameters

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both states."""
        return self.before, self.after

    @property
    def limit_costs(self) -> list[int]:
        """The further limits in whole milliseconds or millimetres, rounded half up."""
        return [floor(limit * PER_UNIT + 0.5) for limit in self.limits]


@dataclass(frozen=True)
class Found:
    """What two states differ in.

    Parameters
    ----------
    comparison
        The sums.
    facilities
        Those of both states, and everybody's way to them.
    demand
        The people of the study area, in the order of the ways.
    artefacts
        Names of network and demand.
    notices
        What a study of either state would say.
    """

    comparison: Comparison
    facilities: Numbered
    demand: Demand
    artefacts: Mapping[str, str | None]
    notices: list[Notice]


def shared_references(
    told: Mapping[str, object], before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, object]:
    """Give the ``inputs`` of the document: what both states share stands once, the rest by its state.

    Parameters
    ----------
    told, before, after
        Inputs by role, of the answer and of the two states.
    """
    found = {role: told[role] for role in _OF_ANSWER if role in told}
    for role in sorted({*before, *after}):
        if role not in _OF_ANSWER and before.get(role) == after.get(role):
            found[role] = before[role]
            continue
        for side, references in zip(SIDES, (before, after), strict=True):
            if role in references and references[role] != found.get(role):
                found[f"{side}_{role}"] = references[role]
    return found


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


class StatesBench:
    """Compares states of a service; what several comparisons share is computed once.

    Parameters
    ----------
    memo
        What is known already.
    """

    def __init__(self, memo: Memo) -> None:
        self._memo = memo

    def _once(self, what: str, about: Sequence[object], make: Callable[[], T], rule: Hashable = None) -> T:
        """Give what follows from some objects and a rule, computed once."""
        key = ("compare", what, rule, *map(id, about))
        return self._memo.by_name(key, make, tuple(about))

    def compare(self, asked: Asked, tell: Callable[[str, float], None]) -> Found:
        """Compare two states.

        Parameters
        ----------
        asked
            The states.
        tell
            Told each step as it begins: ``ways``, ``changes``.

        Raises
        ------
        RefusedInput
            ``study_refused`` when the inputs do not allow what is asked for.
        """
        told = asked.told
        # Of either state: closures, or the assigned facilities, may be asked for in one alone.
        for side in asked.sides:
            side.parameters.require(
                tuple(told.demand.people),
                has_network=told.network is not None,
                is_assigned=side.inputs.assigned is not None,
            )
        tell("ways", 0.2)
        scene = self._scene(told, asked.parameters)
        states = [self._state(scene, side) for side in asked.sides]
        tell("changes", 0.8)
        counted = [state.border.facilities for state in states]
        facilities = numbered(asked.sides, counted, [state.ways.answers for state in states])
        about = (told.network, told.demand, told.zone)
        return Found(
            comparison=_count(scene, facilities, asked),
            facilities=facilities,
            demand=scene.demand,
            artefacts=self._once("artefacts", about, lambda: artefact_hashes(told)),
            notices=self._notices(scene, states, asked),
        )

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

    def _state(self, scene: _Scene, side: Side) -> _State:
        inputs, asked = side.inputs, side.parameters
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

    def _notices(self, scene: _Scene, states: Sequence[_State], asked: Asked) -> list[Notice]:
        """Say what a study of either state would say, each thing once."""
        outside = int(scene.inputs.demand.people[ALL][~scene.inside].sum()) + scene.inputs.people_beyond
        found: dict[str, Notice] = {}
        if scene.base is None:
            for state in states:
                inputs = replace(state.inputs, zones=scene.inputs.zones, zone=scene.inputs.zone)
                said = coverage_notices(inputs, asked.parameters, scene.demand, outside, state.border, None)
                found |= {_key(notice): notice for notice in said}
            return list(found.values())
        areas = [_areas_of(state) for state in states]
        shares_ways = asked.shares_ways and areas[0] == areas[1]
        for side, state in zip(SIDES, states, strict=True):
            said = _of_state(state)
            if not shares_ways:
                said = [_of_side(notice, side) for notice in said]
            found |= {_key(notice): notice for notice in said}
        # What is said of people, roads and units does not depend on the facilities: it is found without any.
        places = (scene.inputs.network, scene.inputs.demand, scene.inputs.zones, scene.inputs.zone)
        bare = self._once("bare", places, lambda: _without_facilities(scene.inputs))
        border = self._once("edge", (scene.border, bare), lambda: scene.border_around(bare))
        roads = scene.base.roads
        said = coverage_notices(bare, asked.parameters, scene.demand, outside, border, roads)
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


def _count(scene: _Scene, facilities: Numbered, asked: Asked) -> Comparison:
    demand, people = scene.demand, scene.demand.people[ALL]
    zone, n_zones = scene.inputs.zone[scene.inside], len(scene.inputs.zones)
    before, after = facilities.answers

    def at(limit: int) -> Mapping[str, Sequence[Counts]]:
        return changes(demand, zone, n_zones, before, after, limit)

    limit = asked.parameters.limit_cost
    return Comparison(
        counts=at(limit),
        further=[(shown, at(cost)) for shown, cost in zip(asked.limits, asked.limit_costs, strict=True)],
        added=added(people, zone, n_zones, before, after),
        causes={
            group: explained(values, before, after, limit, facilities.opened, facilities.closed)
            for group, values in demand.people.items()
        },
    )
