"""What a job computes: checked before it is accepted, and run in the child process of a worker."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from gis_service.db import job_rows as rows
from gis_service.db import jobs as queue
from gis_service.errors import Conflict, ErrorCode, GisError, NotAllowed, Temporary
from gis_service.services import jobs, studies, uploads_runs, users
from gis_service.services.accounts import Caller, Role
from gis_service.services.context import Context
from gis_service.services.jobs import Job
from gis_service.services.siting_progress import DismissedError
from gis_service.services.transactions import Connection, computing, reading, writing
from gis_service.services.upload_jobs import PROCESSES as OF_UPLOADS

log = logging.getLogger(__name__)

_ID_BYTES = 12
MOST_OPEN = 20
"""Jobs of one caller that may wait or run at once, so that nobody fills the queue for all."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A study that is asked for.

    Parameters
    ----------
    inputs
        As `studies.run` takes them.
    author
        For whom it runs.
    response
        How the results are given: ``raw``, or in a ``document`` of all outputs.
    """

    process: str
    inputs: object
    author: str
    response: str = "raw"


class _NotWantedError(DismissedError):
    """The job was dismissed while it ran, or another worker has begun it again."""


def accept(context: Context, wanted: Wanted, caller: Caller | None = None) -> Job:
    """Check the inputs of a study and put it into the queue.

    Parameters
    ----------
    caller
        Whose right to read the layers is asked for, now and when it runs; None is the operator.

    Raises
    ------
    Conflict
        ``jobs_too_many`` when as many as may be of this caller have not ended.
    GisError
        What `studies.run` would refuse before it computes.
    """
    role = None if caller is None or caller.role is None else caller.role.value
    with reading(context) as connection:
        studies.check(connection, context.catalogue, wanted.process, wanted.inputs, caller)
    id_ = f"job_{secrets.token_hex(_ID_BYTES)}"
    with writing(context) as connection:
        open_ = (
            0
            if caller is None
            else rows.count_open(connection, replace(jobs.owner_of(caller), author=wanted.author))
        )
        if open_ >= MOST_OPEN:
            raise Conflict(ErrorCode.JOBS_TOO_MANY, count=open_, most=MOST_OPEN)
        rows.add_job(
            connection,
            id=id_,
            process=wanted.process,
            inputs=wanted.inputs,
            response=wanted.response,
            author=wanted.author,
            role=role,
            account=None if caller is None else caller.account,
        )
        rows.set_queue_id(connection, id_, queue.enqueue(connection, jobs.STUDY, id_))
        return jobs.get(connection, id_)


def run_job(context: Context, id_: str, attempt: int | None = None) -> None:
    """Compute a job that a worker has begun, and note how it ended.

    The study and the note that it is there are one transaction, which no attempt but the last can make.

    Parameters
    ----------
    attempt
        Which beginning of the job this is; the last one when None.

    Raises
    ------
    NotFound
        ``job_not_found``.
    Temporary
        ``database_unavailable``: nothing could be noted, and the job may be tried again.
    """
    with reading(context) as connection:
        job = jobs.get(connection, id_)
    if job.status != "running" or attempt not in {None, job.attempts}:
        return
    try:
        _run(context, job)
    except (_NotWantedError, uploads_runs.NotWantedError):
        log.info("job %s was dismissed while it ran, or begun anew", id_)
    except GisError as error:
        if isinstance(error, Temporary) and error.code is ErrorCode.DATABASE_UNAVAILABLE:
            raise
        _fail(context, job, error)
    except Exception:
        log.exception("job %s", id_)
        _fail(context, job, GisError(ErrorCode.INTERNAL, reference=id_))


def _run(context: Context, job: Job) -> None:
    if job.process in OF_UPLOADS:
        with reading(context) as connection:
            by = _caller_of(connection, job)
        uploads_runs.run(context, job, by)
        return
    with computing(context) as connection:
        caller = _caller_of(connection, job)
        made = studies.compute(
            connection,
            context.catalogue,
            job.process,
            job.inputs,
            reader=caller,
            prepared=context.prepared,
            progress=_progress(context, job),
        )
    with writing(context) as connection:
        study = studies.keep(connection, made, job.author)
        if rows.end_job(connection, job.id, "successful", study=study.id, attempt=job.attempts):
            return
        # A search that was ended has a plan all the same: who dismissed it finds it with the job.
        has_plan = made.document.get("plan") or made.document.get("best")
        if not has_plan or not rows.note_study(connection, job.id, study.id, job.attempts):
            raise _NotWantedError


def _caller_of(connection: Connection, job: Job) -> Caller | None:
    """Tell by whose right a job runs: that of the account now, where it has one; None is the operator's."""
    if job.role is None:
        return None
    if job.account is None:
        return Caller(Role(job.role), job.author)
    account = users.by_number(connection, job.account)
    if account is None or account.disabled_at is not None:
        raise NotAllowed(ErrorCode.TOKEN_INVALID)
    return Caller(Role(account.role), account.login, account.id)


def _fail(context: Context, job: Job, error: GisError) -> None:
    if job.process in OF_UPLOADS:
        uploads_runs.give_back(context, job, error)
        return
    with writing(context) as connection:
        rows.end_job(connection, job.id, "failed", problem=jobs.written(error), attempt=job.attempts)


def _progress(context: Context, job: Job) -> Callable[[str, float], None]:
    """Give what notes each step of a study at once, beside the transaction that the study is kept in."""

    def note(step: str, share: float) -> None:
        with writing(context) as connection:
            if not rows.note_progress(connection, job.id, round(100 * share), step, attempt=job.attempts):
                raise _NotWantedError

    return note
