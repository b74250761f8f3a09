"""How the processes are asked that tell two states of a service: compare, and what if."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from gis_service.services import compare_document, what_if_request
from gis_service.services.compare import CompareLayers, Workbench
from gis_service.services.compare_request import (
    SHARED_LAYERS,
    CompareRequest,
    CompareTask,
    complete_comparison,
)
from gis_service.services.coverage import Progress
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.documents import document_id
from gis_service.services.process_asked import Asked, Question, Result, require
from gis_service.services.rights import Rights
from gis_service.services.scenario_inputs import Resolved, resolved, sides_resolved
from gis_service.services.scenario_states import EDITS, edits_of_state
from gis_service.services.study_facilities import with_last_change
from gis_service.services.study_layers import find_layers
from gis_service.services.study_rasters import input_name
from gis_service.services.study_request import CoverageRequest, complete
from gis_service.services.study_shapes import read_request
from gis_service.services.study_standard import refused
from gis_service.services.what_if_facilities import edits_by_code, require_waits
from gis_service.services.what_if_request import Edits, WhatIfRequest, edits_of
from gis_service.types import LayerId


@dataclass(frozen=True)
class States:
    """Two states that can be compared: the layers of each are there.

    Parameters
    ----------
    layers, task
        Which layers, and what is asked.
    bench
        Keeps what several comparisons share.
    """

    layers: CompareLayers
    task: CompareTask
    bench: Workbench

    @property
    def read(self) -> dict[str, LayerId]:
        """The layers that are read, by role."""
        return {
            f"{side}_{role}": layer for side, one in self.layers.by_side for role, layer in one.layers.items()
        }

    def inputs(self) -> CoverageInputs:
        """Read what the state before is computed on."""
        return self.bench.inputs(self.layers.before, self.task.before)

    def told(self) -> CoverageInputs:
        """Read what the difference is told by."""
        return self.bench.inputs(self.layers.told, self.task.told)

    def compare(
        self,
        progress: Progress | None,
        edits: Edits | None = None,
        scenarios: Mapping[str, Edits] | None = None,
    ) -> Document:
        """Compare them; arguments and errors as of `gis_service.services.compare.Workbench.compare`."""
        return self.bench.compare(self.layers, self.task, progress, edits, scenarios)


def find_states(question: Question, task: CompareTask) -> States:
    """Look for the layers of two states.

    Raises
    ------
    RefusedInput
        ``study_refused`` for states of other people or other roads; as `find_layers`.
    """
    before, after, told = (
        find_layers(question.connection, question.catalogue, one)
        for one in (task.before, task.after, task.told)
    )
    for role in SHARED_LAYERS:
        if before.versions.get(role) != after.versions.get(role):
            raise refused(f"after/{role}/version", after.versions.get(role), str(before.versions.get(role)))
        bands = [one.rasters[role].band for one in (after, before) if role in one.rasters]
        if len(set(bands)) > 1:
            raise refused(f"after/{input_name(role)}/band", bands[0], str(bands[1]))
    task = replace(
        task, before=with_last_change(before, task.before), after=with_last_change(after, task.after)
    )
    return States(CompareLayers(before, after, told), task, question.bench)


def ask_compare(question: Question) -> Asked:
    """Compare two states, each as it is or as the edits of a scenario make it.

    Errors as of `gis_service.services.study_processes.ask`.
    """
    connection, catalogue = question.connection, question.catalogue
    rights = question.rights()
    inputs, scenarios = sides_resolved(connection, catalogue, question.inputs, question.reader)
    edits, sides = {}, {**inputs} if scenarios else inputs
    allowed = partial(require, connection, rights)
    for side, requests in scenarios.items():
        state = Resolved(sides[side], list(requests))
        edits[side], sides[side] = edits_of_state(catalogue, state, question.today, rights, allowed)
    asked = complete_comparison(read_request(CompareRequest, sides), catalogue, question.today, rights)
    for one in (asked.before, asked.after, asked.told):
        require(connection, rights, one)
    tasks = {"before": asked.before, "after": asked.after}
    named = {
        side: edits_by_code(connection, find_layers(connection, catalogue, tasks[side]), one)
        for side, one in edits.items()
    }
    return _asked(find_states(question, asked), scenarios=named)


def ask_what_if(question: Question) -> Asked:
    """Compare a state with what edits make of it; errors as of `study_processes.ask`."""
    found = resolved(question.connection, question.catalogue, question.inputs, question.reader)
    inputs = question.inputs if found is None else found.edited
    rights = question.rights()
    request = read_request(WhatIfRequest, inputs)
    before = complete(
        read_request(CoverageRequest, request.inputs), question.catalogue, question.today, rights
    )
    require(question.connection, rights, before)
    edits = edits_of(request.edits, before.layers["facilities"], before.layers.get("network"))
    require_waits(before.parameters, edits)
    states = {"before": request.inputs, "after": edits.with_closures(request.inputs)}
    task = states_of(question, states, rights)
    named = edits_by_code(
        question.connection, find_layers(question.connection, question.catalogue, task.before), edits
    )
    return _asked(find_states(question, task), named)


def states_of(question: Question, states: Mapping[str, object], rights: Rights | None) -> CompareTask:
    """Complete a comparison of a state with another one of the same question, and check who may read it."""
    task = complete_comparison(
        read_request(CompareRequest, states), question.catalogue, question.today, rights
    )
    require(question.connection, rights, task.after)
    return task


def _asked(states: States, edits: Edits | None = None, scenarios: Mapping[str, Edits] | None = None) -> Asked:
    def compute(progress: Progress | None) -> Result:
        return states.compare(progress, edits, scenarios), states.told()

    process, said = compare_document.PROCESS, states.task.as_document()
    if edits is not None:
        process, said = what_if_request.PROCESS, said | {EDITS: edits.as_document()}
    elif scenarios:
        said |= {EDITS: {side: one.as_document() for side, one in scenarios.items()}}
    id_ = document_id(process, states.layers.references, said)
    return Asked(id_, states.read, compute, states.bench)
