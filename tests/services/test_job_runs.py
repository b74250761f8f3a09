"""Accepting jobs, running them, and what is noted when they end badly."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from gis_service.db import job_rows as rows
from gis_service.db.engine import Connection, transaction
from gis_service.errors import (
    Conflict,
    ErrorCode,
    Fault,
    GisError,
    NotAllowed,
    NotFound,
    RefusedInput,
    Temporary,
)
from gis_service.services import jobs, siting_progress, studies, users
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.job_runs import MOST_OPEN, Wanted, accept, run_job
from gis_service.services.job_words import message
from gis_service.settings import ROOT
from gis_service.types import Text
from tests.event_loop import run_alone
from tests.job_town import INPUTS, Town, environment_of, make_town

PLANNER = Caller(Role.PLANNER, "lan")
VERSION = "INSERT INTO gis.version (layer, author) VALUES ('residents', 'minh')"


@pytest.fixture(scope="module")
def town(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = make_town(make_database(), tmp_path_factory.mktemp("jobs"))
    yield made
    made.close()


def begun(town: Town, **inputs: object) -> str:
    id_ = town.ask(**inputs).id
    with transaction(town.engine) as connection:
        rows.begin_job(connection, id_, "here:1")
    return id_


def test_a_job_that_would_be_refused_is_not_accepted(town: Town) -> None:
    with pytest.raises(RefusedInput) as caught:
        accept(town.context, Wanted("coverage", INPUTS | {"standard": "nothing"}, "lan"), PLANNER)
    assert caught.value.code is ErrorCode.STUDY_REFUSED
    with pytest.raises(NotAllowed):
        accept(town.context, Wanted("coverage", INPUTS, "nobody"), ANONYMOUS)


def test_the_role_of_the_caller_goes_with_the_job(town: Town) -> None:
    job = accept(town.context, Wanted("coverage", INPUTS, "lan"), PLANNER)
    assert (job.author, job.role) == ("lan", "planner")
    with transaction(town.engine) as connection:
        assert jobs.get(connection, job.id, PLANNER).id == job.id
        for other in (Caller(Role.PLANNER, "minh"), Caller(Role.ANALYST, "lan"), ANONYMOUS):
            with pytest.raises(GisError) as caught:
                jobs.get(connection, job.id, other)
            assert caught.value.code is ErrorCode.JOB_NOT_FOUND


def test_a_job_tells_its_steps_while_it_runs(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    id_, told = begun(town, limit=1500.0), []
    noted = rows.note_progress

    def listen(connection: Connection, job_id: str, progress: int, step: str, *, attempt: int | None) -> bool:
        told.append((progress, step))
        return noted(connection, job_id, progress, step, attempt=attempt)

    monkeypatch.setattr(rows, "note_progress", listen)
    run_job(town.context, id_)
    assert [progress for progress, _ in told] == sorted(progress for progress, _ in told)
    assert told[0] == (0, "ways")
    assert town.job(id_).status == "successful"


def test_a_job_that_was_dismissed_on_the_way_leaves_no_study(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = begun(town, limit=1600.0)
    compute = studies.compute

    def dismissed_meanwhile(*given: object, **named: object) -> studies.Computed:
        with transaction(town.engine) as connection:
            jobs.dismiss(connection, id_)
        return compute(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(studies, "compute", dismissed_meanwhile)
    run_job(town.context, id_)
    with transaction(town.engine) as connection:
        kept = studies.list_(connection).items
        limits = {studies.get(connection, one.id).document["parameters"]["limit"] for one in kept}
    assert 1600 not in limits
    assert town.job(id_).status == "dismissed"


def test_what_an_overtaken_attempt_finds_is_not_noted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its worker was given up for dead, and lives: another one has begun the job again."""
    id_ = begun(town, limit=1650.0)
    compute = studies.compute

    def begun_anew_meanwhile(*given: object, **named: object) -> studies.Computed:
        made = compute(*given, **named)  # type: ignore[arg-type]
        with transaction(town.engine) as connection:
            rows.begin_job(connection, id_, "there:2")
        return made

    monkeypatch.setattr(studies, "compute", begun_anew_meanwhile)
    run_job(town.context, id_, 1)
    overtaken = town.job(id_)
    assert (overtaken.status, overtaken.attempts, overtaken.study) == ("running", 2, None)
    monkeypatch.setattr(studies, "compute", compute)
    run_job(town.context, id_, 1)
    assert town.job(id_).status == "running", "a late start of the first attempt finds nothing to do"
    run_job(town.context, id_, 2)
    assert town.job(id_).status == "successful"


