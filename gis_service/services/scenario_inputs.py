"""Scenarios as inputs of studies: in the place of each stand its question, its versions and its edits.

What is computed knows nothing of scenarios: equal edits of equal versions are equal studies, whoever keeps
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pydantic import BaseModel

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.layers import version_of
from gis_service.services import scenario_reading
from gis_service.services.accounts import OPERATOR, Caller
from gis_service.services.rights import Rights, rights_of
from gis_service.services.study_request import complete, parse_request
from gis_service.services.study_shapes import ScenarioReference, read_request
from gis_service.services.study_standard import refused
from gis_service.types import LayerId

SCENARIO, EDITS = "scenario", "edits"
_VERSION = "scenario_version"
SIDES = ("before", "after")
Base = Mapping[str, Mapping[str, Any]]
"""Layer and version by role."""


class _Named(BaseModel):
    """Inputs as far as they name a scenario, so that a refusal says where it stands."""

    scenario: ScenarioReference


@dataclass(frozen=True)
class Resolved:
    """Inputs in which no scenario is named any more.

    Parameters
    ----------
    inputs
        Of a study, without edits.
    edits
        Those of the scenario, then those that were given beside it.
    """

    inputs: dict[str, Any]
    edits: list[Any]

    @property
    def edited(self) -> dict[str, Any]:
        """The inputs with the edits, as those of ``what_if``."""
        return self.inputs | {EDITS: self.edits}


def with_scenario(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Put the scenario that an address names the way the inputs of a study have it.

    Parameters
    ----------
    asked
        Inputs by name; ``scenario`` and ``scenario_version`` are one reference.
    """
    inputs = {name: value for name, value in asked.items() if name not in {SCENARIO, _VERSION}}
    named = {name: asked[key] for name, key in (("id", SCENARIO), ("version", _VERSION)) if key in asked}
    return inputs | ({SCENARIO: named} if named else {})


def today() -> date:
    """Give the day of studies that name none."""
    return datetime.now(UTC).astimezone().date()


def resolved(
    connection: Connection, catalogue: Catalogue, inputs: object, reader: Caller | None
) -> Resolved | None:
    """Put a scenario in its place; None for inputs that name none.

    Parameters
    ----------
    connection, catalogue
        Where scenarios and layers are.
    inputs
        Of a study, with ``scenario``; what else they say goes before the question of the scenario, and its
        edits come before theirs.
    reader
        Who must be allowed to read the scenario; None is the operator of the machine.

    Raises
    ------
    NotFound
        ``scenario_not_found``.
    NotAllowed
        ``token_missing``, ``role_insufficient``, ``version_closed``.
    RefusedInput
        ``study_refused``.
    """
    if not isinstance(inputs, Mapping) or inputs.get(SCENARIO) is None:
        return None
    named = read_request(_Named, {SCENARIO: inputs[SCENARIO]}).scenario
    caller = OPERATOR if reader is None else reader
    rights = rights_of(connection, catalogue, caller)
    version = scenario_reading.get(connection, rights, named.id, named.version).shown
    given = {name: value for name, value in inputs.items() if name not in {SCENARIO, EDITS}}
    beside = inputs.get(EDITS) or []
    if not isinstance(beside, list | tuple):
        raise refused(EDITS, beside, "[…]")
    asked = at_base(connection, catalogue, version.inputs | given, version.base, rights)
    return Resolved(asked, [*version.edits, *beside])


def at_base(
    connection: Connection, catalogue: Catalogue, inputs: Mapping[str, Any], base: Base, rights: Rights
) -> dict[str, Any]:
    """Give inputs that read their layers in the versions of a base, where those are not the current ones.

    Parameters
    ----------
    inputs
        Of a study; a role whose layer is another one, or whose version is said, is left as it is.
    base
        Layer and version by role.
    rights
        Of who asks.

    Raises
    ------
    RefusedInput
        ``study_refused`` for inputs that cannot be completed.
    """
    layers = complete(parse_request(inputs), catalogue, today(), rights).layers
    pinned = dict(inputs)
    for role, one in base.items():
        asked = pinned.get(role) or {}
        if layers.get(role) != one["layer"] or asked.get("version") is not None:
            continue
        if one["version"] != version_of(connection, LayerId(one["layer"])):
            pinned[role] = {**asked, "layer": one["layer"], "version": one["version"]}
    return pinned


def sides_resolved(
    connection: Connection, catalogue: Catalogue, inputs: object, reader: Caller | None
) -> tuple[Any, dict[str, list[Any]]]:
    """Put the scenarios of two states that are compared in their places; as `resolved` for each.

    Returns
    -------
    inputs
        Without any scenario.
    edits
        Of each state that a scenario makes.
    """
    if not isinstance(inputs, Mapping):
        return inputs, {}
    edits, plain = {}, dict(inputs)
    for side in SIDES:
        found = resolved(connection, catalogue, inputs.get(side), reader)
        if found is not None:
            plain[side], edits[side] = found.inputs, found.edits
    return plain, edits
