"""How siting is asked: a study of the state as it is, and the layers that candidates come from."""

import pyproj

from gis_service.services.coverage import Progress
from gis_service.services.documents import document_id
from gis_service.services.process_asked import Asked, Question, Result, require
from gis_service.services.process_states import States, find_states, states_of
from gis_service.services.rights import Rights
from gis_service.services.siting import run_siting
from gis_service.services.siting_document import ASKED, siting_document
from gis_service.services.siting_layers import read_sites, source_layers
from gis_service.services.siting_request import PROCESS, SitingAsk, SitingRequest, siting_ask
from gis_service.services.siting_sites import Sites
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import CoverageRequest, complete
from gis_service.services.study_rights import require_inputs, require_versions
from gis_service.services.study_shapes import read_request
from gis_service.types import Geometries, LayerId, VersionId

_SIDES = ("before", "after")


def ask_siting(question: Question) -> Asked:
    """Check a siting; errors as of `gis_service.services.study_processes.ask`, and as `siting_ask`."""
    rights = question.rights()
    request = read_request(SitingRequest, question.inputs)
    task = complete(read_request(CoverageRequest, request.inputs), question.catalogue, question.today, rights)
    require(question.connection, rights, task)
    asked = siting_ask(request, task.parameters, question.catalogue, rights)
    states = find_states(question, states_of(question, dict.fromkeys(_SIDES, request.inputs), rights))
    sources = _sources(question, asked, rights)
    references = {**states.layers.references, **sources.references}
    said = states.task.as_document() | {ASKED: asked.as_document()}
    return Asked(
        document_id(PROCESS, references, said),
        states.read | dict(sources.layers),
        lambda progress: _sited(states, sources, asked, request, progress),
        question.bench,
    )


def _sources(question: Question, asked: SitingAsk, rights: Rights | None) -> StudyLayers:
    """Look for the layers of candidates, and refuse whoever may not read them in these versions."""
    for one in asked.candidates.layers:
        layer = LayerId(one.layer)
        if rights is not None and layer in question.catalogue.layers:
            require_inputs(rights, [layer])
            if one.version is not None:
                require_versions(question.connection, rights, [(layer, VersionId(one.version))])
    found = source_layers(question.connection, question.catalogue, asked, rights)
    if rights is not None:
        require_inputs(rights, found.layers.values())
    return found


def _sited(
    states: States,
    sources: StudyLayers,
    asked: SitingAsk,
    request: SitingRequest,
    progress: Progress | None,
) -> Result:
    """Choose the sites, and compare the state as it is with the one in which they are open."""
    tell = progress or (lambda _step, _share: None)
    tell("read", 0.0)

    def read(crs: pyproj.CRS, lines: Geometries) -> Sites:
        return read_sites(sources, asked, crs, lines)

    sited = run_siting(states.inputs(), states.task.before.parameters, asked, read, tell)

    compared = states.compare(sited.teller.rest, sited.edits())
    generated = bool(sources.generated)
    document = siting_document(compared, sited, sources.references, request.inputs, is_generated=generated)
    return document, states.told()
