"""What if, where people may use any facility: edits are put to a prepared state, which is mended."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely

from gis_service.analysis.change import Answers, Counts, Explained, FacilityLoad, explained
from gis_service.analysis.what_if import WhatIf
from gis_service.services.compare_document import Facility
from gis_service.services.compare_facilities import Places, only_in, places_of
from gis_service.services.coverage_document import Document
from gis_service.services.study_layers import StudyLayers
from gis_service.services.what_if_base import Base
from gis_service.services.what_if_document import Difference, Edited
from gis_service.services.what_if_facilities import in_the_middle, owner_of, place_in
from gis_service.services.what_if_request import FacilityEdit
from gis_service.services.what_if_roads import EditedRoads
from gis_service.types import Bools, Int64s


def mended(
    base: Base,
    roads: EditedRoads | None,
    layers: StudyLayers,
    edits: Sequence[FacilityEdit],
    *,
    personal: bool,
) -> Edited:
    """Put edits of facilities to a state, tell what they change, and take them back.

    Parameters
    ----------
    base
        The state before.
    roads
        The same facilities on the roads of afterwards, where these are others.
    layers
        Of the study.
    edits
        With their codes.
    personal
        Whether the one who asks may see small counts; a place is else put into the middle of its cell.

    Raises
    ------
    RefusedInput
        ``what_if_facility_unknown``, ``what_if_edits_contradict``, ``what_if_no_road``, ``place_outside``.
    """
    with (base if roads is None else roads).state() as state:
        applied = _Applied(base, state, roads, layers)
        for edit in edits:
            applied.apply(edit, personal=personal)
        found = replace(_compared(base, state, applied), edits=applied.told)
        return Edited(found, state.covered, applied.moved)


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

    def __init__(self, base: Base, state: WhatIf, roads: EditedRoads | None, layers: StudyLayers) -> None:
        inputs, result = base.study.inputs, base.study.result
        self._base, self._state, self._roads, self._layers = base, state, roads, layers
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

    def apply(self, edit: FacilityEdit, *, personal: bool) -> None:
        """Put one edit to the state."""
        owner = owner_of(self._layers, self._ids, edit)
        numbers = [] if owner is None else self._base.numbers.get(owner, [])
        self.told.append({name: value for name, value in edit.as_document().items() if name != "geometry"})
        if edit.op == "capacity":
            return
        if edit.op == "remove" and owner is not None:
            for number in numbers:
                self._state.remove(number)
            self.after.pop(owner, None)
        elif edit.place is None:
            self._restart(numbers, edit.start)
        else:
            self._settle(edit, owner, numbers, personal=personal)

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
        xy = shapely.get_coordinates(place_in(inputs.crs, where))
        if not personal:
            xy = in_the_middle(xy)
        placed = (self._roads or self._base).joiner.join(xy, where)
        start = self._base.start_of(placed.position, owner, edit.start)
        if owner is None:
            owner = len(self.facilities)
            self._ids[str(edit.id)] = owner
            self.facilities.append(Facility(str(edit.id), str(edit.id)))
        if numbers:
            self._state.move(numbers[0], placed.position, start)
            for number in numbers[1:]:
                self._state.remove(number)
        else:
            self.facility_of[self._state.add(placed.position, start)] = owner
        self.after[owner] = frozenset({placed.xy})
        self.moved = True
        self.told[-1] |= placed.as_document(inputs.crs)


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
