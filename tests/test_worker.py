"""The worker as it really runs: a process over the queue, its children, and their deaths."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from gis_service.db.engine import transaction
from gis_service.services import jobs, studies
from gis_service.services.jobs import Job
from tests.job_town import Town, environment_of, make_town, wait_until


@pytest.fixture
def town(make_database: Callable[[], str], tmp_path: Path) -> Iterator[Town]:
    made = make_town(make_database(), tmp_path)
    yield made
    made.close()


@dataclass(frozen=True)
class DoneJob:
    """A town whose worker still lives after its one job."""

    town: Town
    worker: "subprocess.Popen[str]"
    job: Job


@pytest.fixture(scope="module")
def worked(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoneJob]:
    with closing(make_town(make_database(), tmp_path_factory.mktemp("town"))) as town:
        worker = town.start_worker()
        yield DoneJob(town, worker, town.wait(town.ask().id, "successful", "failed"))


def test_a_job_becomes_a_study(worked: DoneJob) -> None:
    town, done = worked.town, worked.job
    assert (done.status, done.progress, done.attempts) == ("successful", 100, 1)
    assert done.started_at is not None
    assert done.finished_at is not None
    assert done.created_at <= done.started_at <= done.finished_at
    with transaction(town.engine) as connection:
        study = studies.get(connection, done.study or "")
    assert (study.author, study.document["totals"]["all"]["total"]) == ("lan", 31.5)


@pytest.mark.slow
def test_what_was_accepted_while_no_worker_was_there_is_done_by_the_next(town: Town) -> None:
    waiting = [town.ask(limit=limit).id for limit in (1000.0, 2000.0)]
    assert {town.job(id_).status for id_ in waiting} == {"accepted"}
    town.start_worker()
    assert {town.wait(id_, "successful", "failed").status for id_ in waiting} == {"successful"}


def test_a_dismissed_job_is_ended_at_once_and_leaves_no_study(worked: DoneJob) -> None:
    town = worked.town
    before = town.studies()
    with town.held_up():
        job = town.ask(limit=500.0)
        town.wait_until_held_up()
        (child,) = town.children(worked.worker)
        with transaction(town.engine) as connection:
            jobs.dismiss(connection, job.id)
        wait_until(lambda: not Path(f"/proc/{child}").exists(), town.log)
    assert town.job(job.id).status == "dismissed"
    after = town.ask(limit=1000.0)
    town.wait(after.id, "successful")
    assert town.studies() == before + 1
    assert town.job(job.id).status == "dismissed"


def test_another_worker_takes_up_what_a_killed_one_had_begun(town: Town) -> None:
    killed = town.start_worker()
    with town.held_up():
        job = town.ask()
        town.wait_until_held_up()
        (child,) = town.children(killed)
        killed.send_signal(signal.SIGKILL)
        killed.wait(10)
        wait_until(lambda: not Path(f"/proc/{child}").exists(), town.log)
        assert town.job(job.id).status == "running"
        town.start_worker()
        town.wait_for_attempt(job.id, 2)
    done = town.wait(job.id, "successful", "failed")
    assert (done.status, done.attempts) == ("successful", 2)


@pytest.mark.slow
def test_a_job_whose_process_dies_once_is_tried_again(town: Town) -> None:
    worker = town.start_worker()
    with town.held_up():
        job = town.ask()
        town.wait_until_held_up()
        (child,) = town.children(worker)
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: town.children(worker) not in ([], [child]), town.log)
    assert town.wait(job.id, "successful", "failed").status == "successful"


def test_a_job_whose_process_dies_twice_fails_and_says_so(worked: DoneJob) -> None:
    town, worker = worked.town, worked.worker
    seen: set[int] = set()
    with town.held_up():
        job = town.ask(limit=1500.0)
        for attempt in (1, 2):
            # Only then: the libraries of a worker that starts run short programs of their own.
            town.wait_for_attempt(job.id, attempt)
            wait_until(lambda: bool(set(town.children(worker)) - seen), town.log)
            (child,) = set(town.children(worker)) - seen
            seen.add(child)
            os.kill(child, signal.SIGKILL)
        failed = town.wait(job.id, "failed", "successful")
    assert failed.status == "failed"
    told = jobs.problem_of(failed)
    assert (told.code, told.params["times"], told.params["exit_code"]) == ("job_died", 2, "-9")
    assert worker.poll() is None, "the worker lives on"


@pytest.mark.slow
def test_a_worker_that_is_asked_to_stop_leaves_its_job_to_the_next(town: Town) -> None:
    stopped = town.start_worker()
    with town.held_up():
        job = town.ask()
        town.wait_until_held_up()
        stopped.send_signal(signal.SIGTERM)
        assert stopped.wait(30) == 0, town.log()
        left = town.job(job.id)
        assert (left.status, left.attempts) == ("accepted", 0)
        town.start_worker()
        town.wait_until_held_up()
    assert town.wait(job.id, "successful", "failed").status == "successful"


@dataclass(frozen=True)
class FoundJobs:
    """A town whose worker found two jobs when it began, and has nothing to do any more."""

    town: Town
    worker: "subprocess.Popen[str]"
    dismissed: Job
    refused: Job


@pytest.fixture(scope="module")
def found(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[FoundJobs]:
    """Let a worker find a job that was dismissed, and one whose communes are gone."""
    with closing(make_town(make_database(), tmp_path_factory.mktemp("found"))) as town:
        dismissed, refused = town.ask(), town.ask(limit=1000.0)
        with transaction(town.engine) as connection:
            jobs.dismiss(connection, dismissed.id)
            connection.execute(text("DELETE FROM layer.commune"))
        assert town.workers_alive() == 0
        worker = town.start_worker()
        failed = town.wait(refused.id, "failed", "successful")
        yield FoundJobs(town, worker, town.job(dismissed.id), failed)


def test_a_job_that_was_dismissed_before_its_turn_is_never_begun(found: FoundJobs) -> None:
    assert (found.dismissed.status, found.dismissed.started_at) == ("dismissed", None)


def test_a_job_that_is_refused_while_it_runs_fails_with_the_reason(found: FoundJobs) -> None:
    assert found.refused.status == "failed"
    assert jobs.problem_of(found.refused).code == "study_layer_empty"
    assert jobs.problem_of(found.refused).detail("vi")


def test_an_idle_worker_ends_cleanly_and_is_counted_while_it_lives(found: FoundJobs) -> None:
    assert found.town.workers_alive() == 1
    found.worker.send_signal(signal.SIGINT)
    assert found.worker.wait(30) == 0
    assert found.town.workers_alive() == 0


def test_the_worker_itself_stays_small(worked: DoneJob) -> None:
    assert worked.job.status == "successful"
    status = Path(f"/proc/{worked.worker.pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    assert resident < 150 * 1024, "KiB; the engine is loaded by the children only"


def test_the_worker_keeps_overviews_level(worked: DoneJob) -> None:
    town = worked.town
    level = (
        "SELECT count(*) FROM gis.overview WHERE layer = 'commune'"
        " AND level = (SELECT max(id) FROM gis.version WHERE version.layer = 'commune')"
    )

    def is_level() -> bool:
        with psycopg.connect(town.url) as reader:
            return reader.execute(level).fetchone() == (1,)

    wait_until(is_level, town.log)
    with psycopg.connect(town.url, autocommit=True) as editor:
        editor.execute("UPDATE layer.commune SET name = name || ' mới'")
    wait_until(is_level, town.log)
    assert worked.worker.poll() is None


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("GIS_WORKERS", "many", 2),
        ("GIS_DATABASE_URL", "no url", 2),
        ("GIS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", 6),
    ],
)
def test_a_wrong_setting_ends_it_with_words(
    database_url: str, tmp_path: Path, variable: str, value: str, code: int
) -> None:
    environment = {**environment_of(database_url, tmp_path), variable: value}
    command = [sys.executable, "-m", "gis_service.worker"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