def test_a_worker_given_up_for_dead_takes_nothing_from_the_next(town: Town) -> None:
    id_ = town.ask(limit=1660.0).id
    late, next_ = (jobs.open_watch(town.context.settings) for _ in range(2))
    assert run_alone(late.begin(id_)) == 1
    assert run_alone(next_.begin(id_)) == 2
    run_alone(late.release(id_, 1))
    assert not run_alone(late.died(id_, 1, -9))
    assert (town.job(id_).status, town.job(id_).attempts) == ("running", 2)
    assert not run_alone(next_.died(id_, 2, -9)), "it has died twice"
    assert town.job(id_).status == "failed"
    for each in (late, next_):
        each.close()


def test_a_study_is_of_the_state_in_which_it_began(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    job = accept(town.context, Wanted("compare", {"before": INPUTS, "after": INPUTS}, "lan"))
    with transaction(town.engine) as connection:
        rows.begin_job(connection, job.id, "here:1")
    noted, statements = rows.note_progress, ["UPDATE layer.residents SET people = people + 1", VERSION]

    def write_meanwhile(connection: Connection, *given: object, **named: object) -> bool:
        while statements:
            connection.exec_driver_sql(statements.pop())
        return noted(connection, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "note_progress", write_meanwhile)
    run_job(town.context, job.id)
    done = town.job(job.id)
    with transaction(town.engine) as connection:
        connection.exec_driver_sql("UPDATE layer.residents SET people = people - 1")
        assert done.status == "successful", done.problem
        document = studies.get(connection, done.study or "").document
    assert document["totals"]["all"]["total"] == 31.5


def test_nobody_fills_the_queue_for_all(town: Town) -> None:
    hoa = Caller(Role.PLANNER, "hoa")

    def ask() -> str:
        return accept(town.context, Wanted("coverage", INPUTS, "hoa"), hoa).id

    asked = [ask() for _ in range(MOST_OPEN)]
    with pytest.raises(Conflict) as caught:
        ask()
    assert caught.value.code is ErrorCode.JOBS_TOO_MANY
    assert (caught.value.params["count"], caught.value.params["most"]) == (MOST_OPEN, MOST_OPEN)
    accept(town.context, Wanted("coverage", INPUTS, "lan"), PLANNER)
    with transaction(town.engine) as connection:
        jobs.dismiss(connection, asked[0], hoa)
    assert ask() not in asked


def test_an_error_that_this_release_does_not_know_is_told_as_a_fault_of_ours(town: Town) -> None:
    id_ = begun(town, limit=1950.0)
    with transaction(town.engine) as connection:
        problem = {"code": "of_long_ago", "params": {}, "faults": []}
        rows.end_job(connection, id_, "failed", problem=problem)
    told = jobs.problem_of(town.job(id_))
    assert (told.code, told.params) == (ErrorCode.INTERNAL, {"reference": id_})
    assert told.detail("vi")


def test_a_fault_of_ours_fails_the_job_without_its_inner_words(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    id_ = begun(town, limit=1700.0)

    def broken(*_given: object, **_named: object) -> studies.Computed:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(studies, "compute", broken)
    run_job(town.context, id_)
    failed = town.job(id_)
    assert (failed.status, jobs.problem_of(failed).code) == ("failed", ErrorCode.INTERNAL)
    assert "secret" not in message(failed, "en")
    assert "secret detail" in caplog.text


def test_a_lost_database_is_for_the_worker_to_try_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = begun(town, limit=1800.0)

    def away(*_given: object, **_named: object) -> studies.Computed:
        raise Temporary(ErrorCode.DATABASE_UNAVAILABLE, url="-")

    monkeypatch.setattr(studies, "compute", away)
    with pytest.raises(Temporary):
        run_job(town.context, id_)
    assert town.job(id_).status == "running"


def test_an_error_is_the_same_after_it_was_written_down(town: Town) -> None:
    faults = [Fault(Text("dòng 3", "row 3"), Text("thiếu", "is missing")), Fault("/limit", "-1")]
    error = RefusedInput(ErrorCode.STUDY_REFUSED, faults, name="limit", value=-1, expected="> 0")
    id_ = begun(town, limit=1900.0)
    with transaction(town.engine) as connection:
        rows.end_job(connection, id_, "failed", problem=jobs.written(error))
    read = jobs.problem_of(town.job(id_))
    for language in ("vi", "en"):
        assert read.detail(language) == error.detail(language)
        assert [fault.words(language) for fault in read.faults] == [fault.words(language) for fault in faults]
    assert read.status == error.status


@pytest.mark.parametrize(
    ("status", "step", "vi"),
    [
        ("accepted", "", "Đang chờ đến lượt."),
        ("running", "gaps", "Đang tính. Nơi còn ở ngoài."),
        ("running", "a step of tomorrow", "Đang tính."),
        ("successful", "done", "Đã xong."),
        ("dismissed", "", "Đã huỷ."),
    ],
)
def test_every_state_has_its_words(town: Town, status: str, step: str, vi: str) -> None:
    job = town.ask(limit=2100.0)
    shown = replace(job, status=status, step=step)
    assert message(shown, "vi") == vi
    assert message(shown, "en").isascii()


@pytest.fixture
def lan(town: Town) -> Iterator[Caller]:
    """Give somebody with an account, whose name a token bears as well."""
    with transaction(town.engine) as connection:
        account = users.add(connection, "lan", Role.PLANNER)
    yield Caller(Role.PLANNER, "lan", account.id)
    with transaction(town.engine) as connection:
        connection.execute(text("DELETE FROM gis.account"))


def test_a_job_belongs_to_the_account_and_not_to_its_name(town: Town, lan: Caller) -> None:
    job = accept(town.context, Wanted("coverage", INPUTS, "lan"), lan)
    accept(town.context, Wanted("coverage", INPUTS, "lan"), PLANNER)
    promoted = replace(lan, role=Role.ANALYST)
    with transaction(town.engine) as connection:
        for owner in (lan, promoted):
            assert jobs.get(connection, job.id, owner).id == job.id
            assert [one.id for one in jobs.list_(connection, reader=owner).items] == [job.id]
        assert job.id not in [one.id for one in jobs.list_(connection, reader=PLANNER).items]
        with pytest.raises(NotFound):
            jobs.get(connection, job.id, PLANNER)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda c: users.change_role(c, "lan", Role.ANALYST), None),
        (lambda c: users.change_role(c, "lan", Role.VIEWER), "role_insufficient"),
        (lambda c: users.disable(c, "lan"), "token_invalid"),
        (lambda c: c.execute(text("DELETE FROM gis.account")), "token_invalid"),
    ],
)
def test_a_job_runs_by_the_right_that_its_account_has_then(
    town: Town, lan: Caller, change: Callable[[Connection], object], code: str | None
) -> None:
    job = accept(town.context, Wanted("coverage", INPUTS, "lan"), lan)
    with transaction(town.engine) as connection:
        change(connection)
        rows.begin_job(connection, job.id, "here:1")
    run_job(town.context, job.id)
    done = town.job(job.id)
    assert (done.status, (done.problem or {}).get("code")) == ("failed" if code else "successful", code)


