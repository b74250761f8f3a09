"""States that edits make, in studies of coverage and of gaps: computed, kept and told with them."""

from collections.abc import Mapping
from typing import Any

from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.documents import document_id
from gis_service.services.study_layers import StudyLayers
from gis_service.services.what_if_facilities import with_edits
from gis_service.services.what_if_request import Edits, kept_edits

EDITS = "edits"
"""Parameter of a study document that names what was edited."""
_NOTICE = "study_of_edits"


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
    notice = Notice(_NOTICE, {"count": len(told)}).as_document()
    return document | {
        "id": document_id(document["process"], document["inputs"], parameters),
        "parameters": parameters,
        "notices": [notice, *document["notices"]],
    }
