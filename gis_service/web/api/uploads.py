"""Uploads: a file comes in, at once or in parts, is inspected, is mended, and becomes a version."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.errors import GisError
from gis_service.services import uploads as service
from gis_service.services import uploads_commit as commits
from gis_service.services import uploads_runs as runs
from gis_service.services.jobs import Job
from gis_service.services.uploads import Upload
from gis_service.services.uploads_room import require_size
from gis_service.web import current, tus
from gis_service.web.api.jobs import status_info
from gis_service.web.api.user_layers import merged
from gis_service.web.auth import Permission
from gis_service.web.faults_table import FAULTS_FILE, table_answer
from gis_service.web.multipart import MOST_AROUND_BYTES, file_of
from gis_service.web.one_upload import inspected_upload, upload_of
from gis_service.web.operation import operation
from gis_service.web.prefer import RESPOND_ASYNC, wants_a_job
from gis_service.web.present import json_response, url
from gis_service.web.reading import read_body, read_document, read_text
from gis_service.web.schemas.common import CSV, GEOJSON, JSON, PNG
from gis_service.web.schemas.jobs import StatusInfo
from gis_service.web.schemas.uploads import (
    FORM,
    MERGE_PATCH,
    OFFSET,
    FaultsQuery,
    Preview,
    UploadChoices,
    UploadDocument,
    UploadFaults,
    UploadForm,
    Uploads,
    UploadsQuery,
)
from gis_service.web.schemas.user_layers import LayerPatch
from gis_service.web.upload_document import document_of, entry_of, faults_of, picture_of

blueprint = Blueprint("uploads", __name__, url_prefix="/api/uploads")
blueprint.after_request(tus.finish)
"""What tus demands of every answer; OPTIONS, which Flask answers, tells what of it is offered."""

_TAG = "Uploads"
_FIELD, _CHOICES = "file", "choices"


@blueprint.post("")
@operation(_TAG, Permission.UPLOAD, {HTTPStatus.CREATED: {JSON: UploadDocument}}, bodies={FORM: UploadForm})
def create() -> Response:
    """Bring in a file: inspected before the answer, or with tus begun, to be sent in parts."""
    context, caller = current.context(), current.caller()
    current.release()
    if tus.is_spoken():
        return _created(tus.create())
    request.max_content_length = tus.NO_LIMIT
    require_size(context.settings, max(0, (request.content_length or 0) - MOST_AROUND_BYTES))
    sent = file_of(request.stream, request.headers.get("Content-Type", ""), _FIELD)
    begun = service.start(context, sent.name, None, caller)
    taken = runs.take(context, begun, sent.chunks, caller)
    if sent.fields.get(_CHOICES, "").strip():
        taken = _chosen_with(taken, sent.fields[_CHOICES])
    return _created(runs.inspect_soon(context, taken, caller, later=wants_a_job()))


@blueprint.get("")
@operation(_TAG, Permission.UPLOAD, {HTTPStatus.OK: {JSON: Uploads}}, query=UploadsQuery)
def uploads(query: UploadsQuery) -> Response:
    """List the caller's own uploads, the newest first; administrators see all."""
    found = service.list_(current.connection(), current.caller(), after=query.after, limit=query.limit)
    following = None
    if found.next is not None:
        following = f"{url('/uploads')}?{urlencode({'limit': query.limit, 'after': found.next})}"
    document = Uploads(items=[entry_of(upload) for upload in found.items], next=following)
    return json_response(document.model_dump_json())


@blueprint.get("/<upload_id>")
@operation(_TAG, Permission.UPLOAD, {HTTPStatus.OK: {JSON: UploadDocument}})
def upload(upload_id: str) -> Response:
    """Tell how far an upload is, what was found in it and what came of it; HEAD is that of tus."""
    return _told(upload_of(upload_id))


@blueprint.patch("/<upload_id>")
@operation(
    _TAG,
    Permission.UPLOAD,
    {HTTPStatus.OK: {JSON: UploadDocument}, HTTPStatus.NO_CONTENT: {}},
    bodies={MERGE_PATCH: UploadChoices, OFFSET: None},
)
def change(upload_id: str) -> Response:
    """Choose how a file is to be read and what for; or, with tus, send the next part of it."""
    if tus.is_spoken() or request.mimetype == OFFSET:
        return tus.tell(Response(status=HTTPStatus.NO_CONTENT), tus.append(upload_id))
    patch = read_body(LayerPatch).root
    context, caller = current.context(), current.caller()
    current.release()
    chosen = runs.choose(context, upload_id, _patched(patch), caller)
    return _told(runs.inspect_soon(context, chosen, caller, later=wants_a_job()))


