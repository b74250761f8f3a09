"""The commit of an upload: one version of a layer, in one transaction with the note that it was made."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from gis_service.catalogue.layer_definition import LayerDefinition
from gis_service.catalogue.loader import Catalogue
from gis_service.catalogue.user_layer import body_of, with_user_layers
from gis_service.db import uploads as rows
from gis_service.errors import ErrorCode, Fault, GisError, RefusedInput
from gis_service.files.readers import ReaderLimits
from gis_service.services import jobs, uploads, user_layers
from gis_service.services.accounts import Caller, record
from gis_service.services.audit import note_version
from gis_service.services.context import Context
from gis_service.services.ingest import LoadReport
from gis_service.services.ingest_clock import TooMuchAtOnceError
from gis_service.services.jobs import Job, owner_of, plain
from gis_service.services.raster_load import RasterReport
from gis_service.services.rights import require_editing_now
from gis_service.services.transactions import Connection, writing
from gis_service.services.upload_jobs import COMMIT, enqueue
from gis_service.services.uploads import Upload, require_state
from gis_service.services.uploads_at_once import AT_ONCE, WAIT_S, is_beyond
from gis_service.services.uploads_files import load
from gis_service.services.uploads_inspection import Source, definition_in, target_of
from gis_service.services.uploads_kept import counts_alone, without_values
from gis_service.services.uploads_room import store_of
from gis_service.services.uploads_told import told
from gis_service.text import normalise
from gis_service.types import Text

_UNSAID = frozenset({"", "?", "??"})
"""What a suggested definition says of what nobody knows."""


def commit(context: Context, id_: str, caller: Caller, *, until: float | None = None) -> Upload:
    """Make a version of a layer of an upload, in one transaction with the note that it was made.

    Committing again what is committed changes nothing, and gives the same version.

    Parameters
    ----------
    until
        Moment, as of `time.monotonic`, until which somebody waits for it; None when nobody does.

    Raises
    ------
    NotFound
        ``upload_not_found``, ``upload_gone``, ``layer_unknown``.
    NotAllowed
        When the caller may not, or may not any more, change or make the layer.
    Conflict
        ``upload_not_ready``; ``base_version_changed`` when somebody else has changed the layer since the file
        was inspected; ``layer_taken``, ``layer_busy``; ``upload_busy`` while another request commits it.
    RefusedInput
        ``upload_target_missing``; ``layer_definition_faulty``, also when a new layer does not say its licence
        or its source; and what the load is refused with. Nothing is published then.
    TooMuchAtOnceError
        When it takes longer than somebody waits. Nothing is published then either.
    """
    with writing(context) as connection:
        found = uploads.find(connection, id_, caller, lock=True, wait=False)
        done = commit_locked(context, connection, found, caller, ["ready"], until=until)
    store_of(context.settings).drop(id_)
    return done


def commit_soon(context: Context, id_: str, caller: Caller) -> Upload | Job:
    """Commit an upload while somebody waits, or let a job do it.

    A job commits a large file, what comes while others commit, and what takes longer than somebody waits: a
    layer that somebody else holds, checks that take their time.

    Returns
    -------
    Upload or Job
        What was committed, or the job that will.

    Raises
    ------
    GisError
        As `commit` and `accept`.
    """
    found = uploads.again(context, id_, caller)
    if found.state == "committed":
        return found
    if is_beyond(found) or not AT_ONCE.acquire(blocking=False):
        return accept(context, id_, caller)
    until = time.monotonic() + WAIT_S
    try:
        return commit(context, id_, caller, until=until)
    except TooMuchAtOnceError:
        return accept(context, id_, caller)
    except GisError as error:
        if not _is_late(error, until):
            raise
        return accept(context, id_, caller)
    finally:
        AT_ONCE.release()


def _is_late(error: GisError, until: float) -> bool:
    """Tell of an error that only says that somebody does not wait as long as it takes."""
    if error.code is ErrorCode.FILE_REJECTED_READER_LIMIT:
        # Less time than a file may take was left to the reader: another limit it would have met sooner.
        return time.monotonic() > until - WAIT_S / 2
    return error.code is ErrorCode.LAYER_BUSY


def accept(context: Context, id_: str, caller: Caller) -> Job:
    """Let a job commit an upload; one that is on its way already is given again.

    Raises
    ------
    NotFound, Conflict, RefusedInput
        As `commit`, as far as it can be told beforehand; ``upload_not_ready`` also once it is committed.
    """
    with writing(context) as connection:
        found = uploads.find(connection, id_, caller, lock=True, wait=False)
        if found.state == "committing" and found.job is not None:
            return jobs.get(connection, found.job)
        require_state(found, ["ready"])
        _require_target(context.catalogue, found)
        job = enqueue(connection, COMMIT, id_, owner_of(caller))
        rows.change_upload(connection, id_, ["ready"], state="committing", job=job, problem=None)
        return jobs.get(connection, job)


def commit_locked(
    context: Context,
    connection: Connection,
    found: Upload,
    caller: Caller,
    states: list[str],
    *,
    until: float | None = None,
) -> Upload:
    """Load the file of an upload whose row is locked, and note what came of it.

    Parameters
    ----------
    connection
        Inside the transaction that holds the row; the caller commits.
    states
        In which the upload has to be.
    until
        As of `commit`.

    Raises
    ------
    GisError
        As `commit`.
    """
    if found.state == "committed":
        return found
    require_state(found, states)
    target = _require_target(context.catalogue, found)
    source = replace(source_of(context, found, ReaderLimits.of(context.settings)), until=until)
    record(connection, caller, "upload.commit", found.id, None, {"file": found.file, "layer": target.id})
    report, new = _loaded(context, connection, context.catalogue, found, source, target, caller)
    result = {
        "layer": report.layer,
        "version": report.version,
        "new": new,
        "features": report.features,
        "added": report.changes.added,
        "changed": report.changes.changed,
        "removed": report.changes.removed,
        "unchanged": report.changes.unchanged,
        "notices": list(report.notices),
        "findings": counts_alone(plain(told([], report.findings))),
    }
    rows.change_upload(
        connection,
        found.id,
        states,
        state="committed",
        job=None,
        result=result,
        problem=None,
        inspection=without_values(found.inspection or {}),
    )
    return uploads.find(connection, found.id, None)


def _require_target(catalogue: Catalogue, found: Upload) -> LayerDefinition:
    target = target_of(catalogue, found.choices)
    if target is None:
        raise RefusedInput(ErrorCode.UPLOAD_TARGET_MISSING, id=found.id, file=found.file)
    if (defined := definition_in(found.choices)) is not None:
        _require_origin(defined, found)
    return target


def _require_origin(defined: Mapping[str, Any], found: Upload) -> None:
    """Refuse a new layer that says nothing of its licence and its source, as a suggested definition does.

    Nobody can guess them, and everybody asks for them later.
    """
    faults = []
    if _texts(defined["licence"]) <= _UNSAID:
        words = Text("Chưa ghi giấy phép của dữ liệu.", "The licence of the data is not said.")
        faults.append(Fault(Text("giấy phép", "licence"), words))
    # As it was suggested: what the file is called, or a layer in it.
    named = [found.file, *(str(layer["name"]) for layer in (found.inspection or {}).get("layers", []))]
    names = {normalise(name) for one in named for name in (one, PurePath(one).stem)}
    if _texts(defined["source"]) <= _UNSAID | names | _texts(defined["title"]):
        words = Text("Chưa ghi dữ liệu từ đâu mà có.", "Where the data comes from is not said.")
        faults.append(Fault(Text("nguồn", "source"), words))
    if faults:
        raise RefusedInput(ErrorCode.LAYER_DEFINITION_FAULTY, faults, count=len(faults))


def _texts(told: str | Mapping[str, str]) -> set[str]:
    """Give a text of a definition in every language that it is said in."""
    return {normalise(text) for text in ([told] if isinstance(told, str) else told.values())}


def source_of(context: Context, found: Upload, limits: ReaderLimits) -> Source:
    """Give the file of an upload with what was chosen for it.

    Raises
    ------
    NotFound
        ``upload_gone`` when its bytes are not here.
    """
    return Source(store_of(context.settings).path(found.id), found.file, found.choices, limits)


def _loaded(
    context: Context,
    connection: Connection,
    catalogue: Catalogue,
    found: Upload,
    source: Source,
    target: LayerDefinition,
    caller: Caller,
) -> tuple[LoadReport | RasterReport, bool]:
    """Load a file into a layer, making it where it is to be new."""
    defined = definition_in(found.choices)
    new = defined is not None
    if new:
        document = body_of(defined)
        made, _ = user_layers.create(connection, catalogue, document, caller=caller, until=source.until)
        catalogue = with_user_layers(catalogue, [made])
        seen = None
    else:
        require_editing_now(connection, catalogue, caller, target.id)
        # Of a file of several layers without a choice no target was looked at; the load refuses it.
        seen = ((found.inspection or {}).get("target") or {}).get("version", 0)
    report = load(context, connection, catalogue, source, target.id, seen=seen, author=caller.name)
    if not new:
        # The layer is held from here on: a right that was taken back while the load waited counts.
        require_editing_now(connection, catalogue, caller, target.id)
        note_version(connection, caller, target.id, report.version)
    return report, new
