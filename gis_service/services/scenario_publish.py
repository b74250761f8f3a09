"""A scenario's facilities written into their layer: shown first, and only what was shown is written.

It is the one way by which a scenario changes a layer: through the edits of its features, with their history,
by somebody who may edit it. Edits of roads and waits are no features, and are left out by name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import shapely

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.item_states import since
from gis_service.db.layers import version_of
from gis_service.db.places import KeyedRow, rows_by_key
from gis_service.errors import Conflict, ErrorCode, RefusedInput
from gis_service.services import edits as layer_edits
from gis_service.services.accounts import Caller, record
from gis_service.services.audit import note_version
from gis_service.services.coverage_inputs import Notice
from gis_service.services.documents import digest
from gis_service.services.edits import Edit, EditReport, Op
from gis_service.services.layers import definition_of
from gis_service.services.rights import require_editing_now, rights_of
from gis_service.services.scenario_edits import key_of_facilities
from gis_service.services.scenario_inputs import today
from gis_service.services.scenario_reading import get
from gis_service.services.scenarios import ScenarioRow
from gis_service.services.study_standard import one_of
from gis_service.types import LayerId

_CLOSED_ON = "open_to"
"""Field with the first day on which a facility is not open any more."""
_CLOSING = ("close", "remove")
ADDED, MOVED, CLOSED, REMOVED = "added", "moved", "closed", "removed"


@dataclass(frozen=True)
class Asked:
    """How facilities are to be written.

    Parameters
    ----------
    features
        Values by field for new facilities, by the name that the scenario gives them.
    closed_on
        First day on which closed facilities are not open any more; today when None.
    """

    features: Mapping[str, Mapping[str, Any]]
    closed_on: date | None = None


@dataclass(frozen=True)
class Change:
    """What would be done to one facility.

    Parameters
    ----------
    number
        Of the edit, from 1.
    kind
        ``added``, ``moved``, ``closed`` (its last day is noted) or ``removed`` (its row goes).
    facility
        Its code.
    fid, state
        The feature, and the version since which it is as it is; None for a new one.
    before, after
        Where it is, and where it will be, as GeoJSON.
    properties
        Values that are written.
    missing
        Fields that the layer requires and that nobody has given yet.
    """

    number: int
    kind: str
    facility: str
    fid: int | None = None
    state: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    properties: Mapping[str, Any] | None = None
    missing: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """Give the change as it is shown."""
        told = {name: getattr(self, name) for name in ("number", "kind", "facility", "fid", "state")}
        told |= {"before": self.before, "after": self.after, "properties": self.properties}
        return {name: value for name, value in told.items() if value is not None} | {
            "missing": list(self.missing)
        }

    def as_edit(self) -> Edit:
        """Give the edit of the feature that makes it, refused if the feature is not as it was shown."""
        place = None if self.after is None else shapely.Point(*self.after["coordinates"])
        if self.kind == ADDED:
            return Edit(Op.CREATE, geometry=place, moves=True, properties=self.properties)
        op = Op.DELETE if self.kind == REMOVED else Op.UPDATE
        expected = frozenset({str(self.state)})
        moved = self.kind == MOVED
        return Edit(op, self.fid, expected, place, moves=moved, properties=self.properties)


@dataclass(frozen=True)
class Diff:
    """What publishing a version of a scenario would do to a layer.

    Parameters
    ----------
    layer
        Of the facilities.
    version
        That the layer has now.
    changes
        By the number of the edit.
    left
        Edits that are not written, by their number, and why.
    """

    row: ScenarioRow
    layer: LayerId
    version: int | None
    changes: tuple[Change, ...]
    left: tuple[tuple[int, Notice], ...]

    @property
    def hash(self) -> str:
        """What tells this diff from any other; what is done to other features of the layer does not count."""
        return digest([self.row.id, self.layer, [change.as_document() for change in self.changes]])


def diff(connection: Connection, catalogue: Catalogue, row: ScenarioRow, asked: Asked) -> Diff:
    """Tell what publishing a scenario would do to the layer of its facilities; nothing is written.

    Parameters
    ----------
    connection, catalogue
        Where the layer is, and what it means.
    row
        A scenario that the caller may read, in the version that is meant.
    asked
        How facilities are to be written.

    Raises
    ------
    NotFound
        ``layer_unknown``.
    RefusedInput
        ``scenario_nothing_to_publish``; ``study_refused`` for values of a facility that is not added.
    """
    layer = LayerId(row.shown.base["facilities"]["layer"])
    seen = _Layer(connection, definition_of(catalogue, layer), key_of_facilities(catalogue, layer), asked)
    own = [edit for edit in row.shown.edits if edit.get("layer") == layer]
    new = [str(edit["tmp_id"]) for edit in own if edit["op"] == "add"]
    for name in asked.features:
        one_of("features", name, new)
    seen.read(own)
    found = [seen.change(number, edit) for number, edit in enumerate(row.shown.edits, 1)]
    changes = tuple(one for one in found if isinstance(one, Change))
    if not changes:
        raise RefusedInput(ErrorCode.SCENARIO_NOTHING_TO_PUBLISH, id=row.id, layer=layer)
    left = tuple((number, one) for number, one in enumerate(found, 1) if isinstance(one, Notice))
    return Diff(row, layer, version_of(connection, layer), changes, left)


def publish(
    connection: Connection,
    catalogue: Catalogue,
    id_: str,
    asked: Asked,
    *,
    number: int | None,
    diff_hash: str,
    message: str,
    caller: Caller,
) -> tuple[Diff, EditReport]:
    """Write the facilities of a scenario into their layer, as one version of it.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    id_, number
        Which scenario, in which version; None for the newest.
    asked
        As of `diff`.
    diff_hash
        Of the diff that the caller was shown.
    message
        Why, kept with the version of the layer.
    caller
        Must be allowed to edit the layer.

    Raises
    ------
    NotFound
        ``scenario_not_found``, ``layer_unknown``.
    NotAllowed
        As `gis_service.services.rights.Rights.require_editing`.
    RefusedInput
        ``scenario_nothing_to_publish``; as `gis_service.services.edits.apply`.
    Conflict
        ``scenario_diff_changed`` when it is not what was shown; as `gis_service.services.edits.apply`.
    """
    rights = rights_of(connection, catalogue, caller)
    row = get(connection, rights, id_, number)
    rights.require_editing(row.shown.base["facilities"]["layer"])
    found = diff(connection, catalogue, row, asked)
    if found.hash != diff_hash:
        raise Conflict(
            ErrorCode.SCENARIO_DIFF_CHANGED, id=id_, layer=found.layer, given=diff_hash, newest=found.hash
        )
    done = layer_edits.apply(
        connection,
        catalogue,
        found.layer,
        [change.as_edit() for change in found.changes],
        author=caller.name,
        message=f"{message} ({id_}, {row.shown.number})",
        wait_s=layer_edits.ANSWER_WAIT_S,
    )
    # The layer is held by now: a right that was taken back while this waited is gone.
    require_editing_now(connection, catalogue, caller, found.layer)
    told = {
        "scenario": row.shown.number,
        "layer": found.layer,
        "version": done.version,
        "diff_hash": diff_hash,
    }
    record(connection, caller, "scenario.publish", id_, None, told)
    note_version(connection, caller, found.layer, done.version)
    return found, done


class _Layer:
    """The layer of the facilities as it is now.

    Parameters
    ----------
    connection, definition, key
        Where it is, what it means, and by which column facilities are told.
    asked
        How facilities are to be written.
    """

    def __init__(self, connection: Connection, definition: LayerDefinition, key: str, asked: Asked) -> None:
        self._connection, self._definition, self._key, self._asked = connection, definition, key, asked
        self._fields = {field.name: field for field in definition.fields}
        self._rows: dict[str, KeyedRow] = {}
        self._since: Mapping[int, int] = {}

    def read(self, edits: Sequence[Mapping[str, Any]]) -> None:
        """Read the facilities that edits name."""
        codes = [str(edit.get("tmp_id") or edit.get("id")) for edit in edits]
        self._rows = rows_by_key(self._connection, self._definition.id, self._key, codes)
        fids = [row.fid for row in self._rows.values()]
        self._since = since(self._connection, self._definition.id, fids)

    def change(self, number: int, edit: Mapping[str, Any]) -> Change | Notice:
        """Tell what an edit does to a feature, or why it does nothing."""
        layer = self._definition.id
        if edit.get("layer") != layer:
            return Notice("scenario_left_roads", {})
        code = str(edit.get("tmp_id") or edit.get("id"))
        row, about = self._rows.get(code), {"facility": code, "layer": layer}
        if edit["op"] == "add":
            return self._added(number, code, edit) if row is None else Notice("scenario_left_taken", about)
        return Notice("scenario_left_gone", about) if row is None else self._changed(number, code, row, edit)

    def _changed(self, number: int, code: str, row: KeyedRow, edit: Mapping[str, Any]) -> Change | Notice:
        before = None if row.wkb is None else shapely.geometry.mapping(shapely.from_wkb(row.wkb))
        now = Change(number, REMOVED, code, row.fid, self._since.get(row.fid), before)
        if edit["op"] == "move":
            if edit.get("geometry") is None:
                return Notice("scenario_left_wait", {})
            return replace(now, kind=MOVED, after=edit["geometry"])
        if edit["op"] not in _CLOSING:
            return Notice("scenario_left_other", {"op": edit["op"]})
        if edit["op"] == "close" and _CLOSED_ON in self._fields:
            day = self._asked.closed_on or today()
            return replace(now, kind=CLOSED, properties={_CLOSED_ON: day.isoformat()})
        return now

    def _added(self, number: int, code: str, edit: Mapping[str, Any]) -> Change:
        properties = {self._key: code, **self._asked.features.get(code, {})}
        missing = tuple(self._missing(properties))
        return Change(number, ADDED, code, after=edit["geometry"], properties=properties, missing=missing)

    def _missing(self, properties: Mapping[str, Any]) -> Iterator[str]:
        for name, field in self._fields.items():
            if field.required and properties.get(name) in (None, ""):
                yield name
