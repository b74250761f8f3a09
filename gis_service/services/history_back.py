"""Going back: rows of a layer as they were in an earlier version, written as a new version."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.db.engine import Connection
from gis_service.db.history import Tally, put_back
from gis_service.db.history_back import (
    complete_columns,
    misfits,
    taken_keys,
    touched_by,
    unheard_of,
    version_before,
)
from gis_service.db.layers import LayerTable, add_version, ensure_table, lock_layer, waiting_at_most
from gis_service.db.rasters import add_raster, newest_raster
from gis_service.errors import Conflict, ErrorCode, NotFound
from gis_service.messages.catalogue import notices
from gis_service.services.history import BEFORE_ALL, kept_version
from gis_service.services.layers import refuse_raster, table_of
from gis_service.services.raster_layers import version_of_raster
from gis_service.types import VersionId

LOCK_WAIT_S = 10.0
"""Longest wait for somebody who is writing to the layer, unless the caller says how long."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PutBack:
    """What came of going back.

    Parameters
    ----------
    version
        The version it made; None when every row was as it should be already.
    tally
        Rows that were added, changed and removed.
    """

    version: VersionId | None
    tally: Tally


def restore(
    connection: Connection,
    definition: LayerDefinition,
    number: int,
    *,
    author: str,
    message: str | None = None,
    fids: Sequence[int] | None = None,
    wait_s: float | None = None,
) -> PutBack:
    """Bring a layer, or single features of it, back to what they were in a version.

    Parameters
    ----------
    connection
        Inside a transaction that may write and commits one version of each statement's state, as
        ``transactions.writing`` opens it.
    definition
        Layer whose table exists.
    number
        The version to go back to; it stays, as do all between.
    author, message
        Kept with the new version; the message tells what was restored unless somebody words it otherwise.
    fids
        Only these features; one that was not there in that version is removed. None for all.
    wait_s
        Longest wait for somebody who is writing to the layer; None for `LOCK_WAIT_S`.

    Raises
    ------
    NotFound
        ``version_unknown``, ``version_not_kept``; ``item_not_found`` for a number that no feature has had.
    Conflict
        ``version_key_taken``, ``version_unfit``, ``layer_busy``, ``layer_table_differs``.
    """
    if definition.is_raster:
        return _restore_raster(connection, definition, number, author, message, wait_s, fids)
    table = table_of(definition)
    with _alone(connection, table, wait_s):
        version = kept_version(connection, definition, number)
        if fids is not None:
            fids = sorted(set(fids))
            if unknown := unheard_of(connection, table.id, fids):
                raise NotFound(ErrorCode.ITEM_NOT_FOUND, collection=table.id, item=unknown[0])
            _require_keys(connection, table, version.id, fids)
        _require_fit(connection, table, version.id, fids)
        done = put_back(connection, table, version.id, fids)
        words = message or _words(
            "version_restored" if fids is None else "features_restored",
            version=version.id,
            count=len(fids or ()),
        )
        return _made(connection, table, done, author, words)


def undo(
    connection: Connection,
    definition: LayerDefinition,
    number: int,
    *,
    author: str,
    message: str | None = None,
    wait_s: float | None = None,
) -> PutBack:
    """Bring the rows that one version touched back to what they were before it.

    Parameters
    ----------
    connection, definition, author, message, wait_s
        As in `restore`.
    number
        The version to undo. What later versions did to other rows stays.

    Raises
    ------
    NotFound
        ``version_unknown``; ``version_not_kept`` when the state before it is not kept.
    Conflict
        ``version_overtaken`` when later versions touched some of its rows; ``version_key_taken``,
        ``version_unfit``, ``layer_busy``, ``layer_table_differs``.
    """
    table = table_of(definition)
    with _alone(connection, table, wait_s):
        version = kept_version(connection, definition, number)
        before = version_before(connection, table.id, version.id)
        earlier = BEFORE_ALL if before is None else kept_version(connection, definition, before.id).id
        touched = touched_by(connection, table.id, version.id)
        if touched.overtaken:
            raise Conflict(
                ErrorCode.VERSION_OVERTAKEN, layer=table.id, version=version.id, count=touched.overtaken
            )
        _require_keys(connection, table, earlier, touched.fids)
        _require_fit(connection, table, earlier, touched.fids)
        done = put_back(connection, table, earlier, touched.fids)
        return _made(connection, table, done, author, message or _words("version_undone", version=version.id))


def _restore_raster(
    connection: Connection,
    definition: LayerDefinition,
    number: int,
    author: str,
    message: str | None,
    wait_s: float | None,
    fids: Sequence[int] | None,
) -> PutBack:
    """Make the file of an earlier version that of a new one."""
    if fids is not None:
        refuse_raster(definition)
    limit = LOCK_WAIT_S if wait_s is None else wait_s
    with waiting_at_most(connection, definition.id, limit), connection.begin_nested():
        lock_layer(connection, definition.id)
        past, now = (
            version_of_raster(connection, definition, number),
            newest_raster(connection, definition.id),
        )
        if now is not None and now.sha256 == past.sha256:
            return PutBack(None, Tally(0, 0, 0))
        words = message or _words("raster_restored", version=past.version)
        version = add_version(connection, definition.id, author=author, message=words)
        add_raster(connection, replace(past, version=version))
        return PutBack(version, Tally(int(now is None), int(now is not None), 0))


@contextmanager
def _alone(connection: Connection, table: LayerTable, wait_s: float | None) -> Iterator[None]:
    """Hold the layer; after a refusal the caller's transaction is as it was."""
    limit = LOCK_WAIT_S if wait_s is None else wait_s
    with waiting_at_most(connection, table.id, limit), connection.begin_nested():
        lock_layer(connection, table.id)
        ensure_table(connection, table)
        complete_columns(connection, table.id)
        yield


def _require_keys(connection: Connection, table: LayerTable, version: VersionId, fids: Sequence[int]) -> None:
    taken = taken_keys(connection, table, version, fids)
    if taken:
        shown = ", ".join(f"{one.fid}: {one.key!r} → {one.bearer}" for one in taken[:_SHOWN])
        raise Conflict(
            ErrorCode.VERSION_KEY_TAKEN, layer=table.id, count=len(taken), key=table.key, shown=shown
        )


def _require_fit(
    connection: Connection, table: LayerTable, version: VersionId, fids: Sequence[int] | None
) -> None:
    if count := misfits(connection, table, version, fids):
        what = f"geom ≠ {table.geometry_kind} ({count})"
        raise Conflict(ErrorCode.VERSION_UNFIT, layer=table.id, version=version, what=what)


def _made(connection: Connection, table: LayerTable, done: Tally, author: str, message: str) -> PutBack:
    # The writing itself made the version; without any there is none to name.
    if done == Tally(0, 0, 0):
        return PutBack(None, done)
    return PutBack(add_version(connection, table.id, author=author, message=message), done)


def _words(code: str, **params: object) -> str:
    words = notices()[code]
    return f"{words.vi.format(**params)} / {words.en.format(**params)}"