MOMENTS = {
    "kept": ["INSERT INTO gis.study"],
    "ended": ["INSERT INTO gis.study", "UPDATE gis.job"],
    "committing": ["INSERT INTO gis.study", "UPDATE gis.job", "COMMIT"],
    "committed": [],
}
"""What had been executed when the process died; each computes a job of its own."""

KILLED = """
import json, sys
from gis_service.services.context import open_context
from gis_service.services.job_runs import run_job
from gis_service.settings import read_settings
from tests.killed import die_after, each_in_its_own

def compute(moment, told):
    context.engine.dispose(close=False)  # the connections of the process before
    die_after(context.engine, *told["words"])
    run_job(context, told["job"], 1)
    print(moment, flush=True)

with open_context(read_settings()) as context:
    each_in_its_own(compute, json.loads(sys.argv[1]))
"""


def kept(town: Town) -> set[str]:
    with transaction(town.engine) as connection:
        return {entry.id for entry in studies.list_(connection, limit=100).items}


def test_a_job_killed_while_it_ends_has_its_study_and_its_end_or_neither(town: Town) -> None:
    before = kept(town)
    asked = {moment: begun(town, limit=2500.0 + number) for number, moment in enumerate(MOMENTS)}
    told = {moment: {"words": words, "job": asked[moment]} for moment, words in MOMENTS.items()}
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, json.dumps(told)],
        cwd=ROOT,
        env=environment_of(town.url, town.folder),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    assert ran.stdout == "committed\n"
    ended = {moment: town.job(job) for moment, job in asked.items()}
    states = dict.fromkeys(MOMENTS, "running") | {"committed": "successful"}
    assert {moment: job.status for moment, job in ended.items()} == states
    assert kept(town) - before == {ended["committed"].study}
    for job in asked.values():
        run_job(town.context, job)  # as a worker that has seen the death does; what is done stays
    done = [town.job(job) for job in asked.values()]
    assert {job.status for job in done} == {"successful"}
    assert kept(town) - before == {job.study for job in done}
    assert len({job.study for job in done}) == len(MOMENTS)


