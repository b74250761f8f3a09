"""How siting is asked: the state it begins from, the layers that candidates come from, a choice beside it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyproj

from gis_service.services.coverage import Progress
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import document_id
from gis_service.services.process_asked import Asked, Question, Result, require
from gis_service.services.process_scenario import begun_from
from gis_service.services.process_states import States, find_states, states_of
from gis_service.services.rights import Rights
from gis_service.services.scenario_states import EDITS, edited
from gis_service.services.siting import run_siting
from gis_service.services.siting_ask import SitingAsk, siting_ask
from gis_service.services.siting_chosen_document import chosen_document
from gis_service.services.siting_document import ASKED, siting_document
from gis_service.services.siting_edits import after_plan, as_scenario
from gis_service.services.siting_layers import read_sites, source_layers
from gis_service.services.siting_request import PROCESS, SitingRequest
from gis_service.services.siting_sites import Sites
from gis_service.services.study_layers import StudyLayers, find_layers
from gis_service.services.study_request import CoverageRequest, CoverageTask, complete
from gis_service.services.study_rights import require_inputs, require_versions
from gis_service.services.study_shapes import read_request
from gis_service.services.what_if_facilities import edits_by_code
from gis_service.services.what_if_request import Edits
from gis_service.types import Geometries, LayerId, VersionId

_SIDES = ("before", "after")
_OWN = frozenset(SitingRequest.model_fields) - frozenset(CoverageRequest.model_fields)
"""Inputs that no study of coverage has."""


@dataclass(frozen=True)
class _Chosen:
    """A choice that was made: the layers of its day, and what is asked of them."""

    layers: StudyLayers
    task: CoverageTask


@dataclass(frozen=True)
class _Siting:
    """A siting that can run.

    Parameters
    ----------
    states
        The state that it begins from, twice: the plan makes the other one of it.
    sources
        The layers that candidates come from.
    asked, inputs
        What is asked of siting, and of the study.
    begun
        Edits that make the state it begins from; None for the layers as they are.
    chosen
        A choice that is told beside the plan; None when nobody asks for one.
    """

    states: States
    sources: StudyLayers
    asked: SitingAsk
    inputs: dict[str, Any]
    begun: Edits | None
    chosen: _Chosen | None

    def run(self, progress: Progress | None) -> Result:
        """Choose the sites, and compare the state before with the one in which they are open."""
        tell = progress or (lambda _step, _share: None)
        tell("read", 0.0)
        before = self._before()
        standing = before.facilities.ids

        def read(crs: pyproj.CRS, lines: Geometries) -> Sites:
            return _not_there(read_sites(self.sources, self.asked, crs, lines), standing)

        chosen = self._chosen_inputs(before)
        facilities = None if chosen is None else chosen.facilities
        sited = run_siting(before, self._parameters, self.asked, read, tell, facilities)
        plan = sited.edits()
        if self.begun is None:
            compared, after = self.states.compare(sited.teller.rest, plan), plan
        else:
            after = after_plan(self.begun, plan)
            both = {"before": self.begun, "after": after}
            compared = self.states.compare(sited.teller.rest, scenarios=both)
        beside = None
        if chosen is not None:
            planned = edited(before, self.states.layers.before, plan)
            beside = chosen_document(sited, {"before": before, "plan": planned, "chosen": chosen})
        document = siting_document(
            compared,
            sited,
            self.sources.references,
            as_scenario(self.inputs, after),
            is_generated=bool(self.sources.generated),
            chosen=beside,
        )
        return document, self.states.told()

    @property
    def _parameters(self) -> CoverageParameters:
        return self.states.task.before.parameters

    def _before(self) -> CoverageInputs:
        return edited(self.states.inputs(), self.states.layers.before, self.begun)

    def _chosen_inputs(self, before: CoverageInputs) -> CoverageInputs | None:
        """Give what a study of the choice reads: the same people, units and roads, other facilities."""
        if self.chosen is None:
            return None
        found = self.states.bench.inputs(self.chosen.layers, self.chosen.task)
        return replace(before, facilities=found.facilities)


def ask_siting(question: Question) -> Asked:
    """Check a siting; errors as of `gis_service.services.study_processes.ask`, and as `siting_ask`."""
    rights = question.rights()
    begun, inputs = begun_from(question, _OWN, rights)
    request = read_request(SitingRequest, inputs)
    task = complete(read_request(CoverageRequest, request.inputs), question.catalogue, question.today, rights)
    require(question.connection, rights, task)
    asked = siting_ask(request, task.parameters, question.catalogue, rights)
    states = find_states(question, states_of(question, dict.fromkeys(_SIDES, request.inputs), rights))
    begun = None if begun is None else edits_by_code(question.connection, states.layers.before, begun)
    sources = _sources(question, asked, rights)
    chosen = None if asked.chosen_at is None else _chosen(question, request.inputs, asked, task, rights)
    references = {**states.layers.references, **sources.references}
    said = states.task.as_document() | {ASKED: asked.as_document()}
    if begun is not None:
        said |= {EDITS: begun.as_document()}
    siting = _Siting(states, sources, asked, request.inputs, begun, chosen)
    return Asked(
        document_id(PROCESS, references, said),
        states.read | dict(sources.layers),
        siting.run,
        question.bench,
    )


def _not_there(sites: Sites, standing: Collection[str]) -> Sites:
    """Leave out the candidates that stand already: a plan that is part of a scenario, or was made real."""
    return sites.take(~np.isin(np.array(sites.ids, dtype=object), list(standing)), "taken")


def _chosen(
    question: Question, inputs: dict[str, Any], asked: SitingAsk, task: CoverageTask, rights: Rights | None
) -> _Chosen:
    """Look for the facilities of a choice: those of the day it is in force, in the units of the study."""
    units = {} if inputs.get("zones") is not None else {"vintage": task.parameters.vintage}
    request = read_request(CoverageRequest, inputs | units | {"at": asked.chosen_at})
    other = complete(request, question.catalogue, question.today, rights)
    require(question.connection, rights, other)
    return _Chosen(find_layers(question.connection, question.catalogue, other), other)


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
