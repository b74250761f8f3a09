"""States that edits make, in studies of coverage and of gaps: computed, kept and told with them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from gis_service.analysis.cells import CELL_M
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import parse_crs, require_metric
from gis_service.db.engine import Connection
from gis_service.services.accounts import Caller
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.documents import document_id
from gis_service.services.rights import Rights, sees_personal
from gis_service.services.scenario_inputs import Resolved
from gis_service.services.study_layers import StudyLayers
from gis_service.services.study_request import CoverageTask, complete, parse_request
from gis_service.services.study_shapes import read_request
from gis_service.services.what_if_facilities import edits_by_code, in_cell, require_waits, with_edits
from gis_service.services.what_if_request import (
    EditRequest,
    Edits,
    edits_of,
    kept_edits,
    require_start_step,
)

EDITS = "edits"
"""Parameter of a study document that names what was edited."""
_NOTICE, _IN_CELLS = "study_of_edits", "what_if_places_in_cells"


def edits_of_state(
    catalogue: Catalogue,
    asked: Resolved,
    day: date,
    rights: Rights | None,
    require: Callable[[CoverageTask], None],
) -> tuple[Edits, dict[str, Any]]:
    """Check the edits that make a state, and give its inputs with the roads that they close and add.

    Parameters
    ----------
    catalogue
        What the layers mean.
    asked
        Inputs of a study of coverage, and the edits as they were given.
    day
        For studies that name none.
    rights
        Of who asks; None is the operator of the machine.
    require
        Refuses who may not ask for such a study, before anything is told of its layers.

    Raises
    ------
    NotAllowed
        As ``require``.
    RefusedInput
        ``study_refused``.
    """
    task = complete(parse_request(asked.inputs), catalogue, day, rights)
    require(task)
    read = [read_request(EditRequest, one) for one in asked.edits]
    edits = edits_of(read, task.layers["facilities"], task.layers.get("network"))
    require_waits(task.parameters, edits)
    return edits, edits.with_closures(asked.inputs)


def shown_edits(connection: Connection, layers: StudyLayers, edits: Edits, caller: Caller) -> Edits:
    """Give edits with the codes of facilities, as they are answered at once to a caller.

    Those who may not see small counts ask for waits in whole steps, and are answered for places in the
    middles of their cells.

    Raises
    ------
    RefusedInput
        As `edits_by_code`; ``limit_off_step``, ``place_outside``.
    """
    named = edits_by_code(connection, layers, edits)
    if sees_personal(caller):
        return named
    crs = require_metric(parse_crs(layers.catalogue.city.crs), "city.yaml")
    for edit in named.facilities:
        require_start_step(edit)
    placed = any(edit.place is not None for edit in named.facilities)
    return replace(named, facilities=tuple(in_cell(edit, crs) for edit in named.facilities), in_cells=placed)


def edited(inputs: CoverageInputs, layers: StudyLayers, edits: Edits | None) -> CoverageInputs:
    """Give what a study reads as edits make it; roads that these close are closed by its parameters already.

    Parameters
    ----------
    inputs, layers
        Of the study.
    edits
        With the codes of facilities; None for the state as it is.

    Raises
    ------
    RefusedInput
        As `with_edits`.
    """
    return inputs if edits is None else with_edits(inputs, layers, edits.facilities)


def edits_kept_in(document: Mapping[str, Any]) -> Edits | None:
    """Give the edits of a kept study of coverage or of gaps; None for one of a state as it is."""
    return kept_edits(document["parameters"].get(EDITS, ()), document["inputs"].get("network"))


def told_edited(document: Document, edits: Edits | None) -> Document:
    """Let a study say what was edited: in its parameters, its id, and a notice, for nothing of it is there.

    Parameters
    ----------
    document
        As it was computed.
    edits
        None for the state as it is.
    """
    if edits is None:
        return document
    told = edits.as_document()
    parameters = {**document["parameters"], EDITS: told}
    notices = [Notice(_NOTICE, {"count": len(told)})]
    if edits.in_cells:
        notices.append(Notice(_IN_CELLS, {"metres": round(CELL_M)}))
    return document | {
        "id": document_id(document["process"], document["inputs"], parameters),
        "parameters": parameters,
        "notices": [*(notice.as_document() for notice in notices), *document["notices"]],
    }
