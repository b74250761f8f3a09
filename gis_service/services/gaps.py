"""The study of gaps: the places that a service leaves out, ranked, with who lives there.

It is the study of coverage looked at from its gaps; the same people and the same figures.
"""

from collections.abc import Sequence

import numpy as np

from gis_service.analysis.demand import ALL
from gis_service.analysis.field import UNREACHED
from gis_service.analysis.gaps import GapPlace
from gis_service.services.coverage import CoverageResult
from gis_service.services.coverage_document import Document, gap_groups
from gis_service.services.coverage_inputs import CoverageInputs
from gis_service.services.coverage_parameters import CoverageParameters
from gis_service.services.documents import document_id, plain, units

PROCESS = "gaps"


def gaps_document(result: CoverageResult, inputs: CoverageInputs, parameters: CoverageParameters) -> Document:
    """Write the document of a study of gaps.

    Parameters
    ----------
    result
        The study of coverage of the same inputs and parameters.
    inputs, parameters
        What was read and asked.

    Returns
    -------
    Document
        A study document. Each of its gap places has its ``rank``, its people per group asked for, and
        ``nearest``: the facility that most of its people are nearest to, and the median cost of those who
        arrive anywhere; None where nobody does.
    """
    document = result.document
    gaps = [
        row | _more(place, result, inputs, parameters) | {"rank": rank}
        for rank, (row, place) in enumerate(zip(document["gaps"], result.gaps, strict=True), 1)
    ]
    id_ = document_id(PROCESS, document["inputs"], document["parameters"])
    found: Document = plain(document | {"id": id_, "process": PROCESS, "gaps": gaps})
    return found


def _more(
    place: GapPlace, result: CoverageResult, inputs: CoverageInputs, parameters: CoverageParameters
) -> Document:
    people = {group: result.demand.people[group] for group in parameters.counted_groups}
    return {"nearest": _nearest(place, result, inputs, parameters)} | gap_groups(place, people)


def _nearest(
    place: GapPlace, result: CoverageResult, inputs: CoverageInputs, parameters: CoverageParameters
) -> Document | None:
    cost = result.field.cost[place.homes]
    arrive = np.flatnonzero(cost < UNREACHED)
    people = result.demand.people[ALL][place.homes][arrive]
    if not people.sum():
        return None
    owner = inputs.facilities.owners[result.field.facility[place.homes][arrive]]
    found, row = np.unique(owner, return_inverse=True)
    sums = np.zeros(len(found), dtype=np.int64)
    np.add.at(sums, row, people)
    facility = int(found[np.argmax(sums)])  # of equally many people the earlier facility
    order = np.argsort(cost[arrive], kind="stable")
    half = np.searchsorted(np.cumsum(people[order]), (int(people.sum()) + 1) // 2)
    unit = "s" if parameters.is_time else "m"
    return {
        "id": _said(inputs.facilities.ids, facility),
        "name": _said(inputs.facilities.names, facility),
        f"median_{unit}": units(int(cost[arrive][order][half])),
    }


def _said(words: Sequence[str], row: int) -> str:
    return words[row] if words else str(row + 1)
