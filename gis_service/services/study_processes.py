"""The processes of the service: what each takes, what it refuses before it computes, and what it computes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeAlias

from pydantic import BaseModel

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.errors import ErrorCode, NotFound
from gis_service.services import catchment, compare_document, coverage_document, gaps, what_if_request
from gis_service.services.accounts import Caller
from gis_service.services.beside import beside_tasks, with_beside
from gis_service.services.catchment_ground import with_places
from gis_service.services.catchment_request import CatchmentAsk, CatchmentRequest, complete_catchment
from gis_service.services.compare import CompareLayers, Workbench
from gis_service.services.compare_request import (
    SHARED_LAYERS,
    CompareRequest,
    CompareTask,
    complete_comparison,
)
from gis_service.services.coverage import CoverageResult, Progress, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.disclosure_vintages import with_closed
from gis_service.services.documents import document_id
from gis_service.services.rights import Rights, rights_of
from gis_service.services.scenario_inputs import Resolved, resolved, sides_resolved
from gis_service.services.scenario_states import EDITS, edited, told_edited
from gis_service.services.step_tables import StepSource
from gis_service.services.step_tables_closed import with_steps
from gis_service.services.study_facilities import with_last_change
from gis_service.services.study_layers import StudyLayers, find_layers
from gis_service.services.study_rasters import input_name
from gis_service.services.study_request import (
    ROADS,
    CoverageRequest,
    CoverageTask,
    complete,
)
from gis_service.services.study_rights import require_inputs, require_versions
from gis_service.services.study_shapes import read_request
from gis_service.services.study_standard import refused
from gis_service.services.what_if_facilities import edits_by_code, require_waits
from gis_service.services.what_if_request import EditRequest, Edits, WhatIfRequest, edits_of
from gis_service.types import LayerId

Result: TypeAlias = tuple[dict[str, Any], CoverageInputs]
"""A document, and the arrays it was computed on."""

OF_COVERAGE = (coverage_document.PROCESS, gaps.PROCESS)
"""Processes that tell one state of a service."""
REQUESTS: Mapping[str, type[BaseModel]] = {
    coverage_document.PROCESS: CoverageRequest,
    gaps.PROCESS: CoverageRequest,
    compare_document.PROCESS: CompareRequest,
    catchment.PROCESS: CatchmentRequest,
    what_if_request.PROCESS: WhatIfRequest,
}
"""The inputs of each process."""


@dataclass(frozen=True)
class Asked:
    """A study that can run: its request is complete, and its layers are there.

    Parameters
    ----------
    id
        Of its document: it follows from the versions, the parameters and the code.
    layers
        The layers that it reads, by role.
    compute
        Computes it, telling its progress.
    bench
        Keeps what it shares with others.
    """

    id: str
    layers: Mapping[str, LayerId]
    compute: Callable[[Progress | None], Result]
    bench: Workbench


def ask(
    connection: Connection,
    catalogue: Catalogue,
    process: str,
    inputs: object,
    today: date,
    bench: Workbench | None = None,
    *,
    reader: Caller | None = None,
) -> Asked:
    """Check what somebody asks for, and find the layers; nothing is computed yet.

    Parameters
    ----------
    connection, catalogue
        Where the layers are, and what they mean.
    process, inputs
        As docs/contract.md has them.
    today
        For studies that name no day.
    bench
        Keeps what several studies of one state of the data share; one of its own when None.
    reader
        Whose right to read the layers is asked for, before anything is told of them; None is the operator.

    Raises
    ------
    NotFound
        ``process_unknown``.
    NotAllowed
        ``token_missing``, ``role_insufficient`` or ``version_closed``.
    RefusedInput, Conflict
        As `gis_service.services.studies.run`.
    """
    if process not in REQUESTS:
        raise NotFound(ErrorCode.PROCESS_UNKNOWN, process=process, known=", ".join(REQUESTS))
    bench = Workbench() if bench is None else bench
    if process == what_if_request.PROCESS and (found := resolved(connection, catalogue, inputs, reader)):
        inputs = found.edited
    rights = None if reader is None else rights_of(connection, catalogue, reader)
    if process == compare_document.PROCESS:
        inputs, scenarios = sides_resolved(connection, catalogue, inputs, reader)
        return _states(connection, catalogue, inputs, scenarios, today, bench, rights)
    if process == what_if_request.PROCESS:
        return _what_if(connection, catalogue, read_request(WhatIfRequest, inputs), today, bench, rights)
    if process == catchment.PROCESS:
        ask = read_request(CatchmentRequest, inputs)
        task, drawn = complete_catchment(ask, catalogue, today, rights)
        _require(connection, rights, task)
        return _catchment(find_layers(connection, catalogue, task), task, drawn, bench)
    if process in OF_COVERAGE and (found := resolved(connection, catalogue, inputs, reader)):
        return _edited_coverage(connection, catalogue, process, found, today, bench, rights)
    request = read_request(CoverageRequest, inputs)
    task = complete(request, catalogue, today, rights)
    if request.beside is None and _has_usual_roads(connection, catalogue, task, rights):
        task = complete(request.model_copy(update={"beside": (ROADS,)}), catalogue, today, rights)
    _require(connection, rights, task)
    layers = find_layers(connection, catalogue, task)
    task = with_last_change(layers, task)
    id_ = document_id(process, layers.references, task.parameters.as_document())
    return Asked(
        id_, layers.layers, lambda progress: _coverage(process, layers, task, bench, progress), bench
    )


def _edited_coverage(
    connection: Connection,
    catalogue: Catalogue,
    process: str,
    asked: Resolved,
    today: date,
    bench: Workbench,
    rights: Rights | None,
) -> Asked:
    """Compute the state that a scenario makes; what stood beside it would be without its edits."""
    inputs = {**asked.inputs, "beside": asked.inputs.get("beside") or []}
    edits, inputs = _edits_of_state(connection, catalogue, inputs, asked.edits, today, rights)
    request = read_request(CoverageRequest, inputs)
    if request.beside:
        raise refused("beside", ", ".join(request.beside), "[]")
    task = complete(request, catalogue, today, rights)
    _require(connection, rights, task)
    layers = find_layers(connection, catalogue, task)
    task, edits = with_last_change(layers, task), edits_by_code(connection, layers, edits)
    said = task.parameters.as_document() | {EDITS: edits.as_document()}
    id_ = document_id(process, layers.references, said)
    return Asked(
        id_, layers.layers, lambda progress: _coverage(process, layers, task, bench, progress, edits), bench
    )


def _edits_of_state(
    connection: Connection,
    catalogue: Catalogue,
    inputs: Mapping[str, Any],
    requests: Sequence[object],
    today: date,
    rights: Rights | None,
) -> tuple[Edits, dict[str, Any]]:
    """Check the edits that make a state, and give its inputs with the roads that they close."""
    task = complete(read_request(CoverageRequest, inputs), catalogue, today, rights)
    _require(connection, rights, task)
    read = [read_request(EditRequest, one) for one in requests]
    edits = edits_of(read, task.layers["facilities"], task.layers.get("network"))
    require_waits(task.parameters, edits)
    return edits, edits.with_closures(inputs)


def _require(connection: Connection, rights: Rights | None, task: CoverageTask) -> None:
    if rights is not None:
        require_inputs(rights, task.layers.values())
        require_versions(connection, rights, task.versions)


def _has_usual_roads(
    connection: Connection, catalogue: Catalogue, task: CoverageTask, rights: Rights | None
) -> bool:
    """Tell whether a study shows straight and road results side by side though nobody asks (METHODS)."""
    layer = LayerId(ROADS)
    if task.parameters.measure != "straight_radius" or layer not in catalogue.layers:
        return False
    open_ = rights is None or rights.may_read(layer)
    return open_ and version_of(connection, layer) is not None


def _coverage(
    process: str,
    layers: StudyLayers,
    task: CoverageTask,
    bench: Workbench,
    progress: Progress | None,
    edits: Edits | None = None,
) -> Result:
    read = edited(bench.inputs(layers, task), layers, edits)
    found = run_coverage(read, task.parameters, progress)
    document = found.document
    if process == gaps.PROCESS:
        document = gaps.gaps_document(found, read, task.parameters)
    units = bench.every_unit(layers, task, read)
    own = layers.layers["zones"]
    document = with_closed(document, found, own, units)
    steps = StepSource(found, task.parameters, read.zones, own, units, read.prepared.memo)
    document = with_steps(document, steps)

    def compute(own: StudyLayers, other: CoverageTask) -> tuple[CoverageInputs, CoverageResult, Document]:
        inputs = bench.inputs(own, other)
        result = run_coverage(inputs, other.parameters)
        return inputs, result, closed(bench, own, other, inputs, result, result.document)

    document = with_beside(document, read, found, beside_tasks(layers, task), compute)
    return told_edited(document, edits), read


def closed(
    bench: Workbench,
    layers: StudyLayers,
    task: CoverageTask,
    inputs: CoverageInputs,
    result: CoverageResult,
    document: Document,
) -> Document:
    """Give a document with what is closed in it for the sake of other vintages."""
    return with_closed(document, result, layers.layers["zones"], bench.every_unit(layers, task, inputs))


def _catchment(layers: StudyLayers, task: CoverageTask, drawn: CatchmentAsk, bench: Workbench) -> Asked:
    task = with_last_change(layers, task)

    def compute(progress: Progress | None) -> Result:
        read = with_places(bench.inputs(layers, task), drawn)
        found = run_coverage(read, task.parameters, progress)
        document = catchment.catchment_document(found, read, task.parameters, drawn)
        units = bench.every_unit(layers, task, read)
        return with_closed(document, found, layers.layers["zones"], units), read

    said = task.parameters.as_document() | drawn.as_document()
    return Asked(document_id(catchment.PROCESS, layers.references, said), layers.layers, compute, bench)


def _what_if(
    connection: Connection,
    catalogue: Catalogue,
    request: WhatIfRequest,
    today: date,
    bench: Workbench,
    rights: Rights | None,
) -> Asked:
    """Compare a state with what edits make of it."""
    before = complete(read_request(CoverageRequest, request.inputs), catalogue, today, rights)
    _require(connection, rights, before)
    edits = edits_of(request.edits, before.layers["facilities"], before.layers.get("network"))
    require_waits(before.parameters, edits)
    states = {"before": request.inputs, "after": edits.with_closures(request.inputs)}
    task = complete_comparison(read_request(CompareRequest, states), catalogue, today, rights)
    _require(connection, rights, task.after)
    edits = edits_by_code(connection, find_layers(connection, catalogue, task.before), edits)
    return _comparison(connection, catalogue, task, bench, edits)


def _states(
    connection: Connection,
    catalogue: Catalogue,
    inputs: Any,  # noqa: ANN401 as it was given
    scenarios: Mapping[str, Sequence[object]],
    today: date,
    bench: Workbench,
    rights: Rights | None,
) -> Asked:
    """Compare two states, each as it is or as the edits of a scenario make it."""
    edits, sides = {}, {**inputs} if scenarios else inputs
    for side, requests in scenarios.items():
        made = _edits_of_state(connection, catalogue, sides[side], requests, today, rights)
        edits[side], sides[side] = made
    asked = complete_comparison(read_request(CompareRequest, sides), catalogue, today, rights)
    for one in (asked.before, asked.after, asked.told):
        _require(connection, rights, one)
    tasks = {"before": asked.before, "after": asked.after}
    named = {
        side: edits_by_code(connection, find_layers(connection, catalogue, tasks[side]), one)
        for side, one in edits.items()
    }
    return _comparison(connection, catalogue, asked, bench, scenarios=named)


def _comparison(
    connection: Connection,
    catalogue: Catalogue,
    task: CompareTask,
    bench: Workbench,
    edits: Edits | None = None,
    scenarios: Mapping[str, Edits] | None = None,
) -> Asked:
    before, after, told = (
        find_layers(connection, catalogue, one) for one in (task.before, task.after, task.told)
    )
    for role in SHARED_LAYERS:
        if before.versions.get(role) != after.versions.get(role):
            raise refused(f"after/{role}/version", after.versions.get(role), str(before.versions.get(role)))
        bands = [one.rasters[role].band for one in (after, before) if role in one.rasters]
        if len(set(bands)) > 1:
            raise refused(f"after/{input_name(role)}/band", bands[0], str(bands[1]))
    layers = CompareLayers(before, after, told)
    task = replace(
        task, before=with_last_change(before, task.before), after=with_last_change(after, task.after)
    )
    read = {f"{side}_{role}": layer for side, one in layers.by_side for role, layer in one.layers.items()}

    def compute(progress: Progress | None) -> Result:
        return bench.compare(layers, task, progress, edits, scenarios), bench.inputs(told, task.told)

    process, said = compare_document.PROCESS, task.as_document()
    if edits is not None:
        process, said = what_if_request.PROCESS, said | {EDITS: edits.as_document()}
    elif scenarios:
        said |= {EDITS: {side: one.as_document() for side, one in scenarios.items()}}
    id_ = document_id(process, layers.references, said)
    return Asked(id_, read, compute, bench)
