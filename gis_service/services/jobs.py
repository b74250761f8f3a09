"""Jobs: studies that are computed later, in a process of their own; their states, and who may see them.

What a job computes, and how it is checked before it is accepted, stands in ``job_runs``: whoever only watches
over jobs does not load the engine.
"""

import asyncio
import math
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gis_service.db import job_rows as rows
from gis_service.db import jobs as queue
from gis_service.db import uploads
from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.db.job_rows import JobFilter, JobOwner
from gis_service.db.job_rows import JobRow as Job
from gis_service.errors import Conflict, ErrorCode, Fault, GisError, NotFound, code_named
from gis_service.services import database
from gis_service.services.accounts import Caller, Scope
from gis_service.services.list_pages import page_key, read_page_key, require_limit
from gis_service.settings import Settings
from gis_service.types import Text

__all__ = [
    "STATUSES",
    "STUDY",
    "Job",
    "JobFilter",
    "JobOwner",
    "JobPage",
    "Watch",
    "dismiss",
    "get",
    "list_",
    "open_watch",
    "owner_of",
    "plain",
    "problem_of",
    "read_problem",
    "run_worker",
    "written",
]

STUDY = "study"
"""Task of the queue: compute a study and keep it, or whatever else its job says."""
STATUSES = ("accepted", "running", "successful", "failed", "dismissed")
SEARCHING = ("sites", "order")
"""Steps in which a search has a plan to keep (`gis_service.services.siting_progress`)."""
ATTEMPTS = 2
"""Times that a job is begun; one whose process dies each time is not tried for ever."""
_OF_OTHERS = Scope.ADMIN
"""What it takes to see the jobs of others: the role, and a token that is not limited to less."""


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs, and the key of the page after them; None on the last one."""

    items: Sequence[Job]
    next: str | None


def get(connection: Connection, id_: str, reader: Caller | None = None) -> Job:
    """Give a job.

    Parameters
    ----------
    reader
        Who asks; the jobs of others are not there for them. None is the operator of the machine.

    Raises
    ------
    NotFound
        ``job_not_found``.
    """
    found = rows.find_job(connection, id_)
    if found is None or not _may_see(reader, found):
        raise NotFound(ErrorCode.JOB_NOT_FOUND, id=id_)
    return found


def list_(
    connection: Connection,
    asked: JobFilter | None = None,
    *,
    reader: Caller | None = None,
    after: str | None = None,
    limit: int = 100,
) -> JobPage:
    """Give jobs, the newest first.

    Parameters
    ----------
    asked
        Which ones; whose they are follows from the reader.
    reader
        As in `get`.
    after
        ``next`` of the page before.
    limit
        Jobs at most, 1 to 1,000.

    Raises
    ------
    WrongUse
        ``wrong_argument`` for a limit out of range or a key that no page gave.
    """
    require_limit(limit)
    wanted = asked or JobFilter()
    if reader is not None and reader.role is None:
        return JobPage([], None)  # nobody in particular has no jobs
    if reader is not None and not reader.holds(_OF_OTHERS):
        wanted = replace(wanted, owner=owner_of(reader))
    before = read_page_key(after)
    found = rows.page_of_jobs(connection, wanted, before, limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return JobPage(found[:limit], None if last is None else page_key(last.created_at, last.id))


def dismiss(connection: Connection, id_: str, reader: Caller | None = None) -> Job:
    """Say that a job is not wanted any more: one that waits is not begun, one that runs is ended at once.

    A study that has already come of it stays, since others may have read it. A search that has a plan,
    of sites or of a roadmap, ends by itself within a moment, and keeps the best that it has found.

    Raises
    ------
    NotFound
        ``job_not_found``.
    """
    get(connection, id_, reader)
    found = rows.find_job(connection, id_, lock=True)
    if found is not None and found.status in rows.OPEN and found.queue_id is not None and not _keeps(found):
        queue.cancel(connection, found.queue_id)
    rows.dismiss_job(connection, id_)
    uploads.release_of_job(connection, id_, None, refused=False)
    return get(connection, id_, reader)


def _keeps(job: Job) -> bool:
    """Tell whether a job has something to keep when it is dismissed, and sees that itself."""
    return job.status == "running" and job.step.partition(" ")[0] in SEARCHING


def problem_of(job: Job) -> GisError:
    """Give the error that a job ended with, or the one of asking for its results too early or in vain.

    Returns
    -------
    GisError
        Of a failed job its own error, else ``job_not_ready`` or ``job_dismissed``.
    """
    if job.problem is not None and job.status == "failed":
        return read_problem(job.id, job.problem)
    if job.status == "dismissed":
        return NotFound(ErrorCode.JOB_DISMISSED, id=job.id)
    return NotFound(ErrorCode.JOB_NOT_READY, id=job.id, status=job.status, progress=job.progress)


def written(error: GisError) -> dict[str, Any]:
    """Write an error down, to be told in any language later.

    What it says of a file may be anything that stood there.
    """
    faults = [{"where": _written(fault.where), "text": _written(fault.text)} for fault in error.faults]
    params = {name: _written_value(value) for name, value in error.params.items()}
    kept: dict[str, Any] = plain({"code": error.code.value, "params": params, "faults": faults})
    return kept


def _written_value(value: object) -> object:
    return (
        value
        if isinstance(value, int | float)
        else _written(value if isinstance(value, Text) else str(value))
    )


def _written(text: Text | str) -> str | dict[str, str]:
    return text if isinstance(text, str) else {"vi": text.vi, "en": text.en}


def plain(value: Any) -> Any:  # noqa: ANN401 any JSON value
    """Write values of a file as JSON that the database keeps: no NaN, no NUL, no half of a surrogate pair."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    if isinstance(value, dict):
        return {plain(str(name)): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    return plain(str(value))


def read_problem(id_: str, problem: Mapping[str, Any]) -> GisError:
    """Read an error back that `written` wrote down; of one that this release does not know the id is told."""
    faults = [Fault(_read_text(fault["where"]), _read_text(fault["text"])) for fault in problem["faults"]]
    params = {
        name: Text(**value) if isinstance(value, dict) else value for name, value in problem["params"].items()
    }
    try:
        code = code_named(problem["code"])
    except ValueError:  # written by another release, whose words are not ours
        return GisError(ErrorCode.INTERNAL, reference=id_)
    return GisError(code, faults, **params)


def _read_text(text: str | Mapping[str, str]) -> Text | str:
    return text if isinstance(text, str) else Text(**text)


def owner_of(reader: Caller) -> JobOwner:
    """Tell whose jobs are those of a caller."""
    return JobOwner(reader.name, None if reader.role is None else reader.role.value, reader.account)


def _may_see(reader: Caller | None, job: Job) -> bool:
    if reader is None or reader.holds(_OF_OTHERS):
        return True
    return reader.role is not None and owner_of(reader).has(job)


@dataclass(frozen=True)
class Watch:
    """What a worker notes of the jobs that its child processes compute.

    Parameters
    ----------
    engine
        Pool of connections of its own.
    """

    engine: Engine

    def close(self) -> None:
        """Shut the connections."""
        self.engine.dispose()

    async def begin(self, id_: str) -> int | None:
        """Note that a job begins; give the number of this attempt, None when there is nothing to do."""
        return await asyncio.to_thread(self._begin, id_)

    async def died(self, id_: str, attempt: int, code: int) -> bool:
        """Note that the process of an attempt has died with this exit code; tell whether to try again."""
        return await asyncio.to_thread(self._died, id_, attempt, code)

    async def release(self, id_: str, attempt: int) -> None:
        """Let another worker take the job, as if it had not been begun; a dismissed one stays so."""
        await asyncio.to_thread(self._release, id_, attempt)

    def _begin(self, id_: str) -> int | None:
        with transaction(self.engine) as connection:
            found = rows.find_job(connection, id_, lock=True)
            if found is None or found.status not in rows.OPEN:
                return None
            if found.attempts >= ATTEMPTS:
                # Its worker died with it: nobody was left to say so.
                _give_up(connection, found, "-")
                return None
            rows.begin_job(connection, id_, f"{socket.gethostname()}:{os.getpid()}")
        return found.attempts + 1

    def _died(self, id_: str, attempt: int, code: int) -> bool:
        with transaction(self.engine) as connection:
            found = rows.find_job(connection, id_, lock=True)
            if found is None or not _is_under_way(found, attempt):
                return False
            if found.attempts >= ATTEMPTS:
                _give_up(connection, found, str(code))
                return False
            return rows.release_job(connection, id_, attempts=found.attempts)

    def _release(self, id_: str, attempt: int) -> None:
        with transaction(self.engine) as connection:
            found = rows.find_job(connection, id_, lock=True)
            if found is not None and _is_under_way(found, attempt):
                rows.release_job(connection, id_, attempts=found.attempts - 1)


def _is_under_way(job: Job, attempt: int) -> bool:
    """Tell whether this attempt is the one that counts: a worker given up for dead may still live."""
    return job.status in rows.OPEN and job.attempts == attempt


def _give_up(connection: Connection, job: Job, code: str) -> None:
    error = Conflict(ErrorCode.JOB_DIED, id=job.id, times=job.attempts, exit_code=code, step=job.step or "-")
    rows.end_job(connection, job.id, "failed", problem=written(error))
    # Once it may be anybody's doing; a file that ends its worker does it whenever it is looked at.
    uploads.release_of_job(connection, job.id, written(error), refused=True, unless_first=True)


async def run_worker(
    settings: Settings, tasks: Mapping[str, queue.Task], chores: Sequence[queue.Chore] = ()
) -> None:
    """Do the jobs of the queue until a signal asks to stop.

    Parameters
    ----------
    tasks
        What to do with a job, by the name of its task.
    chores
        What to do once a minute.
    """
    dead_s = settings.worker_dead_seconds
    address = database.address(settings)
    await queue.work(address, tasks, at_once=settings.workers, dead_s=dead_s, chores=chores)


def open_watch(settings: Settings) -> Watch:
    """Open the connections by which a worker notes what it does."""
    return Watch(open_engine(database.address(settings), pool_size=2))
