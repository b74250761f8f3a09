"""A plan as edits: put over the edits of the state it begins from, and as a scenario to be kept."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gis_service.analysis.what_if import ROOM
from gis_service.services.coverage_document import Document
from gis_service.services.what_if_request import Edits


def after_plan(begun: Edits, plan: Edits) -> Edits:
    """Put the edits of a plan over those of the state that it begins from.

    Parameters
    ----------
    begun
        Edits of that state, with the codes of facilities.
    plan
        A facility that it closes and that was added is not added; what else was edited of it is forgotten.
    """
    closed = {edit.id for edit in plan.facilities if edit.op == "remove"}
    added = {edit.id for edit in begun.facilities if edit.op == "add"}
    kept = [edit for edit in begun.facilities if edit.id not in closed]
    new = [edit for edit in plan.facilities if not (edit.op == "remove" and edit.id in added)]
    return replace(begun, facilities=(*kept, *new))


def as_scenario(question: Mapping[str, Any], edits: Edits) -> Document | None:
    """Give edits as the body of a scenario, less its title; None where they are too many for one.

    Parameters
    ----------
    question
        Inputs of the study, in which the roads that the edits close and add stand last among the closures.
    edits
        Of facilities and roads.
    """
    told = edits.as_document()
    if not 0 < len(told) <= ROOM:
        return None
    closures = [*question.get("closures", ())]
    own = closures[: len(closures) - len(edits.closures)]
    plain = {**question, "closures": own} if own else {**question, "closures": None}
    asked = {
        name: {key: one for key, one in value.items() if key != "version"}
        if isinstance(value, dict)
        else value
        for name, value in plain.items()
    }
    return {
        "inputs": {name: value for name, value in asked.items() if value not in (None, {})},
        "edits": [_as_request(one) for one in told],
    }


def _as_request(edit: Mapping[str, Any]) -> Document:
    """Write an edit as it is asked for: a new facility bears a name, and no code yet."""
    if "id" not in edit:
        return dict(edit)
    named = {"tmp_id" if edit["op"] == "add" else "id": edit["id"]}
    return {name: value for name, value in edit.items() if name != "id"} | named
