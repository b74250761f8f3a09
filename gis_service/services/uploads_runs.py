"""What becomes of an upload on its way to the commit: taken, inspected anew after every choice.

Small files are inspected in the process that answers, within the time that somebody waits; larger ones, and
those that take longer, by a job. Whoever inspects holds no lock: what was found counts only while the choices
are still those it was found with.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from gis_service.db import job_rows
from gis_service.db import uploads as rows
from gis_service.errors import ErrorCode, GisError, NotFound, RefusedInput, Temporary
from gis_service.files.readers import ReaderLimits
from gis_service.files.rooms import is_killed
from gis_service.services import jobs, uploads
from gis_service.services.accounts import OPERATOR, Caller, record
from gis_service.services.context import Context
from gis_service.services.ingest_clock import TooMuchAtOnceError
from gis_service.services.jobs import Job, owner_of
from gis_service.services.rights import rights_of
from gis_service.services.transactions import writing
from gis_service.services.upload_jobs import INSPECT, enqueue
from gis_service.services.uploads import Upload, require_state
from gis_service.services.uploads_at_once import AT_ONCE, AT_ONCE_BYTES, WAIT_S
from gis_service.services.uploads_commit import commit_locked, source_of
from gis_service.services.uploads_files import inspect, require_choices
from gis_service.services.uploads_inspection import Source, target_of
from gis_service.services.uploads_kept import problem_alone
from gis_service.services.uploads_room import lives, most_bytes, store_of

log = logging.getLogger(__name__)

_POLL_S = 0.1
_CHANGEABLE = ("received", "inspecting", "ready")

Change = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Makes the new choices of those that are there."""


class NotWantedError(Exception):
    """The job was dismissed while it ran, or another worker has begun it again."""


def take(context: Context, upload: Upload, chunks: Iterable[bytes], caller: Caller) -> Upload:
    """Take a file that comes in one piece, of a length that only its end tells.

    Raises
    ------
    GisError
        As `UploadStore.append`, or whatever the chunks end with; nothing of the upload stays then.
    """
    store, settings = store_of(context.settings), context.settings
    try:
        size = store.append(upload.id, 0, chunks, most=most_bytes(settings))
        with writing(context) as connection:
            rows.change_upload(
                connection, upload.id, ["receiving"], state="received", size=size, lives=lives(settings)
            )
            return uploads.find(connection, upload.id, None)
    except BaseException:
        uploads.drop(context, upload.id, caller)
        raise


def inspect_soon(context: Context, upload: Upload, caller: Caller, *, later: bool = False) -> Upload:
    """Inspect an upload that has come whole, within the time that somebody waits.

    Parameters
    ----------
    later
        Whether the caller would rather not wait.

    Returns
    -------
    Upload
        ``ready``, or ``inspecting`` when it takes longer.

    Raises
    ------
    RefusedInput
        What no other choice can mend; the upload is refused then, and its bytes are gone.
    NotFound
        ``upload_gone`` when somebody has dropped it meanwhile.
    GisError
        ``internal`` for what nobody foresaw; the upload is refused then as well.
    """
    # One moment for all that is done while somebody waits: for the reader, the checks, and a job after them.
    until = time.monotonic() + WAIT_S
    wait = not later and AT_ONCE.acquire(blocking=False)
    try:
        if wait and (upload.size or 0) <= AT_ONCE_BYTES:
            found = _inspect_at_once(context, upload, until)
            if found is not None:
                return _there(found)
        begun = _there(_begin(context, upload, caller))
        return _there(_waited(context, begun, until)) if wait else begun
    finally:
        if wait:
            AT_ONCE.release()


def _inspect_at_once(context: Context, upload: Upload, until: float) -> Upload | None:
    """Inspect in this process; give None when it takes too long, or too much memory."""
    try:
        return _inspect(context, upload, ["received"], until=until)
    except TooMuchAtOnceError:
        return None
    except GisError as error:
        # Less time than a file may take was left to the reader: another limit it would have met sooner.
        late = ReaderLimits.of(context.settings).seconds > WAIT_S and time.monotonic() > until - WAIT_S / 2
        if late and error.code is ErrorCode.FILE_REJECTED_READER_LIMIT:
            return None
        _give_up(context, upload, error)
        raise
    except Exception as error:
        log.exception("inspection of upload %s", upload.id)
        unforeseen = GisError(ErrorCode.INTERNAL, reference=upload.id)
        _give_up(context, upload, unforeseen)
        raise unforeseen from error


def _give_up(context: Context, upload: Upload, error: GisError) -> None:
    """End an inspection with an error, unless somebody has dropped the upload.

    Whoever drops it takes its bytes away from under the reader: that is no fault of the file.
    """
    _end(context, upload, error)
    _there(uploads.again(context, upload.id))


def _there(upload: Upload) -> Upload:
    """Give an upload on, unless somebody has dropped it while it was being inspected."""
    if upload.state == "dropped":
        raise NotFound(ErrorCode.UPLOAD_GONE, id=upload.id)
    return upload


def _inspect(
    context: Context,
    upload: Upload,
    states: list[str],
    job: Job | None = None,
    *,
    until: float | None = None,
) -> Upload:
    """Inspect an upload, and keep what was found as long as nobody has chosen otherwise meanwhile."""
    source = replace(source_of(context, upload, ReaderLimits.of(context.settings)), until=until)
    # No transaction is open while the file is read, which may take long.
    try:
        found = inspect(context, source)
    except Temporary as error:
        if not (is_killed(error) and _was_killed(upload)):
            raise
        # Once it may be anybody's doing; a file that takes the last memory of the machine does it every time.
        reason = "2 × SIGKILL"
        raise RefusedInput(ErrorCode.FILE_REJECTED_READER_LIMIT, file=upload.file, reason=reason) from error
    with writing(context) as connection:
        rows.change_upload(
            connection,
            upload.id,
            states,
            at_revision=upload.revision,
            lives=lives(context.settings),
            state="ready",
            job=None,
            inspection=found,
            problem=None,
        )
        if job is not None and not job_rows.end_job(connection, job.id, "successful", attempt=job.attempts):
            raise NotWantedError
        return uploads.find(connection, upload.id, None)


