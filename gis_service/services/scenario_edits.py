"""What a version of a scenario is made of: a question, edits of it, and the versions they were made on.

The edits are checked by what checks those of ``what_if``, with every measure and catchment that a kept study
takes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.places import rows_by_key
from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services.accounts import Caller
from gis_service.services.documents import canonical_json, digest
from gis_service.services.rights import rights_of
from gis_service.services.scenario_inputs import EDITS, SCENARIO, Base, at_base, today
from gis_service.services.study_layers import StudyLayers, find_layers
from gis_service.services.study_processes import ask
from gis_service.services.study_request import complete, parse_request
from gis_service.services.study_rights import require_inputs, shown_layers
from gis_service.services.study_shapes import read_request
from gis_service.services.what_if_facilities import edits_by_code, unknown_facility
from gis_service.services.what_if_request import PROCESS, EditRequest, Edits, edits_of
from gis_service.types import LayerId

BASE_ROLES = ("facilities", "network", "demand", "zones")
"""What a base holds: what a study may be asked for in a version. Other layers are read as they are."""
MOST_BYTES = 256 * 1024
"""Largest question with its edits, as canonical JSON."""


@dataclass(frozen=True)
class Content:
    """A version of a scenario before it has a number.

    Parameters
    ----------
    inputs, edits
        As they are kept: facilities are named by code.
    edits_hash
        As a what-if with the same edits tells it.
    base
        Layer and version by role.
    layers
        What a reader must be allowed to read.
    """

    inputs: dict[str, Any]
    edits: list[dict[str, Any]]
    edits_hash: str
    base: dict[str, dict[str, Any]]
    layers: tuple[str, ...]


def checked(
    connection: Connection,
    catalogue: Catalogue,
    inputs: Mapping[str, Any],
    edits: Sequence[Mapping[str, Any]],
    caller: Caller,
    base: Base | None = None,
) -> Content:
    """Check what a scenario is to be made of.

    Parameters
    ----------
    connection, catalogue
        Where the layers are, and what they mean.
    inputs
        The question: inputs of a study, without versions.
    edits
        As of ``POST /api/what-if``.
    caller
        Must be allowed to read the layers.
    base
        The versions that the edits are made on; None for the current ones.

    Raises
    ------
    NotAllowed
        ``role_insufficient``, ``version_closed``.
    RefusedInput
        ``scenario_version_named``, ``scenario_too_large``; ``study_refused``, ``what_if_facility_unknown``,
        ``what_if_edits_contradict`` as of the process ``what_if``.
    Conflict
        ``study_version_gone`` for a base that the history does not keep.
    """
    _require_current(inputs)
    rights = rights_of(connection, catalogue, caller)
    asked = dict(inputs) if base is None else at_base(connection, catalogue, inputs, base, rights)
    study = ask(connection, catalogue, PROCESS, {**asked, EDITS: list(edits)}, today(), reader=caller)
    require_inputs(rights, study.layers.values())
    layers = find_layers(connection, catalogue, complete(parse_request(asked), catalogue, today(), rights))
    requests = [read_request(EditRequest, one) for one in edits]
    facilities = layers.layers["facilities"]
    named = edits_by_code(connection, layers, edits_of(requests, facilities, layers.layers.get("network")))
    _require_there(connection, layers, named)
    kept = _by_code(requests, named, facilities)
    size = len(canonical_json([inputs, kept]))
    if size > MOST_BYTES:
        raise RefusedInput(ErrorCode.SCENARIO_TOO_LARGE, bytes=size, most=MOST_BYTES)
    shown = {layer for layer, _ in shown_layers(connection, catalogue, {"inputs": layers.references})}
    shown |= {*study.layers.values()} - {*layers.layers.values()}
    return Content(
        dict(inputs), kept, digest(named.as_document()), base_of(layers), tuple(sorted(map(str, shown)))
    )


def base_of(layers: StudyLayers) -> dict[str, dict[str, Any]]:
    """Give the base that layers of a study make: layer and version by role."""
    found: dict[str, Any] = {**layers.references}
    return {role: dict(found[role]) for role in BASE_ROLES if role in found}


def key_of_facilities(catalogue: Catalogue, layer: LayerId) -> str:
    """Name the column by which studies tell facilities."""
    return catalogue.layers[layer].key or "code"


def _require_current(inputs: Mapping[str, Any]) -> None:
    named = [SCENARIO] if inputs.get(SCENARIO) is not None else list(_versions_in(inputs))
    if named:
        raise RefusedInput(ErrorCode.SCENARIO_VERSION_NAMED, name=", ".join(named))


def _versions_in(value: object, place: str = "") -> Iterator[str]:
    """Name the places of inputs at which a version of a layer is said."""
    inner: Iterable[tuple[object, object]] = ()
    if isinstance(value, Mapping):
        inner = value.items()
    elif isinstance(value, list | tuple):
        inner = enumerate(value)
    for name, one in inner:
        if name == "version" and one is not None:
            yield f"{place}version"
        yield from _versions_in(one, f"{place}{name}/")


def _require_there(connection: Connection, layers: StudyLayers, edits: Edits) -> None:
    """Refuse a facility that the layer does not hold; whether it is open then is for the study to say."""
    layer = layers.layers["facilities"]
    codes = [str(edit.id) for edit in edits.facilities]
    past = layers.versions["facilities"] if "facilities" in layers.past else None
    key = key_of_facilities(layers.catalogue, layer)
    there = {*rows_by_key(connection, layer, key, codes, version=past)}
    for edit in edits.facilities:
        if edit.op == "add" and edit.id in there:
            raise RefusedInput(
                ErrorCode.WHAT_IF_EDITS_CONTRADICT, facility=edit.id, first="–", second=edit.at + 1
            )
        if edit.op != "add" and edit.id not in there:
            raise unknown_facility(layers, edit)
        if edit.op == "add":
            there.add(str(edit.id))


def _by_code(requests: Sequence[EditRequest], named: Edits, layer: str) -> list[dict[str, Any]]:
    """Give edits as they are kept: with the layer of each, facilities by code and new ones by name."""
    kept = [one.model_dump(mode="json", exclude_unset=True) for one in requests]
    for one in kept:
        if one["op"] == "link" and named.roads is not None:
            one["layer"] = named.roads
    for edit in named.facilities:
        one = {name: value for name, value in kept[edit.at].items() if name not in {"fid", "id", "tmp_id"}}
        kept[edit.at] = one | {"layer": layer, "tmp_id" if edit.op == "add" else "id": edit.id}
    return kept
