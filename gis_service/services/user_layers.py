"""Layers that users make: created, described, dropped; everything else treats them as any other layer."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gis_service.catalogue.document import Document
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import (
    check_user_layer,
    document_of,
    read_layer_file,
    user_layer_from,
)
from gis_service.catalogue.words import say
from gis_service.db import layer_definitions as rows
from gis_service.db import rights as right_rows
from gis_service.db.engine import Connection
from gis_service.db.history_check import catch_up
from gis_service.db.layers import (
    LayerTable,
    add_version,
    columns_after,
    ensure_table,
    keep_all_out,
    lock_layer,
    table_exists,
    waiting_at_most,
)
from gis_service.errors import Conflict, ErrorCode, Fault, NotFound, RefusedInput
from gis_service.messages.catalogue import notices
from gis_service.services.accounts import Caller, Scope, record
from gis_service.services.audit import note_version
from gis_service.services.edits import ANY_STATE
from gis_service.services.ingest_clock import time_left
from gis_service.services.layer_changes import migrate_layers
from gis_service.services.layer_personal import require_agreed
from gis_service.services.layers import definition_of, table_of
from gis_service.services.rights import (
    EDITORS,
    is_personal,
    is_public,
    require_editing_now,
    require_own_reading,
)
from gis_service.types import VersionId

__all__ = ["ANY_STATE", "create", "describe", "document_of", "drop", "read_file", "tag_of"]

LOCK_WAIT_S = 3.0
"""Longest wait for somebody who is writing to the layer."""
_FIXED = ("id", "geometry", "key")
"""What the table and every address of a layer stand on."""
_MOST_COLUMNS = 1000
"""Of a table or its history, dropped ones too; PostgreSQL itself ends at 1,600."""
_SHOWN = 5
_DIGITS = re.compile("([0-9]+)")

Change = Callable[[Mapping[str, Any]], Document]
"""Makes the new definition of the one that is there."""


def tag_of(definition: LayerDefinition) -> str:
    """Give what tells a definition from any other."""
    written = json.dumps(document_of(definition), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def read_file(path: Path) -> Document:
    """Read a definition from a file.

    Raises
    ------
    NotFound
        ``file_not_found``.
    RefusedInput
        ``layer_definition_faulty`` when it is no YAML.
    """
    if not path.is_file():
        raise NotFound(ErrorCode.FILE_NOT_FOUND, path=str(path))
    document, faults = read_layer_file(path)
    _require_none(faults)
    return document


def create(
    connection: Connection,
    catalogue: Catalogue,
    document: Document,
    *,
    caller: Caller,
    author: str = "",
    until: float | None = None,
) -> tuple[LayerDefinition, VersionId]:
    """Make a layer: its definition, its table under history, its first version.

    A layer that was dropped before under the same id gets its history back, not its rows.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    document
        A definition as the files have it.
    caller
        Who makes it, for the audit.
    author
        Of the first version; the caller unless somebody else is named.
    until
        Moment, as of `time.monotonic`, until which somebody waits for it; None when nobody does.

    Raises
    ------
    NotAllowed
        ``role_insufficient``, ``scope_insufficient``: the layer would be closed to its own maker;
        ``layer_kept_by_team`` for the id of a dropped layer that a group of others keeps.
    RefusedInput
        ``layer_definition_faulty``; ``visibility_personal`` when the layer of that id held personal detail.
    Conflict
        ``layer_taken``, ``layer_busy``.
    """
    caller.require(EDITORS, Scope.LAYERS)
    definition = _checked(document, catalogue)
    require_own_reading(caller, definition)
    layer = definition.id
    if layer in catalogue.layers or table_exists(connection, layer):
        raise Conflict(ErrorCode.LAYER_TAKEN, layer=layer)
    before = rows.definition_for_change(connection, layer)
    had_history = rows.has_history(connection, layer)
    if before is None and had_history:
        # Rows that nobody has dropped by this way: nobody can say who may read them.
        raise Conflict(ErrorCode.LAYER_TAKEN, layer=layer)
    if before is not None:
        _require_still_personal(before.document, definition)
        # A group that kept the layer keeps its id, under which its rows can be restored.
        require_editing_now(connection, catalogue, caller, layer)
    written, by, message = document_of(definition), author or caller.name, _message("layer_made_message")
    if not definition.is_raster:
        _require_room(connection, table_of(definition))
    with waiting_at_most(connection, layer, time_left(until, LOCK_WAIT_S)):
        lock_layer(connection, layer)
        if table_exists(connection, layer) or rows.has_history(connection, layer) != had_history:
            # Somebody else has made it while this one waited.
            raise Conflict(ErrorCode.LAYER_TAKEN, layer=layer)
        if not definition.is_raster:
            ensure_table(connection, table_of(definition))
        if had_history and not definition.is_raster:
            # The numbers of its features go on where they ended, and old columns make room for other types.
            catch_up(connection, layer, by, message)
        version = add_version(connection, layer, author=by, message=message)
        # Last: from here on whoever makes or describes any layer waits for this transaction.
        record(connection, caller, "layer.create", layer, None, written)
        if not rows.insert_definition(connection, layer, written, by):
            raise Conflict(ErrorCode.LAYER_TAKEN, layer=layer)
    note_version(connection, caller, layer, version)
    return definition, version


def describe(
    connection: Connection,
    catalogue: Catalogue,
    layer_id: str,
    change: Change,
    *,
    expected: frozenset[str] | None,
    caller: Caller,
    agreed: bool = False,
) -> LayerDefinition:
    """Change what is said of a layer that a user has made; fields that are new become columns.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    change
        Gives the whole new definition, made from the one that is there.
    expected
        Tags of which one is that of the definition that is there, or `ANY_STATE`.
    agreed
        Whether the caller has said yes to opening columns that look like personal data.

    Raises
    ------
    NotFound
        ``layer_unknown``.
    NotAllowed
        When the caller's right was taken back meanwhile.
    Conflict
        ``layer_of_file``, ``layer_changed``, ``layer_busy``.
    RefusedInput
        ``personal_opened`` when that is not said;
        ``layer_definition_faulty``; ``layer_change_lossy`` when values stand in the way of a new type;
        ``visibility_personal``: a layer of personal detail stays one.
    """
    known = _made_by_user(catalogue, layer_id)
    with waiting_at_most(connection, known.id, LOCK_WAIT_S):
        row = rows.definition_for_change(connection, known.id)
    if row is None or row.dropped_at is not None:
        raise NotFound(ErrorCode.LAYER_UNKNOWN, layer=layer_id, near="-")
    require_editing_now(connection, catalogue, caller, known.id)
    before = user_layer_from(row.document)
    _require_state(before, expected)
    definition = _checked(change(document_of(before)), catalogue)
    _require_fixed(before, definition)
    _require_still_personal(row.document, definition)
    require_own_reading(caller, definition)
    old, new = document_of(before), document_of(definition)
    changed = [name for name in new | old if old.get(name) != new.get(name)]
    if not changed:
        return definition
    if not agreed and is_public(definition.visibility) and not is_public(before.visibility):
        require_agreed(connection, before)
    told = ({name: one[name] for name in changed if name in one} for one in (old, new))
    record(connection, caller, "layer.describe", known.id, *told)
    if not definition.is_raster:
        _require_room(connection, table_of(definition))
    others = replace(catalogue, layers={**catalogue.layers, known.id: definition})
    for made in migrate_layers(connection, others, [known.id], author=caller.name, wait_s=LOCK_WAIT_S):
        if made.version is not None:
            note_version(connection, caller, known.id, made.version)
    with waiting_at_most(connection, known.id, LOCK_WAIT_S):
        # Last: from here on whoever makes or describes any layer waits for this transaction.
        rows.update_definition(connection, known.id, new)
        if "visibility" in changed:
            right_rows.put_visibility(connection, known.id, None)
    return definition


def drop(
    connection: Connection,
    catalogue: Catalogue,
    layer_id: str,
    *,
    expected: frozenset[str] | None,
    caller: Caller,
    author: str = "",
) -> VersionId:
    """Drop a layer that a user has made; give the version with which its rows ended.

    Its versions stay: a layer of the same id that is made later takes them up, and any of them can be
    restored then.

    Parameters
    ----------
    connection, expected, caller
        As in `describe`.
    author
        Of the last version; the caller unless somebody else is named.

    Raises
    ------
    NotFound
        ``layer_unknown``.
    NotAllowed
        When the caller's right was taken back meanwhile.
    Conflict
        ``layer_of_file``, ``layer_changed``, ``layer_busy``; ``layer_in_use`` while studies or jobs name it.
    """
    known = _made_by_user(catalogue, layer_id)
    with waiting_at_most(connection, known.id, LOCK_WAIT_S):
        row = rows.definition_for_change(connection, known.id)
    if row is None or row.dropped_at is not None:
        raise NotFound(ErrorCode.LAYER_UNKNOWN, layer=layer_id, near="-")
    require_editing_now(connection, catalogue, caller, known.id)
    before = user_layer_from(row.document)
    _require_state(before, expected)
    with waiting_at_most(connection, known.id, LOCK_WAIT_S):
        if table_exists(connection, known.id):
            # First: a writer who has come to the table and waits for the layer would be waited for.
            keep_all_out(connection, known.id)
        lock_layer(connection, known.id)
        readers = rows.readers_of(connection, known.id, _SHOWN + 1)
        if readers:
            shown = ", ".join([*readers[:_SHOWN], *(["…"] if len(readers) > _SHOWN else [])])
            raise Conflict(ErrorCode.LAYER_IN_USE, layer=known.id, readers=shown)
        record(connection, caller, "layer.drop", known.id, document_of(before), None)
        message = _message("layer_dropped_message")
        version = add_version(connection, known.id, author=author or caller.name, message=message)
        note_version(connection, caller, known.id, version)
        if table_exists(connection, known.id):
            rows.empty_table(connection, known.id)
        rows.drop_layer(connection, known.id)
    return version


def _checked(document: Document, catalogue: Catalogue) -> LayerDefinition:
    _require_none(check_user_layer(document, catalogue))
    value: Any = document.value
    return user_layer_from(value)


def _require_none(faults: Sequence[Fault]) -> None:
    if faults:
        ordered = sorted(set(faults), key=_place)
        raise RefusedInput(ErrorCode.LAYER_DEFINITION_FAULTY, ordered, count=len(ordered))


def _place(fault: Fault) -> tuple[list[tuple[int, str]], str]:
    """Give the order of faults: by line or path, whose numbers count as numbers."""
    parts = _DIGITS.split(fault.place("en"))
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts], fault.words("en")


def _require_state(before: LayerDefinition, expected: frozenset[str] | None) -> None:
    newest = tag_of(before)
    if expected is not ANY_STATE and newest not in expected:
        given = ", ".join(f'"{tag}"' for tag in sorted(expected)) or "?"
        raise Conflict(ErrorCode.LAYER_CHANGED, layer=before.id, given=given, newest=f'"{newest}"')


def _require_fixed(before: LayerDefinition, after: LayerDefinition) -> None:
    _require_none(
        [
            Fault(f"body/{name}", say("fixed_value", before=old, after=new))
            for name in _FIXED
            if (old := getattr(before, name)) != (new := getattr(after, name))
        ]
    )


def _require_room(connection: Connection, table: LayerTable) -> None:
    """Refuse fields for which the table, or its history, has no more room."""
    columns = columns_after(connection, table)
    if columns > _MOST_COLUMNS:
        told = say("columns_many", columns=columns, most=_MOST_COLUMNS)
        _require_none([Fault("body/fields", told)])


def _require_still_personal(before: Mapping[str, Any], after: LayerDefinition) -> None:
    """Refuse to open a layer of personal detail: its history holds it for good."""
    if is_personal(user_layer_from(before)) and not is_personal(after):
        raise RefusedInput(ErrorCode.VISIBILITY_PERSONAL, layer=after.id)


def _made_by_user(catalogue: Catalogue, layer_id: str) -> LayerDefinition:
    definition = definition_of(catalogue, layer_id)
    if not definition.made:
        raise Conflict(ErrorCode.LAYER_OF_FILE, layer=layer_id)
    return definition


def _message(code: str) -> str:
    words = notices()[code]
    return f"{words.vi} / {words.en}"