def _was_killed(upload: Upload) -> bool:
    """Tell whether the last look at an upload ended because its reader, or the worker, was killed."""
    if upload.problem is None:
        return False
    error = jobs.read_problem(upload.id, upload.problem)
    return error.code is ErrorCode.JOB_DIED or is_killed(error)


def _end(context: Context, upload: Upload, error: GisError) -> None:
    """Note that an upload could not be inspected: it is refused, or waits for another choice or time."""
    refused = _is_refusal(error)
    with writing(context) as connection:
        changed = rows.change_upload(
            connection,
            upload.id,
            ["received"],
            at_revision=upload.revision,
            state="refused" if refused else "ready",
            problem=jobs.written(error),
        )
    if changed and refused:
        store_of(context.settings).drop(upload.id)


def _is_refusal(error: GisError) -> bool:
    """Tell whether an error is the file's: others may be gone the next time."""
    return isinstance(error, RefusedInput) or error.code is ErrorCode.INTERNAL


def _begin(context: Context, upload: Upload, caller: Caller) -> Upload:
    """Let a job inspect an upload."""
    with writing(context) as connection:
        now = uploads.find(connection, upload.id, None, lock=True)
        if now.state == "received":
            job = enqueue(connection, INSPECT, upload.id, owner_of(caller))
            rows.change_upload(connection, upload.id, ["received"], state="inspecting", job=job)
        return uploads.find(connection, upload.id, None)


def _waited(context: Context, upload: Upload, until: float) -> Upload:
    """Wait for a job that inspects, as long as anybody waits.

    Parameters
    ----------
    until
        Moment, as of `time.monotonic`, from which on nobody does.

    Raises
    ------
    RefusedInput
        What the upload was refused with.
    """
    now = upload
    while now.state == "inspecting" and time.monotonic() < until:
        time.sleep(_POLL_S)
        now = uploads.again(context, upload.id)
    if now.state == "refused" and now.problem is not None:
        raise jobs.read_problem(now.id, now.problem)
    return now


def choose(context: Context, id_: str, change: Change, caller: Caller) -> Upload:
    """Change what was chosen for an upload; it has to be inspected again.

    Parameters
    ----------
    change
        Gives the whole new choices, made from those that are there.

    Raises
    ------
    NotFound
        ``upload_not_found``, ``layer_unknown``.
    NotAllowed
        When the caller may not change the layer that is chosen.
    Conflict
        ``upload_not_ready``, ``upload_busy``.
    RefusedInput
        ``upload_choice_unknown``, ``layer_definition_faulty``.
    """
    with writing(context) as connection:
        found = uploads.find(connection, id_, caller, lock=True, wait=False)
        require_state(found, _CHANGEABLE)
        choices = change(found.choices)
        path = store_of(context.settings).path(id_)
        require_choices(context, Source(path, found.file, choices, ReaderLimits()))
        target = target_of(context.catalogue, choices)
        if target is not None and target.id in context.catalogue.layers:
            rights_of(connection, context.catalogue, caller).require_editing(target.id)
        record(connection, caller, "upload.choose", id_, found.choices, choices)
        if found.job is not None:
            jobs.dismiss(connection, found.job)
        rows.change_upload(
            connection,
            id_,
            _CHANGEABLE,
            lives=lives(context.settings),
            state="received",
            revision=found.revision + 1,
            job=None,
            choices=choices,
            inspection=None,
            # What kills again, however the file is to be read, is the file.
            problem=found.problem if _was_killed(found) else None,
        )
        return uploads.find(connection, id_, None)


def run(context: Context, job: Job, caller: Caller | None) -> None:
    """Do the job of an upload that a worker has begun, and note how it ended.

    What it does and the note that it is done are one transaction, which no attempt but the last can make.

    Parameters
    ----------
    caller
        By whose right it runs; None is the operator's.

    Raises
    ------
    GisError
        What it was refused with; `give_back` notes it.
    NotWantedError
        When the upload has gone other ways meanwhile.
    """
    id_ = str(job.inputs["upload"])
    upload = uploads.again(context, id_)
    if upload.job != job.id:
        raise NotWantedError
    if job.process == INSPECT:
        _inspect(context, upload, ["inspecting"], job)
        return
    with writing(context) as connection:
        found = uploads.find(connection, id_, None, lock=True)
        commit_locked(context, connection, found, caller or OPERATOR, ["committing"])
        if not job_rows.end_job(connection, job.id, "successful", attempt=job.attempts):
            raise NotWantedError
    store_of(context.settings).drop(id_)


def give_back(context: Context, job: Job, error: GisError) -> None:
    """Note that the job of an upload has failed, and give the upload back, or up when no choice can mend it.

    Parameters
    ----------
    error
        What the job ended with.
    """
    refused, problem = _is_refusal(error), jobs.written(error)
    with writing(context) as connection:
        # The job stays when the upload and the values in its faults are forgotten.
        alone = problem_alone(problem)
        if job_rows.end_job(connection, job.id, "failed", problem=alone, attempt=job.attempts):
            rows.release_of_job(connection, job.id, problem, refused=refused)
    if uploads.again(context, str(job.inputs["upload"])).state == "refused":
        store_of(context.settings).drop(str(job.inputs["upload"]))
