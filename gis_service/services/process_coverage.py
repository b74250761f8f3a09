"""How the processes are asked that tell one state of a service: coverage, gaps, and catchments."""

from functools import partial

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.services import catchment, gaps
from gis_service.services.beside import beside_tasks, with_beside
from gis_service.services.catchment_ground import with_places
from gis_service.services.catchment_request import DRAWN, CatchmentRequest, complete_catchment
from gis_service.services.compare import Workbench
from gis_service.services.coverage import CoverageResult, Progress, run_coverage
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.disclosure_vintages import with_closed
from gis_service.services.documents import document_id
from gis_service.services.process_asked import Asked, Question, Result, require
from gis_service.services.process_scenario import begun_from
from gis_service.services.rights import Rights
from gis_service.services.scenario_inputs import Resolved, resolved
from gis_service.services.scenario_states import EDITS, edited, edits_of_state, told_edited
from gis_service.services.step_tables import StepSource
from gis_service.services.step_tables_closed import with_steps
from gis_service.services.study_facilities import with_last_change
from gis_service.services.study_layers import StudyLayers, find_layers
from gis_service.services.study_request import ROADS, CoverageRequest, CoverageTask, complete
from gis_service.services.study_shapes import read_request
from gis_service.services.study_standard import refused
from gis_service.services.what_if_facilities import edits_by_code
from gis_service.services.what_if_request import Edits
from gis_service.types import LayerId


def ask_coverage(question: Question) -> Asked:
    """Check a study of coverage or of gaps; errors as of `gis_service.services.study_processes.ask`."""
    connection, catalogue, today, bench = (
        question.connection,
        question.catalogue,
        question.today,
        question.bench,
    )
    rights = question.rights()
    if found := resolved(connection, catalogue, question.inputs, question.reader):
        return _edited_coverage(question, found, rights)
    request = read_request(CoverageRequest, question.inputs)
    task = complete(request, catalogue, today, rights)
    if request.beside is None and _has_usual_roads(connection, catalogue, task, rights):
        task = complete(request.model_copy(update={"beside": (ROADS,)}), catalogue, today, rights)
    require(connection, rights, task)
    layers = find_layers(connection, catalogue, task)
    task = with_last_change(layers, task)
    id_ = document_id(question.process, layers.references, task.parameters.as_document())

    def compute(progress: Progress | None) -> Result:
        return _coverage(question.process, layers, task, bench, progress)

    return Asked(id_, layers.layers, compute, bench)


def _edited_coverage(question: Question, asked: Resolved, rights: Rights | None) -> Asked:
    """Compute the state that a scenario makes; what stood beside it would be without its edits."""
    connection, catalogue, bench = question.connection, question.catalogue, question.bench
    inputs = {**asked.inputs, "beside": asked.inputs.get("beside") or []}
    allowed = partial(require, connection, rights)
    edits, inputs = edits_of_state(catalogue, Resolved(inputs, asked.edits), question.today, rights, allowed)
    request = read_request(CoverageRequest, inputs)
    if request.beside:
        raise refused("beside", ", ".join(request.beside), "[]")
    task = complete(request, catalogue, question.today, rights)
    require(connection, rights, task)
    layers = find_layers(connection, catalogue, task)
    task, edits = with_last_change(layers, task), edits_by_code(connection, layers, edits)
    said = task.parameters.as_document() | {EDITS: edits.as_document()}
    id_ = document_id(question.process, layers.references, said)

    def compute(progress: Progress | None) -> Result:
        return _coverage(question.process, layers, task, bench, progress, edits)

    return Asked(id_, layers.layers, compute, bench)


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


def ask_catchment(question: Question) -> Asked:
    """Check a study of a catchment; errors as of `gis_service.services.study_processes.ask`."""
    rights, bench, connection = question.rights(), question.bench, question.connection
    edits, inputs = begun_from(question, DRAWN, rights)
    request = read_request(CatchmentRequest, inputs)
    task, drawn = complete_catchment(request, question.catalogue, question.today, rights)
    require(connection, rights, task)
    layers = find_layers(connection, question.catalogue, task)
    task = with_last_change(layers, task)
    edits = None if edits is None else edits_by_code(connection, layers, edits)

    def compute(progress: Progress | None) -> Result:
        read = with_places(edited(bench.inputs(layers, task), layers, edits), drawn)
        found = run_coverage(read, task.parameters, progress)
        document = catchment.catchment_document(found, read, task.parameters, drawn)
        units = bench.every_unit(layers, task, read)
        closed_too = with_closed(document, found, layers.layers["zones"], units)
        return told_edited(closed_too, edits), read

    said = task.parameters.as_document() | drawn.as_document()
    said |= {} if edits is None else {EDITS: edits.as_document()}
    return Asked(document_id(catchment.PROCESS, layers.references, said), layers.layers, compute, bench)
