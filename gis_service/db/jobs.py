"""The job queue: procrastinate in the schema ``queue`` of our own database.

A job is put into the queue by the transaction that stores what it is to do, so that neither is ever there
without the other. What a worker leaves behind when it dies is found by the age of its last sign of life.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.job_context import AbortReason, JobContext
from procrastinate.jobs import DeleteJobCondition, Job
from sqlalchemy import make_url, text

from gis_service.db.engine import Connection, driver
from gis_service.db.failures import failure_of, shown
from gis_service.errors import ErrorCode, Temporary

__all__ = ["Chore", "Task", "cancel", "enqueue", "work", "workers_alive"]

log = logging.getLogger(__name__)

Task = Callable[[str], Awaitable[None]]
"""What a worker does with a job, told its id; done again, a little later, when it ends with an error."""

Chore = Callable[[], None]
"""What a worker does from time to time, in a thread of its own."""

QUEUE = "studies"
CHORES_S = 60.0
"""Pause between two rounds of the chores."""
AGAIN_IN_S = 1
"""Pause before a task that has failed is tried again."""
STOP_TIME_S = 1.0
"""Time that the tasks under way get to end by themselves when the worker is asked to stop."""
_BEATS = 5
"""Signs of life in the time after which a silent worker counts as dead."""
_KEEP_HOURS = 24
_SEARCH_PATH = "queue, public"


@contextmanager
def _in_queue_schema(connection: Connection) -> Iterator[procrastinate.App]:
    """Lend the library inside a transaction of ours; it names its tables and types without their schema."""
    before = connection.execute(text("SHOW search_path")).scalar_one()
    setting = text("SELECT set_config('search_path', :path, true)")
    connection.execute(setting, {"path": _SEARCH_PATH})
    # Never opened: every call is told the connection it is to use.
    yield procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
    connection.execute(setting, {"path": before})


def enqueue(connection: Connection, task: str, job_id: str, *, priority: int = 0) -> int:
    """Put a job into the queue, with the commit of this transaction; give its place.

    Parameters
    ----------
    connection
        Transaction that stores what is to be done.
    task
        Name under which the worker knows what to do.
    job_id
        What the task is told.
    priority
        Jobs with a higher one come first.
    """
    with _in_queue_schema(connection) as app:
        deferrer = app.configure_task(task, queue=QUEUE, priority=priority, connection=driver(connection))
        return deferrer.defer(job_id=job_id)


def cancel(connection: Connection, queue_id: int) -> None:
    """Take a job out of the queue, or have its worker end it, with the commit of this transaction."""
    with _in_queue_schema(connection) as app:
        app.job_manager.cancel_job_by_id(queue_id, abort=True, delete_job=True, connection=driver(connection))


def workers_alive(connection: Connection, dead_s: float) -> int:
    """Count the workers whose last sign of life is no older than this, in seconds."""
    living = text(
        "SELECT count(*) FROM queue.procrastinate_workers"
        " WHERE last_heartbeat > clock_timestamp() - make_interval(secs => :seconds)"
    )
    return int(connection.execute(living, {"seconds": dead_s}).scalar_one())


async def work(
    url: str, tasks: Mapping[str, Task], *, at_once: int, dead_s: float, chores: Sequence[Chore] = ()
) -> None:
    """Take jobs from the queue and do them until SIGTERM or SIGINT.

    A task that is cancelled is not wanted any more, or its worker is asked to stop; in the second case, and
    when it ends with any other error, it is put back.

    Parameters
    ----------
    url
        Address of the database.
    tasks
        What to do, by the name under which it is enqueued.
    at_once
        Jobs done at the same time.
    dead_s
        Seconds without a sign of life after which a worker counts as dead and its jobs are taken up.
    chores
        What is done once a minute beside the jobs, in turn.

    Raises
    ------
    Temporary
        ``database_unavailable`` when the database cannot be reached or is lost, ``database_not_migrated``.
    """
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(
        conninfo=plain,
        kwargs={"options": f"-c search_path={_SEARCH_PATH.replace(' ', '')} -c timezone=UTC"},
        min_size=1,
        max_size=3,
        timeout=5,
    )
    app = procrastinate.App(connector=connector)
    for name, task in tasks.items():
        app.task(name=name, pass_context=True, retry=_Again())(_told(task))
    await _require_database(plain)
    try:
        await _work(app, at_once, dead_s, chores)
    except ConnectorException as error:
        address = make_url(url)
        failure = failure_of(error.__cause__ or error, address)
        raise failure or Temporary(ErrorCode.DATABASE_UNAVAILABLE, url=shown(address)) from error


async def _require_database(url: str) -> None:
    """Try the database once: the pool of the library would try for half a minute."""
    try:
        connection = await psycopg.AsyncConnection.connect(url)
    except psycopg.OperationalError as error:
        raise Temporary(ErrorCode.DATABASE_UNAVAILABLE, url=shown(make_url(url))) from error
    await connection.close()


async def _work(app: procrastinate.App, at_once: int, dead_s: float, chores: Sequence[Chore]) -> None:
    async with app.open_async():
        ended = asyncio.Event()
        sweeping = asyncio.gather(_sweep(app, dead_s, ended), _do_chores(chores, ended))
        try:
            await app.run_worker_async(
                queues=[QUEUE],
                concurrency=at_once,
                # Notices come at once; asking is for those that are due later and those that were lost.
                fetch_job_polling_interval=1.0,
                abort_job_polling_interval=1.0,
                shutdown_graceful_timeout=STOP_TIME_S,
                update_heartbeat_interval=dead_s / _BEATS,
                stalled_worker_timeout=dead_s,
                # The table of jobs is the record; the queue holds what is still to be done.
                delete_jobs=DeleteJobCondition.ALWAYS,
            )
        finally:
            # Told, not cancelled: a statement that fails while it is cancelled swallows the cancellation.
            ended.set()
            await sweeping


class _StoppedError(Exception):
    """The worker is asked to stop, and the task under way is for the next one."""


class _Again(procrastinate.BaseRetryStrategy):
    """Puts back whatever ends with an error; how often that may be is for the task itself to say."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision | None:
        """Say when the task is tried again."""
        del job
        if isinstance(exception, JobAborted):
            return None
        wait = 0 if isinstance(exception, _StoppedError) else AGAIN_IN_S
        return procrastinate.RetryDecision(retry_in={"seconds": wait})


