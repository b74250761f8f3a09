"""Keeps the house of uploads: what nobody wants any more goes, what was left lying is taken up."""

import logging
from datetime import timedelta

from gis_service.db import uploads as rows
from gis_service.db.engine import Engine, transaction
from gis_service.db.job_rows import JobOwner
from gis_service.db.rasters import named_files
from gis_service.db.uploads import UploadRow as Upload
from gis_service.errors import GisError
from gis_service.files.raster_store import RasterStore
from gis_service.files.rooms import home_of, sweep_rooms
from gis_service.files.upload_store import UploadStore
from gis_service.services.upload_jobs import INSPECT, enqueue
from gis_service.services.uploads_room import lives, store_of
from gis_service.settings import Settings

log = logging.getLogger(__name__)

IDLE = timedelta(seconds=60)
"""Whoever receives or inspects an upload at once has said so within this time, or is gone."""
_PATIENCE = 5
"""Times as long that a file without a known length may stand still: nobody can send the rest of it later."""
FORGOTTEN = timedelta(days=7)
"""Time after which an upload that was committed, dropped or refused is forgotten; the audit has the event."""
ORPHAN_S = 3600.0
"""Age of a folder from which on it is removed when no open upload needs it."""


def sweep(engine: Engine, settings: Settings, *, idle: timedelta = IDLE, orphan_s: float = ORPHAN_S) -> None:
    """Look after all uploads once; doing it again, or in several processes at once, changes nothing more.

    Uploads whose time is over are dropped, and those whose length only their end would have told, when
    whoever received them is gone. Those that ended jobs left under way are given back, those that
    have come whole but were not inspected since their process died are inspected. Folders that no open upload
    needs are removed, and so are the files of rasters whose commit has failed, and what processes that died
    have left of their reading.

    Parameters
    ----------
    engine
        Pool of connections.
    settings
        Where the bytes lie, and how long they are kept.
    idle
        Time without a change after which nobody is taken to be at work on an upload.
    orphan_s
        Age, in seconds, from which on a folder may be removed.

    Raises
    ------
    Temporary
        ``database_unavailable``.
    """
    store = store_of(settings)
    with transaction(engine) as connection:
        for id_ in rows.expire(connection, FORGOTTEN):
            log.info("the time of upload %s is over", id_)
        for job, status, problem in rows.left_by_jobs(connection):
            rows.release_of_job(connection, job, problem, refused=status == "failed")
        waiting = rows.waiting(connection, idle)
    for upload in waiting:
        if upload.size is None:
            _drop_left(engine, store, upload, idle * _PATIENCE)
        else:
            _take_up(engine, settings, upload)
    found = store.kept(orphan_s)
    with transaction(engine) as connection:
        needed = rows.open_among(connection, found)
        named = named_files(connection)
    for id_ in found:
        if id_ not in needed:
            store.drop(id_)
    RasterStore.of(settings).collect(named)
    sweep_rooms(home_of(settings))


def _drop_left(engine: Engine, store: UploadStore, upload: Upload, idle: timedelta) -> None:
    """Drop an upload of unknown length whose process, or whose database, has died while it came."""
    if not store.is_left(upload.id, idle.total_seconds()):
        return
    with transaction(engine) as connection:
        # Whoever has received all of it has said how much that is.
        dropped = rows.drop_unsized(connection, upload.id, idle)
    if dropped:
        log.warning("upload %s is dropped: whoever received it is gone", upload.id)
        store.drop(upload.id)


def _take_up(engine: Engine, settings: Settings, upload: Upload) -> None:
    """Let an upload be inspected whose last byte came when its process died."""
    size = store_of(settings).size(upload.id)
    if size != upload.size:
        return
    try:
        with transaction(engine) as connection:
            now = rows.find_upload(connection, upload.id, lock=True, wait=False)
            if now is None or now.state != upload.state:
                return
            log.warning("taking up upload %s, which nobody has inspected", upload.id)
            job = enqueue(connection, INSPECT, upload.id, JobOwner(now.author, now.role, now.account))
            rows.change_upload(
                connection, upload.id, [now.state], state="inspecting", job=job, lives=lives(settings)
            )
    except GisError as error:
        # Somebody else is at work on it after all.
        log.info("upload %s is left alone: %s", upload.id, error.code)
