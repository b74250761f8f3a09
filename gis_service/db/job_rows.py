"""Jobs as they are kept: what was asked, how far it is, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, tuple_, update

from gis_service.db.engine import Connection
from gis_service.db.models import job

OPEN = ("accepted", "running")
"""States of a job that has not ended."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as it is kept; names and units are those of the table ``gis.job``.

    Parameters
    ----------
    response
        How its results are given: ``raw``, or in a ``document`` of all outputs.
    author, role, account
        For whom it runs, and by which right; no role is the operator of the machine.
    status
        ``accepted``, ``running``, ``successful``, ``failed`` or ``dismissed``.
    progress, step
        Percent done, and the step under way.
    study
        Id of the study that came of it.
    problem
        Code, parameters and faults of the error that it ended with.
    attempts
        How many times it was begun.
    queue_id
        Its place in the queue.
    """

    id: str
    process: str
    inputs: dict[str, Any]
    response: str
    author: str
    role: str | None
    account: int | None
    status: str
    progress: int
    step: str
    study: str | None
    problem: dict[str, Any] | None
    attempts: int
    queue_id: int | None
    worker: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class JobOwner:
    """For whom jobs run: an account, whatever its role is now, else whoever bears this name and role.

    Parameters
    ----------
    author, role
        Label and role of an operator's token; no role is the operator of the machine.
    account
        Number of the account; None without one.
    """

    author: str
    role: str | None
    account: int | None = None

    def has(self, one: JobRow) -> bool:
        """Tell whether a job is the owner's."""
        if self.account is not None:
            return self.account == one.account
        return (self.author, self.role, None) == (one.author, one.role, one.account)


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are asked for; None and nothing at all are no limit.

    Parameters
    ----------
    owner
        Whose jobs.
    processes, statuses
        Any of these.
    created
        From and until when, both included.
    seconds
        Least and most time from the start to the end, or until now.
    """

    owner: JobOwner | None = None
    processes: Sequence[str] = ()
    statuses: Sequence[str] = ()
    created: tuple[datetime | None, datetime | None] = (None, None)
    seconds: tuple[float | None, float | None] = (None, None)


def add_job(connection: Connection, **values: object) -> None:
    """Keep a job that has been accepted; its values are fields of `JobRow`."""
    now = func.clock_timestamp()
    connection.execute(insert(job).values(**values, created_at=now, updated_at=now))


def set_queue_id(connection: Connection, id_: str, queue_id: int) -> None:
    """Note the place that a job has in the queue."""
    connection.execute(update(job).where(job.c.id == id_).values(queue_id=queue_id))


def find_job(connection: Connection, id_: str, *, lock: bool = False) -> JobRow | None:
    """Give one job, or None; nobody else changes it until the transaction ends when it is locked."""
    asked = select(job).where(job.c.id == id_)
    row = connection.execute(asked.with_for_update() if lock else asked).mappings().one_or_none()
    return None if row is None else JobRow(**row)


def page_of_jobs(
    connection: Connection, asked: JobFilter, before: tuple[datetime, str] | None, count: int
) -> list[JobRow]:
    """Give up to ``count`` jobs, the newest first, that come after ``before`` in this order.

    Index relied on: job_created_at_id_idx.
    """
    limits = _limits(asked)
    if before is not None:
        limits.append(tuple_(job.c.created_at, job.c.id) < tuple_(*before))
    found = select(job).where(*limits).order_by(job.c.created_at.desc(), job.c.id.desc()).limit(count)
    return [JobRow(**row) for row in connection.execute(found).mappings()]


def _owned(owner: JobOwner) -> ColumnElement[bool]:
    if owner.account is not None:
        return job.c.account == owner.account
    return and_(
        job.c.author == owner.author, job.c.role.is_not_distinct_from(owner.role), job.c.account.is_(None)
    )


def _limits(asked: JobFilter) -> list[ColumnElement[bool]]:
    limits: list[ColumnElement[bool]] = []
    if asked.owner is not None:
        limits.append(_owned(asked.owner))
    if asked.processes:
        limits.append(job.c.process.in_(asked.processes))
    if asked.statuses:
        limits.append(job.c.status.in_(asked.statuses))
    # A job that has not started has no duration, and the comparison with null leaves it out.
    spent = func.extract("epoch", func.coalesce(job.c.finished_at, func.clock_timestamp()) - job.c.started_at)
    for value, (least, most) in ((job.c.created_at, asked.created), (spent, asked.seconds)):
        if least is not None:
            limits.append(value >= least)
        if most is not None:
            limits.append(value <= most)
    return limits


def begin_job(connection: Connection, id_: str, worker: str) -> None:
    """Note that a worker begins with a job, for the first time or again."""
    _change(
        connection,
        id_,
        OPEN,
        status="running",
        worker=worker,
        attempts=job.c.attempts + 1,
        progress=0,
        step="",
        started_at=func.coalesce(job.c.started_at, func.clock_timestamp()),
    )


def note_progress(
    connection: Connection, id_: str, progress: int, step: str, *, attempt: int | None = None
) -> bool:
    """Note how far a running job is; tell whether it still runs, in this attempt where one is named."""
    return _change(connection, id_, ("running",), attempt, progress=progress, step=step)


def release_job(connection: Connection, id_: str, *, attempts: int) -> bool:
    """Put a running job back among those that wait; tell whether it still ran."""
    return _change(connection, id_, ("running",), status="accepted", attempts=attempts, progress=0, step="")


def count_open(connection: Connection, owner: JobOwner) -> int:
    """Count the jobs of an owner that have not ended."""
    limits = _limits(JobFilter(owner=owner, statuses=OPEN))
    return int(connection.execute(select(func.count()).select_from(job).where(*limits)).scalar_one())


def end_job(
    connection: Connection,
    id_: str,
    status: str,
    *,
    study: str | None = None,
    problem: dict[str, Any] | None = None,
    attempt: int | None = None,
) -> bool:
    """Note how a job that had not ended has ended; tell whether this was news.

    Parameters
    ----------
    attempt
        Which beginning of the job has ended so: after a later one it is no news. None is any.
    """
    values: dict[str, Any] = {"status": status, "study": study, "problem": problem}
    if status == "successful":
        values["progress"] = 100
    return _change(connection, id_, OPEN, attempt, **values, finished_at=func.clock_timestamp())


def note_study(connection: Connection, id_: str, study: str, attempt: int) -> bool:
    """Note what came of a job that was dismissed meanwhile; tell whether it was this attempt of it."""
    return _change(connection, id_, ("dismissed",), attempt, study=study)


def dismiss_job(connection: Connection, id_: str) -> None:
    """Note that a job is not wanted any more, whatever its state; the study that came of it stays."""
    finished = func.coalesce(job.c.finished_at, func.clock_timestamp())
    states = (*OPEN, "successful", "failed")
    _change(connection, id_, states, status="dismissed", finished_at=finished)


def _change(
    connection: Connection, id_: str, states: Sequence[str], attempt: int | None = None, **values: object
) -> bool:
    """Change a job that is in one of these states, begun so often; tell whether it was."""
    where = [job.c.id == id_, job.c.status.in_(states)]
    if attempt is not None:
        where.append(job.c.attempts == attempt)
    changed = update(job).where(*where).values(**values, updated_at=func.clock_timestamp())
    return connection.execute(changed).rowcount == 1