def _told(task: Task) -> Callable[[JobContext, str], Awaitable[None]]:
    async def run(context: JobContext, job_id: str) -> None:
        try:
            await task(job_id)
        except asyncio.CancelledError:
            if context.abort_reason() is AbortReason.SHUTDOWN:
                raise _StoppedError from None
            raise JobAborted from None

    return run


async def _do_chores(chores: Sequence[Chore], ended: asyncio.Event) -> None:
    """Do the chores, again and again; one that fails is tried again with the next round."""
    while not ended.is_set():
        for chore in chores:
            try:
                await asyncio.to_thread(chore)
            except Exception:
                log.exception("a chore did not come through")
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), CHORES_S)


async def _sweep(app: procrastinate.App, dead_s: float, ended: asyncio.Event) -> None:
    """Put back, again and again, what dead workers had begun."""
    manager: Any = app.job_manager
    while not ended.is_set():
        try:
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=dead_s):
                log.warning("taking up job %s, whose worker is dead", job.task_kwargs.get("job_id"))
                await manager.retry_job(job)
            # Those that were cancelled while their worker died.
            await manager.delete_old_jobs(
                nb_hours=_KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
            )
        except ConnectorException as error:
            # Another worker was faster, or the database is away, which the worker itself finds out.
            log.info("the sweep of the queue did not come through: %s", error.__cause__)
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), dead_s / _BEATS)
