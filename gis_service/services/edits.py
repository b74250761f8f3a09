"""Edits of single features: checked like rows of a file, applied as one version, never over a newer state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import numpy as np
import pyarrow as pa
import shapely

from gis_service.analysis.shapes import Found
from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.crs import STORAGE
from gis_service.db.engine import Connection
from gis_service.db.item_states import ItemState, since, states
from gis_service.db.layers import add_version, ensure_table, lock_layer, waiting_at_most
from gis_service.db.publish import apply_edits
from gis_service.errors import Conflict, ErrorCode, NotFound, RefusedInput
from gis_service.files.readers import Header
from gis_service.services.base_version import require_base
from gis_service.services.ingest_faults import FaultList
from gis_service.services.ingest_load import LOCK_WAIT_S, Load
from gis_service.services.ingest_source import LoadOptions, Rows
from gis_service.services.layers import definition_of, table_of
from gis_service.types import VersionId

ANY_STATE: None = None
"""Whatever the feature is like now: that does not matter to the editor. No set, which an ETag could equal."""
ANSWER_WAIT_S = 3.0
"""Longest that somebody waits for others who are writing while a browser waits for the answer."""
_SOURCE = "edit"
_NO_COLUMN = (pa.ArrowException, OverflowError, UnicodeEncodeError)
"""What values do that no column holds: mixed kinds, numbers beyond 64 bits, text that no encoding has."""


class Op(StrEnum):
    """What is done to a feature."""

    CREATE = "create"
    REPLACE = "replace"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit.

    Parameters
    ----------
    op
        ``replace`` empties what is not named, ``update`` leaves it as it is.
    fid
        The feature; None for a new one.
    expected
        Versions of which one is that since which the feature is as it is, or `ANY_STATE`.
    geometry
        Longitude and latitude in WGS 84; None without a geometry.
    moves
        Whether the geometry is part of the edit: an update may leave it as it is.
    properties
        Values by field, as JSON has them.
    """

    op: Op
    fid: int | None = None
    expected: frozenset[str] | None = ANY_STATE
    geometry: shapely.Geometry | None = None
    moves: bool = False
    properties: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class EditReport:
    """What came of edits.

    Parameters
    ----------
    version
        The version that they made.
    fids
        The feature of each edit, in their order.
    """

    version: VersionId
    fids: tuple[int, ...]


def apply(
    connection: Connection,
    catalogue: Catalogue,
    layer_id: str,
    edits: Sequence[Edit],
    *,
    author: str,
    message: str = "",
    base: int | None = None,
    wait_s: float = LOCK_WAIT_S,
) -> EditReport:
    """Apply edits as one version of a layer: all of them or none.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    edits
        At most one for each feature.
    base
        Version of the layer that they were made from, when all of it matters.
    wait_s
        Longest wait for somebody who is writing to the layer.

    Raises
    ------
    NotFound
        ``layer_unknown``, ``item_not_found``.
    RefusedInput
        As a load of the same rows; ``edit_empty``, ``field_unknown``.
    Conflict
        ``item_changed`` when a feature is not as expected any more, ``base_version_changed``, ``key_taken``,
        ``layer_busy``, ``layer_table_differs``.
    """
    if not edits:
        raise RefusedInput(ErrorCode.EDIT_EMPTY, layer=layer_id)
    definition = definition_of(catalogue, layer_id)
    _require_fields(definition, edits)
    table = table_of(definition)
    with waiting_at_most(connection, table.id, wait_s), connection.begin_nested():
        lock_layer(connection, table.id)
        ensure_table(connection, table)
        require_base(connection, definition, base)
        _require_states(connection, definition, edits)
        rows = [edit for edit in edits if edit.op is not Op.DELETE]
        updated = [edit.fid for edit in rows if edit.op is Op.UPDATE and edit.fid is not None]
        kept = states(connection, table, updated)
        source = _rows(definition, rows, kept)
        staging = Load(catalogue, definition, source, LoadOptions()).stage(connection) if rows else None
        version = add_version(connection, table.id, author=author, message=message)
        gone = [edit.fid for edit in edits if edit.op is Op.DELETE and edit.fid is not None]
        made = iter(apply_edits(connection, table, staging, [edit.fid for edit in rows], gone))
    return EditReport(
        version, tuple(cast("int", edit.fid) if edit.op is Op.DELETE else next(made) for edit in edits)
    )


def tag_of(connection: Connection, definition: LayerDefinition, fid: int) -> str | None:
    """Give what tells the state of a feature from any other: the version since which it is so."""
    found = since(connection, definition.id, [fid])
    return str(found[fid]) if fid in found else None


def _require_fields(definition: LayerDefinition, edits: Sequence[Edit]) -> None:
    known = {field.name for field in definition.fields}
    strange = sorted({name for edit in edits for name in edit.properties or {}} - known)
    if strange:
        raise RefusedInput(
            ErrorCode.FIELD_UNKNOWN,
            layer=definition.id,
            fields=", ".join(strange),
            known=", ".join(sorted(known)),
        )


def _require_states(connection: Connection, definition: LayerDefinition, edits: Sequence[Edit]) -> None:
    """Refuse edits of features that are gone, or not as the editor saw them."""
    wanted = {edit.fid: edit.expected for edit in edits if edit.fid is not None}
    found = since(connection, definition.id, list(wanted))
    for fid, expected in wanted.items():
        if fid not in found:
            raise NotFound(ErrorCode.ITEM_NOT_FOUND, collection=definition.id, item=fid)
        if expected is not None and str(found[fid]) not in expected:
            raise Conflict(
                ErrorCode.ITEM_CHANGED,
                layer=definition.id,
                item=fid,
                given=", ".join(f'"{state}"' for state in sorted(expected)) or "?",
                newest=f'"{found[fid]}"',
            )


def _rows(definition: LayerDefinition, edits: Sequence[Edit], kept: Mapping[int, ItemState]) -> Rows:
    """Make rows of edits, as a file would have them; an update is the row of now with its changes."""
    located = definition.geometry != "None"
    shapes: list[bytes | None] = []
    columns: dict[str, list[Any]] = {field.name: [] for field in definition.fields}
    for edit in edits:
        before = None if edit.fid is None else kept.get(edit.fid)
        values = {**(before.values if before else {}), **(edit.properties or {})}
        for name, column in columns.items():
            column.append(values.get(name))
        moved = edit.moves or before is None
        given = None if edit.geometry is None else shapely.to_wkb(edit.geometry)
        shapes.append(given if moved else before.wkb if before else None)
    arrays = {name: _array(definition, name, values) for name, values in columns.items()}
    if located:
        arrays = {"geometry": pa.array(shapes, pa.binary()), **arrays}
    header = Header(_SOURCE, STORAGE.to_wkt(), None, located)
    return Rows(_SOURCE, header, tuple(columns), pa.table(arrays).to_batches())


def _array(definition: LayerDefinition, name: str, values: Sequence[object]) -> pa.Array:
    """Make a column, or refuse the values that make none."""
    try:
        return pa.array(values)
    except _NO_COLUMN:
        bad = [at for at, value in enumerate(values) if not _fits_alone(value)] or range(len(values))
    kind = next(field.type for field in definition.fields if field.name == name)
    words = tuple(f"{name} = {ascii(values[at])[:80]} ({kind})" for at in bad)
    faults = FaultList()
    faults.extend([Found(ErrorCode.VALUE_WRONG_TYPE, np.array(bad), words)], 1)
    raise faults.refusal({})


def _fits_alone(value: object) -> bool:
    try:
        pa.array([value])
    except _NO_COLUMN:
        return False
    return True
