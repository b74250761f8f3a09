"""Uploads: files on their way to a layer; begun, received in parts, looked up, dropped.

What is found in them, and how they become a version of a layer, stands in ``uploads_runs``: whoever only
keeps the house of uploads does not load the engine.
"""

import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath

from gis_service.db import uploads as rows
from gis_service.db.engine import Connection
from gis_service.db.uploads import UploadRow as Upload
from gis_service.errors import Conflict, ErrorCode, NotFound
from gis_service.files.upload_store import Checksum
from gis_service.services.accounts import Caller, Scope, record
from gis_service.services.context import Context
from gis_service.services.jobs import owner_of
from gis_service.services.list_pages import page_key, read_page_key, require_limit
from gis_service.services.transactions import reading, writing
from gis_service.services.upload_jobs import INSPECT, enqueue
from gis_service.services.uploads_room import lives, require_size, store_of
from gis_service.settings import Settings
from gis_service.text import normalise

__all__ = [
    "Checksum",
    "Upload",
    "UploadPage",
    "again",
    "append",
    "drop",
    "find",
    "get",
    "list_",
    "offset_of",
    "received",
    "require_state",
    "start",
]

_LONGEST_NAME = 200
_OF_OTHERS = Scope.ADMIN


@dataclass(frozen=True, slots=True)
class UploadPage:
    """Some uploads, and the key of the page after them; None on the last one."""

    items: Sequence[Upload]
    next: str | None


def start(context: Context, file: str, size: int | None, caller: Caller) -> Upload:
    """Begin an upload: from now on it is there, and empty.

    Parameters
    ----------
    file
        What its owner calls it; kept as text alone.
    size
        Bytes that will come; None when only its end tells.
    caller
        Whose it is.

    Raises
    ------
    Conflict
        ``uploads_too_many``.
    RefusedInput, Temporary
        As `require_size`.
    """
    settings = context.settings
    require_size(settings, size or 0)
    owner, id_, name = owner_of(caller), str(uuid.uuid4()), clean_name(file)
    with writing(context) as connection:
        open_ = rows.count_open(connection, owner)
        if open_ >= settings.upload_most_open:
            raise Conflict(ErrorCode.UPLOADS_TOO_MANY, count=open_, most=settings.upload_most_open)
        record(connection, caller, "upload.begin", id_, None, {"file": name, "size": size})
        whose = {"author": owner.author, "role": owner.role, "account": owner.account}
        rows.add_upload(connection, lives=lives(settings), id=id_, file=name, size=size, **whose)
        return get(connection, id_, caller)


