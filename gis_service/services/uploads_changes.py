"""What a commit would change, counted without holding the layer: the file is staged, compared, and let go."""

import time
from dataclasses import replace

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.db.publish import Changes
from gis_service.db.publish_count import count_changes
from gis_service.errors import RefusedInput
from gis_service.files.readers import ReaderLimits
from gis_service.services.accounts import Caller
from gis_service.services.context import Context
from gis_service.services.ingest_clock import TooMuchAtOnceError
from gis_service.services.ingest_load import Load
from gis_service.services.ingest_open import open_as_chosen
from gis_service.services.ingest_placing import place_rows
from gis_service.services.ingest_source import Rows
from gis_service.services.layers import table_of
from gis_service.services.transactions import reading, writing
from gis_service.services.uploads import Upload, get, require_state
from gis_service.services.uploads_at_once import AT_ONCE, WAIT_S, is_beyond
from gis_service.services.uploads_commit import source_of
from gis_service.services.uploads_inspection import options_of, target_of

__all__ = ["Changes", "changes_of"]

_WAIT_S = 5.0
"""Longest wait for the inspections and commits that this process is at."""


def changes_of(context: Context, id_: str, caller: Caller) -> Changes | None:
    """Count the rows that a commit would add, change, remove and leave alone.

    Nothing is locked and nothing stays: somebody may change the layer right after.

    Parameters
    ----------
    context
        Of the process.
    id_
        An upload that is ready.
    caller
        Whose it is.

    Returns
    -------
    Changes or None
        None where a count is not to be had: for a new layer, a raster, a file that would be refused, one too
        large to be read while somebody waits, and while this process has others to read.

    Raises
    ------
    NotFound
        ``upload_not_found``, ``upload_gone``; ``layer_unknown`` when its target is gone.
    Conflict
        ``upload_not_ready``.
    """
    with reading(context) as connection:
        found = get(connection, id_, caller)
    require_state(found, ["ready"])
    target = target_of(context.catalogue, found.choices)
    new = target is not None and target.id not in context.catalogue.layers
    if target is None or new or _is_beyond_counting(found) or not AT_ONCE.acquire(timeout=_WAIT_S):
        return None
    try:
        with writing(context) as connection:
            return _counted(context, connection, found, target)
    except (RefusedInput, TooMuchAtOnceError):
        # What is wrong with it the inspection tells, and better.
        return None
    finally:
        AT_ONCE.release()


def _counted(context: Context, connection: Connection, found: Upload, target: LayerDefinition) -> Changes:
    """Count in a transaction that has written nothing but a temporary table, which is gone with it."""
    until = time.monotonic() + WAIT_S
    source = replace(source_of(context, found, ReaderLimits.of(context.settings)), until=until)
    options = options_of(source)
    with (
        connection.begin_nested() as savepoint,
        open_as_chosen(source.path, options) as opened,
    ):
        rows = Rows(source.file, opened.header, opened.names, opened.batches())
        rows = place_rows(connection, context.catalogue, target, rows, options)
        staging = Load(context.catalogue, target, rows, options).stage(connection)
        counted = count_changes(connection, table_of(target), staging)
        savepoint.rollback()
    return counted


def _is_beyond_counting(found: Upload) -> bool:
    """Tell of what would be refused, is large, or has no rows."""
    inspection = found.inspection or {}
    wrong = any(one["severity"] == "error" for one in inspection.get("findings", []))
    has_rows = not any(layer.get("raster") for layer in inspection.get("layers", []))
    return wrong or not has_rows or is_beyond(found)
