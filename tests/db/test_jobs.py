"""The queue inside our own transactions, and the rows of jobs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from gis_service.db import job_rows as rows
from gis_service.db.engine import Connection, Engine, open_engine, transaction
from gis_service.db.job_rows import JobFilter, JobOwner
from gis_service.db.jobs import cancel, enqueue, work, workers_alive
from gis_service.errors import ErrorCode, GisError, Temporary
from tests.event_loop import run_alone

QUEUED = text("SELECT args ->> 'job_id' FROM queue.procrastinate_jobs WHERE status = 'todo' ORDER BY id")


def add(connection: Connection, id_: str, author: str = "lan", process: str = "coverage") -> None:
    rows.add_job(connection, id=id_, process=process, inputs={}, author=author, role="planner")


def found(connection: Connection, id_: str) -> rows.JobRow:
    row = rows.find_job(connection, id_)
    assert row is not None
    return row


def ids(connection: Connection, asked: JobFilter) -> list[str]:
    return [row.id for row in rows.page_of_jobs(connection, asked, None, 10)]


def test_what_is_taken_back_was_never_in_the_queue(engine: Engine) -> None:
    with engine.connect() as connection:
        with connection.begin() as outer:
            enqueue(connection, "study", "job_a")
            assert connection.execute(QUEUED).scalars().all() == ["job_a"]
            outer.rollback()
        assert connection.execute(QUEUED).scalars().all() == []


def test_the_path_of_the_session_is_as_before(connection: Connection) -> None:
    before = connection.execute(text("SHOW search_path")).scalar_one()
    cancel(connection, enqueue(connection, "study", "job_a"))
    assert connection.execute(text("SHOW search_path")).scalar_one() == before


def test_a_cancelled_place_is_gone(connection: Connection) -> None:
    places = [enqueue(connection, "study", name) for name in ("job_a", "job_b")]
    cancel(connection, places[0])
    assert connection.execute(QUEUED).scalars().all() == ["job_b"]
    cancel(connection, places[0])


def test_the_queue_can_be_edited_by_whoever_owns_it(connection: Connection) -> None:
    enqueue(connection, "study", "job_a")
    connection.execute(text("UPDATE queue.procrastinate_jobs SET status = 'doing'"))
    events = connection.execute(text("SELECT type FROM queue.procrastinate_events ORDER BY id")).scalars()
    assert list(events)[-1] == "started"


def test_workers_are_counted_by_their_last_sign_of_life(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO queue.procrastinate_workers (last_heartbeat)"
            " VALUES (now()), (now() - interval '1 hour')"
        )
    )
    assert workers_alive(connection, 600) == 1
    assert workers_alive(connection, 7200) == 2


def test_a_job_goes_from_state_to_state_and_never_back_from_its_end(connection: Connection) -> None:
    add(connection, "job_a")
    assert not rows.note_progress(connection, "job_a", 10, "ways"), "it has not begun"
    rows.begin_job(connection, "job_a", "here:1")
    assert rows.note_progress(connection, "job_a", 10, "ways")
    running = found(connection, "job_a")
    assert (running.status, running.progress, running.step, running.attempts) == ("running", 10, "ways", 1)
    assert rows.end_job(connection, "job_a", "successful", study="coverage_1")
    assert not rows.end_job(connection, "job_a", "failed", problem={})
    assert not rows.release_job(connection, "job_a", attempts=0)
    rows.begin_job(connection, "job_a", "here:2")
    ended = found(connection, "job_a")
    assert (ended.status, ended.study, ended.progress, ended.worker) == (
        "successful",
        "coverage_1",
        100,
        "here:1",
    )


def test_a_dismissed_job_keeps_the_time_at_which_it_ended(connection: Connection) -> None:
    add(connection, "job_a")
    rows.begin_job(connection, "job_a", "here:1")
    rows.end_job(connection, "job_a", "successful", study="coverage_1")
    before = found(connection, "job_a")
    rows.dismiss_job(connection, "job_a")
    after = found(connection, "job_a")
    assert (after.status, after.finished_at, after.study) == ("dismissed", before.finished_at, "coverage_1")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (JobFilter(), ["job_c", "job_b", "job_a"]),
        (JobFilter(owner=JobOwner("lan", "planner")), ["job_c", "job_a"]),
        (JobFilter(owner=JobOwner("lan", None)), []),
        (JobFilter(owner=JobOwner("lan", "planner", 7)), []),
        (JobFilter(processes=["gaps", "compare"]), ["job_c"]),
        (JobFilter(statuses=["running", "failed"]), ["job_a"]),
        (JobFilter(seconds=(0, None)), ["job_a"]),
        (JobFilter(seconds=(3600, None)), []),
        (JobFilter(seconds=(None, 3600)), ["job_a"]),
        (JobFilter(created=(datetime(2020, 1, 1, tzinfo=UTC), None)), ["job_c", "job_b", "job_a"]),
        (JobFilter(created=(None, datetime(2020, 1, 1, tzinfo=UTC))), []),
    ],
)
def test_jobs_are_found_by_what_is_asked(
    connection: Connection, asked: JobFilter, expected: list[str]
) -> None:
    add(connection, "job_a")
    add(connection, "job_b", author="minh")
    add(connection, "job_c", process="gaps")
    rows.begin_job(connection, "job_a", "here:1")
    assert ids(connection, asked) == expected


def test_jobs_come_page_by_page(connection: Connection) -> None:
    for name in ("job_a", "job_b", "job_c"):
        add(connection, name)
    last = found(connection, "job_b")
    page = rows.page_of_jobs(connection, JobFilter(), (last.created_at, last.id), 10)
    assert [row.id for row in page] == ["job_a"]
    later = last.created_at + timedelta(days=1)
    assert len(rows.page_of_jobs(connection, JobFilter(), (later, ""), 2)) == 2


async def nothing(job_id: str) -> None:
    del job_id


def failure_at(url: str) -> GisError:
    with pytest.raises(Temporary) as caught:
        run_alone(work(url, {"study": nothing}, at_once=1, dead_s=10))
    return caught.value


def test_a_database_without_the_queue_is_said(database_url: str) -> None:
    engine = open_engine(database_url)
    with transaction(engine) as connection:
        connection.execute(text("ALTER SCHEMA queue RENAME TO queue_away"))
    try:
        assert failure_at(database_url).code is ErrorCode.DATABASE_NOT_MIGRATED
    finally:
        with transaction(engine) as connection:
            connection.execute(text("ALTER SCHEMA queue_away RENAME TO queue"))
        engine.dispose()