def clean_name(file: str) -> str:
    """Give the name of a file as text that can be shown and kept: composed, without folders and odd signs."""
    plain = "".join(sign for sign in file if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co"})
    return normalise(PureWindowsPath(plain).name.replace("..", ""))[-_LONGEST_NAME:]


def get(connection: Connection, id_: str, reader: Caller) -> Upload:
    """Give an upload.

    Parameters
    ----------
    reader
        Who asks; the uploads of others are there for administrators alone.

    Raises
    ------
    NotFound
        ``upload_not_found``.
    """
    return find(connection, id_, reader)


def find(
    connection: Connection, id_: str, reader: Caller | None, *, lock: bool = False, wait: bool = True
) -> Upload:
    """Give an upload as `get` does, and keep others from changing it when it is locked.

    Parameters
    ----------
    reader
        As of `get`; None is the service itself.
    wait
        Whether to wait for who holds it.

    Raises
    ------
    NotFound
        ``upload_not_found``.
    Conflict
        ``upload_busy``.
    """
    try:
        known = str(uuid.UUID(id_))
    except ValueError:
        known = ""
    found = rows.find_upload(connection, known, lock=lock, wait=wait) if known == id_ else None
    if found is None or not _may_see(reader, found):
        raise NotFound(ErrorCode.UPLOAD_NOT_FOUND, id=id_)
    return found


def _may_see(reader: Caller | None, found: Upload) -> bool:
    if reader is None or reader.holds(_OF_OTHERS):
        return True
    owner = owner_of(reader)
    if owner.account is not None:
        return owner.account == found.account
    return reader.role is not None and (owner.author, owner.role, None) == (
        found.author,
        found.role,
        found.account,
    )


def list_(
    connection: Connection, reader: Caller, *, after: str | None = None, limit: int = 100
) -> UploadPage:
    """Give the uploads of a reader, or of everybody to administrators; the newest first.

    Parameters
    ----------
    after
        ``next`` of the page before.
    limit
        Uploads at most, 1 to 1,000.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a limit out of range or a key that no page gave.
    """
    require_limit(limit)
    owner = None if reader.holds(_OF_OTHERS) else owner_of(reader)
    before = read_page_key(after, uuids=True)
    found = rows.page_of_uploads(connection, owner, before, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return UploadPage(found[:limit], None if last is None else page_key(last.created_at, last.id))


def offset_of(settings: Settings, upload: Upload) -> int:
    """Tell how many bytes of an upload have come."""
    if upload.state == "receiving":
        return store_of(settings).size(upload.id)
    return upload.size or 0


def append(
    context: Context,
    upload: Upload,
    offset: int,
    chunks: Iterable[bytes],
    caller: Caller,
    checksum: Checksum | None = None,
) -> Upload:
    """Add bytes to an upload whose length was announced; with the last of them its inspection is begun.

    Parameters
    ----------
    offset, chunks, checksum
        As `UploadStore.append` takes them.
    caller
        Who sends them.

    Raises
    ------
    NotFound
        ``upload_gone`` when it was dropped or its time is over.
    Conflict
        ``upload_busy``, ``upload_offset_wrong``; the latter also when everything has come already.
    RefusedInput, Temporary
        As `UploadStore.append`.
    """
    if upload.state == "dropped":
        raise NotFound(ErrorCode.UPLOAD_GONE, id=upload.id)
    if upload.state != "receiving" or upload.size is None:
        size = offset_of(context.settings, upload)
        raise Conflict(ErrorCode.UPLOAD_OFFSET_WRONG, id=upload.id, given=offset, size=size)
    store = store_of(context.settings)
    try:
        store.append(upload.id, offset, chunks, most=upload.size, checksum=checksum)
    finally:
        kept = received(context, upload, caller)
    if kept.state == "dropped":
        store.drop(upload.id)
        raise NotFound(ErrorCode.UPLOAD_GONE, id=upload.id)
    return kept


def received(context: Context, upload: Upload, caller: Caller) -> Upload:
    """Note that bytes have come; when all of them have, begin the inspection.

    The length of the file tells it, so that this can be said again, by anybody, after a process has died.
    """
    settings = context.settings
    whole = upload.size is not None and store_of(settings).size(upload.id) == upload.size
    with writing(context) as connection:
        rows.change_upload(connection, upload.id, ["receiving"], lives=lives(settings))
        now = rows.find_upload(connection, upload.id, lock=True)
        if now is None:
            raise NotFound(ErrorCode.UPLOAD_GONE, id=upload.id)
        if whole and now.state == "receiving":
            job = enqueue(connection, INSPECT, upload.id, owner_of(caller))
            rows.change_upload(connection, upload.id, ["receiving"], state="inspecting", job=job)
        return find(connection, upload.id, None)


def drop(context: Context, id_: str, caller: Caller) -> None:
    """Give up an upload and its bytes; what was committed stays in its layer.

    Raises
    ------
    NotFound
        ``upload_not_found``; ``upload_gone`` when it was dropped before.
    Conflict
        ``upload_busy`` while it is being committed.
    """
    with writing(context) as connection:
        found = find(connection, id_, caller, lock=True, wait=False)
        if found.state == "dropped":
            raise NotFound(ErrorCode.UPLOAD_GONE, id=id_)
        if found.state == "committing":
            raise Conflict(ErrorCode.UPLOAD_BUSY, id=id_)
        record(connection, caller, "upload.drop", id_, {"file": found.file, "state": found.state})
        if found.state != "committed":
            rows.change_upload(connection, id_, rows.STATES, state="dropped", job=None, inspection=None)
    store_of(context.settings).drop(id_)


def require_state(found: Upload, states: Iterable[str]) -> None:
    """Refuse what an upload is not ready for.

    Raises
    ------
    NotFound
        ``upload_gone`` when it was dropped.
    Conflict
        ``upload_not_ready``.
    """
    if found.state == "dropped":
        raise NotFound(ErrorCode.UPLOAD_GONE, id=found.id)
    if found.state not in states:
        raise Conflict(ErrorCode.UPLOAD_NOT_READY, id=found.id, state=found.state)


def again(context: Context, id_: str, reader: Caller | None = None) -> Upload:
    """Give an upload in a transaction of its own."""
    with reading(context) as connection:
        return find(connection, id_, reader)