@blueprint.delete("/<upload_id>")
@operation(_TAG, Permission.UPLOAD, {HTTPStatus.NO_CONTENT: {}})
def drop(upload_id: str) -> Response:
    """Give up an upload; what was committed stays in its layer."""
    context, caller = current.context(), current.caller()
    current.release()
    service.drop(context, upload_id, caller)
    return Response(status=HTTPStatus.NO_CONTENT)


@blueprint.get("/<upload_id>/faults")
@operation(_TAG, Permission.UPLOAD, {HTTPStatus.OK: {JSON: UploadFaults, CSV: None}}, query=FaultsQuery)
def faults(upload_id: str, query: FaultsQuery) -> Response:
    """List everything that was found in a file: as a document the first of each kind, as a table all."""
    inspected = inspected_upload(upload_id)
    wants_table = query.f == "csv" or (query.f is None and request.accept_mimetypes.best == CSV)
    found = faults_of(inspected, whole=wants_table)
    if not wants_table:
        return json_response(UploadFaults(items=found).model_dump_json(exclude_none=True))
    return table_answer(found, "where", FAULTS_FILE, current.language())


@blueprint.get("/<upload_id>/preview")
@operation(_TAG, Permission.UPLOAD, {HTTPStatus.OK: {GEOJSON: Preview}})
def preview(upload_id: str) -> Response:
    """Give some features of a file for a map; none when it is not known where they lie."""
    found = (inspected_upload(upload_id).inspection or {}).get("preview")
    document = Preview.model_validate(found or {"type": "FeatureCollection", "features": []})
    return json_response(document.model_dump_json(), GEOJSON)


@blueprint.get("/<upload_id>/picture")
@operation(_TAG, Permission.UPLOAD, {HTTPStatus.OK: {PNG: None}})
def picture(upload_id: str) -> Response:
    """Give a small picture of a raster; its corners are told with the layer."""
    return Response(picture_of(inspected_upload(upload_id)), content_type=PNG)


@blueprint.post("/<upload_id>/commit")
@operation(_TAG, Permission.UPLOAD, {HTTPStatus.CREATED: {JSON: (UploadDocument, StatusInfo)}})
def commit(upload_id: str) -> Response:
    """Make a version of a layer of the file, whole or not at all; with `Prefer: respond-async` as a job.

    A large file, and one that comes while the process has others to commit, is given to a job without being
    asked for.
    """
    context, caller = current.context(), current.caller()
    current.release()
    asked = wants_a_job()
    work = commits.accept if asked else commits.commit_soon
    done = work(context, upload_id, caller)
    if isinstance(done, Job):
        info = status_info(done)
        response = json_response(info.model_dump_json(exclude_none=True), status=HTTPStatus.CREATED)
        response.headers["Location"] = url(f"/jobs/{info.jobID}")
        if asked:
            response.headers["Preference-Applied"] = RESPOND_ASYNC
        return response
    response = _told(done, HTTPStatus.CREATED)
    if done.result is not None:
        response.headers["Location"] = url(f"/collections/{done.result['layer']}")
    return response


def _chosen_with(taken: Upload, text: str) -> Upload:
    """Choose what came along with a file; when that cannot be, nothing of the file stays."""
    context, caller = current.context(), current.caller()
    try:
        patch = read_text(LayerPatch, text).root
        return runs.choose(context, taken.id, _patched(patch), caller)
    except GisError:
        service.drop(context, taken.id, caller)
        raise


def _patched(patch: Mapping[str, Any]) -> runs.Change:
    """Give what makes the new choices of those that are there."""

    def change(before: Mapping[str, Any]) -> dict[str, Any]:
        told = merged(before, patch)
        choices = read_document(UploadChoices, told)
        return choices.model_dump(mode="json", exclude_defaults=True)

    return change


def _created(made: Upload) -> Response:
    response = _told(made, HTTPStatus.CREATED)
    response.headers["Location"] = url(f"/uploads/{made.id}")
    return response


def _told(told: Upload, status: HTTPStatus = HTTPStatus.OK) -> Response:
    body = document_of(told).model_dump_json(exclude_none=True)
    return tus.tell(json_response(body, status=status), told)
