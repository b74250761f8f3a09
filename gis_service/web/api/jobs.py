"""Jobs: where they stand, what came of them, and the end of those that are not wanted any more."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from gis_service.services import jobs as service
from gis_service.services import studies, uploads
from gis_service.services.documents import canonical_json
from gis_service.services.job_words import message
from gis_service.services.siting_progress import found_in
from gis_service.services.step_tables_closed import public_study
from gis_service.services.study_rights import require_document
from gis_service.services.transactions import writing
from gis_service.services.upload_jobs import PROCESSES as OF_UPLOADS
from gis_service.web import current
from gis_service.web.auth import Permission
from gis_service.web.operation import operation
from gis_service.web.present import FormatQuery, itself, json_response, link, show, url
from gis_service.web.schemas.common import HTML, JSON, Link
from gis_service.web.schemas.jobs import (
    JOB_LIST_REL,
    RESULTS_REL,
    FoundSite,
    Jobs,
    JobsQuery,
    Results,
    StatusInfo,
)
from gis_service.web.schemas.studies import StudyDocument
from gis_service.web.schemas.uploads import UploadDocument
from gis_service.web.upload_document import document_of

blueprint = Blueprint("jobs", __name__, url_prefix="/api/jobs")
dismissal = Blueprint("dismissal", __name__, url_prefix="/api/jobs")
"""What ends a job, apart from what reads of it."""

_KIND = "process"


def status_info(job: service.Job) -> StatusInfo:
    """Say where a job stands, in the words of OGC."""
    path = f"/jobs/{job.id}"
    links = [*itself(path), link(path, "monitor"), link("/jobs", JOB_LIST_REL)]
    if job.status == "successful" and job.study:
        links += [link(f"{path}/results", RESULTS_REL), link(f"/studies/{job.study}", RESULTS_REL)]
    if job.status == "dismissed" and job.study:
        links.append(link(f"/studies/{job.study}", "related"))
    if job.process in OF_UPLOADS:
        links.append(link(f"/uploads/{job.inputs['upload']}", "related"))
    # A plan that is not hidden in anything yet.
    found = found_in(job.step) if job.status == "running" and current.sees_personal() else None
    return StatusInfo(
        jobID=job.id,
        processID=job.process,
        status=job.status,
        message=message(job, current.language()),
        progress=job.progress,
        best=None if found is None else found.best,
        bound=None if found is None else found.bound,
        gap=None if found is None else found.gap,
        sites=None
        if found is None
        else [FoundSite(id=one.id, lon=one.lon, lat=one.lat) for one in found.sites],
        created=job.created_at,
        started=job.started_at,
        finished=job.finished_at,
        updated=job.updated_at,
        links=links,
    )


def _asked(query: JobsQuery) -> service.JobFilter:
    return service.JobFilter(
        processes=query.processID,
        statuses=query.status,
        created=query.datetime or (None, None),
        seconds=(query.minDuration, query.maxDuration),
    )


def _next(key: str) -> Link:
    asked = {**request.args.to_dict(), "after": key}
    return Link(href=f"{url('/jobs')}?{urlencode(asked)}", rel="next", type=JSON)


@blueprint.get("")
@operation("Jobs", Permission.READ, {200: {JSON: Jobs, HTML: None}}, query=JobsQuery)
def jobs(query: JobsQuery) -> Response:
    """List the caller's own jobs, the newest first; administrators see all."""
    found = service.JobPage([], None)
    if not query.type or _KIND in query.type:
        found = service.list_(
            current.connection(),
            _asked(query),
            reader=current.caller(),
            after=query.after,
            limit=query.limit,
        )
    links = [*itself("/jobs"), *([_next(found.next)] if found.next else [])]
    return show(Jobs(jobs=[status_info(job) for job in found.items], links=links), query.f, "Jobs")


@blueprint.get("/<job_id>")
@operation("Jobs", Permission.READ, {200: {JSON: StatusInfo, HTML: None}}, query=FormatQuery)
def job(job_id: str, query: FormatQuery) -> Response:
    """Tell where a job stands."""
    found = service.get(current.connection(), job_id, current.caller())
    return show(status_info(found), query.f, job_id)


@blueprint.get("/<job_id>/results")
@operation("Jobs", Permission.READ, {200: {JSON: (StudyDocument, Results, UploadDocument)}})
def results(job_id: str) -> Response:
    """Give the study that came of a job, or the upload it was about, or the error that it ended with."""
    found = service.get(current.connection(), job_id, current.caller())
    if found.status == "successful" and found.process in OF_UPLOADS:
        upload = uploads.get(current.connection(), str(found.inputs["upload"]), current.caller())
        return json_response(document_of(upload).model_dump_json(exclude_none=True))
    if found.status != "successful" or found.study is None:
        raise service.problem_of(found)
    document = studies.get(current.connection(), found.study).document
    require_document(current.connection(), current.rights(), document)
    if not current.sees_personal():
        document = public_study(document)
    answer = {"study": document} if found.response == "document" else document
    return json_response(canonical_json(answer).decode())


@dismissal.delete("/<job_id>")
@operation("Jobs", Permission.STORE_STUDIES, {200: {JSON: StatusInfo}})
def dismiss(job_id: str) -> Response:
    """End a job that is not wanted any more; a study that has already come of it stays."""
    caller = current.caller()
    current.release()
    with writing(current.context()) as connection:
        found = service.dismiss(connection, job_id, caller)
    return show(status_info(found), "json", job_id)
