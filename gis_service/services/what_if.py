"""What if a facility opened, moved or closed, or roads were closed: who gains and who loses, told at once.

Nothing is stored. Edits mend the prepared state of their question, those of roads first. The figures are
those of studies of coverage of both states, and of their comparison, to the integer.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_service.analysis.cells import CELL_M
from gis_service.analysis.change import Answers, Counts, Explained, FacilityLoad, explained
from gis_service.analysis.what_if import WhatIf
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE, transform
from gis_service.db.engine import Connection
from gis_service.services import coverage_live
from gis_service.services.accounts import Caller
from gis_service.services.compare_document import Facility
from gis_service.services.compare_facilities import Places, only_in, places_of
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_live import Question
from gis_service.services.documents import canonical_json, digest
from gis_service.services.prepared import Prepared
from gis_service.services.rights import sees_personal
from gis_service.services.study_request import CoverageTask
from gis_service.services.study_standard import refused
from gis_service.services.what_if_base import Base
from gis_service.services.what_if_document import Difference, difference_document
from gis_service.services.what_if_facilities import edits_by_code, owner_of, place_in, require_waits
from gis_service.services.what_if_pieces import closed_pieces
from gis_service.services.what_if_request import (
    Edits,
    FacilityEdit,
    WhatIfRequest,
    edits_of,
    require_start_step,
)
from gis_service.services.what_if_roads import EditedRoads, edited_roads
from gis_service.types import Bools, Int64s

_TOLD_ALONE = ("beside", "group_speeds", "tables")
"""Inputs of a study that a difference does not tell."""


@dataclass(frozen=True)
class _Asked:
    """A question, and the state that edits of it begin from, where it is known already."""

    question: Question
    base: Base | None


@dataclass(frozen=True)
class _Roads:
    """The question with other roads, and what these change of that state, where it is known already."""

    question: Question
    edit: EditedRoads | None


@dataclass(frozen=True)
class WhatIfQuestion:
    """A question that is checked; nothing is computed yet.

    Parameters
    ----------
    before
        The state before.
    roads
        That with the roads closed; None without such edits.
    edits
        What is edited, each facility by its code.
    personal
        Whether the one who asks may see small counts.
    """

    before: _Asked
    roads: _Roads | None
    edits: Edits
    personal: bool


def ask(
    connection: Connection,
    catalogue: Catalogue,
    request: WhatIfRequest,
    caller: Caller,
    prepared: Prepared,
) -> WhatIfQuestion:
    """Check what somebody asks.

    Parameters
    ----------
    connection, catalogue, caller
        As of `gis_service.services.coverage_live.ask`.
    request
        Inputs and edits.
    prepared
        What is known already.

    Raises
    ------
    RefusedInput
        ``study_refused``, ``what_if_facility_unknown``, ``what_if_edits_contradict``, ``limit_off_step``.
    NotAllowed, RefusedInput, Conflict
        As of `gis_service.services.coverage_live.ask`.
    """

    def looked(inputs: object) -> Question:
        return coverage_live.ask(connection, catalogue, inputs, caller)

    def name(kind: str, inputs: object) -> Hashable:
        return (kind, id(catalogue), caller, canonical_json(inputs))

    def state() -> _Asked:
        question = looked(request.inputs)
        return _Asked(question, prepared.what_ifs.known(question.mark))

    # What a question is computed on is closed after it: others are given those that are computed.
    first: _Asked = prepared.recent.by_name(
        name("what if", request.inputs), state, lambda one: one.base is not None
    )
    before = first.question
    _require_plain(before.task)
    layers = before.layers.layers
    edits = edits_of(request.edits, layers["facilities"], layers["network"])
    require_waits(before.parameters, edits)
    personal = sees_personal(caller)
    if not personal:
        for edit in edits.facilities:
            require_start_step(edit)
    roads = None
    if edits.closures:
        inputs = edits.with_closures(request.inputs)

        def on_roads() -> _Roads:
            question = looked(inputs)
            return _Roads(question, None if first.base is None else first.base.roads.known(question.mark))

        roads = prepared.recent.by_name(
            name("what if roads", inputs), on_roads, lambda one: one.edit is not None
        )
        if not _of_one_state(before, roads.question):
            first = state()
            roads = on_roads()
    return WhatIfQuestion(first, roads, edits_by_code(connection, before.layers, edits), personal)


def _of_one_state(before: Question, after: Question) -> bool:
    """Tell whether two questions, of which one may be a moment older, are put to the same tables."""
    return all(after.marks.get(role) == mark for role, mark in before.marks.items())


def _require_plain(task: CoverageTask) -> None:
    asked = task.parameters
    if not asked.on_roads:
        raise refused("measure", asked.measure, "network_time, network_distance")
    if asked.catchment != "any":
        raise refused("catchment", asked.catchment, "any")
    for name in _TOLD_ALONE:
        if value := getattr(asked, name):
            raise refused(name, ", ".join(map(str, value)), "–")


def answer(question: WhatIfQuestion, catalogue: Catalogue, prepared: Prepared) -> Document:
    """Compute the difference that edits make.

    Parameters
    ----------
    question
        As `ask` gives it.
    catalogue
        Names of services.
    prepared
        What is known already.

    Returns
    -------
    Document
        As docs/contract.md, Difference, as the one who asks may see it.

    Raises
    ------
    RefusedInput
        ``what_if_facility_unknown``, ``what_if_edits_contradict``, ``what_if_no_road``, ``place_outside``.
    Temporary
        ``coverage_busy``.
    """
    first = question.before
    base = base_of(first.question, prepared) if first.base is None else first.base
    roads = None if question.roads is None else _roads_of(base, question.roads)
    with (base if roads is None else roads).state() as state:
        applied = _Applied(base, state, roads)
        for edit in question.edits.facilities:
            applied.apply(edit, question)
        found = _compared(base, state, applied)
        closed = None
        if not question.personal:
            own = first.question.layers.layers["zones"]
            closed = closed_pieces(base.study, own, base.pieces, base.covered, state.covered)
    said = [*applied.told, *replace(question.edits, facilities=()).as_document()]
    mark = digest(question.edits.as_document())
    difference = replace(found, edits=said, edits_hash=mark, notices=_notices(question, applied))
    after = (first if question.roads is None else question.roads).question.parameters
    return difference_document(base.study, after, difference, catalogue, closed, personal=question.personal)


def _roads_of(base: Base, asked: _Roads) -> EditedRoads:
    """Give what other roads change of a state; errors as of `edited_roads`."""
    if asked.edit is not None:
        return asked.edit
    return base.roads.by_name(asked.question.mark, lambda: edited_roads(base, asked.question))


def base_of(question: Question, prepared: Prepared) -> Base:
    """Give the state that edits of a question begin from; errors as of `coverage_live.study_of`."""
    study = coverage_live.study_of(question, prepared)
    return prepared.what_ifs.by_name(question.mark, lambda: Base(study))


def _notices(question: WhatIfQuestion, applied: "_Applied") -> list[Notice]:
    if question.personal or not applied.moved:
        return []
    return [Notice("what_if_places_in_cells", {"metres": round(CELL_M)})]


class _Applied:
    """Edits put to a state, and which facilities there are afterwards.

    Attributes
    ----------
    facility_of
        As of `Base`, with the new ones.
    facilities
        Those of the input, then the new ones.
    places
        Where each is entered, before and afterwards.
    told
        The edits as they were applied, for the answer.
    moved
        Whether any was given a place.
    """

    def __init__(self, base: Base, state: WhatIf, roads: EditedRoads | None) -> None:
        inputs, result = base.study.inputs, base.study.result
        self._base, self._state, self._roads = base, state, roads
        self._ids = {code: at for at, code in enumerate(inputs.facilities.ids)}
        self.facility_of = base.facility_of.copy()
        own, names = inputs.facilities.ids, inputs.facilities.names
        self.facilities = [Facility(id_, name) for id_, name in zip(own, names or own, strict=True)]
        counted = np.zeros(len(inputs.facilities.xy), np.bool_)
        counted[result.counted_facilities] = True
        owners = inputs.facilities.owners.astype(np.int32)
        self.before: Places = places_of(owners, inputs.facilities, counted)
        self.after = dict(self.before)
        self.told: list[Document] = []
        self.moved = False

    def apply(self, edit: FacilityEdit, question: WhatIfQuestion) -> None:
        """Put one edit to the state."""
        owner = owner_of(question.before.question.layers, self._ids, edit)
        numbers = [] if owner is None else self._base.numbers.get(owner, [])
        self.told.append({"op": edit.op, "id": edit.id})
        if edit.start is not None:
            self.told[-1]["value"] = edit.start
        if edit.op == "remove" and owner is not None:
            for number in numbers:
                self._state.remove(number)
            self.after.pop(owner, None)
        elif edit.place is None:
            self._restart(numbers, edit.start)
        else:
            self._settle(edit, owner, numbers, personal=question.personal)

    def _restart(self, numbers: list[int], seconds: float | None) -> None:
        """Let facilities stay where they are, with another wait."""
        for number in numbers:
            position = self._base.standing.take(np.array([number]))
            if self._roads is not None:
                position = self._roads.standing(number, position)
            self._state.move(number, position, self._base.start_of(position, None, seconds))

    def _settle(self, edit: FacilityEdit, owner: int | None, numbers: list[int], *, personal: bool) -> None:
        """Bring a facility to a place, a new one too; one with several entrances has one there."""
        where, inputs = edit.place or (0.0, 0.0), self._base.study.inputs
        xy = shapely.get_coordinates(place_in(inputs, where))
        if not personal:
            # Two places close together would tell few people apart.
            xy = (np.floor(xy / CELL_M) + 0.5) * CELL_M
        placed = (self._roads or self._base).joiner.join(xy, where)
        start = self._base.start_of(placed.position, owner, edit.start)
        if owner is None:
            owner = len(self.facilities)
            self.facilities.append(Facility(str(edit.id), str(edit.id)))
        if numbers:
            self._state.move(numbers[0], placed.position, start)
            for number in numbers[1:]:
                self._state.remove(number)
        else:
            self.facility_of[self._state.add(placed.position, start)] = owner
        self.after[owner] = frozenset({placed.xy})
        here = np.array([shapely.Point(placed.xy)], dtype=object)
        point = transform(here, inputs.crs, STORAGE)[0]
        self.moved = True
        self.told[-1] |= {
            "geometry": {"type": "Point", "coordinates": [round(point.x, 6), round(point.y, 6)]},
            "access_m": round(float(placed.position.access_m[0]), 3),
        }


def _compared(base: Base, state: WhatIf, applied: _Applied) -> Difference:
    n_facilities = len(applied.facilities)
    opened = only_in(applied.after, applied.before, n_facilities)
    closed = only_in(applied.before, applied.after, n_facilities)
    one = base.facilities_by(base.facility_of)
    other = Answers(state.cost, np.append(applied.facility_of, -1)[state.facility].astype(np.int32))
    counts = _counts_of(base, state)
    causes = _causes_of(base, state, applied.facility_of, (one, other), (opened, closed))
    return Difference(counts, causes, applied.facilities)


def _counts_of(base: Base, state: WhatIf) -> dict[str, list[Counts]]:
    """Give the sums that were kept level with the edits: units, those in none, everybody."""
    sums, everybody = state.sums, base.everybody
    columns = (everybody, sums.covered - sums.won + sums.lost, sums.covered, sums.won, sums.lost)
    rows = np.stack([np.vstack([column, column.sum(axis=0)]) for column in columns])
    return {
        group: [Counts(*row) for row in rows[:, :, at].T.tolist()] for at, group in enumerate(base.groups)
    }


def _causes_of(
    base: Base,
    state: WhatIf,
    facility_of: Int64s,
    answers: tuple[Answers, Answers],
    there: tuple[Bools, Bools],
) -> Mapping[str, Explained]:
    """Put gains and losses down to facilities: only those who gain or lose are looked at."""
    changed = np.flatnonzero(base.covered ^ state.covered)
    one, other = (Answers(side.cost[changed], side.facility[changed]) for side in answers)
    people, limit = state.ground.people.people[changed], base.study.parameters.limit_cost
    opened, closed = there
    found = {}
    for at, group in enumerate(base.groups):
        cause = explained(np.ascontiguousarray(people[:, at]), one, other, limit, opened, closed)
        loads = [_loads(side.sums.load[:, at], facility_of, len(opened)) for side in (base.first, state)]
        rows = tuple(
            FacilityLoad(load.facility, int(was), int(is_), load.won, load.lost)
            for load, was, is_ in zip(cause.facilities, *loads, strict=True)
        )
        found[group] = Explained(rows, cause.won, cause.lost)
    return found


def _loads(load: Int64s, facility_of: Int64s, n_facilities: int) -> Int64s:
    """Sum the loads of numbers by their facilities."""
    found = np.zeros(n_facilities, np.int64)
    known = facility_of >= 0
    np.add.at(found, facility_of[known], load[: len(facility_of)][known])
    return found
