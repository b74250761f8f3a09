"""Brings the tables of layers in line with their definitions: tells how they differ, and loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from gis_service.catalogue.loader import Catalogue
from gis_service.db.engine import Connection
from gis_service.db.history_marks import new_version
from gis_service.db.layer_changes import LayerChange, add_missing_columns, apply_change, changes, follow
from gis_service.db.layers import (
    LayerTable,
    columns_of,
    keep_writers_out,
    lock_layer,
    table_exists,
    waiting_at_most,
)
from gis_service.errors import ErrorCode, Fault, RefusedInput
from gis_service.messages.catalogue import notices
from gis_service.services.layers import definition_of, table_of
from gis_service.types import LayerId, Text, VersionId

__all__ = ["LayerChange", "LayerChanges", "add_new_fields", "migrate_layers"]

LOCK_WAIT_S = 30.0
"""Longest wait for somebody who holds rows of a layer."""


@dataclass(frozen=True, slots=True)
class LayerChanges:
    """How the table of one layer differed from its definition.

    Parameters
    ----------
    done
        Changes that were made; when nothing is to be made, those that would be.
    left
        Columns that are not in the definition and stay, until dropping is asked for.
    version
        Version that begins with the changes; None when there were none.
    """

    layer: LayerId
    done: tuple[LayerChange, ...]
    left: tuple[LayerChange, ...]
    version: VersionId | None


def migrate_layers(
    connection: Connection,
    catalogue: Catalogue,
    layers: Sequence[str],
    *,
    author: str,
    drop: bool = False,
    dry: bool = False,
    wait_s: float = LOCK_WAIT_S,
) -> list[LayerChanges]:
    """Bring the tables of layers in line with their definitions; tell those that differed.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    layers
        Ids; none means all that are defined.
    author
        Who asks for it; kept with the versions.
    drop
        Whether columns that the definition does not name are dropped. The history keeps them.
    dry
        Find out only; change nothing.
    wait_s
        Longest wait for any one lock.

    Raises
    ------
    NotFound
        ``layer_unknown``.
    RefusedInput
        ``layer_change_lossy`` with every change that values stand in the way of; nothing is changed then.
    Conflict
        ``layer_busy``.
    """
    # In the order of their ids: two that migrate at once never wait for each other.
    asked = [definition_of(catalogue, layer) for layer in sorted(set(layers or catalogue.layers))]
    tables = [table_of(definition) for definition in asked if not definition.is_raster]
    if not dry:
        _hold(connection, tables, wait_s)
    found = [(table, changes(connection, table)) for table in tables]
    if faults := [_fault(table, one) for table, every in found for one in every if one.in_the_way]:
        raise RefusedInput(ErrorCode.LAYER_CHANGE_LOSSY, faults=faults, count=len(faults))
    return [
        _migrate(connection, table, every, author=author, drop=drop, dry=dry, wait_s=wait_s)
        for table, every in found
        if every
    ]


def add_new_fields(
    connection: Connection, catalogue: Catalogue, *, wait_s: float = LOCK_WAIT_S
) -> dict[LayerId, tuple[str, ...]]:
    """Add the fields that definitions have gained since their tables were made; they are empty.

    What a new release needs of a database that is older. No value changes, so no version begins, and the
    first data are still known as their own. All else in which a table differs is left for `migrate_layers`,
    which somebody asks for; a table that lacks nothing is not held.

    Parameters
    ----------
    connection
        Inside a transaction; the caller commits.
    wait_s
        Longest wait for any one lock.

    Returns
    -------
    dict
        Names of the new columns by layer.

    Raises
    ------
    Conflict
        ``layer_busy``.
    """
    defined = [catalogue.layers[layer] for layer in sorted(catalogue.layers)]
    tables = [table_of(definition) for definition in defined if not definition.is_raster]
    behind = [table for table in tables if _lacks_fields(connection, table)]
    _hold(connection, behind, wait_s)
    found = {}
    for table in behind:
        # Readers may go on until here; to alter a table takes it alone.
        with waiting_at_most(connection, table.id, wait_s):
            found[table.id] = add_missing_columns(connection, table)
    # Another who came first may have added them while this one waited.
    return {layer: names for layer, names in found.items() if names}


def _lacks_fields(connection: Connection, table: LayerTable) -> bool:
    there = columns_of(connection, table.id)
    return bool(there) and any(column.name not in there for column in table.columns)


def _hold(connection: Connection, tables: Sequence[LayerTable], wait_s: float) -> None:
    """Keep writers out before anything is looked at: what is found then is what is changed."""
    for table in tables:
        with waiting_at_most(connection, table.id, wait_s):
            if table_exists(connection, table.id):
                keep_writers_out(connection, table.id)
                lock_layer(connection, table.id)


def _migrate(
    connection: Connection,
    table: LayerTable,
    found: Sequence[LayerChange],
    *,
    author: str,
    drop: bool,
    dry: bool,
    wait_s: float,
) -> LayerChanges:
    done = tuple(change for change in found if drop or change.kind != "drop")
    left = tuple(change for change in found if change not in done)
    version = None
    if done and not dry:
        # Readers may go on until here; to alter a table takes it alone.
        with waiting_at_most(connection, table.id, wait_s):
            message = notices()["layer_migrated_message"].vi
            columns = ", ".join(change.name for change in done)
            # First, so that it has its author before the first row is written.
            version = new_version(
                connection, table.id, author=author, message=message.format(columns=columns)
            )
            for change in done:
                apply_change(connection, table, change)
            follow(connection, table)
    return LayerChanges(table.id, done, left, version)


def _fault(table: LayerTable, change: LayerChange) -> Fault:
    words = notices()["layer_change_in_the_way"]
    count = "?" if change.in_the_way < 0 else str(change.in_the_way)
    values = {"name": change.name, "before": change.before or "-", "after": change.after, "count": count}
    return Fault(table.id, Text(words.vi.format(**values), words.en.format(**values)))
