"""What if a facility opened, moved or closed, or roads were closed: who gains and who loses, told at once.

Nothing is stored. Edits mend the prepared state of their question, those of roads first. The figures are
those of studies of coverage of both states, and of their comparison, to the integer.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from gis_service.analysis.cells import CELL_M
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.services import coverage_live
from gis_service.services.accounts import Caller
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import Notice
from gis_service.services.coverage_live import Question
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import canonical_json, digest
from gis_service.services.prepared import Prepared
from gis_service.services.rights import sees_personal
from gis_service.services.study_request import CoverageTask
from gis_service.services.study_standard import refused
from gis_service.services.what_if_base import Base
from gis_service.services.what_if_capacity import capacity_notices, rooms_at_once
from gis_service.services.what_if_catchments import Searched, edited_catchments
from gis_service.services.what_if_document import Edited, difference_document
from gis_service.services.what_if_facilities import (
    edits_by_code,
    require_waits,
)
from gis_service.services.what_if_mended import mended
from gis_service.services.what_if_pieces import closed_pieces
from gis_service.services.what_if_request import (
    Edits,
    WhatIfRequest,
    edits_of,
    require_start_step,
)
from gis_service.services.what_if_roads import EditedRoads, edited_roads

_TOLD_ALONE = ("beside", "group_speeds", "tables")
"""Inputs of a study that a difference does not tell."""


@dataclass(frozen=True)
class _Asked:
    """A question, and the state that edits of it begin from, where it is known already."""

    question: Question
    base: Base | Searched | None


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
            base = first.base
            return _Roads(question, base.roads.known(question.mark) if isinstance(base, Base) else None)

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
    edits, personal = question.edits.facilities, question.personal
    if isinstance(base, Searched):
        found = _searched(base, question, prepared)
    else:
        roads = None if question.roads is None else _roads_of(base, question.roads)
        found = mended(base, roads, first.question.layers, edits, personal=personal)
    difference, facilities = found.difference, base.study.inputs.facilities
    closed = None
    if not personal:
        own = first.question.layers.layers["zones"]
        closed = closed_pieces(base.study, own, base.pieces, base.covered, found.covered)
    after = (first if question.roads is None else question.roads).question.parameters
    said = [*difference.edits, *replace(question.edits, facilities=()).as_document()]
    difference = replace(
        difference,
        edits=said,
        edits_hash=digest(question.edits.as_document()),
        notices=_notices(question, after, moved=found.moved),
        rooms=rooms_at_once(edits, facilities),
    )
    return difference_document(base.study, after, difference, catalogue, closed, personal=personal)


def _searched(base: Searched, question: WhatIfQuestion, prepared: Prepared) -> Edited:
    """Answer where people may not use any facility: those concerned are searched anew."""
    roads, asked = base, question.before.question
    if question.roads is not None:
        asked = question.roads.question
        study = coverage_live.study_of(asked, prepared)
        roads = prepared.what_ifs.by_name(asked.mark, lambda: Searched(study))
    edits = question.edits.facilities
    return edited_catchments(base, roads, asked.layers, edits, personal=question.personal)


def _roads_of(base: Base, asked: _Roads) -> EditedRoads:
    """Give what other roads change of a state; errors as of `edited_roads`."""
    if asked.edit is not None:
        return asked.edit
    return base.roads.by_name(asked.question.mark, lambda: edited_roads(base, asked.question))


def base_of(question: Question, prepared: Prepared) -> Base | Searched:
    """Give the state that edits of a question begin from; errors as of `coverage_live.study_of`."""
    study = coverage_live.study_of(question, prepared)
    make = Base if study.parameters.catchment == "any" else Searched
    return prepared.what_ifs.by_name(question.mark, lambda: make(study))


def _notices(question: WhatIfQuestion, after: CoverageParameters, *, moved: bool) -> list[Notice]:
    found = capacity_notices(question.edits.facilities, after)
    if moved and not question.personal:
        found.append(Notice("what_if_places_in_cells", {"metres": round(CELL_M)}))
    return found
