"""Accepting jobs, running them, and what is noted when they end badly."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from gis_service.db import job_rows as rows
from gis_service.db.engine import Connection, transaction
from gis_service.errors import ErrorCode, Fault, GisError, NotAllowed, RefusedInput, Temporary
from gis_service.services import jobs, studies
from gis_service.services.accounts import ANONYMOUS, Caller, Role
from gis_service.services.job_runs import Wanted, accept, run_job
from gis_service.services.job_words import message
from gis_service.types import Text
from tests.job_town import INPUTS, Town, make_town

PLANNER = Caller(Role.PLANNER, "lan")


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

    def listen(connection: Connection, job_id: str, progress: int, step: str) -> bool:
        told.append((progress, step))
        return noted(connection, job_id, progress, step)

    monkeypatch.setattr(rows, "note_progress", listen)
    run_job(town.context, id_)
    assert [progress for progress, _ in told] == sorted(progress for progress, _ in told)
    assert told[0] == (0, "ways")
    assert town.job(id_).status == "successful"


def test_a_job_that_was_dismissed_on_the_way_leaves_no_study(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = begun(town, limit=1600.0)
    run = studies.run

    def dismissed_meanwhile(*given: object, **named: object) -> studies.Study:
        with transaction(town.engine) as connection:
            jobs.dismiss(connection, id_)
        return run(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(studies, "run", dismissed_meanwhile)
    run_job(town.context, id_)
    with transaction(town.engine) as connection:
        kept = studies.list_(connection).items
        limits = {studies.get(connection, one.id).document["parameters"]["limit"] for one in kept}
    assert 1600 not in limits
    assert town.job(id_).status == "dismissed"


def test_a_fault_of_ours_fails_the_job_without_its_inner_words(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    id_ = begun(town, limit=1700.0)

    def broken(*_given: object, **_named: object) -> studies.Study:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(studies, "run", broken)
    run_job(town.context, id_)
    failed = town.job(id_)
    assert (failed.status, jobs.problem_of(failed).code) == ("failed", ErrorCode.INTERNAL)
    assert "secret" not in message(failed, "en")
    assert "secret detail" in caplog.text


def test_a_lost_database_is_for_the_worker_to_try_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    id_ = begun(town, limit=1800.0)

    def away(*_given: object, **_named: object) -> studies.Study:
        raise Temporary(ErrorCode.DATABASE_UNAVAILABLE, url="-")

    monkeypatch.setattr(studies, "run", away)
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
