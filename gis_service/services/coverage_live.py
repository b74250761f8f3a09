"""Studies of coverage answered at once and not stored: what the map asks while somebody moves a limit.

The figures are those of the stored study with the same inputs, because both come out of `run_coverage`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from gis_service.analysis.zones import BEYOND
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.accounts import Caller, Scope
from gis_service.services.beside import beside_tasks, with_beside
from gis_service.services.closure_rules import with_closures
from gis_service.services.coverage import CoverageResult, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.coverage_parameters import OF_EVENNESS, CoverageParameters
from gis_service.services.curve import curve_document
from gis_service.services.disclosure_vintages import with_closed
from gis_service.services.documents import code_version, digest
from gis_service.services.group_words import group_of
from gis_service.services.live_steps import (
    require_limit_steps,
    require_speed_steps,
    require_waits_in_steps,
)
from gis_service.services.prepared import Prepared
from gis_service.services.prepared_ground import (
    Marks,
    marks_of,
    prepared_inputs,
    units_by_vintage,
    vintage_marks,
)
from gis_service.services.rights import PERSONAL, READERS, Rights, rights_of, sees_personal
from gis_service.services.scenario_inputs import EDITS, resolved, today, with_scenario
from gis_service.services.scenario_states import edited, edits_of_state, shown_edits, told_edited
from gis_service.services.step_tables import StepSource, has_steps, step_table
from gis_service.services.step_tables_closed import public_study, with_steps
from gis_service.services.study_facilities import with_last_change
from gis_service.services.study_layers import StudyLayers, find_layers
from gis_service.services.study_request import ROADS, CoverageTask, complete, parse_request
from gis_service.services.study_rights import require_shown, require_versions
from gis_service.services.study_shapes import with_demand
from gis_service.services.study_standard import refused
from gis_service.services.study_words import answer, notice_text
from gis_service.services.tables import MOST_LIVE_PAIRS, closed_tables, say_closed, slow_tables
from gis_service.services.what_if_request import Edits
from gis_service.types import Bools, Int32s, LayerId, Text


@dataclass(frozen=True)
class Question:
    """What somebody asks, checked, and what the tables hold that it is asked of; nothing is computed yet.

    Parameters
    ----------
    layers, task
        Which layers, and what is asked.
    rights
        What the one who asks may read; the units of other vintages are told only as far as that goes.
    marks
        Of the layers, by role.
    mark
        Tells this question, put to this content, from any other.
    closed
        Tables that were asked for and are closed to the one who asks: the task is without them.
    edits
        Of a scenario that was asked about, as the one who asks may see them; None for the state as it is.
    """

    layers: StudyLayers
    task: CoverageTask
    rights: Rights
    marks: Marks
    mark: str
    closed: tuple[str, ...] = ()
    edits: Edits | None = None

    @property
    def parameters(self) -> CoverageParameters:
        """What the study is computed with."""
        return self.task.parameters


@dataclass(frozen=True)
class LiveStudy:
    """What was read for a question and what came out; personal, unlike what is shown of it.

    It outlives the request: it holds no connection.

    Parameters
    ----------
    mark
        Of the question.
    parameters, inputs, result
        What was asked, read, and found.
    document
        As the stored study has it.
    units
        The unit of each row of people in every vintage, by layer.
    closed
        As of the question.
    along_roads
        The same limit along roads, where it was asked for beside a straight radius.
    steps
        What its step table is made of; None for what stands beside.
    """

    mark: str
    parameters: CoverageParameters
    inputs: CoverageInputs
    result: CoverageResult
    document: Document
    units: Mapping[LayerId, Int32s]
    closed: tuple[str, ...] = ()
    along_roads: "LiveStudy | None" = None
    steps: StepSource | None = None

    @property
    def places(self) -> int:
        """How many places the people are at, twice where roads were asked for beside."""
        beside = 0 if self.along_roads is None else self.along_roads.places
        return len(self.inputs.demand.xy) + beside


def inputs_of(catalogue: Catalogue, asked: Mapping[str, Any], branch_share: float | None) -> dict[str, Any]:
    """Give the inputs of a study, as docs/contract.md has them, from the parameters of an address.

    Parameters
    ----------
    catalogue
        Tells the layer of the service.
    asked
        Inputs by name; None is left out. ``closed_classes``, ``closed_areas`` (a layer) and ``closed_hours``
        are one closure; ``demand``, ``demand_band``, ``weights`` and ``weights_band`` one layer of people;
        ``scenario`` and ``scenario_version`` one scenario.
    branch_share
        Share of the closed facilities that stay as branches.
    """
    given = {name: value for name, value in asked.items() if value is not None}
    inputs = with_demand(with_closures(with_scenario(given)))
    if branch_share:
        standard = catalogue.standards.get(str(inputs.get("standard")))
        service = inputs.get("service") or (standard.service if standard else None)
        if service is not None:
            inputs["facilities"] = {"layer": service, "branch_share": branch_share}
    return inputs


def ask(connection: Connection, catalogue: Catalogue, inputs: object, caller: Caller) -> Question:
    """Check a question, and look at what the tables hold.

    Parameters
    ----------
    connection
        One state of the data.
    catalogue
        Standards, layers and conventions.
    inputs
        As docs/contract.md, Inputs of a study.
    caller
        Must be allowed to read the layers; of the people everybody may see the sums. Tables that are closed
        to the caller are left out before anything is computed.

    Raises
    ------
    NotAllowed
        ``token_missing`` or ``role_insufficient``; also for those who may not see small counts where a
        closure names single roads.
    RefusedInput
        ``limit_off_step`` for those who may not see small counts; ``table_not_quick``.
    RefusedInput, Conflict
        As `gis_service.services.studies.run`; of a scenario as `edits_of_state`.
    NotFound
        ``scenario_not_found``.
    """
    rights = rights_of(connection, catalogue, caller)
    edits = None
    if found := resolved(connection, catalogue, inputs, caller):
        edits, inputs = edits_of_state(
            catalogue, found, today(), rights, partial(_require, connection, rights)
        )
    request = parse_request(inputs)
    if edits is not None and request.beside:
        raise refused("beside", ", ".join(request.beside), "[]")
    _require_quick(request.tables)
    closed = () if sees_personal(caller) else tuple(dict.fromkeys(closed_tables(request.tables)))
    open_to_all = tuple(name for name in request.tables if name not in closed)
    left: dict[str, object] = {"tables": open_to_all}
    if set(OF_EVENNESS) & set(closed):
        left["rank_column"] = None
    task = complete(request.model_copy(update=left), catalogue, today(), rights)
    _require(connection, rights, task)  # first, so that no refusal tells the state of a closed layer
    if any(rule.is_single for rule in task.parameters.closures):
        # Two answers for two single roads would tell few people apart.
        caller.require(READERS[PERSONAL], Scope.PERSONAL)
    if not sees_personal(caller):
        require_limit_steps(task.parameters, catalogue)
        require_speed_steps(task.parameters)
    layers = find_layers(connection, catalogue, task)
    require_shown(connection, rights, layers.layers)
    if not sees_personal(caller):
        require_waits_in_steps(task.parameters, layers)
    task = with_last_change(layers, task)
    edits = None if edits is None else shown_edits(connection, layers, edits, caller)
    marks = marks_of(layers)
    said = {
        "marks": marks,
        # The cells and the words about a place know the units of every vintage.
        "vintages": vintage_marks(layers),
        "closed": sorted(v.id for v in catalogue.city.vintages if not rights.may_read(v.layer)),
        "layers": dict(layers.layers),
        "versions": dict(layers.versions),
        "parameters": task.parameters.as_document(),
        "when": f"{task.day} {task.time:%H:%M}",
        "notices": [notice.as_document() for notice in task.notices],
        "code_version": code_version(),
        "tables_closed": list(closed),
    }
    said |= {} if edits is None else {EDITS: edits.as_document()}
    return Question(layers, task, rights, marks, digest(said), closed, edits)


def _require(connection: Connection, rights: Rights, task: CoverageTask) -> None:
    require_shown(connection, rights, task.layers)
    require_versions(connection, rights, task.versions)


def _require_quick(tables: tuple[str, ...]) -> None:
    slow = slow_tables(tables)
    if slow:
        raise RefusedInput(ErrorCode.TABLE_NOT_QUICK, tables=", ".join(slow))


def study_of(question: Question, prepared: Prepared) -> LiveStudy:
    """Compute the answer, unless this process has it already.

    Raises
    ------
    Temporary
        ``coverage_busy`` when it computes as much as it may.
    RefusedInput, Conflict
        As `gis_service.services.studies.run`.
    WrongUse
        ``pairs_too_many`` for tables of more pairs than an answer may take that somebody waits for.
    """
    return prepared.studies.by_name(question.mark, lambda: _compute(question, prepared))


def _compute(question: Question, prepared: Prepared) -> LiveStudy:
    with prepared.turns.one():
        inputs = prepared_inputs(prepared, question.layers, question.task, question.marks)
        inputs = edited(inputs, question.layers, question.edits)
        result = run_coverage(inputs, question.parameters, most_pairs=MOST_LIVE_PAIRS)
        units = units_by_vintage(prepared, question.layers, question.task, question.marks)
        inside = {layer: zone[inputs.zone != BEYOND] for layer, zone in units.items()}
        own = question.layers.layers["zones"]
        tasks = beside_tasks(question.layers, question.task)
        along = [task for name, _, task in tasks if name == ROADS]
        along_roads: list[LiveStudy] = []

        def compute(
            layers: StudyLayers, task: CoverageTask
        ) -> tuple[CoverageInputs, CoverageResult, Document]:
            read = prepared_inputs(prepared, layers, task, marks_of(layers))
            found = run_coverage(read, task.parameters)
            shown = {layer: zone[read.zone != BEYOND] for layer, zone in units.items()}
            told = with_closed(found.document, found, own, shown)
            if any(task is one for one in along):
                along_roads.append(LiveStudy(question.mark, task.parameters, read, found, told, shown))
            return read, found, told

        document = with_closed(result.document, result, own, inside)
        steps = StepSource(result, question.parameters, inputs.zones, own, inside, inputs.prepared.memo)
        document = with_steps(document, steps)
        document = with_beside(document, inputs, result, tasks, compute)
        document = told_edited(document, question.edits)
    beside = along_roads[0] if along_roads else None
    return LiveStudy(
        question.mark, question.parameters, inputs, result, document, inside, question.closed, beside, steps
    )


def shown_document(study: LiveStudy, catalogue: Catalogue, prepared: Prepared, *, personal: bool) -> Document:
    """Give the study document as a role may see it, with its curve and its words.

    Parameters
    ----------
    study
        As `study_of` gives it.
    catalogue
        Names of layers.
    prepared
        What is known already.
    personal
        Whether the reader may see small counts.
    """
    name = ("shown", study.mark, personal)
    return prepared.memo.by_name(name, lambda: _shown(study, catalogue, personal=personal))


def _shown(study: LiveStudy, catalogue: Catalogue, *, personal: bool) -> Document:
    document = study.document
    if study.closed:
        document = document | {"tables": document.get("tables", {})}
        say_closed(document, study.closed)
    document = document if personal else public_study(document)
    told: dict[str, Any] = {
        "answer": _both(answer(document, catalogue)) if _is_told(document) else None,
        "notice_texts": [
            {"code": notice["code"]} | _both(notice_text(notice)) for notice in document["notices"]
        ],
        "curve": curve_document(study.result, study.parameters, personal=personal, told=_told_steps(study)),
    }
    return document | told


def _told_steps(study: LiveStudy) -> Bools | None:
    """Tell at which steps everybody may read the sums of all people; None where a study has no steps."""
    if study.steps is None or not has_steps(study.parameters):
        return None
    table = step_table(study.steps)
    return np.asarray(table.told[0, :, : table.arrives].all(axis=0))


def _is_told(document: Document) -> bool:
    """Tell whether the figures of the sentence are open to the reader."""
    figures = document["totals"][group_of(document)]
    return all(figures[name] is not None for name in ("total", "covered", "uncovered"))


def _both(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}