SITES = {
    "model": "mclp",
    "sites": 1,
    "candidates": {"places": [{"lon": 106.351, "lat": 20.43}]},
    "limit": 900.0,
}
DISMISS_WHILE_IT_SEARCHES = """
CREATE FUNCTION gis.dismiss_in_a_test() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN NEW.status := 'dismissed'; NEW.finished_at := now(); RETURN NEW; END $$;
CREATE TRIGGER dismiss_in_a_test BEFORE UPDATE ON gis.job FOR EACH ROW
WHEN (starts_with(NEW.step, 'sites ') AND NEW.status = 'running') EXECUTE FUNCTION gis.dismiss_in_a_test();
"""


def test_a_search_for_sites_that_is_dismissed_keeps_its_plan(town: Town) -> None:
    job = accept(town.context, Wanted("siting", INPUTS | SITES, "lan"), PLANNER)
    with transaction(town.engine) as connection:
        rows.begin_job(connection, job.id, "here:1")
        connection.exec_driver_sql(DISMISS_WHILE_IT_SEARCHES)
    try:
        run_job(town.context, job.id)
    finally:
        with transaction(town.engine) as connection:
            connection.exec_driver_sql("DROP FUNCTION gis.dismiss_in_a_test CASCADE")
    found = town.job(job.id)
    assert found.status == "dismissed"
    assert found.study is not None
    with transaction(town.engine) as connection:
        plan = studies.get(connection, found.study).document["plan"]
    assert [one["id"] for one in plan["sites"]] == ["place.1"]


def test_a_search_for_sites_is_not_killed(town: Town) -> None:
    job = accept(town.context, Wanted("siting", INPUTS | SITES, "lan"), PLANNER)
    with transaction(town.engine) as connection:
        rows.begin_job(connection, job.id, "here:1")
        rows.note_progress(connection, job.id, 50, f"{siting_progress.STEP} 3.5 7.0")
        assert jobs.SEARCHING == (siting_progress.STEP, siting_progress.ORDER)
    with transaction(town.engine) as connection:
        jobs.dismiss(connection, job.id, PLANNER)
        left = connection.execute(
            text("SELECT count(*) FROM queue.procrastinate_jobs WHERE id = :id"), {"id": job.queue_id}
        )
        assert left.scalar_one() == 1  # its worker is not told to end it
    assert message(replace(town.job(job.id), status="running"), "en") == "Being computed. Choosing sites."
