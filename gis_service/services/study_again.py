"""Kept studies of coverage and of gaps computed again, from the versions that they were kept with."""

from dataclasses import dataclass

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.errors import Conflict, ErrorCode
from gis_service.services import gaps
from gis_service.services.compare import Workbench
from gis_service.services.coverage import run_coverage
from gis_service.services.coverage_document import PROCESS, Document
from gis_service.services.coverage_live import LiveStudy
from gis_service.services.documents import canonical_json, code_version, digest
from gis_service.services.prepared import Prepared
from gis_service.services.scenario_states import edited, edits_kept_in
from gis_service.services.step_tables import StepSource
from gis_service.services.study_asked import day_of, request_of
from gis_service.services.study_facilities import with_last_change
from gis_service.services.study_layers import StudyLayers, layers_of
from gis_service.services.study_request import CoverageTask, complete, parse_request

OF_COVERAGE = (PROCESS, gaps.PROCESS)
"""Processes whose studies are computed again here."""


@dataclass(frozen=True)
class Kept:
    """A kept study with the layers it was computed on, and what was asked of them."""

    document: Document
    layers: StudyLayers
    task: CoverageTask


def mark_of_kept(connection: Connection, catalogue: Catalogue, document: Document) -> str:
    """Tell what comes out when a kept study is computed again.

    Parameters
    ----------
    connection, catalogue
        Where the units of all vintages are: as they are now they choose which small counts are closed.
    document
        As it is kept.
    """
    now = [(one.layer, version_of(connection, one.layer)) for one in catalogue.city.vintages]
    return digest(["kept", document["id"], document["totals"], now, code_version()])


def kept_study(connection: Connection, catalogue: Catalogue, document: Document) -> Kept:
    """Look for the layers of a kept study; its tables are left out.

    Parameters
    ----------
    connection, catalogue
        Where its layers are, and what they mean.
    document
        As it is kept, of one of `OF_COVERAGE`.

    Raises
    ------
    Conflict
        ``study_version_gone`` for a version that is no longer kept.
    """
    request = parse_request(request_of(document["parameters"], document["inputs"]) | {"tables": []})
    layers = layers_of(connection, catalogue, document["inputs"])
    return Kept(document, layers, complete(request, catalogue, day_of(document["parameters"])))


def computed_again(kept: Kept, prepared: Prepared) -> LiveStudy:
    """Compute a kept study again, unless this process has done so already.

    Parameters
    ----------
    kept
        The study.
    prepared
        What the process knows already, and whose turn it is.

    Raises
    ------
    Temporary
        ``coverage_busy`` when the process computes as much as it may.
    Conflict
        ``study_not_repeated`` when other totals come out.
    """
    mark = mark_of_kept(kept.layers.connection, kept.layers.catalogue, kept.document)
    return prepared.studies.by_name(mark, lambda: _compute(kept, prepared, mark))


def _compute(kept: Kept, prepared: Prepared, mark: str) -> LiveStudy:
    layers, document, bench = kept.layers, kept.document, Workbench(prepared)
    with prepared.turns.one():
        task = with_last_change(layers, kept.task)
        inputs = edited(bench.inputs(layers, task), layers, edits_kept_in(document))
        result = run_coverage(inputs, task.parameters)
        units = bench.every_unit(layers, task, inputs)
    if canonical_json(result.document["totals"]) != canonical_json(document["totals"]):
        raise Conflict(ErrorCode.STUDY_NOT_REPEATED, study=document["id"])
    steps = StepSource(
        result, task.parameters, inputs.zones, layers.layers["zones"], units, inputs.prepared.memo
    )
    return LiveStudy(mark, task.parameters, inputs, result, document, units, steps=steps)
