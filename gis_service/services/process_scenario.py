"""How a process begins from a scenario: its question, its base, its edits, and what is asked beside."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from gis_service.services.process_asked import Question, require
from gis_service.services.rights import Rights
from gis_service.services.scenario_inputs import SCENARIO, resolved
from gis_service.services.scenario_states import edits_of_state
from gis_service.services.what_if_request import Edits


def begun_from(question: Question, own: Collection[str], rights: Rights | None) -> tuple[Edits | None, Any]:
    """Put the scenario that inputs name in its place.

    Parameters
    ----------
    question
        What was put to the process.
    own
        Names of the inputs that a study of coverage does not have.
    rights
        Of who asks; None is the operator of the machine.

    Returns
    -------
    edits
        Of the scenario; None where no scenario is named.
    inputs
        Without the scenario, with the roads that it closes and adds.

    Raises
    ------
    NotFound, NotAllowed, RefusedInput
        As `gis_service.services.scenario_inputs.resolved` and
        `gis_service.services.scenario_states.edits_of_state`.
    """
    inputs = question.inputs
    if not isinstance(inputs, Mapping) or inputs.get(SCENARIO) is None:
        return None, inputs
    apart = {name: value for name, value in inputs.items() if name in own}
    plain = {name: value for name, value in inputs.items() if name not in own}
    found = resolved(question.connection, question.catalogue, plain, question.reader)
    if not found:
        return None, inputs
    allowed = partial(require, question.connection, rights)
    edits, made = edits_of_state(question.catalogue, found, question.today, rights, allowed)
    return edits, made | apart
