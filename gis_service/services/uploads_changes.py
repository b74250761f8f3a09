"""What a commit would change, counted without holding the layer: the file is staged, compared, and let go."""

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.db.publish import Changes
from gis_service.db.publish_count import count_changes
from gis_service.errors import RefusedInput
from gis_service.files.readers import ReaderLimits, open_vector
from gis_service.services.accounts import Caller
from gis_service.services.context import Context
from gis_service.services.ingest_load import Load
from gis_service.services.ingest_source import Rows
from gis_service.services.layers import table_of
from gis_service.services.transactions import writing
from gis_service.services.uploads import Upload, get, require_state
from gis_service.services.uploads_at_once import AT_ONCE_BYTES
from gis_service.services.uploads_commit import source_of
from gis_service.services.uploads_inspection import options_of, target_of

__all__ = ["Changes", "changes_of"]


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
        None where a count is not to be had: for a new layer, a raster, rows that find their place by units,
        a file that would be refused, and one too large to be read while somebody waits.

    Raises
    ------
    NotFound
        ``upload_not_found``, ``upload_gone``; ``layer_unknown`` when its target is gone.
    Conflict
        ``upload_not_ready``.
    """
    with writing(context) as connection:
        found = get(connection, id_, caller)
        require_state(found, ["ready"])
        target = target_of(context.catalogue, found.choices)
        new = target is not None and target.id not in context.catalogue.layers
        if target is None or new or _is_beyond_counting(found):
            return None
        try:
            return _counted(context, connection, found, target)
        except RefusedInput:
            # What is wrong with it the inspection tells, and better.
            return None


def _counted(context: Context, connection: Connection, found: Upload, target: LayerDefinition) -> Changes:
    """Count in a transaction that has written nothing but a temporary table, which is gone with it."""
    source = source_of(context, found, ReaderLimits.of(context.settings))
    options = options_of(source)
    with (
        connection.begin_nested() as savepoint,
        open_vector(
            source.path,
            name=options.name,
            encoding=options.encoding,
            limits=options.limits,
            strict_text=False,
        ) as opened,
    ):
        rows = Rows(source.file, opened.header, opened.names, opened.batches())
        staging = Load(context.catalogue, target, rows, options).stage(connection)
        counted = count_changes(connection, table_of(target), staging)
        savepoint.rollback()
    return counted


def _is_beyond_counting(found: Upload) -> bool:
    """Tell of what would be refused, is large, has no rows, or finds its place by units."""
    inspection = found.inspection or {}
    wrong = any(one["severity"] == "error" for one in inspection.get("findings", []))
    has_rows = not any(layer.get("raster") for layer in inspection.get("layers", []))
    is_placed = bool(found.choices.get("placing"))
    return wrong or is_placed or not has_rows or (found.size or 0) > AT_ONCE_BYTES
