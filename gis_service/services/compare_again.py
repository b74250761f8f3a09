"""Kept comparisons, those that edits make among them, computed again from the versions they had."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.errors import Conflict, ErrorCode
from gis_service.services.compare import Compared, CompareLayers, Workbench
from gis_service.services.compare_request import CompareRequest, CompareTask, complete_comparison
from gis_service.services.coverage_document import Document
from gis_service.services.documents import canonical_json
from gis_service.services.siting_document import SOURCES
from gis_service.services.study_asked import References, day_of, request_of
from gis_service.services.study_facilities import with_last_change
from gis_service.services.study_layers import layers_of
from gis_service.services.study_shapes import read_request
from gis_service.services.vintages import AREA
from gis_service.services.what_if_request import Edits, kept_edits

SIDES = ("before", "after")
_UNITS = ("zones", AREA)


@dataclass(frozen=True)
class KeptComparison:
    """A kept comparison with the layers it was computed on, and what was asked of them.

    Parameters
    ----------
    layers, task
        As of `Workbench.compared`.
    edits, scenarios
        Those of the state afterwards, for the process ``what_if``; those of states that scenarios make.
    """

    layers: CompareLayers
    task: CompareTask
    edits: Edits | None = None
    scenarios: Mapping[str, Edits] | None = None

    def compared(self, bench: Workbench) -> Compared:
        """Compute it; raises as `Workbench.compared`."""
        return bench.compared(self.layers, self.task, edits=self.edits, scenarios=self.scenarios)


def kept_comparison(
    connection: Connection,
    catalogue: Catalogue,
    document: Document,
    vintage: str | None,
    told: Mapping[str, Mapping[str, Any]],
) -> KeptComparison:
    """Look for the layers of a kept comparison, to be told by some units.

    Parameters
    ----------
    connection, catalogue
        Where its layers are, and what they mean.
    document
        As it is kept.
    vintage
        Of the units; None for units of no vintage.
    told
        Layer and version by role of the state afterwards, with these units.

    Raises
    ------
    Conflict
        ``study_version_gone`` for a version that is no longer kept.
    """
    asked = document["parameters"]
    references = {side: side_of(document["inputs"], side) for side in SIDES}
    # A comparison gives no tables; those of earlier releases may name some all the same.
    request = {side: request_of(asked[side], references[side]) | {"tables": []} for side in SIDES}
    comparison = read_request(CompareRequest, request | {"limits": asked["limits"], "vintage": vintage})
    day = max(day_of(asked["before"]), day_of(asked["after"]))
    task = complete_comparison(comparison, catalogue, day)
    units = {role: one for role, one in told.items() if role in _UNITS}
    sides = []
    for side, one in (("before", task.before), ("after", task.after)):
        any_office = one.parameters.catchment == "any"
        layers = layers_of(
            connection, catalogue, units | others(references[side]) if any_office else references[side]
        )
        sides.append((layers, with_last_change(layers, replace(one, layers=layers.layers))))
    (before, before_task), (after, after_task) = sides
    of_told = layers_of(connection, catalogue, told)
    task = replace(task, before=before_task, after=after_task, told=replace(task.told, layers=of_told.layers))
    kept, roads = asked.get("edits", ()), document["inputs"].get("network")
    layers_of_states = CompareLayers(before, after, of_told)
    if not isinstance(kept, Mapping):
        return KeptComparison(layers_of_states, task, edits=kept_edits(kept, roads))
    scenarios = {side: kept_edits(one, roads) for side, one in kept.items()}
    made = {side: one for side, one in scenarios.items() if one is not None}
    return KeptComparison(layers_of_states, task, scenarios=made)


def as_kept(connection: Connection, catalogue: Catalogue, document: Document) -> KeptComparison:
    """Look for the layers of a kept comparison, told by its own units; raises as `kept_comparison`."""
    inputs = document["inputs"]
    own = {role: inputs[role] for role in _UNITS if role in inputs}
    told = others(side_of(inputs, "after")) | own
    return kept_comparison(connection, catalogue, document, document["parameters"]["vintage"], told)


def require_repeated(document: Document, found: Document) -> None:
    """Refuse what comes out otherwise than it was kept.

    Raises
    ------
    Conflict
        ``study_not_repeated``.
    """
    if canonical_json(found["totals"]) != canonical_json(document["totals"]):
        raise Conflict(ErrorCode.STUDY_NOT_REPEATED, study=document["id"])


def others(references: References) -> dict[str, Mapping[str, Any]]:
    """Give the references of a study without those of its units."""
    return {role: one for role, one in references.items() if role not in _UNITS}


def side_of(inputs: References, side: str) -> dict[str, Mapping[str, Any]]:
    """Give the references of one state of a comparison: what both share stands there once."""
    apart = ("before_", "after_", *SOURCES)
    shared = {role: one for role, one in inputs.items() if not role.startswith(apart)}
    own = {role.removeprefix(f"{side}_"): one for role, one in inputs.items() if role.startswith(f"{side}_")}
    found = shared | own
    # The study area of the answer is none of a state whose own units are that area.
    if AREA in found and found[AREA]["layer"] == found["zones"]["layer"]:
        del found[AREA]
    return found
