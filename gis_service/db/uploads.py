"""Uploads as they are kept: whose they are, how far they are, what was found, chosen, and came of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import OperationalError

from gis_service.db.engine import Connection
from gis_service.db.job_rows import OPEN as OPEN_JOB
from gis_service.db.job_rows import JobOwner
from gis_service.db.models import job, upload
from gis_service.errors import Conflict, ErrorCode

STATES = (
    "receiving",
    "received",
    "inspecting",
    "ready",
    "refused",
    "committing",
    "committed",
    "dropped",
)
OPEN = ("receiving", "received", "inspecting", "ready", "committing")
"""States of an upload that may still become a layer; in all others its bytes are not needed any more."""
_HEAVY = {"inspection"}


@dataclass(frozen=True, slots=True)
class UploadRow:
    """An upload as it is kept; names and units are those of the table ``gis.upload``.

    Parameters
    ----------
    author, role, account
        Whose it is, as of a job.
    file
        What its owner calls it; text, and never a path.
    size
        Bytes that were announced; None as long as that is not known.
    revision
        How many times its choices were changed.
    job
        Id of the job that inspects or commits it.
    inspection
        What was found in it; None in lists.
    choices, result, problem
        What was chosen, what came of it, and the error that it, or its last commit, was refused with.
    """

    id: str
    author: str
    role: str | None
    account: int | None
    file: str
    size: int | None
    state: str
    revision: int
    job: str | None
    inspection: dict[str, Any] | None
    choices: dict[str, Any]
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


_LIGHT = [null().label(column.name) if column.name in _HEAVY else column for column in upload.columns]


def add_upload(connection: Connection, *, lives: timedelta, **values: object) -> None:
    """Keep a new upload; its values are fields of `UploadRow`.

    Parameters
    ----------
    lives
        How long it is kept without a change.
    """
    now = func.clock_timestamp()
    connection.execute(
        insert(upload).values(**values, created_at=now, updated_at=now, expires_at=now + lives)
    )


def find_upload(
    connection: Connection, id_: str, *, lock: bool = False, wait: bool = True
) -> UploadRow | None:
    """Give one upload, or None.

    Parameters
    ----------
    lock
        Whether nobody else may change it until the transaction ends.
    wait
        Whether to wait for who has locked it.

    Raises
    ------
    Conflict
        ``upload_busy`` when somebody has locked it, and nobody waits.
    """
    asked = select(upload).where(upload.c.id == id_)
    if lock:
        asked = asked.with_for_update(nowait=not wait)
    try:
        row = connection.execute(asked).mappings().one_or_none()
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise Conflict(ErrorCode.UPLOAD_BUSY, id=id_) from error
        raise
    return None if row is None else UploadRow(**row)


def page_of_uploads(
    connection: Connection, owner: JobOwner | None, before: tuple[datetime, str] | None, count: int
) -> list[UploadRow]:
    """Give up to ``count`` uploads without what was found in them, the newest first, after ``before``.

    Parameters
    ----------
    owner
        Whose; None is everybody's.

    Index relied on: upload_created_at_id_idx.
    """
    limits = [] if owner is None else [_owned(owner)]
    if before is not None:
        at, id_ = before
        last = tuple_(literal(at, upload.c.created_at.type), literal(id_, upload.c.id.type))
        limits.append(tuple_(upload.c.created_at, upload.c.id) < last)
    found = select(*_LIGHT).where(*limits).order_by(upload.c.created_at.desc(), upload.c.id.desc())
    return [UploadRow(**row) for row in connection.execute(found.limit(count)).mappings()]


def count_open(connection: Connection, owner: JobOwner) -> int:
    """Count the uploads of an owner that may still become layers."""
    found = select(func.count()).select_from(upload).where(_owned(owner), upload.c.state.in_(OPEN))
    return int(connection.execute(found).scalar_one())


def change_upload(
    connection: Connection,
    id_: str,
    states: Collection[str],
    *,
    lives: timedelta | None = None,
    at_revision: int | None = None,
    **values: object,
) -> bool:
    """Change an upload that is in one of these states; tell whether it was.

    Parameters
    ----------
    lives
        How long it is kept from now on; None leaves that as it is.
    at_revision
        Only while its choices are still these; None is any.
    """
    where = [upload.c.id == id_, upload.c.state.in_(states)]
    if at_revision is not None:
        where.append(upload.c.revision == at_revision)
    now = func.clock_timestamp()
    until = {} if lives is None else {"expires_at": now + lives}
    changed = update(upload).where(*where).values(**values, **until, updated_at=now)
    return connection.execute(changed).rowcount == 1


def release_of_job(
    connection: Connection,
    job_id: str,
    problem: dict[str, Any] | None,
    *,
    refused: bool,
    unless_first: bool = False,
) -> None:
    """Give an upload back that an ended job has left under way.

    Parameters
    ----------
    problem
        The error that the job ended with.
    refused
        Whether an upload that was being inspected is given up; else it waits for other choices.
    unless_first
        Whether it is given up only when its last inspection ended with the same error.
    """
    after_inspection: Any = "refused" if refused else "ready"
    if refused and unless_first and problem is not None:
        again = upload.c.problem["code"].astext == problem["code"]
        after_inspection = case((again, "refused"), else_="ready")
    state = case((upload.c.state == "inspecting", after_inspection), else_="ready")
    where = (upload.c.job == job_id, upload.c.state.in_(("inspecting", "committing")))
    now = func.clock_timestamp()
    connection.execute(
        update(upload).where(*where).values(state=state, job=None, problem=problem, updated_at=now)
    )


def left_by_jobs(connection: Connection) -> list[tuple[str, str, dict[str, Any] | None]]:
    """List the jobs that have ended and left an upload under way: id, status and problem of each."""
    under_way = upload.c.state.in_(("inspecting", "committing"))
    found = (
        select(upload.c.job, func.coalesce(job.c.status, "dismissed"), job.c.problem)
        .select_from(upload.outerjoin(job, job.c.id == upload.c.job))
        .where(under_way, or_(job.c.id.is_(None), job.c.status.not_in(OPEN_JOB)))
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(found) if row[0] is not None]


def waiting(connection: Connection, idle: timedelta) -> list[UploadRow]:
    """List the uploads that are being received, or wait to be inspected, and were not changed for so long."""
    found = select(*_LIGHT).where(
        upload.c.state.in_(("receiving", "received")), upload.c.updated_at < func.clock_timestamp() - idle
    )
    return [UploadRow(**row) for row in connection.execute(found).mappings()]


def drop_unsized(connection: Connection, id_: str, idle: timedelta) -> bool:
    """Drop an upload that is being received, of unknown length, and was not changed for so long; tell so."""
    now = func.clock_timestamp()
    where = (
        upload.c.id == id_,
        upload.c.state == "receiving",
        upload.c.size.is_(None),
        upload.c.updated_at < now - idle,
    )
    dropped = update(upload).where(*where).values(state="dropped", updated_at=now)
    return connection.execute(dropped).rowcount == 1


def expire(connection: Connection, forgotten: timedelta) -> list[str]:
    """Drop the uploads whose time is over, and forget those that ended so long ago; give those dropped.

    Index relied on: upload_expires_at_idx.
    """
    now = func.clock_timestamp()
    idle = ("receiving", "received", "ready")
    over = and_(upload.c.state.in_(idle), upload.c.expires_at < now)
    dropped = connection.execute(
        update(upload)
        .where(over)
        .values(state="dropped", job=None, inspection=null(), updated_at=now)
        .returning(upload.c.id)
    )
    ids = list(dropped.scalars())
    ended = upload.c.state.in_(("committed", "dropped", "refused"))
    connection.execute(delete(upload).where(ended, upload.c.updated_at < now - forgotten))
    return ids


def open_among(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Tell which of these uploads still need their bytes."""
    found = select(upload.c.id).where(upload.c.id.in_(ids), upload.c.state.in_(OPEN))
    return set(connection.execute(found).scalars())


def _owned(owner: JobOwner) -> ColumnElement[bool]:
    if owner.account is not None:
        return upload.c.account == owner.account
    return and_(
        upload.c.author == owner.author,
        upload.c.role.is_not_distinct_from(owner.role),
        upload.c.account.is_(None),
    )
